//! The script is kept to, byte for byte: other tests lean on it.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

/// Asks and gives the whole answer, head and all, as far as it came.
async fn send(model: &ScriptedModel, method: &str, path: &str, body: &str) -> String {
    let host = format!("127.0.0.1:{}", model.base_url().port().unwrap());
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let head = format!("{method} /v1/{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer k\r\nconnection: close");
    let head = format!("{head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn ask(model: &ScriptedModel) -> String {
    send(model, "POST", "chat/completions", "{\"model\":\"m\"}").await
}

#[tokio::test]
async fn replies_are_used_in_order_and_requests_are_kept() {
    let model = ScriptedModel::start().await;
    model
        .reply(Reply::text(&["one"]))
        .reply(Reply::status(429, &json!({"error": "busy"}), &[("retry-after", "7")]));
    model.usually(Reply::empty());
    let first = ask(&model).await;
    assert!(
        first.starts_with("HTTP/1.1 200") && first.contains("\"content\":\"one\"") && first.contains("data: [DONE]"),
        "{first}"
    );
    let second = ask(&model).await;
    assert!(
        second.starts_with("HTTP/1.1 429") && second.contains("retry-after: 7") && second.contains("{\"error\":\"busy\"}"),
        "{second}"
    );
    let third = ask(&model).await;
    assert!(
        third.contains("\"finish_reason\":\"stop\"") && !third.contains("content\":"),
        "{third}"
    );
    model.arrived(3).await;
    assert_eq!(model.requests(), vec![json!({"model": "m"}); 3]);
    assert_eq!((model.left(), model.keys()), (0, vec![Some("k".to_owned()); 3]));
}

#[tokio::test]
async fn calls_have_the_shape_of_their_provider() {
    let model = ScriptedModel::start().await;
    let calls = [("a", "add", r#"{"title":"x"}"#), ("b", "list", "{}")];
    model
        .reply(Reply::tool_calls_openai(&calls))
        .reply(Reply::tool_calls_gemini(&calls));
    let openai = ask(&model).await;
    assert!(
        openai.contains("\"index\":1") && openai.contains("\"finish_reason\":\"tool_calls\""),
        "{openai}"
    );
    let gemini = ask(&model).await;
    assert!(gemini.contains("signature-of-a") && !gemini.contains("signature-of-b"), "{gemini}");
    assert!(
        !gemini.contains("\"tool_calls\":[{\"index\"") && gemini.contains("\"finish_reason\":\"stop\""),
        "{gemini}"
    );
}

#[tokio::test]
async fn ends_that_are_none() {
    let model = ScriptedModel::start().await;
    model
        .reply(Reply::cut_mid(&["a"]))
        .reply(Reply::unfinished(&["a"]))
        .reply(Reply::garbage());
    model.reply(Reply::raw_bytes_in_pieces("data: کام\n\n".as_bytes(), 1));
    // The last chunk of a body that ended well is an empty one.
    let cut = ask(&model).await;
    assert!(cut.contains("\"content\":\"a\"") && !cut.ends_with("0\r\n\r\n"), "{cut}");
    let unfinished = ask(&model).await;
    assert!(unfinished.ends_with("0\r\n\r\n") && !unfinished.contains("DONE"), "{unfinished}");
    assert!(ask(&model).await.contains("{]garbage[}"));
    assert!(ask(&model).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_gate_holds_until_it_is_opened() {
    let model = ScriptedModel::start().await;
    let (reply, gate) = Reply::gated(&["a", "b"]);
    model.reply(reply).reply(Reply::stall());
    let asking = async {
        gate.release(1);
        gate.open();
        ask(&model).await
    };
    let answer = asking.await;
    assert!(answer.contains("\"content\":\"b\"") && answer.contains("[DONE]"), "{answer}");
    gate.left().await;
    // One that stalls never ends by itself; its reader goes away.
    tokio::select! {
        answer = ask(&model) => panic!("{answer}"),
        () = model.arrived(2) => {}
    }
}

#[tokio::test]
async fn models_are_listed_or_not() {
    let model = ScriptedModel::start().await;
    assert!(send(&model, "GET", "models", "").await.contains("scripted-small"));
    model.list_models(Some(&["other"]));
    assert!(send(&model, "GET", "models", "").await.contains("other"));
    model.list_models(None);
    assert!(send(&model, "GET", "models", "").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn what_is_left_can_be_forgotten() {
    let model = ScriptedModel::start().await;
    model.reply(Reply::text(&["left"]));
    assert!(!model.clear().usually(Reply::text(&["usual"])).requests().iter().any(|_| true));
    assert!(ask(&model).await.contains("usual"));
}

#[tokio::test]
async fn what_is_refused_uses_no_reply_up_and_is_kept_all_the_same() {
    let model = ScriptedModel::start().await;
    let taken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let takes = Arc::clone(&taken);
    model.reply(Reply::text(&["one"])).refuse(move |request| {
        let refused = Reply::status(400, &json!({ "error": request["model"] }), &[]);
        (!takes.load(std::sync::atomic::Ordering::SeqCst)).then_some(refused)
    });
    let refused = ask(&model).await;
    assert!(
        refused.starts_with("HTTP/1.1 400") && refused.contains("{\"error\":\"m\"}"),
        "{refused}"
    );
    taken.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(ask(&model).await.contains("\"content\":\"one\""));
    assert_eq!((model.requests().len(), model.left()), (2, 0));
}

#[tokio::test]
async fn deltas_and_comments_come_in_their_order() {
    let model = ScriptedModel::start().await;
    let deltas = Reply::deltas(&[json!({ "reasoning": "hm" })], "length").behind_comments(2, Duration::from_millis(1));
    model.reply(Reply::unfinished(&["a"]).then(deltas));
    let answer = ask(&model).await;
    let places: Vec<usize> = [
        "\"content\":\"a\"",
        ": keepalive",
        "\"reasoning\":\"hm\"",
        "\"finish_reason\":\"length\"",
        "[DONE]",
    ]
    .iter()
    .map(|part| answer.find(part).unwrap())
    .collect();
    assert!(places.is_sorted() && answer.matches(": keepalive").count() == 2, "{answer}");
}
