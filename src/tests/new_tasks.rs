//! The line for a new task, through the real router: what is typed there is one task, for the person who typed it, once.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::app::{Client, Reply, TestApp, thread_of};

/// As the page sends it.
async fn add(client: &Client, text: &str, key: &str) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("text", text), ("key", key), ("back", "")])
        .finish();
    let request = Request::post("/api/tasks/add")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(Body::from(body));
    client.send(request.unwrap()).await
}

/// The sentence that says what was added.
fn said(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()[1].as_str().unwrap().to_owned()
}

/// The titles and dates of what is to do.
async fn pending(client: &Client) -> Vec<(String, String)> {
    let lists = client.json("/api/tasks/lists", json!({})).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tasks = lists["pending"].as_array().unwrap().iter();
    tasks.map(|task| (text(&task["title"]), text(&task["due_iso"]))).collect()
}

fn one(title: &str, due: &str) -> Vec<(String, String)> {
    vec![(title.into(), due.into())]
}

#[tokio::test]
async fn a_text_becomes_a_task_on_the_persons_calendar_and_the_date_is_said_in_full() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let added = add(&browser, " Buy milk\ntomorrow 5pm ", "k").await;
    assert_eq!(said(&added), "Added: \u{2068}Buy milk\u{2069}, Tuesday, 24 November 2026, 5:00 PM");
    assert_eq!(pending(&browser).await, one("Buy milk", "2026-11-24T17:00"));

    // By its id it can be taken back.
    let id = added.json()[0].as_str().unwrap().to_owned();
    browser.form("/api/tasks/delete", &[("id", &id)]).await;
    assert!(pending(&browser).await.is_empty());

    // In Los Angeles it is still Sunday.
    let profile = [
        ("name", "Sana"),
        ("zone", "America/Los_Angeles"),
        ("digits", "latin"),
        ("week_start", "sunday"),
    ];
    browser.form("/api/account/profile", &profile).await;
    browser
        .form(
            "/api/account/appearance",
            &[("locale", "ur"), ("theme", "system"), ("back", "/tasks")],
        )
        .await;
    let urdu = add(&browser, "دودھ لانا کل صبح ہر 2 ہفتے، بہت ضروری", "").await;
    let sentence = said(&urdu);
    assert!(
        sentence.starts_with("شامل ہو گیا: \u{2068}دودھ لانا\u{2069}، پیر، 23 نومبر، 2026، صبح 9 بجے"),
        "{sentence}"
    );
    let listed = program.json("/api/v1/tools/list_tasks", json!({})).await.json();
    let task = &listed["tasks"][0];
    assert_eq!(
        task["due"],
        json!({ "date": "2026-11-23", "time": "09:00", "zone": "America/Los_Angeles", "weekday": "Monday" })
    );
    assert_eq!(
        (&task["repeat"], &task["priority"]),
        (&json!("FREQ=WEEKLY;INTERVAL=2"), &json!("p1"))
    );
}

#[tokio::test]
async fn while_it_is_typed_it_is_said_which_words_are_no_date_and_that_a_time_has_passed() {
    let app = TestApp::start().await;
    let (browser, _) = app.both("a@x.example").await;
    for (text, note) in [
        (
            "gym today at 9am",
            "“\u{2068}today at 9am\u{2069}” has already passed, so it is in the title and the task has no date.",
        ),
        (
            "call Sara tomorrow 9pm London",
            "I did not understand “\u{2068}tomorrow 9pm London\u{2069}” as a date, so it is in the title.",
        ),
        ("gym tomorrow at 9am", ""),
    ] {
        let seen = browser
            .json("/api/tasks/preview", json!({ "text": text, "literal": "" }))
            .await
            .json();
        assert_eq!(seen["note"], json!(note), "{text}");
    }
}

