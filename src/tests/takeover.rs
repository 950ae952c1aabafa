//! A server that dies, stops, or is somebody else: its runs are gone on with by another one on the same database.

use std::time::Duration;

use futures::StreamExt;
use kaam::{
    domain::id::{RunId, ThreadId, UserId},
    server::run::{Signal, Verdict},
};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, postgres::PgListener};

use super::{
    app::{Client, TestApp, input},
    runs::{eventually, until},
    scripted_model::{Gate, Reply},
};

/// What a client asks first.
fn create(text: &str) -> axum::http::Request<axum::body::Body> {
    Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input(text) } }))
}

async fn items(client: &Client, thread: &str) -> Vec<Value> {
    let page = client
        .chatkit("items.list", json!({ "thread_id": thread, "order": "asc", "limit": 100 }))
        .await
        .json();
    page["data"].as_array().unwrap().clone()
}

fn answers(items: &[Value]) -> Vec<&str> {
    let answers = items.iter().filter(|item| item["type"] == "assistant_message");
    answers.map(|item| item["content"][0]["text"].as_str().unwrap()).collect()
}

/// Everything that whoever follows the thread on this server hears, until the run has ended.
async fn hear(app: &TestApp, user: UserId, thread: &str) -> Vec<Value> {
    let id: ThreadId = thread.parse().unwrap();
    // Over or not: it is heard from its start.
    let run = RunId(app.state.store.newest_run(user, id).await.unwrap().id);
    let (_, mut stream) = app.state.runs.follow(user, id, Some(run)).await.unwrap().unwrap();
    let mut heard = Vec::new();
    while let Some(Signal::Event(event)) = stream.next().await {
        heard.push(serde_json::from_str(&event.json).unwrap());
    }
    heard
}

struct Broken {
    one: TestApp,
    two: TestApp,
    client: Client,
    user: UserId,
    thread: String,
    seen: Vec<Value>,
}

/// A server that has told "You have half ", or has not come to that yet, and another one beside it.
async fn broken(before: &[Reply], tells_half: bool) -> Broken {
    let one = TestApp::start().await;
    for reply in before {
        one.model.reply(reply.clone());
    }
    let (reply, gate) = Reply::gated(&["You have half ", "an answer"]);
    one.model.reply(reply);
    let user = one.user("a@example.com").await;
    let client = one.program_of(user, &["read", "write", "delete"]).await;
    let mut body = client.open(create("hello")).await.into_body();
    let seen = if tells_half {
        gate.release(1);
        until(&mut body, |event| event["update"]["delta"] == "You have half ").await
    } else {
        let seen = until(&mut body, |event| event["type"] == "client_effect").await;
        one.model.arrived(before.len() + 1).await;
        seen
    };
    let two = one.beside().await;
    // The connection stays, as it does when a process hangs.
    std::mem::forget(body);
    std::mem::forget(gate);
    let thread = seen[0]["thread"]["id"].as_str().unwrap().to_owned();
    Broken {
        one,
        two,
        client,
        user,
        thread,
        seen,
    }
}

