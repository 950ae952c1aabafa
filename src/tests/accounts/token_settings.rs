//! API tokens on the settings page, by plain forms.

use kaam::server::auth::tokens;

use super::*;

const ADD: &str = "/api/tokens/add";
const REVOKE: &str = "/api/tokens/revoke";

async fn add(browser: &Client, fields: &[(&str, &str)]) -> Reply {
    browser.form(ADD, fields).await
}

/// What stands where a page shows a new token.
fn shown(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("data-testid=\"token-value\"")?;
    let (_, rest) = rest.split_once('>')?;
    // Leptos marks the end of a text.
    Some(rest.split_once("</pre>")?.0.trim().trim_end_matches("<!>").to_owned())
}

#[tokio::test]
async fn a_token_is_made_shown_once_used_and_revoked() {
    let app = TestApp::start().await;
    let browser = app.person("sana@x.example").await;
    let page = browser.get("/settings").await.text();
    assert!(page.contains("You have no tokens.") && page.contains("kaam_YOUR_TOKEN"), "{page}");

    let made = add(
        &browser,
        &[("name", "<Laptop>"), ("read", "true"), ("write", "true"), ("days", "30")],
    )
    .await;
    assert_eq!((made.status.as_u16(), made.location()), (302, "/settings#tokens"));
    let cookie = made.headers["set-cookie"].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Max-Age=120"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let page = browser.get("/settings").await.text();
    let token = shown(&page).unwrap();
    assert!(tokens::is_token(&token), "{token}");
    assert!(page.contains("&lt;Laptop&gt;") && page.contains("never used") && page.contains("Add and change tasks"));
    assert!(
        page.contains(&format!("http://127.0.0.1:3000/mcp --header \"Authorization: Bearer {token}")),
        "{page}"
    );
    let again = browser.get("/settings").await.text();
    assert!(!again.contains(&token) && shown(&again).is_none(), "it is shown once");

    let mut program = app.client();
    program.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    assert_eq!(program.json("/api/v1/tools/list_tasks", json!({})).await.status, 200);
    assert_eq!(
        program.json("/api/v1/tools/delete_task", json!({ "task_id": "x" })).await.status,
        403
    );
    let page = browser.get("/settings").await.text();
    assert!(
        page.contains("last used: Today") && page.contains("list_tasks") && page.contains("not allowed"),
        "{page}"
    );

    let (_, rest) = page.split_once("name=\"id\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap();
    let stranger = app.person("other@x.example").await;
    let refused = stranger.form(REVOKE, &[("id", id)]).await;
    assert!(refused.location().contains("__err="), "{}", refused.location());
    assert_eq!(program.json("/api/v1/tools/list_tasks", json!({})).await.status, 200);
    assert_eq!(browser.form(REVOKE, &[("id", id)]).await.location(), "/settings#tokens");
    assert_eq!(program.json("/api/v1/tools/list_tasks", json!({})).await.status, 401);
    assert!(browser.get("/settings").await.text().contains("You have no tokens."));
}

#[tokio::test]
async fn what_makes_no_token_is_told() {
    let app = TestApp::start().await;
    let browser = app.person("sana@x.example").await;
    let long = "x".repeat(101);
    for fields in [
        &[("name", " "), ("read", "true")][..],
        &[("name", &long), ("read", "true")],
        &[("name", "none")],
        &[("name", "long"), ("read", "true"), ("days", "3651")],
    ] {
        let reply = add(&browser, fields).await;
        assert!(reply.location().contains("__err="), "{fields:?}: {}", reply.location());
        assert!(
            reply
                .headers
                .get("set-cookie")
                .is_none_or(|cookie| !cookie.to_str().unwrap().contains("kaam_new_token"))
        );
    }
    assert!(browser.get("/settings").await.text().contains("You have no tokens."));
    let reply = app.client().form(ADD, &[("name", "x"), ("read", "true")]).await;
    assert!(reply.location().contains("__err="), "nobody is signed in: {}", reply.location());

    let program = app.program("program@x.example").await;
    let reply = program.form(ADD, &[("name", "x"), ("read", "true")]).await;
    assert!(reply.location().contains("__err="), "a token makes no tokens: {}", reply.location());
}

#[tokio::test]
async fn a_token_in_the_cookie_that_is_not_theirs_is_not_shown() {
    let app = TestApp::start().await;
    let (browser, other) = (app.person("a@x.example").await, app.person("b@x.example").await);
    let made = add(&browser, &[("name", "mine"), ("read", "true")]).await;
    let cookie = made.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (name, value) = cookie.split_once('=').unwrap();
    other.set_cookie(name, value);
    let page = other.get("/settings").await.text();
    assert!(!page.contains(value) && shown(&page).is_none());
}
