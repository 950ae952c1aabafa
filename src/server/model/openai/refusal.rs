//! Why a server refused a request, read from what it says. Servers have few words in common; so several readings may be right, the
//! likeliest first, and each is tried at most once ([`super::profile`]).

use std::collections::BTreeSet;

use serde_json::Value;

/// What a server does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A conversation as long as this.
    Length,
    /// Tools, by this model or as it is run.
    Tools,
    /// The ids of calls.
    CallIds,
    /// Pictures.
    Pictures,
    /// A message without the reasoning that belongs to it.
    NoReasoning,
    /// A system message.
    System,
    /// The order of roles.
    Roles,
    /// A message of calls whose content is null.
    NullContent,
    /// A field that it does not know, or does not want.
    Field(String),
    /// It does not say what.
    Unsaid,
}

/// What the body of a refusal may mean.
pub(super) fn read(body: &Value, text: &str) -> Vec<Refusal> {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let mut read = Vec::new();
    let mut add = |is_so: bool, refusal: Refusal| {
        if is_so {
            read.push(refusal);
        }
    };
    add(is_of_length(&text), Refusal::Length);
    let is_unknown = says(&UNKNOWN);
    add(
        says(&["reasoning", "thinking", "thought"]) && says(&MISSING) && !is_unknown,
        Refusal::NoReasoning,
    );
    add(is_of_tools(&text), Refusal::Tools);
    add(is_of_ids(&text), Refusal::CallIds);
    add(says(&["image", "vision", "multimodal", "picture"]), Refusal::Pictures);
    let names = named(body, &text);
    for name in names {
        add(true, Refusal::Field(name));
    }
    let is_of_roles = says(&["role", "alternat"]);
    add((is_of_roles || is_unknown) && says(&["system"]), Refusal::System);
    add(is_of_roles, Refusal::Roles);
    add(
        text.contains("content") && says(&["null", "none", "string", "empty"]),
        Refusal::NullContent,
    );
    add(true, Refusal::Unsaid);
    read
}

/// Words of a field that is not wanted.
const UNKNOWN: [&str; 11] = [
    "unsupported",
    "not supported",
    "not permitted",
    "not allowed",
    "unknown",
    "unrecognized",
    "unexpected",
    "extra ",
    "cannot find field",
    "must not",
    "should not",
];
/// Words of a field that is wanted.
const MISSING: [&str; 8] = [
    "passed back",
    "missing",
    "is required",
    "required field",
    "must be",
    "must include",
    "must contain",
    "expected",
];

fn is_of_length(text: &str) -> bool {
    let is_too_much = ["too long", "too large", "too many", "exceed", "maximum", "reduce", "limit"];
    let of_what = ["context", "prompt", "token", "input length", "messages", "conversation"];
    let is_plain = [
        "context_length_exceeded",
        "context length",
        "context window",
        "context size",
        "maximum context",
    ];
    let is_of_answer = text.contains("max_tokens") && !text.contains("context");
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_long_input = text.contains("too long") && says(&["prompt", "input", "request", "conversation"]);
    says(&is_plain) || (says(&is_too_much) && says(&of_what) && text.contains("token") && !is_of_answer) || is_long_input
}

fn is_of_tools(text: &str) -> bool {
    let tools = ["tool", "function call", "function_call", "functions"];
    let lacks = [
        "not support",
        "n't support",
        "unsupported",
        "not available",
        "not enabled",
        "no endpoints found",
        "--enable-auto-tool-choice",
        "--jinja",
        "incapable",
    ];
    let is_of_one_field = ["tool_choice", "tool_call_id", "parallel_tool_calls"]
        .iter()
        .any(|field| text.contains(field));
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    says(&tools) && says(&lacks) && !is_of_one_field && !text.contains("schema")
}

fn is_of_ids(text: &str) -> bool {
    let ids = [
        "call id",
        "call_id",
        "call ids",
        "call_ids",
        "].id",
        "tool id",
        "tool_use id",
        "tool_use.id",
        "tool call's id",
    ];
    let form = [
        "length",
        "a-z",
        "pattern",
        "alphanumeric",
        "match",
        "format",
        "invalid id",
        "characters",
        "too long",
    ];
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    says(&ids)
        || (text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == "id" || word == "ids")
            && says(&form))
}

/// The names that may be those of fields: what `param` and `loc` say, what is quoted or stands in a path, and every word with an underscore.
fn named(body: &Value, text: &str) -> Vec<String> {
    let mut pointed = String::new();
    point(body, &mut pointed);
    let pointed = pointed.to_lowercase();
    let marked = words(text).filter(|word| word.contains('_') || is_marked(text, word));
    let mut names: Vec<String> = Vec::new();
    for word in words(&pointed).chain(marked) {
        if !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
        .filter(|word| !word.is_empty())
}

/// Whether a word is quoted somewhere, or the last of a path.
fn is_marked(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        let is_quote = |c: Option<char>| matches!(c, Some('"' | '\'' | '`'));
        (is_quote(before) && is_quote(behind)) || (before == Some('.') && !behind.is_some_and(|c| c.is_alphanumeric() || c == '_'))
    })
}

/// What a body points at by `param` and `loc`, the deepest part of each.
fn point(body: &Value, found: &mut String) {
    match body {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("param", Value::String(path)) => {
                        let last = path.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or(path);
                        found.push_str(&format!(" {last}"));
                    }
                    ("loc", Value::Array(path)) => {
                        if let Some(last) = path.iter().rev().find_map(Value::as_str) {
                            found.push_str(&format!(" {last}"));
                        }
                    }
                    (_, value) => point(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| point(value, found)),
        _ => {}
    }
}

/// Fields without which nothing is left of a request.
const NEEDED: [&str; 20] = [
    "model",
    "messages",
    "role",
    "content",
    "name",
    "arguments",
    "function",
    "type",
    "id",
    "tool_call_id",
    "tools",
    "tool_calls",
    "stream",
    "parameters",
    "properties",
    "items",
    "required",
    "text",
    "image_url",
    "url",
];

/// The names of the fields that a request has and could do without.
pub(super) fn spare_fields(request: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(request, &mut names);
    names.retain(|name| !NEEDED.contains(&name.as_str()));
    names
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                names.insert(key.clone());
                match (key.as_str(), value) {
                    // What stands below is named by its tool.
                    ("properties", Value::Object(properties)) => properties.values().for_each(|schema| collect(schema, names)),
                    (_, value) => collect(value, names),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
        _ => {}
    }
}

/// The request without these fields, wherever they stand.
pub(super) fn drop_fields(request: &mut Value, dropped: &BTreeSet<String>) {
    match request {
        Value::Object(fields) => {
            fields.retain(|key, _| !dropped.contains(key));
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("properties", Value::Object(properties)) => properties.values_mut().for_each(|schema| drop_fields(schema, dropped)),
                    (_, value) => drop_fields(value, dropped),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| drop_fields(value, dropped)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
