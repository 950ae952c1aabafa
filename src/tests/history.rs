//! The history of tasks and the trash: whatever changes a task can be taken back, by the door at which it was changed and by others.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{
    app::{Client, TestApp, answer_of, thread_of},
    scripted_model::Reply,
};

async fn rows(app: &TestApp) -> Vec<Value> {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::query_scalar("select to_jsonb(tasks) from tasks order by id")
        .fetch_all(&mut db)
        .await
        .unwrap()
}

/// Who changed tasks, by which door and by which command, oldest first.
async fn history(app: &TestApp) -> Vec<(String, String, String)> {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::query_as("select actor, door, command from task_history order by id")
        .fetch_all(&mut db)
        .await
        .unwrap()
}

async fn call(client: &Client, tool: &str, arguments: Value) -> Value {
    let reply = client.json(&format!("/api/v1/tools/{tool}"), arguments).await;
    assert_eq!(reply.status, StatusCode::OK, "{tool}: {}", reply.text());
    reply.json()
}

async fn titles(client: &Client) -> Vec<String> {
    let listed = call(client, "list_tasks", json!({ "status": "all" })).await;
    let tasks = listed["tasks"].as_array().unwrap().iter();
    tasks.map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

/// A message to the model, which makes this call and says something.
async fn say(app: &TestApp, client: &Client, thread: Option<&str>, calls: &[(&str, Value)]) -> Vec<Value> {
    let calls: Vec<(String, &str, String)> = calls
        .iter()
        .enumerate()
        .map(|(n, (tool, args))| (format!("c{n}"), *tool, args.to_string()))
        .collect();
    let calls: Vec<(&str, &str, &str)> = calls.iter().map(|(id, tool, args)| (id.as_str(), *tool, args.as_str())).collect();
    app.model.reply(Reply::tool_calls_openai(&calls)).reply(Reply::text(&["ok"]));
    match thread {
        None => client.create("please do that").await,
        Some(thread) => client.add(thread, "please do that").await,
    }
}

#[tokio::test]
async fn undo_in_a_conversation_takes_back_all_that_its_newest_answer_did() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    let add = |title: &str| ("add_task", json!({ "title": title }));
    let events = say(&app, &client, None, &[add("milk")]).await;
    let thread = thread_of(&events);
    say(&app, &client, Some(&thread), &[add("eggs"), add("bread")]).await;
    // What another conversation or a program did is none of its changes.
    say(&app, &client, None, &[add("rent")]).await;
    call(&client, "add_task", json!({ "title": "fees" })).await;
    assert_eq!(titles(&client).await.len(), 5);

    // Two tasks go by it, so the person is asked; a single one as well, because nobody asked for a deletion.
    let undo = ("undo", json!({}));
    let asked = say(&app, &client, Some(&thread), std::slice::from_ref(&undo)).await;
    let form = asked.iter().find(|event| event["item"]["type"] == "structured_input").unwrap()["item"].clone();
    let question = form["inputs"][0]["question"].as_str().unwrap();
    assert!(question.starts_with("Take back that these 2 tasks were added?"), "{question}");
    app.model.clear();
    let params =
        json!({ "thread_id": thread, "item_id": form["id"], "input": { "answers": { "q1": { "values": ["Yes, take it back"] } } } });
    client.chatkit("threads.add_structured_input", params).await.events();
    let mut left = titles(&client).await;
    left.sort();
    assert_eq!(left, ["fees", "milk", "rent"]);
}

#[tokio::test]
async fn what_goes_by_undo_counts_as_deleted() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    let thread = thread_of(&say(&app, &client, None, &[("add_task", json!({ "title": "milk" }))]).await);
    let powder = call(&client, "add_task", json!({ "title": "milk powder" })).await["task"]["id"].clone();
    // The message lets one task go that it names; by undo or otherwise, the second needs a yes.
    app.model
        .reply(Reply::tool_calls_openai(&[("c1", "undo", "{}")]))
        .reply(Reply::tool_calls_openai(&[(
            "c2",
            "delete_task",
            &json!({ "task_id": powder }).to_string(),
        )]))
        .reply(Reply::text(&["ok"]));
    let asked = client.add(&thread, "delete the milk task").await;
    assert!(asked.iter().any(|event| event["item"]["type"] == "structured_input"), "{asked:?}");
    assert_eq!(titles(&client).await, ["milk powder"]);
}

