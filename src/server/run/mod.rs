//! Runs: the work that answers one message. A run is a job with a lease, not a request: an HTTP response only listens to it.
//!
//! [`Runs::ask`] accepts a message (one statement), then a task of its own answers; every event goes through the [`recorder`], which hands
//! it to the one [`flusher`]: stored first, delivered then. [`Runs::follow`] replays the log and goes on live.

mod actions;
mod ask;
mod assistant;
mod chat_tools;
mod effects;
mod elsewhere;
mod fail_point;
mod files;
mod flusher;
mod follow;
mod form;
mod history;
mod leave;
mod listening;
mod log;
mod own;
mod patience;
mod pending;
mod prepare;
mod quota;
mod recorder;
mod respond;
mod resume;
mod tasks_seen;
mod translate;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicBool},
};

use futures::FutureExt;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use ask::{Ask, AskError, Asked, LEVELS_MAX, fits, json_length};
pub use assistant::Assistant;
pub use files::Files;
pub use follow::{RunStream, Signal};
pub use listening::{Listening, Verdict};
pub use recorder::Recorder;
pub use respond::{Acted, ActionError, Earlier, Outcome, Prompt, Responder, Turn};

use crate::{
    domain::{
        id::{RunId, ThreadId, UserId},
        locale::Locale,
        quota::Quotas,
        scope::Scopes,
        time::Clock,
    },
    protocol::{
        event::ThreadStreamEvent,
        item::{ItemBody, ThreadItem},
    },
    server::{
        calendar::Calendar,
        store::{
            Store, StoreError,
            flush::{Ending, Held, Release},
            runs::RunKey,
        },
    },
};
use flusher::{End, Entry};
use patience::patiently;

/// What the SDK writes when a person stops an answer (`chatkit/server.py`).
const CANCELLED: &str = "The user cancelled the stream. Stop responding to the prior request.";

/// An event with its number in the log and its text on the wire.
#[derive(Debug)]
pub struct Recorded {
    /// Its number, from 1.
    pub seq: i64,
    /// The event.
    pub event: ThreadStreamEvent,
    /// The event as JSON: made once, for the log and for every listener.
    pub json: String,
}

/// Who asks, as far as an answer depends on it.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Their calendar.
    pub calendar: Calendar,
    /// The language of their page.
    pub locale: Locale,
    /// The tools that the client has, by name.
    pub client_tools: Vec<String>,
    /// What may be done in their name: a token may not have more done by an assistant than by itself.
    pub scopes: Scopes,
}

/// Why a run was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopReason {
    /// The person wanted it.
    Person,
    /// The server stops.
    Shutdown,
    /// Another process owns the run, or it is gone: nothing more may be written.
    Lost,
}

/// A run of this process.
struct Live {
    key: RunKey,
    signals: broadcast::Sender<Signal>,
    cancel: CancellationToken,
    reason: OnceLock<StopReason>,
    /// Some of it could not be stored: nothing more of it is.
    is_lost: AtomicBool,
}

impl Live {
    fn held(&self) -> Held {
        (self.key.run, self.key.epoch)
    }

    fn stop(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.cancel.cancel();
    }
}

/// The runs of this process. Cheap to clone.
#[derive(Clone)]
pub struct Runs(Arc<Inner>);

struct Inner {
    store: Store,
    responder: Arc<dyn Responder>,
    clock: Arc<dyn Clock>,
    owner: Uuid,
    live: Mutex<HashMap<RunId, Arc<Live>>>,
    quotas: Quotas,
    accepting: Mutex<quota::Accepting>,
    /// Clients of `/chatkit` that listen.
    listeners: Mutex<HashMap<RunId, listening::Listeners>>,
    elsewhere: elsewhere::Elsewhere,
    /// Held while runs are taken over: what one has just taken is not yet among the live ones, and would be taken once more.
    taking: tokio::sync::Mutex<()>,
    entries: mpsc::UnboundedSender<Entry>,
    stopping: CancellationToken,
}

/// Signals that a slow listener may be behind before it is sent to the log.
const BACKLOG: usize = 64;
/// Items that the model is told of.
const HISTORY_ITEMS: i64 = 50;

