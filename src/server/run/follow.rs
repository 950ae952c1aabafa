//! Following a run: the log first, then live, without a gap and without a double.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::stream::BoxStream;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use super::{Recorded, Runs, elsewhere::SAY, log};
use crate::server::store::{StoreError, runs::RunKey};

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Signal {
    /// Something happened, and is stored.
    Event(Arc<Recorded>),
    /// The run has ended.
    End,
    /// This process cannot tell more: ask again.
    Broken,
}

/// The signals of one run. Ends after [`Signal::End`] or [`Signal::Broken`].
pub type RunStream = BoxStream<'static, Signal>;

/// How often the log of another process's run is read, as long as that does not say when there is more in it, and when it does.
const POLL: Duration = Duration::from_millis(250);
const POLL_WHERE_TOLD: Duration = Duration::from_secs(2);

/// A run that begins now.
pub(super) fn from_start(runs: Runs, key: RunKey, first: Vec<Arc<Recorded>>, receiver: Receiver<Signal>) -> RunStream {
    Box::pin(async_stream::stream! {
        let mut seen = 0;
        for event in first {
            seen = event.seq;
            yield Signal::Event(event);
        }
        for await signal in live(runs, key, seen, receiver) {
            yield signal;
        }
    })
}

/// A run from its log on.
pub(super) fn from_log(runs: Runs, key: RunKey, receiver: Option<Receiver<Signal>>) -> RunStream {
    Box::pin(async_stream::stream! {
        let mut seen = 0;
        match receiver {
            Some(receiver) => match read(&runs, &key, seen).await {
                Ok(events) => {
                    for event in events {
                        seen = event.seq;
                        yield Signal::Event(event);
                    }
                    for await signal in live(runs, key, seen, receiver) {
                        yield signal;
                    }
                }
                Err(_) => yield Signal::Broken,
            },
            None => for await signal in poll(runs, key, seen) {
                yield signal;
            },
        }
    })
}

fn live(runs: Runs, key: RunKey, mut seen: i64, mut receiver: Receiver<Signal>) -> RunStream {
    Box::pin(async_stream::stream! {
        loop {
            match receiver.recv().await {
                Ok(Signal::Event(event)) if event.seq <= seen => {}
                Ok(Signal::Event(event)) => {
                    seen = event.seq;
                    yield Signal::Event(event);
                }
                Ok(last) => {
                    yield last;
                    return;
                }
                // Too slow for the backlog, or all was said before the subscription: the log has it.
                Err(RecvError::Lagged(_)) => match read(&runs, &key, seen).await {
                    Ok(events) => for event in events {
                        seen = event.seq;
                        yield Signal::Event(event);
                    },
                    Err(_) => {
                        yield Signal::Broken;
                        return;
                    }
                },
                Err(RecvError::Closed) => {
                    for await signal in poll(runs, key, seen) {
                        yield signal;
                    }
                    return;
                }
            }
        }
    })
}

/// Reads the log until the run has ended.
fn poll(runs: Runs, key: RunKey, mut seen: i64) -> RunStream {
    Box::pin(async_stream::stream! {
        let follower = runs.0.elsewhere.follower(key.run);
        let mut said: Option<Instant> = None;
        let mut pause = POLL;
        loop {
            if said.is_none_or(|said| said.elapsed() >= SAY) {
                said = Some(Instant::now());
                // Without it, the log is read all the same.
                let _ = runs.0.store.notify_followed(key.run).await;
            }
            // From before the log is read, so that nothing is missed.
            let mut told = pin!(follower.notified());
            told.as_mut().enable();
            // The state before the log: a run that had ended then has all its events in the log now.
            let is_over = match runs.0.store.run_state(key.user, key.run).await {
                Ok(state) => !state.is_live(),
                Err(StoreError::NotFound) => true,
                Err(_) => {
                    yield Signal::Broken;
                    return;
                }
            };
            match read(&runs, &key, seen).await {
                Ok(events) => for event in events {
                    seen = event.seq;
                    yield Signal::Event(event);
                },
                Err(_) => {
                    yield Signal::Broken;
                    return;
                }
            }
            if is_over {
                yield Signal::End;
                return;
            }
            pause = match tokio::time::timeout(pause, told).await {
                Ok(()) => POLL_WHERE_TOLD,
                Err(_) => POLL,
            };
        }
    })
}

/// The events of a run behind `after`, from its log.
pub(super) async fn read(runs: &Runs, key: &RunKey, after: i64) -> Result<Vec<Arc<Recorded>>, StoreError> {
    Ok(log::events(&runs.0.store.run_log(key.user, key.run, after).await?, after))
}
