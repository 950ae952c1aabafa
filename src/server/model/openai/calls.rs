//! Fragments of tool calls to whole calls.
//!
//! The protocol keys fragments by `index`. Gemini sends none, Ollama sends 0 for all, some send no id: so a fragment
//! belongs to the call it names, else to the latest one, unless that one is whole and the fragment begins another.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    super::{Extra, ToolCall},
    wire::CallDelta,
};

/// The calls of one turn while they come in.
#[derive(Debug, Default)]
pub(super) struct Calls {
    parts: Vec<Part>,
    /// Ids of earlier turns, which the ids of this turn must not repeat.
    taken: HashSet<String>,
}

#[derive(Debug, Default)]
struct Part {
    index: Option<i64>,
    id: String,
    name: String,
    arguments: String,
    extra_content: Option<Value>,
    /// It was written as text.
    is_leaked: bool,
}

impl Calls {
    /// No calls yet; `taken` are the ids of the conversation so far.
    pub(super) fn new(taken: HashSet<String>) -> Self {
        Self { parts: Vec::new(), taken }
    }

    /// Takes one fragment and says by how many bytes the arguments grew.
    pub(super) fn push(&mut self, delta: CallDelta) -> usize {
        let id = delta.id.as_deref().map(str::trim).unwrap_or_default();
        let name = delta.function.name.as_deref().map(str::trim).unwrap_or_default();
        let arguments = delta.function.arguments();
        let at = self.find(delta.index, id, name, &arguments);
        let part = match at.and_then(|at| self.parts.get_mut(at)) {
            Some(part) => part,
            None => self.parts.push_mut(Part {
                index: delta.index,
                ..Part::default()
            }),
        };
        if part.id.is_empty() {
            part.id = id.to_owned();
        }
        if part.name.is_empty() {
            part.name = name.to_owned();
        }
        part.arguments.push_str(&arguments);
        if delta.extra_content.is_some() {
            part.extra_content = delta.extra_content;
        }
        arguments.len()
    }

    /// Takes a thought signature that came outside of its call.
    pub(super) fn sign(&mut self, extra_content: Value) {
        if let Some(part) = self.parts.last_mut().filter(|part| part.extra_content.is_none()) {
            part.extra_content = Some(extra_content);
        }
    }

    /// Takes a call that came whole, as text.
    pub(super) fn add(&mut self, name: String, arguments: String) {
        self.parts.push(Part {
            name,
            arguments,
            is_leaked: true,
            ..Part::default()
        });
    }

    /// The calls, each with a name, arguments and an id that no other call of the conversation has. `from` is whom they and the reasoning
    /// come from.
    pub(super) fn finish(self, from: &str, reasoning: Map<String, Value>) -> Vec<ToolCall> {
        let Self { parts, mut taken } = self;
        let mut n = taken.len();
        let mut reasoning = Some(reasoning);
        let mut calls = Vec::with_capacity(parts.len());
        let repeats: Vec<bool> = parts.iter().map(|part| part.repeats(&parts)).collect();
        for (part, _) in parts.into_iter().zip(repeats).filter(|(_, repeats)| !repeats) {
            if part.name.is_empty() {
                tracing::warn!("a tool call without a name was dropped");
                continue;
            }
            let mut id = part.id;
            while id.is_empty() || taken.contains(&id) {
                id = format!("call_{n}");
                n += 1;
            }
            taken.insert(id.clone());
            let arguments = if part.arguments.trim().is_empty() {
                "{}".to_owned()
            } else {
                part.arguments
            };
            calls.push(ToolCall {
                id,
                name: part.name,
                arguments,
                extra_content: Extra::of(from, part.extra_content, reasoning.take().unwrap_or_default()),
            });
        }
        calls
    }

