use std::process::{Output, Stdio};

use tokio::{io::AsyncWriteExt, process::Command};

use super::*;

/// Runs the program against the database of the test, in a folder without `.env`.
async fn kaam(app: &TestApp, line: &str, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kaam"))
        .args(line.split_whitespace())
        .env_clear()
        .env("DATABASE_URL", &app.database_url)
        .env("KAAM_DATA_DIR", &app.data)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read may be gone before this is written.
    drop(stdin.write_all(input.as_bytes()).await);
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a failure says, which is on standard error alone.
fn complaint(output: &Output) -> String {
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn accounts_are_made_changed_and_deleted() {
    let app = TestApp::start().await;
    let id = out(&kaam(
        &app,
        "user add Sana@X.example --name Sana --admin --password-stdin",
        "wet paint over nine doors\n",
    )
    .await);
    assert!(id.starts_with("usr_") && id.ends_with('\n') && id.len() == 37, "{id}");
    assert!(out(&kaam(&app, "user list", "").await).starts_with("sana@x.example\tSana\tadmin\t"));
    let client = app.client();
    assert_eq!(sign_in(&client, "sana@x.example", PASSWORD).await.status, 200);

    let taken = kaam(&app, "user add sana@x.example --password-stdin", PASSWORD).await;
    assert_eq!(complaint(&taken), "kaam: there is an account with sana@x.example\n");
    let weak = kaam(&app, "user add b@x.example --password-stdin", "1234567890\n").await;
    assert!(complaint(&weak).contains("too easy to guess"));
    let short = kaam(&app, "user add b@x.example --password-stdin", "short\n").await;
    assert_eq!(complaint(&short), "kaam: a password has 10 to 200 characters\n");
    assert!(complaint(&kaam(&app, "user add b@x.example", "wet paint over nine doors\n").await).contains("--password-stdin"));

    out(&kaam(
        &app,
        "user set-password sana@x.example --password-stdin",
        "seven goats read the newspaper\r\n",
    )
    .await);
    assert_eq!(who(&client).await, "", "signed out everywhere");
    assert_eq!(
        sign_in(&client, "sana@x.example", "seven goats read the newspaper").await.status,
        200
    );

    let token = "token add sana@x.example --name x --scope read";
    out(&kaam(&app, token, "").await);
    out(&kaam(&app, token, "").await);
    let kept = kaam(
        &app,
        "user set-password sana@x.example --keep-tokens --password-stdin",
        "seven goats read the newspaper\n",
    )
    .await;
    assert!(String::from_utf8_lossy(&kept.stderr).contains("API tokens that still work: 2."));
    let revoked = kaam(
        &app,
        "user set-password sana@x.example --password-stdin",
        "seven goats read the newspaper\n",
    )
    .await;
    assert!(String::from_utf8_lossy(&revoked.stderr).contains("API tokens revoked: 2."));
    assert_eq!(out(&kaam(&app, "token list sana@x.example", "").await), "");

    out(&kaam(&app, "user delete sana@x.example", "").await);
    assert_eq!(who(&client).await, "");
    assert_eq!(out(&kaam(&app, "user list", "").await), "");
    assert!(complaint(&kaam(&app, "user delete sana@x.example", "").await).contains("no account with sana@x.example"));
}

#[tokio::test]
async fn a_token_is_printed_alone_and_revoked() {
    let app = TestApp::start().await;
    app.user("a@x.example").await;
    let token = out(&kaam(
        &app,
        "token add a@x.example --name laptop --scope read --scope write --expires 30",
        "",
    )
    .await);
    assert!(token.starts_with("kaam_") && token.len() == 49, "{token:?}");
    let mut program = app.client();
    program
        .headers
        .insert("authorization", format!("Bearer {}", token.trim_end()).parse().unwrap());
    let list = serde_json::json!({});
    assert_eq!(program.chatkit("threads.list", list.clone()).await.status, 200);

    let endless = out(&kaam(&app, "token add a@x.example --name server --expires never", "").await);
    let quarter = out(&kaam(&app, "token add a@x.example --name script", "").await);
    assert!(endless != quarter);
    let listed = out(&kaam(&app, "token list a@x.example", "").await);
    let ends: Vec<&str> = listed.lines().map(|line| line.split('\t').nth(4).unwrap()).collect();
    assert_eq!(ends[1], "never", "{listed}");
    assert!(ends[0] < ends[2], "30 days, and 90 where nothing is said: {listed}");

    let listed = out(&kaam(&app, "token list a@x.example", "").await);
    let columns: Vec<&str> = listed.lines().next().unwrap().split('\t').collect();
    assert_eq!((columns[1], columns[2], columns.len()), ("laptop", "read,write", 6), "{listed}");
    assert!(!listed.contains(token.trim_end()));
    out(&kaam(&app, &format!("token revoke {}", columns[0]), "").await);
    assert_eq!(program.chatkit("threads.list", list).await.status, 401);
    assert!(complaint(&kaam(&app, &format!("token revoke {}", columns[0]), "").await).contains("there is no token tok_"));
    assert!(complaint(&kaam(&app, "token add nobody@x.example --name x", "").await).contains("no account with nobody@x.example"));
}

#[tokio::test]
async fn the_doctor_says_what_is_right() {
    let app = TestApp::start().await;
    let report = out(&kaam(&app, "doctor", "").await);
    let checks: Vec<&str> = report.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(
        checks,
        [
            "ok       settings",
            "ok       data directory",
            "ok       database",
            "ok       migrations",
            "ok       attachments",
            "ok       model"
        ],
        "{report}"
    );
}

#[tokio::test]
async fn the_address_of_another_program_leads_to_the_same_database() {
    let app = TestApp::start().await;
    let theirs = app
        .database_url
        .replacen("postgresql://", "postgres://", 1)
        .replacen("postgres://", "postgresql+asyncpg://", 1);
    let command = |direct: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kaam"));
        command
            .arg("doctor")
            .env_clear()
            .env("KAAM_DATA_DIR", &app.data)
            .current_dir(std::env::temp_dir());
        command.env("DATABASE_URL", &theirs).env("DATABASE_DIRECT_URL", direct);
        command
    };
    let report = out(&command(&app.database_url).output().await.unwrap());
    assert!(
        report.contains("\nok       database: that of DATABASE_URL answers, and DATABASE_DIRECT_URL hears it\n"),
        "{report}"
    );
    let output = command("postgres://kaam:hunter2@127.0.0.1:1/kaam").output().await.unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(
        report.contains("look at DATABASE_DIRECT_URL (host, port)") && !report.contains("hunter2"),
        "{report}"
    );
}

#[tokio::test]
async fn migrating_twice_does_no_harm() {
    let app = TestApp::start().await;
    assert_eq!(out(&kaam(&app, "migrate", "").await), "The database is up to date.\n");
}

#[tokio::test]
async fn an_unreachable_database_stops_the_start_and_names_its_variable() {
    // Port 1 of this machine: nobody listens there.
    for (url, word) in [
        ("postgres://kaam:hunter2@127.0.0.1:1/kaam", "DATABASE_URL"),
        ("mysql://127.0.0.1/kaam", "DATABASE_URL"),
        ("postgres://k:hunter2#w/rd%@127.0.0.1:1/kaam", "percent-encode"),
    ] {
        for command in ["serve", "migrate"] {
            let output = Command::new(env!("CARGO_BIN_EXE_kaam"))
                .arg(command)
                .env_clear()
                .env("DATABASE_URL", url)
                .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
                .current_dir(std::env::temp_dir())
                .output()
                .await
                .unwrap();
            let said = complaint(&output);
            assert_eq!(output.status.code(), Some(1), "{command}: {said}");
            assert!(said.contains(word) && !said.contains("hunter2"), "{command}: {said}");
        }
    }
}
