//! Calling tools.

use chrono::TimeDelta;
use kaam::domain::locale::Locale;

use super::*;

const STRANGE: &str = "tsk_00000000000000000000000000000001";

#[tokio::test]
async fn the_tools_are_told_whole() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let listed = ask(&program, "tools/list", json!({})).await;
    assert_eq!(
        (&listed["cacheScope"], &listed["resultType"]),
        (&json!("private"), &json!("complete"))
    );
    assert!(listed["ttlMs"].as_i64().unwrap() > 0);
    insta::assert_json_snapshot!(listed["tools"]);
}

#[tokio::test]
async fn an_old_client_gets_the_same() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let params = json!({ "protocolVersion": OLD, "capabilities": {}, "clientInfo": { "name": "old", "version": "1" } });
    let reply = program.send(old_request("initialize", &params)).await;
    assert!(reply.headers.get("mcp-session-id").is_none(), "no session is ever opened");
    let hello = result(&reply);
    assert_eq!(
        (&hello["protocolVersion"], &hello["serverInfo"]["name"]),
        (&json!(OLD), &json!("kaam"))
    );
    assert!(hello["capabilities"]["resources"].get("subscribe").is_none());
    let listed = result(&program.send(old_request("tools/list", &json!({}))).await);
    assert_eq!(listed["tools"].as_array().unwrap().len(), 9);
    let params = json!({ "name": "add_task", "arguments": { "title": "دودھ لانا", "due": "kal subah 9 baje" } });
    let added = result(&program.send(old_request("tools/call", &params)).await);
    assert_eq!(
        added["structuredContent"]["task"]["due"],
        json!({ "date": "2026-11-24", "time": "09:00", "zone": "Asia/Karachi", "weekday": "Tuesday" })
    );
    let texts: Vec<&str> = added["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| block["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        serde_json::from_str::<Value>(texts[0]).unwrap(),
        added["structuredContent"],
        "JSON first"
    );
    assert_eq!(
        texts[1],
        "Added “دودھ لانا”, due Tuesday 2026-11-24 at 09:00. To take it back, call undo with the undo_token."
    );
}

