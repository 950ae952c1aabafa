//! Requests that an endpoint refuses are sent in another form; what cannot be is said.

use super::*;

#[tokio::test]
async fn a_model_without_tools_is_said_to_be_one() {
    for body in [
        json!({ "error": { "message": "registry.ollama.ai/library/gemma3:4b does not support tools" } }),
        json!({ "object": "error", "message": "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set" }),
        json!({ "error": { "message": "`tool calling` is not supported with this model" } }),
    ] {
        let app = TestApp::start().await;
        app.model.usually(Reply::status(400, &body, &[]));
        let events = app.program("a@example.com").await.create("hello").await;
        assert!(error_of(&events).contains("cannot use tools"), "{body}: {}", error_of(&events));
    }
}

#[tokio::test]
async fn where_one_model_takes_no_tools_the_next_one_answers() {
    for (status, message) in [
        (400, "scripted does not support tools"),
        (404, "No endpoints found that support tool use"),
        (500, "tools param requires --jinja flag"),
    ] {
        let app = TestApp::choosing().await;
        let body = json!({ "error": { "message": message } });
        app.model
            .refuse(move |request| (request["model"] == "scripted").then(|| Reply::status(status, &body, &[])));
        let client = app.program("a@example.com").await;
        let events = client.create("hello").await;
        assert_eq!(answer_of(&events), "OK", "{message}");
        assert!(notices(&events)[0].contains("scripted-small"), "{events:#?}");
        // It is not tried with every message.
        let asked = app.model.requests().len();
        let again = client.add(&thread_of(&events), "hello").await;
        assert_eq!((answer_of(&again).as_str(), app.model.requests().len()), ("OK", asked + 1));
    }
}

/// Templates of the strictest kind: roles alternate, results stand behind calls, and the assistant has the word after them.
fn alternating(request: &Value) -> Option<Reply> {
    let roles = roles(request);
    let follows = |before: &str, role: &str| match role {
        "user" => before == "system" || before == "assistant",
        "assistant" => before == "user" || before == "tool",
        "tool" => before == "assistant" || before == "tool",
        _ => false,
    };
    let wrong = roles.windows(2).find(|pair| !follows(&pair[0], &pair[1]));
    let last = roles.last().map(String::as_str);
    match wrong {
        Some(pair) => refusal(&format!("Unexpected role '{}' after role '{}'", pair[1], pair[0])),
        None if last == Some("assistant") => refusal("Expected last role User or Tool"),
        None => None,
    }
}

#[tokio::test]
async fn a_failed_answer_leaves_a_thread_that_every_template_takes() {
    let app = TestApp::start().await;
    app.model.refuse(alternating);
    let broken = || Reply::status(401, &json!({ "error": { "message": "no" } }), &[]);
    let client = app.program("a@example.com").await;
    app.model.reply(broken());
    let events = client.create("add milk").await;
    let thread = thread_of(&events);
    app.model.reply(broken());
    client.add(&thread, "add eggs").await;
    // Behind the results of calls.
    app.model.reply(add_milk()).reply(broken());
    client.add(&thread, "add rice").await;
    // In the middle of the text.
    app.model.reply(Reply::cut_mid(&["You have "]));
    client.add(&thread, "what do I have?").await;
    let asked = app.model.requests().len();
    assert_eq!(answer_of(&client.add(&thread, "and now?").await), "OK");
    assert_eq!(app.model.requests().len(), asked + 1, "nothing was refused");
}

#[tokio::test]
async fn a_stopped_answer_leaves_a_thread_that_every_template_takes() {
    let app = TestApp::start().await;
    app.model.refuse(alternating);
    app.model.reply(Reply::stall());
    let client = app.program("a@example.com").await;
    let request = Client::json_request(
        "/chatkit",
        &json!({ "type": "threads.create", "params": { "input": input("add milk") } }),
    );
    let mut body = client.open(request).await.into_body();
    let events = until(&mut body, |event| event["type"] == "stream_options").await;
    app.model.arrived(1).await;
    drop(body);
    eventually(async || (app.state.runs.count() == 0).then_some(())).await;
    assert_eq!(answer_of(&client.add(&thread_of(&events), "add eggs").await), "OK");
    let request = app.model.requests().pop().unwrap();
    let last = told(&request).pop().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(
        last.starts_with("add milk") && last.contains("cancelled") && last.ends_with("add eggs"),
        "{last}"
    );
    assert_eq!(app.model.requests().len(), 2);
}

#[tokio::test]
async fn a_template_without_a_system_role_or_tools_is_told_in_words() {
    let app = TestApp::start().await;
    app.model.reply(add_milk()).reply(Reply::text(&["Added."]));
    app.model.refuse(
        |request| match roles(request).iter().find(|role| *role != "user" && *role != "assistant") {
            Some(role) if role == "system" => refusal("System role not supported"),
            Some(_) => refusal("Conversation roles must alternate user/assistant/user/assistant/..."),
            None => None,
        },
    );
    let client = app.program("a@example.com").await;
    let events = client.create("add milk").await;
    assert_eq!((answer_of(&events).as_str(), tasks(&client).await.len()), ("Added.", 1));
    let first = app.model.requests().pop().unwrap()["messages"][0]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(first.ends_with("add milk") && first.len() > 100, "{first}");
}

