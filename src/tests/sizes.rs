//! What a client brings is bounded in every part: it is stored, and read again with every later turn.

use axum::http::StatusCode;
use kaam::server::run::LEVELS_MAX;
use serde_json::{Map, Value, json};

use super::{
    app::{TestApp, input, thread_of},
    scripted_model::Reply,
};

fn tag(id: &str, data: &Value) -> Value {
    json!({ "type": "input_tag", "id": id, "text": "@x", "data": data, "interactive": false })
}

fn message(content: &Value, quoted: Option<&str>) -> Value {
    json!({ "input": { "content": content, "attachments": [], "inference_options": {}, "quoted_text": quoted } })
}

/// A list in a list in a list, so many levels.
fn deep(levels: usize) -> Value {
    (1..levels).fold(json!([]), |inner, _| json!([inner]))
}

#[tokio::test]
async fn messages() {
    let app = TestApp::start().await;
    app.model.usually(Reply::text(&["ok"]));
    let client = app.program("a@example.com").await;
    let large = "x".repeat(65 * 1024);
    let many: Vec<Value> = (0..501).map(|_| json!({ "type": "input_text", "text": "x" })).collect();
    // Isolates that are never closed: cleaning them must not take time by their square.
    let isolates = "\u{2068}".repeat(60_000);
    let cases = [
        (message(&json!([tag(&large, &json!({}))]), None), StatusCode::PAYLOAD_TOO_LARGE),
        (
            message(&json!([tag("t", &json!({ "a": large }))]), None),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            message(&json!([tag("t", &json!({ "a": vec![0; 40_000] }))]), None),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (message(&json!(many), None), StatusCode::PAYLOAD_TOO_LARGE),
        (
            message(&json!([{ "type": "input_text", "text": "x" }]), Some(&large)),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            message(&json!([{ "type": "input_text", "text": "x" }]), Some(&isolates)),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            message(&json!([tag("t", &json!({ "a": deep(LEVELS_MAX + 1) }))]), None),
            StatusCode::BAD_REQUEST,
        ),
        (message(&json!([tag("t", &json!({ "a": deep(LEVELS_MAX) }))]), None), StatusCode::OK),
        (
            message(&json!([tag("t", &json!({ "a": "x".repeat(60 * 1024) }))]), None),
            StatusCode::OK,
        ),
    ];
    for (params, status) in cases {
        let reply = client.chatkit("threads.create", params.clone()).await;
        assert_eq!(reply.status, status, "{}", params.to_string().chars().take(200).collect::<String>());
    }
}

#[tokio::test]
async fn what_comes_beside_messages() {
    let app = TestApp::start().await;
    app.model.usually(Reply::text(&["ok"]));
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create("hello").await);
    let large = json!("x".repeat(65 * 1024));
    for (value, status) in [
        (large, StatusCode::PAYLOAD_TOO_LARGE),
        (deep(LEVELS_MAX + 1), StatusCode::BAD_REQUEST),
    ] {
        let payload = Map::from_iter([("a".to_owned(), value.clone())]);
        for (kind, params) in [
            ("threads.add_client_tool_output", json!({ "thread_id": thread, "result": value })),
            (
                "threads.custom_action",
                json!({ "thread_id": thread, "action": { "type": "task.delete", "payload": payload } }),
            ),
        ] {
            // The payload lies one level deeper.
            let reply = client.chatkit(kind, params).await;
            assert_eq!(reply.status, status, "{kind}: {}", reply.text());
        }
    }
    let answers = json!({ "answers": { "q1": { "values": ["x".repeat(65 * 1024)] } } });
    let params = json!({ "thread_id": thread, "item_id": "itm_00000000000000000000000000000001", "input": answers });
    let reply = client.chatkit("threads.add_structured_input", params).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Nothing of all this was kept.
    let items = client.chatkit("items.list", json!({ "thread_id": thread })).await.json();
    assert_eq!(items["data"].as_array().unwrap().len(), 2);
    assert_eq!(
        client
            .chatkit(
                "threads.add_user_message",
                json!({ "thread_id": thread, "input": input("still there?") })
            )
            .await
            .status,
        StatusCode::OK
    );
}
