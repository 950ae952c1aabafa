//! Integration tests: the real router over a real Postgres, with a scripted model and a still clock.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod app;
mod architecture;
mod assistant;
mod attachments;
mod build_settings;
mod changes;
mod chatkit;
mod compaction;
mod composing;
mod durable;
mod embedded_database;
mod fuzz_corpus;
mod history;
mod injected;
mod mcp;
mod mirror;
mod new_tasks;
mod outage;
mod pages;
mod quotas;
mod rest;
mod runs;
mod schema_rules;
mod scopes;
mod scripted_model;
mod sizes;
mod takeover;
mod throwaway_cluster;
mod transcribe;
mod upstream;
mod widgets;
