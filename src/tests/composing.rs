//! What the composer can put into a message: checked at both doors alike, and what the model is sent of it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    app::{Client, Reply, TestApp, answer_of, input, thread_of},
    scripted_model,
};

/// An input with these options.
fn with(text: &str, options: Value) -> Value {
    let mut input = input(text);
    input["inference_options"] = options;
    json!({ "input": input })
}

async fn page_send(client: &Client, message: Value) -> Reply {
    client
        .json("/api/chat/send", json!({ "thread": null, "message": message, "key": "" }))
        .await
}

/// The last message that the model was sent.
fn last_message(request: &Value) -> &Value {
    request["messages"].as_array().unwrap().last().unwrap()
}

#[tokio::test]
async fn a_chosen_tool_is_called_first_and_then_the_model_is_free() {
    let app = TestApp::start().await;
    app.model.reply(scripted_model::Reply::tool_calls_openai(&[(
        "c",
        "add_task",
        r#"{"title":"milk"}"#,
    )]));
    app.model.reply(scripted_model::Reply::text(&["Added."]));
    app.model.reply(scripted_model::Reply::text(&["You are welcome."]));
    let client = app.program("a@example.com").await;
    let events = client
        .chatkit("threads.create", with("milk", json!({ "tool_choice": { "id": "add_task" } })))
        .await
        .events();
    assert_eq!(answer_of(&events), "Added.");
    client.add(&thread_of(&events), "thanks").await;
    let choices: Vec<Value> = app.model.requests().iter().map(|request| request["tool_choice"].clone()).collect();
    assert_eq!(
        choices,
        [
            json!({ "type": "function", "function": { "name": "add_task" } }),
            json!("auto"),
            json!("auto")
        ]
    );
}

#[tokio::test]
async fn what_there_is_not_cannot_be_chosen() {
    let app = TestApp::choosing().await;
    let client = app.program("a@example.com").await;
    for (options, word) in [
        (json!({ "model": "gpt-nope" }), "gpt-nope"),
        (json!({ "model": "" }), "model"),
        (json!({ "tool_choice": { "id": "rm" } }), "rm"),
        (json!({ "tool_choice": {} }), "id"),
        (json!({ "tool_choice": "add_task" }), "an object"),
        (json!({ "model": 7 }), "string"),
    ] {
        let reply = client.chatkit("threads.create", with("hi", options.clone())).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{options}");
        assert!(reply.text().contains(word), "{options}: {}", reply.text());
    }
    let person = app.person("b@example.com").await;
    for message in [
        json!({ "parts": [{ "Text": "hi" }], "model": "gpt-nope" }),
        json!({ "parts": [{ "Text": "hi" }], "tool": "rm" }),
        json!({ "parts": [{ "Text": "hi" }], "attachments": vec!["x"; 11] }),
    ] {
        let reply = page_send(&person, message.clone()).await;
        assert_eq!(
            (reply.status, reply.json()),
            (StatusCode::BAD_REQUEST, json!("Invalid")),
            "{message}"
        );
    }
    let foreign = json!({ "parts": [{ "Text": "hi" }], "attachments": ["atc_00000000000000000000000000000bad"] });
    assert_eq!(page_send(&person, foreign).await.status, StatusCode::NOT_FOUND);
    let blank = json!({ "parts": [{ "Text": " " }, { "Text": "\n" }] });
    assert_eq!(page_send(&person, blank).await.json(), json!("Blank"));
    let long = json!({ "parts": [{ "Text": "hi" }], "quote": "x".repeat(64 * 1024 + 1) });
    assert_eq!(page_send(&person, long).await.json(), json!("TooLong"));
    assert_eq!(app.model.requests().len(), 0);
    let threads = person.json("/api/chat/threads", json!({ "after": null })).await.json();
    assert_eq!(threads["threads"], json!([]), "nothing is half done");
}

#[tokio::test]
async fn the_chosen_model_is_asked_first_and_the_others_stand_behind_it() {
    let app = TestApp::choosing().await;
    let client = app.program("a@example.com").await;
    let small = || with("hi", json!({ "model": "scripted-small" }));
    client.chatkit("threads.create", small()).await.events();
    app.model.reply(scripted_model::Reply::status(
        404,
        &json!({ "error": { "message": "no such model" } }),
        &[],
    ));
    let events = client.chatkit("threads.create", small()).await.events();
    assert_eq!(answer_of(&events), "OK");
    client.chatkit("threads.create", with("hi", json!({}))).await.events();
    let models: Vec<Value> = app.model.requests().iter().map(|request| request["model"].clone()).collect();
    assert_eq!(models, ["scripted-small", "scripted-small", "scripted", "scripted"]);
}

