//! Reads arguments that say the right thing in another form than the schema wants: a list or an object as text ("encoded twice"), a number
//! or a truth value as text, `10.0` for a whole number, one value for a list of one, a word of a list in other letters.
//!
//! Only what can mean nothing else is read, and only where the schema wants something else than plain text: a title `[1]` is a title. What
//! fits as it is, is never touched; what cannot be read stays, for [`super::outside`] to refuse with the right form.

use serde_json::{Map, Number, Value};

use super::outside::fits;

/// Beyond it, numbers with a point are not exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// What may stand between values in a text that means several of them.
const SEPARATORS: [char; 4] = [',', ';', '\n', '،'];

/// The arguments in the form that the schema of an object wants, as far as they can be read so.
pub(super) fn coerced(args: Map<String, Value>, schema: &Map<String, Value>) -> Map<String, Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let read = |(name, given): (String, Value)| {
        let read = match properties.and_then(|properties| properties.get(&name)) {
            Some(schema) => value(given, schema),
            None => given,
        };
        (name, read)
    };
    args.into_iter().map(read).collect()
}

/// An object, given as itself or as the text of one, however often encoded.
pub fn object(given: Value) -> Option<Map<String, Value>> {
    match decoded(given) {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn value(given: Value, schema: &Value) -> Value {
    if fits(&given, schema) {
        return given;
    }
    match (schema.get("type").and_then(Value::as_str).unwrap_or_default(), schema) {
        ("object", Value::Object(schema)) => match decoded_as(given, Value::is_object) {
            Value::Object(args) => Value::Object(coerced(args, schema)),
            other => other,
        },
        ("array", schema) => list(given, schema.get("items").unwrap_or(&Value::Null)),
        ("integer", _) => or_as_it_was(given, whole),
        ("number", _) => or_as_it_was(given, number),
        ("boolean", _) => or_as_it_was(given, truth),
        ("string", schema) => or_as_it_was(given, |given| word(given, schema.get("enum")?.as_array()?)),
        _ => given,
    }
}

fn list(given: Value, item: &Value) -> Value {
    match decoded_as(given, |value| value.is_array() || value.is_object()) {
        Value::Array(items) => items.into_iter().map(|given| value(given, item)).collect(),
        Value::String(text) if text.trim().is_empty() || text.contains(SEPARATORS) || text.trim_start().starts_with(['[', '{']) => {
            // Several values, or none, or a list that is broken: not for us to say which.
            Value::String(text)
        }
        Value::Null => Value::Null,
        one => match value(one.clone(), item) {
            read if fits(&read, item) => Value::Array(vec![read]),
            // An object that is one of the list, and wrong in itself: that is what is to be said.
            read @ Value::Object(_) => Value::Array(vec![read]),
            _ => one,
        },
    }
}

/// The value that a text encodes, however often, if it is of this kind.
fn decoded_as(given: Value, is_wanted: fn(&Value) -> bool) -> Value {
    if !given.is_string() {
        return given;
    }
    match decoded(given.clone()) {
        read if is_wanted(&read) => read,
        _ => given,
    }
}

fn decoded(mut given: Value) -> Value {
    // Each round takes off quotes at least, so it ends.
    while let Value::String(text) = &given {
        match serde_json::from_str(text) {
            Ok(read) => given = read,
            Err(_) => break,
        }
    }
    given
}

fn or_as_it_was(given: Value, read: impl FnOnce(&Value) -> Option<Value>) -> Value {
    read(&given).unwrap_or(given)
}

fn whole(given: &Value) -> Option<Value> {
    let number = match given {
        Value::String(text) => {
            let text = unquoted(text);
            let digits = match text.split_once('.') {
                Some((digits, rest)) if !rest.is_empty() && rest.bytes().all(|digit| digit == b'0') => digits,
                _ => text,
            };
            return plain_digits(digits).then(|| digits.parse::<i64>().ok().map(Value::from))?;
        }
        Value::Number(number) => number.as_f64()?,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough to be exact")]
    let exact = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    exact.map(Value::from)
}

fn number(given: &Value) -> Option<Value> {
    let text = unquoted(given.as_str()?);
    let (before, after) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = plain_digits(before) && !after.is_empty() && after.bytes().all(|digit| digit.is_ascii_digit());
    is_plain.then(|| Number::from_f64(text.parse().ok()?).map(Value::Number))?
}

fn truth(given: &Value) -> Option<Value> {
    let text = unquoted(given.as_str()?);
    ["false", "true"]
        .iter()
        .position(|word| text.eq_ignore_ascii_case(word))
        .map(|at| Value::Bool(at == 1))
}

/// One of these words in whatever letters, if only one is meant.
fn word(given: &Value, words: &[Value]) -> Option<Value> {
    let text = unquoted(given.as_str()?);
    let mut meant = words
        .iter()
        .filter(|word| word.as_str().is_some_and(|word| text.eq_ignore_ascii_case(word)));
    meant.next().filter(|_| meant.next().is_none()).cloned()
}

/// Without spaces around, and without the quotes of a text that was encoded twice.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text)
        .trim()
}

fn plain_digits(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> Map<String, Value> {
        let task = json!({ "type": "object", "required": ["title"], "properties": {
            "title": { "type": "string" }, "priority": { "type": "string", "enum": ["p1", "p2"] }, "minutes": { "type": "integer" },
            "labels": { "type": "array", "items": { "type": "string" } },
        } });
        let whole = json!({ "type": "object", "properties": {
            "title": { "type": "string" }, "status": { "type": "string", "enum": ["pending", "all"] }, "limit": { "type": "integer" },
            "share": { "type": "number" }, "all": { "type": "boolean" }, "task_ids": { "type": "array", "items": { "type": "string" } },
            "sizes": { "type": "array", "items": { "type": "integer" } }, "task": task, "tasks": { "type": "array", "items": task },
        } });
        whole.as_object().cloned().unwrap()
    }

    fn read(args: Value) -> Value {
        Value::Object(coerced(args.as_object().cloned().unwrap(), &schema()))
    }

    #[test]
    fn what_can_mean_one_thing_only_is_read() {
        for (given, expected) in [
            (json!({ "task_ids": "[\"a\",\"b\"]" }), json!({ "task_ids": ["a", "b"] })),
            (json!({ "task_ids": "\"[\\\"a\\\"]\"" }), json!({ "task_ids": ["a"] })),
            (json!({ "task_ids": "a" }), json!({ "task_ids": ["a"] })),
            (json!({ "task_ids": "[]" }), json!({ "task_ids": [] })),
            (json!({ "sizes": "7" }), json!({ "sizes": [7] })),
            (json!({ "sizes": 7.0 }), json!({ "sizes": [7] })),
            (json!({ "sizes": ["7", 8.0, 9] }), json!({ "sizes": [7, 8, 9] })),
            (json!({ "tasks": "[{\"title\":\"x\"}]" }), json!({ "tasks": [{ "title": "x" }] })),
            (json!({ "tasks": "{\"title\":\"x\"}" }), json!({ "tasks": [{ "title": "x" }] })),
            (json!({ "tasks": { "title": "x" } }), json!({ "tasks": [{ "title": "x" }] })),
            (
                json!({ "tasks": ["{\"title\":\"[1]\"}"] }),
                json!({ "tasks": [{ "title": "[1]" }] }),
            ),
            (
                json!({ "tasks": [{ "title": "x", "minutes": "30", "labels": "home", "priority": "P1" }] }),
                json!({ "tasks": [{ "title": "x", "minutes": 30, "labels": ["home"], "priority": "p1" }] }),
            ),
            (
                json!({ "task": "{\"title\":\"x\",\"labels\":\"[\\\"a\\\"]\"}" }),
                json!({ "task": { "title": "x", "labels": ["a"] } }),
            ),
            (json!({ "limit": "10" }), json!({ "limit": 10 })),
            (json!({ "limit": " -3 " }), json!({ "limit": -3 })),
            (json!({ "limit": "10.0" }), json!({ "limit": 10 })),
            (json!({ "limit": 10.0 }), json!({ "limit": 10 })),
            (json!({ "limit": "\"10\"" }), json!({ "limit": 10 })),
            (json!({ "share": "0.5" }), json!({ "share": 0.5 })),
            (json!({ "all": "True" }), json!({ "all": true })),
            (json!({ "all": "false" }), json!({ "all": false })),
            (json!({ "status": "Pending" }), json!({ "status": "pending" })),
            (json!({ "status": "\"all\"" }), json!({ "status": "all" })),
        ] {
            assert_eq!(read(given.clone()), expected, "{given}");
        }
    }

    #[test]
    fn what_may_mean_another_thing_stays() {
        for given in [
            json!({ "title": "[1]" }),
            json!({ "title": "{\"title\":\"x\"}" }),
            json!({ "title": "\"quoted\"" }),
            json!({ "title": 7 }),
            json!({ "title": ["x"] }),
            json!({ "task_ids": "a, b" }),
            json!({ "task_ids": "a\nb" }),
            json!({ "task_ids": "[a, b]" }),
            json!({ "task_ids": "" }),
            json!({ "task_ids": 7 }),
            json!({ "task_ids": null }),
            json!({ "tasks": "x" }),
            json!({ "tasks": 7 }),
            json!({ "task": "[{\"title\":\"x\"}]" }),
            json!({ "limit": "ten" }),
            json!({ "limit": "1,000" }),
            json!({ "limit": "1e3" }),
            json!({ "limit": 1.5 }),
            json!({ "limit": "1.5" }),
            json!({ "limit": 1e300 }),
            json!({ "limit": "99999999999999999999" }),
            json!({ "limit": true }),
            json!({ "share": "NaN" }),
            json!({ "share": "." }),
            json!({ "all": "yes" }),
            json!({ "all": 1 }),
            json!({ "status": "done" }),
            json!({ "status": 1 }),
            json!({ "nothing": "[1]" }),
        ] {
            assert_eq!(read(given.clone()), given);
        }
    }

    #[test]
    fn what_is_wrong_inside_a_text_is_shown_as_it_is_there() {
        assert_eq!(
            read(json!({ "tasks": "[{\"name\":\"x\"}]" })),
            json!({ "tasks": [{ "name": "x" }] })
        );
        assert_eq!(read(json!({ "task_ids": "[1]" })), json!({ "task_ids": [1] }));
    }

    #[test]
    fn an_object_may_come_as_text() {
        let wanted = json!({ "title": "x" }).as_object().cloned();
        for given in [
            json!({ "title": "x" }),
            json!("{\"title\":\"x\"}"),
            json!("\"{\\\"title\\\":\\\"x\\\"}\""),
        ] {
            assert_eq!(object(given), wanted);
        }
        for given in [json!("[]"), json!("x"), json!(""), json!(7), json!(null)] {
            assert_eq!(object(given), None);
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[\\[\\]{}\",: a1.\\-]{0,8}".prop_map(Value::from),
            Just(json!("[\"a\"]")),
            Just(json!("{\"title\":\"x\"}")),
            Just(json!("p1")),
            Just(json!("10.0")),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text,
        ];
        let names = prop_oneof![Just("title"), Just("priority"), Just("minutes"), Just("labels"), Just("other")];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((names.clone(), inner), 0..4)
                    .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_fits_is_never_changed_and_reading_twice_is_reading_once(given in any_value()) {
            for schema in schema()["properties"].as_object().unwrap().values() {
                let read = value(given.clone(), schema);
                if fits(&given, schema) {
                    prop_assert_eq!(&read, &given);
                }
                prop_assert_eq!(value(read.clone(), schema), read);
            }
        }
    }
}
