//! Addresses, and signs of life on the line.

use std::time::Duration;

use kaam::server::model::openai::Limits;

use super::*;

/// How long a sign of life is waited for here, and how far they are apart: a busy machine may be late by as much.
const PATIENCE: Duration = Duration::from_millis(1500);
const APART: Duration = Duration::from_millis(300);

/// How the answer to a message ends, within these limits, where the model always says this.
async fn end_of(limits: Limits, reply: Reply) -> String {
    let app = TestApp::limited(limits).await;
    app.model.usually(reply);
    end_in(&app).await
}

async fn end_in(app: &TestApp) -> String {
    let events = app.program("a@example.com").await.create("hello").await;
    match events.last().unwrap()["type"] == "error" {
        true => error_of(&events),
        false => answer_of(&events),
    }
}

fn limits(first_token: Duration, gap: Duration, whole: Duration) -> Limits {
    Limits {
        first_token,
        gap,
        whole,
        ..Limits::default()
    }
}

const LONG: Duration = Duration::from_secs(60);
const TOO_LONG: &str = "The model took too long. Try again.";

#[tokio::test]
async fn comments_before_the_first_token_are_signs_of_life() {
    let reply = Reply::text(&["Here I am."]).behind_comments(10, APART);
    assert_eq!(end_of(limits(PATIENCE, LONG, LONG), reply).await, "Here I am.");
}

#[tokio::test]
async fn comments_between_tokens_are_signs_of_life() {
    let rest = Reply::text(&["I am."]).behind_comments(10, APART);
    let reply = Reply::unfinished(&["Here "]).then(rest);
    assert_eq!(end_of(limits(LONG, PATIENCE, LONG), reply).await, "Here I am.");
}

#[tokio::test]
async fn silence_is_still_silence() {
    assert_eq!(end_of(limits(APART, LONG, LONG), Reply::stall()).await, TOO_LONG);
}

#[tokio::test]
async fn signs_of_life_do_not_go_on_for_ever() {
    let lively = || Reply::text(&["never"]).behind_comments(1000, APART);
    assert_eq!(end_of(limits(LONG, LONG, PATIENCE), lively()).await, TOO_LONG);
    // So does the run as a whole.
    let app = TestApp::with(&[("AI_RUN_SECONDS", "2")]).await;
    app.model.usually(lively());
    assert_eq!(end_in(&app).await, TOO_LONG);
}

#[tokio::test]
async fn an_address_is_taken_with_its_version_and_without() {
    let model = ScriptedModel::start().await;
    let app = TestApp::asking(model.base_url().join("/").unwrap(), Limits::default()).await;
    let client = app.program("a@example.com").await;
    let events = client.create("hello").await;
    assert_eq!(answer_of(&events), "OK");
    client.add(&thread_of(&events), "hello").await;
    assert_eq!(model.requests().len(), 2);
    // One version too many.
    let app = TestApp::asking(model.base_url().join("/bare/v1").unwrap(), Limits::default()).await;
    assert_eq!(answer_of(&app.program("a@example.com").await.create("hello").await), "OK");
}

#[tokio::test]
async fn an_address_where_nobody_completes_chats_is_said_to_be_one() {
    let model = ScriptedModel::start().await;
    let app = TestApp::asking(model.base_url().join("/elsewhere").unwrap(), Limits::default()).await;
    let events = app.program("a@example.com").await.create("hello").await;
    let error = error_of(&events);
    assert!(error.contains("AI_BASE_URL") && error.contains("/v1"), "{error}");
}
