use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use kaam::{
    domain::time::Clock,
    server::{auth::About, store::accounts::Tokens},
};
use serde_json::json;

use super::*;

const EMAIL: &str = "sana@x.example";
const OTHER: &str = "seven goats read the newspaper";

/// The value of the session cookie that an answer sets.
fn session_of(reply: &Reply) -> &str {
    let (_, value) = session_cookie(reply).split(';').next().unwrap().split_once('=').unwrap();
    value
}

/// The session's cookie among those that are set, with its attributes.
fn session_cookie(reply: &Reply) -> &str {
    let mut cookies = cookies(reply).into_iter();
    cookies.find(|cookie| cookie.contains("kaam_session=")).unwrap()
}

/// Asks with this session cookie and no other.
fn with_session(app: &TestApp, session: &str) -> Client {
    let mut client = app.client();
    client.headers.insert("cookie", format!("kaam_session={session}").parse().unwrap());
    client
}

#[tokio::test]
async fn signing_in_and_out() {
    let app = TestApp::start().await;
    sign_up(&app.client(), EMAIL, "").await;
    let client = app.client();
    assert_eq!(who(&client).await, "");

    let reply = sign_in(&client, " Sana@X.example", PASSWORD).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (200, "/chat"));
    let attributes: Vec<&str> = session_cookie(&reply).split("; ").skip(1).collect();
    for wanted in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(attributes.contains(&wanted), "{wanted}: {attributes:?}");
    }
    assert!(!attributes.contains(&"Secure"), "without HTTPS the cookie would not come back");
    assert_eq!(who(&client).await, EMAIL);
    let session = session_of(&reply).to_owned();

    let reply = call(&client, "sign-out", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (200, "/sign-in"));
    assert_eq!(who(&client).await, "");
    assert_eq!(who(&with_session(&app, &session)).await, "", "the session itself is over");
    assert_eq!(call(&client, "sign-out", &[]).await.status, 200, "twice does no harm");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = TestApp::start().await;
    sign_up(&app.client(), EMAIL, "").await;
    app.user("without@a.password").await;
    for (email, password) in [
        (EMAIL, "wrong password"),
        ("nobody@x.example", PASSWORD),
        ("nonsense", PASSWORD),
        ("", ""),
    ] {
        let reply = sign_in(&app.client(), email, password).await;
        assert_eq!(error(&reply), (401, json!("WrongCredentials")), "{email}");
        assert!(cookies(&reply).is_empty());
    }
}

#[tokio::test]
async fn a_session_has_a_new_id_after_signing_in() {
    let app = TestApp::start().await;
    sign_up(&app.client(), EMAIL, "").await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    let reply = sign_in(&with_session(&app, planted), EMAIL, PASSWORD).await;
    let first = session_of(&reply);
    assert_ne!(first, planted);
    assert_eq!(who(&with_session(&app, first)).await, EMAIL);
    let reply = sign_in(&with_session(&app, first), EMAIL, PASSWORD).await;
    let second = session_of(&reply);
    assert_ne!(second, first);
    assert_eq!(who(&with_session(&app, second)).await, EMAIL);
    for over in [first, planted] {
        assert_eq!(who(&with_session(&app, over)).await, "");
    }
}

#[tokio::test]
async fn only_a_hash_of_the_id_is_kept_and_whose_it_is() {
    let app = TestApp::start().await;
    let reply = sign_up(&app.client(), EMAIL, "").await;
    let row: String = ask(&app, "select s::text from sessions s").await;
    assert!(!row.contains(session_of(&reply)), "{row}");
    assert_eq!(ask::<i32>(&app, "select length(id_hash) from sessions").await, 32);
    assert!(ask::<bool>(&app, "select s.user_id = u.id from sessions s, users u").await);
}

