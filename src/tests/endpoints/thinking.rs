//! Thinking in the text is not shown, kept, judged for its language, or sent back.

use super::*;

/// Everything of a stream that a person could read at its end.
fn left(events: &[Value]) -> String {
    let removed: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "thread.item.removed")
        .map(|event| &event["item_id"])
        .collect();
    let of_removed = |event: &Value| removed.iter().any(|id| **id == event["item_id"] || **id == event["item"]["id"]);
    let is_left = |event: &&Value| event.pointer("/item/type") != Some(&json!("user_message")) && !of_removed(event);
    events.iter().filter(is_left).map(Value::to_string).collect()
}

#[tokio::test]
async fn thinking_in_tags_is_left_out_and_asked_for_once() {
    for (message, tokens, answer) in [
        (
            "دودھ لکھ لو",
            &["<th", "ink>The user wants milk.", "</think>\n\nدودھ لکھ لیا ہے۔"][..],
            "دودھ لکھ لیا ہے۔",
        ),
        (
            "write milk down",
            &["<think>The user wants milk. I should say so.</think>", "I wrote milk down."],
            "I wrote milk down.",
        ),
        (
            "write milk down",
            &["<thinking>The user wants milk.</thinking>I wrote ", "milk down."],
            "I wrote milk down.",
        ),
        (
            "write milk down",
            &["[THI", "NK]دودھ[/THINK]I wrote milk down."],
            "I wrote milk down.",
        ),
        (
            "write milk down",
            &["<think>\n\n</think>\n\nI wrote milk down."],
            "I wrote milk down.",
        ),
        (
            "write milk down",
            &[
                "<|channel|>analysis<|message|>Milk<|end|><|start|>assistant",
                "<|channel|>final<|message|>I wrote milk down.",
            ],
            "I wrote milk down.",
        ),
    ] {
        let app = TestApp::start().await;
        app.model.usually(Reply::text(tokens));
        let client = app.program("a@example.com").await;
        let events = client.create(message).await;
        let thread = thread_of(&events);
        assert_eq!(
            (answer_of(&events).as_str(), kept(&client, &thread).await),
            (answer, vec![answer.to_owned()])
        );
        assert!(!left(&events).contains("The user wants"), "{events:#?}");
        assert_eq!(app.model.requests().len(), 1, "{answer}");
        client.add(&thread, message).await;
        assert_eq!(told(&app.model.requests()[1])[1]["content"], answer);
    }
}

#[tokio::test]
async fn thinking_with_a_closing_tag_only_is_taken_back_and_then_expected() {
    for (message, answer) in [("دودھ لکھ لو", "دودھ لکھ لیا ہے۔"), ("write milk down", "I wrote milk down.")] {
        let app = TestApp::start().await;
        app.model
            .usually(Reply::text(&["The user wants milk and I should say so.", "\n</think>\n\n", answer]));
        let client = app.program("a@example.com").await;
        let events = client.create(message).await;
        let thread = thread_of(&events);
        assert_eq!(kept(&client, &thread).await, [answer]);
        assert!(!left(&events).contains("The user wants"), "{events:#?}");
        assert_eq!(app.model.requests().len(), 1);
        // From then on it is known of the model, and nothing of it is shown to begin with.
        let again = client.add(&thread, message).await;
        assert!(again.iter().all(|event| event["type"] != "thread.item.removed"), "{again:#?}");
        assert!(!again.iter().map(Value::to_string).collect::<String>().contains("The user wants"));
        assert_eq!(kept(&client, &thread).await, [answer, answer]);
    }
}

#[tokio::test]
async fn thinking_before_a_call_is_no_message() {
    let app = TestApp::start().await;
    let call =
        json!({ "tool_calls": [{ "index": 0, "id": "c", "function": { "name": "add_task", "arguments": "{\"title\":\"milk\"}" } }] });
    app.model
        .reply(Reply::deltas(
            &[json!({ "content": "<think>The user wants milk.</think>\n\n" }), call],
            "tool_calls",
        ))
        .reply(Reply::text(&["Added milk."]));
    let client = app.program("a@example.com").await;
    let events = client.create("add milk").await;
    assert_eq!(
        (kept(&client, &thread_of(&events)).await, tasks(&client).await.len()),
        (vec!["Added milk.".to_owned()], 1)
    );
}

#[tokio::test]
async fn thinking_and_nothing_else_is_asked_once_more() {
    let app = TestApp::start().await;
    app.model
        .reply(Reply::text(&["<think>The user wants"]))
        .reply(Reply::text(&["I wrote milk down."]));
    let events = app.program("a@example.com").await.create("write milk down").await;
    assert_eq!((answer_of(&events).as_str(), app.model.requests().len()), ("I wrote milk down.", 2));
}

#[tokio::test]
async fn a_tag_that_a_person_asks_about_is_left_alone() {
    let answer = "The mark `<think>` opens it, and `</think>` closes it.";
    let app = TestApp::start().await;
    app.model
        .reply(Reply::text(&["The mark `<th", "ink>` opens it, ", "and `</think>` closes it."]));
    let events = app.program("a@example.com").await.create("what does <think> mean?").await;
    assert_eq!(answer_of(&events), answer);
}
