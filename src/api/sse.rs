//! Server functions that answer with `text/event-stream`: a codec of our own, because `server_fn` has byte and text streams only.
//!
//! Events follow the HTML standard, section 9.2 (server-sent events). Of a thread's stream, `id:` is `<run>.<seq>`, `data:` one JSON value. A
//! heartbeat is a comment. An error is `event: error` and ends the stream. In a stream that tells of several threads, `event:` is the thread.

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

/// One event as it is on the wire. The empty one is a sign of life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its kind; empty for the usual one.
    pub name: String,
    /// Its place in what it tells of, if it has one.
    pub id: Option<String>,
    /// A line.
    pub data: String,
}

/// Before the name of a thread, where the event is an error.
const ERROR: &str = "error";

impl Event {
    /// Of a thread, in a stream that tells of several.
    #[must_use]
    pub fn of(mut self, thread: &str) -> Self {
        self.name = if self.name == ERROR {
            [ERROR, ":", thread].concat()
        } else {
            thread.to_owned()
        };
        self
    }

    /// Why the stream as a whole is at its end, if this says so.
    pub fn failure(&self) -> Option<ApiError> {
        (self.name == ERROR).then(|| ApiError::de(self.data.clone().into()))
    }

    /// The thread of which it tells, if any. The last event of a thread has no id.
    pub fn thread(&self) -> Option<&str> {
        let name = self
            .name
            .strip_prefix(ERROR)
            .map_or(self.name.as_str(), |name| name.trim_start_matches(':'));
        (!name.is_empty()).then_some(name)
    }

    /// As one text, for other pages.
    pub fn to_text(&self) -> String {
        [&self.name, self.id.as_deref().unwrap_or_default(), &self.data].join("\n")
    }

    /// From such a text.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        let mut line = || lines.next().map(str::to_owned);
        Some(Self {
            name: line()?,
            id: line().filter(|id| !id.is_empty()),
            data: line()?,
        })
    }

    fn encode(&self) -> Bytes {
        let field = |name, value: &str| {
            if value.is_empty() {
                String::new()
            } else {
                [name, ": ", value, "\n"].concat()
            }
        };
        let fields = [
            field("event", &self.name),
            field("id", self.id.as_deref().unwrap_or_default()),
            field("data", &self.data),
        ];
        match fields.concat() {
            fields if fields.is_empty() => Bytes::from_static(b": alive\n\n"),
            fields => (fields + "\n").into(),
        }
    }
}

/// One frame of a thread's stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Something happened; its place in the log of the run, if it has one.
    Update(Option<String>, ChatUpdate),
    /// Nothing happened; the connection is alive.
    Heartbeat,
}

impl Frame {
    /// As an event.
    pub fn event(frame: Result<Self, ApiError>) -> Event {
        match frame {
            Ok(Self::Heartbeat) => Event::default(),
            Ok(Self::Update(id, update)) => Event {
                id,
                // Nothing in it has keys that are no texts, or can fail otherwise.
                data: serde_json::to_string(&update).unwrap_or_default(),
                ..Event::default()
            },
            Err(error) => Event {
                name: ERROR.to_owned(),
                data: String::from_utf8_lossy(&error.ser()).into_owned(),
                ..Event::default()
            },
        }
    }

    /// What an event says.
    ///
    /// # Errors
    /// The error that it says, and [`ApiError::Network`] for what nobody can read.
    pub fn read(event: Event) -> Result<Self, ApiError> {
        if event.name.starts_with(ERROR) {
            return Err(ApiError::de(event.data.into()));
        }
        if event.data.is_empty() {
            return Ok(Self::Heartbeat);
        }
        let update = serde_json::from_str(&event.data).map_err(|_| ApiError::Network)?;
        Ok(Self::Update(event.id, update))
    }
}

/// The stream that a server function gives and the page reads.
pub struct Events(Pin<Box<dyn Stream<Item = Event> + Send>>);

impl Events {
    /// Wraps a stream of events.
    pub fn new(events: impl Stream<Item = Event> + Send + 'static) -> Self {
        Self(Box::pin(events))
    }

    /// The frames of a thread.
    pub fn of(frames: impl Stream<Item = Result<Frame, ApiError>> + Send + 'static) -> Self {
        Self::new(frames.map(Frame::event))
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.next().await
    }

    /// As those of a thread in a stream that tells of several; without the signs of life.
    pub fn of_thread(self, thread: String) -> impl Stream<Item = Event> + Send {
        let says = |event: &Event| std::future::ready(!event.data.is_empty());
        self.0.filter(says).map(move |event| event.of(&thread))
    }
}

impl<Response> IntoRes<Sse, Response, ApiError> for Events
where
    Response: TryRes<ApiError>,
{
    async fn into_res(self) -> Result<Response, ApiError> {
        let opening = stream::once(async { Ok(Bytes::from_static(b"retry: 1000\n\n")) });
        let encode = |event: Event| Ok(event.encode());
        Response::try_from_stream(Sse::CONTENT_TYPE, opening.chain(self.0.map(encode)))
    }
}

impl<Response> FromRes<Sse, Response, ApiError> for Events
where
    Response: ClientRes<ApiError> + Send,
{
    async fn from_res(response: Response) -> Result<Self, ApiError> {
        let bytes = response.try_into_stream()?;
        let mut parser = Parser::default();
        Ok(Self::new(bytes.flat_map(move |chunk| {
            stream::iter(match chunk {
                Ok(chunk) => parser.push(&chunk),
                Err(_) => vec![Frame::event(Err(ApiError::Network))],
            })
        })))
    }
}

/// Reads events from bytes that may be cut anywhere, also inside a character.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    event: Event,
}

impl Parser {
    fn push(&mut self, chunk: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in chunk {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                events.extend(self.end_of_line(String::from_utf8_lossy(&line).trim_end_matches('\r')));
            } else {
                self.line.push(byte);
            }
        }
        events
    }

    fn end_of_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            return Some(std::mem::take(&mut self.event)).filter(|event| !event.data.is_empty());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Some(Event::default()),
            "id" => self.event.id = Some(value.to_owned()),
            "event" => self.event.name = value.to_owned(),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<Result<Frame, ApiError>> {
        vec![
            Ok(Frame::Update(Some("run_1.2".into()), ChatUpdate::Progress("کام ہو رہا ہے".into()))),
            Ok(Frame::Heartbeat),
            Ok(Frame::Update(None, ChatUpdate::Done)),
            Err(ApiError::Busy),
        ]
    }

    #[test]
    fn frames_survive_every_cut() {
        let bytes: Vec<u8> = frames().into_iter().flat_map(|frame| Frame::event(frame).encode()).collect();
        for cut in 0..=bytes.len() {
            let mut parser = Parser::default();
            let mut read = parser.push(&bytes[..cut]);
            read.extend(parser.push(&bytes[cut..]));
            let read: Vec<_> = read.into_iter().map(Frame::read).collect();
            assert_eq!(read, frames(), "cut at {cut}");
        }
    }

    #[test]
    fn events_of_threads_are_told_apart_and_passed_on_as_texts() {
        for frame in frames() {
            let event = Frame::event(frame.clone());
            assert_eq!(event.thread(), None);
            let event = event.of("thr_1");
            let again = Event::from_text(&event.to_text()).unwrap();
            assert_eq!(again, event);
            assert_eq!(again.thread(), Some("thr_1"));
            assert_eq!(Frame::read(again), frame);
        }
        assert_eq!(Event::from_text("alone"), None);
    }
}
