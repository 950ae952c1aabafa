//! Kaam: a task manager that people talk to, in English, Roman Urdu and Urdu.
pub mod api;
pub mod app;
pub mod domain;
