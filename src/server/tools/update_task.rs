//! `update_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Scope, Tool, ToolContext, ToolError, add_task::priority_schema, task_json::TaskJson};
use crate::{
    domain::{
        language,
        task::{Priority, TaskStatus},
    },
    server::store::tasks,
};

pub(super) struct UpdateTask;

/// Arguments of `update_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The task's id, from list_tasks or add_task.
    task_id: String,
    /// The new title.
    #[serde(default)]
    title: Option<String>,
    /// The new notes; an empty text removes them.
    #[serde(default)]
    notes: Option<String>,
    /// The new due date (YYYY-MM-DD, YYYY-MM-DDTHH:MM or words); "none" removes it.
    #[serde(default)]
    due: Option<String>,
    /// The new priority.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    priority: Option<Priority>,
    /// How often it comes back: words ("every Friday", "rozana") or a rule of RFC 5545; "none" stops it.
    #[serde(default)]
    repeat: Option<String>,
    /// "pending" opens a completed task again; "completed" completes it.
    #[serde(default)]
    #[schemars(schema_with = "status_schema")]
    status: Option<TaskStatus>,
}

fn status_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": ["pending", "completed"] })
}

/// What `update_task` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The task as it is now.
    task: TaskJson,
    /// The names of the fields that are other than before.
    changed: Vec<&'static str>,
    /// Of a task that comes back and was completed: the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<TaskJson>,
}

#[async_trait]
impl Tool for UpdateTask {
    const NAME: &'static str = "update_task";
    const DESCRIPTION: &'static str =
        "Changes the title, notes, due date, recurrence, priority or status of a task. Fields that are left out stay as they are.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Change a task";
    const DESTRUCTIVE: bool = true;
    const REACH: Scope = Scope::Write;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let before = tasks::get(context.connection, context.user, super::task_id(&args.task_id)?).await?;
        let given = [&args.title, &args.notes, &args.due, &args.repeat]
            .iter()
            .any(|field| field.is_some());
        if !given && args.priority.is_none() && args.status.is_none() {
            return Err(ToolError::TellModel(
                "Nothing to change was given: name at least one of title, notes, due, repeat, priority, status. \"none\", not null, takes a due \
                 date or a recurrence away."
                    .into(),
            ));
        }
        let mut task = before.clone();
        if let Some(title) = args.title {
            task.title = super::title(&title)?;
        }
        if let Some(notes) = args.notes {
            task.notes = super::notes(&notes)?;
        }
        if let Some(words) = args.due {
            task.due = match words.trim() {
                "" | "none" | "null" => None,
                words => Some(super::due(words, context)?),
            };
            if task.due.is_none() && args.repeat.is_none() {
                // Without a date there is nothing to count from.
                task.repeat = None;
            }
        }
        if let Some(words) = args.repeat {
            match words.trim() {
                "" | "none" | "null" | "never" => task.repeat = None,
                words if language::stops_repeating(words) => task.repeat = None,
                words => {
                    let (rule, first) = super::repeat(words, task.due.as_ref(), context)?;
                    task.repeat = Some(rule);
                    task.due = task.due.or(first);
                }
            }
        }
        if task.due != before.due {
            task.zone = task.due.as_ref().map(|_| context.calendar.zone.name().to_owned());
        }
        if let Some(priority) = args.priority {
            task.priority = priority;
        }
        let completes = args.status == Some(TaskStatus::Completed) && before.status == TaskStatus::Pending;
        if args.status == Some(TaskStatus::Pending) {
            (task.status, task.completed_at) = (TaskStatus::Pending, None);
        }
        let mut changed = Vec::new();
        for (name, is_other) in [
            ("title", task.title != before.title),
            ("notes", task.notes != before.notes),
            ("due", task.due != before.due),
            ("repeat", task.repeat != before.repeat),
            ("priority", task.priority != before.priority),
            ("status", completes || task.status != before.status),
        ] {
            if is_other {
                changed.push(name);
            }
        }
        if !changed.is_empty() {
            task.updated_at = context.now;
            tasks::update(context.connection, context.user, &task).await?;
        }
        let next = if completes { context.complete(&mut task).await? } else { None };
        Ok(Output {
            task: TaskJson::from(&task),
            changed,
            next: next.as_ref().map(TaskJson::from),
        })
    }
}
