//! Who may come in, and how far.

use axum::http::header;
use chrono::TimeDelta;
use jsonwebtoken::{EncodingKey, Header, encode};
use kaam::{
    domain::{id::UserId, time::Clock},
    server::{
        auth::{secret, tokens},
        store::accounts::NewToken,
    },
};

use super::*;

const SECRET: &str = "a secret of more than thirty-two bytes";
const HERE: &str = "http://127.0.0.1:3000/mcp";
const METADATA: &str = "http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp";

fn list() -> Request<Body> {
    request("tools/list", json!({}), &json!({}))
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

fn challenge(reply: &Reply) -> &str {
    reply
        .headers
        .get(header::WWW_AUTHENTICATE)
        .map_or("", |value| value.to_str().unwrap())
}

fn jwt(user: UserId, more: &[(&str, Value)]) -> String {
    let mut claims = json!({ "sub": user.to_string(), "exp": 4_102_444_800_i64 });
    for (name, value) in more {
        claims[*name] = value.clone();
    }
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

/// A program of a front end of one's own.
fn bearing(app: &TestApp, token: &str) -> Client {
    let mut client = app.client();
    client
        .headers
        .insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    client
}

async fn status_of(app: &TestApp, token: &str) -> u16 {
    let request = with(list(), "authorization", &format!("Bearer {token}"));
    app.client().send(request).await.status.as_u16()
}

#[tokio::test]
async fn without_a_token_one_is_told_where_tokens_come_from() {
    let app = TestApp::start().await;
    let reply = app.client().send(list()).await;
    assert_eq!(reply.status, 401);
    assert!(
        reply.text().contains("settings page") && reply.text().contains("kaam token add"),
        "{}",
        reply.text()
    );
    assert!(
        challenge(&reply).contains(&format!("resource_metadata=\"{METADATA}\"")),
        "{}",
        challenge(&reply)
    );
    assert!(!challenge(&reply).contains("invalid_token"));

    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let reply = app.client().get(path).await;
        assert_eq!(
            (
                reply.status.as_u16(),
                reply.headers["access-control-allow-origin"].to_str().unwrap()
            ),
            (200, "*")
        );
        let document = reply.json();
        assert_eq!(document["resource"], "http://127.0.0.1:3000/mcp");
        assert!(
            document.get("authorization_servers").is_none(),
            "a list of none is left out: {document}"
        );
        assert_eq!(document["scopes_supported"], json!(["read", "write", "delete"]));
        assert!(document["token_instructions"].as_str().unwrap().contains("kaam token add"));
    }
}

#[tokio::test]
async fn cookies_count_for_nothing() {
    let app = TestApp::start().await;
    let browser = app.person("sana@x.example").await;
    assert_eq!(browser.get("/tasks").await.status, 200, "the browser is signed in");
    assert_eq!(browser.send(list()).await.status, 401);
    let reply = browser.json("/api/v1/tools/list_tasks", json!({})).await;
    assert_eq!(reply.status, 401, "{}", reply.text());
}

#[tokio::test]
async fn expired_revoked_and_foreign_tokens_are_refused() {
    let app = TestApp::with(&[("JWT_SECRET", SECRET)]).await;
    let user = app.user("a@x.example").await;
    let secret = tokens::random();
    let new = NewToken {
        id: app.clock.token_id(),
        user,
        name: "laptop",
        secret_hash: &secret::hash(&secret),
        scopes: &["read"],
        at: app.clock.now(),
        expires_at: Some(app.clock.now() + TimeDelta::days(1)),
    };
    app.state.store.create_token(&new).await.unwrap();
    assert_eq!(status_of(&app, &secret).await, 200);
    app.clock.forward(TimeDelta::days(1));
    assert_eq!(status_of(&app, &secret).await, 401, "it has ended");

    let program = app.program_of(user, &["read"]).await;
    assert_eq!(program.send(list()).await.status, 200);
    for token in app.state.store.tokens(user).await.unwrap() {
        app.state.store.revoke_token(token.id).await.unwrap();
    }
    let reply = program.send(list()).await;
    assert_eq!(reply.status, 401, "it was revoked");
    assert!(challenge(&reply).contains("error=\"invalid_token\"") && challenge(&reply).contains(METADATA));

    let here = [("aud", json!(HERE))];
    assert_eq!(status_of(&app, &jwt(user, &here)).await, 200);
    let nobody = UserId(uuid::Uuid::from_u128(99));
    for bad in [
        tokens::random(),
        jwt(nobody, &here),
        jwt(user, &[("aud", json!(HERE)), ("exp", json!(1))]),
        jwt(user, &[]),
        jwt(user, &[("aud", json!([]))]),
        jwt(user, &[("aud", json!("https://other.example/mcp"))]),
        "nonsense".to_owned(),
    ] {
        assert_eq!(status_of(&app, &bad).await, 401, "{bad}");
    }
    for good in [
        json!(HERE),
        json!("http://127.0.0.1:3000/"),
        json!(["https://other.example", "http://127.0.0.1:3000"]),
    ] {
        assert_eq!(status_of(&app, &jwt(user, &[("aud", good)])).await, 200);
    }
}

#[tokio::test]
async fn a_jwt_that_says_nothing_is_for_the_chat_and_looks_elsewhere() {
    let app = TestApp::with(&[("JWT_SECRET", SECRET)]).await;
    let user = app.user("a@x.example").await;
    let plain = bearing(&app, &jwt(user, &[]));
    let id = plain.attach("a.txt", "text/plain", b"abc").await;
    let deleted = plain.chatkit("attachments.delete", json!({ "attachment_id": id })).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text());

    let reply = plain.send(list()).await;
    assert_eq!(reply.status, 401, "no `aud`: it is not for this door");
    assert!(challenge(&reply).contains("error=\"invalid_token\""), "{}", challenge(&reply));
    let unsaid = bearing(&app, &jwt(user, &[("aud", json!(HERE))]));
    let listed = ask(&unsaid, "tools/list", json!({})).await;
    let names: Vec<&Value> = listed["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["list_tasks", "find_tasks"]);
    let write = json!({ "name": "add_task", "arguments": { "title": "Milk" } });
    assert_eq!(unsaid.send(request("tools/call", write.clone(), &json!({}))).await.status, 403);

    for client in [&plain, &unsaid] {
        for (tool, arguments, expected) in [
            ("list_tasks", json!({}), 200),
            ("add_task", json!({ "title": "Milk" }), 403),
            ("delete_task", json!({ "task_id": "tsk_00000000000000000000000000000001" }), 403),
        ] {
            let reply = client.json(&format!("/api/v1/tools/{tool}"), arguments).await;
            assert_eq!(reply.status, expected, "{tool}: {}", reply.text());
        }
    }
    let foreign = bearing(&app, &jwt(user, &[("aud", json!("https://other.example"))]));
    assert_eq!(foreign.json("/api/v1/tools/list_tasks", json!({})).await.status, 401);

    let said = bearing(&app, &jwt(user, &[("aud", json!(HERE)), ("scope", json!("read write"))]));
    assert_eq!(said.send(request("tools/call", write, &json!({}))).await.status, 200);
    assert_eq!(said.json("/api/v1/tools/add_task", json!({ "title": "Eggs" })).await.status, 200);
}

#[tokio::test]
async fn a_token_goes_as_far_as_its_scopes() {
    let app = TestApp::with(&[("JWT_SECRET", SECRET)]).await;
    let user = app.user("a@x.example").await;
    let (reader, writer) = (
        app.program_of(user, &["read"]).await,
        app.program_of(user, &["read", "write"]).await,
    );
    let names = async |client: &Client| {
        let listed = ask(client, "tools/list", json!({})).await;
        let tools = listed["tools"].as_array().unwrap();
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&reader).await, ["list_tasks", "find_tasks"]);
    assert!(!names(&writer).await.contains(&"delete_task".to_owned()) && names(&writer).await.contains(&"undo".to_owned()));

    let id = add(&writer, "Milk").await;
    let delete = || {
        request(
            "tools/call",
            json!({ "name": "delete_task", "arguments": { "task_id": id } }),
            &json!({}),
        )
    };
    let reply = writer.send(delete()).await;
    assert_eq!(reply.status, 403);
    assert!(
        challenge(&reply).contains("error=\"insufficient_scope\", scope=\"read write delete\""),
        "{}",
        challenge(&reply)
    );
    assert!(challenge(&reply).contains(METADATA));
    assert_eq!(reply.json()["error"]["code"], "forbidden");
    assert_eq!(titles(&writer).await, ["Milk"], "nothing was deleted");
    let add = request(
        "tools/call",
        json!({ "name": "add_task", "arguments": { "title": "No" } }),
        &json!({}),
    );
    assert_eq!(reader.send(add).await.status, 403);

    // Where the name is hidden from the guard, the tool itself refuses: here by a second `params`, of which the last counts.
    let twice = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_tasks"}},"params":{{"name":"delete_task","arguments":{{"task_id":"{id}"}}}}}}"#
    );
    let mut request = old_request("tools/call", &json!({}));
    *request.body_mut() = Body::from(twice);
    let reply = writer.send(request).await;
    assert!(reply.status != 200 || reply.text().contains("lacks the scope"), "{}", reply.text());
    assert_eq!(titles(&writer).await, ["Milk"]);

    let narrow = bearing(&app, &jwt(user, &[("aud", json!(HERE)), ("scope", json!("read"))]));
    assert_eq!(narrow.send(delete()).await.status, 403);

    let adder = app.program_of(user, &["write"]).await;
    assert_eq!(
        done(&adder, "add_task", json!({ "title": "Bread" })).await["task"]["title"],
        "Bread"
    );
}