    /// The call that a fragment belongs to; `None` if it begins a new one.
    fn find(&self, index: Option<i64>, id: &str, name: &str, arguments: &str) -> Option<usize> {
        let same_id = (!id.is_empty())
            .then(|| self.parts.iter().rposition(|part| part.id == id))
            .flatten();
        let at = same_id.or_else(|| match index {
            Some(_) => self.parts.iter().rposition(|part| part.index == index),
            None => self.parts.len().checked_sub(1),
        })?;
        let part = self.parts.get(at)?;
        if part.name.is_empty() {
            return Some(at);
        }
        if name.is_empty() {
            // Only a call can begin a call; a new id on a nameless fragment is a provider numbering its fragments.
            return Some(at);
        }
        let new_id = same_id.is_none() && !id.is_empty() && !part.id.is_empty();
        let other_name = name != part.name;
        let second_object = is_object(&part.arguments) && !arguments.is_empty();
        let begins = new_id || other_name || second_object;
        (!begins).then_some(at)
    }
}

impl Part {
    /// Whether the model wrote as text what it also called.
    fn repeats(&self, parts: &[Self]) -> bool {
        let arguments = |part: &Self| serde_json::from_str::<Value>(&part.arguments).ok();
        let is_same = |other: &Self| !other.is_leaked && other.name == self.name && arguments(other) == arguments(self);
        self.is_leaked && parts.iter().any(is_same)
    }
}

