//! The ChatKit endpoint, `POST /chatkit`: reads the request, asks the store or the runs, and writes what comes of it as the SDK does.

mod sse;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    domain::{
        id::ThreadId,
        locale::Locale,
        text::{self, TextError},
    },
    protocol::{
        item::{UserContent, UserMessage},
        request::{Cut, Order, Request, RequestError, UserMessageInput},
        thread::{Page, Thread},
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
        RequestError::NotServed(kind) => AppError::NotImplemented(kind),
    })?;
    let user = caller.user.id;
    let store = &state.store;
    caller.must(match &request {
        Request::ThreadsGetById(_) | Request::ThreadsList(_) | Request::ItemsList(_) => Scope::Read,
        Request::ThreadsCreate(_) | Request::ThreadsAddUserMessage(_) | Request::ThreadsUpdate(_) => Scope::Write,
        Request::ThreadsDelete(_) => Scope::Delete,
    })?;
    Ok(match request {
        Request::ThreadsCreate(create) => stream(&state, &caller, &headers, Ask::NewThread(message(create.input)?)).await?,
        Request::ThreadsAddUserMessage(add) => {
            let thread = thread_id(&add.thread_id)?;
            stream(&state, &caller, &headers, Ask::Message(thread, message(add.input)?)).await?
        }
        Request::ThreadsGetById(get) => {
            let thread = store.thread(user, thread_id(&get.thread_id)?).await?;
            let first = Cut::new(crate::protocol::request::DEFAULT_PAGE as u32, Order::Asc, None);
            let items = store.items(user, thread.id, &first).await?;
            json(&Thread { metadata: thread, items })
        }
        Request::ThreadsList(list) => {
            let page = store.threads(user, &list.cut).await?;
            let data: Vec<Thread> = page.data.into_iter().map(|listed| Thread::from(listed.thread)).collect();
            json(&Page {
                data,
                has_more: page.has_more,
                after: page.after,
            })
        }
        Request::ThreadsUpdate(update) => {
            let thread = thread_id(&update.thread_id)?;
            store.thread(user, thread).await?;
            let title = text::line(&update.title, TITLE_MAX).map_err(|error| match error {
                TextError::Blank => AppError::Invalid("params.title: must not be blank".into()),
                TextError::TooLong => AppError::Invalid(format!("params.title: at most {TITLE_MAX} characters")),
            })?;
            json(&Thread::from(store.rename_thread(user, thread, &title, state.clock.now()).await?))
        }
        Request::ThreadsDelete(delete) => {
            let thread = thread_id(&delete.thread_id)?;
            state.runs.stop(user, thread);
            store.delete_thread(user, thread).await?;
            json(&Map::<String, Value>::new())
        }
        Request::ItemsList(list) => {
            let thread = thread_id(&list.thread_id)?;
            store.thread(user, thread).await?;
            json(&store.items(user, thread, &list.cut).await?)
        }
    })
}

async fn stream(state: &AppState, caller: &ApiCaller, headers: &HeaderMap, ask: Ask) -> Result<Response, AppError> {
    if let Some(seconds) = state.sends.check(caller.user.id, state.clock.now()) {
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
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::from_accept_language);
    let person = Person {
        id: caller.user.id,
        zone: state.zone_of(&caller.user),
        locale: accepted.or(caller.user.locale).unwrap_or_default(),
    };
    let asked = state.runs.ask(&person, ask, key).await?;
    Ok(sse::response(state.runs.clone(), asked))
}

impl From<AskError> for AppError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Live => Self::RunIsLive,
            AskError::KeyReused => Self::KeyReused,
            AskError::Refused(_) => Self::Forbidden("This thread takes no more messages."),
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

/// Reads a thread's id. One that is no id of ours is a thread that does not exist.
fn thread_id(text: &str) -> Result<ThreadId, AppError> {
    text.parse().map_err(|_| AppError::from(StoreError::NotFound))
}

fn json<T: Serialize>(body: &T) -> Response {
    Json(body).into_response()
}
