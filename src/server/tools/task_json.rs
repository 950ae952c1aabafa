//! A task as tools give it: absent things are left out, never null.

use chrono::Datelike;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::add_task::priority_schema;
use crate::domain::task::{Priority, Task, TaskStatus, weekday_name};

/// A task on the wire of the tools.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TaskJson {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// `pending` or `completed`.
    #[schemars(schema_with = "status_schema")]
    pub status: TaskStatus,
    /// `p1` to `p4`.
    #[schemars(schema_with = "priority_schema")]
    pub priority: Priority,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<DueJson>,
    /// The rule by which it comes back, as RFC 5545 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
    /// RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// Of a task in the trash: since when. RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trashed_at: Option<String>,
}

/// A due date on the wire of the tools: resolved, with its weekday, so that an assistant can say it back.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DueJson {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// `HH:MM`, 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// IANA zone of the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The English name of the day.
    pub weekday: &'static str,
}

/// The tasks in the result of a call; those that are gone for good are there by their ids.
pub fn tasks_of(result: &Value) -> impl Iterator<Item = &Value> {
    const MANY: [&str; 5] = ["tasks", "added", "completed", "restored", "removed"];
    let many = MANY.iter().filter_map(|name| result.get(name)?.as_array()).flatten();
    result.get("task").into_iter().chain(many)
}

fn status_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": ["pending", "completed"] })
}

fn rfc3339(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

impl From<&Task> for TaskJson {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id.to_string(),
            title: task.title.clone(),
            notes: task.notes.clone(),
            status: task.status,
            priority: task.priority,
            due: task.due.as_ref().map(|due| DueJson {
                date: due.date.to_string(),
                time: due.time.map(|time| time.format("%H:%M").to_string()),
                zone: due.time.and(task.zone.clone()),
                weekday: weekday_name(due.date.weekday()),
            }),
            repeat: task.repeat.clone(),
            created_at: rfc3339(task.created_at),
            updated_at: rfc3339(task.updated_at),
            completed_at: task.completed_at.map(rfc3339),
            trashed_at: task.trashed_at.map(rfc3339),
        }
    }
}

/// The result of a tool that touches one task.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OneTask {
    /// The task.
    pub task: TaskJson,
}
