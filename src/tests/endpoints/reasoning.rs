//! Reasoning goes back to whom it came from, with the calls that it belongs to.

use super::*;

/// A call behind reasoning, in these deltas.
fn thoughtful(deltas: &[Value]) -> Reply {
    let call =
        json!({ "tool_calls": [{ "index": 0, "id": "call_0", "function": { "name": "add_task", "arguments": "{\"title\":\"milk\"}" } }] });
    let deltas: Vec<Value> = deltas.iter().cloned().chain([call]).collect();
    Reply::deltas(&deltas, "tool_calls")
}

/// Refuses a turn of calls without this.
fn wants(field: &'static str, value: Value) -> impl Fn(&Value) -> Option<Reply> {
    move |request| {
        let has_it = call_turns(request).iter().all(|turn| turn[field] == value);
        (!has_it)
            .then(|| refusal(&format!("The `{field}` in the thinking mode must be passed back to the API.")))
            .flatten()
    }
}

async fn is_answered(deltas: &[Value], field: &'static str, value: Value) {
    let app = TestApp::start().await;
    app.model.reply(thoughtful(deltas)).reply(Reply::text(&["Milk is added."]));
    app.model.refuse(wants(field, value));
    let client = app.program("a@example.com").await;
    let events = client.create("add milk").await;
    assert_eq!(
        (answer_of(&events).as_str(), tasks(&client).await),
        ("Milk is added.", vec!["milk".to_owned()]),
        "{field}"
    );
    assert_eq!(app.model.requests().len(), 2, "{field}: given back at once");
    // In the next message, too.
    app.model.reply(Reply::text(&["Yes."]));
    assert_eq!(answer_of(&client.add(&thread_of(&events), "is it there?").await), "Yes.");
}

#[tokio::test]
async fn reasoning_content_is_given_back() {
    is_answered(&[json!({ "reasoning_content": "Milk." })], "reasoning_content", json!("Milk.")).await;
}

#[tokio::test]
async fn reasoning_in_pieces_is_given_back_as_one() {
    let pieces = ["The user ", "wants ", "milk."].map(|piece| json!({ "reasoning_content": piece }));
    is_answered(&pieces, "reasoning_content", json!("The user wants milk.")).await;
    let pieces = ["The user ", "wants ", "milk."].map(|piece| json!({ "reasoning": piece, "content": "" }));
    is_answered(&pieces, "reasoning", json!("The user wants milk.")).await;
}

#[tokio::test]
async fn reasoning_details_are_given_back() {
    let detail = json!({ "type": "reasoning.encrypted", "data": "c2VjcmV0", "format": "x", "index": 0 });
    is_answered(&[json!({ "reasoning_details": [detail] })], "reasoning_details", json!([detail])).await;
}

#[tokio::test]
async fn reasoning_is_not_given_back_where_it_is_refused() {
    let app = TestApp::start().await;
    app.model
        .reply(thoughtful(&[json!({ "reasoning": "Milk." })]))
        .reply(Reply::text(&["Added."]));
    app.model.refuse(|request| {
        let has_it = call_turns(request).iter().any(|turn| turn.get("reasoning").is_some());
        has_it
            .then(|| refusal("'messages.2' : property 'reasoning' is unsupported"))
            .flatten()
    });
    let client = app.program("a@example.com").await;
    let events = client.create("add milk").await;
    assert_eq!((answer_of(&events).as_str(), app.model.requests().len()), ("Added.", 3));
    // That is known from then on.
    client.add(&thread_of(&events), "thanks").await;
    assert_eq!(app.model.requests().len(), 4);
}

#[tokio::test]
async fn reasoning_that_is_wanted_of_every_turn_is_an_empty_one_where_there_was_none() {
    let app = TestApp::start().await;
    app.model.reply(add_milk()).reply(Reply::text(&["Added."]));
    app.model.refuse(|request| {
        let lacks_it = told(request)
            .iter()
            .any(|turn| turn["role"] == "assistant" && turn.get("reasoning_content").is_none());
        lacks_it
            .then(|| refusal("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2"))
            .flatten()
    });
    let client = app.program("a@example.com").await;
    let events = client.create("add milk").await;
    assert_eq!((answer_of(&events).as_str(), tasks(&client).await.len()), ("Added.", 1));
    assert_eq!(call_turns(&app.model.requests()[2])[0]["reasoning_content"], "");
}

#[tokio::test]
async fn nothing_is_added_where_there_was_no_reasoning() {
    let app = TestApp::start().await;
    app.model.reply(add_milk()).reply(Reply::text(&["Added."]));
    app.model.refuse(|request| {
        let known = ["role", "content", "tool_calls", "tool_call_id"];
        let unknown = told(request)
            .iter()
            .flat_map(|turn| turn.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
            .find(|key| !known.contains(&key.as_str()));
        unknown.and_then(|key| refusal(&format!("Unknown name \"{key}\": Cannot find field.")))
    });
    let events = app.program("a@example.com").await.create("add milk").await;
    assert_eq!((answer_of(&events).as_str(), app.model.requests().len()), ("Added.", 2));
}

#[tokio::test]
async fn what_came_from_one_model_is_not_given_to_another() {
    let app = TestApp::choosing().await;
    let signed = Reply::tool_calls_gemini(&[("a", "add_task", r#"{"title":"milk"}"#)]);
    app.model.reply(signed).reply(Reply::text(&["Added."]));
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create("add milk").await);
    assert!(
        call_turns(&app.model.requests()[1])[0]["tool_calls"][0]
            .get("extra_content")
            .is_some()
    );
    let mut other = input("and now?");
    other["inference_options"] = json!({ "model": "scripted-small" });
    client
        .chatkit("threads.add_user_message", json!({ "thread_id": thread, "input": other }))
        .await
        .events();
    let request = app.model.requests().pop().unwrap();
    assert_eq!(request["model"], "scripted-small");
    assert!(call_turns(&request)[0]["tool_calls"][0].get("extra_content").is_none());
    // It goes to the first one still.
    client.add(&thread, "thanks").await;
    assert!(
        call_turns(&app.model.requests().pop().unwrap())[0]["tool_calls"][0]
            .get("extra_content")
            .is_some()
    );
}
