//! The stream of `/chatkit`. A frame is exactly `data: {json}` and a blank line, as the SDK writes it: no ids, no comments.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures::StreamExt;

use crate::{
    domain::id::UserId,
    protocol::event::ThreadStreamEvent,
    server::run::{Asked, Runs, Signal},
};

/// How long a client that can ask for the same answer again, under its key, may be away before that means stop.
const GRACE: Duration = Duration::from_secs(15);

/// The answer to a request; `is_keyed` if it can be asked for again, so that an abort may be a line that broke.
pub(super) fn response(runs: &Runs, user: UserId, asked: Asked, is_keyed: bool) -> Response {
    let grace = if is_keyed { GRACE } else { Duration::ZERO };
    let listening = runs.listen(user, asked.thread, asked.run, grace);
    let mut signals = asked.stream;
    let frames = async_stream::stream! {
        // Moved in whole, so that it is dropped with the stream.
        let mut listening = listening;
        while let Some(signal) = signals.next().await {
            match signal {
                Signal::Event(event) => {
                    yield Ok::<_, std::io::Error>(frame(&event.json));
                }
                Signal::End => {
                    listening.is_over = true;
                    return;
                }
                Signal::Broken => {
                    listening.is_over = true;
                    yield Err(std::io::Error::other("the run is followed no more"));
                    return;
                }
            }
        }
    };
    stream_of(Body::from_stream(frames))
}

/// A stream of one event that is no run's.
pub(super) fn only(event: &ThreadStreamEvent) -> Response {
    stream_of(Body::from(frame(&serde_json::to_string(event).unwrap_or_default())))
}

fn frame(json: &str) -> Bytes {
    let mut frame = Vec::with_capacity(json.len() + 8);
    frame.extend_from_slice(b"data: ");
    frame.extend_from_slice(json.as_bytes());
    frame.extend_from_slice(b"\n\n");
    Bytes::from(frame)
}

fn stream_of(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
