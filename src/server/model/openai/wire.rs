//! What a frame may look like. Everything may be missing, null, or of another shape: a field that cannot be read is as
//! good as absent, because providers add and bend fields, and an answer must not be lost to that.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::super::Usage;

/// One frame of the stream.
#[derive(Debug)]
pub(super) enum Frame {
    /// Nothing to read, such as a sign of life.
    Nothing,
    /// `[DONE]`.
    Done,
    /// The provider failed in the middle of the stream.
    Error(Value),
    /// A piece of the answer.
    Chunk(Chunk),
}

/// A piece of the answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "list")]
    pub(super) choices: Vec<Choice>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
}

/// One of the answers asked for; there is only ever one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) delta: Option<Delta>,
    /// In the place of `delta` when the endpoint does not stream.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) message: Option<Delta>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
}

/// What is new.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Delta {
    #[serde(default)]
    content: Value,
    #[serde(default, deserialize_with = "lenient")]
    refusal: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub(super) tool_calls: Vec<CallDelta>,
    /// A thought signature outside of its call.
    #[serde(default)]
    pub(super) extra_content: Option<Value>,
    /// Whatever else there is; reasoning among it.
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Delta {
    /// The new reasoning, by the names of its fields: `reasoning_content`, `reasoning`, `reasoning_details`, `thinking_blocks`.
    pub(super) fn take_reasoning(&mut self) -> Map<String, Value> {
        let mut others = std::mem::take(&mut self.others);
        others.retain(|name, value| is_reasoning(name) && (value.is_string() || value.is_array() || value.is_object()));
        others
    }

    /// The new text: a string, or a list of parts with a `text` each.
    pub(super) fn text(&self) -> String {
        let mut text = match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts
                .iter()
                .filter(|part| !is_thought(part))
                .filter_map(|part| part.get("text")?.as_str())
                .collect(),
            _ => String::new(),
        };
        text.push_str(self.refusal.as_deref().unwrap_or_default());
        text
    }
}

/// Whether a field of a message is reasoning. Endpoints agree on its first letters only.
pub(super) fn is_reasoning(field: &str) -> bool {
    ["reasoning", "thinking", "thought"].iter().any(|name| field.starts_with(name))
}

/// Whether a part of a message is thinking.
fn is_thought(part: &Value) -> bool {
    part.get("type").and_then(Value::as_str).is_some_and(is_reasoning) || part.get("thought").and_then(Value::as_bool) == Some(true)
}

/// A fragment of a tool call, or a whole one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct CallDelta {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) function: FunctionDelta,
    #[serde(default)]
    pub(super) extra_content: Option<Value>,
}

/// The function of a [`CallDelta`].
#[derive(Debug, Default, Deserialize)]
pub(super) struct FunctionDelta {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(default)]
    arguments: Value,
}

impl FunctionDelta {
    /// The new arguments, as a JSON text or a fragment of one.
    pub(super) fn arguments(&self) -> String {
        argument_text(&self.arguments)
    }
}

/// Arguments are a text, or, from some, the object itself.
pub(super) fn argument_text(arguments: &Value) -> String {
    match arguments {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What the turn cost.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: i64,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: i64,
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        Self {
            input: usage.prompt_tokens,
            output: usage.completion_tokens,
        }
    }
}

/// The list of an endpoint's models.
#[derive(Debug, Deserialize)]
pub(super) struct ModelList {
    data: Vec<ModelEntry>,
}

#[derive(Debug, Deserialize)]
struct ModelEntry {
    id: String,
}

impl ModelList {
    /// Whether a model is listed. Gemini writes `models/` before the names.
    pub(super) fn contains(&self, model: &str) -> bool {
        let bare = |id: &str| id.strip_prefix("models/").unwrap_or(id).to_owned();
        self.data.iter().any(|entry| bare(&entry.id) == bare(model))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.data.len()
    }
}

/// Reads one frame.
pub(super) fn read(data: &str) -> Result<Frame, serde_json::Error> {
    let data = data.trim();
    match data {
        "" => return Ok(Frame::Nothing),
        "[DONE]" => return Ok(Frame::Done),
        _ => {}
    }
    let value: Value = serde_json::from_str(data)?;
    if let Some(error) = error_in(&value) {
        return Ok(Frame::Error(error.clone()));
    }
    // Serde would read a list as a struct.
    let fields: Map<String, Value> = Map::deserialize(value)?;
    Chunk::deserialize(Value::Object(fields)).map(Frame::Chunk)
}

/// The error that a body or a frame holds: under `error`, in a list of one (Google), or as the object itself (vLLM).
pub(super) fn error_in(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first().and_then(error_in),
        Value::Object(fields) => match fields.get("error") {
            Some(error) if !error.is_null() => Some(error),
            _ => (fields.get("object").and_then(Value::as_str) == Some("error")).then_some(value),
        },
        _ => None,
    }
}

fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(T::deserialize(Value::deserialize(deserializer)?).unwrap_or_default())
}

fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(items) => items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect(),
        one @ Value::Object(_) => T::deserialize(one).into_iter().collect(),
        _ => Vec::new(),
    })
}