#[tokio::test]
async fn a_day_with_the_tools() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let batch = json!({ "tasks": [
        { "title": "Pay the electricity bill", "due": "tomorrow", "priority": "p1" },
        { "title": "" },
        { "title": "دودھ لانا" },
        { "title": "Call Sana", "due": "someday maybe" },
    ] });
    let added = done(&program, "add_tasks", batch).await;
    assert_eq!(added["added"].as_array().unwrap().len(), 2);
    let failed: Vec<i64> = added["failed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| failure["index"].as_i64().unwrap())
        .collect();
    assert_eq!(failed, [1, 3]);
    let many = json!({ "tasks": vec![json!({ "title": "x" }); 26] });
    assert!(refused(&program, "add_tasks", many).await.contains("1 to 25"));
    assert_eq!(titles(&program).await.len(), 2);

    let found = done(&program, "find_tasks", json!({ "words": "bijli ka bill" })).await;
    assert_eq!(found["tasks"][0]["title"], "Pay the electricity bill");
    let found = done(&program, "find_tasks", json!({ "words": "milk" })).await;
    assert_eq!(found["tasks"][0]["title"], "دودھ لانا");
    assert_eq!(
        done(&program, "find_tasks", json!({ "words": "elephants" })).await["tasks"],
        json!([])
    );

    let id = found["tasks"][0]["id"].as_str().unwrap();
    let changed = done(&program, "update_task", json!({ "task_id": id, "due": "kal", "notes": null })).await;
    assert_eq!(
        (&changed["changed"], &changed["task"]["due"]["date"]),
        (&json!(["due"]), &json!("2026-11-24"))
    );
    let ids = json!({ "task_ids": [id, STRANGE, "nonsense", id] });
    let completed = done(&program, "complete_tasks", ids).await;
    assert_eq!(completed["completed"].as_array().unwrap().len(), 2, "{completed}");
    assert_eq!(completed["failed"].as_array().unwrap().len(), 2);
    assert_eq!(titles(&program).await, ["Pay the electricity bill"]);
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_model() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for (tool, arguments, expected) in [
        ("add_task", json!({}), "`title` is missing"),
        (
            "add_task",
            json!({ "title": "x", "date": "tomorrow" }),
            "There is no argument `date`. The arguments are:",
        ),
        ("add_task", json!({ "title": "x", "priority": "high" }), "one of: p1, p2, p3, p4"),
        ("add_task", json!({ "title": "x", "due": "blorf" }), "was not understood"),
        ("list_tasks", json!({ "limit": "ten" }), "`limit` must be a whole number"),
        ("complete_task", json!({ "task_id": STRANGE }), "Call find_tasks or list_tasks"),
        ("complete_tasks", json!({ "task_ids": [STRANGE] }), "No task was completed"),
        ("undo", json!({ "undo_token": "undo_1" }), "nothing to undo"),
    ] {
        let text = refused(&program, tool, arguments).await;
        assert!(text.contains(expected), "{tool}: {text}");
    }
    let reply = program
        .send(request("tools/call", json!({ "name": "drop_tables" }), &json!({})))
        .await;
    assert!(
        reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("The tools are: add_task"),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn another_persons_tasks_do_not_exist() {
    let app = TestApp::start().await;
    let (owner, other) = (app.program("a@x.example").await, app.program("b@x.example").await);
    let id = add(&owner, "Secret").await;
    let undo = done(&owner, "update_task", json!({ "task_id": id, "priority": "p1" })).await["undo_token"].clone();
    for tool in ["complete_task", "delete_task", "update_task"] {
        let mut theirs = json!({ "task_id": id });
        let mut nobodys = json!({ "task_id": STRANGE });
        if tool == "update_task" {
            theirs["title"] = "Mine".into();
            nobodys["title"] = "Mine".into();
        }
        assert_eq!(refused(&other, tool, theirs).await, refused(&other, tool, nobodys).await, "{tool}");
    }
    refused(&other, "complete_tasks", json!({ "task_ids": [id] })).await;
    refused(&other, "undo", json!({ "undo_token": undo })).await;
    assert_eq!(done(&other, "find_tasks", json!({ "words": "secret" })).await["tasks"], json!([]));
    let uri = format!("tasks://{id}");
    let theirs = other
        .send(request("resources/read", json!({ "uri": uri }), &json!({})))
        .await
        .json();
    assert!(
        theirs["error"]["message"].as_str().unwrap().contains("There is no resource"),
        "{theirs}"
    );
    let completed = json!({ "ref": { "type": "ref/resource", "uri": "tasks://{id}" }, "argument": { "name": "id", "value": "" } });
    assert_eq!(
        ask(&other, "completion/complete", completed).await["completion"]["values"],
        json!([])
    );
    assert_eq!(titles(&owner).await, ["Secret"]);
}

#[tokio::test]
async fn a_change_is_taken_back_once() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let id = add(&program, "Milk").await;
    let before = done(&program, "list_tasks", json!({})).await;
    for (tool, more) in [
        ("complete_task", json!({})),
        ("delete_task", json!({})),
        ("update_task", json!({ "title": "Bread", "due": "kal" })),
    ] {
        app.clock.forward(TimeDelta::minutes(1));
        let mut arguments = more;
        arguments["task_id"] = id.clone().into();
        let token = done(&program, tool, arguments).await["undo_token"].clone();
        assert_ne!(done(&program, "list_tasks", json!({})).await, before, "{tool}");
        let back = done(&program, "undo", json!({ "undo_token": token })).await;
        assert_eq!(back["restored"][0]["id"], id.as_str(), "{tool}");
        assert_eq!(done(&program, "list_tasks", json!({})).await, before, "{tool}");
        assert!(
            refused(&program, "undo", json!({ "undo_token": token }))
                .await
                .contains("nothing to undo")
        );
    }
    let ids = json!({ "task_ids": [id, add(&program, "Eggs").await] });
    let token = done(&program, "complete_tasks", ids).await["undo_token"].clone();
    done(&program, "undo", json!({ "undo_token": token })).await;
    assert_eq!(titles(&program).await.len(), 2);

    let same = done(&program, "update_task", json!({ "task_id": id, "title": "Milk" })).await;
    assert!(same.get("undo_token").is_none(), "nothing was changed: {same}");
}

#[tokio::test]
async fn a_completion_is_taken_back_with_what_it_made() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let mut ids = Vec::new();
    for title in ["Gym", "Walk"] {
        let words = json!({ "title": title, "due": "tomorrow", "repeat": "every day" });
        ids.push(done(&program, "add_task", words).await["task"]["id"].clone());
    }
    let all = json!({ "status": "all" });
    let before = done(&program, "list_tasks", all.clone()).await;
    for (tool, arguments, made) in [
        ("complete_task", json!({ "task_id": ids[0] }), 1),
        ("update_task", json!({ "task_id": ids[0], "status": "completed" }), 1),
        ("complete_tasks", json!({ "task_ids": ids }), 2),
    ] {
        let completed = done(&program, tool, arguments).await;
        let now = done(&program, "list_tasks", all.clone()).await;
        assert_eq!(now["tasks"].as_array().unwrap().len(), 2 + made, "{tool}: {completed}");
        let undone = done(&program, "undo", json!({ "undo_token": completed["undo_token"] })).await;
        assert_eq!(undone["removed"].as_array().unwrap().len(), made, "{tool}: {undone}");
        assert_eq!(done(&program, "list_tasks", all.clone()).await, before, "{tool}");
    }
}

