//! Kaam's side of the conformance suite: the real router, store and runs over a throw-away database, with a player of scripts
//! ([`player`]) in the assistant's place, and beside it, on another port, the same with the built-in assistant.
//!
//! Prints one line of JSON: where it listens, and the people it has made with their tokens. Ends when its standard input does.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test server that cannot go on fails")]

mod control;
mod player;
mod script;
#[path = "../../../src/tests/throwaway_cluster.rs"]
mod throwaway_cluster;
mod widget_change;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use kaam::{
    domain::id::UserId,
    server::{
        attachments::PdfReader,
        auth::{secret, tokens},
        clock::SystemClock,
        config::Config,
        db,
        model::offline::OfflineModel,
        router::router,
        run::{Files, Runs},
        serve,
        state::AppState,
        store::accounts::{NewToken, NewUser},
    },
};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpListener};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is how it says where it is")]
async fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let database = throwaway_cluster::new_database().await.url;
    let data = tempfile();
    let gates = player::Gates::default();

    let scripted = listener().await;
    let transcribe = std::env::var("AI_TRANSCRIBE_URL").ok();
    let mut state = state(&database, scripted.local_addr().unwrap(), &data, transcribe).await;
    // No script has the model read a PDF.
    let files = Files::new(state.attachments.clone(), PdfReader::new(state.config.program.clone()));
    let player = player::Player::new(state.store.clone(), files, state.clock.clone(), gates.clone());
    state.runs = Runs::start(state.store.clone(), Arc::new(player), state.clock.clone(), state.config.quotas);
    let mut people = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for name in ["one", "two", "three"] {
        let (id, token) = person(&state, name).await;
        people.insert(name, token);
        ids.insert(name.to_owned(), id);
    }
    let controller = listener().await;
    let assistant = listener().await;
    let with_assistant = self::state(&database, assistant.local_addr().unwrap(), &data, None).await;
    println!(
        "{}",
        json!({
            "url": url(&scripted),
            "assistant": url(&assistant),
            "control": url(&controller),
            "people": people,
        })
    );
    let control = control::router(gates, state.store.clone(), ids);
    tokio::select! {
        served = async { axum::serve(scripted, router(state).into_make_service_with_connect_info::<SocketAddr>()).await } => served.unwrap(),
        served = async { axum::serve(assistant, router(with_assistant).into_make_service_with_connect_info::<SocketAddr>()).await } => served.unwrap(),
        served = async { axum::serve(controller, control).await } => served.unwrap(),
        _ = async { tokio::io::stdin().read_to_end(&mut Vec::new()).await } => {}
    }
    let _ = std::fs::remove_dir_all(data);
    // Runs what is to be done at exit: the database goes.
    std::process::exit(0);
}

async fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap()
}

fn url(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

/// A folder for attachments.
fn tempfile() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("kaam-conformance-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The server's parts, with the built-in assistant.
async fn state(database: &str, listen: SocketAddr, data: &std::path::Path, transcribe: Option<String>) -> AppState {
    let listen = listen.to_string();
    let data = data.to_string_lossy().into_owned();
    let config = Config::read(|name| match name {
        "LEPTOS_SITE_ADDR" => Some(listen.clone()),
        "KAAM_DATA_DIR" => Some(data.clone()),
        "KAAM_SIGN_UP" => Some("closed".into()),
        "KAAM_MESSAGES_PER_MINUTE" => Some("1000000".into()),
        "KAAM_RUNS_PER_PERSON" => Some("100000".into()),
        "AI_TRANSCRIBE_URL" => transcribe.clone(),
        _ => None,
    })
    .unwrap();
    let pool = db::connect(database, 8).await.unwrap();
    let model = Arc::new(OfflineModel::new(Duration::ZERO));
    serve::state(config, pool, Arc::new(SystemClock), model, serve::leptos_options().unwrap())
        .await
        .unwrap()
}

/// An account with a token that may do everything.
async fn person(state: &AppState, name: &str) -> (UserId, String) {
    let at = state.clock.now();
    let id = state.clock.user_id();
    let user = NewUser {
        id,
        email: &format!("{name}@example.com"),
        name,
        password_hash: "none",
        zone: "Asia/Karachi",
        is_admin: false,
        at,
    };
    state.store.create_user(&user, None).await.unwrap();
    let token = tokens::random();
    let new = NewToken {
        user: id,
        id: state.clock.token_id(),
        name: "conformance",
        secret_hash: &secret::hash(&token),
        scopes: &["read", "write", "delete"],
        at,
        expires_at: None,
    };
    state.store.create_token(&new).await.unwrap();
    (id, token)
}
