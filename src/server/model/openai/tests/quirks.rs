//! What providers send, read without a network.

use serde_json::{Value, json};

use super::{
    super::{
        super::{Finish, Usage},
        Limits,
        errors::Failure,
        sse::Decoder,
        turn::{Reading, Turn},
    },
    *,
};

const TEXT: &str = include_str!("../transcripts/sse_text_llamacpp.txt");
const CALL: &str = include_str!("../transcripts/sse_few2_required.txt");
const CUT_BY_LENGTH: &str = include_str!("../transcripts/sse_gemma_truncated.txt");

fn read_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<ModelEvent>, Failure> {
    let limits = Limits::default();
    let mut decoder = Decoder::new(limits.frame_bytes, limits.stream_bytes);
    let mut turn = Turn::new(Reading {
        tools: request(vec![]).tools,
        from: "h m".into(),
        answer_bytes: limits.answer_bytes,
        ..Reading::default()
    });
    let mut events = Vec::new();
    for piece in pieces {
        for frame in decoder.push(piece).map_err(|_| Failure::too_long())? {
            events.extend(turn.frame(&frame)?);
        }
    }
    if let Some(frame) = decoder.finish() {
        events.extend(turn.frame(&frame)?);
    }
    events.extend(turn.end()?);
    Ok(events)
}

fn read(stream: &str) -> Result<Vec<ModelEvent>, Failure> {
    read_pieces([stream.as_bytes()])
}

fn frames(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect()
}

fn delta(delta: Value) -> Value {
    json!({"choices": [{"delta": delta}]})
}

fn stop() -> Value {
    json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})
}

fn text(text: &str) -> ModelEvent {
    ModelEvent::Text(text.into())
}

fn done() -> ModelEvent {
    ModelEvent::Done {
        finish: Finish::Stop,
        usage: Usage::default(),
    }
}