#[tokio::test]
async fn the_built_in_assistant_answers_where_it_is_chosen() {
    let app = TestApp::choosing().await;
    let client = app.program("a@example.com").await;
    let options = json!({ "model": "offline", "tool_choice": { "id": "add_task" } });
    let events = client.chatkit("threads.create", with("show me the door", options)).await.events();
    assert!(answer_of(&events).contains("show me the door"), "{}", answer_of(&events));
    let options = json!({ "model": "offline", "tool_choice": { "id": "complete_task" } });
    let body = with("the door", options);
    let events = client
        .chatkit(
            "threads.add_user_message",
            json!({ "thread_id": thread_of(&events), "input": body["input"] }),
        )
        .await
        .events();
    let changed = events
        .iter()
        .any(|event| event["type"] == "client_effect" && event["name"] == "tasks.changed");
    assert!(changed, "{}", answer_of(&events));
    assert_eq!(app.model.requests().len(), 0);
}

#[tokio::test]
async fn the_page_and_the_protocol_store_the_same_message() {
    let app = TestApp::start().await;
    let page = app.person("a@example.com").await;
    let task = "tsk_00000000000000000000000000000001";
    let message = json!({
        "parts": [{ "Text": "Complete " }, { "Task": { "id": task, "title": "دودھ\u{202e}" } }, { "Text": " now" }],
        "quote": "You have \u{0}two tasks",
        "tool": "complete_task",
    });
    let reply = page_send(&page, message).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let program = app.program("b@example.com").await;
    let tag = json!({ "type": "input_tag", "id": task, "text": "دودھ\u{202e}", "data": { "type": "task" }, "group": "Tasks", "interactive": true });
    let input = json!({
        "content": [{ "type": "input_text", "text": "Complete " }, tag, { "type": "input_text", "text": " now" }],
        "attachments": [],
        "quoted_text": "You have \u{0}two tasks",
        "inference_options": { "tool_choice": { "id": "complete_task" } },
    });
    let events = program.chatkit("threads.create", json!({ "input": input })).await.events();
    let requests = app.model.requests();
    assert_eq!(last_message(&requests[0]), last_message(&requests[1]));
    assert_eq!(requests[0]["tool_choice"], requests[1]["tool_choice"]);
    let told = last_message(&requests[0])["content"].as_str().unwrap();
    assert!(
        told.contains("> You have two tasks") && told.contains("Complete دودھ now") && told.contains(task),
        "{told}"
    );
    let of_page = page.chatkit("threads.list", json!({})).await.json()["data"][0]["id"].clone();
    let stored = page.chatkit("threads.get_by_id", json!({ "thread_id": of_page })).await.json();
    for name in ["content", "quoted_text", "inference_options", "attachments"] {
        assert_eq!(stored["items"]["data"][0][name], events[1]["item"][name], "{name}");
    }
    assert_eq!(stored["items"]["data"][0]["content"][1]["interactive"], true);
}

#[tokio::test]
async fn tasks_are_found_while_their_names_are_typed() {
    let app = TestApp::offline().await;
    let client = app.person("a@example.com").await;
    let stranger = app.person("b@example.com").await;
    page_send(&stranger, json!({ "parts": [{ "Text": "add buy secret milk" }] })).await;
    for title in ["buy milk", "call the bank", "دودھ لانا"] {
        page_send(&client, json!({ "parts": [{ "Text": title }], "tool": "add_task" })).await;
    }
    for n in 0..25 {
        page_send(&client, json!({ "parts": [{ "Text": format!("zebra {n}") }], "tool": "add_task" })).await;
    }
    page_send(&client, json!({ "parts": [{ "Text": "call the bank" }], "tool": "complete_task" })).await;
    let search = async |words: &str| client.json("/api/tasks/search", json!({ "words": words })).await.json();
    let titles = |found: &Value, list: &str| -> Vec<String> {
        let tasks = found[list].as_array().unwrap();
        tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
    };
    let milk = search("mi").await;
    assert_eq!(
        (titles(&milk, "pending"), titles(&milk, "completed")),
        (vec!["buy milk".to_owned()], vec![])
    );
    assert_eq!(titles(&search("دود").await, "pending"), ["دودھ لانا"]);
    assert_eq!(titles(&search("bank").await, "completed"), ["call the bank"]);
    assert_eq!(titles(&search("ZEB").await, "pending").len(), 20);
    let none = search("secret").await;
    assert_eq!((&none["pending"], &none["completed"]), (&json!([]), &json!([])));
    let nobody = app.client().json("/api/tasks/search", json!({ "words": "" })).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_page_is_told_which_models_there_are() {
    let app = TestApp::choosing().await;
    let client = app.person("a@example.com").await;
    let viewer = client.json("/api/account/viewer", json!({})).await.json();
    assert_eq!(viewer["models"], json!(["scripted", "scripted-small", "offline"]));
    let app = TestApp::offline().await;
    let viewer = app
        .person("a@example.com")
        .await
        .json("/api/account/viewer", json!({}))
        .await
        .json();
    assert_eq!(viewer["models"], json!(["offline"]));
}
