//! The answer is in the language of the message: the server sees to it.

use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, input, thread_of},
    runs::until,
    scripted_model::Reply,
};

const ENGLISH: &[&str] = &["You have ", "three tasks ", "for tomorrow, ", "and the first ", "one is urgent."];
const ROMAN: &[&str] = &["Theek hai, ", "aap ke ", "kal ke liye ", "teen kaam ", "hain."];
const URDU: &[&str] = &["ٹھیک ہے، ", "آپ کے ", "کل کے لیے ", "تین کام ", "ہیں۔"];

fn notices(events: &[Value]) -> Vec<&str> {
    let notices = events.iter().filter(|event| event["type"] == "notice");
    notices.filter_map(|event| event["message"].as_str()).collect()
}

/// Everything of the stream that a person could read.
fn shown(events: &[Value]) -> String {
    let is_said = |event: &&Value| event.pointer("/item/type") != Some(&json!("user_message"));
    events.iter().filter(is_said).map(Value::to_string).collect()
}

#[tokio::test]
async fn an_answer_in_another_language_is_never_seen_if_the_second_is_right() {
    for (message, wrong, right) in [
        ("what do I have to do tomorrow?", URDU, ENGLISH),
        ("what do I have to do tomorrow?", ROMAN, ENGLISH),
        ("mujhe kal kya karna hai?", ENGLISH, ROMAN),
        ("mujhe kal kya karna hai?", URDU, ROMAN),
        ("مجھے کل کیا کرنا ہے؟", ENGLISH, URDU),
        ("مجھے کل کیا کرنا ہے؟", ROMAN, URDU),
    ] {
        let app = TestApp::start().await;
        app.model.reply(Reply::text(wrong)).reply(Reply::text(right));
        let events = app.program("a@example.com").await.create(message).await;
        assert_eq!(answer_of(&events), right.concat(), "{message}");
        assert!(!shown(&events).contains(wrong[1].trim()), "{message}: {events:#?}");
        assert_eq!((notices(&events).len(), app.model.requests().len()), (0, 2), "{message}");
    }
}

#[tokio::test]
async fn the_model_is_asked_again_with_what_was_wrong() {
    let app = TestApp::start().await;
    app.model.reply(Reply::text(ENGLISH)).reply(Reply::text(ROMAN));
    app.program("a@example.com").await.create("mujhe kal kya karna hai?").await;
    let requests = app.model.requests();
    assert_eq!(requests[0]["messages"][0], requests[1]["messages"][0], "the prompt stays");
    insta::assert_json_snapshot!("what the model is asked again", requests[1]["messages"].as_array().unwrap()[1..]);
}

#[tokio::test]
async fn a_second_one_in_another_language_is_shown_and_marked() {
    for (message, marked) in [
        (
            "what do I have to do tomorrow?",
            "The model answered in another language, even when it was asked again.",
        ),
        (
            "mujhe kal kya karna hai?",
            "Model ne dobara kehne par bhi doosri zaban mein jawab diya.",
        ),
    ] {
        let app = TestApp::start().await;
        app.model.usually(Reply::text(URDU));
        let client = app.program("a@example.com").await;
        let events = client.create(message).await;
        assert_eq!((answer_of(&events), notices(&events)), (URDU.concat(), vec![marked]));
        let mark = events.iter().position(|event| event["type"] == "notice");
        let text = events.iter().position(|event| event["type"] == "thread.item.added");
        assert!(mark < text, "the mark stands before the text");
        assert_eq!(app.model.requests().len(), 2);
        // Once more in each answer.
        client.add(&thread_of(&events), message).await;
        assert_eq!(app.model.requests().len(), 4);
    }
    // No second answer: the first one is better than none.
    let app = TestApp::start().await;
    app.model.reply(Reply::text(URDU));
    app.model.usually(Reply::status(400, &json!({ "error": { "message": "no" } }), &[]));
    let events = app.program("a@example.com").await.create("what do I have to do tomorrow?").await;
    assert_eq!((answer_of(&events), notices(&events).len()), (URDU.concat(), 1));
}

