//! A page that breaks off anywhere and goes on behind the last frame that it saw shows what one shows that never broke, and what a page
//! shows that is loaded afterwards.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use crate::{
    app::{Client, TestApp},
    changes::follow,
    scripted_model::Reply,
};

/// What a page shows: items in order, by their ids.
type Shown = Vec<(String, Value)>;

/// Frames with a place in the log: the place, and the update.
fn frames(text: &str) -> Vec<(String, Value)> {
    let frame = |frame: &str| {
        let line = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name));
        Some((line("id: ")?.to_owned(), serde_json::from_str(line("data: ")?).unwrap()))
    };
    text.split("\n\n").filter_map(frame).collect()
}

fn show(shown: &mut Shown, update: &Value) {
    // Some are a word by itself.
    let Some((kind, value)) = update.as_object().and_then(|update| update.iter().next()) else {
        return;
    };
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "Item" => {
            let (id, body) = (name(&value["id"]), value["body"].clone());
            match shown.iter_mut().find(|(known, _)| *known == id) {
                Some((_, place)) => *place = body,
                None => shown.push((id, body)),
            }
        }
        "Blocks" => {
            let (id, from) = (name(&value["item"]), value["from"].as_u64().unwrap() as usize);
            let keep = value["keep"].as_u64().unwrap() as usize;
            let (_, body) = shown.iter_mut().find(|(known, _)| *known == id).unwrap();
            let blocks = body["Answer"]["blocks"].as_array_mut().unwrap();
            assert!(from <= blocks.len(), "blocks from {from} on, where there are {}", blocks.len());
            let mut follow = value["blocks"].as_array().unwrap().clone();
            if keep > 0 {
                let growing = blocks[from].as_str().unwrap();
                follow[0] = [&growing[..keep], follow[0].as_str().unwrap()].concat().into();
            }
            blocks.truncate(from);
            blocks.extend(follow);
        }
        "Removed" => shown.retain(|(known, _)| *known != name(value)),
        _ => {}
    }
}

fn places(updates: &[(String, Value)]) -> impl Iterator<Item = &String> {
    updates.iter().map(|(place, _)| place)
}

async fn check(client: &Client, app: &TestApp, key: usize, tokens: &[String], call: bool) {
    let tokens: Vec<&str> = ["So: "].into_iter().chain(tokens.iter().map(String::as_str)).collect();
    if call {
        app.model
            .reply(Reply::tool_calls_openai(&[("c", "add_task", r#"{"title":"milk"}"#)]));
    }
    app.model.reply(Reply::text(&tokens));
    let message = json!({ "thread": null, "message": { "parts": [{ "Text": "hello" }] }, "key": key.to_string() });
    let whole = frames(&client.json("/api/chat/send", message).await.text());
    let thread = whole[0].1["Thread"]["id"].as_str().unwrap().to_owned();
    let mut unbroken = Shown::new();
    whole.iter().for_each(|(_, update)| show(&mut unbroken, update));
    let mut before = Shown::new();
    for (at, (place, update)) in whole.iter().enumerate() {
        show(&mut before, update);
        let rest = follow(client, &thread, Some(place)).await;
        let rest: Vec<_> = rest.into_iter().filter_map(|(place, update)| Some((place?, update))).collect();
        // Everything that follows, and nothing twice; what is told of a block that grows depends on what was heard of it.
        assert!(places(&rest).eq(places(&whole[at + 1..])), "behind {place}");
        let mut shown = before.clone();
        rest.iter().for_each(|(_, update)| show(&mut shown, update));
        assert_eq!(shown, unbroken, "behind {place}");
    }
    let view = client
        .json("/api/chat/thread", json!({ "id": thread, "before": null }))
        .await
        .json();
    let loaded: Vec<&Value> = view["items"].as_array().unwrap().iter().map(|item| &item["body"]).collect();
    let answers = |bodies: Vec<&Value>| -> Vec<Value> {
        bodies
            .into_iter()
            .filter_map(|body| body.pointer("/Answer/blocks").cloned())
            .collect()
    };
    assert_eq!(answers(loaded), answers(unbroken.iter().map(|(_, body)| body).collect()));
}

#[test]
fn whoever_breaks_off_anywhere_ends_with_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (app, client) = runtime.block_on(async {
        // As often as is tried here.
        let app = TestApp::with(&[("KAAM_MESSAGES_PER_MINUTE", "100000")]).await;
        let client = app.person("a@example.com").await;
        (app, client)
    });
    let key = std::cell::Cell::new(0);
    // What changes the blocks that are there already: lists, fences, headings, and letters of several bytes.
    let token = prop_oneof![
        Just("\n\n".to_owned()),
        Just("- item\n".to_owned()),
        Just("```\ncode\n".to_owned()),
        Just("\n# ".to_owned()),
        Just("**".to_owned()),
        Just("| a | b |\n".to_owned()),
        Just("| - | - |\n".to_owned()),
        Just("دودھ لینا ".to_owned()),
        "[a-z<>&\u{1f642}\u{2028} ]{1,9}",
    ];
    proptest!(ProptestConfig::with_cases(24), |(tokens in vec(token, 1..25), call in any::<bool>())| {
        key.set(key.get() + 1);
        runtime.block_on(check(&client, &app, key.get(), &tokens, call));
    });
}
