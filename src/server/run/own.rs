//! Leases: renewed while this process answers; a run whose owner is gone is closed, and what there is of its answer is kept.

use std::{sync::Arc, time::Duration};

use super::{Live, Runs, StopReason, ending, follow, recorder::Recorder};
use crate::{
    domain::{
        locale::Locale,
        texts::{self, Failure},
    },
    protocol::event::{ErrorCode, ThreadStreamEvent},
    server::store::{StoreError, runs::Orphan},
};

/// Between two renewals of a lease of 10 s.
const RENEW: Duration = Duration::from_secs(3);
/// Logs of finished runs are kept this long.
const KEEP_LOGS: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// Renews leases and closes orphans, for ever.
pub(super) async fn keep_leases(runs: Runs) {
    let mut round: u64 = 0;
    loop {
        if let Err(error) = one_round(&runs, round).await {
            tracing::warn!(%error, "leases could not be kept");
        }
        round += 1;
        tokio::select! {
            () = tokio::time::sleep(RENEW) => {}
            () = runs.0.stopping.cancelled() => return,
        }
    }
}

async fn one_round(runs: &Runs, round: u64) -> Result<(), StoreError> {
    let lives: Vec<Arc<Live>> = runs.lives().values().cloned().collect();
    if !lives.is_empty() {
        let keys: Vec<_> = lives.iter().map(|live| live.key).collect();
        let owned = runs.0.store.renew_leases(&keys).await?;
        for live in lives {
            // One that has just ended is not in the map any more.
            if !owned.contains(&live.key.run) && runs.lives().contains_key(&live.key.run) && !live.cancel.is_cancelled() {
                tracing::warn!(run = %live.key.run, "the lease is lost");
                live.stop(StopReason::Lost);
            }
        }
    }
    for orphan in runs.0.store.take_orphans(runs.0.owner).await? {
        close(runs, orphan).await?;
    }
    if round.is_multiple_of(1200) {
        runs.0.store.compact_runs(runs.0.clock.now() - KEEP_LOGS).await?;
        runs.0.store.delete_expired_sessions(runs.0.clock.now()).await?;
    }
    Ok(())
}

/// Keeps the visible part of an orphan's answer and ends it as incomplete.
async fn close(runs: &Runs, orphan: Orphan) -> Result<(), StoreError> {
    let key = orphan.key;
    let events = follow::read(runs, &key, 0).await?;
    let seq = events.last().map_or(0, |event| event.seq);
    let live = runs.enter(key);
    let locale = Locale::En;
    let mut recorder = Recorder::new(
        live,
        runs.0.entries.clone(),
        Arc::clone(&runs.0.clock),
        seq,
        orphan.position,
        locale,
    );
    for recorded in &events {
        recorder.replay(&recorded.event);
    }
    recorder.keep_answers();
    tracing::warn!(run = %key.run, "closed a run whose server is gone");
    let event = ThreadStreamEvent::Error {
        code: ErrorCode::Custom,
        message: Some(texts::failure(locale, Failure::ServerStopped).into()),
        allow_retry: true,
    };
    recorder.end(Some(event), ending("incomplete", Some("its server is gone".into())));
    Ok(())
}
