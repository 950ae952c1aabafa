//! Runs: stopping, failing, following, and a server that went away.

use std::time::Duration;

use axum::http::StatusCode;
use futures::StreamExt;
use http_body_util::BodyExt;
use kaam::{
    domain::locale::Locale,
    protocol::item::{InferenceOptions, UserContent, UserMessage},
    server::{
        auth::tokens::Scopes,
        run::{Ask, AskError, Asked, Person, Signal},
    },
};
use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, input, thread_of},
    scripted_model::Reply,
};

/// Reads events of an open stream until one fits.
pub async fn until(body: &mut axum::body::Body, mut fits: impl FnMut(&Value) -> bool) -> Vec<Value> {
    let mut events = Vec::new();
    let mut text = String::new();
    while let Some(frame) = body.frame().await {
        text.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
        while let Some((frame, rest)) = text.split_once("\n\n") {
            let event: Value = serde_json::from_str(frame.strip_prefix("data: ").unwrap()).unwrap();
            text = rest.to_owned();
            let found = fits(&event);
            events.push(event);
            if found {
                return events;
            }
        }
    }
    panic!("the stream ended: {events:?}");
}

fn is_delta(event: &Value) -> bool {
    event.pointer("/update/type").and_then(Value::as_str) == Some("assistant_message.content_part.text_delta")
}

/// Asks again until it holds: for what happens behind a stream that was let go.
pub async fn eventually<T>(mut check: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never held");
}

#[tokio::test]
async fn tokens_arrive_one_by_one() {
    let app = TestApp::start().await;
    let (reply, gate) = Reply::gated(&["You have one ", "two ", "three"]);
    app.model.reply(reply);
    let client = app.program("a@example.com").await;
    let request = Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input("hi") } }));
    let mut body = client.open(request).await.into_body();
    for token in ["You have one ", "two ", "three"] {
        // The next token leaves the model only now, so this one was not held back.
        gate.release(1);
        let events = until(&mut body, is_delta).await;
        assert_eq!(events.last().unwrap()["update"]["delta"], token);
    }
    gate.open();
    until(&mut body, |event| event.pointer("/item/type") == Some(&json!("assistant_message"))).await;
}

#[tokio::test]
async fn an_aborted_request_stops_the_answer_and_keeps_what_there_is() {
    let app = TestApp::start().await;
    app.model.reply(Reply::unfinished(&["You have half an ", "answer"]).then_stall());
    let client = app.program("a@example.com").await;
    let request = Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input("hi") } }));
    let mut body = client.open(request).await.into_body();
    let mut deltas = 0;
    let events = until(&mut body, |event| {
        deltas += usize::from(is_delta(event));
        deltas == 2
    })
    .await;
    let thread = thread_of(&events);
    drop(body);
    let items = eventually(async || {
        let read = client
            .chatkit("items.list", json!({ "thread_id": thread, "order": "asc" }))
            .await
            .json();
        (read["data"].as_array().unwrap().len() == 2).then(|| read["data"].clone())
    })
    .await;
    assert_eq!(items[1]["content"][0]["text"], "You have half an answer");
    // The model is told that it was stopped; people are not shown that note.
    eventually(async || (app.state.runs.count() == 0).then_some(())).await;
    client.add(&thread, "go on").await;
    let requests = app.model.requests();
    let told = requests.last().unwrap()["messages"].to_string();
    assert!(told.contains("The user cancelled the stream"), "{told}");
}

#[tokio::test]
async fn one_answer_at_a_time_in_a_thread() {
    let app = TestApp::start().await;
    let (reply, gate) = Reply::gated(&["done"]);
    app.model.reply(reply);
    let client = app.program("a@example.com").await;
    let request = Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input("hi") } }));
    let mut body = client.open(request).await.into_body();
    let thread = thread_of(&until(&mut body, |event| event["type"] == "stream_options").await);
    let second = client
        .chatkit("threads.add_user_message", json!({ "thread_id": thread, "input": input("and?") }))
        .await;
    assert_eq!(
        (second.status, second.json()["error"]["code"].clone()),
        (StatusCode::CONFLICT, json!("run_is_live"))
    );
    gate.open();
    until(&mut body, |event| event.pointer("/item/type") == Some(&json!("assistant_message"))).await;
    while body.frame().await.is_some() {}
    client.add(&thread, "and now?").await;
}

