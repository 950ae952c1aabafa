//! A token goes no further by way of an assistant than by itself.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, thread_of},
    scripted_model::Reply,
};

async fn titles(client: &Client) -> Vec<String> {
    let found = client.json("/api/v1/tools/list_tasks", json!({})).await.json();
    let tasks = found["tasks"].as_array().unwrap().iter();
    tasks.map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

fn offered(request: &Value) -> Vec<&str> {
    let tools = request["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["function"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_assistant_does_no_more_than_the_token_may() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let all = app.program_of(user, &["read", "write", "delete"]).await;
    let some = app.program_of(user, &["read", "write"]).await;
    let task = all.json("/api/v1/tools/add_task", json!({ "title": "Keep me" })).await.json()["task"]["id"].clone();

    // Neither by the model, which is not offered it and tries all the same,
    let call = Reply::tool_calls_openai(&[("c", "delete_task", &json!({ "task_id": task }).to_string())]);
    app.model.reply(call.clone()).reply(Reply::text(&["That is not possible."]));
    let events = some.create("delete it").await;
    assert_eq!(answer_of(&events), "That is not possible.");
    let requests = app.model.requests();
    assert!(!offered(&requests[0]).contains(&"delete_task") && offered(&requests[0]).contains(&"add_task"));
    let told = requests[1]["messages"].to_string();
    assert!(told.contains("lacks the scope"), "{told}");
    // nor by a button of a list.
    let thread = thread_of(&events);
    let action = json!({ "type": "task.delete", "payload": { "task_id": task } });
    let params = json!({ "thread_id": thread, "action": action });
    assert_eq!(
        some.chatkit("threads.sync_custom_action", params.clone()).await.status,
        StatusCode::FORBIDDEN
    );
    let streamed = some.chatkit("threads.custom_action", params.clone()).await.events();
    assert_eq!(streamed.last().unwrap()["type"], "error");
    assert_eq!(titles(&all).await, ["Keep me"]);

    // Without reading, no list either.
    let blind = app.program_of(user, &["write"]).await;
    app.model.reply(Reply::text(&["Hello."]));
    blind.create("list my tasks").await;
    assert!(!offered(app.model.requests().last().unwrap()).contains(&"list_tasks"));

    // And whoever may, can.
    assert_eq!(all.chatkit("threads.sync_custom_action", params).await.status, StatusCode::OK);
    assert!(titles(&all).await.is_empty());
}

#[tokio::test]
async fn the_built_in_assistant_says_so() {
    let app = TestApp::offline().await;
    let user = app.user("a@example.com").await;
    let some = app.program_of(user, &["read", "write"]).await;
    some.create("add buy milk").await;
    let answer = answer_of(&some.create("delete buy milk").await);
    assert!(answer.contains("I may not do that"), "{answer}");
    assert_eq!(titles(&some).await, ["buy milk"]);
}

#[tokio::test]
async fn undo_goes_as_far_as_what_it_does() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let all = app.program_of(user, &["read", "write", "delete"]).await;
    let some = app.program_of(user, &["read", "write"]).await;
    let call = async |client: &Client, tool: &str, arguments: Value| {
        let reply = client.json(&format!("/api/v1/tools/{tool}"), arguments).await;
        (reply.status, reply.json())
    };
    let undo = async |client: &Client, done: &Value| call(client, "undo", json!({ "undo_token": done["undo_token"] })).await;
    let (_, added) = call(&some, "add_task", json!({ "title": "Milk", "repeat": "daily" })).await;
    let id = &added["task"]["id"];

    // What made a task takes it away, also where it is the next one of a task that comes back,
    let (status, refused) = undo(&some, &added).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("forbidden")),
        "{refused}"
    );
    let (_, completed) = call(&some, "complete_task", json!({ "task_id": id })).await;
    assert_eq!(undo(&some, &completed).await.0, StatusCode::FORBIDDEN);
    let (_, kept) = call(&some, "list_tasks", json!({ "status": "all", "limit": 0 })).await;
    assert_eq!(kept["total"], 2, "nothing is half undone");
    assert_eq!(undo(&all, &completed).await.0, StatusCode::OK);
    // what changed one, or deleted it, takes nothing away.
    let (_, changed) = call(&some, "update_task", json!({ "task_id": id, "title": "Bread" })).await;
    assert_eq!(undo(&some, &changed).await.0, StatusCode::OK);
    let (_, deleted) = call(&all, "delete_task", json!({ "task_id": id })).await;
    assert_eq!(undo(&some, &deleted).await.0, StatusCode::OK);
    assert_eq!(titles(&some).await, ["Milk"]);

    // Nor does an assistant go further, and nobody is asked about what would be refused.
    let undone = Reply::tool_calls_openai(&[("c", "undo", "{}")]);
    app.model
        .reply(Reply::tool_calls_openai(&[("c", "add_task", r#"{"title": "Eggs"}"#)]));
    app.model.reply(Reply::text(&["Added."]));
    let thread = thread_of(&some.create("add eggs").await);
    app.model.reply(undone).reply(Reply::text(&["That is not possible."]));
    assert_eq!(answer_of(&some.add(&thread, "undo that").await), "That is not possible.");
    let told = app.model.requests().last().unwrap()["messages"].to_string();
    assert!(told.contains("lacks the scope"), "{told}");
    assert_eq!(titles(&some).await.len(), 2);
    assert_eq!(undo(&all, &added).await.0, StatusCode::OK);
}

#[tokio::test]
async fn answering_again_removes_messages_and_needs_the_scope_for_that() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let (all, some) = (
        app.program_of(user, &["read", "write", "delete"]).await,
        app.program_of(user, &["read", "write"]).await,
    );
    app.model.reply(Reply::text(&["Hello."]));
    let thread = thread_of(&all.create("hello").await);
    let params = json!({ "thread_id": thread, "order": "asc" });
    let items = all.chatkit("items.list", params.clone()).await.json();
    let retry = json!({ "thread_id": thread, "item_id": items["data"][0]["id"] });
    assert_eq!(
        some.chatkit("threads.retry_after_item", retry.clone()).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(all.chatkit("items.list", params).await.json(), items, "nothing was removed");
    app.model.reply(Reply::text(&["Hello again."]));
    let events = all.chatkit("threads.retry_after_item", retry).await.events();
    assert_eq!(answer_of(&events), "Hello again.");
}