#[tokio::test]
async fn the_built_in_assistant_undoes_step_by_step() {
    let app = TestApp::offline().await;
    let client = app.program("a@x.example").await;
    let thread = thread_of(&client.create("add milk").await);
    client.add(&thread, "add bread tomorrow 5pm").await;
    client.add(&thread, "delete milk").await;
    assert_eq!(titles(&client).await, ["bread"]);
    client.add(&thread, "undo that").await;
    assert_eq!(titles(&client).await, ["bread", "milk"]);
    client.add(&thread, "wapas karo").await;
    assert_eq!(titles(&client).await, ["milk"]);
    client.add(&thread, "واپس لے لو").await;
    assert_eq!(titles(&client).await, [""; 0]);
    let said = answer_of(&client.add(&thread, "undo").await);
    assert!(said.contains("nothing to undo"), "{said}");
}

#[tokio::test]
async fn what_a_list_in_a_conversation_deletes_can_be_restored_there() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    let events = say(&app, &client, None, &[("add_task", json!({ "title": "milk" }))]).await;
    let thread = thread_of(&events);
    let widget = events
        .iter()
        .find(|event| event["type"] == "thread.item.done" && event["item"]["type"] == "widget")
        .unwrap()["item"]
        .clone();
    let id = widget["widget"]["children"][0]["key"].clone();
    let act = async |kind: &str| {
        let action = json!({ "type": kind, "payload": { "task_id": id } });
        let params = json!({ "thread_id": thread, "item_id": widget["id"], "action": action });
        let events = client.chatkit("threads.custom_action", params).await.events();
        let replaced = events.iter().find(|event| event["type"] == "thread.item.replaced");
        replaced.map(|event| event["item"]["widget"].to_string()).unwrap_or_default()
    };
    let deleted = act("task.delete").await;
    assert!(deleted.contains("task.restore") && titles(&client).await.is_empty(), "{deleted}");
    let restored = act("task.restore").await;
    assert!(!restored.contains("task.restore"), "{restored}");
    assert_eq!(titles(&client).await, ["milk"]);
    // Restored once, there is nothing to restore.
    assert_eq!(act("task.restore").await, "");
}

#[tokio::test]
async fn what_the_page_does_in_a_list_is_taken_back_like_what_it_does_elsewhere() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let events = say(&app, &program, None, &[("add_task", json!({ "title": "milk", "repeat": "daily" }))]).await;
    let thread = thread_of(&events);
    let is_list = |event: &&Value| event["type"] == "thread.item.done" && event["item"]["type"] == "widget";
    let item = events.iter().find(is_list).unwrap()["item"].clone();
    let id = item["widget"]["children"][0]["key"].clone();
    let before = rows(&app).await;
    let act = async |kind: &str, more: Value| {
        let mut payload = more;
        payload["task_id"] = id.clone();
        let act = json!({ "item": item["id"], "kind": kind, "payload": payload.to_string() });
        browser.json("/api/chat/sync-action", json!({ "thread": thread, "act": act })).await
    };
    for (kind, more, deed) in [
        ("task.set_done", json!({ "done": true }), "Complete"),
        ("task.reschedule", json!({ "due": "2026-12-24" }), "Move"),
        ("task.delete", json!({}), "Delete"),
    ] {
        let done = act(kind, more).await.json()["done"].clone();
        assert_eq!((&done["deed"], &done["title"]), (&json!(deed), &json!("milk")), "{done}");
        assert_ne!(rows(&app).await, before, "{kind}");
        browser.form("/api/tasks/undo", &[("token", done["token"].as_str().unwrap())]).await;
        assert_eq!(rows(&app).await, before, "{kind}");
    }
    // What is restored in the list is not to be taken back once more.
    let deleted = act("task.delete", json!({})).await.json()["done"]["token"].clone();
    let restored = act("task.restore", json!({})).await.json()["done"].clone();
    assert_eq!((&restored["deed"], &restored["token"]), (&json!("Restore"), &deleted));
    assert_eq!(rows(&app).await, before);
    // What cannot be done any more is refused.
    assert!(!act("task.restore", json!({})).await.status.is_success());
}

