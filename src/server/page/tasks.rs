//! Bodies of the server functions of [`crate::api::tasks`] that show, change and take back; those that add are in [`super::new_tasks`].

use sqlx::PgConnection;

use super::{Caller, caller, failed, go_back, refuse, view};
use crate::{
    api::{ApiError, view::TaskLists},
    domain::{
        id::TaskId,
        language::find_begun,
        task::{Task, TaskStatus},
    },
    server::{
        recurrence,
        store::{
            history::{self, ChangeSet, Origin, Undone, Which},
            tasks::{self, TaskFilter},
        },
    },
};

/// How many tasks a page of each list has.
const PENDING: i64 = 200;
const COMPLETED: i64 = 50;
/// So many are given by their ids.
const NAMED_MAX: usize = 50;

/// Among how many tasks is searched, and how many are found at the most.
const SEARCHED: i64 = 1000;
const FOUND: usize = 20;

pub async fn lists(after: Option<String>, named: Vec<String>) -> Result<TaskLists, ApiError> {
    let caller = caller().await?;
    let (state, user, reader) = (&caller.state, &caller.user, caller.reader());
    let mut connection = state.store.connection().await.map_err(failed)?;
    let now = user.calendar().local(state.clock.now());
    let draw = |tasks: Vec<Task>| tasks.iter().map(|task| view::task(task, reader, now)).collect();
    // Only the list that this task is in goes on.
    let after = match after {
        Some(id) => Some(tasks::get(&mut connection, user.id, task_id(&id)?).await.map_err(failed)?),
        None => None,
    };
    let mut of = async |status: TaskStatus, limit: i64| {
        if after.as_ref().is_some_and(|after| after.status != status) {
            return Ok(Vec::new());
        }
        let filter = TaskFilter {
            status: Some(status),
            after: after.as_ref().map(|after| after.id),
            limit,
            ..TaskFilter::default()
        };
        let mut found = tasks::list(&mut connection, user.id, &filter).await.map_err(failed)?;
        found.truncate(limit as usize);
        Ok::<_, ApiError>(draw(found))
    };
    let (pending, completed) = (of(TaskStatus::Pending, PENDING).await?, of(TaskStatus::Completed, COMPLETED).await?);
    let mut count = async |status| {
        let filter = TaskFilter {
            status: Some(status),
            ..TaskFilter::default()
        };
        let count = tasks::count(&mut connection, user.id, &filter).await.map_err(failed)?;
        Ok::<_, ApiError>(usize::try_from(count).unwrap_or_default())
    };
    let (pending_total, completed_total) = (count(TaskStatus::Pending).await?, count(TaskStatus::Completed).await?);
    let named: Vec<TaskId> = named.iter().take(NAMED_MAX).filter_map(|id| id.parse().ok()).collect();
    let mut named = state.store.tasks_by_id(user.id, &named).await.map_err(failed)?;
    named.retain(|task| task.status == TaskStatus::Pending);
    Ok(TaskLists {
        pending,
        completed,
        pending_total,
        completed_total,
        named: draw(named),
    })
}

/// Pending ones before completed ones.
pub async fn search(words: String) -> Result<TaskLists, ApiError> {
    let caller = caller().await?;
    let (state, user, reader) = (&caller.state, &caller.user, caller.reader());
    let words: String = words.chars().take(100).collect();
    let mut connection = state.store.connection().await.map_err(failed)?;
    let now = user.calendar().local(state.clock.now());
    // Searched here and not by SQL, which does not know that two kafs are one letter.
    let filter = TaskFilter {
        limit: SEARCHED,
        ..TaskFilter::default()
    };
    let tasks = tasks::list(&mut connection, user.id, &filter).await.map_err(failed)?;
    let titles: Vec<&str> = tasks.iter().map(|task| task.title.as_str()).collect();
    let (pending, completed): (Vec<&Task>, Vec<&Task>) = find_begun(&words, &titles)
        .into_iter()
        .take(FOUND)
        .map(|at| &tasks[at])
        .partition(|task| task.status == TaskStatus::Pending);
    let draw = |tasks: Vec<&Task>| tasks.into_iter().map(|task| view::task(task, reader, now)).collect();
    Ok(TaskLists {
        pending: draw(pending),
        completed: draw(completed),
        ..TaskLists::default()
    })
}

/// Gives the token by which it can be taken back; empty where nothing was changed.
pub async fn set_done(id: String, done: bool, back: String) -> Result<String, ApiError> {
    let command = if done { "complete_task" } else { "update_task" };
    change(command, &back, async |caller, connection, changes| {
        let (user, now) = (caller.user.id, caller.state.clock.now());
        let mut locked = tasks::lock(connection, user, task_id(&id)?).await.map_err(failed)?;
        if done {
            let (zone, new_id) = (caller.user.calendar().zone, caller.state.clock.task_id());
            let next = recurrence::complete(connection, user, &mut locked, now, zone, new_id, changes).await;
            next.map(drop).map_err(failed)
        } else {
            let task = Task {
                status: TaskStatus::Pending,
                completed_at: None,
                updated_at: now,
                ..locked.task.clone()
            };
            tasks::update(connection, user, &mut locked, task, changes).await.map_err(failed)
        }
    })
    .await
}

/// Puts a task into the trash; gives the token by which that can be taken back.
pub async fn delete(id: String, back: String) -> Result<String, ApiError> {
    change("delete_task", &back, async |caller, connection, changes| {
        let (user, now) = (caller.user.id, caller.state.clock.now());
        let mut locked = tasks::lock(connection, user, task_id(&id)?).await.map_err(failed)?;
        tasks::trash(connection, user, &mut locked, now, changes).await.map_err(failed)
    })
    .await
}

/// Takes a change back.
pub async fn undo(token: String, back: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = history::id_of(&token).ok_or_else(|| refuse(ApiError::NotFound))?;
    let mut transaction = state.store.begin().await.map_err(failed)?;
    let (new_id, now) = (state.clock.ordered_uuid(), state.clock.now());
    let undone = history::undo(&mut transaction, user.id, Which::One(id), new_id, &Origin::page(), now).await;
    match undone.map_err(failed)? {
        Undone::Done { .. } => {}
        Undone::Unknown | Undone::ChangedSince(_) => return Err(refuse(ApiError::NotFound)),
    }
    transaction.commit().await.map_err(|error| failed(error.into()))?;
    state.store.tasks_changed(user.id);
    go_back(&back);
    Ok(())
}

/// A change of tasks by the person's own hand, kept in the history; gives the token by which it can be taken back.
async fn change(
    command: &str,
    back: &str,
    make: impl AsyncFnOnce(&Caller, &mut PgConnection, &mut ChangeSet) -> Result<(), ApiError>,
) -> Result<String, ApiError> {
    let caller = caller().await?;
    let state = &caller.state;
    let mut transaction = state.store.begin().await.map_err(failed)?;
    let mut changes = ChangeSet::default();
    make(&caller, &mut transaction, &mut changes).await?;
    let (id, now) = (state.clock.ordered_uuid(), state.clock.now());
    let kept = history::keep(&mut transaction, caller.user.id, id, command, changes, &Origin::page(), now).await;
    let kept = kept.map_err(failed)?;
    transaction.commit().await.map_err(|error| failed(error.into()))?;
    state.store.tasks_changed(caller.user.id);
    go_back(back);
    Ok(kept.map(history::token).unwrap_or_default())
}

pub(super) fn task_id(text: &str) -> Result<TaskId, ApiError> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}