#[tokio::test]
async fn every_fault_of_a_model_is_told_and_the_message_stays() {
    let cases: Vec<(&str, Reply, &str)> = vec![
        ("garbage", Reply::garbage(), "no usable answer"),
        ("cut", Reply::cut_mid(&["half "]), "broke off"),
        ("no end", Reply::unfinished(&["half "]), "broke off"),
        ("empty", Reply::empty(), "no usable answer"),
        (
            "401",
            Reply::status(401, &json!({ "error": { "message": "bad key" } }), &[]),
            "refused the server's key",
        ),
        (
            "404",
            Reply::status(404, &json!({ "error": { "message": "no model" } }), &[]),
            "does not exist any more",
        ),
        (
            "429",
            Reply::status(429, &json!([{ "error": { "code": 429, "message": "limit: 0" } }]), &[]),
            "limit is reached",
        ),
        (
            "500",
            Reply::status(500, &json!({ "error": "boom" }), &[]),
            "not available just now",
        ),
        (
            "400",
            Reply::status(400, &json!({ "error": { "message": "no" } }), &[]),
            "refused this request",
        ),
    ];
    for (name, reply, words) in cases {
        let app = TestApp::start().await;
        app.model.usually(reply);
        let client = app.program("a@example.com").await;
        let events = client.create("hello").await;
        let last = events.last().unwrap();
        assert_eq!(
            (&last["type"], &last["code"], &last["allow_retry"]),
            (&json!("error"), &json!("custom"), &json!(true)),
            "{name}"
        );
        let message = last["message"].as_str().unwrap();
        assert!(message.contains(words), "{name}: {message}");
        assert!(!message.contains("boom") && !message.contains("bad key"), "{name}: {message}");
        let items = client
            .chatkit("items.list", json!({ "thread_id": thread_of(&events), "order": "asc" }))
            .await
            .json();
        assert_eq!(items["data"][0]["content"][0]["text"], "hello", "{name}");
        let kept = items["data"].as_array().unwrap().len();
        assert_eq!(
            kept,
            if matches!(name, "cut" | "no end") { 2 } else { 1 },
            "{name}: a partial answer is kept, an empty one is not"
        );
        // And the thread goes on.
        app.model.usually(Reply::text(&["fine"]));
        assert_eq!(answer_of(&client.add(&thread_of(&events), "again").await), "fine", "{name}");
    }
}

#[tokio::test]
async fn a_busy_model_is_asked_again_and_the_person_is_told() {
    let app = TestApp::start().await;
    app.model.reply(Reply::status(
        429,
        &json!({ "error": { "message": "slow down" } }),
        &[("retry-after", "0")],
    ));
    app.model.reply(Reply::text(&["here"]));
    let client = app.program("a@example.com").await;
    let events = client.create("hello").await;
    assert!(
        events
            .iter()
            .any(|event| event["type"] == "progress_update" && event["text"].as_str().unwrap().contains("busy"))
    );
    assert_eq!(answer_of(&events), "here");
}

