//! What the assistant does beyond text: lists of tasks that can be used, questions by a form, the client's tools, links, tags.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, input, thread_of},
    scripted_model::Reply,
};

/// The whole items of a kind in a stream.
fn items<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    let whole = events.iter().filter(|event| event["type"] == "thread.item.done");
    whole.map(|event| &event["item"]).filter(|item| item["type"] == kind).collect()
}

fn form_of(events: &[Value]) -> Value {
    let forms = items(events, "structured_input");
    (*forms.first().unwrap_or_else(|| panic!("no form: {events:#?}"))).clone()
}

fn effects(events: &[Value]) -> Vec<&str> {
    let effects = events.iter().filter(|event| event["type"] == "client_effect");
    effects.filter_map(|event| event["name"].as_str()).collect()
}

/// The titles of a person's tasks with this status, as a list in the conversation has them.
async fn titles(app: &TestApp, client: &Client, status: &str) -> Vec<String> {
    app.model.reply(Reply::tool_calls_openai(&[(
        "l",
        "list_tasks",
        &json!({ "status": status }).to_string(),
    )]));
    app.model.reply(Reply::text(&["."]));
    shown(&client.create("list").await)
}

/// The titles in the list of tasks of an answer.
fn shown(events: &[Value]) -> Vec<String> {
    let widgets = items(events, "widget");
    let rows = widgets.first().and_then(|item| item["widget"]["children"].as_array());
    let mut titles: Vec<String> = rows
        .into_iter()
        .flatten()
        .map(|row| row["children"][1]["children"][0]["value"].as_str().unwrap().into())
        .collect();
    titles.sort();
    titles
}

/// Makes tasks, and gives their ids.
async fn tasks(app: &TestApp, client: &Client, titles: &[&str]) -> Vec<String> {
    let calls: Vec<(String, String)> = titles
        .iter()
        .map(|title| (format!("c_{title}"), json!({ "title": title }).to_string()))
        .collect();
    let calls: Vec<(&str, &str, &str)> = calls
        .iter()
        .map(|(id, arguments)| (id.as_str(), "add_task", arguments.as_str()))
        .collect();
    app.model.reply(Reply::tool_calls_openai(&calls));
    app.model.reply(Reply::text(&["Added."]));
    let events = client.create("add these").await;
    let widget = items(&events, "widget")[0];
    let rows = widget["widget"]["children"].as_array().unwrap();
    titles
        .iter()
        .map(|title| {
            let row = rows.iter().find(|row| row.to_string().contains(title)).unwrap();
            row["key"].as_str().unwrap().to_owned()
        })
        .collect()
}

async fn answer_form(client: &Client, thread: &str, form: &Value, submission: Value) -> Vec<Value> {
    let params = json!({ "thread_id": thread, "item_id": form["id"], "input": submission });
    client.chatkit("threads.add_structured_input", params).await.events()
}

/// The model deletes these tasks in one turn.
fn deletions(ids: &[String]) -> Reply {
    let calls: Vec<(String, String)> = ids
        .iter()
        .map(|id| (format!("d_{id}"), json!({ "task_id": id }).to_string()))
        .collect();
    let calls: Vec<(&str, &str, &str)> = calls
        .iter()
        .map(|(id, arguments)| (id.as_str(), "delete_task", arguments.as_str()))
        .collect();
    Reply::tool_calls_openai(&calls)
}

fn chooses(values: &[&str]) -> Value {
    json!({ "answers": { "q1": { "values": values } } })
}

