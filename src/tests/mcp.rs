//! The MCP server over HTTP, in both eras of the protocol, and over standard input and output.

mod access;
mod lists;
mod stdio;
mod tools;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::app::{Client, NOON, Reply, TestApp};

pub const NEW: &str = "2026-07-28";
pub const OLD: &str = "2025-11-25";

/// A request of the protocol of 2026-07-28, from a client with these capabilities.
pub fn request(method: &str, mut params: Value, capabilities: &Value) -> Request<Body> {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = NEW.into();
    params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities.clone();
    let name = params["name"].as_str().or(params["uri"].as_str()).map(str::to_owned);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut request = Request::post("/mcp")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", NEW)
        .header("mcp-method", method);
    if let Some(name) = name {
        request = request.header("mcp-name", name);
    }
    request.body(Body::from(body)).unwrap()
}

/// A request of the older protocol.
pub fn old_request(method: &str, params: &Value) -> Request<Body> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    Request::post("/mcp")
        .header("host", "127.0.0.1:3000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", OLD)
        .body(Body::from(body))
        .unwrap()
}

/// The `result` of a reply that is one JSON message.
pub fn result(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let message = reply.json();
    assert!(message.get("error").is_none(), "{message}");
    message["result"].clone()
}

pub async fn ask(client: &Client, method: &str, params: Value) -> Value {
    result(&client.send(request(method, params, &json!({}))).await)
}

/// Calls a tool and gives the whole result.
pub async fn call(client: &Client, tool: &str, arguments: Value) -> Value {
    ask(client, "tools/call", json!({ "name": tool, "arguments": arguments })).await
}

/// Calls a tool that succeeds and gives its structured content.
pub async fn done(client: &Client, tool: &str, arguments: Value) -> Value {
    let result = call(client, tool, arguments).await;
    assert_eq!(result["isError"], false, "{result}");
    result["structuredContent"].clone()
}

/// Calls a tool that refuses and gives what it says.
pub async fn refused(client: &Client, tool: &str, arguments: Value) -> String {
    let result = call(client, tool, arguments).await;
    assert_eq!(result["isError"], true, "{result}");
    result["content"][0]["text"].as_str().unwrap().to_owned()
}

/// Adds a task and gives its id.
pub async fn add(client: &Client, title: &str) -> String {
    let added = done(client, "add_task", json!({ "title": title })).await;
    added["task"]["id"].as_str().unwrap().to_owned()
}

/// The titles of the pending tasks.
pub async fn titles(client: &Client) -> Vec<String> {
    let listed = done(client, "list_tasks", json!({})).await;
    let tasks = listed["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}
