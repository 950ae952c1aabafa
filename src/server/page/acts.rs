//! Bodies of the server functions of [`crate::api::chat`] by which a person acts on what stands in a thread: forms, widgets, opinions.

use std::collections::BTreeMap;

use futures::StreamExt;
use leptos_axum::redirect;
use serde_json::Value;

use super::{
    Caller, caller,
    chat::{FORM_PATIENCE, asked_in_vain, limit, thread_id, updates},
    failed, markdown, refuse, view,
};
use crate::{
    api::{
        ApiError,
        sse::Events,
        view::{Act, ActedView, PageContext, RatingView},
    },
    domain::{id::ItemId, text},
    protocol::{
        item::Answer,
        request::{Action, FeedbackKind, Submission, SubmissionStatus},
        thread::ThreadStatus,
    },
    server::{
        run::{Acted, ActionError, Ask, Asked, Signal},
        store::feedback::GivenFeedback,
    },
};

/// The longest answer to a question, in characters.
const ANSWER_MAX: usize = 2000;
/// So many of a person's opinions are listed.
const RATINGS: i64 = 100;
/// So much is shown of an answer, in characters.
const RATED_MAX: usize = 120;

pub async fn retry(thread: String, item: Option<String>) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let item = item.as_deref().map(item_id).transpose()?;
    let ask = Ask::Retry(thread_id(&thread)?, item);
    stream(&caller, ask).await
}

pub async fn form(thread: String, item: String, answers: BTreeMap<String, Vec<String>>, skip: bool) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let ask = Ask::Form(thread_id(&thread)?, item_id(&item)?, submission(answers, skip)?);
    stream(&caller, ask).await
}

pub async fn answer_form(
    thread: String,
    item: String,
    answers: BTreeMap<String, BTreeMap<String, String>>,
    skip: bool,
) -> Result<(), ApiError> {
    let caller = caller().await?;
    let answers = answers
        .into_iter()
        .map(|(id, values)| (id, values.into_values().collect()))
        .collect();
    let ask = Ask::Form(thread_id(&thread)?, item_id(&item)?, submission(answers, skip)?);
    let mut asked = accepted(&caller, ask).await?;
    let whole = async { while !matches!(asked.stream.next().await, None | Some(Signal::End | Signal::Broken)) {} };
    // Still going on after that: the page shows what there is, and the rest on reload.
    let _ = tokio::time::timeout(FORM_PATIENCE, whole).await;
    redirect(&format!("/chat/{}", asked.thread));
    Ok(())
}

/// Blank answers are none; a form without one is left.
fn submission(answers: BTreeMap<String, Vec<String>>, skip: bool) -> Result<Submission, ApiError> {
    let mut submission = Submission::default();
    for (question, values) in answers {
        let values: Vec<String> = values
            .iter()
            .map(|value| text::clean(value).trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect();
        if values.iter().any(|value| value.chars().count() > ANSWER_MAX) {
            return Err(refuse(ApiError::TooLong));
        }
        if !values.is_empty() {
            submission.answers.insert(question, Answer { values, skipped: false });
        }
    }
    if skip || submission.answers.is_empty() {
        submission.status = SubmissionStatus::Skipped;
    }
    Ok(submission)
}

pub async fn tool_output(thread: String, output: Option<PageContext>) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let output = match output {
        Some(context) => serde_json::to_value(context).map_err(|_| refuse(ApiError::Invalid))?,
        None => serde_json::json!({ "error": "The page has no such tool." }),
    };
    stream(&caller, Ask::ToolOutput(thread_id(&thread)?, output)).await
}

pub async fn action(thread: String, act: Act) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let (item, action) = read(act)?;
    stream(&caller, Ask::Action(thread_id(&thread)?, Some(item), action)).await
}

pub async fn sync_action(thread: String, act: Act) -> Result<ActedView, ApiError> {
    let caller = caller().await?;
    limit(&caller)?;
    let (item, action) = read(act)?;
    let done = caller
        .state
        .runs
        .sync_action(&caller.person(), thread_id(&thread)?, Some(item), &action)
        .await;
    match done {
        Ok(Acted { item, done }) => Ok(ActedView {
            item: item.and_then(|item| view::item(&item, caller.reader())),
            done,
        }),
        // The lists offer nothing else than what can be done: the task is no longer what its row shows.
        Err(ActionError::Invalid(_)) => Err(refuse(ApiError::NotFound)),
        Err(ActionError::Forbidden(_)) => Err(refuse(ApiError::Invalid)),
        Err(ActionError::Store(error)) => Err(failed(error)),
    }
}

fn read(act: Act) -> Result<(ItemId, Action), ApiError> {
    let payload: Value = match act.payload.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&act.payload).map_err(|_| refuse(ApiError::Invalid))?,
    };
    Ok((item_id(&act.item)?, Action { kind: act.kind, payload }))
}

pub async fn rate(thread: String, item: String, rating: Option<bool>) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let (thread, item) = (thread_id(&thread)?, item_id(&item)?);
    let kind = rating.map(|is_good| if is_good { FeedbackKind::Positive } else { FeedbackKind::Negative });
    match kind {
        Some(kind) => state.store.add_feedback(user.id, thread, &[item], kind, state.clock.now()).await,
        None => state.store.remove_feedback(user.id, item).await,
    }
    .map_err(failed)
}

pub async fn ratings() -> Result<Vec<RatingView>, ApiError> {
    let caller = caller().await?;
    let given = caller.state.store.feedback(caller.user.id, RATINGS).await.map_err(failed)?;
    let view = |given: GivenFeedback| RatingView {
        path: format!("/chat/{}#{}", given.thread, given.item),
        text: markdown::beginning(&given.text, RATED_MAX),
        good: given.kind == FeedbackKind::Positive,
        at: caller.when(given.created_at, true),
    };
    Ok(given.into_iter().map(view).collect())
}

pub async fn archive(id: String, archived: bool) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = thread_id(&id)?;
    let thread = state.store.thread(user.id, id).await.map_err(failed)?;
    if matches!(thread.status, ThreadStatus::Locked { .. }) {
        return Err(refuse(ApiError::Closed));
    }
    if archived {
        state.runs.stop(user.id, id, None).await.map_err(failed)?;
    }
    let status = match archived {
        true => ThreadStatus::Closed { reason: None },
        false => ThreadStatus::Active,
    };
    state.store.set_thread_status(user.id, id, &status).await.map_err(failed)?;
    redirect(&format!("/chat/{id}"));
    Ok(())
}

async fn stream(caller: &Caller, ask: Ask) -> Result<Events, ApiError> {
    let asked = accepted(caller, ask).await?;
    Ok(updates(asked.run, asked.stream, 0, asked.removed, caller.reader()))
}

async fn accepted(caller: &Caller, ask: Ask) -> Result<Asked, ApiError> {
    limit(caller)?;
    caller.state.runs.ask(&caller.person(), ask, None).await.map_err(asked_in_vain)
}

fn item_id(text: &str) -> Result<ItemId, ApiError> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}
