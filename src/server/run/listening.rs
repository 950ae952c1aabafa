//! Clients whose only word for "stop" is to go: an aborted request of `/chatkit` stops the answer (`chatkit/server.py`), once nobody listens.

use std::time::Duration;

use super::Runs;
use crate::domain::id::{RunId, ThreadId, UserId};

/// Somebody who listens to a run. Dropped before the run's end, the last one stops it.
pub struct Listening {
    runs: Runs,
    user: UserId,
    thread: ThreadId,
    run: RunId,
    grace: Duration,
    /// The run has ended, or is told elsewhere: nothing is to be stopped.
    pub is_over: bool,
}

impl Runs {
    /// Counts a listener of a run. For so long as `grace` one that has gone may come again.
    pub fn listen(&self, user: UserId, thread: ThreadId, run: RunId, grace: Duration) -> Listening {
        *self.listeners().entry(run).or_default() += 1;
        Listening {
            runs: self.clone(),
            user,
            thread,
            run,
            grace,
            is_over: false,
        }
    }

    fn is_heard(&self, run: RunId) -> bool {
        self.listeners().contains_key(&run)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let is_last = {
            let mut listeners = self.runs.listeners();
            let left = listeners.get(&self.run).map_or(0, |count| count - 1);
            match left {
                0 => listeners.remove(&self.run),
                left => listeners.insert(self.run, left),
            };
            left == 0
        };
        if self.is_over || !is_last {
            return;
        }
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
            tokio::time::sleep(grace).await;
            if !runs.is_heard(run)
                && let Err(error) = runs.stop(user, thread, Some(run)).await
            {
                tracing::warn!(%run, %error, "an answer that nobody hears could not be stopped");
            }
        });
    }
}
