use kaam::{domain::time::Clock, server::auth::setup_link};
use serde_json::json;

use super::*;

async fn state(client: &Client, setup: Option<&str>) -> Value {
    client.json("/api/account/sign-up-state", json!({ "setup": setup })).await.json()
}

async fn offer(app: &TestApp) -> Option<String> {
    let link = setup_link::offer(&app.state.config, &app.state.store, app.clock.now())
        .await
        .unwrap()?;
    let (page, token) = link.split_once("?setup=").unwrap();
    assert_eq!(page, "http://127.0.0.1:3000/sign-up");
    Some(token.to_owned())
}

#[tokio::test]
async fn the_first_account_is_made_with_the_set_up_link_and_then_no_more() {
    let app = TestApp::with(&[("KAAM_SIGN_UP", "setup")]).await;
    let client = app.client();
    let token = offer(&app).await.unwrap();
    assert_eq!(state(&client, None).await, json!("NeedsLink"));
    assert_eq!(state(&client, Some("wrong")).await, json!("NeedsLink"));
    assert_eq!(state(&client, Some(&token)).await, json!("Setup"));
    for wrong in ["", "wrong"] {
        assert_eq!(error(&sign_up(&client, "a@x.example", wrong).await), (403, json!("SignUpClosed")));
    }

    let reply = sign_up(&client, "A@X.example", &token).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (200, "/chat"), "{}", reply.text());
    assert_eq!(who(&client).await, "a@x.example");
    assert!(ask::<bool>(&app, "select is_admin from users").await);

    assert_eq!(state(&client, Some(&token)).await, json!("Closed"));
    assert_eq!(
        error(&sign_up(&app.client(), "b@x.example", &token).await),
        (403, json!("SignUpClosed"))
    );
    assert_eq!(offer(&app).await, None);
}

#[tokio::test]
async fn a_new_link_ends_the_earlier_one_and_any_account_ends_all() {
    let app = TestApp::with(&[("KAAM_SIGN_UP", "setup")]).await;
    let (first, second) = (offer(&app).await.unwrap(), offer(&app).await.unwrap());
    assert_eq!(state(&app.client(), Some(&first)).await, json!("NeedsLink"));
    assert_eq!(state(&app.client(), Some(&second)).await, json!("Setup"));
    app.user("made@by.command").await;
    assert_eq!(
        error(&sign_up(&app.client(), "a@x.example", &second).await),
        (403, json!("SignUpClosed"))
    );
    assert_eq!(state(&app.client(), Some(&second)).await, json!("Closed"));
}

#[tokio::test]
async fn of_two_with_the_same_link_one_gets_in() {
    let app = TestApp::with(&[("KAAM_SIGN_UP", "setup")]).await;
    let token = offer(&app).await.unwrap();
    let (one, other) = (app.client(), app.client());
    let replies = tokio::join!(sign_up(&one, "a@x.example", &token), sign_up(&other, "b@x.example", &token));
    let mut statuses = [replies.0.status.as_u16(), replies.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
    assert_eq!(ask::<i64>(&app, "select count(*) from users").await, 1);
}

#[tokio::test]
async fn nobody_signs_up_where_it_is_closed() {
    let app = TestApp::with(&[("KAAM_SIGN_UP", "closed")]).await;
    assert_eq!(state(&app.client(), None).await, json!("Closed"));
    assert_eq!(
        error(&sign_up(&app.client(), "a@x.example", "").await),
        (403, json!("SignUpClosed"))
    );
    assert_eq!(offer(&app).await, None);
}

#[tokio::test]
async fn what_an_account_needs() {
    let app = TestApp::start().await;
    let client = app.client();
    assert_eq!(state(&client, None).await, json!("Open"));
    let long = "x".repeat(201);
    for (email, password, name, expected) in [
        ("nobody", PASSWORD, "", (422, json!("EmailInvalid"))),
        ("a\0@x.example", PASSWORD, "", (422, json!("EmailInvalid"))),
        ("a@x.example", "v9#Kq2x!w", "", (422, json!("PasswordInvalid"))),
        ("a@x.example", &long, "", (422, json!("PasswordInvalid"))),
        ("a@x.example", "password", "", (422, json!("PasswordInvalid"))),
        ("a@x.example", "password12", "", (422, json!({ "PasswordWeak": "Common" }))),
        ("a@x.example", "1234567890", "", (422, json!({ "PasswordWeak": "Common" }))),
        (
            "zarminakhattak@x.example",
            "zarminakhattak7",
            "",
            (422, json!({ "PasswordWeak": "Personal" })),
        ),
        ("a@x.example", PASSWORD, &long, (422, json!("TooLong"))),
    ] {
        let reply = call(&client, "sign-up", &[("email", email), ("password", password), ("name", name)]).await;
        assert_eq!(error(&reply), expected, "{email} {password} {name}");
    }
    assert_eq!(call(&client, "sign-up", &[("email", "a@x.example")]).await.json(), json!("Invalid"));

    let reply = call(
        &client,
        "sign-up",
        &[("email", "a@x.example"), ("password", PASSWORD), ("zone", "Mars/Base")],
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        viewer(&client).await["me"],
        json!({ "email": "a@x.example", "name": "a@x.example", "zone": "UTC" })
    );
    assert_eq!(
        error(&sign_up(&app.client(), " A@X.EXAMPLE ", "").await),
        (409, json!("SignUpRefused"))
    );
}
