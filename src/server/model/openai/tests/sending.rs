//! What is sent.

use serde_json::{Value, json};
use url::Url;

use super::{
    super::request::{Conversation, Dialect},
    *,
};

fn sent(messages: Vec<Message>, dialect: Dialect) -> Value {
    let conversation = Conversation::new(&request(messages), dialect, None);
    serde_json::to_value(conversation.body("m", true, true)).unwrap()
}

fn assistant(text: &str, calls: Vec<ToolCall>) -> Message {
    Message::Assistant { text: text.into(), calls }
}

fn result(call_id: &str, result: Value) -> Message {
    Message::Tool {
        call_id: call_id.into(),
        name: "add_task".into(),
        result,
    }
}

#[test]
fn a_conversation_with_a_call() {
    let body = sent(
        vec![
            user("add milk"),
            assistant("", vec![call("a", "add_task", "{\"title\":\"دودھ\"}")]),
            result("a", json!({"ok": true})),
            assistant("Added.", vec![]),
            user("thanks"),
        ],
        Dialect::Plain,
    );
    assert_eq!(
        body,
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "You help."},
                {"role": "user", "content": "add milk"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "add_task", "arguments": "{\"title\":\"دودھ\"}"}},
                ]},
                {"role": "tool", "tool_call_id": "a", "content": "{\"ok\":true}"},
                {"role": "assistant", "content": "Added."},
                {"role": "user", "content": "thanks"},
            ],
            "stream": true,
            "stream_options": {"include_usage": true},
            "tools": [
                {"type": "function", "function": {"name": "add_task", "description": "A tool.", "parameters": {"type": "object", "properties": {}}}},
                {"type": "function", "function": {"name": "list_tasks", "description": "A tool.", "parameters": {"type": "object", "properties": {}}}},
            ],
            "tool_choice": "auto",
        })
    );
}

#[test]
fn without_tools_nothing_is_said_of_them() {
    let mut bare = request(vec![user("hi")]);
    bare.tools = [].into();
    bare.system.clear();
    let body = serde_json::to_value(Conversation::new(&bare, Dialect::Plain, None).body("m", false, false)).unwrap();
    assert_eq!(
        body,
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": true})
    );
}

#[test]
fn what_would_be_refused_is_mended() {
    let body = sent(
        vec![
            result("nobody", json!(1)),
            user("go"),
            assistant("", vec![]),
            assistant(
                "",
                vec![
                    call("a", "add_task", "{\"title\": \"br"),
                    call("b", "", "{}"),
                    call("c", "add_task", "[]"),
                    call("d", "add_task", "{}"),
                ],
            ),
            result("d", json!("d")),
            result("b", json!("b")),
            result("a", json!({"error": "no JSON"})),
            assistant("Half an ans", vec![]),
        ],
        Dialect::Plain,
    );
    let sent_call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "add_task", "arguments": "{}"}});
    assert_eq!(
        body["messages"],
        json!([
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": null, "tool_calls": [sent_call("a"), sent_call("c"), sent_call("d")]},
            {"role": "tool", "tool_call_id": "a", "content": "{\"error\":\"no JSON\"}"},
            {"role": "tool", "tool_call_id": "c", "content": "{\"error\":\"The call was interrupted and has no result.\"}"},
            {"role": "tool", "tool_call_id": "d", "content": "\"d\""},
            {"role": "assistant", "content": "Half an ans"},
            {"role": "user", "content": "Continue."},
        ])
    );
    assert_eq!(sent(vec![], Dialect::Plain)["messages"][1]["role"], "user");
}

#[test]
fn signatures_go_back_as_they_came_and_unsigned_turns_get_a_stand_in_at_gemini() {
    let signature = json!({"google": {"thought_signature": "c2ln", "more": [1]}});
    let signed = ToolCall {
        extra_content: Some(signature.clone()),
        ..call("a", "add_task", "{}")
    };
    let messages = vec![
        user("go"),
        assistant("", vec![signed, call("b", "add_task", "{}")]),
        result("a", json!(1)),
        result("b", json!(2)),
        assistant("", vec![call("c", "add_task", "{}")]),
        result("c", json!(3)),
    ];
    let extras = |dialect| {
        let body = sent(messages.clone(), dialect);
        let messages = body["messages"].as_array().unwrap().clone();
        let calls = messages
            .iter()
            .filter_map(|message| message.get("tool_calls")?.as_array())
            .flatten();
        calls.map(|call| call.get("extra_content").cloned()).collect::<Vec<_>>()
    };
    let stand_in = json!({"google": {"thought_signature": "skip_thought_signature_validator"}});
    assert_eq!(extras(Dialect::Gemini), [Some(signature.clone()), None, Some(stand_in)]);
    assert_eq!(extras(Dialect::Plain), [Some(signature), None, None]);
}

#[test]
fn gemini_is_told_by_its_address() {
    let of = |url: &str| Dialect::of(&Url::parse(url).unwrap());
    assert_eq!(of("https://generativelanguage.googleapis.com/v1beta/openai/"), Dialect::Gemini);
    assert_eq!(of("https://us-central1-aiplatform.googleapis.com/v1/x"), Dialect::Gemini);
    assert_eq!(of("https://api.openai.com/v1"), Dialect::Plain);
    assert_eq!(of("https://notgoogleapis.com/v1"), Dialect::Plain);
    assert_eq!(of("http://127.0.0.1:11434/v1"), Dialect::Plain);
}

#[test]
fn pictures_are_shown_or_told_of() {
    let picture = File {
        id: "atc_1".into(),
        name: "a \"b\".png".into(),
        mime_type: "image/png".into(),
        content: FileContent::Picture(bytes::Bytes::from_static(b"abc")),
    };
    let asked = Message::User {
        text: "what is it?".into(),
        quote: None,
        references: Vec::new(),
        files: vec![picture],
    };
    let content = |sees: Option<bool>, pictures: bool| {
        let conversation = Conversation::new(&request(vec![asked.clone()]), Dialect::Plain, sees);
        let body = serde_json::to_value(conversation.body("m", true, pictures)).unwrap();
        (conversation.has_pictures(), body["messages"][1]["content"].clone())
    };
    let shown = json!([
        {"type": "text", "text": "what is it?\n\n[The person attached the picture \"a \\\"b\\\".png\".]"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
    ]);
    assert_eq!(content(None, true), (true, shown.clone()));
    assert_eq!(content(Some(true), true), (true, shown));
    let (has_pictures, told) = content(Some(false), true);
    assert!(
        !has_pictures && told.as_str().unwrap().contains("a picture, which you cannot see"),
        "{told}"
    );
    assert_eq!(content(None, false), (true, told));
}

#[test]
fn a_quote_stands_before_the_words() {
    let asked = Message::User {
        text: "why?".into(),
        quote: Some("two\nlines".into()),
        references: Vec::new(),
        files: Vec::new(),
    };
    let body = serde_json::to_value(Conversation::new(&request(vec![asked]), Dialect::Plain, None).body("m", true, true)).unwrap();
    assert_eq!(
        body["messages"][1]["content"],
        "About this part of an earlier answer:\n> two\n> lines\n\nwhy?"
    );
}
