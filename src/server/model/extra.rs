//! What only the endpoint that made a call can read, and wants back with it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Opaque to everybody but the endpoint and the model that it came from; it goes back to them alone, and is refused or misread elsewhere.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Extra {
    /// The endpoint and the model; `None` for what was stored before this was noted.
    pub from: Option<String>,
    /// What came with the call (Gemini's thought signature).
    pub call: Option<Value>,
    /// The reasoning of the turn, by the names of its fields: with the first of its calls.
    pub reasoning: Map<String, Value>,
}

impl Extra {
    /// What came with a call, from nobody knows whom.
    pub fn unsourced(call: Value) -> Self {
        Self {
            call: Some(call),
            ..Self::default()
        }
    }

    /// What came with a call, where something did.
    pub fn of(from: &str, mut call: Option<Value>, mut reasoning: Map<String, Value>) -> Option<Self> {
        // Postgres keeps no NUL, and nobody needs one.
        call.iter_mut().chain(reasoning.values_mut()).for_each(without_nul);
        (call.is_some() || !reasoning.is_empty()).then(|| Self {
            from: Some(from.to_owned()),
            call,
            reasoning,
        })
    }

    /// How much of a request it would be, in bytes.
    pub fn size(&self) -> usize {
        let call = self.call.as_ref().map_or(0, |call| call.to_string().len());
        call + self.reasoning.values().map(|value| value.to_string().len()).sum::<usize>()
    }
}

fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(values) => values.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

/// How it lies in a thread. Threads of before have what came with the call, and nothing around it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Sourced {
        endpoint: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<Value>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        reasoning: Map<String, Value>,
    },
    Bare(Value),
}

impl From<Stored> for Extra {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Sourced { endpoint, call, reasoning } => Self {
                from: Some(endpoint),
                call,
                reasoning,
            },
            Stored::Bare(call) => Self::unsourced(call),
        }
    }
}

impl From<Extra> for Stored {
    fn from(extra: Extra) -> Self {
        match extra.from {
            Some(endpoint) => Self::Sourced {
                endpoint,
                call: extra.call,
                reasoning: extra.reasoning,
            },
            None => Self::Bare(extra.call.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::model::ToolCall;

    #[test]
    fn threads_of_before_are_read_and_stay_as_they_are() {
        let signature = json!({ "google": { "thought_signature": "c2ln" } });
        let old = json!({ "id": "a", "name": "add_task", "arguments": "{}", "extra_content": signature });
        let call: ToolCall = serde_json::from_value(old.clone()).unwrap();
        assert_eq!(call.extra_content, Some(Extra::unsourced(signature)));
        assert_eq!(serde_json::to_value(call).unwrap(), old);
        let bare: ToolCall = serde_json::from_value(json!({ "id": "a", "name": "b", "arguments": "{}" })).unwrap();
        assert_eq!(bare.extra_content, None);
    }

    #[test]
    fn whom_it_came_from_is_kept_with_it() {
        let reasoning = Map::from_iter([("reasoning_content".to_owned(), json!("Milk\0."))]);
        let extra = Extra::of("host/v1 model", Some(json!(1)), reasoning).unwrap();
        let stored = serde_json::to_value(&extra).unwrap();
        assert_eq!(
            (&stored["endpoint"], &stored["reasoning"]["reasoning_content"]),
            (&json!("host/v1 model"), &json!("Milk."))
        );
        assert_eq!(serde_json::from_value::<Extra>(stored).unwrap(), extra);
        assert_eq!(Extra::of("host/v1 model", None, Map::new()), None);
    }
}