#[tokio::test]
async fn what_is_shown_beside_tools_wants_the_scope_read() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let (adder, reader) = (app.program_of(user, &["write"]).await, app.program_of(user, &["read"]).await);
    let typed = json!({ "ref": { "type": "ref/prompt", "name": "plan_my_day" }, "argument": { "name": "language", "value": "u" } });
    for (method, params) in [
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "tasks://today" })),
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "plan_my_day" })),
        ("completion/complete", typed),
        ("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": [] } })),
    ] {
        let reply = adder.send(request(method, params.clone(), &json!({}))).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["error"]["code"]),
            (403, &json!("forbidden")),
            "{method}"
        );
        assert!(
            challenge(&reply).contains("error=\"insufficient_scope\", scope=\"write read\"") && challenge(&reply).contains(METADATA),
            "{method}: {}",
            challenge(&reply)
        );
        let response = reader.open(request(method, params, &json!({}))).await;
        assert_eq!(response.status(), 200, "{method}");
    }
    // Who cannot look is greeted all the same, and told the tools that there are for them.
    ask(&adder, "server/discover", json!({})).await;
    assert!(!ask(&adder, "tools/list", json!({})).await["tools"].as_array().unwrap().is_empty());
    // Where the method is hidden from the guard, the handler itself refuses.
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"prompts/list"}"#;
    let mut hidden = old_request("prompts/list", &json!({}));
    *hidden.body_mut() = Body::from(twice);
    let reply = adder.send(hidden).await;
    assert!(reply.status != 200 || reply.text().contains("lacks the scope"), "{}", reply.text());
}

