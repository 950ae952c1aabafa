//! A model that says what a test wrote down: an OpenAI-compatible server on a free port of this machine.
//!
//! Replies are queued and used up in order, one per request to `/chat/completions`; when the queue is empty the usual reply
//! is given. Every request is kept, also those that the server [refuses](ScriptedModel::refuse), as real ones refuse what they do not take.
//! Nothing here sleeps but [`Reply::behind_comments`]: a reply that has to wait, waits at a [`Gate`].

#[cfg(test)]
#[path = "scripted_model/tests.rs"]
mod tests;

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
};
use url::Url;

/// The server. It ends when dropped.
pub struct ScriptedModel {
    base_url: Url,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    script: Mutex<Script>,
    arrived: watch::Sender<usize>,
}

struct Script {
    queue: VecDeque<Reply>,
    usual: Reply,
    requests: Vec<Value>,
    keys: Vec<Option<String>>,
    models: Option<Vec<String>>,
    refuses: Option<Refuses>,
}

/// What is said to a request that is not taken.
type Refuses = Arc<dyn Fn(&Value) -> Option<Reply> + Send + Sync>;

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedModel {
    /// Starts a server whose usual reply is the text `OK`, and which lists the models `scripted` and `scripted-small`.
    pub async fn start() -> Self {
        let (arrived, _) = watch::channel(0);
        let script = Script {
            queue: VecDeque::new(),
            usual: Reply::text(&["OK"]),
            requests: Vec::new(),
            keys: Vec::new(),
            models: Some(vec!["scripted".to_owned(), "scripted-small".to_owned()]),
            refuses: None,
        };
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            arrived,
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/models", get(list))
            // Some servers have no version in their address.
            .route("/bare/chat/completions", post(complete))
            .with_state(Arc::clone(&shared));
        let listener = match TcpListener::bind("127.0.0.1:0").await {
            Ok(listener) => listener,
            Err(error) => panic!("no free port for the scripted model: {error}"),
        };
        let base_url = match listener.local_addr().map(|address| Url::parse(&format!("http://{address}/v1/"))) {
            Ok(Ok(url)) => url,
            other => panic!("the scripted model has no address: {other:?}"),
        };
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                panic!("the scripted model failed: {error}");
            }
        });
        Self { base_url, shared, server }
    }

    /// The address to configure as the model's.
    pub fn base_url(&self) -> Url {
        self.base_url.clone()
    }

    /// Adds a reply to the queue.
    pub fn reply(&self, reply: Reply) -> &Self {
        self.shared.script().queue.push_back(reply);
        self
    }

    /// Sets what is said when the queue is empty.
    pub fn usually(&self, reply: Reply) -> &Self {
        self.shared.script().usual = reply;
        self
    }

    /// Refuses requests of which this gives a reply; no queued one is used for them.
    pub fn refuse(&self, refuses: impl Fn(&Value) -> Option<Reply> + Send + Sync + 'static) -> &Self {
        self.shared.script().refuses = Some(Arc::new(refuses));
        self
    }

    /// Sets the models that are listed; with `None` there is no list, and `/models` is not found.
    pub fn list_models(&self, models: Option<&[&str]>) -> &Self {
        self.shared.script().models = models.map(|models| models.iter().map(|model| (*model).to_owned()).collect());
        self
    }

    /// Forgets the replies that are left, and the requests so far.
    pub fn clear(&self) -> &Self {
        let mut script = self.shared.script();
        script.queue.clear();
        script.requests.clear();
        drop(script);
        self
    }

    /// The bodies of the requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.shared.script().requests.clone()
    }

    /// The bearer keys of the requests so far, those for the list of models among them.
    pub fn keys(&self) -> Vec<Option<String>> {
        self.shared.script().keys.clone()
    }

    /// How many queued replies were not used.
    pub fn left(&self) -> usize {
        self.shared.script().queue.len()
    }

    /// Waits until so many requests have come in all.
    pub async fn arrived(&self, requests: usize) {
        let mut arrived = self.shared.arrived.subscribe();
        // The sender lives as long as `self`, so this cannot fail.
        let _count = arrived.wait_for(|count| *count >= requests).await;
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn complete(State(shared): State<Arc<Shared>>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let reply = {
        let mut script = shared.script();
        let refused = script.refuses.as_ref().and_then(|refuses| refuses(&request));
        script.requests.push(request);
        script.keys.push(bearer(&headers));
        if let Some(refused) = refused {
            drop(script);
            shared.arrived.send_modify(|count| *count += 1);
            return refused.into_response();
        }
        script.queue.pop_front().unwrap_or_else(|| script.usual.clone())
    };
    shared.arrived.send_modify(|count| *count += 1);
    reply.into_response()
}

async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let mut script = shared.script();
    script.keys.push(bearer(&headers));
    match &script.models {
        Some(models) => {
            let data: Vec<Value> = models.iter().map(|id| json!({"id": id, "object": "model"})).collect();
            Json(json!({"object": "list", "data": data})).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

/// What to say to one request.
#[derive(Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    pieces: Vec<Piece>,
    /// Told to the gate when dropped.
    reading: Option<watch::Receiver<()>>,
}

#[derive(Clone)]
enum Piece {
    /// Sent at once.
    Bytes(Bytes),
    /// Waits for a permit, which is used up.
    Wait(Arc<Semaphore>),
    /// Lets time pass.
    Pause(Duration),
    /// Breaks the connection.
    Cut,
}

/// Lets a [`Reply::gated`] go on.
pub struct Gate {
    permits: Arc<Semaphore>,
    reading: watch::Sender<()>,
}

impl Gate {
    /// Lets so many more tokens pass. After the last token, the end of the turn counts as one too.
    pub fn release(&self, tokens: usize) {
        self.permits.add_permits(tokens);
    }

    /// Lets everything pass.
    pub fn open(&self) {
        self.permits.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// Waits until the reply is read no more: the client went away, or all is said.
    pub async fn left(&self) {
        self.reading.closed().await;
    }
}

impl Reply {
    /// A whole text, a frame for each token.
    pub fn text(tokens: &[&str]) -> Self {
        let frames = tokens.iter().map(|token| text_chunk(token));
        Self::frames(
            frames
                .chain([finish_chunk("stop"), usage_chunk()])
                .map(|chunk| frame(&chunk))
                .chain([done()]),
        )
    }

    /// These deltas, a frame each, and the end.
    pub fn deltas(deltas: &[Value], finish_reason: &str) -> Self {
        let chunks = deltas.iter().map(|delta| chunk(delta.clone(), None));
        let end = [finish_chunk(finish_reason), usage_chunk()];
        Self::frames(chunks.chain(end).map(|chunk| frame(&chunk)).chain([done()]))
    }

    /// Calls as OpenAI sends them, each `(id, name, arguments)`: id and name first, the arguments in fragments, an index on each.
    pub fn tool_calls_openai(calls: &[(&str, &str, &str)]) -> Self {
        let mut chunks = vec![chunk(json!({"role": "assistant", "content": null}), None)];
        for (index, (id, name, arguments)) in calls.iter().enumerate() {
            let function = json!({"name": name, "arguments": ""});
            chunks.push(call_chunk(
                json!({"index": index, "id": id, "type": "function", "function": function}),
            ));
            let arguments: Vec<char> = arguments.chars().collect();
            for fragment in arguments.chunks(5) {
                let function = json!({"arguments": fragment.iter().collect::<String>()});
                chunks.push(call_chunk(json!({"index": index, "function": function})));
            }
        }
        chunks.extend([finish_chunk("tool_calls"), usage_chunk()]);
        Self::frames(chunks.iter().map(frame).chain([done()]))
    }

    /// Calls as Gemini sends them, each `(id, name, arguments)`: whole, without an index, the first one signed with
    /// `signature-of-<id>`, and `stop` as the finish reason.
    pub fn tool_calls_gemini(calls: &[(&str, &str, &str)]) -> Self {
        let mut chunks = Vec::new();
        for (at, (id, name, arguments)) in calls.iter().enumerate() {
            let function = json!({"name": name, "arguments": arguments});
            let mut call = json!({"id": id, "type": "function", "function": function});
            if at == 0 {
                call["extra_content"] = json!({"google": {"thought_signature": format!("signature-of-{id}")}});
            }
            chunks.push(call_chunk(call));
        }
        chunks.push(finish_chunk("stop"));
        Self::frames(chunks.iter().map(frame).chain([done()]))
    }

    /// A stream given byte for byte, sent in pieces of `size` bytes, wherever that cuts.
    pub fn raw_bytes_in_pieces(stream: &[u8], size: usize) -> Self {
        Self::frames(stream.chunks(size.max(1)).map(Bytes::copy_from_slice))
    }

    /// An answer with this status, body and headers.
    pub fn status(status: u16, body: &Value, headers: &[(&'static str, &str)]) -> Self {
        let mut reply = Self::frames([Bytes::from(body.to_string())]);
        reply.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        reply
            .headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            match HeaderValue::from_str(value) {
                Ok(value) => reply.headers.insert(HeaderName::from_static(name), value),
                Err(error) => panic!("the header {name} cannot be sent: {error}"),
            };
        }
        reply
    }

    /// Some tokens, then the connection breaks in the middle of a frame.
    pub fn cut_mid(tokens: &[&str]) -> Self {
        let mut reply = Self::unfinished(tokens);
        reply
            .pieces
            .extend([Piece::Bytes(Bytes::from_static(b"data: {\"choices\":[{\"del")), Piece::Cut]);
        reply
    }

    /// Some tokens, then a clean end of the stream, but neither a finish reason nor `[DONE]`.
    pub fn unfinished(tokens: &[&str]) -> Self {
        Self::frames(tokens.iter().map(|token| frame(&text_chunk(token))))
    }

    /// The headers, and then nothing, until the client goes away.
    pub fn stall() -> Self {
        Self::frames([]).then_stall()
    }

    /// After what this reply says, silence, until the client goes away.
    pub fn then_stall(mut self) -> Self {
        self.pieces.push(Piece::Wait(Arc::new(Semaphore::new(0))));
        self
    }

    /// What another reply says, behind this one.
    pub fn then(mut self, next: Self) -> Self {
        self.pieces.extend(next.pieces);
        self
    }

    /// So many comments, with so much time before each, and then this reply. A server that is busy sends such.
    pub fn behind_comments(mut self, count: usize, apart: Duration) -> Self {
        let comment = [Piece::Pause(apart), Piece::Bytes(Bytes::from_static(b": keepalive\n\n"))];
        let comments = std::iter::repeat_n(comment, count).flatten();
        self.pieces = comments.chain(self.pieces).collect();
        self
    }

    /// A text whose tokens wait, one by one, to be let through; so does the end of the turn.
    pub fn gated(tokens: &[&str]) -> (Self, Gate) {
        let gate = Arc::new(Semaphore::new(0));
        let wait = || Piece::Wait(Arc::clone(&gate));
        let mut reply = Self::frames([]);
        for token in tokens {
            reply.pieces.extend([wait(), Piece::Bytes(frame(&text_chunk(token)))]);
        }
        reply
            .pieces
            .extend([wait(), Piece::Bytes(frame(&finish_chunk("stop"))), Piece::Bytes(done())]);
        let (sender, receiver) = watch::channel(());
        reply.reading = Some(receiver);
        (
            reply,
            Gate {
                permits: gate,
                reading: sender,
            },
        )
    }

    /// A frame that is no JSON.
    pub fn garbage() -> Self {
        Self::frames([Bytes::from_static(b"data: {]garbage[}\n\n"), done()])
    }

    /// A turn with neither text nor calls.
    pub fn empty() -> Self {
        Self::text(&[])
    }

    fn frames(frames: impl IntoIterator<Item = Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))]);
        Self {
            status: StatusCode::OK,
            headers,
            pieces: frames.into_iter().map(Piece::Bytes).collect(),
            reading: None,
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Self {
            status,
            headers,
            pieces,
            reading,
        } = self;
        let body = async_stream::stream! {
            let _reading = reading;
            for piece in pieces {
                match piece {
                    Piece::Bytes(bytes) => yield Ok(bytes),
                    Piece::Wait(gate) => match gate.acquire().await {
                        Ok(permit) => permit.forget(),
                        Err(closed) => yield Err(io::Error::other(closed)),
                    },
                    Piece::Pause(time) => tokio::time::sleep(time).await,
                    Piece::Cut => yield Err(io::Error::other("cut by the script")),
                }
                // Else pieces that are ready together would be sent as one.
                tokio::task::yield_now().await;
            }
        };
        (status, headers, Body::from_stream(body)).into_response()
    }
}

fn chunk(delta: Value, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    })
}

fn text_chunk(token: &str) -> Value {
    chunk(json!({"content": token}), None)
}

fn call_chunk(call: Value) -> Value {
    chunk(json!({"tool_calls": [call]}), None)
}

fn finish_chunk(reason: &str) -> Value {
    chunk(json!({}), Some(reason))
}

fn usage_chunk() -> Value {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    })
}

fn frame(chunk: &Value) -> Bytes {
    Bytes::from(format!("data: {chunk}\n\n"))
}

fn done() -> Bytes {
    Bytes::from_static(b"data: [DONE]\n\n")
}
