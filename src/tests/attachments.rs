//! Files of people: uploads in two phases, downloads, what is refused, messages that carry them, and how they go away.

mod doors;
mod models;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use futures::StreamExt;
use serde_json::{Value, json};

use super::app::{Client, Reply, TestApp, input_with, thread_of};

/// A PNG whose header says one pixel by one.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn code(reply: &Reply) -> (u16, String) {
    let code = reply.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), code)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn download(client: &Client, id: &str) -> Reply {
    client.get(&format!("/chatkit/attachments/{id}")).await
}

/// How many files lie in the folder.
fn files_in(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |entries| {
        entries
            .flatten()
            .map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { 1 })
            .sum()
    })
}

#[tokio::test]
async fn two_phases_by_both_methods() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let created = client.announce("notes.txt", 12, "text/plain").await;
    insta::assert_json_snapshot!("announced", created.json());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        download(&client, &id).await.status,
        StatusCode::NOT_FOUND,
        "its bytes have not come"
    );
    let sent = client.post_file(&id, b"just a note\n").await;
    insta::assert_json_snapshot!("brought", sent.json());
    let read = download(&client, &id).await;
    assert_eq!((read.status, read.body.as_slice()), (StatusCode::OK, &b"just a note\n"[..]));

    let picture = client.announce("p.png", PNG.len(), "image/png").await.json();
    assert_eq!(
        (&picture["type"], &picture["upload_descriptor"]["url"]),
        (&json!("image"), &picture["preview_url"])
    );
    let id = picture["id"].as_str().unwrap();
    let sent = client.put_file(id, PNG).await.json();
    assert_eq!(
        (&sent["mime_type"], &sent["preview_url"]),
        (&json!("image/png"), &picture["preview_url"])
    );
    assert_eq!(download(&client, id).await.body, PNG);
    assert_eq!(files_in(&app.data), 2);
}

#[tokio::test]
async fn what_is_handed_out_cannot_run() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let picture = client.attach("a \"b\".png", "image/png", PNG).await;
    let text = client
        .attach("خریداری.md", "text/markdown", "# دودھ\n<script>alert(1)</script>".as_bytes())
        .await;
    for (id, kind, disposition) in [
        (
            &picture,
            "image/png",
            "inline; filename=\"a _b_.png\"; filename*=UTF-8''a%20%22b%22.png",
        ),
        (
            &text,
            "text/markdown; charset=utf-8",
            "attachment; filename=\"_______.md\"; filename*=UTF-8''%D8%AE%D8%B1%DB%8C%D8%AF%D8%A7%D8%B1%DB%8C.md",
        ),
    ] {
        let reply = download(&client, id).await;
        for (name, value) in [
            ("content-type", kind),
            ("content-disposition", disposition),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, max-age=600"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers.get(name).unwrap(), value, "{name}");
        }
    }
    let twin = client.get(&format!("/api/chatkit/attachments/{picture}")).await;
    assert_eq!(twin.body, PNG);
}

#[tokio::test]
async fn what_is_refused() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    for (name, size, mime_type, status, code_name) in [
        ("a.svg", 10, "image/svg+xml", 415, "unsupported_media_type"),
        ("a.html", 10, "text/html", 415, "unsupported_media_type"),
        ("a.exe", 10, "application/octet-stream", 415, "unsupported_media_type"),
        ("a.txt", 10 * 1024 * 1024 + 1, "text/plain", 413, "too_large"),
        ("a.txt", 0, "text/plain", 400, "invalid"),
        (" ", 1, "text/plain", 400, "invalid"),
    ] {
        let reply = client.announce(name, size, mime_type).await;
        assert_eq!(code(&reply), refused(status, code_name), "{name} {mime_type} {size}");
    }
    let reply = client
        .chatkit("attachments.create", json!({ "name": "a", "size": -1, "mime_type": "text/plain" }))
        .await;
    assert_eq!(code(&reply), refused(400, "invalid"));

    let created = client.announce("a.txt", 5, "text/plain").await.json();
    let id = created["id"].as_str().unwrap();
    for (bytes, status, code_name) in [
        (&b""[..], 400, "invalid"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            415,
            "unsupported_media_type",
        ),
        (b"<!-- x --><!doctype html><script>alert(1)</script>", 415, "unsupported_media_type"),
        (b"MZ\x90\0\x03", 415, "unsupported_media_type"),
        (&vec![b'x'; 10 * 1024 * 1024 + 1], 413, "too_large"),
    ] {
        assert_eq!(code(&client.post_file(id, bytes).await), refused(status, code_name));
        assert_eq!(code(&client.put_file(id, bytes).await), refused(status, code_name));
    }
    let no_form = Request::post(format!("/chatkit/attachments/{id}"))
        .body(Body::from("hello"))
        .unwrap();
    assert_eq!(code(&client.send(no_form).await), refused(415, "unsupported_media_type"));
    let no_field = Request::post(format!("/chatkit/attachments/{id}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(
            "--edge\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--edge--\r\n",
        ))
        .unwrap();
    assert_eq!(code(&client.send(no_field).await), refused(400, "invalid"));
    assert_eq!(files_in(&app.data), 0, "nothing of it is kept");

    // It can still be brought, once.
    assert_eq!(client.put_file(id, b"hello").await.status, StatusCode::OK);
    assert_eq!(code(&client.put_file(id, b"other").await), refused(409, "conflict"));
    assert_eq!(code(&client.post_file(id, b"other").await), refused(409, "conflict"));
    assert_eq!(download(&client, id).await.body, b"hello");
}

