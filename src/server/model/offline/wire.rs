//! The tools' arguments and results, as JSON.

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{
    language::{Change, ListWish, NewTask, Status, phrases::Named},
    task::{Due, Priority, TaskStatus},
};

/// A task in a result.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct WireTask {
    pub id: String,
    pub title: String,
    pub status: TaskStatus,
    #[serde(default)]
    pub priority: Priority,
    #[serde(default)]
    due: Option<WireDue>,
    #[serde(default)]
    completed_at: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct WireDue {
    date: NaiveDate,
    #[serde(default)]
    time: Option<String>,
}

impl WireTask {
    /// The task as it is spoken of.
    pub fn named(&self) -> Named {
        let due = self.due.as_ref().map(|due| Due {
            date: due.date,
            time: due.time.as_deref().and_then(clock),
        });
        Named {
            title: self.title.clone(),
            due,
            priority: self.priority,
            done: self.status == TaskStatus::Completed,
        }
    }

    /// The day it was completed, in the person's zone.
    pub fn completed_on(&self, zone: chrono_tz::Tz) -> Option<NaiveDate> {
        DateTime::parse_from_rfc3339(self.completed_at.as_deref()?)
            .ok()
            .map(|at| at.with_timezone(&zone).date_naive())
    }
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"]
        .into_iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// The result of a call.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// A task was made, changed or deleted; with the names of the changed fields.
    Task(WireTask, Vec<String>),
    /// Tasks were listed; whether there are more.
    Tasks(Vec<WireTask>, bool),
    /// The person was asked, and did not agree; what they said in their own words, if anything.
    Declined(Vec<String>),
    /// It failed, and this is why.
    Failed(String),
}

/// The results that stand in one: those of the calls that a choice led to, or just itself.
pub(super) fn outcomes(result: &Value) -> Vec<Outcome> {
    match result.get("results").and_then(Value::as_array) {
        Some(results) => results.iter().map(outcome).collect(),
        None => vec![outcome(result)],
    }
}

/// Reads a result.
fn outcome(result: &Value) -> Outcome {
    #[derive(Deserialize)]
    struct Shape {
        error: Option<Value>,
        declined: Option<Value>,
        #[serde(default)]
        said: Vec<String>,
        task: Option<WireTask>,
        tasks: Option<Vec<WireTask>>,
        #[serde(default)]
        has_more: bool,
        #[serde(default)]
        changed: Vec<String>,
    }
    match Shape::deserialize(result) {
        Ok(Shape { error: Some(error), .. }) => Outcome::Failed(error.as_str().map_or_else(|| error.to_string(), str::to_owned)),
        Ok(Shape {
            declined: Some(_), said, ..
        }) => Outcome::Declined(said),
        Ok(Shape {
            task: Some(task), changed, ..
        }) => Outcome::Task(task, changed),
        Ok(Shape {
            tasks: Some(tasks),
            has_more,
            ..
        }) => Outcome::Tasks(tasks, has_more),
        _ => Outcome::Failed("the result could not be read".to_owned()),
    }
}

/// The arguments of every tool, in the shape that the registry reads.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Arguments {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Box<Arguments>>,
}

impl Arguments {
    /// Of `add_task`.
    pub fn add(task: &NewTask) -> Self {
        Self {
            title: Some(task.title.clone()),
            due: task.due.as_ref().map(iso),
            priority: task.priority,
            ..Self::default()
        }
    }

    /// Of `list_tasks`. Finished tasks are asked for without days, because their days are those of the deed, not of the plan.
    pub fn list(wish: &ListWish) -> Self {
        let days = wish.range.filter(|_| wish.status != Status::Completed);
        Self {
            status: Some(status(wish.status)),
            due_from: days.and_then(|(first, _)| first).map(|d| d.to_string()),
            due_to: days.map(|(_, last)| last.to_string()),
            ..Self::default()
        }
    }

    /// Of `update_task`.
    pub fn update(id: &str, change: &Change) -> Self {
        Self {
            task_id: Some(id.to_owned()),
            ..Self::changes(change)
        }
    }

    /// What is to be different, whatever the task.
    pub fn changes(change: &Change) -> Self {
        let due = if change.clear_due {
            Some("none".to_owned())
        } else {
            change.due.as_ref().map(iso)
        };
        Self {
            title: change.title.clone(),
            due,
            priority: change.priority,
            ..Self::default()
        }
    }

    /// Of `complete_task` and `delete_task`.
    pub fn id(id: &str) -> Self {
        Self {
            task_id: Some(id.to_owned()),
            ..Self::default()
        }
    }
}

/// The name of a status in the arguments.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Completed => "completed",
        Status::All => "all",
    }
}

fn iso(due: &Due) -> String {
    match due.time {
        Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
        None => due.date.to_string(),
    }
}
