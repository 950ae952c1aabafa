//! Accounts through the real router: signing up, in and out, sessions, tokens, preferences.

mod command_line;
mod door;
mod preferences;
mod security;
mod sessions;
mod sign_up;
mod token_settings;
mod tokens;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::app::{Client, PASSWORD, Reply, TestApp};

/// As the page calls a server function that takes a form.
async fn call(client: &Client, function: &str, fields: &[(&str, &str)]) -> Reply {
    client.send(request(function, fields)).await
}

fn request(function: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(format!("/api/account/{function}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
    request.body(Body::from(body)).unwrap()
}

async fn sign_up(client: &Client, email: &str, setup: &str) -> Reply {
    let fields = [
        ("email", email),
        ("password", PASSWORD),
        ("name", "Sana"),
        ("zone", "Asia/Karachi"),
        ("setup", setup),
    ];
    call(client, "sign-up", &fields).await
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    call(client, "sign-in", &[("email", email), ("password", password)]).await
}

async fn viewer(client: &Client) -> Value {
    let reply = client.json("/api/account/viewer", json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The address of whoever is signed in; empty for nobody.
async fn who(client: &Client) -> String {
    viewer(client).await["me"]["email"].as_str().unwrap_or_default().to_owned()
}

/// What an error answers: its status, and the error itself.
fn error(reply: &Reply) -> (u16, Value) {
    (reply.status.as_u16(), reply.json())
}

fn cookies(reply: &Reply) -> Vec<&str> {
    reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

/// The answer to a question about the database.
async fn ask<T>(app: &TestApp, sql: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database_url).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}
