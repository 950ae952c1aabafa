//! Talking to a model. One stream of [`ModelEvent`]s, whoever answers:
//!
//! - [`openai`]: any OpenAI-compatible `/chat/completions`, with retries and fallback models;
//! - [`offline`]: the built-in assistant, which needs no key and no network;
//! - [`choice`]: the two of them, for a person who chooses.
//!
//! A stream that ends without [`ModelEvent::Done`] is a failure, never an answer.

pub mod choice;
mod extra;
mod file;
pub mod offline;
pub mod openai;

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    extra::Extra,
    file::{File, FileContent},
};
use crate::{domain::locale::Script, server::calendar::Calendar};

/// What a model is asked: one turn of a conversation.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The system prompt, with everything filled in.
    pub system: String,
    /// The conversation, oldest first; ends in a user message or in tool results.
    pub messages: Vec<Message>,
    /// The tools that may be called.
    pub tools: Arc<[ToolSpec]>,
    /// The person's time, for the built-in assistant.
    pub now: DateTime<Utc>,
    /// The person's calendar.
    pub calendar: Calendar,
    /// The language of the newest message.
    pub script: Script,
    /// The model that the person chose: asked first. One that is not there any more is passed over.
    pub model: Option<String>,
    /// The tool that the person chose for the newest message: the answer begins with it.
    pub tool_choice: Option<String>,
}

impl ModelRequest {
    /// The chosen tool, as long as the answer has not begun: it is called once, and then the model is free.
    pub fn first_tool(&self) -> Option<&str> {
        let is_beginning = matches!(self.messages.last(), Some(Message::User { .. }));
        let tool = self.tool_choice.as_deref().filter(|_| is_beginning)?;
        self.tools.iter().any(|known| known.name == tool).then_some(tool)
    }
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    /// What the person wrote.
    User {
        /// The text.
        text: String,
        /// What of an earlier answer it refers to: not the person's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quote: Option<String>,
        /// The files that came with it. Never journaled.
        #[serde(skip)]
        files: Vec<File>,
        /// The tasks that it names by tags: exactly these are meant.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        references: Vec<Reference>,
    },
    /// What the model said, and the tools it called, in one turn.
    Assistant {
        /// The text; may be empty when there are calls.
        text: String,
        /// The calls, in their order.
        calls: Vec<ToolCall>,
    },
    /// The result of one call. Every call has exactly one.
    Tool {
        /// The call's id.
        call_id: String,
        /// The tool's name.
        name: String,
        /// What came out, as JSON; a failure that the model can act on is `{"error": "..."}`.
        result: Value,
    },
}

impl Message {
    /// A message of the person that is nothing but text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User {
            text: text.into(),
            quote: None,
            files: Vec::new(),
            references: Vec::new(),
        }
    }
}

/// A task that a message names by a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// How it stands in the text.
    pub text: String,
    /// Its id.
    pub task_id: String,
}

/// A call of a tool by the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's id, or one of ours where it gave none.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, a JSON text as the model wrote it (may be invalid).
    pub arguments: String,
    /// What the endpoint wants back verbatim with this call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<Extra>,
}

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolSpec {
    /// The name.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// The JSON schema of the arguments, in the subset that Gemini takes.
    pub parameters: Arc<Value>,
}

/// What happens while a model answers.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelEvent {
    /// More text.
    Text(String),
    /// A whole tool call.
    ToolCall(ToolCall),
    /// Nothing is visible yet; the provider is busy and is asked again after this time.
    Busy {
        /// The wait.
        retry_in: Duration,
    },
    /// Another model of the list answers, because this one cannot.
    Fallback {
        /// The model that was asked.
        from: String,
        /// The model that is asked now.
        to: String,
    },
    /// What was said in this turn so far was not meant for the person: the model was thinking, and did not say so before. What follows is
    /// the answer.
    Retracted,
    /// The conversation is longer than the model can take: the oldest part of it is left out from here on.
    Shortened,
    /// The text that follows is not in the language of the request, though the model was asked again ([`crate::server::agent::mirror`]).
    OtherLanguage,
    /// The end of a whole turn.
    Done {
        /// Why it ended.
        finish: Finish,
        /// What it cost, if the provider says.
        usage: Usage,
    },
}

/// Why a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model was done (with or without tool calls).
    Stop,
    /// The length limit cut it.
    Length,
    /// The provider's filter cut it.
    Filter,
}

/// Tokens spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub input: i64,
    /// Tokens written.
    pub output: i64,
}

/// Why no answer came. The cause is for the log; people see the catalogue's text for the variant.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelError {
    /// No connection.
    Unreachable(String),
    /// 401 or 403: the key is wrong.
    Unauthorized(String),
    /// 404 or the like: the model does not exist, or no longer.
    NoSuchModel(String),
    /// 404 or the like, and not of the model: nobody completes chats at this address.
    WrongAddress(String),
    /// The model, or the server that runs it, takes no tools.
    NoTools(String),
    /// What was asked is longer than the model can take, however much of the conversation is left out.
    TooLong(String),
    /// 429: too many requests, or the quota is used up.
    RateLimited(String),
    /// 5xx or overloaded.
    Unavailable(String),
    /// Any other 4xx: the request was refused, and no other form of it was taken.
    Refused(String),
    /// The stream broke off, or ended without its end.
    CutOff(String),
    /// Nothing came for too long.
    TimedOut(String),
    /// What came could not be read.
    Garbage(String),
    /// The model answered with nothing, twice.
    Empty,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, cause) = match self {
            Self::Unreachable(c) => ("the model's endpoint cannot be reached", c.as_str()),
            Self::Unauthorized(c) => ("the model's endpoint refused the key", c.as_str()),
            Self::NoSuchModel(c) => ("the model does not exist", c.as_str()),
            Self::WrongAddress(c) => ("nobody completes chats at this address", c.as_str()),
            Self::NoTools(c) => ("the model takes no tools, and without them it cannot work with tasks", c.as_str()),
            Self::TooLong(c) => ("the request is longer than the model can take", c.as_str()),
            Self::RateLimited(c) => ("too many requests to the model, or its quota is used up", c.as_str()),
            Self::Unavailable(c) => ("the model's endpoint failed", c.as_str()),
            Self::Refused(c) => ("the model's endpoint refused the request", c.as_str()),
            Self::CutOff(c) => ("the model's answer broke off", c.as_str()),
            Self::TimedOut(c) => ("the model was silent for too long", c.as_str()),
            Self::Garbage(c) => ("the model's answer could not be read", c.as_str()),
            Self::Empty => ("the model answered with nothing", ""),
        };
        if cause.is_empty() {
            f.write_str(what)
        } else {
            write!(f, "{what}: {cause}")
        }
    }
}
impl std::error::Error for ModelError {}

/// The stream of one turn.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ModelError>>;

/// Something that answers.
pub trait Model: Send + Sync + 'static {
    /// Asks for one turn. Dropping the stream gives the request up.
    fn ask(&self, request: ModelRequest) -> ModelStream;
    /// The name to show: a model's id, or `offline`.
    fn name(&self) -> String;
    /// Whether it reads files, so that they are brought to it.
    fn reads_files(&self) -> bool {
        true
    }
    /// The names that a person may choose from, the usual one first.
    fn names(&self) -> Vec<String> {
        vec![self.name()]
    }
}
