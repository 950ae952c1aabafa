//! What the door says and lets through: headers, redirects, origins, streams of who has signed out.

use std::time::Duration;

use axum::http::{HeaderMap, Request as HttpRequest};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::*;

const EMAIL: &str = "sana@x.example";

/// A form without JavaScript, sent from this address.
fn form_from(referer: &str, function: &str, fields: &[(&str, &str)]) -> HttpRequest<Body> {
    let mut request = request(function, fields);
    let headers = request.headers_mut();
    headers.insert("accept", "text/html".parse().unwrap());
    headers.insert("host", "127.0.0.1:3000".parse().unwrap());
    headers.insert("referer", referer.parse().unwrap());
    request
}

#[tokio::test]
async fn a_form_leads_to_no_other_site() {
    let app = TestApp::start().await;
    let client = app.client();
    for function in ["sign-in", "appearance"] {
        let fields = [("email", EMAIL), ("password", "wrong"), ("locale", "En"), ("theme", "Dark")];
        for evil in [
            "https://evil.example/x",
            "http://127.0.0.1:3000.evil.example/",
            "http://127.0.0.1:3000@evil.example/",
        ] {
            let reply = client.send(form_from(evil, function, &fields)).await;
            assert_eq!(reply.status, 302, "{function}");
            let to = reply.location();
            assert!(
                to.starts_with("http://127.0.0.1:3000/") || (to.starts_with('/') && !to.starts_with("//")),
                "{function}: {to}"
            );
        }
        let reply = client.send(form_from("http://127.0.0.1:3000/sign-in?x=1", function, &fields)).await;
        assert!(
            reply.location().starts_with("http://127.0.0.1:3000/sign-in?x=1"),
            "{}",
            reply.location()
        );
    }
}

#[tokio::test]
async fn a_token_beside_the_cookie_opens_nothing_to_other_sites() {
    let app = TestApp::start().await;
    let (browser, program) = app.both(EMAIL).await;
    let token = program.headers["authorization"].clone();
    let evil = |mut request: HttpRequest<Body>, value: &str| {
        request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
        request.headers_mut().insert("authorization", value.parse().unwrap());
        request
    };
    let list = || Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
    for value in ["Bearer x", token.to_str().unwrap()] {
        let profile = request("profile", &[("name", "Mallory"), ("zone", "UTC")]);
        assert_eq!(browser.send(evil(profile, value)).await.status, 403, "{value}");
        assert_eq!(browser.send(evil(list(), value)).await.status, 403, "{value}");
    }
    assert_eq!(viewer(&browser).await["me"]["name"], "Sana");
    assert_eq!(
        program.send(evil(list(), token.to_str().unwrap())).await.status,
        200,
        "a token alone needs no origin"
    );
}

#[tokio::test]
async fn answers_with_what_is_somebodys_are_kept_nowhere() {
    let app = TestApp::start().await;
    let (browser, program) = app.both(EMAIL).await;
    let replies = [
        browser.get("/chat").await,
        browser.json("/api/account/viewer", json!({})).await,
        browser.json("/api/chat/threads", json!({})).await,
        browser.chatkit("threads.list", json!({})).await,
        program.chatkit("threads.list", json!({})).await,
        app.client().chatkit("threads.list", json!({})).await,
        program.json("/api/v1/tools/list_tasks", json!({})).await,
        app.client().json("/api/v1/tools/list_tasks", json!({})).await,
        program.json("/mcp", json!({})).await,
        app.client().get("/chat").await,
        app.client().get("/readyz").await,
    ];
    for (n, reply) in replies.iter().enumerate() {
        assert_eq!(reply.headers["cache-control"], "no-store", "{n}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_keep_to_https_where_it_is_used() {
    let header = |headers: &HeaderMap| {
        headers
            .get("strict-transport-security")
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let app = TestApp::start().await;
    assert_eq!(header(&app.client().get("/sign-in").await.headers), None);
    let app = TestApp::with(&[("KAAM_PUBLIC_URL", "https://kaam.example")]).await;
    for path in ["/sign-in", "/healthz", "/nothing", "/favicon.svg"] {
        let reply = app.client().get(path).await;
        assert_eq!(header(&reply.headers).as_deref(), Some("max-age=31536000"), "{path}");
    }
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_has_fetched_and_not_what_is_unsent() {
    let app = TestApp::start().await;
    let browser = app.person(EMAIL).await;
    let reply = call(&browser, "sign-out", &[]).await;
    assert_eq!(reply.headers["clear-site-data"], "\"cache\"");
}

/// Opens the stream of changes and reads its first event.
async fn stream(client: &Client) -> Body {
    let response = client.open(Client::json_request("/api/changes", &json!({ "follow": [] }))).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    body
}

/// Reads until the stream ends, which says why.
async fn ends(mut body: Body) -> bool {
    let mut text = String::new();
    let read = async {
        while let Some(frame) = body.frame().await {
            text.push_str(&String::from_utf8_lossy(frame.unwrap().data_ref().unwrap()));
        }
    };
    timeout(Duration::from_secs(5), read).await.is_ok() && text.contains("SignedOut")
}

#[tokio::test]
async fn the_stream_of_changes_ends_with_its_session() {
    let app = TestApp::start().await;
    let (one, other) = (app.person(EMAIL).await, app.client());
    sign_in(&other, EMAIL, PASSWORD).await;
    let (mine, theirs) = (stream(&one).await, stream(&other).await);
    call(&one, "sign-out", &[]).await;
    assert!(ends(mine).await);
    let mut theirs = theirs;
    let goes_on = async {
        while let Some(told) = theirs.frame().await {
            if String::from_utf8_lossy(told.unwrap().data_ref().unwrap()).contains("signed-out") {
                return true;
            }
        }
        false
    };
    assert!(
        timeout(Duration::from_secs(5), goes_on).await.unwrap(),
        "the other session hears of it, and goes on"
    );
    sign_in(&one, EMAIL, PASSWORD).await;
    call(
        &one,
        "password",
        &[("current", PASSWORD), ("password", "seven goats read the newspaper")],
    )
    .await;
    assert!(ends(theirs).await, "a new password ends it as well");
}

#[tokio::test]
async fn another_process_ends_the_stream_as_well() {
    let app = TestApp::start().await;
    let beside = app.beside().await;
    let browser = app.person(EMAIL).await;
    let open = stream(&browser).await;
    // The session of this server, ended by the other one.
    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    beside.state.store.delete_sessions_of(user.id).await.unwrap();
    beside.state.store.changed(user.id, kaam::server::store::changes::Hint::SignedOut);
    assert!(ends(open).await);
}
