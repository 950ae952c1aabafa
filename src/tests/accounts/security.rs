//! Changing the password, showing once more who one is, and guessing.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use chrono::TimeDelta;
use kaam::{
    domain::time::Clock,
    server::{auth::About, store::accounts::Tokens},
};

use super::*;

const EMAIL: &str = "sana@x.example";
const OTHER: &str = "seven goats read the newspaper";
const ABOUT: About<'_> = About { email: EMAIL, name: "" };
const ADD: &str = "/api/tokens/add";

async fn change(browser: &Client, current: &str, new: &str, revoke: bool) -> Reply {
    let mut fields = vec![("current", current), ("password", new)];
    if revoke {
        fields.push(("revoke", "true"));
    }
    call(browser, "password", &fields).await
}

async fn works(program: &Client) -> bool {
    program.json("/api/v1/tools/list_tasks", json!({})).await.status == 200
}

async fn tokens(app: &TestApp) -> usize {
    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    app.state.store.tokens(user.id).await.unwrap().len()
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_tokens_where_that_is_wanted() {
    let app = TestApp::start().await;
    let (browser, program) = app.both(EMAIL).await;
    let other = app.client();
    sign_in(&other, EMAIL, PASSWORD).await;
    let page = browser.get("/settings").await.text();
    let (_, form) = page.split_once("data-testid=\"password-form\"").unwrap();
    let (_, checkbox) = form.split_once("name=\"revoke\"").unwrap();
    assert!(
        checkbox.split('>').next().unwrap().contains("checked"),
        "revoking is what is offered"
    );

    let reply = change(&browser, PASSWORD, OTHER, false).await;
    assert_eq!(
        (reply.status.as_u16(), reply.location()),
        (200, "/settings?changed=password#security")
    );
    assert_eq!((who(&browser).await.as_str(), who(&other).await.as_str()), (EMAIL, ""));
    assert!(works(&program).await, "it was not wanted that tokens end");
    assert_eq!(sign_in(&other, EMAIL, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&other, EMAIL, OTHER).await.status, 200);

    change(&browser, OTHER, PASSWORD, true).await;
    assert!(!works(&program).await);
    assert_eq!(who(&other).await, "");
    let stranger = app.person("other@x.example").await;
    assert_eq!(who(&stranger).await, "other@x.example", "others are not concerned");
}

#[tokio::test]
async fn the_password_is_changed_by_whoever_knows_it() {
    let app = TestApp::start().await;
    let browser = app.person(EMAIL).await;
    for _ in 0..10 {
        assert_eq!(
            error(&change(&browser, "wrong password", OTHER, true).await),
            (403, json!("WrongPassword"))
        );
    }
    assert_eq!(
        change(&browser, PASSWORD, OTHER, true).await.status,
        429,
        "guessing is slow here, too"
    );
    assert_eq!(sign_in(&app.client(), EMAIL, PASSWORD).await.status, 200, "and slows nobody else");
    app.clock.forward(TimeDelta::minutes(1));
    assert_eq!(
        error(&change(&browser, PASSWORD, "short", true).await),
        (422, json!("PasswordInvalid"))
    );
    assert_eq!(change(&browser, PASSWORD, OTHER, true).await.status, 200);
    assert_eq!(error(&change(&app.client(), PASSWORD, OTHER, true).await).0, 401);
    let program = app.program("p@x.example").await;
    assert_eq!(
        change(&program, PASSWORD, OTHER, true).await.status,
        401,
        "a token changes no password"
    );
}

#[tokio::test]
async fn a_token_takes_the_password_when_somebody_signed_in_long_ago() {
    let app = TestApp::start().await;
    let browser = app.person(EMAIL).await;
    let fields = [("name", "x"), ("read", "true")];
    app.clock.forward(TimeDelta::seconds(299));
    assert!(!browser.get("/settings").await.text().contains("token-password"));
    assert_eq!(browser.form(ADD, &fields).await.location(), "/settings#tokens");
    app.clock.forward(TimeDelta::seconds(1));
    assert!(browser.get("/settings").await.text().contains("token-password"));
    let refused = browser.form(ADD, &fields).await;
    assert!(refused.location().contains("__err="), "{}", refused.location());
    let refused = browser.form(ADD, &[("name", "x"), ("read", "true"), ("password", "wrong")]).await;
    assert!(refused.location().contains("__err="), "{}", refused.location());
    assert_eq!(tokens(&app).await, 1);
    let with_password = [("name", "x"), ("read", "true"), ("password", PASSWORD)];
    assert_eq!(browser.form(ADD, &with_password).await.location(), "/settings#tokens");
    assert_eq!(
        browser.form(ADD, &fields).await.location(),
        "/settings#tokens",
        "for some minutes it is enough to have given it"
    );
    assert_eq!(tokens(&app).await, 3);
}

#[tokio::test]
async fn a_token_ends_after_90_days_unless_something_else_is_said() {
    let app = TestApp::start().await;
    let browser = app.person(EMAIL).await;
    for days in [None, Some("0"), Some("30")] {
        let mut fields = vec![("name", "x"), ("read", "true")];
        fields.extend(days.map(|days| ("days", days)));
        assert_eq!(browser.form(ADD, &fields).await.location(), "/settings#tokens");
        app.clock.forward(TimeDelta::seconds(1));
    }
    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    let lasts: Vec<Option<i64>> = app
        .state
        .store
        .tokens(user.id)
        .await
        .unwrap()
        .iter()
        .map(|token| token.expires_at.map(|end| (end - token.created_at).num_days()))
        .collect();
    assert_eq!(lasts, [Some(90), None, Some(30)]);
}

/// Signs in from this address.
async fn from(client: &Client, address: [u8; 4], email: &str, password: &str) -> Reply {
    let mut request = request("sign-in", &[("email", email), ("password", password)]);
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 1))));
    client.send(request).await
}

