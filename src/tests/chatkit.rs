//! The ChatKit endpoint: the wire (snapshots), errors, and what other people must not see.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{
    app::{Client, TestApp, answer_of, input, thread_of},
    scripted_model::Reply,
};

/// The kinds of the events, with the kind of the item or the update.
fn kinds(events: &[Value]) -> Vec<String> {
    let kind = |event: &Value| {
        let inner = event
            .pointer("/item/type")
            .or_else(|| event.pointer("/update/type"))
            .and_then(Value::as_str);
        [event["type"].as_str(), inner].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    events.iter().map(kind).collect()
}

#[tokio::test]
async fn a_text_answer_on_the_wire() {
    let app = TestApp::start().await;
    app.model.reply(Reply::text(&["I ", "have ", "noted ", "that."]));
    let client = app.program("a@example.com").await;
    insta::assert_json_snapshot!(client.create("hello").await);
    insta::assert_json_snapshot!("what the model is sent", app.model.requests()[0]);
}

#[tokio::test]
async fn a_tool_call_in_openais_chunks() {
    let app = TestApp::start().await;
    app.model.reply(Reply::tool_calls_openai(&[(
        "call_a",
        "add_task",
        r#"{"title":"call Ahmed","due":"tomorrow at 5pm"}"#,
    )]));
    app.model.reply(Reply::text(&["Added."]));
    let client = app.program("a@example.com").await;
    let events = client.create("remind me to call Ahmed tomorrow at 5pm").await;
    insta::assert_json_snapshot!(events);
    let second = &app.model.requests()[1];
    insta::assert_json_snapshot!("what the model is sent after a call", second["messages"].as_array().unwrap()[1..]);
}

#[tokio::test]
async fn parallel_calls_in_geminis_chunks_keep_their_signature() {
    let app = TestApp::start().await;
    app.model.reply(Reply::tool_calls_gemini(&[
        ("a", "add_task", r#"{"title":"انڈے"}"#),
        ("b", "add_task", r#"{"title":"چاول"}"#),
    ]));
    app.model.reply(Reply::text(&["دونوں شامل ہیں۔"]));
    app.model.reply(Reply::text(&["جی۔"]));
    let client = app.program("a@example.com").await;
    let events = client.create("انڈے اور چاول").await;
    assert_eq!(answer_of(&events), "دونوں شامل ہیں۔");
    let listed = events.iter().filter(|event| event["type"] == "client_effect").count();
    assert_eq!(listed, 2);
    // The next message tells the model of the calls again, with what the provider wants back.
    client.add(&thread_of(&events), "شکریہ").await;
    let requests = app.model.requests();
    let told = requests[2]["messages"].as_array().unwrap();
    let calls = told.iter().find_map(|message| message["tool_calls"].as_array()).unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["extra_content"]["google"]["thought_signature"], "signature-of-a");
    assert_eq!(told.iter().filter(|message| message["role"] == "tool").count(), 2);
}

#[tokio::test]
async fn urdu_cut_between_the_bytes_of_a_character_arrives_whole() {
    let app = TestApp::start().await;
    let chunk =
        json!({ "choices": [{ "index": 0, "delta": { "content": "کل صبح نو بجے میٹنگ ہے، ان شاء اللہ" }, "finish_reason": "stop" }] });
    for size in 1..8 {
        app.model.reply(Reply::raw_bytes_in_pieces(
            format!("data: {chunk}\n\ndata: [DONE]\n\n").as_bytes(),
            size,
        ));
    }
    let client = app.program("a@example.com").await;
    for _ in 1..8 {
        assert_eq!(answer_of(&client.create("میٹنگ").await), "کل صبح نو بجے میٹنگ ہے، ان شاء اللہ");
    }
}

#[tokio::test]
async fn a_second_message_and_what_is_read_back() {
    let app = TestApp::start().await;
    app.model.reply(Reply::text(&["One."]));
    app.model.reply(Reply::text(&["Two."]));
    let client = app.program("a@example.com").await;
    let first = client.create("hello").await;
    let thread = thread_of(&first);
    let second = client.add(&thread, "and again").await;
    assert_eq!(
        kinds(&second),
        [
            "thread.item.done user_message",
            "stream_options",
            "thread.item.added assistant_message",
            "thread.item.updated assistant_message.content_part.added",
            "thread.item.updated assistant_message.content_part.text_delta",
            "thread.item.updated assistant_message.content_part.done",
            "thread.item.done assistant_message"
        ]
    );
    // What was sent and what is stored are equal.
    let read = client.chatkit("threads.get_by_id", json!({ "thread_id": thread })).await.json();
    let done: Vec<&Value> = first
        .iter()
        .chain(&second)
        .filter(|event| event["type"] == "thread.item.done")
        .map(|event| &event["item"])
        .collect();
    assert_eq!(read["items"]["data"].as_array().unwrap().iter().collect::<Vec<_>>(), done);
    assert_eq!((&read["items"]["has_more"], &read["title"]), (&json!(false), &json!("hello")));
    assert!(read["items"].get("after").is_none());
}

#[tokio::test]
async fn threads_are_listed_renamed_and_deleted() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let mut threads = Vec::new();
    for n in 0..3 {
        threads.push(thread_of(&client.create(&format!("thread {n}")).await));
        app.clock.forward(chrono::TimeDelta::seconds(1));
    }
    let list = async |params: Value| client.chatkit("threads.list", params).await.json();
    let ids = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|thread| thread["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let newest_first: Vec<String> = threads.iter().rev().cloned().collect();
    assert_eq!(ids(&list(json!({})).await), newest_first);
    assert_eq!(ids(&list(json!({ "limit": 0 })).await), newest_first);
    let page = list(json!({ "limit": 2 })).await;
    assert_eq!(
        (ids(&page), &page["has_more"], &page["after"]),
        (newest_first[..2].to_vec(), &json!(true), &json!(newest_first[1]))
    );
    let rest = list(json!({ "limit": 2, "after": newest_first[1] })).await;
    assert_eq!(
        (ids(&rest), &rest["has_more"], rest.get("after")),
        (newest_first[2..].to_vec(), &json!(false), None)
    );
    assert_eq!(ids(&list(json!({ "order": "asc", "limit": 2 })).await), threads[..2]);
    assert_eq!(ids(&list(json!({ "order": "asc", "after": threads[1] })).await), threads[2..]);

    let renamed = client
        .chatkit("threads.update", json!({ "thread_id": threads[0], "title": " Renamed ✓ نام " }))
        .await
        .json();
    assert_eq!(
        (&renamed["title"], &renamed["items"]),
        (&json!("Renamed ✓ نام"), &json!({ "data": [], "has_more": false }))
    );
    for title in ["", " ", "\u{202e}", &"x".repeat(201)] {
        assert_eq!(
            client
                .chatkit("threads.update", json!({ "thread_id": threads[0], "title": title }))
                .await
                .status,
            StatusCode::BAD_REQUEST
        );
    }
    let deleted = client.chatkit("threads.delete", json!({ "thread_id": threads[0] })).await;
    assert_eq!((deleted.status, deleted.json()), (StatusCode::OK, json!({})));
    assert_eq!(
        client.chatkit("threads.get_by_id", json!({ "thread_id": threads[0] })).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        client.chatkit("threads.delete", json!({ "thread_id": threads[0] })).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ids(&list(json!({})).await), newest_first[..2]);
}

#[tokio::test]
async fn items_are_paged_without_gaps_and_hidden_ones_do_not_count() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create("m0").await);
    for n in 1..13 {
        // A round of tools leaves a hidden item.
        app.model
            .reply(Reply::tool_calls_openai(&[("c", "list_tasks", "{}")]))
            .reply(Reply::text(&["none"]));
        client.add(&thread, &format!("m{n}")).await;
    }
    let visible = 2 + 12 * 3;
    for order in ["asc", "desc"] {
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = client
                .chatkit(
                    "items.list",
                    json!({ "thread_id": thread, "limit": 7, "order": order, "after": after }),
                )
                .await
                .json();
            let data = page["data"].as_array().unwrap();
            assert!(data.len() == 7 || page["has_more"] == false, "a short page: {}", data.len());
            seen.extend(data.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match page["after"].as_str() {
                Some(id) => after = Some(id.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen.len(), visible, "{order}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), visible, "{order}");
    }
    let first = client.chatkit("threads.get_by_id", json!({ "thread_id": thread })).await.json();
    assert_eq!(
        (first["items"]["data"].as_array().unwrap().len(), &first["items"]["has_more"]),
        (20, &json!(true))
    );
    assert_eq!(first["items"]["data"][0]["content"][0]["text"], "m0");
    let default = client.chatkit("items.list", json!({ "thread_id": thread })).await.json();
    assert_eq!(
        (default["data"].as_array().unwrap().len(), default["data"][0]["type"].as_str()),
        (20, Some("assistant_message"))
    );
}

#[tokio::test]
async fn what_belongs_to_others_does_not_exist() {
    let app = TestApp::start().await;
    let (anna, bilal) = (app.program("anna@example.com").await, app.program("bilal@example.com").await);
    let events = anna.create("secret").await;
    let thread = thread_of(&events);
    let item = events[1]["item"]["id"].as_str().unwrap();
    let strange = ["thr_00000000000000000000000000000bad", "x", "", "thr_", "\0", "' or 1=1 --"];
    for id in strange.iter().copied().chain([thread.as_str()]) {
        for (kind, params) in [
            ("threads.get_by_id", json!({ "thread_id": id })),
            ("threads.update", json!({ "thread_id": id, "title": "x" })),
            ("threads.delete", json!({ "thread_id": id })),
            ("items.list", json!({ "thread_id": id })),
            ("threads.add_user_message", json!({ "thread_id": id, "input": input("hi") })),
            ("threads.list", json!({ "after": id })),
        ] {
            let reply = bilal.chatkit(kind, params).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{kind} {id:?}: {}", reply.text());
            let error = &reply.json()["error"];
            assert_eq!(
                (&error["code"], error["message"].as_str().unwrap()),
                (&json!("not_found"), "There is no such thing, or it is not yours.")
            );
            assert_eq!(
                error["request_id"].as_str(),
                reply.headers.get("x-request-id").map(|id| id.to_str().unwrap())
            );
        }
    }
    let own = thread_of(&bilal.create("mine").await);
    assert_eq!(
        bilal.chatkit("items.list", json!({ "thread_id": own, "after": item })).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        bilal.chatkit("threads.list", json!({})).await.json()["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        anna.chatkit("threads.get_by_id", json!({ "thread_id": thread })).await.json()["items"]["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn wrong_requests_get_clear_errors() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let raw = async |kind: &str, body: Vec<u8>| {
        client
            .send(
                Request::post("/chatkit")
                    .header(header::CONTENT_TYPE, kind)
                    .body(Body::from(body))
                    .unwrap(),
            )
            .await
    };
    let blank = |text: &str| {
        json!({ "type": "threads.create", "params": { "input": input(text) } })
            .to_string()
            .into_bytes()
    };
    let cases: Vec<(&str, Vec<u8>, StatusCode, &str)> = vec![
        ("application/json", b"{".to_vec(), StatusCode::BAD_REQUEST, "invalid"),
        ("application/json", b"".to_vec(), StatusCode::BAD_REQUEST, "invalid"),
        ("application/json", b"\xff\xfe".to_vec(), StatusCode::BAD_REQUEST, "invalid"),
        ("application/json", b"[]".to_vec(), StatusCode::BAD_REQUEST, "invalid"),
        (
            "application/json",
            br#"{"type":"nope","params":{}}"#.to_vec(),
            StatusCode::BAD_REQUEST,
            "invalid",
        ),
        (
            "application/json",
            br#"{"type":"threads.create","params":{"input":{"content":"hi"}}}"#.to_vec(),
            StatusCode::BAD_REQUEST,
            "invalid",
        ),
        (
            "application/json",
            br#"{"type":"items.feedback","params":{}}"#.to_vec(),
            StatusCode::BAD_REQUEST,
            "invalid",
        ),
        (
            "application/json",
            br#"{"type":"input.transcribe","params":{"audio_base64":"AAAA","mime_type":"audio/webm"}}"#.to_vec(),
            StatusCode::NOT_IMPLEMENTED,
            "not_implemented",
        ),
        (
            "text/plain",
            b"{}".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
        ),
        ("application/json", blank(""), StatusCode::BAD_REQUEST, "invalid"),
        ("application/json", blank(" \n\t"), StatusCode::BAD_REQUEST, "invalid"),
        ("application/json", blank("\0\u{202e}\u{2066}"), StatusCode::BAD_REQUEST, "invalid"),
        (
            "application/json",
            blank(&"x".repeat(64 * 1024 + 1)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
        (
            "application/json",
            blank(&"x".repeat(2 * 1024 * 1024)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
    ];
    for (kind, body, status, code) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let reply = raw(kind, body).await;
        assert_eq!(reply.status, status, "{shown}: {}", reply.text());
        assert_eq!(reply.json()["error"]["code"], code, "{shown}");
    }
    // Nothing of it was kept, and the model was not asked.
    assert_eq!(client.chatkit("threads.list", json!({})).await.json()["data"], json!([]));
    assert_eq!(app.model.requests().len(), 0);
    // Exactly 64 KiB is fine.
    assert_eq!(answer_of(&client.create(&"x".repeat(64 * 1024)).await), "OK");
}

#[tokio::test]
async fn controls_are_taken_out_of_a_message() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let events = client.create("buy\0 milk\u{202e} ok\u{2067}").await;
    assert_eq!(events[1]["item"]["content"][0]["text"], "buy milk ok");
}

#[tokio::test]
async fn callers_without_a_good_token_are_refused() {
    let app = TestApp::start().await;
    let mut nobody = app.client();
    let list = json!({ "type": "threads.list", "params": {} });
    let reply = nobody.json("/chatkit", list.clone()).await;
    assert_eq!(
        (reply.status, reply.headers.contains_key(header::WWW_AUTHENTICATE)),
        (StatusCode::UNAUTHORIZED, true)
    );
    for wrong in ["Bearer kaam_wrong", "Bearer ", "Basic eDp5", "kaam"] {
        nobody.headers.insert(header::AUTHORIZATION, wrong.parse().unwrap());
        assert_eq!(
            nobody.json("/chatkit", list.clone()).await.status,
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
    let user = app.user("a@example.com").await;
    let reader = app.program_of(user, &["read"]).await;
    assert_eq!(reader.chatkit("threads.list", json!({})).await.status, StatusCode::OK);
    assert_eq!(
        reader.chatkit("threads.create", json!({ "input": input("hi") })).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(reader.json("/api/chatkit", list).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ten_thousand_rapid_sends_are_held_back_and_nothing_breaks() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let thread = thread_of(&client.create("hello").await);
    let (mut accepted, mut held_back, mut busy) = (0, 0, 0);
    for _ in 0..100 {
        let sends = (0..100).map(|_| client.chatkit("threads.add_user_message", json!({ "thread_id": thread, "input": input("again") })));
        for reply in futures::future::join_all(sends).await {
            match reply.status {
                StatusCode::OK => accepted += 1,
                StatusCode::TOO_MANY_REQUESTS => {
                    assert!(reply.headers[header::RETRY_AFTER].to_str().unwrap().parse::<u32>().unwrap() >= 1);
                    held_back += 1;
                }
                StatusCode::CONFLICT => busy += 1,
                other => panic!("{other}: {}", reply.text()),
            }
        }
    }
    assert_eq!(accepted + held_back + busy, 10_000);
    assert!((1..=29).contains(&accepted), "{accepted}");
    // Each accepted message is stored once, with its answer.
    let read = client
        .chatkit("items.list", json!({ "thread_id": thread, "limit": 100 }))
        .await
        .json();
    assert_eq!(read["data"].as_array().unwrap().len(), 2 + 2 * accepted);
}

#[tokio::test]
async fn the_same_idempotency_key_is_the_same_run() {
    let app = TestApp::start().await;
    let client = app.program("a@example.com").await;
    let send = async |key: &str, text: &str| {
        let body = json!({ "type": "threads.create", "params": { "input": input(text) } });
        let mut request = Client::json_request("/chatkit", &body);
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        client.send(request).await
    };
    let first = send("k1", "hello").await.events();
    let again = send("k1", "hello").await.events();
    assert_eq!(first, again);
    assert_eq!(app.model.requests().len(), 1);
    let other = send("k1", "something else").await;
    assert_eq!(
        (other.status, other.json()["error"]["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("key_reused"))
    );
    let together: Vec<String> = futures::future::join_all((0..10).map(|_| send("k2", "parallel")))
        .await
        .iter()
        .map(|reply| thread_of(&reply.events()))
        .collect();
    assert!(together.iter().all(|thread| *thread == together[0]), "{together:?}");
}
