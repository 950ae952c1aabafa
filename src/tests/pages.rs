//! The page without a browser: rendered whole, readable without JavaScript, and with nothing of others in it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    app::{Client, Reply, TestApp},
    changes::{Stream, follow},
    scripted_model,
};

/// The updates of the page's stream.
fn updates(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/event-stream");
    assert!(reply.headers[header::CACHE_CONTROL] == "no-store" && reply.headers["x-accel-buffering"] == "no");
    let text = reply.text();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|json| serde_json::from_str(json).unwrap()).collect()
}

async fn send(client: &Client, thread: Option<&str>, text: &str, key: &str) -> Reply {
    client
        .json(
            "/api/chat/send",
            json!({ "thread": thread, "message": { "parts": [{ "Text": text }] }, "key": key }),
        )
        .await
}

fn thread_of(updates: &[Value]) -> String {
    updates[0]["Thread"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{updates:?}"))
        .to_owned()
}

// On several threads, as the server runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rendered_pages_are_whole_under_load() {
    let app = TestApp::offline().await;
    let client = app.person("a@example.com").await;
    let thread = thread_of(&updates(&send(&client, None, "remind me to call Ahmed tomorrow at 5pm", "k").await));
    let thread_path = format!("/chat/{thread}");
    let paths = ["/chat", &thread_path, "/tasks", "/settings"];
    // A value that is bound to a thread cuts pages off, and only under load: many at a time, on threads of a real runtime.
    let whole = stream::iter(0..300)
        .map(|n| {
            let (client, path) = (client.clone(), paths[n % paths.len()].to_owned());
            tokio::spawn(async move {
                let reply = client.get(&path).await;
                (path, reply.status, reply.text())
            })
        })
        .buffer_unordered(8)
        .map(|page| page.unwrap())
        .collect::<Vec<_>>()
        .await;
    assert_eq!(whole.len(), 300);
    for (path, status, html) in whole {
        assert_eq!(status, StatusCode::OK, "{path}");
        // Leptos writes what the page needs for hydration behind the document.
        let is_whole = html.starts_with("<!DOCTYPE html>") && html.contains("</html>") && html.trim_end().ends_with("</script>");
        assert!(is_whole, "{path}: cut off: {html}");
        if path == thread_path || path == "/tasks" {
            assert!(html.contains("call Ahmed"), "{path}: its content is not in the HTML");
        }
    }
}

#[tokio::test]
async fn the_pages_stream_is_drawn_by_the_server() {
    let app = TestApp::start().await;
    app.model.reply(scripted_model::Reply::tool_calls_openai(&[(
        "c",
        "add_task",
        r#"{"title":"call <b>Ahmed</b>","due":"tomorrow 17:00"}"#,
    )]));
    app.model.reply(scripted_model::Reply::text(&[
        "I have added **it",
        "**.\n\n",
        "<script>alert(1)</script>",
    ]));
    let client = app.person("a@example.com").await;
    let seen = updates(&send(&client, None, "remind me", "k").await);
    insta::assert_json_snapshot!(seen);
    let tasks = client.json("/api/tasks/lists", json!({})).await.json();
    assert_eq!(
        (&tasks["pending"][0]["title"], &tasks["pending"][0]["due"]),
        (&json!("call <b>Ahmed</b>"), &json!("Tomorrow, 5:00 PM"))
    );
    // What is read back is what was drawn.
    let thread = client
        .json("/api/chat/thread", json!({ "id": thread_of(&seen), "before": null }))
        .await
        .json();
    let drawn: Vec<&Value> = seen.iter().filter_map(|update| update.get("Item")).collect();
    assert_eq!(thread["items"].as_array().unwrap().last(), drawn.last().copied());
    let html = client.get(&format!("/chat/{}", thread_of(&seen))).await.text();
    assert!(
        html.contains("&lt;script&gt;alert(1)") && !html.contains("<script>alert(1)"),
        "the answer is not escaped"
    );
    assert!(!html.contains("<b>Ahmed</b>"), "a title is not escaped");
}

