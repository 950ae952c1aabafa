use serde_json::json;

use super::*;

async fn appearance(client: &Client) -> (String, String) {
    let viewer = viewer(client).await;
    (
        viewer["locale"].as_str().unwrap().to_owned(),
        viewer["theme"].as_str().unwrap().to_owned(),
    )
}

fn looks(locale: &str, theme: &str) -> (String, String) {
    (locale.to_owned(), theme.to_owned())
}

#[tokio::test]
async fn strangers_keep_language_and_colours_in_cookies() {
    let app = TestApp::start().await;
    let mut client = app.client();
    assert_eq!(appearance(&client).await, looks("en", "system"));
    client.headers.insert("accept-language", "ur-PK,ur;q=0.9,en;q=0.8".parse().unwrap());
    assert_eq!(appearance(&client).await, looks("ur", "system"));

    let reply = call(&client, "appearance", &[("locale", "en"), ("theme", "dark"), ("back", "/sign-in")]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (200, "/sign-in"));
    assert_eq!(
        cookies(&reply),
        [
            "kaam_locale=en; Path=/; Max-Age=31536000; SameSite=Lax",
            "kaam_theme=dark; Path=/; Max-Age=31536000; SameSite=Lax"
        ]
    );
    assert_eq!(appearance(&client).await, looks("en", "dark"));
    assert_eq!(
        call(&client, "appearance", &[("locale", "fr"), ("theme", "dark")]).await.json(),
        json!("Invalid")
    );
}

#[tokio::test]
async fn people_keep_them_with_their_account() {
    let app = TestApp::start().await;
    let (here, elsewhere) = (app.client(), app.client());
    sign_up(&here, "a@x.example", "").await;
    call(&here, "appearance", &[("locale", "ur"), ("theme", "light")]).await;
    call(&elsewhere, "appearance", &[("locale", "en"), ("theme", "dark")]).await;
    assert_eq!(appearance(&elsewhere).await, looks("en", "dark"));
    sign_in(&elsewhere, "a@x.example", PASSWORD).await;
    assert_eq!(
        appearance(&elsewhere).await,
        looks("ur", "light"),
        "the account's go before the cookies'"
    );
}

#[tokio::test]
async fn back_leads_to_our_own_pages_only() {
    let app = TestApp::start().await;
    for (back, location) in [
        ("/tasks?x=1", "/tasks?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\r\nset-cookie: x=1", "/"),
        ("", ""),
    ] {
        let reply = call(&app.client(), "appearance", &[("locale", "en"), ("theme", "dark"), ("back", back)]).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (200, location), "{back:?}");
    }
}

#[tokio::test]
async fn name_and_zone() {
    let app = TestApp::start().await;
    let client = app.client();
    sign_up(&client, "a@x.example", "").await;
    let reply = call(&client, "profile", &[("name", " ثنا \u{202E}"), ("zone", "Europe/Berlin")]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (200, "/settings"));
    assert_eq!(
        viewer(&client).await["me"],
        json!({ "email": "a@x.example", "name": "ثنا", "zone": "Europe/Berlin" })
    );
    assert_eq!(
        error(&call(&client, "profile", &[("name", "x"), ("zone", "Mars/Base")]).await),
        (400, json!("Invalid"))
    );
    assert_eq!(
        error(&call(&client, "profile", &[("name", &"x".repeat(101)), ("zone", "UTC")]).await),
        (422, json!("TooLong"))
    );
    assert_eq!(call(&client, "profile", &[("name", ""), ("zone", "UTC")]).await.status, 200);
    assert_eq!(
        viewer(&client).await["me"]["name"],
        "a@x.example",
        "without a name the address is shown"
    );
    assert_eq!(
        error(&call(&app.client(), "profile", &[("name", "x"), ("zone", "UTC")]).await),
        (401, json!("SignedOut"))
    );
}

/// Without JavaScript: a browser goes where it is sent, and finds the error in the address.
#[tokio::test]
async fn plain_forms_are_answered_with_a_redirect() {
    let app = TestApp::start().await;
    let client = app.client();
    let reply = client
        .form("/api/account/sign-in", &[("email", "a@x.example"), ("password", "wrong password")])
        .await;
    assert_eq!(reply.status, 302, "{}", reply.text());
    assert!(
        reply.location().starts_with("http://127.0.0.1:3000/chat?__path=") && reply.location().contains("__err="),
        "{}",
        reply.location()
    );

    let fields = [
        ("email", "a@x.example"),
        ("password", PASSWORD),
        ("name", ""),
        ("zone", ""),
        ("setup", ""),
    ];
    let reply = client.form("/api/account/sign-up", &fields).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (302, "/chat"));
    assert_eq!(who(&client).await, "a@x.example");
    let reply = client.form("/api/account/sign-out", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (302, "/sign-in"));
    assert_eq!(who(&client).await, "");
}
