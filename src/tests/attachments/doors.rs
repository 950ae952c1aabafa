//! Who is let in to a file by its key alone, and files that come in one go.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    super::app::{Client, Reply, TestApp},
    PNG, code, download, files_in, refused, removed_rows,
};

/// The path, with the key, of an address that a client was given.
fn local(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned()
}

/// Announces a picture; gives its id and the path for its bytes.
async fn announced(client: &Client) -> (String, String) {
    let announced = client.announce("p.png", PNG.len(), "image/png").await.json();
    let path = local(&announced["upload_descriptor"]["url"]);
    assert_eq!(path, local(&announced["preview_url"]));
    (announced["id"].as_str().unwrap().to_owned(), path)
}

/// A form with one field, whose part has these further headers.
fn form(path: &str, name: &str, about: &str, bytes: &[u8]) -> Request<Body> {
    let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{about}\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .unwrap()
}

fn put(path: &str) -> Request<Body> {
    Request::put(path).body(Body::from(PNG)).unwrap()
}

const A_PICTURE: &str = "; filename=\"p.png\"\r\nContent-Type: image/png";

async fn send_new(client: &Client, about: &str, bytes: &[u8]) -> Reply {
    client.send(form("/chatkit/attachments", "file", about, bytes)).await
}

#[tokio::test]
async fn the_key_lets_in_by_itself() {
    let app = TestApp::start().await;
    let (owner, nobody) = (app.program("a@example.com").await, app.client());
    for method in [Method::PUT, Method::POST] {
        let (id, path) = announced(&owner).await;
        assert_eq!(code(&nobody.get(&path).await), refused(404, "not_found"), "its bytes have not come");
        let request = if method == Method::PUT {
            put(&path)
        } else {
            form(&path, "file", A_PICTURE, PNG)
        };
        let sent = nobody.send(request).await;
        assert_eq!((sent.status, &sent.json()["id"]), (StatusCode::OK, &json!(id)), "{method}");
        assert_eq!(local(&sent.json()["preview_url"]), path);
        assert_eq!(code(&nobody.send(put(&path)).await), refused(409, "conflict"), "once");
        for path in [path.clone(), format!("/api{path}")] {
            assert_eq!(nobody.get(&path).await.body, PNG);
        }
        // The person needs no key, and a token that is good for nothing does not stand in its way.
        assert_eq!(download(&owner, &id).await.body, PNG);
        let request = Request::get(&path).header(header::AUTHORIZATION, "Bearer kaam_wrong");
        assert_eq!(nobody.send(request.body(Body::empty()).unwrap()).await.body, PNG);
        assert_eq!(
            download(&nobody, &id).await.status,
            StatusCode::UNAUTHORIZED,
            "without it all is as ever"
        );
    }
}

#[tokio::test]
async fn the_key_is_for_one_file_while_that_is_there() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let (owner, nobody) = (app.program_of(user, &["read", "write", "delete"]).await, app.client());
    let (first, first_path) = announced(&owner).await;
    let (second, second_path) = announced(&owner).await;
    assert_eq!(nobody.send(put(&first_path)).await.status, StatusCode::OK);
    let key = |path: &str| path.split_once("?key=").unwrap().1.to_owned();
    for (id, key) in [
        (&first, key(&second_path)),
        (&second, key(&first_path)),
        (&first, "0".repeat(32)),
        (&first, String::new()),
        (&first, key(&first_path)[1..].to_owned()),
        (&first, format!("{0}&key={0}", key(&first_path))),
        (&"nonsense".to_owned(), key(&first_path)),
    ] {
        let path = format!("/chatkit/attachments/{id}?key={key}");
        for client in [&nobody, &owner] {
            for reply in [
                client.get(&path).await,
                client.send(put(&path)).await,
                client.send(form(&path, "file", A_PICTURE, PNG)).await,
            ] {
                assert_eq!(code(&reply), refused(404, "not_found"), "{path}");
            }
        }
    }
    assert_eq!(
        code(&nobody.get(&second_path).await),
        refused(404, "not_found"),
        "nothing came of it"
    );

    // It opens nothing else.
    let key = key(&first_path);
    let new = form(&format!("/chatkit/attachments?key={key}"), "file", A_PICTURE, PNG);
    assert_eq!(code(&nobody.send(new).await), refused(404, "not_found"));
    let delete = json!({ "type": "attachments.delete", "params": { "attachment_id": first } });
    let reply = nobody.json(&format!("/chatkit?key={key}"), delete).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);

    // What is removed is removed for keys as well, and so is what was never sent, and what a deleted account had.
    owner.chatkit("attachments.delete", json!({ "attachment_id": first })).await;
    assert_eq!(code(&nobody.get(&first_path).await), refused(404, "not_found"));
    assert_eq!(code(&nobody.send(put(&first_path)).await), refused(404, "not_found"));
    app.clock.forward(TimeDelta::hours(25));
    app.state.attachments.sweep().await.unwrap();
    assert_eq!(code(&nobody.send(put(&second_path)).await), refused(404, "not_found"));
    let (_, third_path) = announced(&owner).await;
    assert_eq!(nobody.send(put(&third_path)).await.status, StatusCode::OK);
    app.state.store.delete_user(user).await.unwrap();
    assert_eq!(
        code(&nobody.get(&third_path).await),
        refused(404, "not_found"),
        "at once, though its bytes are still there"
    );
    assert_eq!(files_in(&app.data), 1);
}