#[tokio::test]
async fn an_answer_begins_anew_in_the_same_item_and_is_stored_once() {
    let b = broken(&[], true).await;
    b.two.model.reply(Reply::text(&["a ", "whole ", "answer"]));
    b.two.state.runs.take_over_all().await.unwrap();
    let heard = hear(&b.two, b.user, &b.thread).await;
    let begun = b.seen.iter().find(|event| event["type"] == "thread.item.added").unwrap()["item"]["id"].clone();
    let replaced = heard.iter().position(|event| event["type"] == "thread.item.replaced").unwrap();
    assert_eq!(heard[replaced]["item"]["id"], begun);
    assert_eq!(heard[replaced]["item"]["content"][0]["text"], "");
    let text: String = heard[replaced..]
        .iter()
        .filter_map(|event| event["update"]["delta"].as_str())
        .collect();
    assert_eq!(text, "a whole answer");
    let stored = items(&b.client, &b.thread).await;
    assert_eq!(answers(&stored), ["a whole answer"]);
    assert_eq!(stored.last().unwrap()["id"], begun);
    // The log is gapless, whoever wrote it.
    assert_eq!(&heard[..b.seen.len()], &b.seen[..]);
    assert_eq!(b.two.model.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_ends_says_that_its_answers_wait() {
    let one = TestApp::start().await;
    let (_, _gate, _body, _) = half_told(&one, &["You have half ", "an answer"]).await;
    let mut told = PgListener::connect(&one.database_url).await.unwrap();
    told.listen("kaam_release").await.unwrap();
    one.state.runs.shut_down(Duration::from_secs(5)).await;
    assert_eq!(told.recv().await.unwrap().channel(), "kaam_release");
}

#[tokio::test]
async fn what_the_old_owner_still_says_counts_no_more() {
    let b = broken(&[], true).await;
    b.two.model.reply(Reply::text(&["the truth"]));
    b.two.state.runs.take_over_all().await.unwrap();
    hear(&b.two, b.user, &b.thread).await;
    // The old one wakes up, and finds out when it writes or renews.
    b.one.state.runs.shut_down(Duration::from_secs(5)).await;
    assert_eq!(b.one.state.runs.count(), 0);
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["the truth"]);
}

#[tokio::test]
async fn tools_take_effect_once_whoever_dies() {
    let call = Reply::tool_calls_openai(&[("call_a", "add_task", r#"{"title":"milk"}"#)]);
    for loses_the_round in [false, true] {
        let b = broken(std::slice::from_ref(&call), !loses_the_round).await;
        if loses_the_round {
            // As if the process had died between the effect and the word of it.
            let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
            let done = sqlx::query("delete from messages where kind in ('hidden_context_item')")
                .execute(&mut db)
                .await
                .unwrap();
            assert_eq!(done.rows_affected(), 1);
        }
        b.two.model.reply(Reply::text(&["Added milk."]));
        b.two.state.runs.take_over_all().await.unwrap();
        hear(&b.two, b.user, &b.thread).await;
        let told = b.two.model.requests();
        assert_eq!(told.len(), 1, "the turn with the call is not asked for again");
        assert!(
            told[0]["messages"]
                .as_array()
                .unwrap()
                .iter()
                .any(|m| m["role"] == "tool" && m["content"].as_str().unwrap().contains("milk"))
        );
        let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
        let tasks: i64 = sqlx::query_scalar("select count(*) from tasks").fetch_one(&mut db).await.unwrap();
        assert_eq!(tasks, 1);
        let stored = items(&b.client, &b.thread).await;
        assert_eq!(answers(&stored), ["Added milk."]);
        let kinds: Vec<&str> = stored.iter().map(|item| item["type"].as_str().unwrap()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "workflow").count(), 1, "{kinds:?}");
    }
}

#[tokio::test]
async fn a_server_that_stops_hands_its_answers_on() {
    let b = broken(&[], true).await;
    // The other one may take it over by itself, at once.
    b.two.model.usually(Reply::text(&["all of it"]));
    b.one.state.runs.shut_down(Duration::from_secs(5)).await;
    assert!(b.one.state.runs.is_stopping());
    b.two.state.runs.take_over_all().await.unwrap();
    hear(&b.two, b.user, &b.thread).await;
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["all of it"]);
}

#[tokio::test]
async fn stopping_servers_are_no_attempts() {
    let b = broken(&[], true).await;
    let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
    sqlx::query("update runs set attempt = 3").execute(&mut db).await.unwrap();
    b.two.model.usually(Reply::text(&["all of it"]));
    b.one.state.runs.shut_down(Duration::from_secs(5)).await;
    b.two.state.runs.take_over_all().await.unwrap();
    hear(&b.two, b.user, &b.thread).await;
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["all of it"]);
}

#[tokio::test]
async fn what_a_server_gave_up_it_takes_again() {
    let b = broken(&[], true).await;
    b.two.state.runs.shut_down(Duration::from_secs(5)).await;
    b.one.model.usually(Reply::text(&["all of it"]));
    let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
    // As if another one had it, and died: the first one is told so when it renews its lease, and lets go.
    sqlx::query("update runs set lease_epoch = lease_epoch + 1, lease_until = now() - interval '1 second'")
        .execute(&mut db)
        .await
        .unwrap();
    let thread: ThreadId = b.thread.parse().unwrap();
    eventually(async || {
        let run = b.one.state.store.newest_run(b.user, thread).await.unwrap();
        (run.status == "done").then_some(())
    })
    .await;
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["all of it"]);
    let owner: i64 = sqlx::query_scalar("select count(*) from run_events where epoch = 3")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert!(owner > 0, "taken under an epoch of its own");
}

#[tokio::test]
async fn an_answer_that_kills_every_server_is_given_up() {
    let b = broken(&[], true).await;
    let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
    sqlx::query("update runs set attempt = 3").execute(&mut db).await.unwrap();
    b.two.state.runs.take_over_all().await.unwrap();
    let thread: ThreadId = b.thread.parse().unwrap();
    eventually(async || {
        let run = b.two.state.store.newest_run(b.user, thread).await.unwrap();
        (run.status == "incomplete").then_some(())
    })
    .await;
    assert_eq!(
        answers(&items(&b.client, &b.thread).await),
        ["You have half "],
        "what there was is kept"
    );
    assert_eq!(b.two.model.requests().len(), 0);
}

