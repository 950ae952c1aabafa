//! The tools' arguments and results, as JSON.

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{
    language::{Change, ListWish, NewTask, Shift, Status, phrases::Named},
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
    pub notes: Option<String>,
    #[serde(default)]
    repeat: Option<String>,
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
    /// When it is due.
    pub fn due(&self) -> Option<Due> {
        self.due.as_ref().map(|due| Due {
            date: due.date,
            time: due.time.as_deref().and_then(clock),
        })
    }

    /// The task as it is spoken of.
    pub fn named(&self) -> Named {
        Named {
            title: self.title.clone(),
            due: self.due(),
            priority: self.priority,
            repeat: self.repeat.clone(),
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

/// The tool that a choice led to, where this is the result of one.
pub(super) fn tool_of(result: &Value) -> Option<&str> {
    result.get("tool").and_then(Value::as_str)
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
    pub notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
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
            repeat: task.repeat.map(|repeat| repeat.to_string()),
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

    /// Of `update_task`, for a task as it is now.
    pub fn update(task: &WireTask, change: &Change, now: NaiveDateTime) -> Self {
        // What the notes say already is kept.
        let notes = change
            .notes
            .as_ref()
            .map(|words| match task.notes.as_deref().filter(|notes| !notes.is_empty()) {
                Some(notes) => format!("{notes}\n{words}"),
                None => words.clone(),
            });
        let same = Self::changes(change);
        let due = if change.clear_due {
            same.due.clone()
        } else {
            new_due(task.due(), change, now).as_ref().map(iso)
        };
        let first = new_due(task.due(), change, now).or(task.due());
        let repeat = match (change.repeat, first) {
            (Some(repeat), Some(first)) if !change.stop_repeat => Some(repeat.beginning(first.date).to_string()),
            _ => same.repeat.clone(),
        };
        Self {
            task_id: Some(task.id.clone()),
            notes,
            due,
            repeat,
            ..same
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
            notes: change.notes.clone(),
            due,
            priority: change.priority,
            repeat: match change.stop_repeat {
                true => Some("none".to_owned()),
                false => change.repeat.map(|repeat| repeat.to_string()),
            },
            status: change.reopen.then(|| status(Status::Pending)),
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

/// The date after a change: moved by an amount, another time on the same day, or a new one.
fn new_due(before: Option<Due>, change: &Change, now: NaiveDateTime) -> Option<Due> {
    if let Some(shift) = change.shift {
        let from = before.unwrap_or(Due {
            date: now.date(),
            time: matches!(shift, Shift::Minutes(_)).then(|| now.time().with_second(0).unwrap_or(now.time())),
        });
        return moved(from, shift);
    }
    let new = change.due.clone()?;
    match before {
        Some(old) if change.time_only && old.date >= now.date() => Some(Due { date: old.date, ..new }),
        _ => Some(new),
    }
}

/// A date moved by an amount; `None` beyond the calendar.
fn moved(due: Due, shift: Shift) -> Option<Due> {
    match shift {
        Shift::Minutes(minutes) => {
            // A day without a time begins with its morning.
            let time = due.time.or_else(|| NaiveTime::from_hms_opt(9, 0, 0))?;
            let moment = due.date.and_time(time).checked_add_signed(TimeDelta::try_minutes(minutes)?)?;
            Some(Due {
                date: moment.date(),
                time: Some(moment.time()),
            })
        }
        Shift::Days(days) => Some(Due {
            date: due.date.checked_add_signed(TimeDelta::try_days(days)?)?,
            ..due
        }),
        Shift::Months(months) => {
            let step = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
            let date = if months < 0 {
                due.date.checked_sub_months(step)?
            } else {
                due.date.checked_add_months(step)?
            };
            Some(Due { date, ..due })
        }
    }
}

fn iso(due: &Due) -> String {
    match due.time {
        Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
        None => due.date.to_string(),
    }
}
