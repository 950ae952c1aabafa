//! Bodies of the server functions of [`crate::api::chat`].

use std::{collections::HashMap, time::Duration};

use futures::StreamExt;
use leptos_axum::redirect;
use serde_json::Map;

use super::{Caller, caller, refuse, view};
use crate::{
    api::{
        ApiError,
        message::{Outgoing, Part},
        sse::{Events, Frame},
        view::{Access, ChatUpdate, ItemBody, ThreadPage, ThreadSummary, ThreadView},
    },
    domain::{
        id::{ItemId, RunId, ThreadId},
        locale::{Locale, Reader},
        text::{self, TextError},
    },
    protocol::{
        item::{InferenceOptions, ThreadItem, ToolChoice, UserContent},
        request::{Cut, FeedbackKind, Order, UserMessageInput},
        thread::ThreadStatus,
    },
    server::{
        chatkit::{
            TITLE_MAX,
            message::{self, MessageError},
        },
        run::{Ask, AskError, Asked, RunStream, Signal},
        store::StoreError,
        task_widget,
    },
};

/// Between two signs of life of a stream.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a browser without JavaScript waits for an answer before it is shown what there is.
pub(super) const FORM_PATIENCE: Duration = Duration::from_secs(60);
/// Threads in a page of the list, and items in a page of a thread.
const THREADS: u32 = 30;
const ITEMS: u32 = 50;
/// The longest name of a request.
const KEY_MAX: usize = 100;

pub async fn threads(after: Option<String>) -> Result<ThreadPage, ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let page = state
        .store
        .threads(user.id, &Cut::new(THREADS, Order::Desc, after))
        .await
        .map_err(super::failed)?;
    let threads = page
        .data
        .into_iter()
        .map(|listed| ThreadSummary {
            id: listed.thread.id.to_string(),
            title: listed.thread.title.unwrap_or_default(),
            live: listed.live,
            archived: matches!(listed.thread.status, ThreadStatus::Closed { .. }),
        })
        .collect();
    Ok(ThreadPage {
        threads,
        after: page.after,
    })
}

pub async fn thread(id: String, before: Option<String>) -> Result<ThreadView, ApiError> {
    let caller = caller().await?;
    let reader = caller.reader();
    let Caller { state, user, locale } = caller;
    let id = thread_id(&id)?;
    let thread = state.store.thread(user.id, id).await.map_err(super::failed)?;
    // Whether it is live before its items: an answer that ends in between is in the items, and following it says so at once.
    let live = match state.store.newest_run(user.id, id).await {
        Ok(run) => run.is_live(),
        Err(StoreError::NotFound) => false,
        Err(error) => return Err(super::failed(error)),
    };
    let mut page = state
        .store
        .items(user.id, id, &Cut::new(ITEMS, Order::Desc, before))
        .await
        .map_err(super::failed)?;
    let now = user.calendar().local(state.clock.now());
    task_widget::freshen(&state.store, user.id, &mut page.data, now, locale)
        .await
        .map_err(super::failed)?;
    let ratings: HashMap<ItemId, FeedbackKind> = state
        .store
        .feedback_of(user.id, id)
        .await
        .map_err(super::failed)?
        .into_iter()
        .collect();
    let draw = |item: &ThreadItem| {
        let mut view = view::item(item, reader)?;
        if let ItemBody::Answer { rating, .. } = &mut view.body {
            *rating = ratings.get(&item.id).map(|kind| *kind == FeedbackKind::Positive);
        }
        Some(view)
    };
    let items = page.data.iter().rev().filter_map(draw).collect();
    Ok(ThreadView {
        id: id.to_string(),
        title: thread.title.unwrap_or_default(),
        items,
        earlier: page.after,
        live,
        access: match thread.status {
            ThreadStatus::Active => Access::Open,
            ThreadStatus::Closed { .. } => Access::Archived,
            ThreadStatus::Locked { reason } => Access::Locked(reason.unwrap_or_default()),
        },
    })
}

pub async fn send(thread: Option<String>, message: Outgoing, key: String) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let asked = ask(&caller, thread.as_deref(), message, &key).await?;
    Ok(updates(asked.run, asked.stream, 0, asked.removed, caller.reader()))
}

/// The answer that is written in a thread, behind the event with the id `after` (`<run>.<seq>`); [`ChatUpdate::Done`] where none is.
///
/// # Errors
/// [`ApiError::Invalid`], [`ApiError::NotFound`], [`ApiError::Unavailable`], [`ApiError::Internal`]; the status is not set.
pub(super) async fn follow(caller: &Caller, thread: &str, after: Option<&str>) -> Result<Events, ApiError> {
    let thread = thread.parse().map_err(|_| ApiError::NotFound)?;
    let place = |id: &str| {
        let (run, seq) = id.split_once('.')?;
        Some((run.parse::<RunId>().ok()?, seq.parse::<i64>().ok()?))
    };
    let after = after.map(|id| place(id).ok_or(ApiError::Invalid)).transpose()?;
    let known = after.map(|(run, _)| run);
    let followed = caller.state.runs.follow(caller.user.id, thread, known).await;
    Ok(match followed.map_err(super::of_store)? {
        Some((run, stream)) => {
            let seen = after.filter(|(known, _)| *known == run).map_or(0, |(_, seq)| seq);
            updates(run, stream, seen, Vec::new(), caller.reader())
        }
        None => Events::of(futures::stream::once(async { Ok(Frame::Update(None, ChatUpdate::Done)) })),
    })
}

pub async fn stop(thread: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    state.runs.stop(user.id, thread_id(&thread)?, None).await.map_err(super::failed)
}