#[tokio::test]
async fn pages_of_others_show_a_picture_by_its_key() {
    let app = TestApp::with(&[("CORS_ALLOWED_ORIGINS", "https://app.example")]).await;
    let (owner, browser) = (app.program("a@example.com").await, app.client());
    let (id, path) = announced(&owner).await;
    let from = |origin: &str| {
        let mut request = form(&path, "file", A_PICTURE, PNG);
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        request
    };
    assert_eq!(code(&browser.send(from("https://evil.example")).await), refused(403, "forbidden"));
    let sent = browser.send(from("https://app.example")).await;
    assert_eq!(sent.status, StatusCode::OK);
    assert_eq!(sent.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");

    // As `<img>` asks: with no origin, and no header of ours.
    let image = Request::get(&path)
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-dest", "image")
        .header("sec-fetch-mode", "no-cors")
        .body(Body::empty())
        .unwrap();
    let shown = browser.send(image).await;
    assert_eq!(shown.body, PNG);
    for (name, value) in [
        ("cross-origin-resource-policy", "cross-origin"),
        ("content-type", "image/png"),
        ("content-disposition", "inline; filename=\"p.png\"; filename*=UTF-8''p.png"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=600"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        assert_eq!(shown.headers.get(name).unwrap(), value, "{name}");
    }
    let own = download(&owner, &id).await;
    assert_eq!(own.headers["cross-origin-resource-policy"], "same-origin", "without the key");
}

#[tokio::test]
async fn a_file_in_one_go() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let sent = send_new(&client, A_PICTURE, PNG).await;
    insta::assert_json_snapshot!("brought in one go", sent.json());
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(download(&client, &id).await.body, PNG);
    assert_eq!(app.client().get(&local(&sent.json()["preview_url"])).await.body, PNG);

    // What the bytes are counts more than what the form says, and the name where it says nothing.
    let other = form("/api/chatkit/attachments", "file", "; filename=\"../بل.md\"", "# دودھ".as_bytes());
    let other = client.send(other).await.json();
    assert_eq!((&other["name"], &other["mime_type"]), (&json!("بل.md"), &json!("text/markdown")));
    let wrong = send_new(&client, "; filename=\"p.txt\"\r\nContent-Type: text/plain; charset=utf-8", PNG).await;
    assert_eq!(wrong.json()["mime_type"], "image/png");
    assert_eq!((files_in(&app.data), removed_rows(&app).await), (3, 3));
}

#[tokio::test]
async fn what_is_refused_in_one_go_leaves_nothing() {
    let app = TestApp::start().await;
    let user = app.user("a@example.com").await;
    let client = app.program_of(user, &["write"]).await;
    let a_text = "; filename=\"a.txt\"\r\nContent-Type: text/plain";
    for (about, bytes, status, code_name) in [
        (A_PICTURE, &b"MZ\x90\0\x03"[..], 415, "unsupported_media_type"),
        (a_text, b"<svg onload='alert(1)'/>", 415, "unsupported_media_type"),
        (
            "; filename=\"a.html\"\r\nContent-Type: text/html",
            b"x",
            415,
            "unsupported_media_type",
        ),
        (a_text, b"", 400, "invalid"),
        ("; filename=\" \"\r\nContent-Type: text/plain", b"x", 400, "invalid"),
        ("\r\nContent-Type: text/plain", b"x", 400, "invalid"),
        (a_text, &vec![b'x'; 10 * 1024 * 1024 + 1], 413, "too_large"),
        (a_text, &vec![b'x'; 11 * 1024 * 1024], 413, "too_large"),
    ] {
        let reply = send_new(&client, about, bytes).await;
        assert_eq!(code(&reply), refused(status, code_name), "{about}, {} bytes", bytes.len());
    }
    let path = "/chatkit/attachments";
    assert_eq!(
        code(&client.send(form(path, "other", a_text, b"x")).await),
        refused(400, "invalid"),
        "no field `file`"
    );
    let bare = Request::post(path).header(header::CONTENT_TYPE, "image/png").body(Body::from(PNG));
    assert_eq!(code(&client.send(bare.unwrap()).await), refused(415, "unsupported_media_type"));
    let announced = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header(header::CONTENT_LENGTH, 1_u64 << 40)
        .body(Body::empty());
    assert_eq!(code(&client.send(announced.unwrap()).await), refused(413, "too_large"));

    let nobody = app.client();
    assert_eq!(send_new(&nobody, A_PICTURE, PNG).await.status, StatusCode::UNAUTHORIZED);
    let reader = app.program_of(user, &["read"]).await;
    assert_eq!(code(&send_new(&reader, A_PICTURE, PNG).await), refused(403, "forbidden"));
    let seats: Vec<_> = (0..4).map(|_| app.state.uploads.take(user).unwrap()).collect();
    assert_eq!(code(&send_new(&client, A_PICTURE, PNG).await), refused(429, "too_many_requests"));
    assert_eq!((files_in(&app.data), removed_rows(&app).await), (0, 0));
    drop(seats);
    assert_eq!(send_new(&client, A_PICTURE, PNG).await.status, StatusCode::OK);
}
