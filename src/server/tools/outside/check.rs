//! Checks arguments against a schema of ours (the plain subset of [`super::super::schema`]), and says what to do about what is wrong.

use serde_json::{Map, Value, json};

/// Whether the arguments fit the schema of an object.
///
/// # Errors
/// The first thing that is wrong, for whoever wrote the arguments.
pub(super) fn check(args: &Map<String, Value>, schema: &Map<String, Value>) -> Result<(), String> {
    object(args, schema, "", true)
}

fn object(args: &Map<String, Value>, schema: &Map<String, Value>, at: &str, is_closed: bool) -> Result<(), String> {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for name in schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !args.contains_key(name) {
            return Err(format!("`{at}{name}` is missing. Give it and call again."));
        }
    }
    for (name, value) in args {
        match properties.get(name) {
            Some(property) => one(value, property, &format!("{at}{name}"))?,
            None if is_closed => {
                let names: Vec<&str> = properties.keys().map(String::as_str).collect();
                return Err(format!(
                    "There is no argument `{at}{}`. The arguments are: {}.",
                    shortened(name),
                    names.join(", ")
                ));
            }
            None => {}
        }
    }
    Ok(())
}

/// Whether a value fits its schema.
pub(in crate::server::tools) fn fits(value: &Value, schema: &Value) -> bool {
    one(value, schema, "").is_ok()
}

fn one(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    match (kind, value) {
        ("object", Value::Object(args)) => match schema.as_object() {
            Some(schema) => object(args, schema, &format!("{at}."), true),
            None => Ok(()),
        },
        ("array", Value::Array(items)) => match schema.get("items") {
            Some(schema) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| one(item, schema, &format!("{at}[{index}]"))),
            None => Ok(()),
        },
        ("string", Value::String(text)) => string(text, schema, at),
        ("integer", Value::Number(number)) if number.is_i64() => Ok(()),
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => Ok(()),
        ("integer", _) => Err(format!("`{at}` must be a whole number, without quotes.")),
        ("boolean", _) => Err(format!("`{at}` must be true or false, without quotes.")),
        (kind, Value::Null) => Err(format!("`{at}` is null and must be a value of type {kind}: leave it out instead.")),
        (kind, _) => Err(format!("`{at}` must be of type {kind}. Example: {}", example_at(at, schema))),
    }
}

/// The argument as it may be written.
fn example_at(at: &str, schema: &Value) -> String {
    let name = at.rsplit('.').next().unwrap_or_default();
    // An item of a list has no name of its own.
    match name.split_once('[') {
        Some((list, _)) => json!({ list: [example(schema)] }),
        None => json!({ name: example(schema) }),
    }
    .to_string()
}

fn example(schema: &Value) -> Value {
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "object" => {
            let required = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let one = |name: &str| (name.to_owned(), schema["properties"].get(name).map_or(Value::Null, example));
            Value::Object(required.map(one).collect())
        }
        "array" => json!([schema.get("items").map_or(Value::Null, example)]),
        "integer" | "number" => 10.into(),
        "boolean" => true.into(),
        _ => match schema.pointer("/enum/0") {
            Some(word) => word.clone(),
            None => "...".into(),
        },
    }
}

fn string(text: &str, schema: &Value, at: &str) -> Result<(), String> {
    if text.contains('\0') {
        return Err(format!("`{at}` has a NUL character, which no text may have."));
    }
    match schema.get("enum").and_then(Value::as_array) {
        Some(values) if !values.iter().any(|value| value == text) => {
            let names: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            Err(format!("`{at}` must be one of: {}.", names.join(", ")))
        }
        _ => Ok(()),
    }
}

/// A name that somebody else has chosen.
fn shortened(name: &str) -> String {
    name.chars().take(60).filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(args: Value) -> String {
        let schema = json!({
            "type": "object", "required": ["title"],
            "properties": {
                "title": { "type": "string" }, "priority": { "type": "string", "enum": ["p1", "p2"] }, "limit": { "type": "integer" },
                "all": { "type": "boolean" }, "tasks": { "type": "array", "items": { "type": "object", "required": ["title"], "properties": { "title": { "type": "string" } } } },
            },
        });
        check(args.as_object().unwrap(), schema.as_object().unwrap())
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn what_fits_passes() {
        let args = json!({ "title": "x", "priority": "p1", "limit": 3, "all": true, "tasks": [{ "title": "y" }] });
        assert_eq!(told(args), "");
    }

    #[test]
    fn what_is_wrong_is_named_with_the_way_out() {
        for (args, expected) in [
            (json!({}), "`title` is missing. Give it and call again."),
            (
                json!({ "title": 7 }),
                "`title` must be of type string. Example: {\"title\":\"...\"}",
            ),
            (
                json!({ "title": "x", "tasks": "y" }),
                "`tasks` must be of type array. Example: {\"tasks\":[{\"title\":\"...\"}]}",
            ),
            (
                json!({ "title": "x", "tasks": ["y"] }),
                "`tasks[0]` must be of type object. Example: {\"tasks\":[{\"title\":\"...\"}]}",
            ),
            (
                json!({ "title": null }),
                "`title` is null and must be a value of type string: leave it out instead.",
            ),
            (json!({ "title": "a\0b" }), "`title` has a NUL character, which no text may have."),
            (json!({ "title": "x", "priority": "high" }), "`priority` must be one of: p1, p2."),
            (
                json!({ "title": "x", "limit": "3" }),
                "`limit` must be a whole number, without quotes.",
            ),
            (
                json!({ "title": "x", "limit": 1.5 }),
                "`limit` must be a whole number, without quotes.",
            ),
            (
                json!({ "title": "x", "all": "yes" }),
                "`all` must be true or false, without quotes.",
            ),
            (
                json!({ "title": "x", "tasks": [{ "title": "y" }, {}] }),
                "`tasks[1].title` is missing. Give it and call again.",
            ),
            (
                json!({ "title": "x", "tasks": [{ "title": "y", "when": 1 }] }),
                "There is no argument `tasks[0].when`. The arguments are: title.",
            ),
        ] {
            assert_eq!(told(args), expected);
        }
        assert!(told(json!({ "title": "x", "name": "y" })).starts_with("There is no argument `name`. The arguments are: "));
    }
}
