//! The ChatKit endpoint, `POST /chatkit`: reads the request, asks the store or the runs, and writes what comes of it as the SDK does.

mod answer;
mod sse;

use std::str::FromStr;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use serde_json::{Map, Value};

use crate::{
    domain::{
        locale::Locale,
        text::{self, TextError},
    },
    protocol::{
        event::{ErrorCode, ThreadStreamEvent},
        item::{UserContent, UserMessage},
        request::{Operation, Request, RequestError, UserMessageInput},
    },
    server::{
        auth::{ApiCaller, tokens::Scope},
        error::AppError,
        run::{Ask, AskError, Person},
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
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"))
    });
    if !is_json {
        return Err(AppError::UnsupportedMediaType("application/json"));
    }
    let body = axum::body::to_bytes(body, BODY_MAX)
        .await
        .map_err(|_| AppError::TooLarge { limit: BODY_MAX })?;
    let request = Request::parse(&body).map_err(|error| match error {
        RequestError::Invalid(why) => AppError::Invalid(why),
        RequestError::UnknownType(kind) => AppError::Invalid(format!("unknown `type`: {kind:?}")),
    })?;
    caller.must(scope(&request.operation))?;
    let person = person(&state, &caller, &headers, &request.metadata);
    let streamed = async |ask: Ask| stream(&state, &person, &headers, ask).await;
    match request.operation {
        Operation::ThreadsCreate(create) => streamed(Ask::NewThread(message(create.input)?)).await,
        Operation::ThreadsAddUserMessage(add) => streamed(Ask::Message(id(&add.thread_id)?, message(add.input)?)).await,
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

fn scope(operation: &Operation) -> Scope {
    match operation {
        Operation::ThreadsGetById(_) | Operation::ThreadsList(_) | Operation::ItemsList(_) => Scope::Read,
        Operation::ThreadsDelete(_) | Operation::AttachmentsDelete(_) => Scope::Delete,
        _ => Scope::Write,
    }
}

fn person(state: &AppState, caller: &ApiCaller, headers: &HeaderMap, metadata: &Map<String, Value>) -> Person {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::from_accept_language);
    let client_tools = metadata.get("client_tools").and_then(Value::as_array).into_iter().flatten();
    Person {
        id: caller.user.id,
        zone: state.zone_of(&caller.user),
        locale: accepted.or(caller.user.locale).unwrap_or_default(),
        client_tools: client_tools.filter_map(Value::as_str).map(str::to_owned).collect(),
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
        Ok(asked) => Ok(sse::response(state.runs.clone(), asked)),
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
            AskError::NotAWidget => Self::Invalid("params.item_id: this item is no widget".into()),
            AskError::Stopping => Self::Unavailable("the server is stopping".into()),
            AskError::Store(error) => error.into(),
        }
    }
}

/// Checks a message: it says something, is at most 64 KiB long, and names no files (there are none yet).
fn message(input: UserMessageInput) -> Result<UserMessage, AppError> {
    let too_long = || AppError::TooLarge {
        limit: text::MESSAGE_MAX_BYTES,
    };
    if !input.attachments.is_empty() {
        return Err(AppError::NotFound);
    }
    let mut message = UserMessage {
        content: input.content,
        attachments: Vec::new(),
        quoted_text: input
            .quoted_text
            .map(|quoted| text::clean(&quoted))
            .filter(|quoted| !quoted.trim().is_empty()),
        inference_options: input.inference_options,
    };
    text::message(&message.text()).map_err(|error| match error {
        TextError::Blank => AppError::Invalid("params.input.content: the message is blank".into()),
        TextError::TooLong => too_long(),
    })?;
    if message
        .quoted_text
        .as_ref()
        .is_some_and(|quoted| quoted.len() > text::MESSAGE_MAX_BYTES)
    {
        return Err(too_long());
    }
    let only = message.content.len() == 1;
    for part in &mut message.content {
        match part {
            UserContent::InputText { text } => {
                let cleaned = text::clean(text);
                *text = if only { cleaned.trim().to_owned() } else { cleaned };
            }
            UserContent::InputTag { id, text, data, group, .. } => {
                *text = text::clean(text);
                *id = text::clean(id);
                *group = group.take().map(|group| text::clean(&group));
                if serde_json::to_string(data).is_ok_and(|json| json.contains("\\u0000")) {
                    return Err(AppError::Invalid("params.input.content: a tag's data holds a NUL".into()));
                }
            }
        }
    }
    Ok(message)
}

/// Reads an id. One that is no id of ours is of something that does not exist.
fn id<T: FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::from(StoreError::NotFound))
}
