//! What is a call, what is text, and what is neither.

use serde_json::json;

use super::*;

fn tools() -> Arc<[ToolSpec]> {
    let tool = |name: &str, parameters: Value| ToolSpec {
        name: name.into(),
        description: String::new(),
        parameters: parameters.into(),
    };
    let add = json!({
        "type": "object",
        "properties": { "t": { "type": "string" }, "n": { "type": "integer" } },
        "required": ["t"]
    });
    [tool("add", add), tool("list", json!({ "type": "object", "properties": {} }))].into()
}

/// The text that is left, the calls, and whether something is lost.
type Read = (String, Vec<(String, String)>, bool);

fn read(pieces: &[&str], told: &[&str]) -> Read {
    let told: Vec<String> = told.iter().map(|text| (*text).to_owned()).collect();
    let mut leak = Leak::new(tools(), told.into());
    let (mut shown, mut found, mut lost) = (String::new(), Vec::new(), false);
    let mut take = |passed: Passed| {
        shown.push_str(&passed.text);
        found.extend(passed.calls);
        lost |= passed.lost;
    };
    for piece in pieces {
        take(leak.push(piece));
    }
    take(leak.finish());
    (shown, found.into_iter().map(|call| (call.name, call.arguments)).collect(), lost)
}

fn pass(pieces: &[&str]) -> Read {
    read(pieces, &[])
}

fn call(name: &str, arguments: &str) -> (String, String) {
    (name.to_owned(), arguments.to_owned())
}

fn cut_anywhere(text: &str) -> Read {
    let whole = pass(&[text]);
    for (cut, _) in text.char_indices() {
        assert_eq!(pass(&[&text[..cut], &text[cut..]]), whole, "{text:?} cut at {cut}");
    }
    let letters: Vec<String> = text.chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    assert_eq!(pass(&letters), whole, "{text:?} letter by letter");
    whole
}

#[test]
fn calls_at_the_beginning_become_calls_wherever_the_text_is_cut() {
    let text = "\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"t\": \"دودھ\"}}\n</tool_call>\n<tool_call>{\"name\":\"list\"}</tool_call>\nDone.";
    let calls = vec![call("add", "{\"t\":\"دودھ\"}"), call("list", "")];
    assert_eq!(cut_anywhere(text), ("\nDone.".to_owned(), calls, false));
}

#[test]
fn every_form_of_a_call_is_one_call() {
    let milk = r#"{"t":"milk"}"#;
    for text in [
        "```json\n{\"name\": \"add\", \"arguments\": {\"t\": \"milk\"}}\n```",
        "```json {\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}} ```",
        "```\n{\"name\":\"add\",\"parameters\":{\"t\":\"milk\"}}\n```\n",
        "```tool_call\n[{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}]\n```",
        "```json\n{\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":\"{\\\"t\\\":\\\"milk\\\"}\"}}\n```",
        "```\n<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>\n```",
        "```json\n{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}",
        "<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>",
        "<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}",
        "<tool_call>\n<function=add>\n<parameter=t>\nmilk\n</parameter>\n</function>\n</tool_call>",
        "<function=add>{\"t\":\"milk\"}</function>",
        "<function=add>\n<parameter=t>\nmilk\n</parameter>\n</function>",
        "[TOOL_CALLS][{\"name\": \"add\", \"arguments\": {\"t\": \"milk\"}}]",
        "[TOOL_CALLS]add{\"t\": \"milk\"}",
        "[TOOL_CALLS]add[CALL_ID]abc123def[ARGS]{\"t\":\"milk\"}",
        "{\"name\": \"add\", \"parameters\": {\"t\": \"milk\"}}",
        "<|python_tag|>{\"name\": \"add\", \"parameters\": {\"t\": \"milk\"}}",
        // The same twice.
        "{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}; {\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}",
        "<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>\n<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>",
    ] {
        let (shown, calls, lost) = cut_anywhere(text);
        assert_eq!((shown.trim(), calls, lost), ("", vec![call("add", milk)], false), "{text:?}");
    }
}

#[test]
fn words_before_a_call_are_said_and_the_call_is_made() {
    for text in [
        "Sure:\n```json\n{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}\n```",
        "Sure:\n\n<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>",
        "Sure:[TOOL_CALLS]add{\"t\":\"milk\"}",
    ] {
        let (shown, calls, lost) = cut_anywhere(text);
        assert_eq!((shown.trim(), calls.len(), lost), ("Sure:", 1, false), "{text:?}");
    }
}

