//! Bodies of the server functions of [`crate::api::tasks`].

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Caller, caller,
    chat::{key_of, text_error},
    failed, go_back, refuse, view,
};
use crate::{
    api::{ApiError, view::TaskLists},
    domain::{
        dates,
        id::TaskId,
        language::{self, find_begun},
        task::{Due, TITLE_MAX, Task, TaskStatus},
        text, texts,
    },
    server::{
        recurrence,
        store::{
            tasks::{self, TaskFilter},
            tool_calls::{self, Key},
        },
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

/// What is typed is one new task, whatever it would be in a message. Gives its id and a sentence that says what was made.
pub async fn add(text: String, key: String, back: String) -> Result<(String, String), ApiError> {
    let caller = caller().await?;
    let (state, user) = (&caller.state, &caller.user);
    let text = text::line(&text, TITLE_MAX).map_err(|error| refuse(text_error(error)))?;
    let key = key_of(&key)?;
    let (calendar, now) = (user.calendar(), state.clock.now());
    let mut transaction = state.store.begin().await.map_err(failed)?;
    if let Some(key) = &key {
        let hash = Sha256::digest(&text);
        match tool_calls::take_key(&mut transaction, user.id, key, &hash, now)
            .await
            .map_err(failed)?
        {
            Key::New => {}
            Key::Done(id) => {
                let id = task_id(id.as_str().unwrap_or_default())?;
                let task = tasks::get(&mut transaction, user.id, id).await.map_err(failed)?;
                go_back(&back);
                let unread = language::describe(&text, calendar.moment(now)).unread;
                return Ok((id.to_string(), said(&caller, &task, &unread)));
            }
            Key::Taken => return Err(refuse(ApiError::Invalid)),
        }
    }
    let new = language::describe(&text, calendar.moment(now));
    let today = calendar.local(now).date();
    let rule = new
        .repeat
        .map(|repeat| recurrence::rule_of_person(&repeat.to_string(), today, calendar.week_start));
    // What is said of a recurrence and cannot be kept is no reason to refuse the task.
    let repeat = rule.and_then(Result::ok);
    let unread = new.unread;
    let first = repeat.as_deref().and_then(|rule| recurrence::first(rule, today));
    let due = new.due.or(first.map(|date| Due { date, time: None }));
    let task = Task {
        priority: new.priority.unwrap_or_default(),
        repeat,
        ..Task::new(state.clock.task_id(), new.title, due, calendar.zone.name(), now)
    };
    tasks::insert(&mut transaction, user.id, &task).await.map_err(failed)?;
    if let Some(key) = &key {
        let id = Value::String(task.id.to_string());
        tool_calls::keep_result(&mut transaction, user.id, key, &id).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(|error| failed(error.into()))?;
    state.store.tasks_changed(user.id);
    go_back(&back);
    Ok((task.id.to_string(), said(&caller, &task, &unread)))
}

/// That a task was added, with its date in full, and what of its title may have been meant as a date.
fn said(caller: &Caller, task: &Task, unread: &[String]) -> String {
    let script = caller.locale.into();
    let due = task.due.as_ref().map(|due| dates::due(due, script));
    let repeat = task.repeat.as_deref().map(|rule| language::phrases::repeats(rule, script));
    let details = [due, repeat].into_iter().flatten().map(|words| caller.user.digits.show(words));
    let added = texts::task_added(caller.locale, &task.title, details);
    if unread.is_empty() {
        added
    } else {
        format!("{added}. {}", texts::unread_in_title(caller.locale, unread))
    }
}

fn task_id(text: &str) -> Result<TaskId, ApiError> {
    text.parse().map_err(|_| refuse(ApiError::NotFound))
}
