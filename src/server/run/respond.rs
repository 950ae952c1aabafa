//! What answers: the seam between a run and whatever makes its events. In the server that is the agent (`super::assistant`); the
//! conformance suite puts a player of scripts in its place.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Person, Recorder};
use crate::{
    domain::{deed::RowDone, id::ItemId, language::Wanted, scope::Scope},
    protocol::{
        event::{ErrorCode, ThreadStreamEvent},
        item::{InferenceOptions, ThreadItem},
        request::Action,
    },
    server::store::{StoreError, runs::RunKey},
};

/// What is to be answered.
pub struct Turn {
    /// Who asks.
    pub person: Person,
    /// The run; its thread is the one that is answered in.
    pub key: RunKey,
    /// The newest items of the thread, hidden ones too, oldest first.
    pub items: Vec<ThreadItem>,
    /// The language of the answer.
    pub wanted: Wanted,
    /// What began the run.
    pub prompt: Prompt,
    /// What an earlier attempt, by a process that is gone, has done.
    pub earlier: Option<Earlier>,
    /// Set when the run must end.
    pub cancel: CancellationToken,
}

impl Turn {
    /// The item that is answered.
    pub(super) fn about(&self) -> Option<ItemId> {
        let newest = || self.items.last().map(|item| item.id);
        self.earlier.as_ref().map(|earlier| earlier.about).or_else(newest)
    }
}

/// What an earlier attempt at an answer has done. What of it is whole stands among the items of the thread.
#[derive(Debug)]
pub struct Earlier {
    /// The item that is answered.
    pub about: ItemId,
    /// Whole items that it told of.
    pub told: Vec<ThreadItem>,
}

/// What began a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Prompt {
    /// The newest message of the person.
    Message,
    /// A message that was answered before, anew: it is the newest now.
    Again,
    /// The client answered a tool call (this item).
    ToolOutput(ThreadItem),
    /// The person answered, or skipped, a form (this item).
    Form(ThreadItem),
    /// An action, from a widget (this item) or from the client itself.
    Action {
        /// The action.
        action: Action,
        /// The widget.
        sender: Option<ThreadItem>,
    },
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is whole.
    Done {
        /// Tokens, for the record.
        usage: Option<Value>,
    },
    /// It was told to end.
    Cancelled,
    /// There is none, or no more of it.
    Failed {
        /// What the client is told.
        code: ErrorCode,
        /// In the person's language.
        message: Option<String>,
        /// Trying again may help.
        allow_retry: bool,
        /// For the record.
        reason: String,
    },
}

impl Outcome {
    /// The event and the record of a failure.
    pub(super) fn failed_event(code: ErrorCode, message: Option<String>, allow_retry: bool) -> ThreadStreamEvent {
        ThreadStreamEvent::Error {
            code,
            message,
            allow_retry,
        }
    }
}

/// Why an action came to nothing.
#[derive(Debug)]
pub enum ActionError {
    /// No such action, or its payload does not fit; the text says what is wrong.
    Invalid(String),
    /// It needs a scope that the person's token lacks.
    Forbidden(Scope),
    /// See [`StoreError`].
    Store(StoreError),
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What an action came to.
#[derive(Debug, Default)]
pub struct Acted {
    /// The widget as it is then.
    pub item: Option<ThreadItem>,
    /// What was done to a task.
    pub done: Option<RowDone>,
}

/// Something that answers.
#[async_trait]
pub trait Responder: Send + Sync + 'static {
    /// The models that a person may choose from, the usual one first; empty where there is no choice.
    fn models(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a message may choose so.
    ///
    /// # Errors
    /// What is wrong with it, for the one who wrote the request.
    fn check(&self, _options: &InferenceOptions) -> Result<(), String> {
        Ok(())
    }

    /// Answers: hands the recorder what happens.
    async fn respond(&self, turn: &Turn, recorder: &mut Recorder) -> Outcome;

    /// Does what an action says, at once. Whatever is to be stored is stored by the one who answers.
    ///
    /// # Errors
    /// See [`ActionError`].
    async fn sync_action(&self, person: &Person, action: &Action, sender: Option<ThreadItem>) -> Result<Acted, ActionError>;
}
