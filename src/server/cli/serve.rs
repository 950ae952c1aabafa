//! `kaam serve`: until somebody says stop.

use tokio::signal::unix::{SignalKind, signal};

use super::CliError;
use crate::server::{config::Config, db::Pools, serve};

/// Serves until Ctrl-C (SIGINT) or SIGTERM.
pub(super) async fn run(config: Config, pools: Pools) -> Result<(), CliError> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Start)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Start)?;
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    Ok(serve::run(config, pools, stop).await?)
}
