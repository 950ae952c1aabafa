//! One HTTP client, and one attempt at a turn.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_stream::try_stream;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::{Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    super::{ModelError, ModelEvent},
    BuildError, Limits,
    errors::{self, Failure},
    request::{Conversation, Dialect},
    sse::{Decoder, TooLong},
    tls,
    turn::Turn,
    wire::ModelList,
};

/// More of an error's body is not read.
const ERROR_BYTES: usize = 64 * 1024;
/// More of a list of models is not read.
const LIST_BYTES: usize = 4 << 20;

/// The client of one endpoint.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    chat: Url,
    list: Url,
    key: Option<SecretString>,
    dialect: Dialect,
    limits: Limits,
    sees_pictures: Option<bool>,
    /// Whether the endpoint takes `stream_options`; forgotten once it refuses.
    include_usage: AtomicBool,
}

impl Client {
    /// Makes the client; connects to nothing.
    pub(super) fn new(base_url: &Url, key: Option<SecretString>, limits: Limits, sees_pictures: Option<bool>) -> Result<Self, BuildError> {
        let (http, key) = builder(base_url, key, limits.connect)?;
        let http = http.build().map_err(|error| BuildError::NoClient(errors::chain(&error)))?;
        Ok(Self {
            http,
            chat: under(base_url, &["chat", "completions"])?,
            list: under(base_url, &["models"])?,
            key,
            dialect: Dialect::of(base_url),
            limits,
            sees_pictures,
            include_usage: AtomicBool::new(true),
        })
    }

    /// What is particular to the endpoint.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the models see pictures, where it is known.
    pub(super) fn sees_pictures(&self) -> Option<bool> {
        self.sees_pictures
    }

    /// The bounds of a turn.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Asks one model once. Dropping the stream closes the connection.
    pub(super) fn attempt(&self, model: &str, conversation: &Conversation) -> impl Stream<Item = Result<ModelEvent, Failure>> {
        let events = try_stream! {
            let Limits { first_token, gap, tail, .. } = self.limits;
            let mut waiting = first_token;
            let mut deadline = Instant::now() + waiting;
            let response = self.open(model, conversation, deadline).await?;
            let mut decoder = self.decoder(&response);
            let mut turn = Turn::new(conversation.tool_names(), conversation.taken(), self.limits.answer_bytes);
            let mut bytes = response.bytes_stream();
            let mut ended = false;
            while !ended && !turn.is_done() {
                let frames = match timeout_at(deadline, bytes.next()).await {
                    Ok(Some(Ok(bytes))) => decoder.push(&bytes).map_err(|TooLong| Failure::too_long())?,
                    Ok(None) => {
                        ended = true;
                        decoder.finish().into_iter().collect()
                    }
                    // Whatever happens after the finish reason, the answer is whole.
                    _ if turn.is_finished() => break,
                    Ok(Some(Err(error))) => Err(Failure::broken(error))?,
                    Err(_) => Err(Failure::timed_out(waiting))?,
                };
                for frame in frames {
                    if let Some(event) = turn.frame(&frame)? {
                        yield event;
                    }
                    waiting = if turn.is_finished() { tail } else { gap };
                    deadline = Instant::now() + waiting;
                }
            }
            for event in turn.end()? {
                yield event;
            }
        };
        events.map(|event: Result<ModelEvent, Failure>| event.map_err(|failure| failure.printable(self.secret())))
    }

    /// The endpoint's models.
    pub(super) async fn list(&self) -> Result<ModelList, ModelError> {
        let deadline = Instant::now() + self.limits.first_token;
        let listed = async {
            let response = self
                .within(deadline, self.http.get(self.list.clone()).send())
                .await?
                .map_err(Failure::transport)?;
            let response = self.successful(response, deadline).await?;
            let body = self.text(response, LIST_BYTES, deadline).await;
            serde_json::from_str(&body).map_err(|error| Failure::garbage(&error.to_string()))
        };
        listed.await.map_err(|failure: Failure| failure.printable(self.secret()).error)
    }

    /// Sees whether a model begins to answer.
    pub(super) async fn greet(&self, model: &str) -> Result<(), ModelError> {
        let conversation = Conversation::greeting();
        let opened = self.open(model, &conversation, Instant::now() + self.limits.first_token).await;
        opened.map(drop).map_err(|failure| failure.printable(self.secret()).error)
    }