/// This recording was stopped before its end, so it is no answer; with an end it is.
#[test]
fn recorded_text() {
    assert!(matches!(read(TEXT).unwrap_err().error, ModelError::CutOff(_)));
    let events = read(&format!("{TEXT}data: [DONE]\n\n")).unwrap();
    let (end, words) = events.split_last().unwrap();
    assert!(words.len() > 5, "text goes out as it comes");
    let words: Vec<&str> = words
        .iter()
        .filter_map(|word| {
            if let ModelEvent::Text(text) = word {
                Some(text.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(
        (words.concat().as_str(), end),
        ("I'm here to help with any creative writing project.", &done())
    );
}

#[test]
fn recorded_call() {
    assert_eq!(
        read(CALL).unwrap(),
        [
            ModelEvent::ToolCall(call("NuJCLcVBrVgj0uWi0UvJ6MnGtJgK4QVG", "add_task", "{\"title\": \"buy milk\"}")),
            ModelEvent::Done {
                finish: Finish::Stop,
                usage: Usage { input: 582, output: 32 }
            },
        ]
    );
}

#[test]
fn recorded_answer_cut_by_its_length_limit() {
    assert_eq!(
        read(CUT_BY_LENGTH).unwrap(),
        [
            ModelEvent::ToolCall(call("dlLZa4b2E5rMFe9B58HS7PyAM8EHwzKP", "add_task", "{\"title\": \"buy milk\"}")),
            ModelEvent::ToolCall(call("OvxToa2ephQF2Hmd4P5aHihFqXbiUQpk", "add_task", "{\"title\": \"buy milk\"}")),
            ModelEvent::Done {
                finish: Finish::Length,
                usage: Usage { input: 824, output: 60 }
            },
        ]
    );
}

#[test]
fn a_recording_cut_at_any_byte_reads_the_same() {
    for recording in [TEXT, CALL, CUT_BY_LENGTH] {
        let bytes = recording.as_bytes();
        let frames = |pieces: &[&[u8]]| {
            let mut decoder = Decoder::new(bytes.len(), bytes.len());
            pieces.iter().flat_map(|piece| decoder.push(piece).unwrap()).collect::<Vec<_>>()
        };
        let whole = frames(&[bytes]);
        for at in 0..bytes.len() {
            let (a, b) = bytes.split_at(at);
            assert!(frames(&[a, b]) == whole, "cut at {at}");
        }
        for size in [1, 2, 3, 50, 1000] {
            assert_eq!(read_pieces(bytes.chunks(size)), read(recording), "pieces of {size}");
        }
    }
}

#[test]
fn a_recording_that_breaks_off_is_never_an_answer() {
    for recording in [TEXT, CALL, CUT_BY_LENGTH] {
        let finish = recording
            .find("\"finish_reason\":\"")
            .map(|at| recording[..at].rfind("data:").unwrap());
        for end in (0..=finish.unwrap_or(recording.len())).rev().step_by(7) {
            let failure = read_pieces([&recording.as_bytes()[..end]]).unwrap_err();
            assert!(matches!(failure.error, ModelError::CutOff(_)), "{failure:?}, cut after {end} bytes");
        }
    }
}

proptest::proptest! {
    #[test]
    fn urdu_cut_in_any_pieces_stays_whole(sizes in proptest::collection::vec(1_usize..40, 1..60)) {
        let said = "آپ کا کام «دودھ لانا» لکھ لیا گیا ہے 🥛۔ ";
        let stream = format!("{}data: [DONE]\r\n\r\n", frames(&[delta(json!({"content": said})), delta(json!({"content": said})), stop()]));
        let mut rest = stream.as_bytes();
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        proptest::prop_assert_eq!(read_pieces(pieces), Ok(vec![text(said), text(said), done()]));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), head in "(data: )?\\{?") {
        let mut stream = head.into_bytes();
        stream.extend(bytes);
        let _outcome = read_pieces([stream.as_slice()]);
    }
}

#[test]
fn an_end_is_a_finish_reason_or_done() {
    assert_eq!(
        read(&frames(&[delta(json!({"content": "Hi"})), stop()])),
        Ok(vec![text("Hi"), done()])
    );
    assert_eq!(
        read(&format!("{}data: [DONE]", frames(&[delta(json!({"content": "Hi"}))]))),
        Ok(vec![text("Hi"), done()])
    );
    assert!(matches!(
        read(&frames(&[delta(json!({"content": "Hi"}))])).unwrap_err().error,
        ModelError::CutOff(_)
    ));
    assert!(matches!(read("").unwrap_err().error, ModelError::CutOff(_)));
}

#[test]
fn finish_reasons() {
    for (reason, finish) in [
        ("stop", Finish::Stop),
        ("tool_calls", Finish::Stop),
        ("function_call", Finish::Stop),
        ("eos_token", Finish::Stop),
        ("length", Finish::Length),
        ("MAX_TOKENS", Finish::Length),
        ("content_filter", Finish::Filter),
        ("SAFETY", Finish::Filter),
    ] {
        let stream = frames(&[json!({"choices": [{"delta": {"content": "Hi"}, "finish_reason": reason}]})]);
        assert_eq!(
            read(&stream),
            Ok(vec![
                text("Hi"),
                ModelEvent::Done {
                    finish,
                    usage: Usage::default()
                }
            ]),
            "{reason}"
        );
    }
    let gave_up = frames(&[json!({"choices": [{"delta": {}, "finish_reason": "error"}]})]);
    assert!(matches!(read(&gave_up).unwrap_err().error, ModelError::CutOff(_)));
}

#[test]
fn odd_shapes_are_read_or_skipped() {
    let stream = frames(&[
        json!({"choices": null, "usage": null, "created": "today"}),
        json!({"choices": [{"delta": null, "finish_reason": 7, "logprobs": {}}]}),
        json!({"choices": [{"delta": {"role": 1, "content": null, "tool_calls": null, "reasoning_content": "hm"}, "finish_reason": ""}]}),
        json!({"error": null, "choices": [{"delta": {"content": [{"type": "text", "text": "He"}, {"type": "image"}]}}]}),
        json!({"choices": {"delta": {"content": "llo"}}}),
        json!({"prompt_filter_results": []}),
        json!({"choices": [], "usage": {}}),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": null}}),
    ]);
    let stream = format!(": ping\n\nevent: ping\ndata:\n\n{stream}");
    let end = ModelEvent::Done {
        finish: Finish::Stop,
        usage: Usage { input: 3, output: 0 },
    };
    assert_eq!(read(&stream), Ok(vec![text("He"), text("llo"), end]));
}

#[test]
fn gemini_whole_calls_with_a_late_signature() {
    let signature = json!({"google": {"thought_signature": "c2ln"}});
    let stream = frames(&[
        delta(
            json!({"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "add_task", "arguments": "{\"t\":1}"}}]}),
        ),
        delta(json!({"tool_calls": [{"extra_content": signature, "function": {"arguments": ""}}]})),
        json!({"choices": [{"delta": {"tool_calls": [{"id": "b", "function": {"name": "add_task", "arguments": "{\"t\":2}"}}]}, "finish_reason": "stop"}]}),
    ]);
    let first = ToolCall {
        extra_content: Extra::of("h m", Some(signature.clone()), serde_json::Map::new()),
        ..call("a", "add_task", "{\"t\":1}")
    };
    assert_eq!(
        read(&stream),
        Ok(vec![
            ModelEvent::ToolCall(first.clone()),
            ModelEvent::ToolCall(call("b", "add_task", "{\"t\":2}")),
            done()
        ])
    );
    // The signature on the message and not on the call.
    let stream = frames(&[
        delta(json!({"tool_calls": [{"id": "a", "function": {"name": "add_task", "arguments": {"t": 1}}}]})),
        delta(json!({"extra_content": signature})),
        stop(),
    ]);
    assert_eq!(read(&stream), Ok(vec![ModelEvent::ToolCall(first), done()]));
}

#[test]
fn leaked_calls_become_calls() {
    let stream = frames(&[
        delta(json!({"content": "<tool_call>\n{\"name\": \"add_"})),
        delta(json!({"content": "task\", \"arguments\": {\"t\": 1}}\n</tool_call>"})),
        stop(),
    ]);
    assert_eq!(
        read(&stream),
        Ok(vec![ModelEvent::ToolCall(call("call_0", "add_task", "{\"t\":1}")), done()])
    );
}

#[test]
fn nothing_is_empty_and_so_is_white_space() {
    for chunks in [
        vec![stop()],
        vec![delta(json!({"content": "\n\n"})), stop()],
        vec![delta(json!({"tool_calls": [{"id": "x"}]})), stop()],
    ] {
        assert_eq!(read(&frames(&chunks)).unwrap_err(), Failure::empty());
    }
    let filtered = frames(&[json!({"choices": [{"delta": {}, "finish_reason": "content_filter"}]})]);
    assert_eq!(
        read(&filtered),
        Ok(vec![ModelEvent::Done {
            finish: Finish::Filter,
            usage: Usage::default()
        }])
    );
}

#[test]
fn unreadable_frames() {
    for frame in ["{]", "[1, 2]", "7", "hello"] {
        let failure = read(&format!("data: {frame}\n\n")).unwrap_err();
        assert!(matches!(failure.error, ModelError::Garbage(_)), "{frame}: {failure:?}");
    }
    // After the end there is nothing left to lose.
    assert_eq!(
        read(&format!("{}data: {{]\n\n", frames(&[delta(json!({"content": "Hi"})), stop()]))),
        Ok(vec![text("Hi"), done()])
    );
}

#[test]
fn answers_are_bounded() {
    let mut turn = Turn::new(Reading {
        answer_bytes: 10,
        ..Reading::default()
    });
    assert!(turn.frame(&delta(json!({"content": "12345"})).to_string()).is_ok());
    assert!(
        turn.frame(&delta(json!({"tool_calls": [{"function": {"name": "x", "arguments": "12345"}}]})).to_string())
            .is_ok()
    );
    assert_eq!(turn.frame(&delta(json!({"content": "1"})).to_string()), Err(Failure::too_long()));
}
