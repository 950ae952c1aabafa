//! The forms in which calls are written as text.

use serde_json::{Deserializer, Value};

use super::super::wire::argument_text;

/// Mistral's mark, which stands before each call, or before a list of them.
pub(super) const MISTRAL: &str = "[TOOL_CALLS]";
/// Begins and ends code.
pub(super) const FENCE: &str = "```";
/// What stands around a call.
const TAGS: [(&str, &str); 3] = [
    ("<tool_call>", "</tool_call>"),
    ("<tool_calls>", "</tool_calls>"),
    ("<function_call>", "</function_call>"),
];
const FUNCTION: (&str, &str) = ("<function=", "</function>");
const PARAMETER: (&str, &str) = ("<parameter=", "</parameter>");
/// Llama's mark before JSON.
const PYTHON: &str = "<|python_tag|>";
/// What may stand behind the marks of a fence around a call.
const INFOS: [&str; 6] = ["", "json", "jsonc", "tool_call", "tool_calls", "tool_code"];

/// What a text begins with.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// No call.
    Nothing,
    /// Too little to know.
    Unclear,
    /// Code, of which this is the first line.
    Code(usize),
    /// What was meant as calls, and nobody can say how far it goes.
    Broken,
    /// What was meant as calls.
    Calls {
        /// How far it goes.
        length: usize,
        /// What is written there, without its marks.
        inside: &'a str,
        /// The calls; `None` where it cannot be read.
        calls: Option<Vec<Written>>,
        /// Marks say that it is a call, not only its form.
        is_marked: bool,
    },
}

/// A call as it was written.
#[derive(Debug, PartialEq)]
pub(super) struct Written {
    /// The tool.
    pub(super) name: String,
    /// What it is called with.
    pub(super) arguments: Arguments,
}

/// The arguments of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Arguments {
    /// A JSON text.
    Json(String),
    /// Each by itself, as bare text.
    Bare(Vec<(String, String)>),
}

/// What a text begins with. `alone`: nothing was said before it.
pub(super) fn find(text: &str, alone: bool, is_end: bool) -> Found<'_> {
    let opens = |mark: &str| text.starts_with(mark);
    let may_open = |mark: &str| !is_end && mark.starts_with(text);
    if let Some((open, close)) = TAGS.iter().find(|(open, _)| opens(open)) {
        return between(text, open.len(), close, is_end, in_tag);
    }
    if opens(FUNCTION.0) {
        return between(text, 0, FUNCTION.1, is_end, |inside| function(inside).map(|call| vec![call]));
    }
    if opens(MISTRAL) {
        return mistral(text, is_end);
    }
    if opens(FENCE) {
        return fenced(text, is_end);
    }
    let mut marks = TAGS.iter().map(|(open, _)| *open).chain([FUNCTION.0, MISTRAL, FENCE, PYTHON]);
    if marks.any(may_open) {
        return Found::Unclear;
    }
    match alone && (opens(PYTHON) || text.starts_with(['{', '['])) {
        true => bare(text, is_end),
        false => Found::Nothing,
    }
}

/// Where [`MISTRAL`] begins in a line, or may begin.
pub(super) fn mark_in_line(line: &str, is_end: bool) -> Option<usize> {
    line.find(MISTRAL).or_else(|| {
        let may_begin = |at: &usize| MISTRAL.starts_with(&line[*at..]);
        line.rmatch_indices('[').map(|(at, _)| at).find(may_begin).filter(|_| !is_end)
    })
}

fn between<'a>(text: &'a str, from: usize, close: &str, is_end: bool, read: impl Fn(&str) -> Option<Vec<Written>>) -> Found<'a> {
    if text[from..].trim_start().starts_with(|c| !matches!(c, '{' | '[' | '<')) {
        // Somebody talks about the mark.
        return Found::Nothing;
    }
    let (inside, length) = match text[from..].find(close) {
        Some(at) => (&text[from..from + at], from + at + close.len()),
        None if is_end => (&text[from..], text.len()),
        None => return Found::Unclear,
    };
    Found::Calls {
        length,
        inside: inside.trim(),
        calls: read(inside),
        is_marked: true,
    }
}

fn in_tag(inside: &str) -> Option<Vec<Written>> {
    let inside = inside.trim();
    if !inside.starts_with(FUNCTION.0) {
        return in_json(inside, true);
    }
    let functions = inside.split(FUNCTION.1).map(str::trim).filter(|one| !one.is_empty());
    functions.map(function).collect()
}

/// `<function=name>` with JSON, or with a parameter each.
fn function(text: &str) -> Option<Written> {
    let (name, inside) = text.trim().strip_prefix(FUNCTION.0)?.split_once('>')?;
    let name = name.trim().trim_matches('"').to_owned();
    let inside = inside.trim();
    if !inside.starts_with(PARAMETER.0) {
        let arguments = Arguments::Json(inside.to_owned());
        return Some(Written { name, arguments });
    }
    let mut parameters = Vec::new();
    for one in inside.split(PARAMETER.0).skip(1) {
        let (parameter, value) = one.split_once('>')?;
        let value = value.split(PARAMETER.1).next().unwrap_or_default().trim_end();
        parameters.push((parameter.trim().to_owned(), value.trim().to_owned()));
    }
    let arguments = Arguments::Bare(parameters);
    Some(Written { name, arguments })
}