#[tokio::test]
async fn an_endless_body_is_read_to_the_limit_only() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let created = client.announce("a.txt", 5, "text/plain").await.json();
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = read.clone();
    let endless = futures::stream::repeat_with(move || {
        count.fetch_add(64 * 1024, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b'x'; 64 * 1024]))
    });
    let request = Request::put(format!("/chatkit/attachments/{}", created["id"].as_str().unwrap()));
    let reply = client.send(request.body(Body::from_stream(endless.boxed())).unwrap()).await;
    assert_eq!(code(&reply), refused(413, "too_large"));
    assert!(read.load(std::sync::atomic::Ordering::SeqCst) <= 10 * 1024 * 1024 + 128 * 1024);
}

#[tokio::test]
async fn a_strangers_file_does_not_exist() {
    let app = TestApp::start().await;
    let (owner, stranger) = (app.program("a@example.com").await, app.program("b@example.com").await);
    let id = owner.attach("a.txt", "text/plain", b"secret").await;
    let waiting = owner.announce("b.txt", 5, "text/plain").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for id in [id.as_str(), &waiting, "atc_00000000000000000000000000000999", "nonsense"] {
        let replies = [
            download(&stranger, id).await,
            stranger.put_file(id, b"hello").await,
            stranger.post_file(id, b"hello").await,
            stranger.chatkit("attachments.delete", json!({ "attachment_id": id })).await,
            stranger
                .chatkit("threads.create", json!({ "input": input_with("look", &[id]) }))
                .await,
        ];
        for reply in replies {
            assert_eq!(code(&reply), refused(404, "not_found"), "{id}");
        }
    }
    assert_eq!(download(&owner, &id).await.body, b"secret");
    for path in [format!("/chatkit/attachments/{id}"), format!("/api/chatkit/attachments/{id}")] {
        assert_eq!(app.client().get(&path).await.status, StatusCode::UNAUTHORIZED);
    }
    let reader = app.program_of(app.user("c@example.com").await, &["read"]).await;
    assert_eq!(code(&reader.announce("a.txt", 1, "text/plain").await), refused(403, "forbidden"));
    assert_eq!(code(&reader.put_file(&id, b"x").await), refused(403, "forbidden"));
}

#[tokio::test]
async fn by_the_session_from_our_own_pages_only() {
    let app = TestApp::with(&[("CORS_ALLOWED_ORIGINS", "https://app.example")]).await;
    let person = app.person("a@example.com").await;
    let id = person.attach("a.txt", "text/plain", b"hello").await;
    assert_eq!(download(&person, &id).await.body, b"hello");
    let waiting = person.announce("b.txt", 5, "text/plain").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let from = |origin: &str| {
        Request::put(format!("/chatkit/attachments/{waiting}"))
            .header(header::ORIGIN, origin)
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("hello"))
            .unwrap()
    };
    assert_eq!(code(&person.send(from("https://evil.example")).await), refused(403, "forbidden"));
    let reply = person.send(from("https://app.example")).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
    let preflight = Request::options(format!("/chatkit/attachments/{waiting}"))
        .header(header::ORIGIN, "https://app.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .body(Body::empty())
        .unwrap();
    let methods = person.send(preflight).await.headers[header::ACCESS_CONTROL_ALLOW_METHODS].clone();
    assert!(
        ["GET", "POST", "PUT"]
            .iter()
            .all(|method| methods.to_str().unwrap().contains(method))
    );
}

