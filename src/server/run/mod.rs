//! Runs: the work that answers one message. A run is a job with a lease, not a request: an HTTP response only listens to it.
//!
//! [`Runs::ask`] accepts a message (one statement), then a task of its own answers; every event goes through the [`recorder`], which hands
//! it to the one [`flusher`]: stored first, delivered then. [`Runs::follow`] replays the log and goes on live.

mod effects;
mod flusher;
mod follow;
mod history;
mod own;
mod recorder;
mod translate;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sha2::{Digest, Sha256};
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use follow::{RunStream, Signal};

use crate::{
    domain::{
        id::{ItemId, RunId, ThreadId, UserId},
        language,
        locale::{Locale, Script},
        text,
        time::Clock,
    },
    protocol::{
        event::{StreamOptions, ThreadStreamEvent},
        item::{ItemBody, ThreadItem, UserMessage},
        thread::{Thread, ThreadMetadata, ThreadStatus},
    },
    server::{
        agent::{self, Limits},
        model::{Model, ModelRequest, ToolSpec},
        store::{
            Store, StoreError,
            runs::{Accepted, Ending, NewRun, RunKey},
        },
        tools::Registry,
    },
};
use flusher::Entry;
use recorder::Recorder;

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
    /// Their zone.
    pub zone: chrono_tz::Tz,
    /// The language of what the server itself says.
    pub locale: Locale,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A first message: makes a thread.
    NewThread(UserMessage),
    /// A message in a thread.
    Message(ThreadId, UserMessage),
    /// The newest message of a thread, anew: what came after it is removed.
    Retry(ThreadId),
}

/// Why nothing was accepted.
#[derive(Debug)]
pub enum AskError {
    /// An answer is being written in that thread.
    Live,
    /// The idempotency key came before with another request.
    KeyReused,
    /// The thread takes no messages.
    Refused(ThreadStatus),
    /// The server is stopping.
    Stopping,
    /// See [`StoreError`].
    Store(StoreError),
}

impl From<StoreError> for AskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A run that was accepted.
pub struct Asked {
    /// The thread.
    pub thread: ThreadId,
    /// The run.
    pub run: RunId,
    /// What happens, from the first event.
    pub stream: RunStream,
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
}

impl Live {
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
    model: Arc<dyn Model>,
    tools: Registry,
    /// What models are told of the tools: worked out once.
    specs: Arc<[ToolSpec]>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    owner: Uuid,
    live: Mutex<HashMap<RunId, Arc<Live>>>,
    entries: mpsc::UnboundedSender<Entry>,
    stopping: CancellationToken,
}

/// Signals that a slow listener may be behind before it is sent to the log.
const BACKLOG: usize = 64;
/// Items that the model is told of.
const HISTORY_ITEMS: i64 = 50;

impl Runs {
    /// Starts the flusher and the keeper of leases on the running tokio runtime.
    pub fn start(store: Store, model: Arc<dyn Model>, tools: Registry, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        let (entries, queue) = mpsc::unbounded_channel();
        let owner = clock.ordered_uuid();
        let inner = Inner {
            store,
            model,
            specs: tool_specs(&tools),
            tools,
            clock,
            limits,
            owner,
            live: Mutex::default(),
            entries,
            stopping: CancellationToken::new(),
        };
        let runs = Self(Arc::new(inner));
        tokio::spawn(flusher::work(runs.clone(), queue));
        tokio::spawn(own::keep_leases(runs.clone()));
        runs
    }

