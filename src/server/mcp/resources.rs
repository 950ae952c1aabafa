//! Resources: what is due today, what is overdue, and each task.

use chrono::Datelike;
use rmcp::{
    ErrorData,
    model::{Annotations, CacheScope, ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::handler::{Kaam, failed};
use crate::{
    domain::{
        id::TaskId,
        language,
        task::{Task, TaskStatus, weekday_name},
    },
    server::{
        auth::ApiCaller,
        store::{
            StoreError,
            tasks::{self, TaskFilter},
        },
        tools::task_json::TaskJson,
    },
};

/// What is due today.
pub(super) const TODAY: &str = "tasks://today";
/// What should be done already.
pub(super) const OVERDUE: &str = "tasks://overdue";
/// One task.
pub(super) const TEMPLATE: &str = "tasks://{id}";
const SCHEME: &str = "tasks://";
const JSON: &str = "application/json";
/// The most tasks in one resource, and the most completions of an id.
const MOST: i64 = 200;
const COMPLETIONS: usize = 100;
/// So many characters of what was typed are looked at: nobody types more into a field that completes.
const TYPED: usize = 100;

/// The two lists, as they are offered.
pub(super) fn listed() -> Vec<Resource> {
    let both = Some(vec![Role::User, Role::Assistant]);
    let of = |uri, name, title, about: &str, priority| {
        let mut annotations = Annotations::default();
        annotations.audience = both.clone();
        annotations.priority = Some(priority);
        Resource::new(uri, name)
            .with_title(title)
            .with_description(about)
            .with_mime_type(JSON)
            .with_annotations(annotations)
    };
    vec![
        of(
            TODAY,
            "today",
            "Due today",
            "The pending tasks that are due today, in the person's own zone",
            0.9,
        ),
        of(
            OVERDUE,
            "overdue",
            "Overdue",
            "The pending tasks whose day, or whose time today, is past",
            0.8,
        ),
    ]
}

/// The tasks by their ids.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(TEMPLATE, "task")
            .with_title("A task")
            .with_description("One task of the person, by its id. Type a part of its title to complete the id")
            .with_mime_type(JSON),
    ]
}

/// Whether the URI has the form of one of ours.
pub(super) fn is_ours(uri: &str) -> bool {
    uri == TODAY || uri == OVERDUE || id_of(uri).is_some()
}

fn id_of(uri: &str) -> Option<TaskId> {
    uri.strip_prefix(SCHEME)?.parse().ok()
}

#[derive(Serialize)]
struct List {
    date: String,
    weekday: &'static str,
    tasks: Vec<TaskJson>,
}

/// Reads one.
pub(super) async fn read(kaam: &Kaam, caller: &ApiCaller, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let text = match uri {
        TODAY | OVERDUE => list(kaam, caller, uri).await?.to_string(),
        _ => {
            let unknown = || ErrorData::resource_not_found(format!("There is no resource {uri}"), Some(json!({ "uri": uri })));
            let id = id_of(uri).ok_or_else(unknown)?;
            let mut connection = kaam.calls.store.connection().await.map_err(failed)?;
            match tasks::get(&mut connection, caller.user.id, id).await {
                Ok(task) => serde_json::to_string(&TaskJson::from(&task)).unwrap_or_default(),
                Err(StoreError::NotFound) => return Err(unknown()),
                Err(error) => return Err(failed(error)),
            }
        }
    };
    let contents = ResourceContents::text(text, uri).with_mime_type(JSON);
    Ok(ReadResourceResult::new(vec![contents])
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private))
}

/// One of the two lists, with the day that it is.
pub(super) async fn list(kaam: &Kaam, caller: &ApiCaller, uri: &str) -> Result<Value, ErrorData> {
    let now = kaam.local_now(caller);
    let today = now.date();
    // In their order what is overdue comes first, so the limit never cuts it off for what is only due later today.
    let filter = TaskFilter {
        status: Some(TaskStatus::Pending),
        due_from: (uri == TODAY).then_some(today),
        due_to: Some(today),
        limit: MOST,
        ..TaskFilter::default()
    };
    let is_over = |task: &Task| {
        task.due
            .as_ref()
            .is_some_and(|due| due.date < today || (due.date == today && due.time.is_some_and(|time| time < now.time())))
    };
    let mut found = find(kaam, caller, &filter).await?;
    found.truncate(MOST as usize);
    if uri == OVERDUE {
        found.retain(is_over);
    }
    let list = List {
        date: today.to_string(),
        weekday: weekday_name(today.weekday()),
        tasks: found.iter().map(TaskJson::from).collect(),
    };
    serde_json::to_value(list).map_err(|error| failed(StoreError::Other(error.into())))
}

/// The tasks that fit a filter.
pub(super) async fn find(kaam: &Kaam, caller: &ApiCaller, filter: &TaskFilter) -> Result<Vec<Task>, ErrorData> {
    let mut connection = kaam.calls.store.connection().await.map_err(failed)?;
    tasks::list(&mut connection, caller.user.id, filter).await.map_err(failed)
}

/// Ids of pending tasks that begin with what was typed, or whose titles fit it.
pub(super) async fn complete(kaam: &Kaam, caller: &ApiCaller, typed: &str) -> Result<Vec<String>, ErrorData> {
    let filter = TaskFilter {
        status: Some(TaskStatus::Pending),
        limit: MOST,
        ..TaskFilter::default()
    };
    let all = find(kaam, caller, &filter).await?;
    let typed: String = typed.trim().to_lowercase().chars().take(TYPED).collect();
    let fitting = move || {
        let titles: Vec<&str> = all.iter().map(|task| task.title.as_str()).collect();
        let fitting = language::find_matches(&typed, &titles);
        let fits = |(at, task): &(usize, &Task)| {
            task.id.to_string().starts_with(&typed) || task.title.to_lowercase().contains(&typed) || fitting.contains(at)
        };
        let ids = all.iter().enumerate().filter(fits).map(|(_, task)| task.id.to_string());
        ids.take(COMPLETIONS).collect()
    };
    // Comparing words is work: see `find_tasks`.
    let done = tokio::task::spawn_blocking(fitting).await;
    done.map_err(|error| failed(StoreError::Other(error.into())))
}
