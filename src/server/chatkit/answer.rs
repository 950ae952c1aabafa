//! The operations that answer with JSON.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{TITLE_MAX, id, transcribe};
use crate::{
    domain::{
        id::ItemId,
        text::{self, TextError},
    },
    protocol::{
        item::ThreadItem,
        request::{Cut, DEFAULT_PAGE, Operation, Order},
        thread::{Page, Thread},
    },
    server::{
        auth::current_user::lacks,
        error::AppError,
        run::{ActionError, Person},
        state::AppState,
        task_widget,
    },
};

/// Items that one request may give an opinion of.
const FEEDBACK_MAX: usize = 100;

pub(super) async fn json(state: &AppState, person: &Person, operation: Operation) -> Result<Response, AppError> {
    let store = &state.store;
    let user = person.id;
    Ok(match operation {
        Operation::ThreadsGetById(get) => {
            let thread = store.thread(user, id(&get.thread_id)?).await?;
            let first = Cut::new(DEFAULT_PAGE as u32, Order::Asc, None);
            let mut items = store.items(user, thread.id, &first).await?;
            freshen(state, person, &mut items).await?;
            body(&Thread { metadata: thread, items })
        }
        Operation::ThreadsList(list) => {
            let page = store.threads(user, &list.cut).await?;
            let data: Vec<Thread> = page.data.into_iter().map(|listed| Thread::from(listed.thread)).collect();
            body(&Page {
                data,
                has_more: page.has_more,
                after: page.after,
            })
        }
        Operation::ThreadsUpdate(update) => {
            let thread = id(&update.thread_id)?;
            store.thread(user, thread).await?;
            let title = text::line(&update.title, TITLE_MAX).map_err(|error| match error {
                TextError::Blank => AppError::Invalid("params.title: must not be blank".into()),
                TextError::TooLong => AppError::Invalid(format!("params.title: at most {TITLE_MAX} characters")),
            })?;
            body(&Thread::from(store.rename_thread(user, thread, &title, state.clock.now()).await?))
        }
        Operation::ThreadsDelete(delete) => {
            let thread = id(&delete.thread_id)?;
            state.runs.stop(user, thread, None).await?;
            store.delete_thread(user, thread).await?;
            nothing()
        }
        Operation::ItemsList(list) => {
            let thread = id(&list.thread_id)?;
            store.thread(user, thread).await?;
            let mut items = store.items(user, thread, &list.cut).await?;
            freshen(state, person, &mut items).await?;
            body(&items)
        }
        Operation::ItemsFeedback(feedback) => {
            let thread = id(&feedback.thread_id)?;
            store.thread(user, thread).await?;
            if feedback.item_ids.len() > FEEDBACK_MAX {
                return Err(AppError::Invalid(format!("params.item_ids: at most {FEEDBACK_MAX}")));
            }
            let items = feedback.item_ids.iter().map(|item| id(item)).collect::<Result<Vec<ItemId>, _>>()?;
            store.add_feedback(user, thread, &items, feedback.kind, state.clock.now()).await?;
            nothing()
        }
        Operation::ThreadsSyncCustomAction(custom) => {
            let item = custom.item_id.as_deref().map(id).transpose()?;
            let acted = state.runs.sync_action(person, id(&custom.thread_id)?, item, &custom.action).await?;
            match acted.item {
                Some(item) => body(&json!({ "updated_item": item })),
                None => nothing(),
            }
        }
        Operation::AttachmentsCreate(create) => body(&state.attachments.announce(user, &create).await?),
        Operation::AttachmentsDelete(delete) => {
            state.attachments.remove(user, id(&delete.attachment_id)?).await?;
            nothing()
        }
        Operation::InputTranscribe(request) => {
            if state.transcriber.is_none() {
                return Err(AppError::NotImplemented("input.transcribe"));
            }
            let (bytes, kind) = transcribe::sound(&request)?;
            if let Some(seconds) = state.sends.check(user, state.clock.now()) {
                return Err(AppError::TooMany { retry_after: seconds });
            }
            body(&json!({ "text": transcribe::transcribe(state, bytes, kind).await? }))
        }
        // These stream, and are answered before.
        Operation::ThreadsCreate(_)
        | Operation::ThreadsAddUserMessage(_)
        | Operation::ThreadsAddClientToolOutput(_)
        | Operation::ThreadsAddStructuredInput(_)
        | Operation::ThreadsRetryAfterItem(_)
        | Operation::ThreadsCustomAction(_) => return Err(AppError::Internal("a streaming operation has no JSON answer".into())),
    })
}

/// Lists of tasks say what the tasks are now, whoever changed them.
async fn freshen(state: &AppState, person: &Person, items: &mut Page<ThreadItem>) -> Result<(), AppError> {
    let now = person.calendar.local(state.clock.now());
    Ok(task_widget::freshen(&state.store, person.id, &mut items.data, now, person.locale).await?)
}

impl From<ActionError> for AppError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Invalid(why) => Self::Invalid(why),
            ActionError::Forbidden(scope) => lacks(scope),
            ActionError::Store(error) => error.into(),
        }
    }
}

fn body<T: Serialize>(body: &T) -> Response {
    Json(body).into_response()
}

fn nothing() -> Response {
    body(&Map::<String, Value>::new())
}
