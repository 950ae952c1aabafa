//! Faults of the model's endpoint that need a line or a clock to go wrong: what the person sees then. (Faults that are an answer are in
//! `runs`; how they are told apart is tested where the endpoint is spoken to.)

use std::time::Duration;

use kaam::server::model::openai::Limits;
use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, thread_of},
    runs::eventually,
    scripted_model::{Reply, ScriptedModel},
};

/// Silence is noticed soon here.
fn impatient() -> Limits {
    Limits {
        first_token: Duration::from_millis(150),
        gap: Duration::from_millis(150),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
        ..Limits::default()
    }
}

/// What is stored of a thread: its kinds, and the texts of the answers.
async fn stored(client: &Client, thread: &str) -> Vec<(String, String)> {
    let items = client
        .chatkit("items.list", json!({ "thread_id": thread, "order": "asc" }))
        .await
        .json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = items["data"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| (text(&item["type"]), text(&item["content"][0]["text"])))
        .collect()
}

#[tokio::test]
async fn silence_of_a_model_is_told_and_what_there_was_is_kept() {
    let said = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
    // Only what falls silent is impatient: what comes must not be late on a busy machine.
    let patient = Limits::default();
    let no_token = Limits {
        gap: patient.gap,
        ..impatient()
    };
    let a_gap = Limits {
        first_token: patient.first_token,
        ..impatient()
    };
    for (name, limits, reply, kept) in [
        ("no token", no_token, Reply::stall(), vec![said("user_message", "hello")]),
        (
            "a gap",
            a_gap,
            Reply::unfinished(&["half "]).then_stall(),
            vec![said("user_message", "hello"), said("assistant_message", "half ")],
        ),
    ] {
        let app = TestApp::limited(limits).await;
        app.model.usually(reply);
        let client = app.program("a@example.com").await;
        let events = client.create("hello").await;
        let last = events.last().unwrap();
        assert_eq!((&last["type"], &last["allow_retry"]), (&json!("error"), &json!(true)), "{name}");
        assert!(last["message"].as_str().unwrap().contains("took too long"), "{name}: {last}");
        let thread = thread_of(&events);
        assert_eq!(stored(&client, &thread).await, kept, "{name}");
        app.model.usually(Reply::text(&["fine"]));
        eventually(async || (answer_of(&client.add(&thread, "again").await) == "fine").then_some(())).await;
    }
}

#[tokio::test]
async fn nobody_at_the_models_address_is_told() {
    let gone = ScriptedModel::start().await;
    let address = gone.base_url();
    drop(gone);
    let app = TestApp::asking(address, impatient()).await;
    let client = app.program("a@example.com").await;
    let events = client.create("hello").await;
    let last = events.last().unwrap();
    assert!(last["message"].as_str().unwrap().contains("cannot be reached"), "{last}");
    assert_eq!(last["allow_retry"], true);
    assert_eq!(
        stored(&client, &thread_of(&events)).await,
        [("user_message".into(), "hello".into())]
    );
}

#[tokio::test]
async fn a_model_that_asks_for_a_while_is_asked_again_and_the_person_is_told_how_long() {
    let delay = json!([{ "error": { "code": 429, "message": "busy", "details": [{ "retryDelay": "2s" }] } }]);
    for (name, busy, seconds) in [
        ("429, Retry-After", Reply::status(429, &json!({}), &[("retry-after", "2")]), 2),
        ("429, retryDelay", Reply::status(429, &delay, &[]), 2),
        ("503, Retry-After", Reply::status(503, &json!({}), &[("retry-after", "2")]), 2),
        ("503", Reply::status(503, &json!({ "error": "overloaded" }), &[]), 1),
        ("500", Reply::status(500, &json!({ "error": "boom" }), &[]), 1),
    ] {
        // A wait that the model asks for is kept; so this takes as long, once each.
        let limits = Limits {
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_secs(2),
            ..Limits::default()
        };
        let app = TestApp::limited(limits).await;
        app.model.reply(busy);
        app.model.reply(Reply::text(&["here"]));
        let client = app.program("a@example.com").await;
        let events = client.create("hello").await;
        let told: Vec<&str> = events
            .iter()
            .filter(|event| event["type"] == "progress_update")
            .filter_map(|event| event["text"].as_str())
            .collect();
        assert_eq!(told, [format!("The model is busy. Trying again in {seconds} s …")], "{name}");
        assert_eq!(answer_of(&events), "here", "{name}");
        assert_eq!(app.model.requests().len(), 2, "{name}");
    }
}