#[tokio::test]
async fn foreign_pages_and_foreign_names_are_refused() {
    let app = TestApp::with(&[
        ("KAAM_PUBLIC_URL", "https://kaam.example"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example,http://tool.example:8080"),
    ])
    .await;
    let program = app.program("a@x.example").await;
    let origin = async |origin: &str| program.send(with(list(), "origin", origin)).await.status.as_u16();
    for good in [
        "https://kaam.example",
        "https://app.example",
        "http://tool.example:8080",
        "http://localhost:6274",
        "http://127.0.0.1",
        "http://[::1]:9",
    ] {
        assert_eq!(origin(good).await, 200, "{good}");
    }
    for bad in [
        "https://evil.example",
        "http://kaam.example",
        "https://kaam.example:444",
        "http://tool.example:8081",
        "https://app.example.evil.example",
        "https://localhost.evil.example",
        "null",
    ] {
        assert_eq!(origin(bad).await, 403, "{bad}");
    }
    let host = async |host: &str| program.send(with(list(), "host", host)).await.status.as_u16();
    for good in ["kaam.example", "kaam.example:443", "localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
        assert_eq!(host(good).await, 200, "{good}");
    }
    for bad in ["evil.example", "kaam.example.evil.example", "192.168.1.5:3000"] {
        assert_eq!(host(bad).await, 403, "{bad}");
    }
}

#[tokio::test]
async fn oversized_and_malformed_bodies_are_refused() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let send = async |body: String| {
        let mut request = list();
        *request.body_mut() = Body::from(body);
        program.send(request).await
    };
    let reply = send(format!("\"{}\"", "x".repeat(1024 * 1024))).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]["code"]), (413, &json!("too_large")));
    for body in [
        "",
        "{",
        "[]",
        "7",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\"}",
        "\u{0}",
    ] {
        let reply = send(body.to_owned()).await;
        assert!(
            (400..500).contains(&reply.status.as_u16()),
            "{body:?}: {} {}",
            reply.status,
            reply.text()
        );
    }
    let reply = program.send(with(list(), "content-type", "text/plain")).await;
    assert!((400..500).contains(&reply.status.as_u16()), "{}", reply.status);
    for method in ["GET", "DELETE", "PUT"] {
        let mut request = list();
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(program.send(request).await.status, 405, "{method}");
    }
    let unknown = request("tools/steal", json!({}), &json!({}));
    assert_eq!(program.send(unknown).await.json()["error"]["code"], -32601);
}