#[tokio::test]
async fn a_field_that_is_not_known_is_left_out_and_stays_so() {
    for body in [
        json!({ "error": { "message": "Unrecognized request argument supplied: stream_options" } }),
        json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted" }] }),
        json!({ "error": { "message": "Unsupported parameter", "param": "stream_options" } }),
    ] {
        let app = TestApp::start().await;
        app.model
            .refuse(move |request| request.get("stream_options").map(|_| Reply::status(422, &body, &[])));
        let client = app.program("a@example.com").await;
        let events = client.create("hello").await;
        assert_eq!((answer_of(&events).as_str(), app.model.requests().len()), ("OK", 2));
        client.add(&thread_of(&events), "hello").await;
        assert_eq!(app.model.requests().len(), 3);
    }
}

#[tokio::test]
async fn tool_choice_is_left_out_where_it_is_refused() {
    let app = TestApp::start().await;
    app.model.refuse(|request| {
        request
            .get("tool_choice")
            .and_then(|_| refusal("This model does not support tool_choice"))
    });
    assert_eq!(answer_of(&app.program("a@example.com").await.create("hello").await), "OK");
}

#[tokio::test]
async fn a_bound_of_tokens_goes_by_the_name_that_is_known() {
    let app = TestApp::bounded(64).await;
    app.model.refuse(|request| {
        let names = request
            .get("max_tokens")
            .map(|_| "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.");
        names.and_then(refusal)
    });
    let client = app.program("a@example.com").await;
    let events = client.create("hello").await;
    assert_eq!(answer_of(&events), "OK");
    client.add(&thread_of(&events), "hello").await;
    let requests = app.model.requests();
    let bounds: Vec<(bool, bool)> = requests
        .iter()
        .map(|request| (request["max_tokens"] == 64, request["max_completion_tokens"] == 64))
        .collect();
    assert_eq!(bounds, [(true, false), (false, true), (false, true)]);
}

/// Refuses a conversation of more characters than this.
fn short_sighted(most: usize) -> impl Fn(&Value) -> Option<Reply> {
    move |request| {
        let length: usize = told(request)
            .iter()
            .map(|message| message["content"].as_str().unwrap_or_default().len())
            .sum();
        (length > most)
            .then(|| refusal("This model's maximum context length is 4096 tokens. Please reduce the length of the messages."))
            .flatten()
    }
}

#[tokio::test]
async fn of_a_conversation_that_is_too_long_the_oldest_goes_first_and_that_is_said_once() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create(&format!("first {}", "milk ".repeat(300))).await);
    for n in 0..4 {
        client.add(&thread, &format!("message {n} {}", "eggs ".repeat(200))).await;
    }
    app.model.refuse(short_sighted(2500));
    let events = client.add(&thread, "the newest").await;
    assert_eq!((answer_of(&events).as_str(), notices(&events).len()), ("OK", 1));
    assert!(notices(&events)[0].contains("no longer sees the oldest messages"));
    let request = app.model.requests().pop().unwrap();
    let sent = told(&request);
    assert!(
        sent[0]["role"] == "user" && !sent[0]["content"].as_str().unwrap().starts_with("first"),
        "{sent:#?}"
    );
    assert_eq!(sent.last().unwrap()["content"], "the newest");
    let asked = app.model.requests().len();
    let again = client.add(&thread, "and now?").await;
    assert_eq!((notices(&again).len(), app.model.requests().len()), (0, asked + 1), "it is known");
}

#[tokio::test]
async fn a_message_that_alone_is_too_long_is_said_to_be() {
    let app = TestApp::start().await;
    app.model.refuse(short_sighted(500));
    let client = app.program("a@example.com").await;
    let events = client.create(&"milk ".repeat(300)).await;
    assert!(
        error_of(&events).contains("longer than the model can read"),
        "{}",
        error_of(&events)
    );
    assert_eq!(app.model.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_that_stays_one_never_asks_for_other_words() {
    for (message, words) in [
        ("write milk down", "Whoever runs this server finds its reason in the log"),
        ("doodh likh lo aur anday bhi", "log mein dekhein"),
        ("دودھ لکھ لو", "لاگ میں دیکھیں"),
    ] {
        let app = TestApp::start().await;
        app.model
            .usually(Reply::status(400, &json!({ "error": { "message": "Bad Request" } }), &[]));
        let events = app.program("a@example.com").await.create(message).await;
        assert!(error_of(&events).contains(words), "{}", error_of(&events));
        assert_eq!(app.model.requests().len(), 1);
    }
}