/// Whether a text is one whole JSON object.
pub(super) fn is_object(text: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(deltas: &[Value]) -> Vec<ToolCall> {
        let mut calls = Calls::default();
        for delta in deltas {
            calls.push(serde_json::from_value(delta.clone()).unwrap());
        }
        calls.finish("h m", Map::new())
    }

    fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
        ToolCall {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
            extra_content: None,
        }
    }

    #[test]
    fn openai_fragments_by_index() {
        let calls = read(&[
            json!({"index": 0, "id": "a", "type": "function", "function": {"name": "add", "arguments": ""}}),
            json!({"index": 1, "id": "b", "type": "function", "function": {"name": "add", "arguments": ""}}),
            json!({"index": 0, "function": {"arguments": "{\"t\""}}),
            json!({"index": 1, "function": {"arguments": "{}"}}),
            json!({"index": 0, "function": {"arguments": ":1}"}}),
        ]);
        assert_eq!(calls, [call("a", "add", "{\"t\":1}"), call("b", "add", "{}")]);
    }

    #[test]
    fn whole_calls_without_index_or_sharing_one() {
        for index in [json!(null), json!(0)] {
            let calls = read(&[
                json!({"index": index, "id": "a", "function": {"name": "add", "arguments": "{\"t\":1}"}}),
                json!({"index": index, "id": "b", "function": {"name": "add", "arguments": "{\"t\":2}"}}),
            ]);
            assert_eq!(calls, [call("a", "add", "{\"t\":1}"), call("b", "add", "{\"t\":2}")], "{index}");
        }
    }

    #[test]
    fn a_second_whole_object_begins_a_new_call_without_ids() {
        let calls = read(&[
            json!({"index": 0, "function": {"name": "add", "arguments": {"t": 1}}}),
            json!({"index": 0, "function": {"name": "add", "arguments": {"t": 2}}}),
            json!({"index": 0, "id": "", "function": {"name": "list", "arguments": null}}),
        ]);
        assert_eq!(
            calls,
            [
                call("call_0", "add", "{\"t\":1}"),
                call("call_1", "add", "{\"t\":2}"),
                call("call_2", "list", "{}")
            ]
        );
    }

    #[test]
    fn one_id_for_two_whole_calls() {
        let calls = read(&[
            json!({"id": "x", "function": {"name": "add", "arguments": "{\"t\":1}"}}),
            json!({"id": "x", "function": {"name": "add", "arguments": "{\"t\":2}"}}),
        ]);
        assert_eq!(calls, [call("x", "add", "{\"t\":1}"), call("call_0", "add", "{\"t\":2}")]);
    }

    #[test]
    fn name_and_id_repeated_in_every_fragment() {
        let calls = read(&[
            json!({"index": 0, "id": "x", "function": {"name": "add", "arguments": "{\"t\""}}),
            json!({"index": 0, "id": "x", "function": {"name": "add", "arguments": ":1}"}}),
            json!({"index": 0, "id": "x", "function": {"name": "add", "arguments": ""}}),
        ]);
        assert_eq!(calls, [call("x", "add", "{\"t\":1}")]);
    }

    #[test]
    fn shared_index_with_fragments_follows_the_latest_call() {
        let calls = read(&[
            json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": "{\"t\":"}}),
            json!({"index": 0, "function": {"arguments": "1}"}}),
            json!({"index": 0, "id": "b", "function": {"name": "add", "arguments": "{\"t\":"}}),
            json!({"index": 0, "function": {"arguments": "2}"}}),
        ]);
        assert_eq!(calls, [call("a", "add", "{\"t\":1}"), call("b", "add", "{\"t\":2}")]);
    }

    #[test]
    fn a_signature_with_its_call_or_as_a_delta_of_its_own() {
        let signature = json!({"google": {"thought_signature": "c2ln"}});
        let with = read(&[json!({"id": "a", "function": {"name": "add", "arguments": "{}"}, "extra_content": signature})]);
        let after = read(&[
            json!({"id": "a", "function": {"name": "add", "arguments": "{}"}}),
            json!({"id": "", "function": {"name": "", "arguments": ""}, "extra_content": signature}),
        ]);
        let before = read(&[
            json!({"extra_content": signature}),
            json!({"id": "a", "function": {"name": "add", "arguments": "{}"}}),
        ]);
        let by_index = read(&[
            json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": "{}"}}),
            json!({"index": 0, "function": null, "extra_content": signature}),
        ]);
        for calls in [with, after, before, by_index] {
            assert_eq!(
                calls,
                [ToolCall {
                    extra_content: Extra::of("h m", Some(signature.clone()), Map::new()),
                    ..call("a", "add", "{}")
                }]
            );
        }
    }

    #[test]
    fn nameless_calls_are_dropped_and_late_ids_taken() {
        let calls = read(&[
            json!({"index": 0, "function": {"name": "add", "arguments": "{"}}),
            json!({"index": 0, "id": "late", "function": {"arguments": "}"}}),
            json!({"index": 1, "id": "x", "function": {"name": " ", "arguments": "{}"}}),
        ]);
        assert_eq!(calls, [call("late", "add", "{}")]);
    }

    #[test]
    fn ids_of_earlier_turns_are_not_repeated() {
        let mut calls = Calls::new(HashSet::from(["call_1".to_owned(), "0".to_owned()]));
        calls.push(serde_json::from_value(json!({"id": "0", "function": {"name": "add"}})).unwrap());
        calls.add("list".into(), String::new());
        let ids: Vec<String> = calls.finish("h m", Map::new()).into_iter().map(|call| call.id).collect();
        assert_eq!(ids, ["call_2", "call_3"]);
    }

    #[test]
    fn reasoning_goes_with_the_first_call_and_what_is_called_and_written_is_called_once() {
        let mut calls = Calls::default();
        calls.add("add".into(), "{\"t\": 1}".into());
        calls.push(serde_json::from_value(json!({"id": "a", "function": {"name": "add", "arguments": "{\"t\":1}"}})).unwrap());
        calls.push(serde_json::from_value(json!({"id": "b", "function": {"name": "list"}})).unwrap());
        let reasoning = Map::from_iter([("reasoning".to_owned(), json!("Milk."))]);
        let made = calls.finish("h m", reasoning.clone());
        let extras: Vec<Option<Extra>> = made.iter().map(|call| call.extra_content.clone()).collect();
        assert_eq!(extras, [Extra::of("h m", None, reasoning), None]);
        assert_eq!((made[0].id.as_str(), made[1].id.as_str()), ("a", "b"));
    }
}