#[tokio::test]
async fn what_was_changed_since_or_is_too_long_ago_stays() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let id = add(&program, "Milk").await;
    let first = done(&program, "update_task", json!({ "task_id": id, "title": "Bread" })).await["undo_token"].clone();
    app.clock.forward(TimeDelta::minutes(1));
    let second = done(&program, "update_task", json!({ "task_id": id, "title": "Eggs" })).await["undo_token"].clone();
    assert!(
        refused(&program, "undo", json!({ "undo_token": first }))
            .await
            .contains("changed again since")
    );
    assert_eq!(titles(&program).await, ["Eggs"], "nothing is half undone");
    done(&program, "undo", json!({ "undo_token": second })).await;
    done(&program, "undo", json!({ "undo_token": first })).await;
    assert_eq!(titles(&program).await, ["Milk"], "in the order in which they were made they can be");

    let late = done(&program, "complete_task", json!({ "task_id": id })).await["undo_token"].clone();
    app.clock.forward(TimeDelta::days(31));
    assert!(
        refused(&program, "undo", json!({ "undo_token": late }))
            .await
            .contains("older than 30 days")
    );
}

#[tokio::test]
async fn the_same_call_with_one_key_takes_effect_once() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let arguments = json!({ "title": "Milk", "due": "tomorrow", "idempotency_key": "k-1" });
    let calls = (0..10).map(|_| done(&program, "add_task", arguments.clone()));
    let results = futures::future::join_all(calls).await;
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
    assert_eq!(titles(&program).await, ["Milk"]);

    let other = json!({ "title": "Bread", "idempotency_key": "k-1" });
    assert!(refused(&program, "add_task", other).await.contains("used for another call"));
    let wrong = json!({ "title": "", "idempotency_key": "k-2" });
    refused(&program, "add_task", wrong).await;
    done(&program, "add_task", json!({ "title": "Bread", "idempotency_key": "k-2" })).await;
    assert_eq!(titles(&program).await.len(), 2, "a refused call does not use its key up");
    assert!(
        refused(&program, "add_task", json!({ "title": "x", "idempotency_key": "" }))
            .await
            .contains("1 to 200")
    );

    let neighbour = app.program("b@x.example").await;
    done(&neighbour, "add_task", arguments.clone()).await;
    assert_eq!(titles(&neighbour).await, ["Milk"], "keys are a person's own");
    app.clock.forward(TimeDelta::days(8));
    done(&program, "add_task", arguments).await;
    assert_eq!(titles(&program).await.len(), 3, "a key is good for a week");
}