/// `[TOOL_CALLS][{...}]`, `[TOOL_CALLS]name{...}`, `[TOOL_CALLS]name[CALL_ID]id[ARGS]{...}`.
fn mistral(text: &str, is_end: bool) -> Found<'_> {
    let rest = &text[MISTRAL.len()..];
    let open = rest.trim_start();
    let start = text.len() - open.len();
    let (head, json) = match open.starts_with('[') {
        true => ("", start),
        false => match open.find('{') {
            Some(at) => (&open[..at], start + at),
            None if is_end => return Found::Broken,
            None => return Found::Unclear,
        },
    };
    match first_value(&text[json..]) {
        First::Value(value, length) => {
            let calls = match head.split('[').next().map(str::trim).filter(|name| !name.is_empty()) {
                Some(name) => Some(vec![Written {
                    name: name.to_owned(),
                    arguments: Arguments::Json(value.to_string()),
                }]),
                None => calls_of(&value, true),
            };
            Found::Calls {
                length: json + length,
                inside: text[MISTRAL.len()..json + length].trim(),
                calls,
                is_marked: true,
            }
        }
        First::Half if !is_end => Found::Unclear,
        First::Half | First::None => Found::Broken,
    }
}

/// Code: that of a call is JSON, or a call with marks of its own.
fn fenced(text: &str, is_end: bool) -> Found<'_> {
    let behind = text.trim_start_matches('`');
    let info = behind.len()
        - behind
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-+.".contains(c))
            .len();
    let body = behind[info..].trim_start();
    if body.is_empty() && !is_end {
        return Found::Unclear;
    }
    let is_call = INFOS.contains(&behind[..info].to_ascii_lowercase().as_str()) && body.starts_with(['{', '[', '<']);
    let close = body.find(FENCE);
    if is_call {
        let (inside, length) = match close {
            Some(at) => (&body[..at], text.len() - body.len() + at + FENCE.len()),
            None if is_end => (body, text.len()),
            None => return Found::Unclear,
        };
        let inside = inside.trim();
        let tag = TAGS
            .iter()
            .find_map(|(open, close)| inside.strip_prefix(open).map(|rest| rest.strip_suffix(close).unwrap_or(rest)));
        let calls = match tag {
            Some(tagged) => in_tag(tagged),
            None if inside.starts_with(FUNCTION.0) => in_tag(inside),
            None => in_json(inside, false),
        };
        if calls.is_some() || tag.is_some() {
            return Found::Calls {
                length,
                inside,
                calls,
                is_marked: tag.is_some(),
            };
        }
    }
    match text.find('\n') {
        // Code that ends on its own line is a span.
        Some(end) if text[..end].trim_start_matches('`').contains(FENCE) => Found::Nothing,
        Some(end) => Found::Code(end + 1),
        None if is_end => Found::Nothing,
        None => Found::Unclear,
    }
}

/// Nothing but JSON.
fn bare(text: &str, is_end: bool) -> Found<'_> {
    let json = text.strip_prefix(PYTHON).unwrap_or(text);
    let start = text.len() - json.len();
    let is_marked = start > 0;
    match first_value(json) {
        First::Value(value, length) => match calls_of(&value, is_marked) {
            Some(calls) => Found::Calls {
                length: start + length,
                inside: &json[..length],
                calls: Some(calls),
                is_marked,
            },
            None => Found::Nothing,
        },
        First::Half if !is_end => Found::Unclear,
        First::Half if ["\"arguments\"", "\"parameters\""].iter().any(|key| json.contains(key)) && json.contains("\"name\"") => {
            Found::Calls {
                length: text.len(),
                inside: json,
                calls: None,
                is_marked: true,
            }
        }
        First::Half | First::None => Found::Nothing,
    }
}

/// What JSON a text begins with.
enum First {
    /// A value, and its length.
    Value(Value, usize),
    /// One that is not whole.
    Half,
    None,
}

fn first_value(text: &str) -> First {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) if value.is_object() || value.is_array() => First::Value(value, values.byte_offset()),
        Some(Err(error)) if error.is_eof() => First::Half,
        None => First::Half,
        _ => First::None,
    }
}

/// The calls of a text of nothing but JSON: objects, one or several, or lists of them.
fn in_json(text: &str, is_marked: bool) -> Option<Vec<Written>> {
    let mut calls = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let First::Value(value, length) = first_value(rest) else {
            return None;
        };
        calls.extend(calls_of(&value, is_marked)?);
        rest = rest[length..].trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
    }
    (!calls.is_empty()).then_some(calls)
}

/// The calls of a value. Where nothing marks them as such, they have arguments.
fn calls_of(value: &Value, is_marked: bool) -> Option<Vec<Written>> {
    if let Some(listed) = value.as_array().or_else(|| value.get("tool_calls")?.as_array()) {
        let calls = listed.iter().map(|one| call_of(one, is_marked)).collect::<Option<Vec<_>>>()?;
        return (!calls.is_empty()).then_some(calls);
    }
    Some(vec![call_of(value, is_marked)?])
}

fn call_of(value: &Value, is_marked: bool) -> Option<Written> {
    let value = value.get("function").filter(|function| function.is_object()).unwrap_or(value);
    let name = ["name", "tool", "tool_name", "function_name", "function"]
        .iter()
        .find_map(|key| value.get(key)?.as_str())?;
    let arguments = ["arguments", "parameters", "args", "params", "input"]
        .iter()
        .find_map(|key| value.get(key));
    if arguments.is_none() && !is_marked {
        return None;
    }
    Some(Written {
        name: name.to_owned(),
        arguments: Arguments::Json(arguments.map(argument_text).unwrap_or_default()),
    })
}
