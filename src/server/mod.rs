//! Everything with I/O. Only in the server's build: the one feature gate is at the `mod` line in `lib.rs`.

pub mod agent;
pub mod assets;
pub mod attachments;
pub mod auth;
pub mod calendar;
pub mod calls;
pub mod chatkit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod limits;
pub mod mcp;
pub mod model;
pub mod page;
pub mod recurrence;
pub mod request_id;
pub mod rest;
pub mod router;
pub mod run;
pub mod serve;
pub mod state;
pub mod store;
pub mod task_widget;
pub mod tools;