#[tokio::test]
async fn what_would_be_an_order_in_the_chat_is_one_more_task() {
    let app = TestApp::start().await;
    let browser = app.person("a@x.example").await;
    for text in ["buy milk", "milk is bought", "delete all tasks", "doodh le liya", "show my tasks"] {
        add(&browser, text, "").await;
    }
    let lists = browser.json("/api/tasks/lists", json!({})).await.json();
    assert_eq!(lists["completed"], json!([]));
    let titles: Vec<String> = pending(&browser).await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(
        titles,
        ["buy milk", "milk is bought", "delete all tasks", "doodh le liya", "show my tasks"]
    );
    assert_eq!(app.model.requests().len(), 0, "no model is asked");
}

#[tokio::test]
async fn what_says_nothing_or_too_much_is_refused_and_so_is_who_is_not_signed_in() {
    let app = TestApp::start().await;
    let (browser, other) = (app.person("a@x.example").await, app.person("b@x.example").await);
    for (text, key, status, error) in [
        (String::new(), "", StatusCode::UNPROCESSABLE_ENTITY, "Blank"),
        (" \n\u{202e}".into(), "", StatusCode::UNPROCESSABLE_ENTITY, "Blank"),
        ("x".repeat(501), "", StatusCode::UNPROCESSABLE_ENTITY, "TooLong"),
        ("buy milk".into(), "a\0b", StatusCode::BAD_REQUEST, "Invalid"),
    ] {
        let reply = add(&browser, &text, key).await;
        assert_eq!((reply.status, reply.json()), (status, json!(error)));
    }
    let nobody = add(&app.client(), "buy milk", "").await;
    assert_eq!((nobody.status, nobody.json()), (StatusCode::UNAUTHORIZED, json!("SignedOut")));
    assert!(pending(&browser).await.is_empty());
    said(&add(&browser, &"x".repeat(500), "").await);
    assert_eq!(pending(&browser).await, one(&"x".repeat(500), ""));
    assert!(pending(&other).await.is_empty());
}

#[tokio::test]
async fn sent_twice_with_a_key_it_is_one_task() {
    let app = TestApp::start().await;
    let (browser, other) = (app.person("a@x.example").await, app.person("b@x.example").await);
    let (first, second) = tokio::join!(add(&browser, "buy milk", "k"), add(&browser, "buy milk", "k"));
    assert_eq!((said(&first), first.json()), (said(&second), second.json()));
    assert_eq!(pending(&browser).await, one("buy milk", ""));
    let taken = add(&browser, "buy bread", "k").await;
    assert_eq!((taken.status, taken.json()), (StatusCode::BAD_REQUEST, json!("Invalid")));
    // Somebody else's key is another one, and without a key each is a task of its own.
    for key in ["k", "", ""] {
        said(&add(&other, "buy milk", key).await);
    }
    assert_eq!((pending(&browser).await.len(), pending(&other).await.len()), (1, 3));
}

#[tokio::test]
async fn it_works_as_a_plain_form() {
    let app = TestApp::start().await;
    let browser = app.person("a@x.example").await;
    for path in ["/tasks", "/chat"] {
        let page = browser.get(path).await.text();
        assert!(
            page.contains("action=\"/api/tasks/add\"") && page.contains("name=\"text\""),
            "{path}"
        );
        let sent = browser
            .form("/api/tasks/add", &[("text", "buy milk tomorrow"), ("back", path)])
            .await;
        assert_eq!((sent.status, sent.location()), (StatusCode::FOUND, path));
    }
    let page = browser.get("/tasks").await.text();
    assert!(page.contains("buy milk") && page.contains("2026-11-24"), "{page}");
    let refused = browser.form("/api/tasks/add", &[("text", " "), ("back", "/tasks")]).await;
    assert_eq!(refused.status, StatusCode::FOUND);
    let location = refused.location().to_owned();
    let told = browser
        .get(location.strip_prefix("http://127.0.0.1:3000").unwrap_or(&location))
        .await
        .text();
    assert!(told.contains("Please write something first."), "{location}");
    assert_eq!(pending(&browser).await.len(), 2);
}

