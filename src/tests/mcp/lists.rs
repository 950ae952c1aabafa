//! Resources, prompts, completion and subscriptions.

use http_body_util::BodyExt;

use super::*;

async fn read(client: &Client, uri: &str) -> Value {
    let result = ask(client, "resources/read", json!({ "uri": uri })).await;
    assert_eq!(result["cacheScope"], "private");
    serde_json::from_str(result["contents"][0]["text"].as_str().unwrap()).unwrap()
}

fn titles_of(tasks: &Value) -> Vec<&str> {
    tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["title"].as_str().unwrap())
        .collect()
}

async fn with_tasks(app: &TestApp) -> Client {
    let program = app.program("a@x.example").await;
    let due = [
        ("Yesterday", "2026-11-23"),
        ("At nine", "2026-11-24T09:00"),
        ("At noon", "2026-11-24T12:00"),
        ("Tomorrow", "2026-11-25"),
    ];
    for (title, due) in due {
        done(&program, "add_task", json!({ "title": title, "due": due })).await;
    }
    // Now it is Tuesday, 10:00.
    app.clock.forward(chrono::TimeDelta::days(1));
    program
}

#[tokio::test]
async fn resources_are_todays_the_overdue_and_each_task() {
    let app = TestApp::start().await;
    let program = with_tasks(&app).await;
    let listed = ask(&program, "resources/list", json!({})).await;
    let uris: Vec<&str> = listed["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["uri"].as_str().unwrap())
        .collect();
    assert_eq!(
        (uris.as_slice(), &listed["cacheScope"]),
        (&["tasks://today", "tasks://overdue"][..], &json!("private"))
    );
    let today = read(&program, "tasks://today").await;
    assert_eq!((&today["date"], &today["weekday"]), (&json!("2026-11-24"), &json!("Tuesday")));
    assert_eq!(titles_of(&today["tasks"]), ["At nine", "At noon"]);
    assert_eq!(
        titles_of(&read(&program, "tasks://overdue").await["tasks"]),
        ["Yesterday", "At nine"]
    );

    let templates = ask(&program, "resources/templates/list", json!({})).await;
    assert_eq!(templates["resourceTemplates"][0]["uriTemplate"], "tasks://{id}");
    let typed = json!({ "ref": { "type": "ref/resource", "uri": "tasks://{id}" }, "argument": { "name": "id", "value": "noon" } });
    let completed = ask(&program, "completion/complete", typed).await;
    let id = completed["completion"]["values"][0].as_str().unwrap();
    assert_eq!(read(&program, &format!("tasks://{id}")).await["title"], "At noon");
    for unknown in [
        "tasks://",
        "tasks://tsk_ffffffffffffffffffffffffffffffff",
        "file:///etc/passwd",
        "tasks://today/../overdue",
    ] {
        let reply = program.send(request("resources/read", json!({ "uri": unknown }), &json!({}))).await;
        assert!(reply.text().contains("There is no resource"), "{unknown}: {}", reply.text());
    }
}

#[tokio::test]
async fn many_overdue_tasks_do_not_hide_todays() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for _ in 0..9 {
        let late: Vec<Value> = (0..25).map(|_| json!({ "title": "Late", "due": "2026-11-23" })).collect();
        done(&program, "add_tasks", json!({ "tasks": late })).await;
    }
    done(&program, "add_task", json!({ "title": "At nine", "due": "2026-11-24T09:00" })).await;
    app.clock.forward(chrono::TimeDelta::days(1));
    let today = read(&program, "tasks://today").await;
    assert_eq!(titles_of(&today["tasks"]), ["At nine"]);
    let overdue = read(&program, "tasks://overdue").await;
    assert_eq!(overdue["tasks"].as_array().unwrap().len(), 200);
    assert!(
        titles_of(&overdue["tasks"]).iter().all(|title| *title == "Late"),
        "the oldest first"
    );
}