pub async fn send_form(thread: String, text: String) -> Result<(), ApiError> {
    let caller = caller().await?;
    let thread = Some(thread.as_str()).filter(|thread| !thread.is_empty());
    let mut asked = ask(&caller, thread, Outgoing::text(text), "").await?;
    let whole = async { while !matches!(asked.stream.next().await, None | Some(Signal::End | Signal::Broken)) {} };
    // Still going on after that: the page shows what there is, and the rest on reload.
    let _ = tokio::time::timeout(FORM_PATIENCE, whole).await;
    redirect(&format!("/chat/{}", asked.thread));
    Ok(())
}

pub async fn rename(id: String, title: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = thread_id(&id)?;
    let title = text::line(&title, TITLE_MAX).map_err(|error| refuse(text_error(error)))?;
    state
        .store
        .rename_thread(user.id, id, &title, state.clock.now())
        .await
        .map_err(super::failed)?;
    redirect(&format!("/chat/{id}"));
    Ok(())
}

pub async fn delete(id: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = thread_id(&id)?;
    state.runs.stop(user.id, id, None).await.map_err(super::failed)?;
    state.store.delete_thread(user.id, id).await.map_err(super::failed)?;
    redirect("/chat");
    Ok(())
}

async fn ask(caller: &Caller, thread: Option<&str>, message: Outgoing, key: &str) -> Result<Asked, ApiError> {
    let key = key_of(key)?;
    limit(caller)?;
    let message = message::checked(&caller.state, caller.user.id, input(message, caller.locale))
        .await
        .map_err(message_error)?;
    let ask = match thread {
        None => Ask::NewThread(message),
        Some(thread) => Ask::Message(thread_id(thread)?, message),
    };
    caller
        .state
        .runs
        .ask(&caller.person(), ask, key.as_deref())
        .await
        .map_err(asked_in_vain)
}

/// The name of a request of the page among all names of a person; plain forms have none.
pub(super) fn key_of(name: &str) -> Result<Option<String>, ApiError> {
    if name.len() > KEY_MAX || name.contains('\0') {
        return Err(refuse(ApiError::Invalid));
    }
    Ok((!name.is_empty()).then(|| format!("page:{name}")))
}

/// The page's message as the protocol has it.
fn input(message: Outgoing, locale: Locale) -> UserMessageInput {
    let group = match locale {
        Locale::En => "Tasks",
        Locale::Ur => "کام",
    };
    let part = |part| match part {
        Part::Text(text) => UserContent::InputText { text },
        Part::Task { id, title } => UserContent::InputTag {
            id,
            text: title,
            data: Map::from_iter([("type".to_owned(), "task".into())]),
            group: Some(group.to_owned()),
            interactive: true,
        },
    };
    UserMessageInput {
        content: message.parts.into_iter().map(part).collect(),
        attachments: message.attachments,
        quoted_text: message.quote,
        inference_options: InferenceOptions {
            tool_choice: message.tool.map(|id| ToolChoice { id }),
            model: message.model,
        },
    }
}

fn message_error(error: MessageError) -> ApiError {
    match error {
        MessageError::Blank => refuse(ApiError::Blank),
        MessageError::TooLong => refuse(ApiError::TooLong),
        MessageError::BadTag => refuse(ApiError::Invalid),
        MessageError::Files(error) => refuse(super::of_app(error)),
    }
}

pub(super) fn limit(caller: &Caller) -> Result<(), ApiError> {
    match caller.state.sends.check(caller.user.id, caller.state.clock.now()) {
        None => Ok(()),
        Some(seconds) => Err(refuse(ApiError::TooMany(seconds))),
    }
}

pub(super) fn thread_id(text: &str) -> Result<ThreadId, ApiError> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}

pub(super) fn text_error(error: TextError) -> ApiError {
    match error {
        TextError::Blank => ApiError::Blank,
        TextError::TooLong => ApiError::TooLong,
    }
}

pub(super) fn asked_in_vain(error: AskError) -> ApiError {
    match error {
        AskError::Live => refuse(ApiError::Busy),
        AskError::KeyReused | AskError::UnknownOption(_) | AskError::WrongItem(_) | AskError::TooDeep | AskError::NotAWidget => {
            refuse(ApiError::Invalid)
        }
        AskError::TooLarge => refuse(ApiError::TooLong),
        AskError::Refused(_) => refuse(ApiError::Closed),
        AskError::Quota(quota) => refuse(ApiError::QuotaReached(quota)),
        AskError::Stopping => refuse(ApiError::Unavailable),
        AskError::Store(error) => super::failed(error),
    }
}

/// A run's signals as frames of the page's stream, with signs of life. What the page has seen is gone through, but not told again. What the
/// run removed at its beginning is told first.
pub(super) fn updates(run: RunId, mut signals: RunStream, seen: i64, removed: Vec<ItemId>, reader: Reader) -> Events {
    super::stream_headers();
    Events::of(async_stream::stream! {
        for item in removed {
            yield Ok(Frame::Update(None, ChatUpdate::Removed(item.to_string())));
        }
        let mut updater = view::Updater::new(reader);
        loop {
            match tokio::time::timeout(HEARTBEAT, signals.next()).await {
                Err(_) => yield Ok(Frame::Heartbeat),
                Ok(Some(Signal::Event(event))) => {
                    if event.seq <= seen {
                        updater.pass(&event.event);
                    } else if let Some(update) = updater.update(&event.event) {
                        yield Ok(Frame::Update(Some(format!("{run}.{}", event.seq)), update));
                    }
                }
                Ok(Some(Signal::End)) => {
                    yield Ok(Frame::Update(None, ChatUpdate::Done));
                    return;
                }
                Ok(Some(Signal::Broken) | None) => {
                    yield Err(ApiError::Network);
                    return;
                }
            }
        }
    })
}
