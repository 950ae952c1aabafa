//! Against the scripted server: retries, fallbacks, timeouts.
//!
//! A time that has to pass is tiny, and passes against a server that never answers: so a slow machine changes nothing.

use std::time::Duration;

use futures::StreamExt;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::{
    super::{
        super::{Finish, Model, Usage},
        BuildError, Limits, OpenAiConfig, OpenAiModel,
    },
    scripted_model::{Reply, ScriptedModel},
    *,
};

type Events = Vec<Result<ModelEvent, ModelError>>;

const KEY: &str = "sk-secret";

fn limits() -> Limits {
    Limits {
        first_wait: Duration::from_millis(1),
        ..Limits::default()
    }
}

fn model_with(base_url: Url, limits: Limits) -> OpenAiModel {
    let models = vec!["scripted".to_owned(), "scripted-small".to_owned()];
    OpenAiModel::new(OpenAiConfig {
        sees_pictures: None,
        answer_tokens: None,
        base_url,
        api_key: Some(SecretString::from(KEY)),
        models,
        limits,
    })
    .unwrap()
}

fn model(server: &ScriptedModel) -> OpenAiModel {
    model_with(server.base_url(), limits())
}

/// Whom the answers of the first model come from.
fn from(server: &ScriptedModel) -> String {
    format!("127.0.0.1:{}/v1 scripted", server.base_url().port().unwrap())
}

async fn ask(model: &OpenAiModel) -> Events {
    joined(&model.ask(request(vec![user("hi")])).collect::<Vec<_>>().await)
}

fn text(text: &str) -> Result<ModelEvent, ModelError> {
    Ok(ModelEvent::Text(text.into()))
}

fn done(input: i64, output: i64) -> Result<ModelEvent, ModelError> {
    Ok(ModelEvent::Done {
        finish: Finish::Stop,
        usage: Usage { input, output },
    })
}

fn fallback() -> Result<ModelEvent, ModelError> {
    Ok(ModelEvent::Fallback {
        from: "scripted".into(),
        to: "scripted-small".into(),
    })
}

/// The events without the busy ones, and the number of these.
fn split(events: Events) -> (usize, Events) {
    let (busy, rest): (Events, Events) = events.into_iter().partition(|event| matches!(event, Ok(ModelEvent::Busy { .. })));
    (busy.len(), rest)
}

#[tokio::test]
async fn text_and_the_key() {
    let server = ScriptedModel::start().await;
    server.reply(Reply::text(&["Sal", "aam"]));
    let model = model(&server);
    assert_eq!(ask(&model).await, [text("Salaam"), done(10, 2)]);
    assert_eq!(ask(&model).await, [text("OK"), done(10, 2)]);
    assert_eq!(server.keys(), [Some(KEY.to_owned()), Some(KEY.to_owned())]);
    assert_eq!(server.requests()[0]["messages"][1], json!({"role": "user", "content": "hi"}));
    assert_eq!(model.name(), "scripted");
    assert!(!format!("{model:?}").contains(KEY));
}