    /// Sends the request; once more without `stream_options` if it is refused for these, and once more without its pictures if it may be
    /// refused for those.
    async fn open(&self, model: &str, conversation: &Conversation, deadline: Instant) -> Result<Response, Failure> {
        let mut pictures = conversation.has_pictures();
        loop {
            let include_usage = self.include_usage.load(Ordering::Relaxed);
            let request = self.http.post(self.chat.clone()).header(header::ACCEPT, "text/event-stream");
            let sent = request.json(&conversation.body(model, include_usage, pictures)).send();
            let response = self.within(deadline, sent).await?.map_err(Failure::transport)?;
            let refused = match self.successful(response, deadline).await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            match &refused.error {
                ModelError::Refused(cause) if include_usage && cause.contains("stream_options") => {
                    tracing::warn!(%model, "the endpoint refuses stream_options; usage will not be known");
                    self.include_usage.store(false, Ordering::Relaxed);
                }
                error if pictures && self.sees_pictures.is_none() && may_be_blind(error) => {
                    tracing::warn!(%model, cause = %error, "the model may not see pictures; it is asked without");
                    pictures = false;
                }
                _ => return Err(refused),
            }
        }
    }

    async fn successful(&self, response: Response, deadline: Instant) -> Result<Response, Failure> {
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = self.text(response, ERROR_BYTES, deadline).await;
        Err(errors::in_response(status, &headers, &body))
    }

    /// A body, as much of it as comes in time and may be read.
    async fn text(&self, mut response: Response, most: usize, deadline: Instant) -> String {
        let mut body = Vec::new();
        while let Ok(Ok(Some(bytes))) = timeout_at(deadline, response.chunk()).await {
            body.extend_from_slice(&bytes[..bytes.len().min(most - body.len())]);
            if body.len() == most {
                break;
            }
        }
        String::from_utf8_lossy(&body).into_owned()
    }

    async fn within<T>(&self, deadline: Instant, work: impl Future<Output = T>) -> Result<T, Failure> {
        timeout_at(deadline, work)
            .await
            .map_err(|_| Failure::timed_out(self.limits.first_token))
    }

    fn decoder(&self, response: &Response) -> Decoder {
        let kind = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if kind.starts_with("application/json") {
            return Decoder::plain(self.limits.frame_bytes.max(self.limits.answer_bytes));
        }
        Decoder::new(self.limits.frame_bytes, self.limits.stream_bytes)
    }

    fn secret(&self) -> &str {
        self.key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default()
    }
}

/// Whether a refusal can be one of pictures. Servers have no word for it in common: 400, 404 ("no endpoint that takes images"), 415, 422,
/// and 500 with the word (llama.cpp).
fn may_be_blind(error: &ModelError) -> bool {
    match error {
        ModelError::Refused(_) | ModelError::NoSuchModel(_) => true,
        ModelError::Unavailable(cause) => {
            let cause = cause.to_lowercase();
            ["image", "vision", "multimodal"].iter().any(|word| cause.contains(word))
        }
        _ => false,
    }
}

/// What every client of an endpoint has in common. Gives the key as it is sent.
pub(super) fn builder(
    base_url: &Url,
    key: Option<SecretString>,
    connect: Duration,
) -> Result<(reqwest::ClientBuilder, Option<SecretString>), BuildError> {
    if !matches!(base_url.scheme(), "http" | "https") {
        return Err(BuildError::BadBaseUrl);
    }
    let key = key
        .map(|key| SecretString::from(key.expose_secret().trim()))
        .filter(|key| !key.expose_secret().is_empty());
    let mut headers = HeaderMap::new();
    if let Some(key) = &key {
        let bearer = format!("Bearer {}", key.expose_secret());
        let mut value = HeaderValue::from_str(&bearer).map_err(|_| BuildError::BadKey)?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    tls::install();
    let mut http = reqwest::Client::builder()
        .connect_timeout(connect)
        // A redirected POST arrives as a GET, and the key is meant for this address alone.
        .redirect(redirect::Policy::none())
        .user_agent(concat!("kaam/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers);
    if base_url.scheme() == "http" {
        // A local model needs no root certificates, and a small container has none: do not fail for want of them.
        http = http.tls_certs_only([]);
    }
    Ok((http, key))
}

/// An address under another, which may or may not end in a slash.
pub(super) fn under(base_url: &Url, path: &[&str]) -> Result<Url, BuildError> {
    let mut url = base_url.clone();
    url.path_segments_mut()
        .map_err(|()| BuildError::BadBaseUrl)?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}
