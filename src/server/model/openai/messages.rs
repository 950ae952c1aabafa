//! The messages of a conversation as the strictest endpoint takes them.
//!
//! Providers and templates refuse what is merely odd: a call without its result, a result without its call, a nameless call, two messages
//! of one side in a row, one of the person right behind results, an assistant's turn at the end. History may hold all of these (a stopped
//! answer, a failure, a crash, an older version, another provider), so they are mended here, whoever is asked.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    super::{Extra, FileContent, Message, ModelRequest, Reference, ToolCall},
    calls::is_object,
    files::{self, Content},
    request::{Dialect, Form},
    thinking::Thinking,
};

/// Between two messages of the person, of which the first got no answer.
const NO_ANSWER: &str = "[This message was not answered.]";
/// The turn of an assistant whose answer ended behind the results of its calls.
const NO_WORDS: &str = "[The answer ended here.]";

/// A message as it is sent.
#[derive(Debug, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(super) enum WireMessage {
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
        #[serde(flatten)]
        reasoning: Map<String, Value>,
    },
    Tool {
        tool_call_id: String,
        /// A JSON text.
        content: String,
    },
}

/// A call as it is sent.
#[derive(Debug, Serialize)]
pub(super) struct WireCall {
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

/// The newest messages, so many bytes of them, from one of the person's on; the newest of these with all that follows it in any case.
pub(super) fn newest(messages: &[Message], most: Option<usize>) -> &[Message] {
    let Some(most) = most else { return messages };
    let mut start = None;
    let mut sum = 0;
    for (at, message) in messages.iter().enumerate().rev() {
        sum += length(message);
        if start.is_some() && sum > most {
            break;
        }
        if matches!(message, Message::User { .. }) {
            start = Some(at);
        }
    }
    &messages[start.unwrap_or_default()..]
}

/// How long a message is, in bytes.
pub(super) fn length(message: &Message) -> usize {
    match message {
        Message::User { text, quote, files, .. } => {
            let in_file = |content: &FileContent| match content {
                FileContent::Text { text, .. } => text.len(),
                _ => 0,
            };
            text.len() + quote.as_ref().map_or(0, String::len) + files.iter().map(|file| in_file(&file.content)).sum::<usize>()
        }
        Message::Assistant { text, calls } => text.len() + calls.iter().map(|call| call.name.len() + call.arguments.len()).sum::<usize>(),
        Message::Tool { result, .. } => result.to_string().len(),
    }
}

/// The messages to send.
pub(super) fn wire(request: &ModelRequest, form: &Form) -> Vec<WireMessage> {
    let messages = newest(&request.messages, form.profile.most);
    let mut writer = Writer {
        form,
        written: Vec::with_capacity(messages.len() + 1),
        ends_in_note: true,
    };
    let (system, preface) = match form.profile.no_system {
        true => ("", request.system.as_str()),
        false => (request.system.as_str(), ""),
    };
    if !system.is_empty() {
        writer.written.push(WireMessage::System {
            content: system.to_owned(),
        });
    }
    if !preface.is_empty() {
        writer.user(Content::Text(preface.to_owned()), true);
    }
    for (at, message) in messages.iter().enumerate() {
        match message {
            Message::User {
                text,
                quote,
                references,
                files,
            } => {
                let is_note = text.starts_with('[') && text.ends_with(']');
                let text = with_quote(quote.as_deref(), with_references(text, references));
                let content = match files.is_empty() {
                    true => Content::Text(text),
                    false => files::content(&text, files, form.shows_pictures()),
                };
                writer.user(content, is_note);
            }
            Message::Assistant { text, calls } => writer.assistant(text, calls, &messages[at + 1..]),
            // Written with its call.
            Message::Tool { .. } => {}
        }
    }
    if !matches!(writer.written.last(), Some(WireMessage::User { .. } | WireMessage::Tool { .. })) {
        writer.user(Content::Text("Continue.".to_owned()), true);
    }
    writer.written
}

struct Writer<'a> {
    form: &'a Form,
    written: Vec<WireMessage>,
    /// The newest message is the server's word, not the person's.
    ends_in_note: bool,
}

