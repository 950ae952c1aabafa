//! Bodies of the server functions of [`crate::api::tasks`].

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
        store::tasks::{self, TaskFilter},
    },
};

/// How many tasks the panel shows.
const PENDING: i64 = 200;
const COMPLETED: i64 = 50;

/// Among how many tasks is searched, and how many are found at the most.
const SEARCHED: i64 = 1000;
const FOUND: usize = 20;

pub async fn lists() -> Result<TaskLists, ApiError> {
    let caller = caller().await?;
    let (state, user, reader) = (&caller.state, &caller.user, caller.reader());
    let mut connection = state.store.connection().await.map_err(failed)?;
    let now = user.calendar().local(state.clock.now());
    let mut of = async |status, limit| {
        let filter = TaskFilter {
            status: Some(status),
            limit,
            ..TaskFilter::default()
        };
        let found = tasks::list(&mut connection, user.id, &filter).await.map_err(failed)?;
        Ok::<_, ApiError>(
            found
                .iter()
                .take(limit as usize)
                .map(|task| view::task(task, reader, now))
                .collect(),
        )
    };
    Ok(TaskLists {
        pending: of(TaskStatus::Pending, PENDING).await?,
        completed: of(TaskStatus::Completed, COMPLETED).await?,
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
    })
}

pub async fn set_done(id: String, done: bool, back: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = task_id(&id)?;
    let mut transaction = state.store.begin().await.map_err(failed)?;
    let mut task = tasks::get(&mut transaction, user.id, id).await.map_err(failed)?;
    let now = state.clock.now();
    if done {
        let new_id = state.clock.task_id();
        recurrence::complete(&mut transaction, user.id, &mut task, now, user.calendar().zone, new_id)
            .await
            .map_err(failed)?;
    } else {
        (task.status, task.completed_at, task.updated_at) = (TaskStatus::Pending, None, now);
        tasks::update(&mut transaction, user.id, &task).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(|error| failed(error.into()))?;
    state.store.tasks_changed(user.id);
    go_back(&back);
    Ok(())
}

pub async fn delete(id: String, back: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let mut connection = state.store.connection().await.map_err(failed)?;
    tasks::delete(&mut connection, user.id, task_id(&id)?).await.map_err(failed)?;
    state.store.tasks_changed(user.id);
    go_back(&back);
    Ok(())
}

fn task_id(text: &str) -> Result<TaskId, ApiError> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}
