//! Runs that are followed by another process than the one that answers. Who follows says so every now and then; who answers then says, once
//! a flush, which logs have grown. All of it hints: the log is read from time to time as well.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::Runs;
use crate::{domain::id::RunId, server::store::changes::Heard};

/// Between two times of saying that a run is followed.
pub(super) const SAY: Duration = Duration::from_secs(2);
/// That it is counts for so long.
const COUNTS: Duration = Duration::from_secs(7);

#[derive(Default)]
pub(super) struct Elsewhere {
    /// Runs that other processes follow, and until when that counts.
    followed: Mutex<HashMap<RunId, Instant>>,
    /// Those who follow runs of others here.
    followers: Mutex<HashMap<RunId, Weak<Notify>>>,
    /// Runs were let go.
    pub released: Notify,
}

impl Elsewhere {
    /// Which of these runs other processes follow.
    pub fn followed(&self, runs: impl Iterator<Item = RunId>) -> Vec<RunId> {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        if followed.is_empty() {
            return Vec::new();
        }
        let now = Instant::now();
        followed.retain(|_, until| *until > now);
        let mut those: Vec<RunId> = runs.filter(|run| followed.contains_key(run)).collect();
        those.sort();
        those.dedup();
        those
    }

    /// What wakes up whoever follows this run here.
    pub fn follower(&self, run: RunId) -> Arc<Notify> {
        let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = followers.get(&run).and_then(Weak::upgrade) {
            return known;
        }
        followers.retain(|_, known| known.strong_count() > 0);
        let new = Arc::default();
        followers.insert(run, Arc::downgrade(&new));
        new
    }
}

impl Runs {
    /// Takes in what another process says of runs.
    pub(super) fn heard(&self, heard: Heard) {
        let elsewhere = &self.0.elsewhere;
        match heard {
            Heard::StopWanted(run) => {
                self.stop_run(run);
            }
            Heard::Followed(run) => {
                if self.lives().contains_key(&run) {
                    let mut followed = elsewhere.followed.lock().unwrap_or_else(PoisonError::into_inner);
                    followed.insert(run, Instant::now() + COUNTS);
                }
            }
            Heard::Logged(run) => {
                let followers = elsewhere.followers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(follower) = followers.get(&run).and_then(Weak::upgrade) {
                    follower.notify_waiters();
                }
            }
            Heard::Released => elsewhere.released.notify_one(),
        }
    }

    /// Tells other processes that the logs of these runs have grown, where they follow them.
    pub(super) fn tell_followers(&self, runs: impl Iterator<Item = RunId>) {
        let followed = self.0.elsewhere.followed(runs);
        if followed.is_empty() {
            return;
        }
        let store = self.0.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.notify_logged(&followed).await {
                tracing::debug!(%error, "other processes were not told of a log");
            }
        });
    }
}
