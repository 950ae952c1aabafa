//! The stream of `/chatkit`. A frame is exactly `data: {json}` and a blank line, as the SDK writes it: no ids, no comments.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures::StreamExt;

use crate::{
    domain::id::RunId,
    protocol::event::ThreadStreamEvent,
    server::run::{Asked, Runs, Signal},
};

/// An aborted request means stop, because the protocol has no other word for it (`chatkit/server.py`): dropped before the run's end, this
/// stops the run.
struct StopOnDrop {
    runs: Runs,
    run: RunId,
    is_over: bool,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        if !self.is_over {
            self.runs.stop_run(self.run);
        }
    }
}

pub(super) fn response(runs: Runs, asked: Asked) -> Response {
    let guard = StopOnDrop {
        runs,
        run: asked.run,
        is_over: false,
    };
    let mut signals = asked.stream;
    let frames = async_stream::stream! {
        // Moved in whole, so that it is dropped with the stream.
        let mut guard = guard;
        while let Some(signal) = signals.next().await {
            match signal {
                Signal::Event(event) => {
                    yield Ok::<_, std::io::Error>(frame(&event.json));
                }
                Signal::End => {
                    guard.is_over = true;
                    return;
                }
                Signal::Broken => {
                    guard.is_over = true;
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
