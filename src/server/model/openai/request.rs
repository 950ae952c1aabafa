//! A conversation as the endpoint wants it.
//!
//! Providers refuse what is merely odd: a call without its result, a result without its call, a nameless call, an
//! assistant's turn at the end. History may hold all of these (a crash, an older version, another provider), so they
//! are mended here.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    super::{Message, ModelRequest, Reference, ToolCall, ToolSpec},
    calls::is_object,
    files::{self, Content},
};

/// The text, with the ids of the tasks that it names by tags behind it.
fn with_references(text: &str, references: &[Reference]) -> String {
    let mut text = text.to_owned();
    for Reference { text: name, task_id } in references {
        text.push_str(&format!("\n[The person tagged the task {name:?}: task_id {task_id}]"));
    }
    text
}

/// What is particular to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Google's own, which wants every call signed.
    Gemini,
    /// Everyone else.
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

/// The body of a request, for one model.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: &'a [WireMessage],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tools: &'a [WireTool],
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
#[serde(tag = "role", rename_all = "snake_case")]
enum WireMessage {
    System {
        content: String,
    },
    User {
        content: Content,
    },
    Assistant {
        /// Null, and not absent, when there are only calls.
        content: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<WireCall>,
    },
    Tool {
        tool_call_id: String,
        /// A JSON text.
        content: String,
    },
}

#[derive(Debug, Serialize)]
struct WireCall {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    function: WireFunction,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<Value>,
}

#[derive(Debug, Serialize)]
struct WireFunction {
    name: String,
    arguments: String,
}

#[derive(Debug, Serialize)]
struct WireTool {
    #[serde(rename = "type")]
    kind: &'static str,
    function: ToolSpec,
}

/// A conversation ready to be sent to any of the endpoint's models.
#[derive(Debug)]
pub(super) struct Conversation {
    messages: Vec<WireMessage>,
    /// The same with pictures, if there are some that may be shown.
    with_pictures: Option<Vec<WireMessage>>,
    tools: Vec<WireTool>,
    first_tool: Option<String>,
    taken: HashSet<String>,
}

impl Conversation {
    /// Converts a request, mending what would be refused. `sees_pictures`: `Some(false)` where pictures are only told of.
    pub(super) fn new(request: &ModelRequest, dialect: Dialect, sees_pictures: Option<bool>) -> Self {
        let has_pictures = request
            .messages
            .iter()
            .any(|message| matches!(message, Message::User { files, .. } if files::has_picture(files)));
        let messages = wire_messages(request, dialect, false);
        let with_pictures = (has_pictures && sees_pictures != Some(false)).then(|| wire_messages(request, dialect, true));
        let tools = request
            .tools
            .iter()
            .map(|tool| WireTool {
                kind: "function",
                function: tool.clone(),
            })
            .collect();
        let calls = request.messages.iter().flat_map(|message| match message {
            Message::Assistant { calls, .. } => calls.as_slice(),
            _ => &[],
        });
        let taken = calls.map(|call| call.id.clone()).collect();
        Self {
            messages,
            with_pictures,
            tools,
            first_tool: request.first_tool().map(str::to_owned),
            taken,
        }
    }

    /// The smallest question there is, to see whether somebody answers.
    pub(super) fn greeting() -> Self {
        Self {
            messages: vec![WireMessage::User {
                content: Content::Text("Say hello.".to_owned()),
            }],
            with_pictures: None,
            tools: Vec::new(),
            first_tool: None,
            taken: HashSet::new(),
        }
    }

    /// Whether there are pictures to show.
    pub(super) fn has_pictures(&self) -> bool {
        self.with_pictures.is_some()
    }

    /// The body to send; `pictures` shows those that there are.
    pub(super) fn body<'a>(&'a self, model: &'a str, include_usage: bool, pictures: bool) -> Body<'a> {
        Body {
            model,
            messages: self.with_pictures.as_ref().filter(|_| pictures).unwrap_or(&self.messages),
            stream: true,
            stream_options: include_usage.then_some(StreamOptions { include_usage }),
            tools: &self.tools,
            tool_choice: match &self.first_tool {
                Some(name) => Some(WireChoice::Tool {
                    kind: "function",
                    function: WireName { name },
                }),
                None => (!self.tools.is_empty()).then_some(WireChoice::Mode("auto")),
            },
        }
    }

