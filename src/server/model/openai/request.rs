//! A conversation as the endpoint wants it: the body of a request.

use std::collections::HashSet;

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{
    super::{Message, ModelRequest, ToolSpec},
    files, leak,
    messages::{self, WireMessage},
    profile::{Profile, Sent},
    refusal,
    turn::Reading,
};
use crate::domain::locale::Script;

/// What is particular to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Dialect {
    /// Google's own, which wants every call signed.
    Gemini,
    /// Everyone else.
    #[default]
    Plain,
}

impl Dialect {
    /// Told by the address.
    pub(super) fn of(base_url: &Url) -> Self {
        match base_url.host_str() {
            Some(host) if host == "googleapis.com" || host.ends_with(".googleapis.com") => Self::Gemini,
            _ => Self::Plain,
        }
    }
}

/// How a conversation is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    /// The model that is asked.
    pub(super) model: String,
    /// The endpoint and the model, by which both know their own again.
    pub(super) from: String,
    /// What is particular to the endpoint.
    pub(super) dialect: Dialect,
    /// What is known of the model.
    pub(super) profile: Profile,
    /// Whether it sees pictures, where that is known.
    pub(super) sees_pictures: Option<bool>,
    /// The most tokens of an answer, if there is a bound.
    pub(super) answer_tokens: Option<u32>,
}

impl Form {
    /// Whether pictures are shown, and not told of.
    pub(super) fn shows_pictures(&self) -> bool {
        self.sees_pictures != Some(false) && !self.profile.no_pictures
    }
}

/// The body of a request.
#[derive(Debug, Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tools: Vec<WireTool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<WireChoice<'a>>,
}

/// Which tool is to be called.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum WireChoice<'a> {
    /// `auto`: as the model likes.
    Mode(&'static str),
    /// This one.
    Tool {
        #[serde(rename = "type")]
        kind: &'static str,
        function: WireName<'a>,
    },
}

#[derive(Debug, Serialize)]
struct WireName<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
struct WireTool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: &'a ToolSpec,
}

/// A conversation that can be sent to any of the endpoint's models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversation<'a> {
    request: &'a ModelRequest,
}

impl<'a> Conversation<'a> {
    /// Of this request.
    pub(super) fn new(request: &'a ModelRequest) -> Self {
        Self { request }
    }

    /// The body to send, a JSON text.
    pub(super) fn body(&self, form: &Form) -> String {
        let body = self.wire(form);
        if form.profile.dropped.is_empty() {
            return serde_json::to_string(&body).unwrap_or_default();
        }
        let mut value = serde_json::to_value(&body).unwrap_or_default();
        refusal::drop_fields(&mut value, &form.profile.dropped);
        value.to_string()
    }

    /// What of that body could be other.
    pub(super) fn sent(&self, form: &Form) -> Sent {
        let body: Value = serde_json::from_str(&self.body(form)).unwrap_or_default();
        let messages = body
            .get("messages")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let newest = messages::newest(&self.request.messages, form.profile.most);
        let has_picture = |message: &Message| matches!(message, Message::User { files, .. } if files::has_picture(files));
        let users = newest.iter().filter(|message| matches!(message, Message::User { .. }));
        Sent {
            fields: refusal::spare_fields(&body),
            has_pictures: form.sees_pictures.is_none() && form.shows_pictures() && newest.iter().any(has_picture),
            has_calls: messages.iter().any(|message| message.get("tool_calls").is_some()),
            has_system: messages
                .iter()
                .any(|message| message.get("role").and_then(Value::as_str) == Some("system")),
            has_null: messages.iter().any(|message| message.get("content") == Some(&Value::Null)),
            length: newest.iter().map(messages::length).sum(),
            has_older: users.count() > 1,
        }
    }

    /// What its answer is read with.
    pub(super) fn reading(&self, form: &Form, answer_bytes: usize) -> Reading {
        let calls = self.request.messages.iter().flat_map(|message| match message {
            Message::Assistant { calls, .. } => calls.as_slice(),
            _ => &[],
        });
        Reading {
            tools: self.request.tools.clone(),
            taken: calls.map(|call| call.id.clone()).collect::<HashSet<_>>(),
            told: leak::told(&self.request.messages),
            from: form.from.clone(),
            withholds: form.profile.withholds,
            answer_bytes,
        }
    }

    fn wire<'b>(&'b self, form: &'b Form) -> Body<'b> {
        let tools: &'b [ToolSpec] = &self.request.tools;
        let bound = |name: &str| form.answer_tokens.filter(|_| form.profile.bound.name() == Some(name));
        Body {
            model: &form.model,
            messages: messages::wire(self.request, form),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            max_tokens: bound("max_tokens"),
            max_completion_tokens: bound("max_completion_tokens"),
            tools: tools
                .iter()
                .map(|function| WireTool {
                    kind: "function",
                    function,
                })
                .collect(),
            tool_choice: match self.request.first_tool() {
                Some(name) => Some(WireChoice::Tool {
                    kind: "function",
                    function: WireName { name },
                }),
                None => (!tools.is_empty()).then_some(WireChoice::Mode("auto")),
            },
        }
    }
}

/// A request of nobody, to see what an endpoint does.
pub(super) fn trial(text: &str, tools: Vec<ToolSpec>) -> ModelRequest {
    ModelRequest {
        system: String::new(),
        messages: vec![Message::user(text)],
        tools: tools.into(),
        now: DateTime::UNIX_EPOCH,
        calendar: chrono_tz::Tz::UTC.into(),
        script: Script::En,
        model: None,
        tool_choice: None,
    }
}