#[tokio::test]
async fn the_offline_assistant_asks_by_a_form_and_does_it_to_the_chosen_task() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    client.create("add pay rent").await;
    client.create("add pay fees").await;
    let asked = client.create("complete pay").await;
    let thread = thread_of(&asked);
    let form = form_of(&asked);
    assert_eq!(form["status"], "pending");
    let question = &form["inputs"][0];
    assert_eq!(question["question"], "Which task is done?");
    let options: Vec<&str> = question["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["value"].as_str().unwrap())
        .collect();
    assert_eq!(options.len(), 2);
    assert!(effects(&asked).is_empty(), "nothing is done before the answer");

    let done = answer_form(&client, &thread, &form, chooses(&["pay fees"])).await;
    assert_eq!(done[1]["type"], "thread.item.replaced");
    assert_eq!(done[1]["item"]["status"], "answered");
    assert_eq!(effects(&done), ["tasks.changed"]);
    assert!(answer_of(&done).contains("pay fees"), "{}", answer_of(&done));
    let list = client.create("show my tasks").await;
    assert_eq!(answer_of(&list), "You have 1 task.", "what the list shows is not read out");
    assert_eq!(shown(&list), ["pay rent"]);

    // Answered once, it is pending no more.
    let again = client
        .chatkit(
            "threads.add_structured_input",
            json!({ "thread_id": thread, "item_id": form["id"], "input": chooses(&["pay rent"]) }),
        )
        .await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn skipping_a_form_changes_nothing() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    client.create("add pay rent").await;
    client.create("add pay fees").await;
    for submission in [json!({ "status": "skipped" }), json!({}), chooses(&[])] {
        let asked = client.create("delete pay").await;
        let form = form_of(&asked);
        let done = answer_form(&client, &thread_of(&asked), &form, submission).await;
        assert!(effects(&done).is_empty());
        assert_eq!(answer_of(&done), "All right, nothing was changed.");
    }
    assert_eq!(shown(&client.create("show my tasks").await), ["pay fees", "pay rent"]);
}

#[tokio::test]
async fn a_form_can_be_answered_by_a_message_and_is_left_then() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    client.create("add pay rent").await;
    client.create("add pay fees").await;
    let asked = client.create("complete pay").await;
    let thread = thread_of(&asked);
    let form = form_of(&asked);
    let second = form["inputs"][0]["options"][1]["value"].as_str().unwrap();
    let done = client.add(&thread, "the second one").await;
    let left = done.iter().find(|event| event["type"] == "thread.item.replaced").unwrap();
    assert_eq!(left["item"]["status"], "skipped");
    assert_eq!(effects(&done), ["tasks.changed"]);
    assert!(answer_of(&done).contains(second), "{}", answer_of(&done));
}

#[tokio::test]
async fn an_order_instead_of_an_answer_leaves_the_form() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    client.create("add pay rent").await;
    client.create("add pay fees").await;
    let asked = client.create("complete pay").await;
    let thread = thread_of(&asked);
    let again = client.add(&thread, "delete all tasks").await;
    assert!(effects(&again).is_empty(), "it is asked for first");
    let done = answer_form(&client, &thread, &form_of(&again), chooses(&["No, keep them"])).await;
    assert!(effects(&done).is_empty());
    assert_eq!(shown(&client.create("show my tasks").await), ["pay fees", "pay rent"]);
    // Words of one's own in the form are an order, too.
    let asked = client.create("complete pay").await;
    let thread = thread_of(&asked);
    let done = answer_form(&client, &thread, &form_of(&asked), chooses(&["add buy milk"])).await;
    assert!(answer_of(&done).contains("question about **pay**"), "{}", answer_of(&done));
    assert_eq!(shown(&client.create("show my tasks").await), ["buy milk", "pay fees", "pay rent"]);
}

#[tokio::test]
async fn what_is_looked_for_is_what_the_list_shows() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    for message in ["add buy milk, eggs and bread as one task", "add call the bank", "doodh lena hai"] {
        client.create(message).await;
    }
    let found = shown(&client.create("find milk").await);
    assert!(
        found.contains(&"doodh lena".to_owned()) && !found.contains(&"call the bank".to_owned()),
        "{found:?}"
    );
    let counted = client.create("how many tasks do I have?").await;
    assert!(
        shown(&counted).is_empty() && answer_of(&counted).starts_with("You have "),
        "{}",
        answer_of(&counted)
    );
    client.create("add yoga").await;
    assert!(shown(&client.create("show my overdue tasks").await).is_empty());
}

