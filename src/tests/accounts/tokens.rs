use chrono::{DateTime, TimeDelta, Utc};
use kaam::{
    domain::{id::UserId, time::Clock},
    server::{
        auth::{secret, tokens},
        store::accounts::NewToken,
    },
};
use serde_json::json;

use super::*;

async fn token(app: &TestApp, user: UserId, days: Option<i64>) -> String {
    let secret = tokens::random();
    let at = app.clock.now();
    let new = NewToken {
        id: app.clock.token_id(),
        user,
        name: "laptop",
        secret_hash: &secret::hash(&secret),
        scopes: &["read", "write"],
        at,
        expires_at: days.map(|days| at + TimeDelta::days(days)),
    };
    app.state.store.create_token(&new).await.unwrap();
    secret
}

async fn list_threads(client: &Client, authorization: &str) -> u16 {
    let mut request = Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
    request.headers_mut().insert("authorization", authorization.parse().unwrap());
    client.send(request).await.status.as_u16()
}

#[tokio::test]
async fn a_token_is_good_until_it_ends_or_is_revoked() {
    let app = TestApp::start().await;
    let client = app.client();
    let user = app.user("a@x.example").await;
    let (endless, short) = (token(&app, user, None).await, token(&app, user, Some(1)).await);
    for good in [format!("Bearer {endless}"), format!("bearer {endless}"), format!("Bearer {short}")] {
        assert_eq!(list_threads(&client, &good).await, 200);
    }
    for bad in [
        "Bearer ",
        "Bearer kaam_",
        &endless,
        &format!("Basic {endless}"),
        &format!("Bearer {}", tokens::random()),
        &format!("Bearer {endless}x"),
    ] {
        assert_eq!(list_threads(&client, bad).await, 401, "{bad}");
    }
    app.clock.forward(TimeDelta::days(1));
    assert_eq!(list_threads(&client, &format!("Bearer {short}")).await, 401);
    assert_eq!(list_threads(&client, &format!("Bearer {endless}")).await, 200);

    let id = app.state.store.tokens(user).await.unwrap()[0].id;
    app.state.store.revoke_token(id).await.unwrap();
    assert_eq!(list_threads(&client, &format!("Bearer {endless}")).await, 401);
    assert!(app.state.store.revoke_token(id).await.is_err());
    assert_eq!(app.client().chatkit("threads.list", json!({})).await.status, 401);
}

#[tokio::test]
async fn a_token_acts_for_its_owner_only_where_tokens_count() {
    let app = TestApp::start().await;
    let browser = app.client();
    sign_up(&browser, "a@x.example", "").await;
    assert_eq!(
        browser.chatkit("threads.list", json!({})).await.status,
        200,
        "a session is good on /chatkit"
    );
    assert_eq!(
        list_threads(&browser, "Bearer wrong").await,
        401,
        "a wrong token is not mended by a cookie"
    );

    let program = app.program("b@x.example").await;
    assert_eq!(who(&program).await, "", "the page knows people by their cookie only");
    assert_eq!(
        error(&call(&program, "profile", &[("name", "x"), ("zone", "UTC")]).await),
        (401, json!("SignedOut"))
    );
}

#[tokio::test]
async fn the_use_of_a_token_is_noted_once_a_minute() {
    const USED: &str = "select last_used_at from api_tokens";
    let app = TestApp::start().await;
    let client = app.client();
    let user = app.user("a@x.example").await;
    let bearer = format!("Bearer {}", token(&app, user, None).await);
    assert_eq!(ask::<Option<DateTime<Utc>>>(&app, USED).await, None);
    let first = app.clock.now();
    for (seconds, noted) in [(0, 0), (59, 0), (1, 60)] {
        app.clock.forward(TimeDelta::seconds(seconds));
        list_threads(&client, &bearer).await;
        assert_eq!(
            ask::<Option<DateTime<Utc>>>(&app, USED).await,
            Some(first + TimeDelta::seconds(noted))
        );
    }
}

#[tokio::test]
async fn a_token_is_gone_with_its_owner_and_never_kept_as_it_is() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let token = token(&app, user, None).await;
    let row: String = ask(&app, "select t::text from api_tokens t").await;
    assert!(!row.contains(&token[5..]), "{row}");
    app.state.store.delete_user(user).await.unwrap();
    assert_eq!(list_threads(&app.client(), &format!("Bearer {token}")).await, 401);
}
