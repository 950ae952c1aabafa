//! Clients whose only word for "stop" is to go: an aborted request of `/chatkit` stops the answer (`chatkit/server.py`), once nobody listens.
//!
//! Who can ask for the same answer again, under a key, may be away for a while, and may come back to another process. So it is the process
//! that answers that decides, some time after its last listener has gone: others tell it that they follow (`elsewhere`). A process that
//! only follows decides nothing. An answer that was taken over by one that never had a listener therefore goes on to its end.

use std::time::Duration;

use super::Runs;
use crate::domain::id::{RunId, ThreadId, UserId};

/// Who listens to a run here.
#[derive(Default)]
pub(super) struct Listeners {
    now: usize,
    /// How many have ever come.
    came: u64,
}

/// Somebody who listens to a run. Dropped before the run's end, the last one stops it.
pub struct Listening {
    runs: Runs,
    user: UserId,
    thread: ThreadId,
    run: RunId,
    grace: Duration,
    /// The run has ended, or is told elsewhere: nothing is to be stopped.
    pub is_over: bool,
    has_left: bool,
}

/// A run whose last listener here has gone, and may come again.
pub struct Left {
    runs: Runs,
    run: RunId,
    came: u64,
}

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody hears it.
    Stop,
    /// It is followed elsewhere.
    Wait,
    /// Somebody has come again, or it is not of this process, or not any more.
    Leave,
}

impl Runs {
    /// Counts a listener of a run. For so long as `grace` one that has gone may come again.
    pub fn listen(&self, user: UserId, thread: ThreadId, run: RunId, grace: Duration) -> Listening {
        let mut listeners = self.listeners();
        let here = listeners.entry(run).or_default();
        here.now += 1;
        here.came += 1;
        Listening {
            runs: self.clone(),
            user,
            thread,
            run,
            grace,
            is_over: false,
            has_left: false,
        }
    }
}

impl Listening {
    /// Goes, and says so if that was the last one, before the run's end.
    pub fn leave(&mut self) -> Option<Left> {
        if std::mem::replace(&mut self.has_left, true) {
            return None;
        }
        let mut listeners = self.runs.listeners();
        let here = listeners.get_mut(&self.run)?;
        here.now = here.now.saturating_sub(1);
        let (now, came) = (here.now, here.came);
        if now > 0 {
            return None;
        }
        if self.is_over || self.grace.is_zero() {
            listeners.remove(&self.run);
        }
        (!self.is_over).then(|| Left {
            runs: self.runs.clone(),
            run: self.run,
            came,
        })
    }
}

impl Left {
    /// Decides, as things are now.
    pub fn verdict(&self) -> Verdict {
        let mut listeners = self.runs.listeners();
        // Whoever has come since decides when it goes.
        if listeners.get(&self.run).is_none_or(|here| here.came != self.came) {
            return Verdict::Leave;
        }
        let is_ours = self.runs.lives().contains_key(&self.run);
        if is_ours && !self.runs.0.elsewhere.followed([self.run].into_iter()).is_empty() {
            return Verdict::Wait;
        }
        listeners.remove(&self.run);
        if is_ours { Verdict::Stop } else { Verdict::Leave }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Some(left) = self.leave() else { return };
        let grace = self.grace;
        if grace.is_zero() && self.runs.stop_run(self.run) {
            return;
        }
        // While the process ends there is nothing to run this on, and the answer is handed on anyway.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (runs, user, thread, run) = (self.runs.clone(), self.user, self.thread, self.run);
        runtime.spawn(async move {
            if !grace.is_zero() && !is_to_be_stopped(&left, grace).await {
                return;
            }
            if let Err(error) = runs.stop(user, thread, Some(run)).await {
                tracing::warn!(%run, %error, "an answer that nobody hears could not be stopped");
            }
        });
    }
}

/// Whether nobody hears a run, here or elsewhere, for as long as `grace`.
async fn is_to_be_stopped(left: &Left, grace: Duration) -> bool {
    let mut was_followed = false;
    loop {
        tokio::time::sleep(grace).await;
        match left.verdict() {
            Verdict::Leave => return false,
            Verdict::Wait => was_followed = true,
            // Whoever followed it elsewhere may come again as well.
            Verdict::Stop if was_followed => was_followed = false,
            Verdict::Stop => return true,
        }
    }
}
