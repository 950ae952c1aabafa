//! The tools over plain HTTP.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use super::app::{Client, TestApp};

async fn call(client: &Client, tool: &str, arguments: Value) -> (u16, Value) {
    let reply = client.json(&format!("/api/v1/tools/{tool}"), arguments).await;
    (reply.status.as_u16(), reply.json())
}

#[tokio::test]
async fn a_script_adds_lists_completes_and_undoes() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let (status, added) = call(&program, "add_task", json!({ "title": "Milk", "due": "tomorrow at 5pm" })).await;
    assert_eq!(
        (status, &added["task"]["due"]),
        (
            200,
            &json!({ "date": "2026-11-24", "time": "17:00", "zone": "Asia/Karachi", "weekday": "Tuesday" })
        )
    );
    let id = &added["task"]["id"];
    let (_, completed) = call(&program, "complete_task", json!({ "task_id": id })).await;
    assert_eq!(completed["task"]["status"], "completed");
    let (status, _) = call(&program, "undo", json!({ "undo_token": completed["undo_token"] })).await;
    assert_eq!(status, 200);
    let reply = program
        .send(Request::post("/api/v1/tools/list_tasks").body(Body::empty()).unwrap())
        .await;
    assert_eq!(reply.json()["tasks"][0]["title"], "Milk", "no arguments, no body");
}

#[tokio::test]
async fn the_week_begins_on_the_persons_day() {
    let app = TestApp::offline().await;
    let (browser, program) = app.both("a@x.example").await;
    // It is Monday, 23 November. A week that begins on Monday ends with its Sunday; one that begins on Sunday begins the next one with it.
    // Nonsense changes nothing.
    for (day, sunday) in [("monday", "2026-12-06"), ("sunday", "2026-11-29"), ("never", "2026-11-29")] {
        let profile = [("name", "Sana"), ("zone", "Asia/Karachi"), ("digits", "latin"), ("week_start", day)];
        browser.form("/api/account/profile", &profile).await;
        let (_, added) = call(&program, "add_task", json!({ "title": "Milk", "due": "sunday next week" })).await;
        assert_eq!(added["task"]["due"]["date"], sunday, "{day}: {added}");
        program.create("agle hafte itwar ko doodh lena hai").await;
        let (_, list) = call(&program, "list_tasks", json!({ "query": "doodh" })).await;
        assert_eq!(list["tasks"][0]["due"]["date"], sunday, "{day}: {list}");
        call(&program, "delete_task", json!({ "task_id": list["tasks"][0]["id"] })).await;

        // Monday and the Sunday six days later are of one week, or of two.
        let every_other = json!({ "title": "Gym", "due": "2026-11-30", "repeat": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU" });
        let (_, added) = call(&program, "add_task", every_other).await;
        let (_, done) = call(&program, "complete_task", json!({ "task_id": added["task"]["id"] })).await;
        let next = if day == "monday" { "2026-12-06" } else { "2026-12-13" };
        assert_eq!(done["next"]["due"]["date"], next, "{day}: {done}");
    }
}

#[tokio::test]
async fn a_task_that_repeats_comes_back() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let words = json!({ "title": "Gym", "due": "tomorrow at 7pm", "repeat": "every Tuesday and Friday" });
    let (status, added) = call(&program, "add_task", words).await;
    assert_eq!((status, &added["task"]["repeat"]), (200, &json!("FREQ=WEEKLY;BYDAY=TU,FR")));
    let id = json!({ "task_id": added["task"]["id"] });
    let (_, done) = call(&program, "complete_task", id.clone()).await;
    assert_eq!(
        (&done["next"]["due"]["date"], &done["next"]["due"]["time"], &done["next"]["repeat"]),
        (&json!("2026-11-27"), &json!("19:00"), &added["task"]["repeat"])
    );
    assert!(done["task"].get("repeat").is_none(), "the rule goes on with the next one");
    let (_, again) = call(&program, "complete_task", id.clone()).await;
    assert!(again.get("next").is_none(), "{again}");
    // Taking it back takes the next one away.
    let (status, undone) = call(&program, "undo", json!({ "undo_token": done["undo_token"] })).await;
    assert_eq!((status, &undone["removed"]), (200, &json!([done["next"]["id"]])), "{undone}");
    let (_, list) = call(&program, "list_tasks", json!({})).await;
    assert_eq!(
        (list["tasks"].as_array().map(Vec::len), &list["tasks"][0]["repeat"]),
        (Some(1), &added["task"]["repeat"])
    );

    // Without a date it begins with its first day; a rule may be given as it is, and stopped.
    let (_, rent) = call(
        &program,
        "add_task",
        json!({ "title": "Rent", "repeat": "har mahine ki 5 tareekh ko" }),
    )
    .await;
    assert_eq!(
        (&rent["task"]["repeat"], &rent["task"]["due"]["date"]),
        (&json!("FREQ=MONTHLY;BYMONTHDAY=5"), &json!("2026-12-05"))
    );
    let rent = rent["task"]["id"].clone();
    let (_, rule) = call(&program, "update_task", json!({ "task_id": rent, "repeat": "RRULE:FREQ=YEARLY" })).await;
    assert_eq!(
        (&rule["task"]["repeat"], &rule["changed"]),
        (&json!("FREQ=YEARLY"), &json!(["repeat"]))
    );
    let (_, stopped) = call(&program, "update_task", json!({ "task_id": rent, "repeat": "none" })).await;
    assert!(stopped["task"].get("repeat").is_none());
    for words in ["stop repeating", "dobara nahi", "اب دہرانا بند کرو", "never"] {
        call(&program, "update_task", json!({ "task_id": rent, "repeat": "rozana" })).await;
        let (status, stopped) = call(&program, "update_task", json!({ "task_id": rent, "repeat": words })).await;
        assert_eq!((status, &stopped["changed"]), (200, &json!(["repeat"])), "{words}");
        assert!(stopped["task"].get("repeat").is_none(), "{words}");
    }
    // Null is no word for it.
    let (status, error) = call(&program, "update_task", json!({ "task_id": rent, "repeat": null })).await;
    assert_eq!(status, 400, "{error}");
    for wrong in ["FREQ=HOURLY", "FREQ=DAILY;COUNT=2", "now and then", "FREQ=NEVER"] {
        let (status, error) = call(&program, "add_task", json!({ "title": "x", "repeat": wrong })).await;
        assert_eq!(status, 400, "{wrong}: {error}");
    }
}

#[tokio::test]
async fn failures_have_their_status() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let program = app.program_of(user, &["read", "write"]).await;
    let strange = json!({ "task_id": "tsk_00000000000000000000000000000001" });
    for (tool, arguments, status, code) in [
        ("add_task", json!({}), 400, "invalid"),
        ("add_task", json!({ "title": null }), 400, "invalid"),
        ("add_task", json!({ "title": "a\u{0}b" }), 400, "invalid"),
        ("list_tasks", json!({ "query": "a\u{0}b" }), 400, "invalid"),
        ("add_task", json!([]), 400, "invalid"),
        ("complete_task", strange.clone(), 404, "not_found"),
        ("delete_task", strange, 403, "forbidden"),
        ("drop_tables", json!({}), 404, "not_found"),
    ] {
        let (got, body) = call(&program, tool, arguments).await;
        assert_eq!((got, &body["error"]["code"]), (status, &json!(code)), "{tool}: {body}");
        assert!(body["error"]["request_id"].is_string());
    }
    let (status, _) = call(&app.client(), "list_tasks", json!({})).await;
    assert_eq!(status, 401);
    let large = json!({ "title": "x", "notes": "x".repeat(1024 * 1024) });
    assert_eq!(call(&program, "add_task", large).await.0, 413);
    let mut plain = Client::json_request("/api/v1/tools/add_task", &json!({ "title": "x" }));
    plain.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(program.send(plain).await.status, 415);
    let mut broken = Client::json_request("/api/v1/tools/add_task", &json!({}));
    *broken.body_mut() = Body::from("{\"title\"");
    broken.headers_mut().remove(header::CONTENT_LENGTH);
    assert_eq!(program.send(broken).await.status, 400);
    let reply = program
        .send(Request::get("/api/v1/tools/add_task").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json()["error"]["code"]),
        (405, &json!("method_not_allowed"))
    );
}

