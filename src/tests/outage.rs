//! The database goes away in the middle, and comes back.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use kaam::server::db::embedded::{Role, open};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    net::{TcpListener, UnixStream},
    sync::watch,
};

use super::{
    app::{TestApp, input},
    throwaway_cluster::new_database,
};

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

/// A port that leads to a socket of Postgres. What is sent on a line of an earlier generation goes nowhere, and nobody is told.
async fn line_to(socket: PathBuf, generation: watch::Receiver<u32>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&socket).await.unwrap();
            let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (split(client), split(server));
            let born = *generation.borrow();
            let (one, other) = (generation.clone(), generation.clone());
            tokio::spawn(async move { pump(&mut from_client, &mut to_server, born, one).await });
            tokio::spawn(async move { pump(&mut from_server, &mut to_client, born, other).await });
        }
    });
    port
}

async fn pump(from: &mut (impl AsyncReadExt + Unpin), to: &mut (impl AsyncWriteExt + Unpin), born: u32, generation: watch::Receiver<u32>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if *generation.borrow() > born {
            return std::future::pending().await;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_die_without_a_word_are_noticed_and_replaced() {
    let database = new_database().await;
    let mut url: url::Url = database.url.parse().unwrap();
    let (_, folder) = url.query_pairs().find(|(name, _)| name == "host").expect("a socket");
    let socket = Path::new(&*folder).join(format!(".s.PGSQL.{}", url.port().unwrap_or(5432)));
    let (cut, generation) = watch::channel(0);
    let port = line_to(socket, generation).await;
    url.set_query(Some("sslmode=disable"));
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port)).unwrap();
    let app = TestApp::over(url.as_str()).await;
    let client = app.program("a@example.com").await;
    client.create("before").await;

    cut.send(1).unwrap();
    let began = Instant::now();
    let mut refused = 0;
    while client.chatkit("threads.list", json!({})).await.status != StatusCode::OK {
        refused += 1;
        assert!(refused < 10, "it does not recover");
    }
    assert!(refused > 0, "the lines were not dead");
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    client.create("after").await;
    assert_eq!(client.get("/readyz").await.status, StatusCode::OK);
}