#[test]
fn what_was_meant_as_a_call_and_is_none_is_not_shown() {
    for text in [
        "<tool_call>{\"name\":\"drop_all\"}</tool_call>",
        "<tool_call>{not json}</tool_call>",
        "<tool_call>{\"name\":\"add\"",
        "<tool_call>{\"name\":\"add\",\"arguments\":{\"n\":1}}</tool_call>",
        "```json\n{\"name\":\"add\",\"arguments\":{\"t\":7}}\n```",
        "```json\n{\"name\":\"drop_all\",\"arguments\":{}}\n```",
        "{\"name\":\"drop_all\",\"arguments\":{}}",
        "{\"name\":\"add\",\"arguments\":{\"t\":\"mil",
        "[TOOL_CALLS]drop_all{}",
        "[TOOL_CALLS]add",
        "<function=drop_all>{}</function>",
    ] {
        assert_eq!(cut_anywhere(text), (String::new(), vec![], true), "{text:?}");
    }
    let half = "Sure:\n```json\n{\"name\":\"add\",\"arguments\":{}}\n```";
    assert_eq!(cut_anywhere(half), ("Sure:\n".to_owned(), vec![], true));
}

#[test]
fn other_text_stays_text() {
    for text in [
        "Here: <tool_call>{\"name\":\"add\"}</tool_call>",
        "Here it is:\n```json\n{\"name\":\"kaam\",\"version\":\"1\"}\n```\nSo.",
        "Here it is:\n```json\n{\"name\":\"npm_run\",\"arguments\":{}}\n```",
        "```rust\nfn main() {}\n<tool_call>{\"name\":\"list\"}</tool_call>\n```\nSo.",
        "```json\n{\"milk\": 1}\n```",
        "{\"milk\": 1} is JSON.",
        "[milk] and [eggs](x)",
        "{milk}",
        "``` x ``` and so on",
        "<tool_call>not json</tool_call>",
        "<tool",
        "[TOOL",
        " <b>x</b>",
        "a\n\n  b\n",
    ] {
        assert_eq!(cut_anywhere(text), (text.to_owned(), vec![], false), "{text:?}");
    }
    assert_eq!(pass(&[" \n ", "\n"]), (String::new(), vec![], false));
    assert_eq!(pass(&[" \n", "a", " ", "b "]), (" \na b ".to_owned(), vec![], false));
}

#[test]
fn what_the_model_was_told_and_repeats_is_no_call() {
    for text in [
        "<tool_call>{\"name\":\"list\"}</tool_call>",
        "{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}",
        "Your task:\n<tool_call>{\"name\":\"list\"}</tool_call>",
    ] {
        let title = text.trim_start_matches("Your task:\n");
        assert_eq!(read(&[text], &[title]), (text.to_owned(), vec![], false));
    }
    let result = json!({ "tasks": [{ "title": "<tool_call>{\"name\":\"list\"}</tool_call>", "id": "x" }] });
    let messages = [
        Message::user("milk"),
        Message::Tool {
            call_id: "1".into(),
            name: "list".into(),
            result,
        },
    ];
    assert_eq!(told(&messages).len(), 1);
}

#[test]
fn a_call_that_came_by_another_way_is_not_made_again() {
    let mut leak = Leak::new(tools(), [].into());
    let made = LeakedCall {
        name: "add".into(),
        arguments: "{\"t\":\"milk\"}".into(),
    };
    assert!(leak.is_new(&made) && !leak.is_new(&made));
    assert!(
        leak.push("<tool_call>{\"name\":\"add\",\"arguments\":{\"t\":\"milk\"}}</tool_call>")
            .calls
            .is_empty()
    );
}

#[test]
fn without_tools_nothing_is_a_call() {
    let text = "<tool_call>{\"name\":\"add\"}</tool_call>";
    let passed = Leak::new([].into(), [].into()).push(text);
    assert_eq!((passed.text.as_str(), passed.calls.len()), (text, 0));
}

#[test]
fn what_is_held_back_is_bounded() {
    let text = format!("<tool_call>{}", "x".repeat(LONGEST));
    assert_eq!(Leak::new(tools(), [].into()).push(&text).text, text);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_depends_on_how_it_is_cut(
        parts in proptest::collection::vec("<tool_call>|</tool_call>|```|json|\n|\\[TOOL_CALLS\\]|\\{\"name\":\"list\",\"arguments\":\\{\\}\\}|\\{|\\[|[a-z ]{0,3}|ک|<|`", 0..12),
    ) {
        let whole = parts.concat();
        let pieces: Vec<&str> = parts.iter().map(String::as_str).collect();
        proptest::prop_assert_eq!(read(&pieces, &[]), read(&[&whole], &[]));
    }
}