#[tokio::test]
async fn tool_failures_go_back_to_the_model_and_endless_tools_are_stopped() {
    let app = TestApp::start().await;
    for (name, arguments) in [
        ("no_such_tool", "{}"),
        ("add_task", "{"),
        ("add_task", r#"{"title":""}"#),
        ("add_task", r#"{"title":"x","due":"the day after never"}"#),
        ("complete_task", r#"{"task_id":"tsk_00000000000000000000000000000bad"}"#),
    ] {
        app.model.reply(Reply::tool_calls_openai(&[("c", name, arguments)]));
    }
    app.model.reply(Reply::text(&["I give up."]));
    let client = app.program("a@example.com").await;
    let events = client.create("do it").await;
    assert_eq!(answer_of(&events), "I give up.");
    let requests = app.model.requests();
    let messages = requests.last().unwrap()["messages"].as_array().unwrap().clone();
    let results: Vec<Value> = messages
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| message["content"].clone())
        .collect();
    insta::assert_json_snapshot!(results);

    app.model.usually(Reply::tool_calls_openai(&[("c", "list_tasks", "{}")]));
    let events = client.create("loop").await;
    let last = events.last().unwrap();
    assert!(last["message"].as_str().unwrap().contains("round in circles"), "{last}");
}

#[tokio::test]
async fn one_person_cannot_touch_the_tasks_of_another() {
    let app = TestApp::start().await;
    let (anna, bilal) = (app.program("anna@example.com").await, app.program("bilal@example.com").await);
    app.model
        .reply(Reply::tool_calls_openai(&[("c", "add_task", r#"{"title":"hers"}"#)]))
        .reply(Reply::text(&["ok"]));
    let events = anna.create("add hers").await;
    let requests = app.model.requests();
    let result: Value = serde_json::from_str(
        requests[1]["messages"].as_array().unwrap().last().unwrap()["content"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let id = result["task"]["id"].as_str().unwrap();
    assert!(!events.is_empty());
    for (tool, arguments) in [
        ("complete_task", json!({ "task_id": id })),
        ("delete_task", json!({ "task_id": id })),
        ("update_task", json!({ "task_id": id, "title": "stolen" })),
    ] {
        let arguments = arguments.to_string();
        app.model
            .reply(Reply::tool_calls_openai(&[("c", tool, &arguments)]))
            .reply(Reply::text(&["ok"]));
        bilal.create("take it").await;
        let requests = app.model.requests();
        let content = requests.last().unwrap()["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
        assert!(content.contains("There is no task with this id"), "{tool}: {content}");
    }
    app.model
        .reply(Reply::tool_calls_openai(&[("c", "list_tasks", "{}")]))
        .reply(Reply::text(&["ok"]));
    anna.create("list").await;
    let requests = app.model.requests();
    let content = requests.last().unwrap()["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(content.contains("hers") && content.contains("pending"), "{content}");
}

fn message(text: &str) -> UserMessage {
    UserMessage {
        content: vec![UserContent::InputText { text: text.into() }],
        attachments: vec![],
        quoted_text: None,
        inference_options: InferenceOptions::default(),
    }
}

async fn asked(app: &TestApp, person: &Person, ask: Ask) -> Asked {
    let asked = app.state.runs.ask(person, ask, None).await;
    asked.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn person(app: &TestApp) -> Person {
    Person {
        id: app.user("a@example.com").await,
        calendar: chrono_tz::Asia::Karachi.into(),
        locale: Locale::En,
        client_tools: vec![],
        scopes: Scopes::ALL,
    }
}

#[tokio::test]
async fn a_listener_that_comes_later_hears_the_same() {
    let app = TestApp::start().await;
    let person = person(&app).await;
    let (reply, gate) = Reply::gated(&["You have a ", "b", "c", "d"]);
    app.model.reply(reply);
    let begun = asked(&app, &person, Ask::NewThread(message("hi"))).await;
    gate.release(2);
    let mut first = begun.stream;
    let mut seen = Vec::new();
    while seen.len() < 8 {
        let Some(Signal::Event(event)) = first.next().await else {
            panic!("the run ended")
        };
        seen.push(event.json.clone());
    }
    // Joins in the middle; then another after the end.
    let (_, mut second) = app.state.runs.follow(person.id, begun.thread, None).await.unwrap().unwrap();
    gate.open();
    let rest = async |stream: &mut kaam::server::run::RunStream, mut heard: Vec<String>| {
        while let Some(Signal::Event(event)) = stream.next().await {
            heard.push(event.json.clone());
        }
        heard
    };
    let all = rest(&mut first, seen).await;
    assert_eq!(rest(&mut second, vec![]).await, all);
    let (_, mut third) = app
        .state
        .runs
        .follow(person.id, begun.thread, Some(begun.run))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(rest(&mut third, vec![]).await, all);
    assert!(app.state.runs.follow(person.id, begun.thread, None).await.unwrap().is_none());
}

#[tokio::test]
async fn retrying_takes_the_last_answer_away() {
    let app = TestApp::start().await;
    let person = person(&app).await;
    app.model.reply(Reply::text(&["first try"])).reply(Reply::text(&["second try"]));
    let begun = asked(&app, &person, Ask::NewThread(message("hi"))).await;
    let thread = begun.thread;
    begun.stream.collect::<Vec<_>>().await;
    let again = asked(&app, &person, Ask::Retry(thread, None)).await;
    again.stream.collect::<Vec<_>>().await;
    let texts: Vec<String> = app
        .state
        .store
        .history(person.id, thread, 10)
        .await
        .unwrap()
        .iter()
        .map(|item| item.body.text())
        .collect();
    assert_eq!(texts, ["hi", "second try"]);
}

#[tokio::test]
async fn what_an_answer_added_is_not_added_again_by_the_next_one() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let adds = |title: &str| Reply::tool_calls_openai(&[("c", "add_task", &json!({ "title": title }).to_string())]);
    let tasks = async || {
        let found = client.json("/api/v1/tools/list_tasks", json!({})).await.json();
        let titles = found["tasks"].as_array().unwrap().iter();
        titles.map(|task| task["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    app.model.reply(adds("milk")).reply(Reply::text(&["Added milk."]));
    let events = client.create("add milk").await;
    let thread = thread_of(&events);
    let message = events.iter().find(|event| event["item"]["type"] == "user_message").unwrap()["item"]["id"].clone();
    let again = async || {
        app.model.reply(Reply::text(&["There."]));
        let params = json!({ "thread_id": thread, "item_id": message });
        client.chatkit("threads.retry_after_item", params).await.events()
    };

    app.model.reply(adds("milk"));
    assert_eq!(answer_of(&again().await), "There.");
    assert_eq!(tasks().await, ["milk"], "the same call has its result already");
    let told = app.model.requests().last().unwrap()["messages"].to_string();
    assert!(told.contains("milk") && told.contains("tsk_"), "and the model hears it: {told}");
    app.model.reply(adds("oat milk"));
    again().await;
    assert_eq!(tasks().await.len(), 2, "another call is another");

    // What is gone is added anew.
    let found = client.json("/api/v1/tools/list_tasks", json!({})).await.json();
    for task in found["tasks"].as_array().unwrap() {
        client.json("/api/v1/tools/delete_task", json!({ "task_id": task["id"] })).await;
    }
    app.model.reply(adds("milk"));
    again().await;
    assert_eq!(tasks().await, ["milk"]);
}

#[tokio::test]
async fn an_answer_that_can_be_asked_for_again_outlives_its_connection() {
    let app = TestApp::start().await;
    let (reply, gate) = Reply::gated(&["You have half ", "an answer"]);
    app.model.reply(reply);
    let client = app.program("a@example.com").await;
    let open = async || {
        let mut request = Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input("hi") } }));
        request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
        client.open(request).await.into_body()
    };
    let mut first = open().await;
    gate.release(1);
    until(&mut first, is_delta).await;
    // The line is silent for the client, which asks again; its end comes to the server later.
    let mut second = open().await;
    drop(first);
    until(&mut second, is_delta).await;
    drop(second);
    let mut third = open().await;
    gate.open();
    let events = until(&mut third, |event| event.pointer("/item/type") == Some(&json!("assistant_message"))).await;
    let last = until(&mut third, |event| event["type"] == "thread.item.done").await;
    assert_eq!(
        last.last().unwrap()["item"]["content"][0]["text"],
        "You have half an answer",
        "{events:?}"
    );
}

#[tokio::test]
async fn an_answer_that_nobody_hears_any_more_is_stopped() {
    let app = TestApp::start().await;
    let person = person(&app).await;
    app.model.reply(Reply::unfinished(&["You have half "]).then_stall());
    let begun = asked(&app, &person, Ask::NewThread(message("hi"))).await;
    let runs = &app.state.runs;
    let listen = || runs.listen(person.id, begun.thread, begun.run, Duration::from_millis(50));
    let (one, two) = (listen(), listen());
    drop(one);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(runs.count(), 1, "one is there still");
    drop(two);
    eventually(async || (runs.count() == 0).then_some(())).await;
    let state = app.state.store.run_state(person.id, begun.run).await.unwrap();
    assert_eq!(state.status, "cancelled");
}

#[tokio::test]
async fn a_stopping_server_lets_its_answers_go_and_takes_no_more() {
    let app = TestApp::start().await;
    let person = person(&app).await;
    app.model.reply(Reply::unfinished(&["You have half "]).then_stall());
    let begun = asked(&app, &person, Ask::NewThread(message("hi"))).await;
    let mut stream = begun.stream;
    while let Some(Signal::Event(event)) = stream.next().await {
        if event.json.contains("text_delta") {
            break;
        }
    }
    app.state.runs.shut_down(Duration::from_secs(5)).await;
    assert_eq!(app.state.runs.count(), 0);
    let texts: Vec<String> = app
        .state
        .store
        .history(person.id, begun.thread, 10)
        .await
        .unwrap()
        .iter()
        .map(|item| item.body.text())
        .collect();
    assert_eq!(texts, ["hi"], "what there is of the answer is in the log, for whoever goes on");
    assert!(app.state.store.newest_run(person.id, begun.thread).await.unwrap().is_live());
    assert!(matches!(
        app.state.runs.ask(&person, Ask::NewThread(message("more")), None).await,
        Err(AskError::Stopping)
    ));
}
