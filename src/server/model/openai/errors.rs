//! What went wrong, and how to go on: providers say it by a status, a code in the body, or words.
//!
//! | said | error | then |
//! | --- | --- | --- |
//! | no connection | `Unreachable` | again; the other models live at the same address |
//! | 401, 403, Google's 400 for a bad key | `Unauthorized` | give up |
//! | 404, 410, "model not found" | `NoSuchModel` | the next model |
//! | 404, 405 that know no such address | `NoSuchModel` | the other address (`address.rs`), or `WrongAddress` |
//! | tools are not taken | `NoTools` | the next model |
//! | the conversation is too long | `TooLong` | its newer half (`profile.rs`), then the next model |
//! | 429 of a minute | `RateLimited` | again |
//! | 429 of a day, "limit: 0", 402 | `RateLimited` | the next model |
//! | 5xx, 408 | `Unavailable` | again |
//! | other 4xx, a redirect | `Refused` | in another form (`refusal.rs`, `profile.rs`), then give up |
//! | a broken or unreadable stream | `CutOff`, `Garbage` | again |
//! | silence | `TimedOut` | the next model |
//! | nothing at all | `Empty` | once more |

use std::time::Duration;

use chrono::DateTime;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::{
    super::ModelError,
    refusal::{self, Refusal},
    wire::error_in,
};

/// A failed attempt.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    /// What people and the log are told.
    pub(super) error: ModelError,
    /// How to go on, as long as nothing is visible.
    pub(super) next: Next,
    /// When the provider wants to be asked again.
    pub(super) wait: Option<Duration>,
    /// What of the request it may not take, the likeliest first.
    pub(super) refusals: Vec<Refusal>,
    /// Nobody completes chats there.
    pub(super) is_of_address: bool,
}

/// How to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask again, and in the end the next model.
    Retry,
    /// Ask again, but no other model.
    RetryHere,
    /// Ask once more at once.
    OnceMore,
    /// Ask the next model.
    OtherModel,
    /// Ask nobody.
    GiveUp,
}

impl Failure {
    pub(super) fn new(error: ModelError, next: Next) -> Self {
        Self {
            error,
            next,
            wait: None,
            refusals: Vec::new(),
            is_of_address: false,
        }
    }

    /// No form of a chat's address is known there.
    pub(super) fn wrong_address(mut self) -> Self {
        if let ModelError::NoSuchModel(cause) = self.error {
            // The other models live at the same address.
            self = Self::new(ModelError::WrongAddress(cause), Next::GiveUp);
        }
        self
    }

    /// The stream broke off.
    pub(super) fn cut_off(cause: &str) -> Self {
        Self::new(ModelError::CutOff(cause.to_owned()), Next::Retry)
    }

    /// A frame could not be read.
    pub(super) fn garbage(cause: &str) -> Self {
        Self::new(ModelError::Garbage(cause.to_owned()), Next::Retry)
    }

    /// The answer is larger than allowed. Asking again would bring as much.
    pub(super) fn too_long() -> Self {
        Self::new(ModelError::Garbage("the answer is longer than allowed".into()), Next::OtherModel)
    }

    /// The turn held neither text nor calls.
    pub(super) fn empty() -> Self {
        Self::new(ModelError::Empty, Next::OnceMore)
    }

    /// What was meant as a call, and written as text, is none that can be made.
    pub(super) fn unmade() -> Self {
        Self::new(
            ModelError::Garbage("the model wrote a call of a tool as text, and not one that can be made".into()),
            Next::OnceMore,
        )
    }

    /// Nothing came for so long.
    pub(super) fn timed_out(waited: Duration) -> Self {
        Self::new(
            ModelError::TimedOut(format!("nothing came for {} s", waited.as_secs_f32())),
            Next::OtherModel,
        )
    }

    /// No connection, or it was lost before the answer began.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        let cause = chain(&error.without_url());
        Self::new(ModelError::Unreachable(cause), Next::RetryHere)
    }

    /// The connection was lost in the answer.
    pub(super) fn broken(error: reqwest::Error) -> Self {
        Self::cut_off(&chain(&error.without_url()))
    }

    /// The same failure for the log: short, and without the key, should the provider have repeated it. The key is
    /// taken out first, or a cut could leave half of it.
    pub(super) fn printable(mut self, secret: &str) -> Self {
        let clean = |cause: &str| {
            short(&if secret.is_empty() {
                cause.to_owned()
            } else {
                cause.replace(secret, "[key]")
            })
        };
        match &mut self.error {
            ModelError::Unreachable(c)
            | ModelError::Unauthorized(c)
            | ModelError::NoSuchModel(c)
            | ModelError::WrongAddress(c)
            | ModelError::NoTools(c)
            | ModelError::TooLong(c)
            | ModelError::RateLimited(c)
            | ModelError::Unavailable(c)
            | ModelError::Refused(c)
            | ModelError::CutOff(c)
            | ModelError::TimedOut(c)
            | ModelError::Garbage(c) => *c = clean(c),
            ModelError::Empty => {}
        }
        self
    }
}