impl Writer<'_> {
    /// Writes a message of the person, or a note of the server, behind whatever there is.
    fn user(&mut self, content: Content, is_note: bool) {
        match self.written.last_mut() {
            Some(WireMessage::User { content: before }) => {
                if !self.ends_in_note && !is_note {
                    before.join(Content::Text(NO_ANSWER.to_owned()));
                }
                before.join(content);
            }
            Some(WireMessage::Tool { .. }) => {
                self.turn(Some(NO_WORDS.to_owned()), Vec::new(), Map::new());
                self.written.push(WireMessage::User { content });
            }
            _ => self.written.push(WireMessage::User { content }),
        }
        self.ends_in_note = is_note;
    }

    /// Writes an assistant's turn and, right after it, one result for each call.
    fn assistant(&mut self, text: &str, calls: &[ToolCall], later: &[Message]) {
        let calls: Vec<&ToolCall> = calls.iter().filter(|call| !call.name.trim().is_empty()).collect();
        let text = Thinking::without(text);
        if calls.is_empty() && text.trim().is_empty() {
            return;
        }
        let mut results: Vec<(&str, &Value)> = later
            .iter()
            .take_while(|message| !matches!(message, Message::Assistant { .. }))
            .filter_map(|message| match message {
                Message::Tool { call_id, result, .. } => Some((call_id.as_str(), result)),
                _ => None,
            })
            .collect();
        let mut result_of = |call: &ToolCall| {
            let found = results.iter().position(|(id, _)| *id == call.id);
            match found {
                Some(at) => results.remove(at).1.to_string(),
                None => json!({"error": "The call was interrupted and has no result."}).to_string(),
            }
        };
        if self.form.profile.no_tool_role && !calls.is_empty() {
            let told = calls.iter().map(|call| format!("[Called {} with {}]", call.name, arguments(call)));
            let told: Vec<String> = std::iter::once(text).filter(|text| !text.is_empty()).chain(told).collect();
            self.turn(Some(told.join("\n\n")), Vec::new(), Map::new());
            for call in calls {
                let content = format!("[What {} gave: {}]", call.name, result_of(call));
                self.user(Content::Text(content), true);
            }
            return;
        }
        // Of parallel calls Gemini signs only the first, so a turn with one signature is its own and stays as it is.
        let stand_in = self.form.dialect == Dialect::Gemini && !calls.iter().any(|call| self.own(call).is_some_and(is_signed));
        let tool_calls = calls.iter().map(|call| self.call(call, stand_in)).collect();
        let reasoning = calls.iter().find_map(|call| self.reasoning(call)).unwrap_or_default();
        self.turn((!text.is_empty()).then_some(text), tool_calls, reasoning);
        for call in calls {
            self.written.push(WireMessage::Tool {
                tool_call_id: self.id(&call.id),
                content: result_of(call),
            });
        }
    }

    /// Writes a turn; what was said right before it is a part of it.
    fn turn(&mut self, content: Option<String>, tool_calls: Vec<WireCall>, reasoning: Map<String, Value>) {
        let before = match self
            .written
            .pop_if(|last| matches!(last, WireMessage::Assistant { tool_calls, .. } if tool_calls.is_empty()))
        {
            Some(WireMessage::Assistant { content, .. }) => content,
            _ => None,
        };
        let content = match (before, content) {
            (Some(before), Some(content)) => Some(format!("{before}\n\n{content}")),
            (before, content) => before.or(content),
        };
        let mut reasoning = reasoning;
        if self.form.profile.wants_reasoning && reasoning.is_empty() {
            reasoning.insert("reasoning_content".to_owned(), Value::String(String::new()));
        }
        self.written.push(WireMessage::Assistant {
            content: content.or_else(|| self.form.profile.no_null.then(String::new)),
            tool_calls,
            reasoning,
        });
    }

    fn call(&self, call: &ToolCall, stand_in: bool) -> WireCall {
        let extra_content = match stand_in {
            true => Some(json!({"google": {"thought_signature": "skip_thought_signature_validator"}})),
            false => self.own(call).cloned(),
        };
        WireCall {
            id: self.id(&call.id),
            kind: "function",
            function: WireFunction {
                name: call.name.clone(),
                arguments: arguments(call),
            },
            extra_content,
        }
    }

    /// What came with a call from whom is asked now, or from nobody knows whom.
    fn own<'c>(&self, call: &'c ToolCall) -> Option<&'c Value> {
        let extra = call.extra_content.as_ref()?;
        let is_own = extra.from.as_ref().is_none_or(|from| *from == self.form.from);
        extra.call.as_ref().filter(|_| is_own)
    }

    /// The reasoning of a call's turn, where it came from whom is asked now.
    fn reasoning(&self, call: &ToolCall) -> Option<Map<String, Value>> {
        let Extra { from, reasoning, .. } = call.extra_content.as_ref()?;
        let is_own = from.as_ref() == Some(&self.form.from);
        (is_own && !reasoning.is_empty()).then(|| reasoning.clone())
    }

    fn id(&self, id: &str) -> String {
        match self.form.profile.short_ids {
            true => short_id(id),
            false => id.to_owned(),
        }
    }
}

/// An id of nine letters and digits, always the same for an id.
fn short_id(id: &str) -> String {
    const LENGTH: usize = 9;
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.as_bytes());
    digest
        .iter()
        .take(LENGTH)
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}

/// Arguments that were never valid are told to the model by the call's result; sent back, they are refused.
fn arguments(call: &ToolCall) -> String {
    match is_object(&call.arguments) {
        true => call.arguments.clone(),
        false => "{}".to_owned(),
    }
}

fn is_signed(extra: &Value) -> bool {
    let signature = extra.pointer("/google/thought_signature").and_then(Value::as_str);
    signature.is_some_and(|signature| !signature.is_empty())
}

/// The text, with the ids of the tasks that it names by tags behind it.
fn with_references(text: &str, references: &[Reference]) -> String {
    let mut text = text.to_owned();
    for Reference { text: name, task_id } in references {
        text.push_str(&format!("\n[The person tagged the task {name:?}: task_id {task_id}]"));
    }
    text
}

/// A text behind what it refers to.
fn with_quote(quote: Option<&str>, text: String) -> String {
    match quote {
        None => text,
        Some(quote) => format!("About this part of an earlier answer:\n> {}\n\n{text}", quote.replace('\n', "\n> ")),
    }
}
