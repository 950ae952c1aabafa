//! The ChatKit endpoint, `POST /chatkit`: reads the request, asks the store or the runs, and writes what comes of it as the SDK does.

mod answer;
mod attachments;
pub mod message;
mod sse;
mod transcribe;

use std::str::FromStr;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use serde_json::{Map, Value};

pub use self::{
    attachments::{UPLOAD_MAX, attachments_of, download, upload},
    transcribe::{SOUND_BODY_MAX, SOUND_MAX, transcribe},
};
use crate::{
    domain::{locale::Locale, text},
    protocol::{
        event::{ErrorCode, ThreadStreamEvent},
        request::{Operation, Request, RequestError},
    },
    server::{
        auth::{ApiCaller, tokens::Scope},
        error::AppError,
        media_type,
        run::{Ask, AskError, LEVELS_MAX, Person},
        state::AppState,
        store::StoreError,
    },
};

/// The longest request, in bytes: a message of 64 KiB in JSON, with room for escapes and quoted text.
pub const BODY_MAX: usize = 1024 * 1024;
/// The longest title, in characters.
pub const TITLE_MAX: usize = 200;
/// The longest idempotency key, in bytes.
const KEY_MAX: usize = 200;

/// Answers a request of the protocol.
///
/// # Errors
/// See [`AppError`]; an error inside a stream that has begun is an event instead.
pub async fn endpoint(State(state): State<AppState>, caller: ApiCaller, headers: HeaderMap, body: Body) -> Result<Response, AppError> {
    if !media_type::is(&headers, "application/json") {
        return Err(AppError::UnsupportedMediaType("application/json"));
    }
    let too_large = || AppError::TooLarge { limit: BODY_MAX };
    let is_small = announced_length(&headers).is_some_and(|length| length <= BODY_MAX as u64);
    let _seat = (!is_small).then(|| state.uploads.take(caller.user.id)).transpose()?;
    // Sound alone may be larger, and whether it is sound stands in the body.
    let body = axum::body::to_bytes(body, SOUND_BODY_MAX).await.map_err(|_| too_large())?;
    if body.len() > BODY_MAX && !Request::is_transcribe(&body) {
        return Err(too_large());
    }
    let request = Request::parse(&body).map_err(|error| match error {
        RequestError::Invalid(why) => AppError::Invalid(why),
        RequestError::UnknownType(kind) => AppError::Invalid(format!("unknown `type`: {kind:?}")),
    })?;
    for scope in scopes(&request.operation) {
        caller.must(*scope)?;
    }
    let person = person(&caller, &headers, &request.metadata);
    let streamed = async |ask: Ask| stream(&state, &person, &headers, ask).await;
    match request.operation {
        Operation::ThreadsCreate(create) => streamed(Ask::NewThread(message::checked(&state, person.id, create.input).await?)).await,
        Operation::ThreadsAddUserMessage(add) => {
            streamed(Ask::Message(
                id(&add.thread_id)?,
                message::checked(&state, person.id, add.input).await?,
            ))
            .await
        }
        Operation::ThreadsAddClientToolOutput(add) => streamed(Ask::ToolOutput(id(&add.thread_id)?, add.result)).await,
        Operation::ThreadsAddStructuredInput(add) => streamed(Ask::Form(id(&add.thread_id)?, id(&add.item_id)?, add.input)).await,
        Operation::ThreadsRetryAfterItem(retry) => streamed(Ask::Retry(id(&retry.thread_id)?, Some(id(&retry.item_id)?))).await,
        Operation::ThreadsCustomAction(custom) => {
            let item = custom.item_id.as_deref().map(id).transpose()?;
            streamed(Ask::Action(id(&custom.thread_id)?, item, custom.action)).await
        }
        other => answer::json(&state, &person, other).await,
    }
}

/// How long a body says that it is, in bytes; nothing where it does not say so.
fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn scopes(operation: &Operation) -> &'static [Scope] {
    match operation {
        Operation::ThreadsGetById(_) | Operation::ThreadsList(_) | Operation::ItemsList(_) => &[Scope::Read],
        Operation::ThreadsDelete(_) | Operation::AttachmentsDelete(_) => &[Scope::Delete],
        // It removes what comes behind the message.
        Operation::ThreadsRetryAfterItem(_) => &[Scope::Write, Scope::Delete],
        _ => &[Scope::Write],
    }
}

fn person(caller: &ApiCaller, headers: &HeaderMap, metadata: &Map<String, Value>) -> Person {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::from_accept_language);
    let client_tools = metadata.get("client_tools").and_then(Value::as_array).into_iter().flatten();
    Person {
        id: caller.user.id,
        calendar: caller.user.calendar(),
        locale: accepted.or(caller.user.locale).unwrap_or_default(),
        client_tools: client_tools.filter_map(Value::as_str).map(str::to_owned).collect(),
        scopes: caller.scopes,
    }
}

async fn stream(state: &AppState, person: &Person, headers: &HeaderMap, ask: Ask) -> Result<Response, AppError> {
    if let Some(seconds) = state.sends.check(person.id, state.clock.now()) {
        return Err(AppError::TooMany { retry_after: seconds });
    }
    let key = match headers.get("idempotency-key").map(|key| key.to_str()) {
        None => None,
        Some(Ok(key)) if !key.is_empty() && key.len() <= KEY_MAX => Some(key),
        Some(_) => {
            return Err(AppError::Invalid(format!(
                "the header Idempotency-Key has 1 to {KEY_MAX} printable characters"
            )));
        }
    };
    match state.runs.ask(person, ask, key).await {
        Ok(asked) => Ok(sse::response(&state.runs, person.id, asked, key.is_some())),
        Err(AskError::NotAWidget) => Ok(sse::only(&ThreadStreamEvent::Error {
            code: ErrorCode::StreamError,
            message: None,
            allow_retry: false,
        })),
        Err(error) => Err(error.into()),
    }
}

impl From<AskError> for AppError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Live => Self::RunIsLive,
            AskError::KeyReused => Self::KeyReused,
            AskError::Refused(_) => Self::Forbidden("This thread takes no more messages."),
            AskError::WrongItem(why) => Self::Invalid(why.into()),
            AskError::TooDeep => Self::Invalid(format!("it is nested deeper than {LEVELS_MAX} levels")),
            AskError::UnknownOption(why) => Self::Invalid(why),
            AskError::TooLarge => Self::TooLarge {
                limit: text::MESSAGE_MAX_BYTES,
            },
            AskError::NotAWidget => Self::Invalid("params.item_id: this item is no widget".into()),
            AskError::Quota(quota) => Self::QuotaReached(quota),
            AskError::Stopping => Self::Unavailable("the server is stopping".into()),
            AskError::Store(error) => error.into(),
        }
    }
}

/// Reads an id. One that is no id of ours is of something that does not exist.
fn id<T: FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::from(StoreError::NotFound))
}