#[tokio::test]
async fn what_a_person_thinks_of_answers_is_theirs_and_listed_with_the_way_to_each() {
    let app = TestApp::start().await;
    let client = app.person("a@example.com").await;
    let page = client.get("/settings").await.text();
    assert!(page.contains("You have not rated an answer."), "{page}");
    app.model.reply(scripted_model::Reply::text(&["**Milk** is <i>bought</i>."]));
    let seen = updates(&send(&client, None, "hello", "k").await);
    let thread = thread_of(&seen);
    let answers = |view: &Value| {
        let items = view["items"].as_array().unwrap().iter();
        let answers = items.filter(|item| item["body"]["Answer"].is_object());
        answers.cloned().collect::<Vec<_>>()
    };
    let load = async || {
        client
            .json("/api/chat/thread", json!({ "id": thread, "before": null }))
            .await
            .json()
    };
    let answer = answers(&load().await)[0]["id"].as_str().unwrap().to_owned();
    let rate = async |client: &Client, rating: Option<bool>| {
        let body = json!({ "thread": thread, "item": answer, "rating": rating });
        client.json("/api/chat/rate", body).await.status.as_u16()
    };
    let link = format!("/chat/{thread}#{answer}");

    for (rating, label) in [(true, "Good answer"), (false, "Bad answer")] {
        assert_eq!(rate(&client, Some(rating)).await, 200);
        let listed = client.json("/api/chat/ratings", json!({})).await.json();
        let only = json!([{ "path": link, "text": "Milk is <i>bought</i>.", "good": rating, "at": "Today, 10:00 AM" }]);
        assert_eq!(listed, only);
        assert_eq!(answers(&load().await)[0]["body"]["Answer"]["rating"], json!(rating));
        let page = client.get("/settings").await.text();
        for part in [format!("href=\"{link}\""), label.to_owned(), "Milk is &lt;i&gt;bought".to_owned()] {
            assert!(page.contains(&part), "{part}: {page}");
        }
    }
    let page = client.get(&format!("/chat/{thread}")).await.text();
    assert!(page.contains(&format!("id=\"{answer}\"")), "the link leads nowhere: {page}");

    let other = app.person("b@example.com").await;
    assert_eq!(rate(&other, Some(true)).await, 404);
    assert_eq!(other.json("/api/chat/ratings", json!({})).await.json(), json!([]));
    assert_eq!(app.client().json("/api/chat/ratings", json!({})).await.status.as_u16(), 401);
    assert_eq!(rate(&client, None).await, 200);
    assert_eq!(client.json("/api/chat/ratings", json!({})).await.json(), json!([]));
}