#[tokio::test]
async fn calls_of_both_kinds() {
    let server = ScriptedModel::start().await;
    let calls = [("a", "add_task", r#"{"title":"دودھ"}"#), ("b", "list_tasks", "{}")];
    server
        .reply(Reply::tool_calls_openai(&calls))
        .reply(Reply::tool_calls_gemini(&calls));
    let (first, second) = (call("a", "add_task", "{\"title\":\"دودھ\"}"), call("b", "list_tasks", "{}"));
    let event = |call: &ToolCall| Ok(ModelEvent::ToolCall(call.clone()));
    let model = model(&server);
    assert_eq!(ask(&model).await, [event(&first), event(&second), done(10, 2)]);
    let signed = ToolCall {
        extra_content: Extra::of(
            &from(&server),
            Some(json!({"google": {"thought_signature": "signature-of-a"}})),
            serde_json::Map::new(),
        ),
        ..first
    };
    assert_eq!(ask(&model).await, [event(&signed), event(&second), done(0, 0)]);
}

#[tokio::test]
async fn urdu_cut_between_the_bytes_of_a_letter() {
    let server = ScriptedModel::start().await;
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"کام ہو گیا 🥛\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    for size in 1..5 {
        server.reply(Reply::raw_bytes_in_pieces(stream.as_bytes(), size));
        assert_eq!(ask(&model(&server)).await, [text("کام ہو گیا 🥛"), done(0, 0)]);
    }
}

#[tokio::test]
async fn text_goes_out_as_it_comes() {
    let server = ScriptedModel::start().await;
    let (reply, gate) = Reply::gated(&["a", "b", "c"]);
    server.reply(reply);
    let mut events = model(&server).ask(request(vec![user("hi")]));
    for token in ["a", "b"] {
        gate.release(1);
        assert_eq!(events.next().await, Some(text(token)));
    }
    gate.open();
    assert_eq!(events.next().await, Some(text("c")));
    assert_eq!(events.next().await, Some(done(0, 0)));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_body_that_is_no_stream() {
    let server = ScriptedModel::start().await;
    let whole = json!({"choices": [{"message": {"content": "Whole."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}});
    server.reply(Reply::status(200, &whole, &[]));
    server.reply(Reply::status(200, &json!([{"error": {"code": 403, "message": "no"}}]), &[]));
    let model = model(&server);
    assert_eq!(ask(&model).await, [text("Whole."), done(1, 2)]);
    assert_eq!(ask(&model).await, [Err(ModelError::Unauthorized("403: no".into()))]);
}

#[tokio::test]
async fn busy_then_an_answer() {
    let server = ScriptedModel::start().await;
    for status in [429, 503] {
        server.reply(Reply::status(
            status,
            &json!([{"error": {"code": status, "message": "busy"}}]),
            &[("retry-after", "0")],
        ));
    }
    let busy = || Ok(ModelEvent::Busy { retry_in: Duration::ZERO });
    assert_eq!(ask(&model(&server)).await, [busy(), busy(), text("OK"), done(10, 2)]);
    assert!(server.requests().iter().all(|request| request["model"] == "scripted"));
}

#[tokio::test]
async fn the_wait_is_told_before_it_begins_and_is_capped() {
    let server = ScriptedModel::start().await;
    let delay = |delay: &str| {
        Reply::status(
            429,
            &json!([{"error": {"code": 429, "message": "busy", "details": [{"retryDelay": delay}]}}]),
            &[],
        )
    };
    server.reply(delay("7.5s")).reply(delay("47s"));
    for wait in [Duration::from_millis(7500), Duration::from_secs(30)] {
        let mut events = model(&server).ask(request(vec![user("hi")]));
        assert_eq!(events.next().await, Some(Ok(ModelEvent::Busy { retry_in: wait })));
    }
}

#[tokio::test]
async fn three_attempts_then_the_next_model_then_an_error() {
    let server = ScriptedModel::start().await;
    server.usually(Reply::status(503, &json!({"error": {"message": "overloaded"}}), &[]));
    let (busy, rest) = split(ask(&model(&server)).await);
    assert_eq!(busy, 4);
    assert_eq!(rest, [fallback(), Err(ModelError::Unavailable("503: overloaded".into()))]);
    let asked: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request["model"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        asked,
        [
            "scripted",
            "scripted",
            "scripted",
            "scripted-small",
            "scripted-small",
            "scripted-small"
        ]
    );
}

#[tokio::test]
async fn a_spent_day_or_a_retired_model_goes_to_the_next_at_once() {
    let server = ScriptedModel::start().await;
    let per_day =
        json!([{"error": {"code": 429, "details": [{"violations": [{"quotaId": "RequestsPerDayPerModel"}]}, {"retryDelay": "47s"}]}}]);
    for reply in [
        Reply::status(429, &per_day, &[]),
        Reply::status(404, &json!([{"error": {"code": 404, "message": "retired"}}]), &[]),
    ] {
        server.reply(reply);
        assert_eq!(ask(&model(&server)).await, [fallback(), text("OK"), done(10, 2)]);
    }
}

#[tokio::test]
async fn a_wrong_key_or_request_is_final() {
    let server = ScriptedModel::start().await;
    server.reply(Reply::status(401, &json!({"error": {"message": format!("bad key {KEY}")}}), &[]));
    server.reply(Reply::status(400, &json!({"error": {"message": "bad schema"}}), &[]));
    server.reply(Reply::status(302, &json!({}), &[("location", "http://127.0.0.1:9/")]));
    let model = model(&server);
    assert_eq!(ask(&model).await, [Err(ModelError::Unauthorized("401: bad key [key]".into()))]);
    assert_eq!(ask(&model).await, [Err(ModelError::Refused("400: bad schema".into()))]);
    assert_eq!(ask(&model).await, [Err(ModelError::Refused("302: {}".into()))]);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn stream_options_are_left_out_once_refused() {
    let server = ScriptedModel::start().await;
    server.reply(Reply::status(
        400,
        &json!({"detail": "Unrecognized request argument: stream_options"}),
        &[],
    ));
    let model = model(&server);
    assert_eq!(ask(&model).await, [text("OK"), done(10, 2)]);
    assert_eq!(ask(&model).await, [text("OK"), done(10, 2)]);
    let told: Vec<bool> = server
        .requests()
        .iter()
        .map(|request| request.get("stream_options").is_some())
        .collect();
    assert_eq!(told, [true, false, false]);
}

#[tokio::test]
async fn broken_streams_are_asked_again_while_nothing_is_visible() {
    let server = ScriptedModel::start().await;
    for reply in [Reply::cut_mid(&[]), Reply::unfinished(&[]), Reply::garbage()] {
        server.reply(reply);
        let (busy, rest) = split(ask(&model(&server)).await);
        assert_eq!((busy, rest), (1, vec![text("OK"), done(10, 2)]));
    }
}

#[tokio::test]
async fn broken_streams_are_final_once_text_is_visible() {
    let server = ScriptedModel::start().await;
    for reply in [Reply::cut_mid(&["He", "llo"]), Reply::unfinished(&["Hello"])] {
        server.reply(reply);
        let events = ask(&model(&server)).await;
        assert_eq!(events[0], text("Hello"));
        assert!(matches!(events[1..], [Err(ModelError::CutOff(_))]), "{events:?}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn empty_is_asked_once_more() {
    let server = ScriptedModel::start().await;
    server.reply(Reply::empty());
    assert_eq!(ask(&model(&server)).await, [text("OK"), done(10, 2)]);
    server.reply(Reply::empty()).reply(Reply::text(&[" ", "\n"]));
    assert_eq!(ask(&model(&server)).await, [Err(ModelError::Empty)]);
    assert_eq!((server.requests().len(), server.left()), (4, 0));
}

#[tokio::test]
async fn silence_before_the_first_frame() {
    let server = ScriptedModel::start().await;
    server.usually(Reply::stall());
    let limits = Limits {
        first_token: Duration::from_millis(20),
        ..limits()
    };
    let events = ask(&model_with(server.base_url(), limits)).await;
    assert!(
        matches!(&events[..], [Ok(ModelEvent::Fallback { .. }), Err(ModelError::TimedOut(_))]),
        "{events:?}"
    );
}

#[tokio::test]
async fn silence_in_the_middle() {
    let server = ScriptedModel::start().await;
    let (reply, gate) = Reply::gated(&["a", "b"]);
    gate.release(1);
    server.reply(reply);
    let limits = Limits {
        gap: Duration::from_millis(20),
        ..limits()
    };
    let events = ask(&model_with(server.base_url(), limits)).await;
    assert!(
        matches!(&events[..], [Ok(ModelEvent::Text(_)), Err(ModelError::TimedOut(_))]),
        "{events:?}"
    );
}

#[tokio::test]
async fn silence_after_the_finish_reason_is_an_end() {
    let server = ScriptedModel::start().await;
    let end = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n";
    server.reply(Reply::raw_bytes_in_pieces(end.as_bytes(), 1000).then_stall());
    let limits = Limits {
        tail: Duration::from_millis(20),
        ..limits()
    };
    assert_eq!(ask(&model_with(server.base_url(), limits)).await, [text("Hi"), done(0, 0)]);
}

#[tokio::test]
async fn nobody_there_is_tried_again_but_not_by_another_model() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let model = model_with(Url::parse(&format!("http://127.0.0.1:{port}/v1")).unwrap(), limits());
    let (busy, rest) = split(ask(&model).await);
    assert_eq!(busy, 2);
    assert!(matches!(&rest[..], [Err(ModelError::Unreachable(_))]), "{rest:?}");
    assert!(matches!(model.check().await, Err(ModelError::Unreachable(_))));
}

#[tokio::test]
async fn answers_that_never_end_are_bounded() {
    let server = ScriptedModel::start().await;
    let long = "x".repeat(300);
    server.usually(Reply::text(&["a", &long]));
    let frame = Limits {
        frame_bytes: 350,
        ..limits()
    };
    let answer = Limits {
        answer_bytes: 300,
        ..limits()
    };
    let stream = Limits {
        stream_bytes: 350,
        ..limits()
    };
    for limits in [frame, answer, stream] {
        let events = ask(&model_with(server.base_url(), limits)).await;
        assert!(matches!(events.last(), Some(Err(ModelError::Garbage(_)))), "{events:?}");
    }
}

#[tokio::test]
async fn dropping_the_stream_gives_the_request_up() {
    let server = ScriptedModel::start().await;
    let (reply, gate) = Reply::gated(&["a", "b"]);
    server.reply(reply);
    let model = model(&server);
    let asking = tokio::spawn(async move { ask(&model).await });
    server.arrived(1).await;
    gate.release(1);
    asking.abort();
    gate.left().await;
    assert!(asking.await.unwrap_err().is_cancelled());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_check_of_the_endpoint() {
    let server = ScriptedModel::start().await;
    let model = model(&server);
    assert_eq!(
        model.check().await.unwrap(),
        "the endpoint answers and has scripted, scripted-small"
    );
    server.list_models(Some(&["models/scripted"]));
    assert_eq!(
        model.check().await.unwrap(),
        "the endpoint answers and has scripted, but not scripted-small"
    );
    server.list_models(Some(&["other"]));
    assert_eq!(
        model.check().await,
        Err(ModelError::NoSuchModel("scripted is not among the endpoint's 1 models".into()))
    );
    server.list_models(None);
    assert_eq!(model.check().await.unwrap(), "the endpoint answers with scripted");
    server.reply(Reply::status(401, &json!({"error": {"message": "no"}}), &[]));
    assert_eq!(model.check().await, Err(ModelError::Unauthorized("401: no".into())));
    assert!(server.keys().iter().all(|key| key.as_deref() == Some(KEY)));
}

#[test]
fn configurations_that_cannot_be_used() {
    let build = |base_url: &str, key: &str, models: &[&str]| {
        let models = models.iter().map(|model| (*model).to_owned()).collect();
        let api_key = Some(SecretString::from(key));
        OpenAiModel::new(OpenAiConfig {
            sees_pictures: None,
            answer_tokens: None,
            base_url: Url::parse(base_url).unwrap(),
            api_key,
            models,
            limits: limits(),
        })
        .map(|model| model.name())
    };
    assert_eq!(build("http://x/v1", " key\n", &[" ", " m "]), Ok("m".to_owned()));
    // Without root certificates on the machine there is no client for `https`; then it says so, and does not panic.
    assert!(matches!(build("https://x/v1", "", &["m"]), Ok(_) | Err(BuildError::NoClient(_))));
    assert_eq!(build("ftp://x/v1", "key", &["m"]), Err(BuildError::BadBaseUrl));
    assert_eq!(build("mailto:x", "key", &["m"]), Err(BuildError::BadBaseUrl));
    assert_eq!(build("http://x/v1", "ke\ny", &["m"]), Err(BuildError::BadKey));
    assert_eq!(build("http://x/v1", "key", &[""]), Err(BuildError::NoModel));
}