#[tokio::test]
async fn a_hundred_addresses_do_not_lock_out_the_owner() {
    let app = TestApp::start().await;
    let owner = app.client();
    let reply = sign_up(&owner, EMAIL, "").await;
    let cookie = cookies(&reply)
        .into_iter()
        .find(|cookie| cookie.starts_with("kaam_device="))
        .unwrap()
        .to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=34560000"), "{cookie}");
    let secret = cookie.trim_start_matches("kaam_device=").split(';').next().unwrap();
    let row: String = ask(&app, "select d::text from known_devices d").await;
    assert!(!row.contains(secret), "only a hash is kept");
    call(&owner, "sign-out", &[]).await;

    let mut slowed = 0;
    for n in 0..100 {
        let reply = from(&app.client(), [203, 0, 113, n], EMAIL, "wrong password").await;
        assert!([401, 429].contains(&reply.status.as_u16()));
        slowed += u32::from(reply.status == 429);
    }
    assert_eq!(slowed, 50, "the account is slowed over all addresses");
    assert_eq!(
        from(&app.client(), [198, 51, 100, 1], EMAIL, PASSWORD).await.status,
        429,
        "a browser that is not known waits"
    );
    assert_eq!(from(&owner, [198, 51, 100, 2], EMAIL, PASSWORD).await.status, 200);
    assert_eq!(who(&owner).await, EMAIL);

    let other = app.client();
    sign_up(&other, "other@x.example", "").await;
    assert_eq!(
        from(&other, [198, 51, 100, 3], EMAIL, PASSWORD).await.status,
        429,
        "a device of another account is no device of this one"
    );
    let (user, _) = app.state.store.credentials(EMAIL).await.unwrap();
    let hash = app.state.passwords.hash(OTHER.into(), ABOUT).await.unwrap();
    app.state
        .store
        .set_password(user.id, &hash, Tokens::Keep, app.clock.now())
        .await
        .unwrap();
    assert_eq!(
        from(&owner, [198, 51, 100, 2], EMAIL, OTHER).await.status,
        429,
        "another password forgets the devices"
    );
}

#[tokio::test]
async fn a_known_browser_guesses_slowly_too_and_answers_alike() {
    let app = TestApp::start().await;
    let owner = app.client();
    sign_up(&owner, EMAIL, "").await;
    for _ in 0..10 {
        assert_eq!(
            error(&sign_in(&owner, EMAIL, "wrong password").await),
            (401, json!("WrongCredentials"))
        );
    }
    assert_eq!(error(&sign_in(&owner, EMAIL, PASSWORD).await), (429, json!({ "TooMany": 60 })));
    app.clock.forward(TimeDelta::minutes(1));
    assert_eq!(sign_in(&owner, EMAIL, PASSWORD).await.status, 200);
    let second = app.client();
    for _ in 0..10 {
        assert_eq!(
            error(&sign_in(&second, "nobody@x.example", "wrong password").await),
            (401, json!("WrongCredentials"))
        );
    }
    assert_eq!(sign_in(&second, "nobody@x.example", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn two_accounts_are_known_to_one_browser() {
    let app = TestApp::start().await;
    let browser = app.client();
    sign_up(&browser, EMAIL, "").await;
    call(&browser, "sign-out", &[]).await;
    sign_up(&browser, "other@x.example", "").await;
    sign_in(&browser, EMAIL, PASSWORD).await;
    assert_eq!(
        ask::<i64>(&app, "select count(*) from known_devices").await,
        2,
        "signing in again makes no new one"
    );
    for email in [EMAIL, "other@x.example"] {
        for n in 0..60 {
            from(&app.client(), [203, 0, 113, n], email, "wrong password").await;
        }
        assert_eq!(sign_in(&browser, email, PASSWORD).await.status, 200, "{email}");
    }
}

#[tokio::test]
async fn accounts_from_one_address_are_few_whether_made_or_not() {
    let app = TestApp::with(&[("KAAM_SIGN_UPS_PER_HOUR", "3")]).await;
    let sign_up_from = async |address: [u8; 4], email: &str| {
        let mut request = request("sign-up", &[("email", email), ("password", PASSWORD)]);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 1))));
        app.client().send(request).await.status.as_u16()
    };
    assert_eq!(sign_up_from([203, 0, 113, 1], "a@x.example").await, 200);
    assert_eq!(sign_up_from([203, 0, 113, 1], "a@x.example").await, 409);
    assert_eq!(sign_up_from([203, 0, 113, 1], "b@x.example").await, 200);
    assert_eq!(sign_up_from([203, 0, 113, 1], "c@x.example").await, 429);
    assert_eq!(sign_up_from([203, 0, 113, 2], "c@x.example").await, 200);
    app.clock.forward(TimeDelta::hours(1));
    assert_eq!(sign_up_from([203, 0, 113, 1], "d@x.example").await, 200);
}