/// An answer that is no success.
pub(super) fn in_response(status: StatusCode, headers: &HeaderMap, body: &str) -> Failure {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let error = error_in(&value).unwrap_or(&value);
    let mut failure = classify(status.as_u16(), error, &value, body);
    failure.is_of_address = matches!(status.as_u16(), 404 | 405) && is_of_address(&value, body);
    failure.wait = retry_after(headers).or(failure.wait);
    failure
}

/// An error inside a stream that began well.
pub(super) fn in_stream(error: &Value) -> Failure {
    let text = error.to_string();
    let code = error
        .get("code")
        .and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let code = code.and_then(|code| u16::try_from(code).ok()).filter(|code| *code >= 400);
    classify(code.unwrap_or_else(|| code_of_words(&text)), error, error, &text)
}

/// Whether a server knows no such address: it says so, or what it says is no answer of an API.
fn is_of_address(body: &Value, text: &str) -> bool {
    let is_of_model = says(text, &["model"]);
    let is_no_api = !body.is_object() && !body.is_array();
    !is_of_model
        && (is_no_api
            || says(
                text,
                &[
                    "not found",
                    "not_found",
                    "url",
                    "route",
                    "path",
                    "method not allowed",
                    "cannot post",
                ],
            ))
}

fn classify(code: u16, error: &Value, body: &Value, text: &str) -> Failure {
    let message = error
        .get("message")
        .and_then(Value::as_str)
        .or_else(|| error.as_str())
        .unwrap_or(text);
    let cause = format!("{code}: {message}");
    let no_model = says(text, &["model_not_found", "model_decommissioned", "is not found for API version"]);
    let bad_key = says(text, &["API_KEY_INVALID", "API key not valid", "invalid_api_key"]);
    let (mut error, mut next): (fn(String) -> ModelError, Next) = match code {
        404 | 410 => (ModelError::NoSuchModel, Next::OtherModel),
        400..=499 if no_model => (ModelError::NoSuchModel, Next::OtherModel),
        401 | 403 => (ModelError::Unauthorized, Next::GiveUp),
        402 => (ModelError::RateLimited, Next::OtherModel),
        429 if used_up(text) => (ModelError::RateLimited, Next::OtherModel),
        429 => (ModelError::RateLimited, Next::Retry),
        408 | 425 | 500..=599 => (ModelError::Unavailable, Next::Retry),
        _ if bad_key => (ModelError::Unauthorized, Next::GiveUp),
        _ => (ModelError::Refused, Next::GiveUp),
    };
    let mut refusals = match error(String::new()) {
        ModelError::Refused(_) => refusal::read(body, text),
        // Some servers have these statuses for what a request asks of them.
        ModelError::NoSuchModel(_) | ModelError::Unavailable(_) => {
            let mut read = refusal::read(body, text);
            read.retain(|refusal| matches!(refusal, Refusal::Tools | Refusal::Pictures));
            if code == 404 {
                read.push(Refusal::Pictures);
            }
            read
        }
        _ => Vec::new(),
    };
    if code == 413 {
        refusals.insert(0, Refusal::Length);
    }
    match refusals.first() {
        Some(Refusal::Tools) => (error, next) = (ModelError::NoTools, Next::OtherModel),
        Some(Refusal::Length) => (error, next) = (ModelError::TooLong, Next::OtherModel),
        _ => {}
    }
    Failure {
        wait: retry_info(text),
        refusals,
        ..Failure::new(error(cause), next)
    }
}

/// The status that an error without one means.
fn code_of_words(text: &str) -> u16 {
    if says(
        text,
        &["RESOURCE_EXHAUSTED", "rate_limit", "insufficient_quota", "too many requests"],
    ) {
        429
    } else if says(
        text,
        &["UNAUTHENTICATED", "PERMISSION_DENIED", "invalid_api_key", "authentication_error"],
    ) {
        401
    } else if says(text, &["NOT_FOUND"]) {
        404
    } else if says(text, &["INVALID_ARGUMENT", "invalid_request_error", "BadRequestError"]) {
        400
    } else {
        503
    }
}

/// Whether waiting a minute is of no use: the quota of a day is spent, or there is none at all.
fn used_up(text: &str) -> bool {
    let none_at_all = text
        .match_indices("limit: 0")
        .any(|(at, found)| !text[at + found.len()..].starts_with(|c: char| c.is_ascii_digit() || c == '.'));
    none_at_all || says(text, &["PerDay", "insufficient_quota"])
}

fn says(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(&word.to_lowercase()))
}

/// `Retry-After` in seconds or as a date, which is measured against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let after = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = DateTime::parse_from_rfc2822(after).ok()?;
    let now = DateTime::parse_from_rfc2822(text(header::DATE)?).ok()?;
    Some((then - now).to_std().unwrap_or_default())
}

/// Google's `RetryInfo`: `"retryDelay": "47s"`.
fn retry_info(text: &str) -> Option<Duration> {
    let (_, rest) = text.split_once("\"retryDelay\"")?;
    let (_, rest) = rest.split_once('"')?;
    let (delay, _) = rest.split_once('"')?;
    Duration::try_from_secs_f64(delay.trim().strip_suffix('s')?.parse().ok()?).ok()
}

/// An error with its causes; reqwest's own text is only "error sending request".
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// One line of at most 400 characters.
fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}