#[tokio::test]
async fn the_page_takes_back_what_it_did_and_nobody_elses() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let other = app.person("b@x.example").await;
    let id = call(&program, "add_task", json!({ "title": "milk", "due": "today", "repeat": "daily" })).await["task"]["id"].clone();
    let before = rows(&app).await;
    for (path, fields) in [
        ("/api/tasks/set-done", vec![("id", id.as_str().unwrap()), ("done", "true")]),
        ("/api/tasks/delete", vec![("id", id.as_str().unwrap())]),
    ] {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let request = axum::http::Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body.into());
        let token = browser.send(request.unwrap()).await.json();
        let token = token.as_str().unwrap();
        assert_ne!(rows(&app).await, before, "{path}");
        let undo = async |client: &Client| client.form("/api/tasks/undo", &[("token", token)]).await;
        undo(&other).await;
        assert_ne!(rows(&app).await, before, "{path}");
        undo(&browser).await;
        assert_eq!(rows(&app).await, before, "{path}");
    }
    let doors: Vec<String> = history(&app)
        .await
        .into_iter()
        .map(|(actor, door, command)| format!("{actor} {door} {command}"))
        .collect();
    assert_eq!(
        doors,
        [
            "program http add_task",
            "person page complete_task",
            "person page undo",
            "person page delete_task",
            "person page undo"
        ]
    );
}

#[tokio::test]
async fn the_trash_is_emptied_after_thirty_days() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    let id = call(&client, "add_task", json!({ "title": "milk" })).await["task"]["id"].clone();
    let deleted = call(&client, "delete_task", json!({ "task_id": id })).await;
    assert!(deleted["task"]["trashed_at"].is_string(), "{deleted}");
    let again = client.json("/api/v1/tools/delete_task", json!({ "task_id": id })).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let store = &app.state.store;
    let now: chrono::DateTime<chrono::Utc> = super::app::NOON.parse().unwrap();
    store.empty_trash(now - TimeDelta::days(1)).await.unwrap();
    assert_eq!(rows(&app).await.len(), 1);
    store.empty_trash(now + TimeDelta::days(1)).await.unwrap();
    assert_eq!(rows(&app).await.len(), 0);
    let gone = client
        .json("/api/v1/tools/undo", json!({ "undo_token": deleted["undo_token"] }))
        .await;
    assert!(gone.text().contains("changed again since"), "{}", gone.text());
}

