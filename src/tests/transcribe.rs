//! `input.transcribe` against an endpoint that a test wrote down.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Multipart, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::app::{Reply, TestApp};

/// What the endpoint was sent: the key, then the fields with their names, types and sizes.
type Heard = Arc<Mutex<Vec<Value>>>;

/// Starts an endpoint that always answers like this. Gives its base address.
async fn endpoint(status: StatusCode, body: Value) -> (String, Heard) {
    let heard = Heard::default();
    let answer = move |State(heard): State<Heard>, headers: HeaderMap, mut form: Multipart| async move {
        let mut fields = vec![json!(headers.get(header::AUTHORIZATION).map(|key| key.to_str().unwrap()))];
        while let Some(field) = form.next_field().await.unwrap() {
            let about = json!([field.name(), field.file_name(), field.content_type()]);
            let bytes = field.bytes().await.unwrap();
            fields.push(json!([
                about,
                if bytes.len() < 20 {
                    String::from_utf8_lossy(&bytes).into_owned()
                } else {
                    bytes.len().to_string()
                }
            ]));
        }
        heard.lock().unwrap().extend(fields);
        let reply: Response = (status, Json(body.clone())).into_response();
        reply
    };
    let router = Router::new()
        .route("/v1/audio/transcriptions", post(answer))
        .layer(DefaultBodyLimit::disable())
        .with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/v1"), heard)
}

async fn transcribe(app: &TestApp, audio: &[u8], mime_type: &str) -> Reply {
    let client = app.program(&format!("{}@example.com", audio.len())).await;
    let params = json!({ "audio_base64": STANDARD.encode(audio), "mime_type": mime_type });
    client.chatkit("input.transcribe", params).await
}

#[tokio::test]
async fn sound_becomes_text() {
    let (url, heard) = endpoint(StatusCode::OK, json!({ "text": " کل دودھ لینا ہے۔ " })).await;
    let app = TestApp::with(&[
        ("AI_TRANSCRIBE_URL", &url),
        ("AI_TRANSCRIBE_MODEL", "ears"),
        ("AI_TRANSCRIBE_KEY", "k"),
    ])
    .await;
    let reply = transcribe(&app, b"sound", "audio/webm;codecs=opus").await;
    assert_eq!(
        (reply.status, reply.json()),
        (StatusCode::OK, json!({ "text": "کل دودھ لینا ہے۔" }))
    );
    assert_eq!(
        *heard.lock().unwrap(),
        [
            json!("Bearer k"),
            json!([["model", null, null], "ears"]),
            json!([["response_format", null, null], "json"]),
            json!([["file", "sound.webm", "audio/webm"], "sound"]),
        ]
    );
}

#[tokio::test]
async fn ten_megabytes_of_sound_and_no_more() {
    let (url, heard) = endpoint(StatusCode::OK, json!({ "text": "long" })).await;
    let app = TestApp::with(&[("AI_TRANSCRIBE_URL", &url)]).await;
    let most = vec![0; 10 * 1024 * 1024];
    assert_eq!(transcribe(&app, &most, "audio/mp4").await.json()["text"], "long");
    assert_eq!(heard.lock().unwrap().last().unwrap()[1], most.len().to_string());
    let more = vec![0; 10 * 1024 * 1024 + 1];
    assert_eq!(transcribe(&app, &more, "audio/mp4").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Nothing else may be as large.
    let client = app.program("other@example.com").await;
    let params = json!({ "audio_base64": "A".repeat(2 << 20), "mime_type": "audio/mp4" });
    let reply = client.chatkit("threads.list", params).await;
    assert_eq!(reply.json()["error"]["message"], "The limit is 1048576 bytes.");
}

#[tokio::test]
async fn what_is_refused() {
    let (url, heard) = endpoint(StatusCode::OK, json!({ "text": "x" })).await;
    let app = TestApp::with(&[("AI_TRANSCRIBE_URL", &url)]).await;
    let client = app.program("a@example.com").await;
    for (audio, mime_type, status) in [
        ("AAAA", "video/webm", 415),
        ("AAAA", "text/plain", 415),
        ("%%%%", "audio/webm", 400),
        ("", "audio/webm", 400),
    ] {
        let params = json!({ "audio_base64": audio, "mime_type": mime_type });
        let reply = client.chatkit("input.transcribe", params).await;
        assert_eq!(reply.status.as_u16(), status, "{audio} {mime_type}");
    }
    assert!(heard.lock().unwrap().is_empty());
    let silent = TestApp::start().await;
    let reply = transcribe(&silent, b"sound", "audio/webm").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json()["error"]["code"]),
        (501, &json!("not_implemented"))
    );
}

#[tokio::test]
async fn failures_of_the_endpoint_keep_their_causes_to_the_log() {
    for (upstream, body, status, code) in [
        (401, json!({ "error": { "message": "wrong key k-secret" } }), 502, "upstream_failed"),
        (400, json!({ "error": { "message": "wrong sound" } }), 502, "upstream_failed"),
        (200, json!({ "words": [] }), 502, "upstream_failed"),
        (429, json!({ "error": { "message": "slow down" } }), 503, "upstream_unavailable"),
        (500, json!({}), 503, "upstream_unavailable"),
    ] {
        let (url, _) = endpoint(StatusCode::from_u16(upstream).unwrap(), body).await;
        let app = TestApp::with(&[("AI_TRANSCRIBE_URL", &url)]).await;
        let reply = transcribe(&app, b"sound", "audio/wav").await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["error"]["code"]),
            (status, &json!(code)),
            "{upstream}"
        );
        assert!(!reply.text().contains("secret") && !reply.text().contains("wrong"));
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let app = TestApp::with(&[("AI_TRANSCRIBE_URL", &format!("http://{free}/v1"))]).await;
    assert_eq!(
        transcribe(&app, b"sound", "audio/wav").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}