#[tokio::test]
async fn a_message_that_is_sent_twice_is_stored_once() {
    let app = TestApp::start().await;
    let client = app.person("a@example.com").await;
    let first = updates(&send(&client, None, "hello", "same").await);
    let second = updates(&send(&client, None, "hello", "same").await);
    assert_eq!(first, second);
    assert_eq!(
        client.json("/api/chat/threads", json!({ "after": null })).await.json()["threads"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn following_goes_on_behind_the_last_frame() {
    let app = TestApp::start().await;
    let (reply, gate) = scripted_model::Reply::gated(&["one ", "two ", "three"]);
    app.model.reply(reply);
    let client = app.person("a@example.com").await;
    let sending = tokio::spawn({
        let client = client.clone();
        async move { send(&client, None, "hello", "k").await }
    });
    app.model.arrived(1).await;
    let thread = client.json("/api/chat/threads", json!({ "after": null })).await.json()["threads"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // It follows once the answer's head is there.
    let mut following = Stream::following(&client, json!([{ "thread": thread, "after": null }])).await;
    let first = following.of_thread().await;
    gate.open();
    let sent = sending.await.unwrap();
    let ids = sent.text();
    let ids = ids.lines().filter_map(|line| line.strip_prefix("id: ").map(str::to_owned));
    let mut whole: Vec<_> = ids.map(Some).chain([None]).zip(updates(&sent)).collect();
    assert_eq!((whole.len(), &whole[0].0), (updates(&sent).len(), &first.id));
    for (id, update) in &whole[1..] {
        let event = following.of_thread().await;
        assert_eq!((&event.id, &serde_json::from_str::<Value>(&event.data).unwrap()), (id, update));
    }
    // From every place of the log: the rest, and no more.
    while let Some(place) = whole.remove(0).0 {
        // What is told of a block that grows depends on what was heard of it (`durable::resume` looks at what it becomes).
        let told = |updates: &[(Option<String>, Value)]| -> Vec<_> {
            let same = |update: &Value| update.get("Blocks").is_none().then(|| update.clone());
            updates.iter().map(|(place, update)| (place.clone(), same(update))).collect()
        };
        assert_eq!(told(&follow(&client, &thread, Some(&place)).await), told(&whole), "behind {place}");
    }
    assert_eq!(follow(&client, &thread, None).await, [(None, json!("Done"))]);
}

#[tokio::test]
async fn stop_keeps_the_partial_and_the_thread_goes_on() {
    let app = TestApp::start().await;
    app.model.reply(scripted_model::Reply::unfinished(&["half an answer"]).then_stall());
    let client = app.person("a@example.com").await;
    let sending = tokio::spawn({
        let client = client.clone();
        async move { send(&client, None, "hello", "k").await }
    });
    app.model.arrived(1).await;
    let thread = client.json("/api/chat/threads", json!({ "after": null })).await.json()["threads"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Wait until the partial is visible to a second listener, then stop.
    let mut following = Stream::following(&client, json!([{ "thread": thread, "after": null }])).await;
    while !following.of_thread().await.data.contains("half an answer") {}
    assert_eq!(
        client.json("/api/chat/stop", json!({ "thread": thread })).await.status,
        StatusCode::OK
    );
    let seen = updates(&sending.await.unwrap());
    assert_eq!(seen.last(), Some(&json!("Done")));
    assert!(seen.iter().all(|update| update.get("Failed").is_none()), "{seen:?}");
    let read = client
        .json("/api/chat/thread", json!({ "id": thread, "before": null }))
        .await
        .json();
    assert!(
        read["items"][1]["body"]["Answer"]["blocks"][0]
            .as_str()
            .unwrap()
            .contains("half an answer"),
        "{read}"
    );
    assert_eq!(
        updates(&send(&client, Some(&thread), "again", "k2").await).last(),
        Some(&json!("Done"))
    );
}

#[tokio::test]
async fn everything_works_by_plain_forms() {
    let app = TestApp::offline().await;
    let client = app.person("a@example.com").await;
    let sent = client
        .form("/api/chat/send-form", &[("thread", ""), ("text", "مجھے سبزی لانی ہے")])
        .await;
    assert_eq!(sent.status, StatusCode::FOUND);
    let path = sent.location().to_owned();
    let page = client.get(&path).await.text();
    assert!(page.contains("مجھے سبزی لانی ہے") && page.contains("dir=\"rtl\""), "{page}");
    let lists = client.json("/api/tasks/lists", json!({})).await.json();
    let task = lists["pending"][0]["id"].as_str().unwrap();
    let done = client
        .form("/api/tasks/set-done", &[("id", task), ("done", "true"), ("back", &path)])
        .await;
    assert_eq!((done.status, done.location()), (StatusCode::FOUND, path.as_str()));
    assert_eq!(
        client.json("/api/tasks/lists", json!({})).await.json()["completed"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let thread = path.strip_prefix("/chat/").unwrap();
    let renamed = client.form("/api/chat/rename", &[("id", thread), ("title", "سبزی")]).await;
    assert_eq!(renamed.status, StatusCode::FOUND);
    let deleted = client.form("/api/chat/delete", &[("id", thread)]).await;
    assert_eq!((deleted.status, deleted.location()), (StatusCode::FOUND, "/chat"));
    assert_eq!(
        client.json("/api/chat/threads", json!({ "after": null })).await.json()["threads"],
        json!([])
    );
}

#[tokio::test]
async fn wrong_messages_are_refused_with_their_status() {
    let app = TestApp::start().await;
    let client = app.person("a@example.com").await;
    for (text, status, error) in [
        (String::new(), StatusCode::UNPROCESSABLE_ENTITY, "Blank"),
        (" \n".into(), StatusCode::UNPROCESSABLE_ENTITY, "Blank"),
        ("\0\u{202e}".into(), StatusCode::UNPROCESSABLE_ENTITY, "Blank"),
        ("x".repeat(64 * 1024 + 1), StatusCode::UNPROCESSABLE_ENTITY, "TooLong"),
    ] {
        let reply = send(&client, None, &text, "k").await;
        assert_eq!((reply.status, reply.json()), (status, json!(error)));
    }
    assert_eq!(
        send(&client, None, &"x".repeat(2 << 20), "k").await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(send(&client, Some("thr_x"), "hi", "k").await.status, StatusCode::NOT_FOUND);
    for path in ["/api/chat/thread", "/api/chat/stop", "/api/chat/retry"] {
        let body = json!({ "id": "thr_00000000000000000000000000000bad", "thread": "thr_00000000000000000000000000000bad", "before": null, "after": null });
        let reply = client.json(path, body).await;
        let wanted = if path.ends_with("stop") {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        assert_eq!(reply.status, wanted, "{path}: {}", reply.text());
    }
    assert!(
        client
            .json("/api/chat/send", json!({ "message": 7 }))
            .await
            .status
            .is_client_error()
            || client
                .json("/api/chat/send", json!({ "message": 7 }))
                .await
                .status
                .is_server_error()
    );
    let stranger = app.client();
    assert_eq!(send(&stranger, None, "hi", "k").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.model.requests().len(), 0);
}

#[tokio::test]
async fn two_people_see_nothing_of_each_other() {
    let app = TestApp::offline().await;
    let (anna, bilal) = (app.person("anna@example.com").await, app.person("bilal@example.com").await);
    let thread = thread_of(&updates(&send(&anna, None, "remind me to buy a secret present", "k").await));
    for path in ["/chat", "/tasks", "/settings"] {
        let page = bilal.get(path).await.text();
        assert!(!page.contains("secret present") && !page.contains("anna@"), "{path}");
    }
    let foreign = bilal.get(&format!("/chat/{thread}")).await;
    let missing = bilal.get("/chat/thr_00000000000000000000000000000bad").await;
    assert_eq!((foreign.status, missing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(!foreign.text().contains("secret present"));
    let task = anna.json("/api/tasks/lists", json!({})).await.json()["pending"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in ["/api/tasks/set-done", "/api/tasks/delete"] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("id={task}&done=true&back=")))
            .unwrap();
        assert_eq!(bilal.send(request).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        anna.json("/api/tasks/lists", json!({})).await.json()["pending"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn health_and_readiness() {
    let app = TestApp::start().await;
    let client = app.client();
    assert_eq!(client.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(client.get("/readyz").await.status, StatusCode::OK);
    app.state.runs.shut_down(Duration::ZERO).await;
    assert_eq!(client.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_page_that_does_not_exist_says_so() {
    let app = TestApp::start().await;
    let client = app.person("a@example.com").await;
    for path in ["/nothing", "/pkg/../Cargo.toml", "/pkg/%2e%2e/Cargo.toml", "/.env"] {
        let reply = client.get(path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!reply.text().contains("[package]"), "{path}");
    }
}
