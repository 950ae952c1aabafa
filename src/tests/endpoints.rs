//! Endpoints that want something of their own: each is a scripted server that refuses what the real one refuses.
//!
//! `docs/models.md` names the tests of this folder in its matrix, and a test holds it to that.

mod calls;
mod doctor;
mod documented;
mod lines;
mod reasoning;
mod refusals;
mod thinking;

use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, input, thread_of},
    runs::{eventually, until},
    scripted_model::{Reply, ScriptedModel},
};

/// One call of `add_task`.
fn add_milk() -> Reply {
    Reply::tool_calls_openai(&[("call_PTLP8xhu3uwZk4l3nlnrrJha", "add_task", r#"{"title":"milk"}"#)])
}

/// The messages of a request without the system's.
fn told(request: &Value) -> Vec<Value> {
    request["messages"].as_array().unwrap()[1..].to_vec()
}

fn roles(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().unwrap().iter();
    messages.map(|message| message["role"].as_str().unwrap().to_owned()).collect()
}

/// The turns of a request that called tools.
fn call_turns(request: &Value) -> Vec<Value> {
    told(request)
        .into_iter()
        .filter(|message| message.get("tool_calls").is_some())
        .collect()
}

fn refusal(message: &str) -> Option<Reply> {
    Some(Reply::status(
        400,
        &json!({ "error": { "message": message, "type": "invalid_request_error" } }),
        &[],
    ))
}

/// The answers that are kept in a thread.
async fn kept(client: &Client, thread: &str) -> Vec<String> {
    let items = client
        .chatkit("items.list", json!({ "thread_id": thread, "order": "asc" }))
        .await
        .json();
    let items = items["data"].as_array().unwrap().clone();
    let answers = items.iter().filter(|item| item["type"] == "assistant_message");
    answers
        .map(|item| item["content"][0]["text"].as_str().unwrap().to_owned())
        .collect()
}

/// The titles of a person's tasks.
async fn tasks(client: &Client) -> Vec<String> {
    let list = client.json("/api/v1/tools/list_tasks", json!({})).await.json();
    let tasks = list["tasks"].as_array().unwrap().clone();
    tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

fn error_of(events: &[Value]) -> String {
    let last = events.last().unwrap();
    assert_eq!(last["type"], "error", "{last}");
    last["message"].as_str().unwrap().to_owned()
}

fn notices(events: &[Value]) -> Vec<&str> {
    let notices = events.iter().filter(|event| event["type"] == "notice");
    notices.filter_map(|event| event["message"].as_str()).collect()
}