#[tokio::test]
async fn the_header_is_a_key_too() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let add = async |title: &str| {
        let mut request = Client::json_request("/api/v1/tools/add_task", &json!({ "title": title }));
        request.headers_mut().insert("idempotency-key", "k-1".parse().unwrap());
        let reply = program.send(request).await;
        (reply.status.as_u16(), reply.json())
    };
    let first = add("Milk").await;
    assert_eq!((first.0, add("Milk").await), (200, first.clone()));
    let (status, body) = add("Bread").await;
    assert_eq!((status, &body["error"]["code"]), (422, &json!("key_reused")));
}

#[tokio::test]
async fn the_document_describes_every_tool() {
    let app = TestApp::start().await;
    let reply = app.client().get("/api/v1/openapi.json").await;
    assert_eq!(reply.status, 200);
    let document = reply.json();
    assert_eq!(
        (&document["openapi"], &document["servers"][0]["url"]),
        (&json!("3.1.0"), &json!("http://127.0.0.1:3000"))
    );
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 9);
    for (path, item) in paths {
        let operation = &item["post"];
        assert!(path.ends_with(operation["operationId"].as_str().unwrap()));
        for status in ["200", "400", "401", "403", "404", "413", "415", "422", "429", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{path}: {status}");
        }
    }
    assert!(
        document["components"]["securitySchemes"]["token"]["description"]
            .as_str()
            .unwrap()
            .contains("kaam token add")
    );
}