#[tokio::test]
async fn a_deletion_is_confirmed_where_the_client_can_ask() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let id = add(&program, "Milk").await;
    let can_ask = json!({ "elicitation": {} });
    let delete = |more: &Value| {
        let mut params = json!({ "name": "delete_task", "arguments": { "task_id": id } });
        for (name, value) in more.as_object().unwrap() {
            params[name] = value.clone();
        }
        request("tools/call", params, &can_ask)
    };
    let asked = result(&program.send(delete(&json!({}))).await);
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let question = &asked["inputRequests"]["confirm"];
    assert_eq!(
        (&question["method"], &question["params"]["message"]),
        (&json!("elicitation/create"), &json!("Delete the task “Milk”?"))
    );
    assert_eq!(titles(&program).await, ["Milk"], "nothing is deleted yet");

    let said = |answer: Value| json!({ "inputResponses": { "confirm": answer }, "requestState": asked["requestState"] });
    let no = result(&program.send(delete(&said(json!({ "action": "decline" })))).await);
    assert_eq!(no["isError"], true);
    assert_eq!(titles(&program).await, ["Milk"]);

    let yes = said(json!({ "action": "accept", "content": { "delete": true } }));
    app.clock.forward(TimeDelta::minutes(1));
    let token = done(&program, "update_task", json!({ "task_id": id, "title": "Oat milk" })).await["undo_token"].clone();
    let again = result(&program.send(delete(&yes)).await);
    assert_eq!(
        again["resultType"], "input_required",
        "the task is not the one that was shown: {again}"
    );
    done(&program, "undo", json!({ "undo_token": token })).await;

    let gone = result(&program.send(delete(&yes)).await);
    assert_eq!(gone["isError"], false, "{gone}");
    assert!(titles(&program).await.is_empty());
    let token = gone["structuredContent"]["undo_token"].clone();
    done(&program, "undo", json!({ "undo_token": token })).await;
    assert_eq!(titles(&program).await, ["Milk"]);
}

#[tokio::test]
async fn the_question_is_in_the_language_of_the_account() {
    let app = TestApp::start().await;
    let user = app.user("a@x.example").await;
    let program = app.program_of(user, &["read", "write", "delete"]).await;
    let task = json!({ "title": "Milk", "due": "2026-11-24T17:00" });
    let id = done(&program, "add_task", task).await["task"]["id"].clone();
    for (locale, expected, label) in [
        (
            Locale::En,
            "Delete the task “Milk”, due Tuesday, 24 November 2026, 5:00 PM?",
            "Delete it",
        ),
        (
            Locale::Ur,
            "کام “\u{2068}Milk\u{2069}” (منگل، 24 نومبر، 2026، شام 5 بجے) حذف کر دیں؟",
            "حذف کریں",
        ),
    ] {
        app.state.store.set_appearance(user, locale, "system").await.unwrap();
        let params = json!({ "name": "delete_task", "arguments": { "task_id": id } });
        let asked = result(&program.send(request("tools/call", params, &json!({ "elicitation": {} }))).await);
        let question = &asked["inputRequests"]["confirm"]["params"];
        assert_eq!(question["message"], expected);
        assert_eq!(question["requestedSchema"]["properties"]["delete"]["title"], label);
    }
}

#[tokio::test]
async fn progress_comes_as_a_stream_where_it_is_wanted() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let params =
        json!({ "name": "add_tasks", "arguments": { "tasks": [{ "title": "a" }, { "title": "b" }] }, "_meta": { "progressToken": "p" } });
    let reply = program.send(request("tools/call", params, &json!({}))).await;
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let text = reply.text();
    let messages: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    let progress: Vec<&Value> = messages
        .iter()
        .filter(|message| message["method"] == "notifications/progress")
        .collect();
    assert_eq!(progress.last().unwrap()["params"]["progress"], 2.0, "{text}");
    assert_eq!(
        messages.last().unwrap()["result"]["structuredContent"]["added"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "{text}"
    );
}
