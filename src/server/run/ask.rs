//! What can be asked for, and how it is accepted: in one statement, after which a task of its own answers.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Acted, ActionError, Person, Recorded, RunStream, Runs, Signal, fail_point::fail_point, log, own, prepare::Prepared};
use crate::{
    domain::{
        id::{ItemId, RunId, ThreadId},
        quota::Quota,
        text::MESSAGE_MAX_BYTES,
    },
    protocol::{
        event::ThreadStreamEvent,
        item::{ItemBody, UserMessage},
        request::{Action, Submission},
        thread::ThreadStatus,
    },
    server::store::{
        StoreError,
        runs::{Accepted, NewRun, RunKey},
    },
};

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A first message: makes a thread.
    NewThread(UserMessage),
    /// A message in a thread.
    Message(ThreadId, UserMessage),
    /// A message of a thread, the newest where none is named, anew: what came after it is removed.
    Retry(ThreadId, Option<ItemId>),
    /// What the client's tool gave, for the call that the thread ends in.
    ToolOutput(ThreadId, Value),
    /// What the person filled into a form.
    Form(ThreadId, ItemId, Submission),
    /// An action, from a widget or from the client itself.
    Action(ThreadId, Option<ItemId>, Action),
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
    /// The item is of another kind than the request needs, or is answered already; the text says which.
    WrongItem(&'static str),
    /// The message chooses a model or a tool that there is not; the text says which.
    UnknownOption(String),
    /// The sender of an action is no widget.
    NotAWidget,
    /// What it brings is longer than a message may be ([`MESSAGE_MAX_BYTES`]).
    TooLarge,
    /// What it brings has more than [`LEVELS_MAX`] levels.
    TooDeep,
    /// The person has as much answered as one person may have.
    Quota(Quota),
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
    /// Items that are gone because of it.
    pub removed: Vec<ItemId>,
    /// What happens, from the first event.
    pub stream: RunStream,
}

/// The most levels of a JSON value that a client brings. The database's answers are read to 127, and what is stored lies within some more.
pub const LEVELS_MAX: usize = 64;

/// Whether a JSON value has at most [`LEVELS_MAX`] levels.
pub fn fits(value: &Value) -> bool {
    fn lies(value: &Value, levels: usize) -> bool {
        match value {
            Value::Array(list) => levels > 0 && list.iter().all(|value| lies(value, levels - 1)),
            Value::Object(fields) => levels > 0 && fields.values().all(|value| lies(value, levels - 1)),
            _ => true,
        }
    }
    lies(value, LEVELS_MAX)
}

/// The length of something as JSON, in bytes.
pub fn json_length(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |json| json.len())
}

/// What a client brings beside messages must be fit to be stored, and to be read again with every later turn.
fn check(ask: &Ask) -> Result<(), AskError> {
    let (length, value) = match ask {
        Ask::NewThread(_) | Ask::Message(..) | Ask::Retry(..) => return Ok(()),
        Ask::ToolOutput(_, result) => (json_length(result), Some(result)),
        Ask::Form(_, _, submission) => (json_length(submission), None),
        Ask::Action(_, _, action) => (json_length(action), Some(&action.payload)),
    };
    if length > MESSAGE_MAX_BYTES {
        return Err(AskError::TooLarge);
    }
    if value.is_some_and(|value| !fits(value)) {
        return Err(AskError::TooDeep);
    }
    Ok(())
}