#[tokio::test]
async fn deleting_more_than_one_task_needs_a_yes_to_exactly_these() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let ids = tasks(&app, &client, &["milk", "eggs", "rice"]).await;
    // No.
    app.model.reply(deletions(&ids[..2]));
    let asked = client.create("delete milk and eggs").await;
    let form = form_of(&asked);
    let question = form["inputs"][0]["question"].as_str().unwrap();
    assert!(
        question.contains("milk") && question.contains("eggs") && !question.contains("rice"),
        "{question}"
    );
    app.model.reply(Reply::text(&["Kept."]));
    answer_form(&client, &thread_of(&asked), &form, chooses(&["No, keep them"])).await;
    let told = app.model.requests();
    let results: Vec<&Value> = told.last().unwrap()["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["role"] == "tool")
        .collect();
    assert!(
        results.len() == 2 && results.iter().all(|m| m["content"].as_str().unwrap().contains("declined")),
        "{results:?}"
    );
    assert_eq!(titles(&app, &client, "all").await, ["eggs", "milk", "rice"]);
    // Yes.
    app.model.reply(deletions(&ids[..2]));
    let asked = client.create("delete milk and eggs").await;
    let form = form_of(&asked);
    app.model.reply(Reply::text(&["Gone."]));
    let done = answer_form(&client, &thread_of(&asked), &form, chooses(&["Yes, delete them"])).await;
    assert_eq!(effects(&done).len(), 2);
    assert_eq!(titles(&app, &client, "all").await, ["rice"]);
    // One after the other is no way round it.
    let salt = tasks(&app, &client, &["salt"]).await;
    app.model.reply(deletions(&ids[2..]));
    app.model.reply(deletions(&salt));
    let asked = client.create("delete rice and salt").await;
    assert_eq!(items(&asked, "structured_input").len(), 1);
}

#[tokio::test]
async fn a_tool_of_the_client_is_asked_and_its_answer_reaches_the_model() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    app.model.reply(Reply::tool_calls_openai(&[("call_p", "get_page_context", "{}")]));
    let create = json!({
        "type": "threads.create", "params": { "input": input("what is this?") }, "metadata": { "client_tools": ["get_page_context"] }
    });
    let events = client.json("/chatkit", create).await.events();
    let thread = thread_of(&events);
    let call = items(&events, "client_tool_call")[0];
    assert_eq!(
        (call["status"].as_str(), call["name"].as_str()),
        (Some("pending"), Some("get_page_context"))
    );
    assert_eq!(events.last().unwrap()["item"]["id"], call["id"], "it is the last item");

    app.model.reply(Reply::text(&["Your list."]));
    let output = json!({ "thread_id": thread, "result": { "open_view": "tasks" } });
    let done = client.chatkit("threads.add_client_tool_output", output.clone()).await.events();
    assert_eq!(answer_of(&done), "Your list.");
    let requests = app.model.requests();
    let told = requests.last().unwrap()["messages"].as_array().unwrap();
    assert!(
        told.iter()
            .any(|m| m["role"] == "tool" && m["content"].as_str().unwrap().contains("open_view"))
    );
    // The call is answered, and cannot be answered again.
    let again = client.chatkit("threads.add_client_tool_output", output).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    let read = client
        .chatkit("items.list", json!({ "thread_id": thread, "order": "asc" }))
        .await
        .json();
    let kept = read["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["type"] == "client_tool_call")
        .unwrap();
    assert_eq!(
        (kept["status"].as_str(), &kept["output"]["open_view"]),
        (Some("completed"), &json!("tasks"))
    );
    // Who has no such tool is not offered it.
    app.model.reply(Reply::text(&["Hello."]));
    client.create("hello").await;
    let offered = app.model.requests().last().unwrap()["tools"].to_string();
    assert!(offered.contains("ask_person") && !offered.contains("get_page_context"));
}

#[tokio::test]
async fn a_tool_of_the_client_is_no_way_round_the_question() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let ids = tasks(&app, &client, &["milk", "eggs"]).await;
    let arguments: Vec<String> = ids.iter().map(|id| json!({ "task_id": id }).to_string()).collect();
    app.model.reply(Reply::tool_calls_openai(&[
        ("p", "get_page_context", "{}"),
        ("a", "delete_task", &arguments[0]),
        ("b", "delete_task", &arguments[1]),
    ]));
    let create = json!({
        "type": "threads.create", "params": { "input": input("clean up") }, "metadata": { "client_tools": ["get_page_context"] }
    });
    let asked = client.json("/chatkit", create).await.events();
    assert!(items(&asked, "client_tool_call").is_empty());
    assert_eq!(titles(&app, &client, "all").await.len(), 2);
    let form = form_of(&asked);
    app.model.reply(Reply::text(&["Left alone."]));
    answer_form(&client, &thread_of(&asked), &form, chooses(&["No, keep them"])).await;
    assert_eq!(titles(&app, &client, "all").await.len(), 2);
}

