//! The tools' arguments and results, as JSON.

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{
    language::{Change, ListWish, Moment, NewTask, Shift, Status, phrases::Named},
    task::{Due, Priority, Task, TaskStatus},
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
    created_at: Option<String>,
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

    /// The task as the rest of the program knows it, as far as its result tells.
    pub fn task(&self) -> Option<Task> {
        let created = self.created_at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        let at = created.map_or(DateTime::UNIX_EPOCH, |at| at.with_timezone(&Utc));
        Some(Task {
            notes: self.notes.clone(),
            status: self.status,
            priority: self.priority,
            repeat: self.repeat.clone(),
            ..Task::new(self.id.parse().ok()?, self.title.clone(), self.due(), "", at)
        })
    }

    /// Whether it is still to do, and its time has passed.
    pub fn is_overdue(&self, now: NaiveDateTime) -> bool {
        self.status == TaskStatus::Pending && self.due().is_some_and(|due| due.is_past(now))
    }

    /// The task as it is spoken of.
    pub fn named(&self) -> Named {
        Named {
            title: self.title.clone(),
            due: self.due(),
            priority: self.priority,
            repeat: self.repeat.clone(),
            done: self.status == TaskStatus::Completed,
            aside: None,
        }
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
    /// Tasks were listed.
    Tasks(Listed),
    /// Tasks were added in one go; why others were not.
    Added(Vec<WireTask>, Vec<String>),
    /// The last change was taken back: the tasks that are as they were, and the ids or titles of those that are gone again.
    Undone(Vec<WireTask>, Vec<String>),
    /// The person was asked, and did not agree. Words of their own are a turn ([`super::conversation::turns`]).
    Declined,
    /// The ids of the tasks that the person chose.
    Chosen(Vec<String>),
    /// What the person sees: the task that they selected, if any.
    Page(Option<String>),
    /// It failed, and this is why.
    Failed(String),
}

/// A page of a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed {
    pub tasks: Vec<WireTask>,
    /// There are more behind these.
    pub more: bool,
    /// Where the next page begins.
    pub after: Option<String>,
    /// How many there are in all, where that is known.
    pub total: Option<usize>,
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
        task: Option<WireTask>,
        tasks: Option<Vec<WireTask>>,
        #[serde(default)]
        has_more: bool,
        after: Option<String>,
        total: Option<usize>,
        #[serde(default)]
        changed: Vec<String>,
        added: Option<Vec<WireTask>>,
        #[serde(default)]
        failed: Vec<Value>,
        restored: Option<Vec<WireTask>>,
        removed_titles: Option<Vec<Value>>,
        task_ids: Option<Vec<String>>,
    }
    match Shape::deserialize(result) {
        Ok(Shape { error: Some(error), .. }) => Outcome::Failed(words_of(&error)),
        Ok(Shape { declined: Some(_), .. }) => Outcome::Declined,
        Ok(Shape {
            task: Some(task), changed, ..
        }) => Outcome::Task(task, changed),
        Ok(Shape {
            added: Some(added),
            failed,
            ..
        }) => Outcome::Added(added, failed.iter().map(|why| words_of(why.get("error").unwrap_or(why))).collect()),
        Ok(Shape {
            restored,
            removed_titles: removed,
            ..
        }) if restored.is_some() || removed.is_some() => {
            let name = |gone: &Value| gone.get("title").map_or_else(|| words_of(gone), words_of);
            Outcome::Undone(restored.unwrap_or_default(), removed.unwrap_or_default().iter().map(name).collect())
        }
        Ok(Shape {
            tasks: Some(tasks),
            has_more,
            after,
            total,
            ..
        }) => Outcome::Tasks(Listed {
            tasks,
            more: has_more,
            after,
            total,
        }),
        Ok(Shape { task_ids: Some(ids), .. }) => Outcome::Chosen(ids),
        _ => Outcome::Failed("the result could not be read".to_owned()),
    }
}

/// A text of a result; of anything else, its JSON.
fn words_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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
    pub completed_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_completed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Box<Arguments>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<Arguments>>,
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

    /// Of `list_tasks`. The days of finished tasks are those of the deed, not of the plan.
    pub fn list(wish: &ListWish) -> Self {
        let first = wish.range.and_then(|(first, _)| first).map(|day| day.to_string());
        let last = wish.range.map(|(_, last)| last.to_string());
        let listed = Self {
            status: Some(status(wish.status)),
            priority: wish.priority,
            overdue: wish.overdue.then_some(true),
            ..Self::default()
        };
        match wish.status {
            Status::Completed => Self {
                completed_from: first,
                completed_to: last,
                ..listed
            },
            _ => Self {
                due_from: first,
                due_to: last,
                ..listed
            },
        }
    }

    /// Of `find_tasks`; `every` for all that fit, not only those that fit best.
    pub fn find(words: &str, wanted: Status, every: bool) -> Self {
        Self {
            words: Some(words.to_owned()),
            include_completed: (wanted != Status::Pending).then_some(true),
            every: every.then_some(true),
            ..Self::default()
        }
    }

    /// Of `update_task`, for a task as it is now.
    pub fn update(task: &WireTask, change: &Change, now: Moment) -> Self {
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
fn new_due(before: Option<Due>, change: &Change, moment: Moment) -> Option<Due> {
    let now = moment.local;
    if let Some(shift) = change.shift {
        let from = before.unwrap_or(Due {
            date: now.date(),
            time: matches!(shift, Shift::Minutes(_)).then(|| now.time().with_second(0).unwrap_or(now.time())),
        });
        return moved(from, shift);
    }
    let new = change.due.clone()?;
    match before {
        // "9pm London time" may be the next day here.
        Some(old) if change.time_only && old.date >= now.date() => match change.time {
            Some(time) => time.on(old.date, moment).or(Some(new)),
            None => Some(Due { date: old.date, ..new }),
        },
        // Another day, at the same time; but not at one that has passed when it is named.
        Some(Due { time: Some(time), .. }) if change.date_only && new.time.is_none() && new.date.and_time(time) > now => {
            Some(Due { time: Some(time), ..new })
        }
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
