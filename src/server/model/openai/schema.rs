//! Whether arguments fit a tool's schema, as far as its schemas go: types, required properties, and lists of values.

use serde_json::{Map, Value};

/// Whether a JSON text is an object that fits.
pub(super) fn fits(arguments: &str, schema: &Value) -> bool {
    serde_json::from_str::<Map<String, Value>>(arguments).is_ok_and(|object| is_object(&object, schema))
}

fn is_object(object: &Map<String, Value>, schema: &Value) -> bool {
    // A schema that names no property leaves them open.
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .filter(|known| !known.is_empty());
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let has = |name: &Value| name.as_str().is_none_or(|name| object.contains_key(name));
    let is_known = |(name, value): (&String, &Value)| match properties.and_then(|known| known.get(name)) {
        Some(schema) => is_value(value, schema),
        None => false,
    };
    required.into_iter().all(has) && (properties.is_none() || object.iter().all(is_known))
}

fn is_value(value: &Value, schema: &Value) -> bool {
    let is_listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .is_none_or(|listed| listed.contains(value));
    let is_of_type = match schema.get("type").and_then(Value::as_str) {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => {
            let fits = |item| schema.get("items").is_none_or(|schema| is_value(item, schema));
            value.as_array().is_some_and(|items| items.iter().all(fits))
        }
        Some("object") => value.as_object().is_some_and(|object| is_object(object, schema)),
        _ => true,
    };
    is_listed && is_of_type
}

/// A value that was written as bare text, as its schema has it.
pub(super) fn read_bare(text: &str, schema: Option<&Value>) -> Value {
    let is_text = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str) == Some("string");
    match serde_json::from_str(text) {
        Ok(value) if !is_text => value,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_and_what_does_not() {
        let schema = json!({
            "type": "object",
            "properties": {
                "title": { "type": "string" },
                "n": { "type": "integer" },
                "priority": { "type": "string", "enum": ["p1", "p4"] },
                "tasks": { "type": "array", "items": { "type": "object", "properties": { "title": { "type": "string" } }, "required": ["title"] } }
            },
            "required": ["title"]
        });
        for (arguments, is_right) in [
            (r#"{"title":"milk"}"#, true),
            (r#"{"title":"milk","n":1,"priority":"p1","tasks":[{"title":"a"}]}"#, true),
            (r#"{"n":1}"#, false),
            (r#"{"title":1}"#, false),
            (r#"{"title":"milk","n":1.5}"#, false),
            (r#"{"title":"milk","priority":"p9"}"#, false),
            (r#"{"title":"milk","tasks":[{}]}"#, false),
            (r#"{"title":"milk","tasks":"a"}"#, false),
            (r#"{"title":"milk","other":1}"#, false),
            (r#"["milk"]"#, false),
            ("milk", false),
        ] {
            assert_eq!(fits(arguments, &schema), is_right, "{arguments}");
        }
        assert!(fits(r#"{"anything":1}"#, &json!({ "type": "object" })));
        assert_eq!(read_bare("12", Some(&json!({ "type": "string" }))), json!("12"));
        assert_eq!(read_bare("12", Some(&json!({ "type": "integer" }))), json!(12));
        assert_eq!(read_bare("دودھ", None), json!("دودھ"));
    }
}