#[tokio::test]
async fn a_session_is_prolonged_once_an_hour_and_ends_after_30_days_of_silence() {
    const ENDS: &str = "select expires_at from sessions";
    let app = TestApp::start().await;
    let client = app.client();
    sign_up(&client, EMAIL, "").await;
    let ends: DateTime<Utc> = ask(&app, ENDS).await;
    assert_eq!(ends, app.clock.now() + TimeDelta::days(30));

    app.clock.forward(TimeDelta::minutes(59));
    assert!(cookies(&client.json("/api/account/viewer", json!({})).await).is_empty());
    assert_eq!(ask::<DateTime<Utc>>(&app, ENDS).await, ends, "reading writes nothing");

    app.clock.forward(TimeDelta::minutes(1));
    let reply = client.json("/api/account/viewer", json!({})).await;
    assert!(cookies(&reply)[0].contains("Max-Age=2592000"));
    assert_eq!(ask::<DateTime<Utc>>(&app, ENDS).await, ends + TimeDelta::hours(1));

    app.clock.forward(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(who(&client).await, EMAIL);
    app.clock.forward(TimeDelta::days(30));
    assert_eq!(who(&client).await, "");
    assert_eq!(
        ask::<i64>(&app, "select count(*) from sessions").await,
        0,
        "what has ended is deleted when it is met"
    );
}

#[tokio::test]
async fn ended_sessions_are_swept() {
    let app = TestApp::start().await;
    sign_up(&app.client(), EMAIL, "").await;
    app.clock.forward(TimeDelta::days(1));
    sign_in(&app.client(), EMAIL, PASSWORD).await;
    app.clock.forward(TimeDelta::days(29));
    assert_eq!(app.state.store.delete_expired_sessions(app.clock.now()).await.unwrap(), 1);
    assert_eq!(ask::<i64>(&app, "select count(*) from sessions").await, 1);
}

#[tokio::test]
async fn another_password_signs_out_everywhere() {
    let app = TestApp::start().await;
    let (one, other) = (app.client(), app.client());
    sign_up(&one, EMAIL, "").await;
    sign_in(&other, EMAIL, PASSWORD).await;
    let stranger = app.client();
    sign_up(&stranger, "other@x.example", "").await;

    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    let hash = app
        .state
        .passwords
        .hash(OTHER.into(), About { email: EMAIL, name: "" })
        .await
        .unwrap();
    app.state
        .store
        .set_password(user.id, &hash, Tokens::Keep, app.clock.now())
        .await
        .unwrap();
    assert_eq!((who(&one).await, who(&other).await), (String::new(), String::new()));
    assert_eq!(who(&stranger).await, "other@x.example");
    assert_eq!(sign_in(&one, EMAIL, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&one, EMAIL, OTHER).await.status, 200);
}

#[tokio::test]
async fn whose_account_is_gone_is_nobody() {
    let app = TestApp::start().await;
    let client = app.client();
    sign_up(&client, EMAIL, "").await;
    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    app.state.store.delete_user(user.id).await.unwrap();
    assert_eq!(who(&client).await, "");
    assert_eq!(
        ask::<i64>(&app, "select (select count(*) from sessions) + (select count(*) from user_emails)").await,
        0
    );
    assert_eq!(sign_in(&client, EMAIL, PASSWORD).await.status, 401);
}

#[tokio::test]
async fn guessing_is_slow() {
    let app = TestApp::start().await;
    sign_up(&app.client(), EMAIL, "").await;
    for _ in 0..10 {
        assert_eq!(sign_in(&app.client(), EMAIL, "wrong password").await.status, 401);
    }
    for password in ["wrong password", PASSWORD] {
        let reply = sign_in(&app.client(), EMAIL, password).await;
        assert_eq!(error(&reply), (429, json!({ "TooMany": 300 })));
        assert_eq!(reply.headers["retry-after"], "300");
    }
    assert_eq!(sign_in(&app.client(), "nobody@x.example", PASSWORD).await.status, 401);
    app.clock.forward(TimeDelta::minutes(5));
    assert_eq!(sign_in(&app.client(), EMAIL, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::with(&[("KAAM_PUBLIC_URL", "https://kaam.example"), ("KAAM_SIGN_UP", "open")]).await;
    let client = app.client();
    let reply = sign_up(&client, EMAIL, "").await;
    assert!(
        cookies(&reply)
            .iter()
            .all(|cookie| cookie.starts_with("__Host-") && cookie.contains("; Secure"))
    );
    let cookie = session_cookie(&reply).to_owned();
    assert!(
        cookie.starts_with("__Host-kaam_session=") && cookie.contains("; Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    let reply = call(&client, "sign-out", &[]).await;
    assert!(
        cookies(&reply)
            .iter()
            .any(|cookie| cookie.starts_with("__Host-kaam_session=; Path=/; Max-Age=0") && cookie.contains("; Secure"))
    );
    assert_eq!(who(&client).await, "");
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let app = TestApp::start().await;
    let client = app.client();
    sign_up(&client, EMAIL, "").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let mut request = request("profile", &[("name", "Mallory"), ("zone", "UTC")]);
        request.headers_mut().insert(name, value.parse().unwrap());
        let reply = client.send(request).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(reply.json()["error"]["code"], "forbidden");

        let mut request = Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(client.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(viewer(&client).await["me"]["name"], "Sana");
    let mut own = request("profile", &[("name", "Amina"), ("zone", "UTC")]);
    own.headers_mut().insert("origin", "http://127.0.0.1:3000".parse().unwrap());
    assert_eq!(client.send(own).await.status, StatusCode::OK);
    assert_eq!(viewer(&client).await["me"]["name"], "Amina");
}
