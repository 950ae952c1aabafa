//! What `kaam doctor` says of each endpoint.

use std::process::Output;

use tokio::process::Command;

use super::*;

/// What it says of the model, with the machine's own things left out.
async fn doctor(app: &TestApp, variables: &[(&str, &str)]) -> String {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_kaam"))
        .arg("doctor")
        .env_clear()
        .env("DATABASE_URL", &app.database_url)
        .env("KAAM_DATA_DIR", &app.data)
        .envs(variables.iter().copied())
        .current_dir(std::env::temp_dir())
        .output()
        .await
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = report.lines().skip_while(|line| !line.contains(" model:")).collect();
    lines.join("\n")
}

async fn of(model: &ScriptedModel, models: &str) -> String {
    let app = TestApp::offline().await;
    let address = model.base_url().to_string();
    let report = doctor(&app, &[("AI_BASE_URL", &address), ("AI_MODEL", models)]).await;
    report.replace(&format!(":{}", model.base_url().port().unwrap()), ":11434")
}

fn ping() -> Reply {
    Reply::tool_calls_openai(&[("call_1", "ping", "{}")])
}

#[tokio::test]
async fn the_doctor_tries_a_call_of_a_tool() {
    let mut said = Vec::new();
    let mut case = async |name: &str, models: &str, set_up: &dyn Fn(&ScriptedModel)| {
        let model = ScriptedModel::start().await;
        model.list_models(Some(&["gemma3:4b", "llama3.1"]));
        set_up(&model);
        said.push(format!("{name}\n{}", of(&model, models).await));
    };
    let no_tools = |model: &ScriptedModel| {
        model.usually(ping()).refuse(|request| {
            let is_it = request["model"] == "gemma3:4b" && request.get("tools").is_some();
            is_it
                .then(|| refusal("registry.ollama.ai/library/gemma3:4b does not support tools"))
                .flatten()
        });
    };
    case("calls tools", "llama3.1", &|model| {
        model.usually(ping());
    })
    .await;
    case("answers in words", "llama3.1", &|model| {
        model.usually(Reply::text(&["Pong!"]));
    })
    .await;
    case("takes no tools", "gemma3:4b", &no_tools).await;
    case("takes no tools, but the next one does", "gemma3:4b,llama3.1", &no_tools).await;
    case("knows no stream_options", "llama3.1", &|model| {
        model.usually(ping()).refuse(|request| {
            request
                .get("stream_options")
                .and_then(|_| refusal("Unrecognized request argument: stream_options"))
        });
    })
    .await;
    case("refuses everything", "llama3.1", &|model| {
        model.usually(Reply::status(400, &json!({ "error": { "message": "You shall not pass." } }), &[]));
    })
    .await;
    case("lists no models", "llama3.1", &|model| {
        model.list_models(None).usually(ping());
    })
    .await;
    case("has another model", "mistral", &|model| {
        model.usually(ping());
    })
    .await;
    case("wants a key", "llama3.1", &|model| {
        model.usually(Reply::status(401, &json!({ "error": { "message": "no key" } }), &[]));
    })
    .await;
    insta::assert_snapshot!("what the doctor says of endpoints", said.join("\n\n"));
}

#[tokio::test]
async fn the_doctor_finds_the_version_in_the_address_and_says_so() {
    let model = ScriptedModel::start().await;
    model.usually(ping());
    let app = TestApp::offline().await;
    let root = model.base_url().join("/").unwrap().to_string();
    let report = doctor(&app, &[("AI_BASE_URL", &root), ("AI_MODEL", "scripted")]).await;
    assert!(
        report.starts_with("ok") && report.contains(&format!("set AI_BASE_URL={root}v1")),
        "{report}"
    );
    let nowhere = model.base_url().join("/elsewhere").unwrap().to_string();
    let report = doctor(&app, &[("AI_BASE_URL", &nowhere), ("AI_MODEL", "scripted")]).await;
    assert!(
        report.starts_with("problem") && report.contains("Look at AI_BASE_URL") && report.contains("/v1"),
        "{report}"
    );
}

#[tokio::test]
async fn no_proxy_leads_to_this_machine() {
    let model = ScriptedModel::start().await;
    model.usually(ping());
    let app = TestApp::offline().await;
    let address = model.base_url().to_string();
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let variables = [
            ("AI_BASE_URL", address.as_str()),
            ("AI_MODEL", "scripted"),
            (proxy, "http://127.0.0.1:1"),
        ];
        let report = doctor(&app, &variables).await;
        assert!(
            report.starts_with("ok") && report.contains("scripted calls them"),
            "{proxy}: {report}"
        );
    }
}

#[tokio::test]
async fn where_this_machine_does_not_answer_there_is_a_word_on_containers() {
    let app = TestApp::offline().await;
    // Port 1 of this machine: nobody listens there.
    for address in ["http://localhost:1/v1", "http://127.0.0.1:1/v1"] {
        let report = doctor(&app, &[("AI_BASE_URL", address), ("AI_MODEL", "scripted")]).await;
        assert!(report.starts_with("problem"), "{report}");
        assert!(
            report.contains("container") && report.contains("http://host.docker.internal:1/v1"),
            "{report}"
        );
    }
}
