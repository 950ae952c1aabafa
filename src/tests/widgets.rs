//! The gallery of widgets and the door behind it.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::app::{Client, Reply, TestApp};

async fn render(client: &Client, json: &str) -> Reply {
    client.json("/api/widgets/render", json!({ "json": json })).await
}

#[tokio::test]
async fn developers_json_is_drawn_or_told_what_is_wrong() {
    let app = TestApp::start().await;
    let client = app.person("a@example.com").await;
    let drawn = render(&client, r#"{"type":"Card","children":[{"type":"Text","value":"<b>"}]}"#).await;
    assert_eq!(drawn.status, StatusCode::OK);
    let html = drawn.json()["Html"].as_str().unwrap().to_owned();
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"), "{html}");
    let wrong = [
        ("{", "line 1 column 1"),
        ("7", "the root: a component must be an object"),
        (r#"{"type":"Text","value":"x"}"#, "the root must be a Card"),
        (
            r#"{"type":"Card","children":[{"type":"Blink"}]}"#,
            "children[0]: there is no component of type `Blink`",
        ),
    ];
    for (json, why) in wrong {
        let reply = render(&client, json).await;
        assert_eq!(reply.status, StatusCode::OK, "{json}");
        let told = reply.json()["Wrong"].as_str().unwrap().to_owned();
        assert!(told.contains(why), "{told}");
    }
    // Deeper than the JSON reader goes, and than the stack would bear.
    let deep = "[".repeat(100_000);
    assert!(
        render(&client, &deep).await.json()["Wrong"]
            .as_str()
            .unwrap()
            .contains("recursion limit")
    );
    let nested = format!("{}{}", r#"{"type":"Card","children":["#.repeat(60), "]}".repeat(60));
    assert!(
        render(&client, &nested).await.json()["Wrong"]
            .as_str()
            .unwrap()
            .contains("deeper than")
    );
    assert_eq!(
        client.json("/api/widgets/render", json!({ "json": 7 })).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_gallery_is_for_people_who_are_signed_in() {
    let app = TestApp::start().await;
    let stranger = app.client();
    assert_eq!(render(&stranger, "{}").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        stranger.json("/api/widgets/examples", json!({})).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(stranger.get("/widgets").await.headers[header::LOCATION], "/sign-in");

    let client = app.person("a@example.com").await;
    let examples = client.json("/api/widgets/examples", json!({})).await.json();
    assert!(
        examples
            .as_array()
            .unwrap()
            .iter()
            .all(|example| !example["html"].as_str().unwrap().is_empty())
    );
    let page = client.get("/widgets").await;
    assert_eq!(page.status, StatusCode::OK);
    let first: Value = examples[0]["html"].clone();
    assert!(page.text().contains(first.as_str().unwrap()), "the widgets are in the HTML");
    // Attributes may carry styles, and nothing else is loosened.
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("style-src-attr 'unsafe-inline';"), "{policy}");
    assert_eq!(policy.matches("unsafe-inline").count(), 1, "{policy}");
}

#[tokio::test]
async fn what_would_grow_while_it_is_drawn_is_refused_and_drawn_by_few_at_once() {
    let app = TestApp::start().await;
    let browser = app.person("sana@x.example").await;
    let quotes = json!({ "type": "Card", "children": [{ "type": "Markdown", "value": ">".repeat(900_000) }] }).to_string();
    let draw = || browser.json("/api/widgets/render", json!({ "json": quotes }));
    let reply = draw().await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.len() < 1000, "{} bytes", reply.body.len());
    assert!(reply.text().contains("more than 2097152 bytes"), "{}", reply.text());

    let (user, _) = app.state.store.credentials("sana@x.example").await.unwrap();
    let seat = app.state.drawings.take(user.id).unwrap();
    let refused = draw().await;
    assert_eq!((refused.status.as_u16(), refused.json()), (429, json!({ "TooMany": 1 })));
    drop(seat);
    assert_eq!(draw().await.status, 200);
}
