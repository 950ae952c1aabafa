//! Any endpoint that speaks OpenAI's `/chat/completions`: Gemini, OpenAI, Ollama, vLLM, llama.cpp and their kin.
//!
//! The way of a turn:
//!
//! ```text
//! ModelRequest -> request.rs -> client.rs --bytes--> sse.rs --frames--> turn.rs -> ModelEvent
//!                 messages.rs      |                                     |- wire.rs       what a frame may look like
//!                   |              |                                     |- calls.rs      fragments -> whole calls
//!                   |              |                                     |- reasoning.rs  what is given back with them
//!                   |              |                                     |- thinking.rs   thinking in the text, which is left out
//!                   |              |                                     '- leak.rs       calls written as text
//!                   |              '- errors.rs -> retry.rs: again, the next model, or give up
//!                   '- profile.rs <- refusal.rs: a request that was refused, in another form
//! ```
//!
//! What a model takes is not guessed by its name: a refusal is read, the request is sent in another form, and the form that was taken is
//! kept for the model ([`profile`]).
//!
//! While nothing is visible a failure is retried; after the first text it is final, for a second attempt would be
//! another answer.

pub mod address;
mod calls;
mod client;
mod code;
mod errors;
mod files;
mod leak;
mod messages;
mod profile;
mod reasoning;
mod refusal;
mod request;
mod retry;
mod schema;
mod sse;
mod thinking;
pub mod tls;
mod transcribe;
mod turn;
mod wire;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use async_stream::stream;
use futures::{StreamExt, pin_mut};
use secrecy::SecretString;
use url::Url;

pub use self::transcribe::{Sound, Transcriber};
use self::{
    client::Client,
    errors::Failure,
    profile::Profile,
    refusal::Refusal,
    request::{Conversation, trial},
    retry::{Plan, Step},
};
use super::{Model, ModelError, ModelEvent, ModelRequest, ModelStream, ToolSpec};

/// So often a request is sent in another form before it is given up.
const REMEDIES: usize = 12;

/// Where to ask, and how long to wait.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// The part before `/chat/completions`, such as `https://generativelanguage.googleapis.com/v1beta/openai/`.
    pub base_url: Url,
    /// Sent as `Authorization: Bearer`; local servers need none.
    pub api_key: Option<SecretString>,
    /// The models, the best first; the others answer when it cannot.
    pub models: Vec<String>,
    /// Whether they see pictures. `None`: they are sent pictures, and asked once more without where that is refused.
    pub sees_pictures: Option<bool>,
    /// The most tokens of one answer; `None` leaves it to the endpoint.
    pub answer_tokens: Option<u32>,
    /// The bounds of one turn.
    pub limits: Limits,
}

/// The bounds of one turn, so that no endpoint can hold a run or fill the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To open a connection.
    pub connect: Duration,
    /// From the request to the first sign of life, and from each to the next, until the first frame of the answer.
    pub first_token: Duration,
    /// Between two signs of life in the answer.
    pub gap: Duration,
    /// The whole turn, however lively.
    pub whole: Duration,
    /// After the finish reason, for the usage and `[DONE]`; then the turn ends without them.
    pub tail: Duration,
    /// How often one model is asked.
    pub attempts: u32,
    /// The wait before the second attempt, where the provider names none; doubles each time.
    pub first_wait: Duration,
    /// No wait is longer, whatever the provider asks for.
    pub longest_wait: Duration,
    /// The size of one frame.
    pub frame_bytes: usize,
    /// The size of an answer: its text and the arguments of its calls.
    pub answer_bytes: usize,
    /// The size of a whole stream. A token of ten bytes travels in a frame of 300.
    pub stream_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_token: Duration::from_secs(60),
            gap: Duration::from_secs(60),
            whole: Duration::from_secs(600),
            tail: Duration::from_secs(5),
            attempts: 3,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            frame_bytes: 1 << 20,
            answer_bytes: 4 << 20,
            stream_bytes: 64 << 20,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    /// The address is not one of `http` or `https`.
    BadBaseUrl,
    /// The key holds characters that no header may have.
    BadKey,
    /// The list of models is empty.
    NoModel,
    /// No HTTP client could be made; as a rule the system has no root certificates.
    NoClient(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadBaseUrl => f.write_str("the model's address must begin with http:// or https://"),
            Self::BadKey => f.write_str("the model's key holds characters that cannot be sent"),
            Self::NoModel => f.write_str("no model is named"),
            Self::NoClient(cause) => write!(
                f,
                "no HTTP client can be made (are the system's root certificates installed?): {cause}"
            ),
        }
    }
}
impl std::error::Error for BuildError {}

/// A [`Model`] behind an OpenAI-compatible endpoint.
#[derive(Clone)]
pub struct OpenAiModel {
    client: Arc<Client>,
    models: Arc<[String]>,
}

impl OpenAiModel {
    /// Makes the one client of the endpoint. Connects to nothing.
    pub fn new(config: OpenAiConfig) -> Result<Self, BuildError> {
        let models: Arc<[String]> = config
            .models
            .iter()
            .map(|m| m.trim().to_owned())
            .filter(|m| !m.is_empty())
            .collect();
        if models.is_empty() {
            return Err(BuildError::NoModel);
        }
        let client = Client::new(
            &config.base_url,
            config.api_key,
            config.limits,
            config.sees_pictures,
            config.answer_tokens,
        )?;
        Ok(Self {
            client: Arc::new(client),
            models,
        })
    }