#[tokio::test]
async fn rows_of_a_list_change_tasks_without_the_model_and_stay_true() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    app.model.reply(Reply::tool_calls_openai(&[(
        "c",
        "add_task",
        r#"{"title":"milk","due":"2026-11-24T17:00"}"#,
    )]));
    app.model.reply(Reply::text(&["Added milk."]));
    let events = client.create("add milk").await;
    let thread = thread_of(&events);
    let widget = items(&events, "widget")[0].clone();
    let task = widget["widget"]["children"][0]["key"].as_str().unwrap().to_owned();
    let asked = app.model.requests().len();
    let act = async |kind: &str, payload: Value| {
        let params = json!({ "thread_id": thread, "item_id": widget["id"], "action": { "type": kind, "payload": payload } });
        client.chatkit("threads.sync_custom_action", params).await
    };
    let done = act("task.set_done", json!({ "task_id": task, "done": true })).await.json();
    assert!(done["updated_item"]["widget"].to_string().contains(r#""defaultChecked":true"#));
    let open = act("task.set_done", json!({ "task_id": task, "done": false })).await.json();
    assert!(open["updated_item"]["widget"].to_string().contains(r#""defaultChecked":false"#));
    // A date picker knows no time: the task keeps it.
    let moved = act("task.reschedule", json!({ "task_id": task, "due": "2026-11-26T00:00:00" }))
        .await
        .json();
    assert!(moved.to_string().contains("Thursday, 5:00 PM"), "{moved}");
    for (kind, payload) in [
        ("task.explode", json!({ "task_id": task })),
        ("task.set_done", json!({})),
        ("task.set_done", json!({ "task_id": "nobody" })),
        ("task.reschedule", json!({ "task_id": task, "due": "someday maybe" })),
    ] {
        assert_eq!(act(kind, payload).await.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    // Somebody else is not let near it.
    let stranger = app.program("b@example.com").await;
    let params =
        json!({ "thread_id": thread, "item_id": widget["id"], "action": { "type": "task.delete", "payload": { "task_id": task } } });
    assert_eq!(
        stranger.chatkit("threads.sync_custom_action", params).await.status,
        StatusCode::NOT_FOUND
    );

    // Changed elsewhere, it is true here.
    app.model.reply(Reply::tool_calls_openai(&[(
        "d",
        "delete_task",
        &json!({ "task_id": task }).to_string(),
    )]));
    app.model.reply(Reply::text(&["Gone."]));
    client.create("delete milk").await;
    let read = client.chatkit("threads.get_by_id", json!({ "thread_id": thread })).await.json();
    let read = read["items"]["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["type"] == "widget")
        .unwrap()
        .to_string();
    assert!(read.contains("Deleted") && read.contains("milk"), "{read}");
    assert_eq!(app.model.requests().len(), asked + 2, "no action asked the model");
}

#[tokio::test]
async fn tasks_that_an_answer_names_are_linked() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let ids = tasks(&app, &client, &["milk"]).await;
    app.model.reply(Reply::tool_calls_openai(&[("l", "list_tasks", "{}")]));
    app.model.reply(Reply::text(&["You still need ", "milk."]));
    let events = client.create("what is left?").await;
    let link = &items(&events, "assistant_message")[0]["content"][0]["annotations"][0];
    assert_eq!(link["source"]["id"], ids[0].as_str());
    assert_eq!(
        (link["source"]["type"].as_str(), link["index"].as_i64()),
        (Some("entity"), Some(19))
    );
    assert!(
        events
            .iter()
            .any(|event| event["update"]["type"] == "assistant_message.content_part.annotation_added")
    );

    app.model.reply(Reply::tool_calls_openai(&[(
        "o",
        "open_task",
        &json!({ "task_id": ids[0] }).to_string(),
    )]));
    app.model.reply(Reply::text(&["Here."]));
    let events = client.create("show it to me").await;
    let effect = events.iter().find(|event| event["type"] == "client_effect").unwrap();
    assert_eq!(
        (effect["name"].as_str(), effect["data"]["task_id"].as_str()),
        (Some("task.open"), Some(ids[0].as_str()))
    );
}

#[tokio::test]
async fn a_tag_is_the_very_task() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let message = json!({
        "content": [
            { "type": "input_text", "text": "when is " },
            { "type": "input_tag", "id": "0198c0de-0000-7000-8000-000000000001", "text": "pay rent", "data": { "type": "task" } },
            { "type": "input_text", "text": " due?" }
        ],
        "attachments": [], "inference_options": {}
    });
    client.chatkit("threads.create", json!({ "input": message })).await.events();
    let told = app.model.requests()[0]["messages"].as_array().unwrap().last().unwrap()["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        told,
        "when is pay rent due?\n[The person tagged the task \"pay rent\": task_id 0198c0de-0000-7000-8000-000000000001]"
    );
    // Without a model as well: of two that fit, the tagged one.
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    client.create("add pay rent").await;
    let made = client.create("add pay fees").await;
    let id = items(&made, "widget")[0]["widget"]["children"][0]["key"]
        .as_str()
        .unwrap()
        .to_owned();
    let message = json!({
        "content": [{ "type": "input_text", "text": "complete " }, { "type": "input_tag", "id": id, "text": "pay", "data": { "type": "task" } }],
        "attachments": [], "inference_options": {}
    });
    let done = client.chatkit("threads.create", json!({ "input": message })).await.events();
    assert_eq!(effects(&done), ["tasks.changed"]);
    assert!(answer_of(&done).contains("pay fees"), "{}", answer_of(&done));
}

#[tokio::test]
async fn opinions_are_kept_changed_and_are_of_visible_items_only() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let events = client.create("hello").await;
    let thread = thread_of(&events);
    let item = items(&events, "assistant_message")[0]["id"].clone();
    let rate = async |items: Value, kind: &str| {
        client
            .chatkit("items.feedback", json!({ "thread_id": thread, "item_ids": items, "kind": kind }))
            .await
    };
    assert_eq!(rate(json!([item]), "positive").await.json(), json!({}));
    assert_eq!(rate(json!([item, item]), "negative").await.status, StatusCode::OK);
    assert_eq!(rate(json!([item, "nobody"]), "positive").await.status, StatusCode::NOT_FOUND);
    assert_eq!(rate(json!([item]), "great").await.status, StatusCode::BAD_REQUEST);
    let user = app.state.store.users().await.unwrap()[0].id;
    let kept = app.state.store.feedback(user, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].text.as_str(), kept[0].kind),
        ("OK", kaam::protocol::request::FeedbackKind::Negative)
    );
    let stranger = app.program("b@example.com").await;
    let foreign = stranger
        .chatkit(
            "items.feedback",
            json!({ "thread_id": thread, "item_ids": [item], "kind": "positive" }),
        )
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_yes_or_no_in_words_answers_the_form_that_asks_for_it() {
    for (words, titles_left) in [("yes", 0), ("haan kar do", 0), ("no", 3), ("show my tasks", 3)] {
        let app = TestApp::start().await;
        let client = app.program("a@example.com").await;
        let ids = tasks(&app, &client, &["milk", "eggs", "rice"]).await;
        app.model.reply(deletions(&ids));
        let asked = client.create("delete milk, eggs and rice").await;
        let form = form_of(&asked);
        app.model.reply(Reply::text(&["Done."]));
        let done = client.add(&thread_of(&asked), words).await;
        let replaced = done.iter().find(|event| event["type"] == "thread.item.replaced").unwrap();
        assert_eq!(replaced["item"]["id"], form["id"], "{words}");
        let status = if words == "show my tasks" { "skipped" } else { "answered" };
        assert_eq!(replaced["item"]["status"], status, "{words}");
        assert!(items(&done, "structured_input").is_empty(), "{words}: asked once");
        assert_eq!(titles(&app, &client, "all").await.len(), titles_left, "{words}");
    }
}

#[tokio::test]
async fn the_built_in_assistant_says_what_a_yes_has_done() {
    let app = TestApp::offline().await;
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create("add milk").await);
    client.add(&thread, "add eggs").await;
    client.add(&thread, "delete all tasks").await;
    let gone = answer_of(&client.add(&thread, "yes").await);
    assert!(gone.starts_with("Deleted"), "{gone}");
    let back = answer_of(&client.add(&thread, "undo").await);
    assert!(back.starts_with("Taken back") && back.contains("milk"), "{back}");
    assert_eq!(shown(&client.create("show my tasks").await), ["eggs", "milk"]);
}
