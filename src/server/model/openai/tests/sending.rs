//! What is sent.

use serde_json::{Value, json};
use url::Url;

use super::{
    super::profile::{Bound, Profile},
    super::request::{Conversation, Dialect, Form},
    *,
};

fn sent(messages: Vec<Message>, dialect: Dialect) -> Value {
    sent_as(
        messages,
        &Form {
            dialect,
            ..form(Profile::default())
        },
    )
}

fn form(profile: Profile) -> Form {
    Form {
        model: "m".into(),
        from: "h m".into(),
        profile,
        ..Form::default()
    }
}

fn sent_as(messages: Vec<Message>, form: &Form) -> Value {
    serde_json::from_str(&Conversation::new(&request(messages)).body(form)).unwrap()
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
    let quiet = form(Profile {
        dropped: ["stream_options".to_owned()].into(),
        ..Profile::default()
    });
    let body: Value = serde_json::from_str(&Conversation::new(&bare).body(&quiet)).unwrap();
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
        extra_content: Some(Extra::unsourced(signature.clone())),
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
    let content = |sees_pictures: Option<bool>, pictures: bool| {
        let form = Form {
            sees_pictures,
            ..form(Profile {
                no_pictures: !pictures,
                ..Profile::default()
            })
        };
        let body = sent_as(vec![asked.clone()], &form);
        let may_be_left_out = Conversation::new(&request(vec![asked.clone()])).sent(&form).has_pictures;
        (may_be_left_out, body["messages"][1]["content"].clone())
    };
    let shown = json!([
        {"type": "text", "text": "what is it?\n\n[The person attached the picture \"a \\\"b\\\".png\".]"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
    ]);
    assert_eq!(content(None, true), (true, shown.clone()));
    assert_eq!(content(Some(true), true), (false, shown));
    let (has_pictures, told) = content(Some(false), true);
    assert!(
        !has_pictures && told.as_str().unwrap().contains("a picture, which you cannot see"),
        "{told}"
    );
    assert_eq!(content(None, false), (false, told));
}

#[test]
fn a_quote_stands_before_the_words() {
    let asked = Message::User {
        text: "why?".into(),
        quote: Some("two\nlines".into()),
        references: Vec::new(),
        files: Vec::new(),
    };
    let body = sent(vec![asked], Dialect::Plain);
    assert_eq!(
        body["messages"][1]["content"],
        "About this part of an earlier answer:\n> two\n> lines\n\nwhy?"
    );
}

fn messages(body: &Value) -> Vec<Value> {
    body["messages"].as_array().unwrap()[1..].to_vec()
}

#[test]
fn what_no_template_takes_is_never_sent() {
    let said = |role: &str, content: &str| json!({"role": role, "content": content});
    let body = sent(
        vec![
            user("add milk"),
            user("[The user cancelled the stream.]"),
            user("add eggs"),
            assistant("Eggs.", vec![]),
            assistant("", vec![call("a", "add_task", "{}")]),
            result("a", json!(1)),
            user("and rice"),
            user("and salt"),
        ],
        Dialect::Plain,
    );
    let call = json!({"id": "a", "type": "function", "function": {"name": "add_task", "arguments": "{}"}});
    assert_eq!(
        messages(&body),
        [
            said("user", "add milk\n\n[The user cancelled the stream.]\n\nadd eggs"),
            json!({"role": "assistant", "content": "Eggs.", "tool_calls": [call]}),
            json!({"role": "tool", "tool_call_id": "a", "content": "1"}),
            said("assistant", "[The answer ended here.]"),
            said("user", "and rice\n\n[This message was not answered.]\n\nand salt"),
        ]
    );
}

#[test]
fn old_answers_lose_their_thinking() {
    let body = sent(
        vec![user("a"), assistant("<think>Hm.</think>Done.", vec![]), user("b")],
        Dialect::Plain,
    );
    assert_eq!(messages(&body)[1]["content"], "Done.");
}

fn turn_with_reasoning(from: &str) -> Vec<Message> {
    let reasoning = serde_json::Map::from_iter([("reasoning_content".to_owned(), json!("Milk."))]);
    let call = ToolCall {
        extra_content: Extra::of(from, Some(json!({"x": 1})), reasoning),
        ..call("call_PTLP8xhu3uwZk4l3nlnrrJha", "add_task", "{}")
    };
    vec![
        user("add milk"),
        assistant("", vec![call]),
        result("call_PTLP8xhu3uwZk4l3nlnrrJha", json!(1)),
        assistant("Added.", vec![]),
        user("thanks"),
    ]
}

#[test]
fn reasoning_and_extra_content_go_to_whom_they_came_from() {
    let own = messages(&sent(turn_with_reasoning("h m"), Dialect::Plain));
    assert_eq!(
        (&own[1]["reasoning_content"], &own[1]["tool_calls"][0]["extra_content"]),
        (&json!("Milk."), &json!({"x": 1}))
    );
    let foreign = messages(&sent(turn_with_reasoning("h other"), Dialect::Plain));
    assert_eq!(
        (
            foreign[1].get("reasoning_content"),
            foreign[1]["tool_calls"][0].get("extra_content")
        ),
        (None, None)
    );
}

#[test]
fn each_profile_has_its_form() {
    let sent_by = |profile: Profile| sent_as(turn_with_reasoning("h m"), &form(profile));
    let short = messages(&sent_by(Profile {
        short_ids: true,
        ..Profile::default()
    }));
    let id = short[1]["tool_calls"][0]["id"].as_str().unwrap();
    assert!(id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
    assert_eq!(short[2]["tool_call_id"], id);

    let everywhere = messages(&sent_by(Profile {
        wants_reasoning: true,
        ..Profile::default()
    }));
    assert_eq!(
        (&everywhere[1]["reasoning_content"], &everywhere[3]["reasoning_content"]),
        (&json!("Milk."), &json!(""))
    );

    let without = sent_by(Profile {
        dropped: ["reasoning_content".to_owned(), "tool_choice".to_owned()].into(),
        no_null: true,
        ..Profile::default()
    });
    assert_eq!(
        (without.get("tool_choice"), messages(&without)[1].get("reasoning_content")),
        (None, None)
    );
    assert_eq!(messages(&without)[1]["content"], "");

    let no_system = sent_by(Profile {
        no_system: true,
        ..Profile::default()
    });
    assert_eq!(
        no_system["messages"][0],
        json!({"role": "user", "content": "You help.\n\nadd milk"})
    );

    let in_words = sent_by(Profile {
        no_system: true,
        no_tool_role: true,
        ..Profile::default()
    });
    let roles: Vec<&str> = in_words["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant", "user"]);

    let newest = messages(&sent_by(Profile {
        most: Some(10),
        ..Profile::default()
    }));
    assert_eq!(newest, [json!({"role": "user", "content": "thanks"})]);
}

#[test]
fn an_answer_is_bounded_by_the_name_that_the_model_knows() {
    for (bound, name) in [
        (Bound::MaxTokens, Some("max_tokens")),
        (Bound::MaxCompletionTokens, Some("max_completion_tokens")),
        (Bound::Unsent, None),
    ] {
        let form = Form {
            answer_tokens: Some(50),
            ..form(Profile {
                bound,
                ..Profile::default()
            })
        };
        let body = sent_as(vec![user("hi")], &form);
        for field in ["max_tokens", "max_completion_tokens"] {
            assert_eq!(body.get(field), (name == Some(field)).then_some(&json!(50)), "{field}");
        }
    }
}
