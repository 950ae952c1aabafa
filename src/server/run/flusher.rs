//! The flusher: one a process. It gathers what the recorders of all runs hand it, writes it in one go, and only then delivers it.
//!
//! Packed rows cost a fifteenth of the write-ahead log of a row per token. The first event after a pause is written at once; under load
//! flushes are [`BREATH`] apart, and what comes in meanwhile is one batch.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::Instant};

use super::{Live, Recorded, Runs, Signal, StopReason, recorder};
use crate::server::store::{
    StoreError,
    flush::{Batch, Change, Ending, Held, LogRow, Release},
};

/// What a recorder hands over.
pub(super) struct Entry {
    pub live: Arc<Live>,
    pub events: Vec<Arc<Recorded>>,
    pub changes: Vec<Change>,
    pub end: Option<End>,
}

impl Entry {
    /// Nothing yet, of this run.
    pub fn of(live: &Arc<Live>) -> Self {
        Self {
            live: Arc::clone(live),
            events: Vec::new(),
            changes: Vec::new(),
            end: None,
        }
    }
}

/// What becomes of the run.
pub(super) enum End {
    /// It is over.
    Over(Ending),
    /// This process lets it go: whoever comes first goes on with it.
    Released(Release),
}

/// The time between two flushes under load.
const BREATH: Duration = Duration::from_millis(15);
/// Events in a row of the log, and entries in a flush.
const ROW_MAX: usize = 64;
const FLUSH_MAX: usize = 8192;
/// How long the database may be away before the runs that wait for it are given up.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn work(runs: Runs, mut queue: mpsc::UnboundedReceiver<Entry>) {
    let mut last = Instant::now();
    let mut entries = Vec::new();
    while queue.recv_many(&mut entries, FLUSH_MAX).await > 0 {
        let next = last + BREATH;
        if Instant::now() < next {
            tokio::time::sleep_until(next).await;
            while entries.len() < FLUSH_MAX
                && let Ok(entry) = queue.try_recv()
            {
                entries.push(entry);
            }
        }
        last = Instant::now();
        flush(&runs, std::mem::take(&mut entries)).await;
    }
}

async fn flush(runs: &Runs, entries: Vec<Entry>) {
    let batch = batch_of(&entries);
    let started = Instant::now();
    let owned = loop {
        match runs.0.store.flush(&batch).await {
            Ok(owned) => break Ok(owned),
            Err(StoreError::Unavailable(error)) if started.elapsed() < PATIENCE => {
                tracing::warn!(%error, "the database is away; the flush waits");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            Err(error) => break Err(error),
        }
    };
    match owned {
        Ok(owned) => {
            for entry in entries {
                deliver(runs, entry, |live| owned.contains(&live.held()));
            }
        }
        Err(error) if batch.log.len() + batch.changes.len() + batch.ends.len() + batch.released.len() > 1 => {
            // One run's rows may be refused (its thread was deleted this moment): the others must not suffer.
            tracing::warn!(%error, "a flush was refused; every run is flushed by itself");
            for group in by_run(entries) {
                let batch = batch_of(&group);
                let owned = runs.0.store.flush(&batch).await.unwrap_or_default();
                for entry in group {
                    deliver(runs, entry, |live| owned.contains(&live.held()));
                }
            }
        }
        Err(error) => {
            tracing::warn!(%error, "a flush was refused; its run is given up");
            for entry in entries {
                deliver(runs, entry, |_| false);
            }
        }
    }
}

fn deliver(runs: &Runs, entry: Entry, is_owned: impl Fn(&Live) -> bool) {
    let live = entry.live;
    if !is_owned(&live) {
        live.stop(StopReason::Lost);
        runs.leave(&live);
        let _ = live.signals.send(Signal::Broken);
        return;
    }
    for event in entry.events {
        // Nobody listening is no failure.
        let _ = live.signals.send(Signal::Event(event));
    }
    if let Some(end) = entry.end {
        runs.leave(&live);
        let _ = live.signals.send(match end {
            End::Over(_) => Signal::End,
            End::Released(_) => Signal::Broken,
        });
    }
}

fn by_run(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut places: HashMap<Held, usize> = HashMap::new();
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in entries {
        let place = *places.entry(entry.live.held()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(entry);
    }
    groups
}

/// Packs the events of each run into rows.
fn batch_of(entries: &[Entry]) -> Batch {
    let mut batch = Batch::default();
    let mut events: HashMap<Held, (&Entry, Vec<Arc<Recorded>>)> = HashMap::new();
    for entry in entries {
        let key = entry.live.key;
        if !entry.events.is_empty() {
            events
                .entry(entry.live.held())
                .or_insert_with(|| (entry, Vec::new()))
                .1
                .extend(entry.events.iter().cloned());
        }
        batch.changes.extend(entry.changes.iter().map(|change| (key, change.clone())));
        match &entry.end {
            Some(End::Over(end)) => batch.ends.push((key, end.clone())),
            Some(End::Released(release)) => batch.released.push((key, *release)),
            None => {}
        }
    }
    for (entry, events) in events.into_values() {
        for row in events.chunks(ROW_MAX) {
            batch.log.push((
                entry.live.key,
                LogRow {
                    seq: row[0].seq,
                    body: recorder::lines(row),
                },
            ));
        }
    }
    batch
}
