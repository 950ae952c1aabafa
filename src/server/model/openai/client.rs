//! One HTTP client, what is known of its models, and one attempt at a turn.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_stream::try_stream;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::{RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    super::{ModelError, ModelEvent},
    BuildError, Limits,
    address::{self, Address},
    errors::{self, Failure},
    profile::Profile,
    request::{self, Conversation, Dialect, Form},
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
    /// Where the endpoint may be, as it was named first.
    addresses: Vec<Address>,
    /// Where it is.
    at: AtomicUsize,
    key: Option<SecretString>,
    dialect: Dialect,
    limits: Limits,
    sees_pictures: Option<bool>,
    answer_tokens: Option<u32>,
    profiles: Mutex<HashMap<String, Profile>>,
}

impl Client {
    /// Makes the client; connects to nothing.
    pub(super) fn new(
        base_url: &Url,
        key: Option<SecretString>,
        limits: Limits,
        sees_pictures: Option<bool>,
        answer_tokens: Option<u32>,
    ) -> Result<Self, BuildError> {
        let (http, key) = builder(base_url, key, limits.connect)?;
        let http = http.build().map_err(|error| BuildError::NoClient(errors::chain(&error)))?;
        Ok(Self {
            http,
            addresses: Address::all(base_url)?,
            at: AtomicUsize::new(0),
            key,
            dialect: Dialect::of(base_url),
            limits,
            sees_pictures,
            answer_tokens,
            profiles: Mutex::default(),
        })
    }

    /// The bounds of a turn.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The address that the endpoint has in fact, where it was named otherwise.
    pub(super) fn other_address(&self) -> Option<&Url> {
        let at = self.at.load(Ordering::Relaxed);
        self.addresses.get(at).filter(|_| at > 0).map(|address| &address.base)
    }

    /// How a model is asked, as far as it is known.
    pub(super) fn form(&self, model: &str) -> Form {
        Form {
            model: model.to_owned(),
            from: format!("{} {model}", self.addresses[0].name()),
            dialect: self.dialect,
            profile: self.profiles().get(model).cloned().unwrap_or_default(),
            sees_pictures: self.sees_pictures,
            answer_tokens: self.answer_tokens,
        }
    }

    /// Keeps what was learnt of a model.
    pub(super) fn keep(&self, model: &str, profile: Profile) {
        self.profiles().insert(model.to_owned(), profile);
    }

    fn profiles(&self) -> MutexGuard<'_, HashMap<String, Profile>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks one model once. Dropping the stream closes the connection.
    pub(super) fn attempt(&self, form: &Form, conversation: Conversation<'_>) -> impl Stream<Item = Result<ModelEvent, Failure>> {
        let events = try_stream! {
            let Limits { first_token, gap, tail, whole, .. } = self.limits;
            let mut waiting = first_token;
            let began = Instant::now();
            let last = began + whole;
            let mut deadline = last.min(began + waiting);
            let response = self.open(form, conversation, deadline).await?;
            // It was taken: so the form is right.
            self.keep(&form.model, form.profile.kept());
            let mut decoder = self.decoder(&response);
            let mut turn = Turn::new(conversation.reading(form, self.limits.answer_bytes));
            let mut bytes = response.bytes_stream();
            let mut ended = false;
            while !ended && !turn.is_done() {
                let frames = match timeout_at(deadline, bytes.next()).await {
                    Ok(Some(Ok(bytes))) => {
                        // Whatever comes is a sign of life, a comment too; but not for ever, and not when all is said.
                        if !turn.is_finished() {
                            deadline = last.min(Instant::now() + waiting);
                        }
                        decoder.push(&bytes).map_err(|TooLong| Failure::too_long())?
                    }
                    Ok(None) => {
                        ended = true;
                        decoder.finish().into_iter().collect()
                    }
                    // Whatever happens after the finish reason, the answer is whole.
                    _ if turn.is_finished() => break,
                    Ok(Some(Err(error))) => Err(Failure::broken(error))?,
                    Err(_) => Err(Failure::timed_out(if deadline == last { whole } else { waiting }))?,
                };
                for frame in frames {
                    for event in turn.frame(&frame)? {
                        yield event;
                    }
                    waiting = if turn.is_finished() { tail } else { gap };
                    deadline = last.min(Instant::now() + waiting);
                }
            }
            let events = turn.end()?;
            self.keep(&form.model, Profile { withholds: turn.thought_unopened(form.profile.withholds), ..form.profile.kept() });
            for event in events {
                yield event;
            }
        };
        events.map(|event: Result<ModelEvent, Failure>| event.map_err(|failure| failure.printable(self.secret())))
    }

    /// The endpoint's models.
    pub(super) async fn list(&self) -> Result<ModelList, ModelError> {
        let deadline = Instant::now() + self.limits.first_token;
        let listed = async {
            let response = self.ask(deadline, |address| self.http.get(address.list.clone())).await?;
            let body = self.text(response, LIST_BYTES, deadline).await;
            serde_json::from_str(&body).map_err(|error| Failure::garbage(&error.to_string()))
        };
        listed.await.map_err(|failure: Failure| failure.printable(self.secret()).error)
    }

    /// Sees whether a model begins to answer.
    pub(super) async fn greet(&self, model: &str) -> Result<(), ModelError> {
        let request = request::trial("Say hello.", Vec::new());
        let mut form = self.form(model);
        // Whether it takes that is found out where it matters.
        form.profile.dropped.insert("stream_options".to_owned());
        let opened = self
            .open(&form, Conversation::new(&request), Instant::now() + self.limits.first_token)
            .await;
        opened.map(drop).map_err(|failure| failure.printable(self.secret()).error)
    }

    async fn open(&self, form: &Form, conversation: Conversation<'_>, deadline: Instant) -> Result<Response, Failure> {
        let body = conversation.body(form);
        let json = HeaderValue::from_static("application/json");
        let request = |address: &Address| {
            let post = self.http.post(address.chat.clone());
            post.header(header::CONTENT_TYPE, json.clone()).body(body.clone())
        };
        self.ask(deadline, request).await
    }

    /// Sends a request to where the endpoint is or, where nobody knows such an address, to where it may be.
    async fn ask(&self, deadline: Instant, request: impl Fn(&Address) -> RequestBuilder) -> Result<Response, Failure> {
        let at = self.at.load(Ordering::Relaxed);
        let refused = match self.send(request(&self.addresses[at]), deadline).await {
            Err(failure) if failure.is_of_address => failure,
            other => return other,
        };
        for (other, address) in self.addresses.iter().enumerate().filter(|(other, _)| *other != at) {
            match self.send(request(address), deadline).await {
                Err(failure) if failure.is_of_address => {}
                // Nobody was there; so it says nothing of the address.
                Err(failure) if matches!(failure.error, ModelError::Unreachable(_) | ModelError::TimedOut(_)) => return Err(failure),
                found => {
                    let asked = self.addresses[at].name();
                    tracing::warn!(%asked, found = %address.name(), "the endpoint is at another address than AI_BASE_URL says");
                    self.at.store(other, Ordering::Relaxed);
                    return found;
                }
            }
        }
        Err(refused.wrong_address())
    }

    async fn send(&self, request: RequestBuilder, deadline: Instant) -> Result<Response, Failure> {
        let response = self.within(deadline, request.send()).await?.map_err(Failure::transport)?;
        self.successful(response, deadline).await
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
    if address::is_loopback(base_url) {
        http = http.no_proxy();
    }
    if base_url.scheme() == "http" {
        // A local model needs no root certificates, and a small container has none: do not fail for want of them.
        http = http.tls_certs_only([]);
    }
    Ok((http, key))
}
