//! Server functions that answer with `text/event-stream`: a codec of our own, because `server_fn` has byte and text streams only.
//!
//! Frames follow the HTML standard, section 9.2 (server-sent events): `id:` is `<run>.<seq>`, `data:` one JSON value. A heartbeat is
//! a comment. An error is `event: error` and ends the stream.

use std::pin::Pin;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::Method;
use leptos::server_fn::{
    ContentType,
    codec::{Encoding, FromRes, IntoRes},
    error::FromServerFnError,
    response::{ClientRes, TryRes},
};

use super::{ApiError, view::ChatUpdate};

/// The encoding `text/event-stream`, for `#[server(output = Sse)]`.
pub struct Sse;

impl ContentType for Sse {
    const CONTENT_TYPE: &'static str = "text/event-stream";
}
impl Encoding for Sse {
    const METHOD: Method = Method::POST;
}

/// One frame of a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Something happened; its place in the log of the run, if it has one.
    Update(Option<String>, ChatUpdate),
    /// Nothing happened; the connection is alive.
    Heartbeat,
}

/// The stream that a server function gives and the page reads.
pub struct Updates(Pin<Box<dyn Stream<Item = Result<Frame, ApiError>> + Send>>);

impl Updates {
    /// Wraps a stream of frames.
    pub fn new(frames: impl Stream<Item = Result<Frame, ApiError>> + Send + 'static) -> Self {
        Self(Box::pin(frames))
    }

    /// The next frame; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Result<Frame, ApiError>> {
        self.0.next().await
    }
}

fn encode(frame: Result<Frame, ApiError>) -> Bytes {
    let text = match frame {
        Ok(Frame::Heartbeat) => ": alive\n\n".to_owned(),
        Ok(Frame::Update(id, update)) => {
            let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
            match serde_json::to_string(&update) {
                Ok(json) => format!("{id}data: {json}\n\n"),
                Err(_) => ": unreadable\n\n".to_owned(),
            }
        }
        Err(error) => format!("event: error\ndata: {}\n\n", String::from_utf8_lossy(&error.ser())),
    };
    text.into()
}

impl<Response> IntoRes<Sse, Response, ApiError> for Updates
where
    Response: TryRes<ApiError>,
{
    async fn into_res(self) -> Result<Response, ApiError> {
        let opening = stream::once(async { Ok(Bytes::from_static(b"retry: 1000\n\n")) });
        Response::try_from_stream(Sse::CONTENT_TYPE, opening.chain(self.0.map(|frame| Ok(encode(frame)))))
    }
}

impl<Response> FromRes<Sse, Response, ApiError> for Updates
where
    Response: ClientRes<ApiError> + Send,
{
    async fn from_res(response: Response) -> Result<Self, ApiError> {
        let bytes = response.try_into_stream()?;
        let mut parser = Parser::default();
        Ok(Self::new(bytes.flat_map(move |chunk| {
            stream::iter(match chunk {
                Ok(chunk) => parser.push(&chunk),
                Err(_) => vec![Err(ApiError::Network)],
            })
        })))
    }
}

/// Reads frames from bytes that may be cut anywhere, also inside a character.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    id: Option<String>,
    is_error: bool,
    data: String,
}

impl Parser {
    fn push(&mut self, chunk: &[u8]) -> Vec<Result<Frame, ApiError>> {
        let mut frames = Vec::new();
        for &byte in chunk {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                frames.extend(self.end_of_line(String::from_utf8_lossy(&line).trim_end_matches('\r')));
            } else {
                self.line.push(byte);
            }
        }
        frames
    }

    fn end_of_line(&mut self, line: &str) -> Option<Result<Frame, ApiError>> {
        if line.is_empty() {
            let (id, is_error, data) = (self.id.take(), std::mem::take(&mut self.is_error), std::mem::take(&mut self.data));
            return match (data.is_empty(), is_error) {
                (true, _) => None,
                (false, true) => Some(Err(ApiError::de(data.into()))),
                (false, false) => Some(
                    serde_json::from_slice(data.as_bytes())
                        .map(|update| Frame::Update(id, update))
                        .map_err(|_| ApiError::Network),
                ),
            };
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Some(Ok(Frame::Heartbeat)),
            "id" => self.id = Some(value.to_owned()),
            "event" => self.is_error = value == "error",
            "data" => {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_every_cut() {
        let frames = vec![
            Ok(Frame::Update(Some("run_1.2".into()), ChatUpdate::Progress("کام ہو رہا ہے".into()))),
            Ok(Frame::Heartbeat),
            Ok(Frame::Update(None, ChatUpdate::Done)),
            Err(ApiError::Busy),
        ];
        let bytes: Vec<u8> = frames.iter().cloned().flat_map(|frame| encode(frame).to_vec()).collect();
        for cut in 0..=bytes.len() {
            let mut parser = Parser::default();
            let mut read = parser.push(&bytes[..cut]);
            read.extend(parser.push(&bytes[cut..]));
            assert_eq!(read, frames, "cut at {cut}");
        }
    }
}
