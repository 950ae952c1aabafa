//! Waiting for a database that is away: a run is not given up because Postgres restarts.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::server::store::{ANSWER, StoreError, bounded};

/// How long the database may be away before the runs that wait for it are given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the answers themselves wait: longer, for a run that is given up is gone on with, and one that failed is not.
const LONG_PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts.
const BREATH: Duration = Duration::from_millis(250);

/// Asks again while the database is away. What is asked must be the same when it is done twice, for nobody knows whether a commit was done
/// whose answer never came.
pub(super) async fn patiently<T, Asking: Future<Output = Result<T, StoreError>>>(ask: impl FnMut() -> Asking) -> Result<T, StoreError> {
    within(LONG_PATIENCE, ask).await
}

/// The same for the flusher, for which all runs wait.
pub(super) async fn flushing<T, Asking: Future<Output = Result<T, StoreError>>>(ask: impl FnMut() -> Asking) -> Result<T, StoreError> {
    within(PATIENCE, ask).await
}

async fn within<T, Asking: Future<Output = Result<T, StoreError>>>(
    patience: Duration,
    mut ask: impl FnMut() -> Asking,
) -> Result<T, StoreError> {
    let started = Instant::now();
    loop {
        match bounded(ANSWER, ask()).await {
            Err(StoreError::Unavailable(error)) if started.elapsed() < patience => {
                tracing::warn!(%error, "the database is away; a run waits for it");
                sleep(BREATH).await;
            }
            answer => return answer,
        }
    }
}