#[tokio::test]
async fn the_history_keeps_no_texts_of_what_cannot_be_taken_back_any_more() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    let id = call(&client, "add_task", json!({ "title": "biopsy", "notes": "secret", "due": "today" })).await["task"]["id"].clone();
    let text = json!({ "task_id": id, "title": "biopsy of Tuesday" });
    call(&client, "update_task", text).await;
    call(&client, "delete_task", json!({ "task_id": id })).await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::query("insert into undos select user_id, id, changes, created_at from task_history")
        .execute(&mut db)
        .await
        .unwrap();
    app.clock.forward(TimeDelta::days(1));
    let newer = call(&client, "add_task", json!({ "title": "milk" })).await["undo_token"].clone();
    let newest = call(&client, "add_task", json!({ "title": "eggs" })).await["undo_token"].clone();
    let mut kept = async || -> (Vec<Value>, i64) {
        let changes = sqlx::query_scalar("select changes from task_history order by id")
            .fetch_all(&mut db)
            .await;
        let undos = sqlx::query_scalar("select count(*) from undos").fetch_one(&mut db).await;
        (changes.unwrap(), undos.unwrap())
    };
    let before = kept().await;
    let lines = history(&app).await;

    // As long as it could be taken back, all is there.
    app.clock.forward(TimeDelta::days(29));
    app.state.runs.tidy().await.unwrap();
    assert_eq!(kept().await, before);

    app.clock.forward(TimeDelta::milliseconds(1));
    app.state.runs.tidy().await.unwrap();
    let (changes, undos) = kept().await;
    let (pending, gone) = (json!({ "status": "pending", "trashed_at": null }), "2026-11-23T05:00:00+00:00");
    let trashed = json!({ "status": "pending", "trashed_at": gone });
    // Who did what to which task stays.
    let id = before.0[0][0]["id"].clone();
    assert_eq!(changes[0], json!([{ "id": id, "before": null, "after": pending }]));
    assert_eq!(changes[1], json!([{ "id": id, "before": pending, "after": pending }]));
    assert_eq!(changes[2], json!([{ "id": id, "before": pending, "after": trashed }]));
    assert_eq!((&changes[3..], undos), (&before.0[3..], 0));
    assert_eq!(history(&app).await, lines);
    assert!(!format!("{:?}", (&changes, rows(&app).await)).contains("biopsy"));
    call(&client, "undo", json!({ "undo_token": newer })).await;

    // Whose clock is behind takes back nothing of which only a part is there.
    let forgotten = app
        .state
        .store
        .forget_texts(app.state.clock.now() + TimeDelta::days(31))
        .await
        .unwrap();
    assert_eq!(forgotten, 3, "each goes once");
    let undone = client.json("/api/v1/tools/undo", json!({ "undo_token": newest })).await;
    assert!(undone.text().contains("nothing to undo"), "{}", undone.text());
}

/// Numbers that look random, the same ones each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[tokio::test]
async fn commands_undone_from_the_last_to_the_first_give_the_rows_of_before() {
    let app = TestApp::start().await;
    let client = app.program("a@x.example").await;
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let mut states: Vec<(Vec<Value>, String)> = Vec::new();
        let mut ids: Vec<String> = Vec::new();
        for n in 0..10 {
            app.clock.forward(TimeDelta::minutes(7));
            let before = rows(&app).await;
            let id = if ids.is_empty() { "" } else { &ids[dice.roll(ids.len())] };
            let (tool, arguments) = match dice.roll(if ids.is_empty() { 1 } else { 7 }) {
                0 => (
                    "add_task",
                    json!({ "title": format!("t{n}"), "due": "tomorrow 5pm", "repeat": "every 2 days" }),
                ),
                1 => (
                    "add_tasks",
                    json!({ "tasks": [{ "title": "a" }, { "title": "b", "priority": "p1" }] }),
                ),
                2 => ("complete_task", json!({ "task_id": id })),
                3 => ("complete_tasks", json!({ "task_ids": ids.iter().take(5).collect::<Vec<_>>() })),
                4 => ("delete_task", json!({ "task_id": id })),
                5 => (
                    "update_task",
                    json!({ "task_id": id, "title": format!("u{n}"), "due": "none", "notes": "x" }),
                ),
                _ => ("update_task", json!({ "task_id": id, "status": "pending", "repeat": "daily" })),
            };
            let reply = client.json(&format!("/api/v1/tools/{tool}"), arguments).await;
            if reply.status != StatusCode::OK {
                // A task that is in the trash already.
                assert_eq!(rows(&app).await, before, "{tool}");
                continue;
            }
            let result = reply.json();
            let made = result["task"]["id"].as_str().into_iter().map(str::to_owned);
            let added = result["added"].as_array().into_iter().flatten();
            ids.extend(made.chain(added.map(|task| task["id"].as_str().unwrap().to_owned())));
            match result["undo_token"].as_str() {
                Some(token) => states.push((before, token.to_owned())),
                None => assert_eq!(rows(&app).await, before, "{tool}: {result}"),
            }
        }
        for (before, token) in states.into_iter().rev() {
            call(&client, "undo", json!({ "undo_token": token })).await;
            assert_eq!(rows(&app).await, before, "seed {seed}");
        }
    }
}