impl Runs {
    /// Accepts a request and begins to answer it. `key` names the request: the same key with the same request is the same run.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(&self, person: &Person, ask: Ask, key: Option<&str>) -> Result<Asked, AskError> {
        let inner = &self.0;
        if inner.stopping.is_cancelled() {
            return Err(AskError::Stopping);
        }
        check(&ask)?;
        let key = key.map(|key| (key, request_hash(&ask)));
        // Before anything else is looked at: what was answered the first time is not pending now.
        if let Some((name, hash)) = key
            && let Some(known) = inner.store.known_key(person.id, name, hash).await?
        {
            return self.accepted_again(person, known).await;
        }
        let _place = match self.place(person.id, key.map(|(name, _)| name)).await {
            Ok(place) => place,
            // The same request may have been accepted meanwhile: then it takes no other place.
            Err(refused) => match key {
                Some((name, hash)) => {
                    let known = inner.store.known_key(person.id, name, hash).await?.ok_or(refused)?;
                    return self.accepted_again(person, known).await;
                }
                None => return Err(refused),
            },
        };
        let run = inner.clock.run_id();
        let Prepared {
            thread,
            new_thread,
            item,
            about,
            settle,
            first,
            removed,
            prompt,
        } = self.prepare(person, ask).await?;
        let request = own::request(person, &prompt);
        let first: Vec<Arc<Recorded>> = log::number(first, 1);
        let lines = log::lines(&first);
        let new = NewRun {
            user: person.id,
            run,
            thread,
            new_title: new_thread.as_deref(),
            item: item.as_ref(),
            user_item: about,
            settle: &settle,
            request: &request,
            key,
            owner: inner.owner,
            log: &lines,
            // A message is stored with the time that it is told with.
            now: item.as_ref().map_or_else(|| inner.clock.now(), |item| item.created_at),
        };
        fail_point!("accepting");
        match inner.store.accept_run(&new).await? {
            Accepted::New { position } => {
                fail_point!("accepted");
                let key = RunKey {
                    user: person.id,
                    run,
                    thread,
                    epoch: 1,
                };
                let history = item.filter(|_| new_thread.is_some()).map(|item| vec![item]);
                let stream = self.begin(person.clone(), key, position, first, prompt, history);
                Ok(Asked {
                    thread,
                    run,
                    removed,
                    stream,
                })
            }
            Accepted::NoSuchAttachment => Err(AskError::WrongItem("a file is gone, or belongs to another thread")),
            Accepted::NotPending => Err(AskError::WrongItem("it was answered already")),
            Accepted::Live => Err(AskError::Live),
            Accepted::Refused(status) => Err(AskError::Refused(status)),
            known => self.accepted_again(person, known).await,
        }
    }

    async fn accepted_again(&self, person: &Person, known: Accepted) -> Result<Asked, AskError> {
        let Accepted::Again(run, thread) = known else {
            return Err(AskError::KeyReused);
        };
        let store = &self.0.store;
        let is_forgotten = !store.run_state(person.id, run).await?.is_live() && !store.has_log(person.id, run).await?;
        let stream: RunStream = if is_forgotten {
            // Its log was removed long ago. Whoever asks learns at least where the answer stands.
            let thread = store.thread(person.id, thread).await?;
            let told = log::number(vec![ThreadStreamEvent::ThreadCreated { thread: thread.into() }], 1);
            Box::pin(futures::stream::iter(told.into_iter().map(Signal::Event).chain([Signal::End])))
        } else {
            self.follow_run(person.id, thread, run)
        };
        Ok(Asked {
            thread,
            run,
            removed: Vec::new(),
            stream,
        })
    }

    /// Does what an action says, at once.
    ///
    /// # Errors
    /// See [`ActionError`]; a thread or an item that is not this person's is not found.
    pub async fn sync_action(
        &self,
        person: &Person,
        thread: ThreadId,
        item: Option<ItemId>,
        action: &Action,
    ) -> Result<Acted, ActionError> {
        self.0.store.thread(person.id, thread).await?;
        let sender = match item {
            None => None,
            Some(item) => Some(self.0.store.item(person.id, thread, item).await?),
        };
        if sender.as_ref().is_some_and(|item| !matches!(item.body, ItemBody::Widget { .. })) {
            return Err(ActionError::Invalid("params.item_id: this item is no widget".into()));
        }
        self.0.responder.sync_action(person, action, sender).await
    }
}

/// Tells requests apart: a key that comes again must come with the same one.
fn request_hash(ask: &Ask) -> [u8; 32] {
    let whole = match ask {
        Ask::NewThread(message) => json!([null, message]),
        Ask::Message(thread, message) => json!([thread, message]),
        Ask::Retry(thread, item) => json!([thread, "retry", item]),
        Ask::ToolOutput(thread, result) => json!([thread, "result", result]),
        Ask::Form(thread, item, submission) => json!([thread, "form", item, submission]),
        Ask::Action(thread, item, action) => json!([thread, "action", item, action]),
    };
    Sha256::digest(whole.to_string().as_bytes()).into()
}