#[tokio::test]
async fn half_an_answer_is_kept_when_it_is_stopped_before_anybody_goes_on() {
    let b = broken(&[], true).await;
    let thread: ThreadId = b.thread.parse().unwrap();
    b.two.state.store.request_stop(b.user, thread, None).await.unwrap();
    b.two.state.runs.take_over_all().await.unwrap();
    eventually(async || {
        let run = b.two.state.store.newest_run(b.user, thread).await.unwrap();
        (run.status == "cancelled").then_some(())
    })
    .await;
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["You have half "]);
    assert_eq!(b.two.model.requests().len(), 0, "the model is not asked");
}

#[tokio::test]
async fn half_an_answer_is_kept_when_going_on_fails() {
    let b = broken(&[], true).await;
    b.two.model.usually(Reply::status(401, &json!({}), &[]));
    b.two.state.runs.take_over_all().await.unwrap();
    let heard = hear(&b.two, b.user, &b.thread).await;
    assert_eq!(heard.last().unwrap()["type"], "error");
    assert_eq!(answers(&items(&b.client, &b.thread).await), ["You have half "]);
}

#[tokio::test]
async fn a_run_that_cannot_be_read_is_closed_and_keeps_no_other_waiting() {
    let b = broken(&[], true).await;
    b.one.model.reply(Reply::stall());
    let mut body = b.client.open(create("another")).await.into_body();
    let begun = until(&mut body, |event| event["type"] == "thread.created").await;
    std::mem::forget(body);
    let other = begun[0]["thread"]["id"].as_str().unwrap().to_owned();
    let mut db = PgConnection::connect(&b.one.database_url).await.unwrap();
    // Deeper than what is read back.
    sqlx::query("update runs set request = (repeat('[', 200) || repeat(']', 200))::jsonb where thread_id = $1")
        .bind(b.thread.parse::<ThreadId>().unwrap().0)
        .execute(&mut db)
        .await
        .unwrap();
    b.two.model.usually(Reply::text(&["all of it"]));
    b.two.state.runs.take_over_all().await.unwrap();
    let (thread, other): (ThreadId, ThreadId) = (b.thread.parse().unwrap(), other.parse().unwrap());
    for (thread, status) in [(thread, "incomplete"), (other, "done")] {
        eventually(async || {
            let run = b.two.state.store.newest_run(b.user, thread).await.unwrap();
            (run.status == status).then_some(())
        })
        .await;
    }
}

/// A server that has told the first of these tokens, and waits for the gate: whose answer it is, its stream, and what was heard of it.
async fn half_told(one: &TestApp, tokens: &[&str]) -> (UserId, Gate, axum::body::Body, Vec<Value>) {
    let (reply, gate) = Reply::gated(tokens);
    one.model.reply(reply);
    let user = one.user("a@example.com").await;
    let client = one.program_of(user, &["read", "write", "delete"]).await;
    let mut body = client.open(create("hello")).await.into_body();
    gate.release(1);
    let seen = until(&mut body, |event| event["update"]["delta"] == tokens[0]).await;
    (user, gate, body, seen)
}

#[tokio::test]
async fn an_answer_is_followed_at_another_server_which_is_told_when_there_is_more() {
    let one = TestApp::start().await;
    let (user, gate, _body, seen) = half_told(&one, &["You have half ", "an ", "answer"]).await;
    let thread: ThreadId = seen[0]["thread"]["id"].as_str().unwrap().parse().unwrap();
    let two = one.beside().await;
    let mut told = PgListener::connect(&one.database_url).await.unwrap();
    told.listen_all(["kaam_follow", "kaam_log"]).await.unwrap();

    let (run, mut elsewhere) = two.state.runs.follow(user, thread, None).await.unwrap().unwrap();
    for event in &seen {
        let Some(Signal::Event(heard)) = elsewhere.next().await else {
            panic!("the stream ended")
        };
        assert_eq!(&serde_json::from_str::<Value>(&heard.json).unwrap(), event);
    }
    let said = told.recv().await.unwrap();
    assert_eq!((said.channel(), said.payload()), ("kaam_follow", run.to_string().as_str()));
    for word in ["an ", "answer"] {
        gate.release(1);
        let Some(Signal::Event(heard)) = elsewhere.next().await else {
            panic!("the stream ended")
        };
        assert!(heard.json.contains(word), "{}", heard.json);
    }
    let said = loop {
        let said = told.recv().await.unwrap();
        if said.channel() == "kaam_log" {
            break said;
        }
    };
    assert_eq!(said.payload(), run.to_string());
    gate.open();
    let rest: Vec<Signal> = elsewhere.collect().await;
    assert!(matches!(rest.last(), Some(Signal::End)));
}