    /// The names of the tools offered.
    pub(super) fn tool_names(&self) -> Vec<String> {
        self.tools.iter().map(|tool| tool.function.name.clone()).collect()
    }

    /// The ids of the calls made so far.
    pub(super) fn taken(&self) -> HashSet<String> {
        self.taken.clone()
    }
}

fn wire_messages(request: &ModelRequest, dialect: Dialect, sees: bool) -> Vec<WireMessage> {
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    if !request.system.is_empty() {
        messages.push(WireMessage::System {
            content: request.system.clone(),
        });
    }
    for (at, message) in request.messages.iter().enumerate() {
        match message {
            Message::User {
                text,
                quote,
                references,
                files,
            } => {
                let text = with_quote(quote.as_deref(), with_references(text, references));
                let content = if files.is_empty() {
                    Content::Text(text)
                } else {
                    files::content(&text, files, sees)
                };
                messages.push(WireMessage::User { content });
            }
            Message::Assistant { text, calls } => assistant(&mut messages, text, calls, &request.messages[at + 1..], dialect),
            // Written with its call.
            Message::Tool { .. } => {}
        }
    }
    if !matches!(messages.last(), Some(WireMessage::User { .. } | WireMessage::Tool { .. })) {
        messages.push(WireMessage::User {
            content: Content::Text("Continue.".to_owned()),
        });
    }
    messages
}

/// A text behind what it refers to.
fn with_quote(quote: Option<&str>, text: String) -> String {
    match quote {
        None => text,
        Some(quote) => format!("About this part of an earlier answer:\n> {}\n\n{text}", quote.replace('\n', "\n> ")),
    }
}

/// Writes an assistant's turn and, right after it, one result for each call.
fn assistant(messages: &mut Vec<WireMessage>, text: &str, calls: &[ToolCall], later: &[Message], dialect: Dialect) {
    let calls: Vec<&ToolCall> = calls.iter().filter(|call| !call.name.trim().is_empty()).collect();
    if calls.is_empty() && text.trim().is_empty() {
        return;
    }
    // Of parallel calls Gemini signs only the first, so a turn with one signature is its own and stays as it is.
    let stand_in = dialect == Dialect::Gemini && !calls.iter().any(|call| is_signed(call));
    let tool_calls = calls.iter().map(|call| wire_call(call, stand_in)).collect();
    let content = (!text.is_empty()).then(|| text.to_owned());
    messages.push(WireMessage::Assistant { content, tool_calls });
    let mut results: Vec<(&str, &Value)> = later
        .iter()
        .take_while(|message| !matches!(message, Message::Assistant { .. }))
        .filter_map(|message| match message {
            Message::Tool { call_id, result, .. } => Some((call_id.as_str(), result)),
            _ => None,
        })
        .collect();
    for call in calls {
        let found = results.iter().position(|(id, _)| *id == call.id);
        let content = match found {
            Some(at) => results.remove(at).1.to_string(),
            None => json!({"error": "The call was interrupted and has no result."}).to_string(),
        };
        messages.push(WireMessage::Tool {
            tool_call_id: call.id.clone(),
            content,
        });
    }
}

fn wire_call(call: &ToolCall, stand_in: bool) -> WireCall {
    // Arguments that were never valid are told to the model by the call's result; sent back, they are refused.
    let arguments = if is_object(&call.arguments) {
        call.arguments.clone()
    } else {
        "{}".to_owned()
    };
    let extra_content = match stand_in {
        true => Some(json!({"google": {"thought_signature": "skip_thought_signature_validator"}})),
        false => call.extra_content.clone(),
    };
    WireCall {
        id: call.id.clone(),
        kind: "function",
        function: WireFunction {
            name: call.name.clone(),
            arguments,
        },
        extra_content,
    }
}

fn is_signed(call: &ToolCall) -> bool {
    let signature = call
        .extra_content
        .as_ref()
        .and_then(|extra| extra.pointer("/google/thought_signature")?.as_str());
    signature.is_some_and(|signature| !signature.is_empty())
}