#[tokio::test]
async fn all_tasks_can_be_reached_page_by_page_and_the_counts_are_true() {
    let app = TestApp::start().await;
    let (browser, other) = (app.person("a@x.example").await, app.person("b@x.example").await);
    for n in 0..205 {
        said(&add(&browser, &format!("errand {n}"), "").await);
    }
    let load = async |client: &Client, body: Value| client.json("/api/tasks/lists", body).await;
    let ids = |lists: &Value, list: &str| -> Vec<String> {
        let tasks = lists[list].as_array().unwrap().iter();
        tasks.map(|task| task["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = load(&browser, json!({})).await.json();
    assert_eq!((&first["pending_total"], &first["completed_total"]), (&json!(205), &json!(0)));
    let mut all = ids(&first, "pending");
    assert_eq!(all.len(), 200);
    let last = all.last().unwrap().clone();
    let second = load(&browser, json!({ "after": last })).await.json();
    let newest = ids(&second, "pending").last().unwrap().clone();
    all.extend(ids(&second, "pending"));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 205);

    let named = load(&browser, json!({ "named": [newest, "no id"] })).await.json();
    assert_eq!(ids(&named, "named"), std::slice::from_ref(&newest));
    browser.form("/api/tasks/set-done", &[("id", &newest), ("done", "true")]).await;
    let done = load(&browser, json!({ "named": [newest] })).await.json();
    assert_eq!((&done["pending_total"], &done["completed_total"]), (&json!(204), &json!(1)));
    assert_eq!((ids(&done, "completed"), ids(&done, "named").len()), (vec![newest.clone()], 0));
    // Behind a task that is done comes what is done; of others nothing is told.
    let behind = load(&browser, json!({ "after": newest })).await.json();
    assert_eq!((&behind["pending"], &behind["completed"]), (&json!([]), &json!([])));
    assert_eq!(load(&other, json!({ "after": newest })).await.status, StatusCode::NOT_FOUND);
    assert_eq!(load(&other, json!({ "named": [newest] })).await.json()["named"], json!([]));
}

#[tokio::test]
async fn a_long_list_that_is_pasted_into_the_chat_is_asked_about_once_and_taken_back_at_once() {
    let app = TestApp::offline().await;
    let client = app.program("a@x.example").await;
    let forms = |events: &[Value]| {
        let forms = events.iter().filter(|event| {
            let is_new = event["type"] == "thread.item.added" || event["type"] == "thread.item.done";
            is_new && event["item"]["type"] == "structured_input"
        });
        forms
            .map(|event| event["item"]["inputs"][0]["question"].to_string())
            .collect::<Vec<_>>()
    };
    let list = |count: usize| (1..=count).map(|n| format!("- errand {n}\n")).collect::<String>();
    let total = async || client.json("/api/v1/tools/list_tasks", json!({ "limit": 0 })).await.json()["total"].clone();

    let asked = client.create(&list(120)).await;
    let (thread, questions) = (thread_of(&asked), forms(&asked));
    assert!(
        !questions.is_empty() && questions[0].contains("Add these 120 tasks?"),
        "{questions:?}"
    );
    assert_eq!(total().await, 0);
    let done = client.add(&thread, "yes").await;
    assert_eq!((forms(&done), total().await), (Vec::new(), json!(120)));
    client.add(&thread, "undo that").await;
    client.add(&thread, "yes").await;
    assert_eq!(total().await, 0);

    // A short one is asked about once, too: in words.
    let asked = client.create(&list(3)).await;
    assert_eq!((forms(&asked), total().await), (Vec::new(), json!(0)));
    let done = client.add(&thread_of(&asked), "yes").await;
    assert_eq!((forms(&done), total().await), (Vec::new(), json!(3)));
}
