//! `kaam mcp`: the same over standard input and output.

use std::process::Stdio;

use kaam::{
    domain::time::Clock,
    server::{
        auth::{secret, tokens},
        store::accounts::NewToken,
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::*;

struct Local {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

fn command(app: &TestApp, arguments: &[&str], token: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaam"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", &app.database_url)
        .env("KAAM_DATA_DIR", std::env::temp_dir())
        .env("KAAM_TOKEN", token)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Local {
    fn start(app: &TestApp, arguments: &[&str], token: &str) -> Self {
        let mut child = command(app, arguments, token).spawn().unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    async fn write(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn read(&mut self) -> Value {
        serde_json::from_str(&self.output.next_line().await.unwrap().unwrap()).unwrap()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.write(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }))
            .await;
        self.read().await
    }

    async fn greet(&mut self, capabilities: Value) -> Value {
        let params = json!({ "protocolVersion": OLD, "capabilities": capabilities, "clientInfo": { "name": "local", "version": "1" } });
        let hello = self.ask("initialize", params).await;
        self.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
            .await;
        hello
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await["result"].clone()
    }

    async fn end(mut self) {
        drop(self.input);
        assert!(self.child.wait().await.unwrap().success(), "it ends with its input");
    }
}

#[tokio::test]
async fn an_account_is_served_beside_the_server() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let mut local = Local::start(&app, &["mcp", "--user", "a@x.example"], "");
    assert_eq!(local.greet(json!({})).await["result"]["serverInfo"]["name"], "kaam");
    let added = local.call("add_task", json!({ "title": "Milk", "due": "2027-01-01" })).await;
    assert_eq!(added["structuredContent"]["task"]["due"]["weekday"], "Friday");
    assert_eq!(titles(&program).await, ["Milk"], "the server sees it");
    let deleted = local
        .call("delete_task", json!({ "task_id": added["structuredContent"]["task"]["id"] }))
        .await;
    assert!(
        deleted["structuredContent"]["undo_token"].is_string(),
        "a client that cannot ask gets the token alone"
    );
    local.end().await;
}

#[tokio::test]
async fn an_old_client_that_can_ask_is_asked_in_between() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let id = add(&program, "Milk").await;
    let mut local = Local::start(&app, &["mcp", "--user", "a@x.example"], "");
    local.greet(json!({ "elicitation": {} })).await;
    for (answer, left) in [
        (json!({ "action": "decline" }), &["Milk"][..]),
        (json!({ "action": "accept", "content": { "delete": true } }), &[]),
    ] {
        let asked = local
            .ask("tools/call", json!({ "name": "delete_task", "arguments": { "task_id": id } }))
            .await;
        assert_eq!(
            (&asked["method"], &asked["params"]["message"]),
            (&json!("elicitation/create"), &json!("Delete the task “Milk”?"))
        );
        local.write(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": answer })).await;
        let end = local.read().await;
        assert_eq!(end["result"]["isError"], !left.is_empty(), "{end}");
        assert_eq!(titles(&program).await, left);
    }
    local.end().await;
}

#[tokio::test]
async fn a_token_serves_as_far_and_as_long_as_it_goes() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let secret = tokens::random();
    let new = NewToken {
        id: app.clock.token_id(),
        user,
        name: "laptop",
        secret_hash: &secret::hash(&secret),
        scopes: &["read"],
        at: app.clock.now(),
        expires_at: None,
    };
    app.state.store.create_token(&new).await.unwrap();
    let mut local = Local::start(&app, &["mcp"], &secret);
    local.greet(json!({})).await;
    let refused = local.call("add_task", json!({ "title": "Milk" })).await;
    assert!(
        refused["content"][0]["text"].as_str().unwrap().contains("lacks the scope `write`"),
        "{refused}"
    );
    assert_eq!(local.call("list_tasks", json!({})).await["structuredContent"]["tasks"], json!([]));
    app.state.store.revoke_token(new.id).await.unwrap();
    let reply = local.ask("tools/call", json!({ "name": "list_tasks" })).await;
    assert!(reply["error"]["message"].as_str().unwrap().contains("was revoked"), "{reply}");
    local.end().await;

    for (arguments, token, expected) in [
        (&["mcp"][..], "", "say whose tasks"),
        (&["mcp"], secret.as_str(), "was revoked"),
        (&["mcp", "--user", "nobody@x.example"], "", "there is no account"),
    ] {
        let output = command(&app, arguments, token).output().await.unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(expected),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
