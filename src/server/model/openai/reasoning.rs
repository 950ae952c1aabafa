//! The reasoning of a turn, put together from its fragments. Opaque: it is only given back.

use serde_json::{Map, Value};

/// Reasoning while it comes in, by the names of its fields.
#[derive(Debug, Default)]
pub(super) struct Reasoning {
    fields: Map<String, Value>,
}

impl Reasoning {
    /// Takes the fields of one delta and says by how many bytes it grew.
    pub(super) fn push(&mut self, fields: Map<String, Value>) -> usize {
        let mut grown = 0;
        for (name, value) in fields {
            grown += match &value {
                Value::String(text) => text.len(),
                other => other.to_string().len(),
            };
            match (self.fields.get_mut(&name), value) {
                (Some(Value::String(all)), Value::String(more)) => all.push_str(&more),
                (Some(Value::Array(all)), Value::Array(more)) => more.into_iter().for_each(|entry| append(all, entry)),
                (_, value) => {
                    self.fields.insert(name, value);
                }
            }
        }
        grown
    }

    /// All of it, without the fields in which nothing came.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        self.fields.retain(|_, value| !is_empty(value));
        self.fields
    }
}

/// Adds an entry to a list: a fragment of the latest one is joined to it.
fn append(entries: &mut Vec<Value>, entry: Value) {
    match entries.last_mut() {
        Some(last) if is_same_entry(last, &entry) => join(last, entry),
        _ => entries.push(entry),
    }
}

/// Fragments of one entry share its place and its kind. Encrypted entries come whole.
fn is_same_entry(last: &Value, entry: &Value) -> bool {
    let has_place = entry.get("index").is_some_and(|index| !index.is_null());
    let is_whole = entry.get("data").is_some_and(Value::is_string) || last.get("data").is_some_and(Value::is_string);
    let is_other = |key: &str| match (last.get(key), entry.get(key)) {
        (Some(Value::String(a)), Some(Value::String(b))) => a != b,
        _ => false,
    };
    has_place && !is_whole && last.get("index") == entry.get("index") && last.get("type") == entry.get("type") && !is_other("id")
}

/// What is written goes on; of all else the latest counts.
fn join(last: &mut Value, entry: Value) {
    const WRITTEN: [&str; 3] = ["text", "summary", "thinking"];
    let (Value::Object(last), Value::Object(entry)) = (last, entry) else {
        return;
    };
    for (key, value) in entry {
        match (last.get_mut(&key), value) {
            (_, Value::Null) => {}
            (Some(Value::String(all)), Value::String(more)) if WRITTEN.contains(&key.as_str()) => all.push_str(&more),
            (_, value) => {
                last.insert(key, value);
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(deltas: &[Value]) -> Value {
        let mut reasoning = Reasoning::default();
        for delta in deltas {
            reasoning.push(delta.as_object().unwrap().clone());
        }
        Value::Object(reasoning.finish())
    }

    #[test]
    fn pieces_become_one_text() {
        let deltas = [
            json!({ "reasoning_content": "The user ", "reasoning": "" }),
            json!({ "reasoning_content": "wants milk." }),
        ];
        assert_eq!(read(&deltas), json!({ "reasoning_content": "The user wants milk." }));
    }

    #[test]
    fn fragments_of_an_entry_are_joined_and_entries_kept_in_their_order() {
        let entry = |entry: Value| json!({ "reasoning_details": [entry] });
        let deltas = [
            entry(json!({ "type": "reasoning.text", "text": "The ", "index": 0, "signature": null })),
            entry(json!({ "type": "reasoning.text", "text": "milk.", "index": 0 })),
            entry(json!({ "type": "reasoning.text", "signature": "c2ln", "index": 0 })),
            entry(json!({ "type": "reasoning.encrypted", "data": "eA==", "id": "r1", "index": 1 })),
            entry(json!({ "type": "reasoning.encrypted", "data": "eQ==", "id": "r2", "index": 1 })),
            entry(json!({ "type": "reasoning.summary", "summary": "no place" })),
            entry(json!({ "type": "reasoning.summary", "summary": "either" })),
        ];
        assert_eq!(
            read(&deltas),
            json!({ "reasoning_details": [
                { "type": "reasoning.text", "text": "The milk.", "index": 0, "signature": "c2ln" },
                { "type": "reasoning.encrypted", "data": "eA==", "id": "r1", "index": 1 },
                { "type": "reasoning.encrypted", "data": "eQ==", "id": "r2", "index": 1 },
                { "type": "reasoning.summary", "summary": "no place" },
                { "type": "reasoning.summary", "summary": "either" },
            ] })
        );
    }
}
