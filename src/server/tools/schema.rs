//! The schema of a tool's arguments, derived from its types and cut to what Gemini takes: plain objects with `type`, `description`,
//! `properties`, `required`, `enum` and `items`; no unions, no references, no `$schema`.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// The schema of `T`, with references resolved and everything else than the plain subset left out.
pub fn plain<T: JsonSchema>() -> Value {
    let whole = schemars::schema_for!(T).to_value();
    let definitions = whole.get("$defs").cloned().unwrap_or_default();
    cut(&whole, &definitions)
}

fn cut(schema: &Value, definitions: &Value) -> Value {
    let Some(object) = schema.as_object() else { return json!({}) };
    if let Some(name) = object.get("$ref").and_then(Value::as_str) {
        let target = name
            .rsplit('/')
            .next()
            .and_then(|name| definitions.get(name))
            .cloned()
            .unwrap_or_default();
        return with_description(cut(&target, definitions), object);
    }
    for union in ["anyOf", "oneOf", "allOf"] {
        if let Some(variants) = object.get(union).and_then(Value::as_array) {
            let names: Vec<Value> = variants.iter().filter_map(|variant| variant.get("const").cloned()).collect();
            if !names.is_empty() {
                return with_description(json!({ "type": "string", "enum": names }), object);
            }
            // `Option<T>` is "T or null": absence says the same.
            let real = variants
                .iter()
                .find(|variant| variant.get("type").and_then(Value::as_str) != Some("null"));
            return with_description(real.map(|variant| cut(variant, definitions)).unwrap_or_default(), object);
        }
    }
    let mut out = Map::new();
    let kind = match object.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().find(|kind| kind.as_str() != Some("null")).cloned(),
        other => other.cloned(),
    };
    out.insert("type".into(), kind.unwrap_or_else(|| "object".into()));
    for key in ["description", "enum", "required"] {
        if let Some(value) = object.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    if let Some(values) = out.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    if let Some(properties) = object.get("properties").and_then(Value::as_object) {
        let cut_all: Map<String, Value> = properties
            .iter()
            .map(|(name, schema)| (name.clone(), cut(schema, definitions)))
            .collect();
        out.insert("properties".into(), Value::Object(cut_all));
    } else if out["type"] == "object" {
        out.insert("properties".into(), json!({}));
    }
    if let Some(items) = object.get("items") {
        out.insert("items".into(), cut(items, definitions));
    }
    Value::Object(out)
}

fn with_description(mut schema: Value, outer: &Map<String, Value>) -> Value {
    if let (Some(description), Some(object)) = (outer.get("description"), schema.as_object_mut()) {
        object.insert("description".into(), description.clone());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::tools::Registry;

    const KNOWN: [&str; 6] = ["type", "description", "properties", "required", "enum", "items"];

    fn check(schema: &Value, at: &str) {
        let object = schema.as_object().unwrap_or_else(|| panic!("{at} is no object"));
        for key in object.keys() {
            assert!(KNOWN.contains(&key.as_str()), "{at} has {key}, which Gemini refuses");
        }
        let kind = object["type"].as_str().unwrap_or_else(|| panic!("{at}: `type` is no single type"));
        assert!(
            ["object", "string", "integer", "number", "boolean", "array"].contains(&kind),
            "{at}: {kind}"
        );
        if let Some(properties) = object.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                assert!(property.get("description").is_some(), "{at}.{name} has no description");
                check(property, &format!("{at}.{name}"));
            }
            for name in object.get("required").and_then(Value::as_array).into_iter().flatten() {
                assert!(
                    properties.contains_key(name.as_str().unwrap()),
                    "{at} requires {name}, which it does not have"
                );
            }
        }
    }

    #[test]
    fn every_schema_is_in_the_subset_that_gemini_takes() {
        let infos = Registry::default().infos();
        assert_eq!(infos.len(), 8);
        for info in &infos {
            assert_eq!(info.parameters["type"], "object");
            check(&info.parameters, info.name);
        }
    }

    #[test]
    fn the_tools_are_told_like_this() {
        let told: Vec<Value> = Registry::default()
            .infos()
            .into_iter()
            .map(|info| json!({ "name": info.name, "description": info.description, "parameters": info.parameters }))
            .collect();
        insta::assert_json_snapshot!(told);
    }
}