impl Runs {
    /// Starts the flusher and the keeper of leases on the running tokio runtime.
    pub fn start(store: Store, responder: Arc<dyn Responder>, clock: Arc<dyn Clock>, quotas: Quotas) -> Self {
        let (entries, queue) = mpsc::unbounded_channel();
        let owner = clock.ordered_uuid();
        let inner = Inner {
            store,
            responder,
            clock,
            owner,
            live: Mutex::default(),
            quotas,
            accepting: Mutex::default(),
            listeners: Mutex::default(),
            elsewhere: elsewhere::Elsewhere::default(),
            taking: tokio::sync::Mutex::default(),
            entries,
            stopping: CancellationToken::new(),
        };
        let runs = Self(Arc::new(inner));
        tokio::spawn(flusher::work(runs.clone(), queue));
        own::keep(&runs);
        tokio::spawn(own::hear_others(runs.clone()));
        runs
    }

    /// Goes on with every live run: for a server that knows that no other one is on its database.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn take_over_all(&self) -> Result<(), StoreError> {
        own::take_over(self, true).await
    }

    /// Removes what is kept for some time only, as is done every hour: logs, keys, the trash, texts of the history, sessions.
    ///
    /// # Errors
    /// See [`StoreError`]; what was removed until then stays removed.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        own::tidy(self).await
    }

    /// The models that a person may choose from, the usual one first.
    pub fn models(&self) -> Vec<String> {
        self.0.responder.models()
    }

    /// Begins the task that answers. `history` is what [`HISTORY_ITEMS`] would give, if it is known.
    fn begin(
        &self,
        person: Person,
        key: RunKey,
        position: i64,
        first: Vec<Arc<Recorded>>,
        prompt: Prompt,
        history: Option<Vec<ThreadItem>>,
    ) -> RunStream {
        let live = self.enter(key);
        let receiver = live.signals.subscribe();
        let seq = first.last().map_or(0, |event| event.seq);
        let recorder = Recorder::new(
            Arc::clone(&live),
            self.0.entries.clone(),
            Arc::clone(&self.0.clock),
            seq,
            position,
            person.locale.into(),
        );
        self.spawn(live, |runs, live| runs.answer(person, live, recorder, prompt, history, None));
        follow::from_start(self.clone(), key, first, receiver)
    }

    /// Answers in a task of its own. If that panics, the run is let go, and begun again as if its server were gone.
    fn spawn<Work: Future<Output = ()> + Send + 'static>(&self, live: Arc<Live>, work: impl FnOnce(Self, Arc<Live>) -> Work) {
        let work = std::panic::AssertUnwindSafe(work(self.clone(), Arc::clone(&live))).catch_unwind();
        let entries = self.0.entries.clone();
        tokio::spawn(async move {
            if work.await.is_err() {
                tracing::error!(run = %live.key.run, "answering panicked");
                let mut entry = Entry::of(&live);
                entry.end = Some(End::Released(Release::Failed));
                let _ = entries.send(entry);
            }
        });
    }

    async fn answer(
        self,
        person: Person,
        live: Arc<Live>,
        mut recorder: Recorder,
        prompt: Prompt,
        history: Option<Vec<ThreadItem>>,
        earlier: Option<Earlier>,
    ) {
        let inner = &self.0;
        let key = live.key;
        let items = match history {
            Some(items) => Ok(items),
            None => patiently(|| inner.store.history(key.user, key.thread, HISTORY_ITEMS)).await,
        };
        let items = match items {
            Ok(items) => items,
            Err(error) => {
                tracing::error!(run = %key.run, %error, "history could not be read");
                recorder.fail_internal("history");
                return;
            }
        };
        let wanted = history::wanted(&items, person.locale);
        recorder.script = wanted.script;
        let turn = Turn {
            person,
            key,
            items,
            wanted,
            prompt,
            earlier,
            cancel: live.cancel.clone(),
        };
        let outcome = inner.responder.respond(&turn, &mut recorder).await;
        finish(outcome, live.reason.get().copied(), recorder);
    }

    /// Follows the newest run of a thread, from its first event. `None` if there is no run, or the one that there is has ended and is
    /// not `known` to the listener.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the thread is not this person's.
    pub async fn follow(&self, user: UserId, thread: ThreadId, known: Option<RunId>) -> Result<Option<(RunId, RunStream)>, StoreError> {
        self.0.store.thread(user, thread).await?;
        let newest = match self.0.store.newest_run(user, thread).await {
            Ok(newest) => newest,
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let run = RunId(newest.id);
        let is_live = newest.is_live();
        Ok((is_live || known == Some(run)).then(|| (run, self.follow_run(user, thread, run))))
    }

    fn follow_run(&self, user: UserId, thread: ThreadId, run: RunId) -> RunStream {
        // Subscribed before the log is read: what comes in between is in both, and told apart by its number.
        let receiver = self.lives().get(&run).map(|live| live.signals.subscribe());
        follow::from_log(
            self.clone(),
            RunKey {
                user,
                run,
                thread,
                epoch: 0,
            },
            receiver,
        )
    }

    /// Stops the answer that is being written in a thread, by whichever process; with `only`, if it is this one. Nothing happens if none is.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn stop(&self, user: UserId, thread: ThreadId, only: Option<RunId>) -> Result<(), StoreError> {
        let Some(run) = self.0.store.request_stop(user, thread, only).await? else {
            return Ok(());
        };
        if !self.stop_run(run) {
            self.0.store.notify_stop(run).await?;
        }
        Ok(())
    }

    /// Stops a run of this process. `false` if it is none.
    pub fn stop_run(&self, run: RunId) -> bool {
        let lives = self.lives();
        let live = lives.get(&run);
        if let Some(live) = live {
            live.stop(StopReason::Person);
        }
        live.is_some()
    }

    /// Takes no more messages and lets the answers that are being written go: another process, or this one after its restart, goes on with
    /// them. Returns when all is stored, or after `patience`.
    pub async fn shut_down(&self, patience: std::time::Duration) {
        self.0.stopping.cancel();
        for live in self.lives().values() {
            live.stop(StopReason::Shutdown);
        }
        let deadline = tokio::time::Instant::now() + patience;
        while !self.lives().is_empty() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Whether [`Self::shut_down`] was called.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.is_cancelled()
    }

    /// Waits until [`Self::shut_down`] is called.
    pub async fn stopped(&self) {
        self.0.stopping.cancelled().await;
    }

    /// Puts a run among those of this process.
    fn enter(&self, key: RunKey) -> Arc<Live> {
        let live = Arc::new(Live {
            key,
            signals: broadcast::channel(BACKLOG).0,
            cancel: CancellationToken::new(),
            reason: OnceLock::new(),
            is_lost: AtomicBool::new(false),
        });
        self.lives().insert(key.run, Arc::clone(&live));
        live
    }

    /// Takes a run out of those of this process, unless it has been taken up again since.
    fn leave(&self, live: &Arc<Live>) {
        let mut lives = self.lives();
        if lives.get(&live.key.run).is_some_and(|known| Arc::ptr_eq(known, live)) {
            lives.remove(&live.key.run);
        }
    }

    /// How many answers this process is writing.
    pub fn count(&self) -> usize {
        self.lives().len()
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, listening::Listeners>> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Arc<Live>>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a run as its answer ended.
fn finish(outcome: Outcome, reason: Option<StopReason>, mut recorder: Recorder) {
    let (event, end) = match outcome {
        Outcome::Done { usage } => (
            None,
            Ending {
                status: "done",
                reason: None,
                usage,
                spent: None,
            },
        ),
        // Another process goes on with it.
        Outcome::Cancelled if reason == Some(StopReason::Shutdown) => return recorder.release(Release::HandedOn),
        // Another process does already: fenced by the epoch, this writes nothing, but tells those who listen. Or nothing of it can be
        // stored, which may be its own fault: that counts, or it would be begun for ever.
        Outcome::Cancelled if reason == Some(StopReason::Lost) => return recorder.release(Release::Failed),
        Outcome::Cancelled => {
            recorder.keep_answers();
            let note = recorder.item(ItemBody::SdkHiddenContext { content: CANCELLED.into() });
            recorder.item_done(note);
            (None, ending("cancelled", Some("stopped".into())))
        }
        Outcome::Failed {
            code,
            message,
            allow_retry,
            reason,
        } => (
            Some(Outcome::failed_event(code, message, allow_retry)),
            ending("failed", Some(reason)),
        ),
    };
    recorder.end(event, end);
}

/// How a run ended, for the store.
fn ending(status: &'static str, reason: Option<String>) -> Ending {
    Ending {
        status,
        reason,
        usage: None,
        spent: None,
    }
}
