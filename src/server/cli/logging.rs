//! The log: on standard error, as text or a JSON object a line.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, util::SubscriberInitExt};

use crate::server::config::{Config, LogFormat};

/// What is logged where `RUST_LOG` says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verbosity {
    /// The server tells what it does.
    Server,
    /// A command has an output of its own.
    Command,
}

/// A stale cookie is no news, and neither are Postgres' notices.
const SERVER: &str = "info,tower_sessions=error,sqlx::postgres::notice=warn";
const COMMAND: &str = "error";

/// Starts the log. A second start does nothing.
pub(super) fn start(config: &Config, verbosity: Verbosity) {
    let default = match verbosity {
        Verbosity::Server => SERVER,
        Verbosity::Command => COMMAND,
    };
    let filter = EnvFilter::new(config.log_filter.as_deref().unwrap_or(default));
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal());
    let started = match config.log_format {
        LogFormat::Text => log.finish().try_init(),
        LogFormat::Json => log.json().flatten_event(true).finish().try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log runs already");
    }
}
