//! The database goes away in the middle, and comes back.

use axum::http::StatusCode;
use kaam::server::db::embedded::{Role, open};
use serde_json::json;

use super::app::{TestApp, input};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_requests_get_503_and_recover_by_themselves() {
    let folder = std::env::temp_dir().join(format!("kaam-outage-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let start = |folder: std::path::PathBuf| tokio::task::spawn_blocking(move || open(&folder, Role::Server).unwrap());
    let database = start(folder.clone()).await.unwrap();
    let app = TestApp::over(&database.url).await;
    let client = app.program("a@example.com").await;
    client.create("before").await;

    tokio::task::spawn_blocking(move || drop(database)).await.unwrap();
    for _ in 0..3 {
        let reply = client.chatkit("threads.list", json!({})).await;
        assert_eq!(
            (reply.status, reply.json()["error"]["code"].clone()),
            (StatusCode::SERVICE_UNAVAILABLE, json!("unavailable"))
        );
        let reply = client.chatkit("threads.create", json!({ "input": input("during") })).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(client.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.get("/healthz").await.status, StatusCode::OK);

    let database = start(folder.clone()).await.unwrap();
    // Connections of before are dead; each is found so by its first use at the latest.
    let mut tries = 0;
    while client.chatkit("threads.list", json!({})).await.status != StatusCode::OK {
        tries += 1;
        assert!(tries < 20, "it does not recover");
    }
    client.create("after").await;
    let titles: Vec<_> = client.chatkit("threads.list", json!({ "order": "asc" })).await.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thread| thread["title"].clone())
        .collect();
    assert_eq!(titles, [json!("before"), json!("after")]);
    tokio::task::spawn_blocking(move || drop(database)).await.unwrap();
    let _ = std::fs::remove_dir_all(&folder);
}