#[tokio::test]
async fn an_action_is_done_once_whoever_dies() {
    let one = TestApp::start().await;
    let user = one.user("a@example.com").await;
    let client = one.program_of(user, &["read", "write", "delete"]).await;
    one.model.reply(Reply::text(&["Hello."]));
    let thread = super::app::thread_of(&client.create("hello").await);
    let task = client.json("/api/v1/tools/add_task", json!({ "title": "Milk" })).await.json()["task"]["id"].clone();
    let action = json!({ "type": "task.delete", "payload": { "task_id": task } });
    let done = client
        .chatkit("threads.custom_action", json!({ "thread_id": thread, "action": action }))
        .await
        .events();
    assert_eq!(done.last().unwrap()["type"], "client_effect");
    // As if the process had died between the effect and the word of it.
    let mut db = PgConnection::connect(&one.database_url).await.unwrap();
    let run: uuid::Uuid = sqlx::query_scalar(
        "update runs set status = 'running', finished_at = null, lease_until = now() - interval '1 second' \
         where id = (select run_id from tool_effects) returning id",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    let two = one.beside().await;
    eventually(async || {
        let state = two.state.store.run_state(user, RunId(run)).await.unwrap();
        (!state.is_live()).then_some(())
    })
    .await;
    let (_, mut stream) = two
        .state
        .runs
        .follow(user, thread.parse().unwrap(), Some(RunId(run)))
        .await
        .unwrap()
        .unwrap();
    while let Some(Signal::Event(event)) = stream.next().await {
        assert!(!event.json.contains("\"type\":\"error\""), "{}", event.json);
    }
}

#[tokio::test]
async fn an_answer_is_stopped_from_another_server() {
    let one = TestApp::start().await;
    let (user, _gate, mut body, seen) = half_told(&one, &["You have half ", "an answer"]).await;
    let thread = seen[0]["thread"]["id"].as_str().unwrap().to_owned();
    let two = one.beside().await;
    two.state.runs.stop(user, thread.parse().unwrap(), None).await.unwrap();
    let rest = until(&mut body, |event| event["type"] == "thread.item.done").await;
    assert_eq!(rest.last().unwrap()["item"]["content"][0]["text"], "You have half ");
    eventually(async || (one.state.runs.count() == 0).then_some(())).await;
}

#[tokio::test]
async fn a_client_that_comes_back_to_another_server_does_not_stop_its_answer_at_the_first_one() {
    const GRACE: Duration = Duration::from_secs(3600);
    let one = TestApp::start().await;
    let (reply, gate) = Reply::gated(&["You have half ", "an answer"]);
    one.model.reply(reply);
    let user = one.user("a@example.com").await;
    let client = one.program_of(user, &["read", "write", "delete"]).await;
    let mut request = create("hello");
    request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
    let mut body = client.open(request).await.into_body();
    gate.release(1);
    let seen = until(&mut body, |event| event["update"]["delta"] == "You have half ").await;
    let thread: ThreadId = seen[0]["thread"]["id"].as_str().unwrap().parse().unwrap();
    let run = RunId(one.state.store.newest_run(user, thread).await.unwrap().id);
    let two = one.beside().await;
    // The line breaks.
    drop(body);
    let left = |app: &TestApp| app.state.runs.listen(user, thread, run, GRACE).leave().unwrap();
    assert_eq!(left(&one).verdict(), Verdict::Stop, "nobody hears it");

    let (_, mut elsewhere) = two.state.runs.follow(user, thread, None).await.unwrap().unwrap();
    let following = tokio::spawn(async move { while let Some(Signal::Event(_)) = elsewhere.next().await {} });
    eventually(async || (left(&one).verdict() == Verdict::Wait).then_some(())).await;
    assert_eq!(left(&two).verdict(), Verdict::Leave, "it is not the one that answers");
    let (first, second) = (left(&one), left(&one));
    assert_eq!(first.verdict(), Verdict::Leave, "somebody has come since");
    assert_eq!(second.verdict(), Verdict::Wait);
    gate.open();
    following.await.unwrap();
    assert_eq!(answers(&items(&client, &thread.to_string()).await), ["You have half an answer"]);
}
