//! What the tests tell the server and ask of it beside the protocol: opening gates, and which items a thread holds, hidden ones too.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use kaam::{
    domain::id::{ThreadId, UserId},
    protocol::item::ThreadItem,
    server::store::Store,
};

use crate::player::Gates;

#[derive(Clone)]
struct Control {
    gates: Gates,
    store: Store,
    people: BTreeMap<String, UserId>,
}

pub(crate) fn router(gates: Gates, store: Store, people: BTreeMap<String, UserId>) -> Router {
    Router::new()
        .route("/release/{gate}", post(release))
        .route("/items/{person}/{thread}", get(items))
        .with_state(Control { gates, store, people })
}

async fn release(State(control): State<Control>, Path(gate): Path<String>) {
    control.gates.open(&gate);
}

async fn items(
    State(control): State<Control>,
    Path((person, thread)): Path<(String, String)>,
) -> Result<Json<Vec<ThreadItem>>, StatusCode> {
    let user = *control.people.get(&person).ok_or(StatusCode::NOT_FOUND)?;
    let thread: ThreadId = thread.parse().map_err(|_| StatusCode::NOT_FOUND)?;
    let items = control
        .store
        .history(user, thread, 1000)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(items))
}
