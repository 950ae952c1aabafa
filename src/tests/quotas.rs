//! What one person may have, and what is said when it is reached: at every door.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    app::{Client, Reply, TestApp, answer_of, input, thread_of},
    runs::eventually,
    scripted_model,
};

fn code(reply: &Reply) -> (u16, Value) {
    (reply.status.as_u16(), reply.json()["error"]["code"].clone())
}

async fn add(program: &Client, title: &str) -> Reply {
    program.json("/api/v1/tools/add_task", json!({ "title": title })).await
}

#[tokio::test]
async fn tasks_are_as_many_as_one_person_may_have() {
    let app = TestApp::with(&[("KAAM_TASKS_PER_PERSON", "3")]).await;
    let (browser, program) = app.both("a@x.example").await;
    let first = add(&program, "one").await.json()["task"]["id"].clone();
    add(&program, "two").await;
    // What is in the trash counts: it can come back.
    program.json("/api/v1/tools/delete_task", json!({ "task_id": first })).await;
    assert_eq!(add(&program, "three").await.status, 200);
    let refused = add(&program, "four").await;
    assert_eq!(code(&refused), (403, json!("quota_reached")));
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("may have 3 tasks"));

    // The line of the page,
    let line = browser.json("/api/tasks/add", json!({})).await;
    assert_ne!(line.status, 200);
    let page = browser.form("/api/tasks/add", &[("text", "four")]).await;
    assert!(page.location().contains("__err="), "{}", page.location());
    // an assistant, in the language of the conversation,
    for (message, words, answer) in [
        ("add milk", "Nothing was added", "That did not fit."),
        (
            "doodh lana shamil kar do",
            "Kuch shamil nahi hua",
            "Jagah nahi thi, is liye kuch shamil nahi hua.",
        ),
    ] {
        let call = scripted_model::Reply::tool_calls_openai(&[("c", "add_task", &json!({ "title": "milk" }).to_string())]);
        app.model.reply(call).reply(scripted_model::Reply::text(&[answer]));
        let events = program.create(message).await;
        assert_eq!(answer_of(&events), answer);
        let told = app.model.requests().last().unwrap()["messages"].to_string();
        assert!(told.contains(words), "{told}");
    }
    // and several at once, of which none is added.
    let several = program
        .json("/api/v1/tools/add_tasks", json!({ "tasks": [{ "title": "x" }, { "title": "y" }] }))
        .await;
    assert_ne!(several.status, 200, "{}", several.text());
    let other = app.program("b@x.example").await;
    assert_eq!(add(&other, "mine").await.status, 200, "others are not concerned");
}

#[tokio::test]
async fn files_are_as_large_as_one_person_may_have() {
    let app = TestApp::with(&[("KAAM_FILES_PER_PERSON", "1")]).await;
    let program = app.program("a@x.example").await;
    let text = |kilobytes: usize| "x".repeat(kilobytes * 1000).into_bytes();
    program.attach("a.txt", "text/plain", &text(600)).await;
    let announced = program.announce("b.txt", 600_000, "text/plain").await;
    assert_eq!(code(&announced), (403, json!("quota_reached")));
    // Less was announced than comes.
    let id = program.announce("c.txt", 10, "text/plain").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(code(&program.put_file(&id, &text(600)).await), (403, json!("quota_reached")));
    assert_eq!(program.put_file(&id, &text(300)).await.status, 200);
    let other = app.program("b@x.example").await;
    other.attach("a.txt", "text/plain", &text(600)).await;
}

#[tokio::test]
async fn so_many_answers_are_written_at_once() {
    let app = TestApp::with(&[("KAAM_RUNS_PER_PERSON", "2")]).await;
    let program = app.program("a@x.example").await;
    let (mut open, mut gates) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let (reply, gate) = scripted_model::Reply::gated(&["Hello."]);
        app.model.reply(reply);
        gates.push(gate);
        let request = Client::json_request(
            "/chatkit",
            &json!({ "type": "threads.create", "params": { "input": input("hello") } }),
        );
        open.push(program.open(request).await);
    }
    let third = program.chatkit("threads.create", json!({ "input": input("hello") })).await;
    assert_eq!(code(&third), (429, json!("quota_reached")));
    gates.iter().for_each(scripted_model::Gate::open);
    for response in open {
        let events = Reply::of(response).await.events();
        assert_eq!(answer_of(&events), "Hello.");
    }
    app.model.reply(scripted_model::Reply::text(&["Again."]));
    eventually(async || (app.state.runs.count() == 0).then_some(())).await;
    assert_eq!(answer_of(&program.create("hello").await), "Again.");
}

#[tokio::test]
async fn a_turn_with_too_many_calls_does_none_of_them() {
    let app = TestApp::with(&[("AI_TOOL_CALLS_PER_TURN", "3")]).await;
    let program = app.program("a@x.example").await;
    let arguments = json!({ "title": "x" }).to_string();
    let calls: Vec<(&str, &str, &str)> = ["a", "b", "c", "d"]
        .iter()
        .map(|id| (*id, "add_task", arguments.as_str()))
        .collect();
    app.model.reply(scripted_model::Reply::tool_calls_openai(&calls));
    let events = program.create("add four things").await;
    let last = events.iter().rev().find(|event| event["type"] == "error").unwrap();
    assert!(last["message"].as_str().unwrap().contains("too much at once"), "{last}");
    let listed = program.json("/api/v1/tools/list_tasks", json!({})).await.json();
    assert_eq!(listed["total"], 0);
}

#[tokio::test]
async fn tokens_are_counted_by_the_day_and_outlast_their_conversation() {
    let app = TestApp::with(&[("KAAM_TOKENS_PER_DAY", "20")]).await;
    let (browser, program) = app.both("a@x.example").await;
    // Each reply says that it cost 12.
    app.model.reply(scripted_model::Reply::text(&["Hello."]));
    let thread = thread_of(&program.create("hello").await);
    app.model.reply(scripted_model::Reply::text(&["Hello."]));
    program.add(&thread, "hello again").await;
    eventually(async || (app.state.runs.count() == 0).then_some(())).await;
    program.chatkit("threads.delete", json!({ "thread_id": thread })).await;
    let refused = program.chatkit("threads.create", json!({ "input": input("more") })).await;
    assert_eq!(code(&refused), (429, json!("quota_reached")));
    let page = browser.form("/api/chat/send-form", &[("thread", ""), ("text", "more")]).await;
    assert!(page.location().contains("__err="), "{}", page.location());
    app.clock.forward(TimeDelta::days(1));
    app.model.reply(scripted_model::Reply::text(&["A new day."]));
    assert_eq!(answer_of(&program.create("hello").await), "A new day.");
    let other = app.program("b@x.example").await;
    app.model.reply(scripted_model::Reply::text(&["Yes."]));
    assert_eq!(
        other.chatkit("threads.create", json!({ "input": input("me") })).await.status,
        StatusCode::OK
    );
}