#[tokio::test]
async fn requests_of_one_person_are_counted() {
    let app = TestApp::with(&[("KAAM_TOOL_CALLS_PER_MINUTE", "4")]).await;
    let (one, other) = (app.program("a@x.example").await, app.program("b@x.example").await);
    assert_eq!(one.send(list()).await.status, 200);
    assert_eq!(
        one.json("/api/v1/tools/list_tasks", json!({})).await.status,
        200,
        "both doors count together"
    );
    for reply in [one.send(list()).await, one.json("/api/v1/tools/list_tasks", json!({})).await] {
        assert_eq!((reply.status.as_u16(), reply.headers["retry-after"].to_str().unwrap()), (429, "15"));
    }
    assert_eq!(other.send(list()).await.status, 200);
    app.clock.forward(TimeDelta::seconds(15));
    assert_eq!(one.send(list()).await.status, 200);
}

#[tokio::test]
async fn every_call_leaves_its_line() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let program = app.program_of(user, &["read", "write"]).await;
    let token = app.state.store.tokens(user).await.unwrap()[0].id;
    add(&program, "Milk").await;
    refused(
        &program,
        "complete_task",
        json!({ "task_id": "tsk_00000000000000000000000000000001" }),
    )
    .await;
    let delete = request("tools/call", json!({ "name": "delete_task", "arguments": {} }), &json!({}));
    assert_eq!(program.send(delete).await.status, 403);
    assert_eq!(program.json("/api/v1/tools/list_tasks", json!({})).await.status, 200);
    let calls = app.state.store.calls_of_token(user, token, 10).await.unwrap();
    let told: Vec<(&str, &str, &str)> = calls
        .iter()
        .map(|call| (call.door.as_str(), call.tool.as_str(), call.outcome.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("http", "list_tasks", "done"),
            ("mcp", "delete_task", "forbidden"),
            ("mcp", "complete_task", "refused"),
            ("mcp", "add_task", "done"),
        ]
    );
    assert_eq!(calls[0].created_at, NOON.parse::<chrono::DateTime<chrono::Utc>>().unwrap());

    app.clock.forward(TimeDelta::days(181));
    add(&program, "Bread").await;
    let calls = app.state.store.calls_of_token(user, token, 10).await.unwrap();
    assert_eq!(calls.len(), 1, "what is half a year old is gone");
}