#[tokio::test]
async fn prompts_speak_both_languages() {
    let app = TestApp::start().await;
    let program = with_tasks(&app).await;
    let id = done(&program, "find_tasks", json!({ "words": "Tomorrow" })).await["tasks"][0]["id"].clone();
    done(&program, "complete_task", json!({ "task_id": id })).await;
    let listed = ask(&program, "prompts/list", json!({})).await;
    let names: Vec<&str> = listed["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|prompt| prompt["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["plan_my_day", "weekly_review"]);
    let get = async |name: &str, language: &str| {
        let params = json!({ "name": name, "arguments": { "language": language } });
        ask(&program, "prompts/get", params).await["messages"].clone()
    };
    let plan = get("plan_my_day", "english").await;
    assert!(plan[0]["content"]["text"].as_str().unwrap().starts_with("Plan my day"));
    let overdue: Value = serde_json::from_str(plan[2]["content"]["resource"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(titles_of(&overdue["tasks"]), ["Yesterday", "At nine"]);
    assert!(
        get("plan_my_day", "urdu").await[0]["content"]["text"]
            .as_str()
            .unwrap()
            .starts_with("میرے ساتھ")
    );
    let review = get("weekly_review", "ur").await;
    assert!(review[0]["content"]["text"].as_str().unwrap().contains("ہفتے کا جائزہ"));
    let week: Value = serde_json::from_str(review[1]["content"]["resource"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(titles_of(&week["completed_in_the_last_seven_days"]), ["Tomorrow"]);

    for params in [
        json!({ "name": "plan_my_day", "arguments": { "language": "klingon" } }),
        json!({ "name": "cook" }),
    ] {
        let reply = program.send(request("prompts/get", params, &json!({}))).await;
        assert_eq!(reply.json()["error"]["code"], -32602, "{}", reply.text());
    }
    let typed = json!({ "ref": { "type": "ref/prompt", "name": "plan_my_day" }, "argument": { "name": "language", "value": "u" } });
    assert_eq!(
        ask(&program, "completion/complete", typed).await["completion"]["values"],
        json!(["urdu"])
    );
}

/// The next message of a stream.
async fn next(body: &mut Body) -> Option<Value> {
    let mut text = String::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.unwrap().into_data() else { continue };
        text.push_str(std::str::from_utf8(&data).unwrap());
        let found = text
            .lines()
            .find_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok());
        if text.ends_with("\n\n") {
            if found.is_some() {
                return found;
            }
            text.clear();
        }
    }
    None
}

#[tokio::test]
async fn a_listener_hears_of_its_own_changes_until_its_token_ends() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let listener = app.program_of(user, &["read"]).await;
    let token = app.state.store.tokens(user).await.unwrap()[0].id;
    let (writer, other) = (app.program_of(user, &["read", "write"]).await, app.program("b@x.example").await);
    let wanted = json!({ "notifications": { "resourceSubscriptions": ["tasks://today", "file:///etc/passwd"], "toolsListChanged": true } });
    let response = listener.open(request("subscriptions/listen", wanted, &json!({}))).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let acknowledged = next(&mut body).await.unwrap();
    assert_eq!(
        acknowledged["params"]["notifications"]["resourceSubscriptions"],
        json!(["tasks://today"]),
        "{acknowledged}"
    );

    add(&other, "Not theirs").await;
    add(&writer, "Milk").await;
    let heard = next(&mut body).await.unwrap();
    assert_eq!(
        (&heard["method"], &heard["params"]["uri"]),
        (&json!("notifications/resources/updated"), &json!("tasks://today"))
    );
    assert_eq!(titles(&writer).await, ["Milk"]);

    app.state.store.revoke_token(token).await.unwrap();
    add(&writer, "Bread").await;
    let last = next(&mut body).await.unwrap();
    assert!(last.get("result").is_some(), "the subscription ends: {last}");
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_listener_hears_of_each_resource_once_and_of_a_hundred_at_most() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let listen = async |uris: Vec<String>| {
        let wanted = json!({ "notifications": { "resourceSubscriptions": uris } });
        let response = program.open(request("subscriptions/listen", wanted, &json!({}))).await;
        assert_eq!(response.status(), 200);
        response.into_body()
    };
    let (today, overdue) = ("tasks://today".to_owned(), "tasks://overdue".to_owned());
    let mut uris = vec![today.clone(); 99];
    uris.push(overdue.clone());
    let mut body = listen(uris).await;
    next(&mut body).await.unwrap();
    add(&program, "Milk").await;
    for uri in [&today, &overdue] {
        assert_eq!(next(&mut body).await.unwrap()["params"]["uri"], uri.as_str());
    }
    drop(body);

    let task = |n: u128| format!("tasks://{}", kaam::domain::id::TaskId(uuid::Uuid::from_u128(n)));
    for uris in [vec![today; 101], (0..101).map(task).collect()] {
        let mut body = listen(uris).await;
        let acknowledged = next(&mut body).await.unwrap();
        assert!(
            acknowledged["params"]["notifications"].get("resourceSubscriptions").is_none(),
            "nothing was accepted: {acknowledged}"
        );
        let refused = next(&mut body).await.unwrap();
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
        assert!(refused["error"]["message"].as_str().unwrap().contains("at most 100"), "{refused}");
        assert_eq!(next(&mut body).await, None);
    }
}