    /// Accepts a message and begins to answer it. `key` names the request: the same key with the same request is the same run.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(&self, person: &Person, ask: Ask, key: Option<&str>) -> Result<Asked, AskError> {
        let inner = &self.0;
        if inner.stopping.is_cancelled() {
            return Err(AskError::Stopping);
        }
        let now = inner.clock.now();
        let run = inner.clock.run_id();
        let hash = key.map(|_| request_hash(&ask));
        let (thread, is_new, message) = match ask {
            Ask::NewThread(message) => (inner.clock.thread_id(), true, Some(message)),
            Ask::Message(thread, message) => (thread, false, Some(message)),
            Ask::Retry(thread) => (thread, false, None),
        };
        let item = message.map(|message| ThreadItem {
            id: inner.clock.item_id(),
            thread_id: thread,
            created_at: now,
            body: ItemBody::UserMessage(message),
        });
        let mut first = Vec::new();
        let title = item.as_ref().filter(|_| is_new).map(|item| text::title_of(&item.body.text()));
        let mut metadata = ThreadMetadata {
            title: None,
            id: thread,
            created_at: now,
            status: ThreadStatus::Active,
            metadata: Default::default(),
        };
        if is_new {
            first.push(ThreadStreamEvent::ThreadCreated {
                thread: Thread::from(metadata.clone()),
            });
        }
        let user_item = match &item {
            Some(item) => {
                first.push(ThreadStreamEvent::ItemDone { item: item.clone() });
                item.id
            }
            None => self.clear_for_retry(person, thread, &mut first).await?,
        };
        first.push(ThreadStreamEvent::StreamOptions {
            stream_options: StreamOptions { allow_cancel: true },
        });
        if let Some(title) = &title {
            metadata.title = Some(title.clone());
            first.push(ThreadStreamEvent::ThreadUpdated { thread: metadata.into() });
        }
        let first: Vec<Arc<Recorded>> = recorder::number(first, 1);
        let log = recorder::lines(&first);
        let new = NewRun {
            user: person.id,
            run,
            thread,
            new_title: title.as_deref(),
            item: item.as_ref(),
            user_item,
            key: key.zip(hash),
            owner: inner.owner,
            log: &log,
            now,
        };
        match inner.store.accept_run(&new).await? {
            Accepted::New { position } => {
                let key = RunKey {
                    user: person.id,
                    run,
                    thread,
                    epoch: 1,
                };
                let stream = self.begin(person.clone(), key, position, first, item.filter(|_| is_new));
                Ok(Asked { thread, run, stream })
            }
            Accepted::Again(run, thread) => Ok(Asked {
                thread,
                run,
                stream: self.follow_run(person.id, thread, run),
            }),
            Accepted::KeyReused => Err(AskError::KeyReused),
            Accepted::Live => Err(AskError::Live),
            Accepted::Refused(status) => Err(AskError::Refused(status)),
        }
    }

    /// Removes what came after the newest message of the person, and tells of it.
    async fn clear_for_retry(&self, person: &Person, thread: ThreadId, first: &mut Vec<ThreadStreamEvent>) -> Result<ItemId, AskError> {
        let store = &self.0.store;
        store.thread(person.id, thread).await?;
        if let Ok(newest) = store.newest_run(person.id, thread).await
            && newest.is_live()
        {
            return Err(AskError::Live);
        }
        let user_item = store.last_user_item(person.id, thread).await?;
        for item_id in store.remove_items_after(person.id, thread, user_item).await? {
            first.push(ThreadStreamEvent::ItemRemoved { item_id });
        }
        Ok(user_item)
    }

    /// Begins the task that answers. `only_item` is the whole history, if it is known.
    fn begin(&self, person: Person, key: RunKey, position: i64, first: Vec<Arc<Recorded>>, only_item: Option<ThreadItem>) -> RunStream {
        let live = self.enter(key);
        let receiver = live.signals.subscribe();
        let seq = first.last().map_or(0, |event| event.seq);
        let recorder = Recorder::new(
            Arc::clone(&live),
            self.0.entries.clone(),
            Arc::clone(&self.0.clock),
            seq,
            position,
            person.locale,
        );
        tokio::spawn(self.clone().answer(person, live, recorder, only_item));
        follow::from_start(self.clone(), key, first, receiver)
    }

    async fn answer(self, person: Person, live: Arc<Live>, mut recorder: Recorder, only_item: Option<ThreadItem>) {
        let inner = &self.0;
        let key = live.key;
        let items = match only_item {
            Some(item) => Ok(vec![item]),
            None => inner.store.history(key.user, key.thread, HISTORY_ITEMS).await,
        };
        let items = match items {
            Ok(items) => items,
            Err(error) => {
                tracing::error!(run = %key.run, %error, "history could not be read");
                recorder.fail_internal("history");
                return;
            }
        };
        let script = script_of(&items, person.locale);
        let now = inner.clock.now();
        let request = ModelRequest {
            system: agent::prompt::system(person.id, now, person.zone, script),
            messages: history::messages(&items),
            tools: Arc::clone(&inner.specs),
            now,
            zone: person.zone,
            script,
        };
        let effects = effects::RunEffects {
            store: inner.store.clone(),
            tools: inner.tools.clone(),
            clock: Arc::clone(&inner.clock),
            key,
            zone: person.zone,
        };
        let mut translator = translate::Translator::default();
        let end = agent::answer(request, inner.model.as_ref(), &effects, inner.limits, &live.cancel, &mut |event| {
            translator.event(event, &mut recorder);
        })
        .await;
        translator.end(end, live.reason.get().copied(), recorder);
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

    /// Stops the answer that is being written in a thread. Nothing happens if none is.
    pub fn stop(&self, user: UserId, thread: ThreadId) {
        for live in self.lives().values() {
            if live.key.user == user && live.key.thread == thread {
                live.stop(StopReason::Person);
            }
        }
    }

    /// Stops a run of this process.
    pub fn stop_run(&self, run: RunId) {
        if let Some(live) = self.lives().get(&run) {
            live.stop(StopReason::Person);
        }
    }

    /// Takes no more messages and ends the answers that are being written: what there is of them is kept. Returns when all is stored, or
    /// after `patience`.
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

    /// Puts a run among those of this process.
    fn enter(&self, key: RunKey) -> Arc<Live> {
        let live = Arc::new(Live {
            key,
            signals: broadcast::channel(BACKLOG).0,
            cancel: CancellationToken::new(),
            reason: OnceLock::new(),
        });
        self.lives().insert(key.run, Arc::clone(&live));
        live
    }

    /// How many answers this process is writing.
    pub fn count(&self) -> usize {
        self.lives().len()
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Arc<Live>>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The language of the newest message of the person; where it has no letters, that of an earlier one, or of the page.
fn script_of(items: &[ThreadItem], locale: Locale) -> Script {
    items
        .iter()
        .rev()
        .filter(|item| matches!(item.body, ItemBody::UserMessage(_)))
        .find_map(|item| language::detect(&item.body.text()))
        .unwrap_or(match locale {
            Locale::En => Script::En,
            Locale::Ur => Script::Ur,
        })
}

fn tool_specs(tools: &Registry) -> Arc<[ToolSpec]> {
    tools
        .infos()
        .into_iter()
        .map(|info| ToolSpec {
            name: info.name.into(),
            description: info.description.into(),
            parameters: info.parameters.into(),
        })
        .collect()
}

fn request_hash(ask: &Ask) -> [u8; 32] {
    let mut hash = Sha256::new();
    let (thread, message) = match ask {
        Ask::NewThread(message) => (None, Some(message)),
        Ask::Message(thread, message) => (Some(thread), Some(message)),
        Ask::Retry(thread) => (Some(thread), None),
    };
    hash.update(thread.map(ToString::to_string).unwrap_or_default());
    hash.update(serde_json::to_vec(&message).unwrap_or_default());
    hash.finalize().into()
}

/// How a run ended, for the store.
fn ending(status: &'static str, reason: Option<String>) -> Ending {
    Ending {
        status,
        reason,
        usage: None,
    }
}