    /// Asks the endpoint whether it is there, takes the key and has the models. The answer is a sentence for a person.
    ///
    /// Endpoints that do not list their models are asked for a word instead.
    pub async fn check(&self) -> Result<String, ModelError> {
        let first = &self.models[0];
        match self.client.list().await {
            Ok(listed) => {
                let missing: Vec<&str> = self.models.iter().filter(|m| !listed.contains(m)).map(String::as_str).collect();
                if missing.contains(&first.as_str()) {
                    return Err(ModelError::NoSuchModel(format!(
                        "{first} is not among the endpoint's {} models",
                        listed.len()
                    )));
                }
                if missing.is_empty() {
                    return Ok(format!("the endpoint answers and has {}", self.models.join(", ")));
                }
                Ok(format!("the endpoint answers and has {first}, but not {}", missing.join(", ")))
            }
            Err(ModelError::NoSuchModel(_) | ModelError::WrongAddress(_) | ModelError::Refused(_) | ModelError::Garbage(_)) => {
                self.client.greet(first).await?;
                Ok(format!("the endpoint answers with {first}"))
            }
            Err(error) => Err(error),
        }
    }

    /// The models, the best first.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// The address that answered, where it is another than the one that was named.
    pub fn other_address(&self) -> Option<&Url> {
        self.client.other_address()
    }

    /// Whether a model calls a tool when it is asked to. `false`: it answers in words.
    pub async fn try_tool(&self, model: &str) -> Result<bool, ModelError> {
        let ping = ToolSpec {
            name: "ping".into(),
            description: "Tells whether tools can be called.".into(),
            parameters: serde_json::json!({ "type": "object", "properties": {} }).into(),
        };
        let only = Self {
            client: Arc::clone(&self.client),
            models: [model.to_owned()].into(),
        };
        let mut events = only.ask(trial("Call the tool `ping`, once. Say nothing.", vec![ping]));
        let mut calls = false;
        while let Some(event) = events.next().await {
            calls |= matches!(event?, ModelEvent::ToolCall(_));
        }
        Ok(calls)
    }
}

impl fmt::Debug for OpenAiModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiModel").field("models", &self.models).finish_non_exhaustive()
    }
}

impl Model for OpenAiModel {
    fn ask(&self, request: ModelRequest) -> ModelStream {
        let Self { client, models } = self.clone();
        stream! {
            let conversation = Conversation::new(&request);
            let usual = in_order(&models, request.model.as_deref());
            let models = willing(&usual, &client, !request.tools.is_empty());
            if models[0] != usual[0] {
                yield Ok(ModelEvent::Fallback { from: usual[0].clone(), to: models[0].clone() });
            }
            let mut plan = Plan::new(&models, client.limits());
            let mut form = client.form(plan.model());
            let mut remedies = 0;
            loop {
                let mut visible = false;
                let mut failure = None;
                {
                    let events = client.attempt(&form, conversation);
                    pin_mut!(events);
                    while let Some(event) = events.next().await {
                        match event {
                            Ok(event) => {
                                visible = match event {
                                    ModelEvent::Text(_) => true,
                                    ModelEvent::Retracted => false,
                                    _ => visible,
                                };
                                let last = matches!(event, ModelEvent::Done { .. });
                                yield Ok(event);
                                if last {
                                    return;
                                }
                            }
                            Err(cause) => {
                                failure = Some(cause);
                                break;
                            }
                        }
                    }
                }
                let failure = failure.unwrap_or_else(|| Failure::cut_off("no end came"));
                let (model, attempt) = (plan.model().to_owned(), plan.attempt());
                let cause = failure.error.to_string();
                let remedy = match visible || remedies == REMEDIES {
                    true => None,
                    false => form.profile.mend(&failure.refusals, &conversation.sent(&form)),
                };
                if let Some((profile, what)) = remedy {
                    tracing::warn!(%model, %cause, next = %what, "a model refused a request; it is sent in another form");
                    remedies += 1;
                    if profile.most != form.profile.most && form.profile.most.is_none() {
                        yield Ok(ModelEvent::Shortened);
                    }
                    form.profile = profile;
                    continue;
                }
                if failure.refusals.first() == Some(&Refusal::Tools) {
                    client.keep(&model, Profile { no_tools: true, ..client.form(&model).profile });
                }
                let step = plan.after(failure, visible, rand::random());
                tracing::warn!(%model, attempt, visible, %cause, next = %step, "a model's turn failed");
                match step {
                    Step::Again => {}
                    Step::Wait(retry_in) => {
                        yield Ok(ModelEvent::Busy { retry_in });
                        tokio::time::sleep(retry_in).await;
                    }
                    Step::Fallback { from, to } => {
                        form = client.form(&to);
                        yield Ok(ModelEvent::Fallback { from, to });
                    }
                    Step::GiveUp(error) => {
                        yield Err(error);
                        return;
                    }
                }
            }
        }
        .boxed()
    }

    fn name(&self) -> String {
        self.models[0].clone()
    }

    fn names(&self) -> Vec<String> {
        self.models.to_vec()
    }
}

/// The models in the order in which they are asked: the chosen one first.
fn in_order(models: &[String], chosen: Option<&str>) -> Vec<String> {
    let (first, others): (Vec<_>, Vec<_>) = models.iter().cloned().partition(|model| Some(model.as_str()) == chosen);
    [first, others].concat()
}

/// The same, but those that are known to take no tools last, where there are tools.
fn willing(models: &[String], client: &Client, with_tools: bool) -> Vec<String> {
    let takes_tools = |model: &String| !with_tools || !client.form(model).profile.no_tools;
    let (willing, others): (Vec<_>, Vec<_>) = models.iter().cloned().partition(takes_tools);
    [willing, others].concat()
}