#[tokio::test]
async fn a_message_carries_files_into_its_thread() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let id = client.attach("notes.txt", "text/plain", b"buy milk").await;
    let waiting = client.announce("b.txt", 5, "text/plain").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reply = client
        .chatkit("threads.create", json!({ "input": input_with("look", &[&id, &waiting]) }))
        .await;
    assert_eq!(code(&reply), refused(400, "invalid"), "not uploaded yet");
    let many: Vec<&str> = std::iter::repeat_n(id.as_str(), 11).collect();
    let reply = client
        .chatkit("threads.create", json!({ "input": input_with("look", &many) }))
        .await;
    assert_eq!(code(&reply), refused(400, "invalid"), "more than ten");
    assert_eq!(
        client.chatkit("threads.list", json!({})).await.json()["data"],
        json!([]),
        "nothing is half done"
    );

    let events = client
        .chatkit("threads.create", json!({ "input": input_with("", &[&id]) }))
        .await
        .events();
    let thread = thread_of(&events);
    insta::assert_json_snapshot!("a message with a file", events[1]["item"]);
    let titles = client.chatkit("threads.list", json!({})).await.json();
    assert_eq!(
        titles["data"][0]["title"], "notes.txt",
        "a message without words has the file's name for a title"
    );
    let read = client
        .chatkit("items.list", json!({ "thread_id": thread, "order": "asc" }))
        .await
        .json();
    assert_eq!(read["data"][0], events[1]["item"]);

    // Again in the same thread, but not in another.
    let reply = client
        .chatkit(
            "threads.add_user_message",
            json!({ "thread_id": thread, "input": input_with("again", &[&id]) }),
        )
        .await;
    assert_eq!(reply.events()[0]["item"]["attachments"][0]["thread_id"], json!(thread));
    let reply = client
        .chatkit("threads.create", json!({ "input": input_with("look", &[&id]) }))
        .await;
    assert_eq!(code(&reply), refused(400, "invalid"));
    assert_eq!(
        client.chatkit("threads.list", json!({})).await.json()["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_message_that_comes_twice_is_one() {
    let app = TestApp::start().await;
    let mut client = app.program("a@example.com").await;
    let id = client.attach("notes.txt", "text/plain", b"buy milk").await;
    client.headers.insert("idempotency-key", "once".parse().unwrap());
    let ask = async || {
        client
            .chatkit("threads.create", json!({ "input": input_with("look", &[&id]) }))
            .await
            .events()
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!(thread_of(&first), thread_of(&second));
}

async fn removed_rows(app: &TestApp) -> i64 {
    let pool = sqlx::PgPool::connect(&app.database_url).await.unwrap();
    sqlx::query_scalar("select count(*) from attachments")
        .fetch_one(&pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn how_files_go_away() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let [deleted, unsent, sent] = [
        client.attach("1.txt", "text/plain", b"one").await,
        client.attach("2.txt", "text/plain", b"two").await,
        client.attach("3.txt", "text/plain", b"three").await,
    ];
    let delete = client.chatkit("attachments.delete", json!({ "attachment_id": deleted })).await;
    assert_eq!((delete.status, delete.json()), (StatusCode::OK, json!({})));
    let delete = client.chatkit("attachments.delete", json!({ "attachment_id": deleted })).await;
    assert_eq!(code(&delete), refused(404, "not_found"));
    assert_eq!(download(&client, &deleted).await.status, StatusCode::NOT_FOUND);
    assert_eq!((files_in(&app.data), removed_rows(&app).await), (2, 2));

    let events = client
        .chatkit("threads.create", json!({ "input": input_with("look", &[&sent]) }))
        .await
        .events();
    app.clock.forward(TimeDelta::hours(23));
    assert_eq!(app.state.attachments.sweep().await.unwrap(), 0);
    app.clock.forward(TimeDelta::hours(2));
    assert_eq!(
        app.state.attachments.sweep().await.unwrap(),
        1,
        "what was never sent goes after a day"
    );
    assert_eq!(download(&client, &unsent).await.status, StatusCode::NOT_FOUND);
    assert_eq!(download(&client, &sent).await.body, b"three");

    client.chatkit("threads.delete", json!({ "thread_id": thread_of(&events) })).await;
    assert_eq!(
        download(&client, &sent).await.status,
        StatusCode::NOT_FOUND,
        "at once, though its bytes are still there"
    );
    assert_eq!(files_in(&app.data), 1);
    assert_eq!(app.state.attachments.sweep().await.unwrap(), 1);
    assert_eq!((files_in(&app.data), removed_rows(&app).await), (0, 0));
}

#[tokio::test]
async fn the_files_of_a_deleted_account_go_too() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let client = app.program_of(user, &["read", "write", "delete"]).await;
    client.attach("1.txt", "text/plain", b"one").await;
    app.state.store.delete_user(user).await.unwrap();
    assert_eq!(app.state.attachments.sweep().await.unwrap(), 1);
    assert_eq!((files_in(&app.data), removed_rows(&app).await), (0, 0));
}

#[tokio::test]
async fn nobody_fills_the_disk_with_files_that_are_never_sent() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    for _ in 0..100 {
        assert_eq!(client.announce("a.txt", 1, "text/plain").await.status, StatusCode::OK);
    }
    assert_eq!(
        code(&client.announce("a.txt", 1, "text/plain").await),
        refused(429, "too_many_requests")
    );
    let other = app.program("b@example.com").await;
    assert_eq!(other.announce("a.txt", 1, "text/plain").await.status, StatusCode::OK);
}

/// What the model was sent in a request, without the system prompt.
fn told(request: &Value) -> Value {
    json!(request["messages"].as_array().unwrap()[1..])
}