#[tokio::test]
async fn what_is_right_goes_through_as_it_comes() {
    for (message, words, held) in [
        ("what do I have to do tomorrow?", ENGLISH, 1),
        ("mujhe kal kya karna hai?", ROMAN, 1),
        ("مجھے کل کیا کرنا ہے؟", URDU, 1),
    ] {
        let app = TestApp::start().await;
        let (reply, gate) = Reply::gated(words);
        app.model.reply(reply);
        let client = app.program("a@example.com").await;
        let request = Client::json_request(
            "/chatkit",
            &json!({ "type": "threads.create", "params": { "input": input(message) } }),
        );
        let mut body = client.open(request).await.into_body();
        gate.release(held);
        let mut heard = String::new();
        let mut told = words.iter().take(held).copied().collect::<String>();
        for word in &words[held..] {
            while heard != told {
                let events = until(&mut body, |event| event["update"]["delta"].is_string()).await;
                heard.push_str(events.last().unwrap()["update"]["delta"].as_str().unwrap());
            }
            gate.release(1);
            told.push_str(word);
        }
        gate.open();
        until(&mut body, |event| event.pointer("/item/type") == Some(&json!("assistant_message"))).await;
        assert_eq!(app.model.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_turn_that_calls_tools_is_left_as_it_is() {
    let app = TestApp::start().await;
    app.model.reply(Reply::tool_calls_openai(&[("l", "list_tasks", "{}")]));
    app.model.reply(Reply::text(ENGLISH)).reply(Reply::text(URDU));
    let events = app.program("a@example.com").await.create("مجھے کل کیا کرنا ہے؟").await;
    assert_eq!(answer_of(&events), URDU.concat());
    let requests = app.model.requests();
    assert_eq!(requests.len(), 3);
    let roles: Vec<&str> = requests[2]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "assistant", "user"]);
    // What the server itself says of the tools is in the person's language.
    assert!(shown(&events).contains("0 کام ملے"), "{events:#?}");
}

#[tokio::test]
async fn titles_in_another_script_are_not_held_against_an_answer() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    app.model.reply(Reply::tool_calls_openai(&[(
        "a",
        "add_task",
        r#"{"title":"دودھ اور انڈے اور ڈبل روٹی لینا"}"#,
    )]));
    app.model.reply(Reply::text(&["Added: ", "دودھ اور انڈے ", "اور ڈبل روٹی لینا"]));
    let events = client
        .create("please add this to the things that I have to buy at the market: “دودھ اور انڈے اور ڈبل روٹی لینا”")
        .await;
    assert_eq!((notices(&events).len(), app.model.requests().len()), (0, 2));
}

#[tokio::test]
async fn who_asks_for_a_language_gets_it() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let prompt = || {
        let requests = app.model.requests();
        requests.last().unwrap()["messages"][0]["content"].as_str().unwrap().to_owned()
    };
    app.model.usually(Reply::text(ENGLISH));
    let events = client.create("mujhe angrezi mein batao kal kya karna hai").await;
    assert!(prompt().contains("Answer in English:"), "{}", prompt());
    // The habit follows.
    client.add(&thread_of(&events), "ok").await;
    assert!(prompt().contains("Answer in English:"), "{}", prompt());
    assert_eq!(app.model.requests().len(), 2);
    // A translation may be in any.
    app.model.usually(Reply::text(URDU));
    client.create("translate this to Urdu: you have three tasks").await;
    assert_eq!(app.model.requests().len(), 3);
}

#[tokio::test]
async fn the_built_in_assistant_is_not_asked_again() {
    let app = TestApp::choosing().await;
    let client = app.program("a@example.com").await;
    let mut message = input("مجھے کل کیا کرنا ہے؟");
    message["inference_options"] = json!({ "model": "offline" });
    let events = client.chatkit("threads.create", json!({ "input": message })).await.events();
    assert!(!answer_of(&events).is_empty());
    assert_eq!((app.model.requests().len(), notices(&events).len()), (0, 0));
}
