//! The flusher: one a process. It gathers what the recorders of all runs hand it, writes it in one go, and only then delivers it.
//!
//! What the streams of the process have said meanwhile is one transaction. The first event after a pause is written at once; under load
//! flushes are a [`breath`] apart, and what comes in meanwhile is one batch.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{sync::mpsc, time::Instant};

use super::{Live, Recorded, Runs, Signal, StopReason, fail_point::fail_point, log, patience::flushing};
use crate::server::store::{
    StoreError,
    flush::{Batch, Change, Ending, Held, Release},
    runs::RunKey,
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

    /// Of a run whose earlier events were not stored, later ones must not be: the log would have a gap. It is only let go.
    fn forget_if_lost(&mut self) {
        if self.live.is_lost.load(Ordering::Relaxed) {
            self.events.clear();
            self.changes.clear();
            self.end = self.end.take().map(|_| End::Released(Release::Failed));
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

/// The time between two flushes, at the least and at the most.
const BREATH: Duration = Duration::from_millis(15);
const LONG_BREATH: Duration = Duration::from_millis(40);

/// The time between two flushes: longer where many answers are written, for what comes together costs the database only once. Still shorter
/// than what a reader would notice.
fn breath(answers: usize) -> Duration {
    (BREATH + Duration::from_micros(100) * u32::try_from(answers).unwrap_or(u32::MAX)).min(LONG_BREATH)
}

/// Entries in a flush.
const FLUSH_MAX: usize = 8192;

pub(super) async fn work(runs: Runs, mut queue: mpsc::UnboundedReceiver<Entry>) {
    let mut last = Instant::now();
    let mut entries = Vec::new();
    while queue.recv_many(&mut entries, FLUSH_MAX).await > 0 {
        let next = last + breath(runs.count());
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

async fn flush(runs: &Runs, mut entries: Vec<Entry>) {
    entries.iter_mut().for_each(Entry::forget_if_lost);
    let batch = batch_of(&entries);
    fail_point!("flushing", !batch.log.is_empty());
    fail_point!("ending", !batch.ends.is_empty());
    match flushing(|| runs.0.store.flush(&batch)).await {
        Ok(held) => {
            fail_point!("flushed", !batch.log.is_empty());
            fail_point!("ended", !batch.ends.is_empty());
            deliver_all(runs, entries, &held);
        }
        Err(StoreError::Unavailable(error)) => {
            tracing::error!(%error, "the database does not come back; its runs are given up");
            deliver_all(runs, entries, &HashSet::new());
        }
        Err(error) => {
            // One run's rows may be refused (its thread was deleted this moment): the others must not suffer.
            let groups = by_run(entries);
            let is_alone = groups.len() == 1;
            tracing::warn!(%error, runs = groups.len(), "a flush was refused; every run is flushed by itself, and a single one given up");
            for group in groups {
                let held = if is_alone {
                    HashSet::new()
                } else {
                    let batch = batch_of(&group);
                    flushing(|| runs.0.store.flush(&batch)).await.unwrap_or_default()
                };
                deliver_all(runs, group, &held);
            }
        }
    }
}

fn deliver_all(runs: &Runs, entries: Vec<Entry>, held: &HashSet<Held>) {
    let has_news = |entry: &&Entry| !entry.events.is_empty() || entry.end.is_some();
    runs.tell_followers(entries.iter().filter(has_news).map(|entry| entry.live.key.run));
    for entry in entries {
        let is_held = held.contains(&entry.live.held());
        deliver(runs, entry, is_held);
    }
}

fn deliver(runs: &Runs, entry: Entry, is_held: bool) {
    let live = entry.live;
    if !is_held {
        live.is_lost.store(true, Ordering::Relaxed);
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
    let mut places: HashMap<RunKey, usize> = HashMap::new();
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in entries {
        let place = *places.entry(entry.live.key).or_insert_with(|| {
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
    let mut events: HashMap<RunKey, Vec<Arc<Recorded>>> = HashMap::new();
    for entry in entries {
        let key = entry.live.key;
        if !entry.events.is_empty() {
            events.entry(key).or_default().extend(entry.events.iter().cloned());
        }
        batch.changes.extend(entry.changes.iter().map(|change| (key, change.clone())));
        match &entry.end {
            Some(End::Over(end)) => batch.ends.push((key, end.clone())),
            Some(End::Released(release)) => batch.released.push((key, *release)),
            None => {}
        }
    }
    for (key, events) in events {
        batch.log.extend(log::rows(&events).into_iter().map(|row| (key, row)));
    }
    batch
}
