//! `add_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Scope, Tool, ToolContext, ToolError,
    task_json::{OneTask, TaskJson},
};
use crate::{
    domain::task::{Priority, Task},
    server::store::tasks,
};

/// The tool.
pub struct AddTask;

/// Arguments of `add_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// What is to be done, in the person's own words and script, without the date. At most 500 characters.
    title: String,
    /// Details that do not belong in the title. At most 10000 characters.
    #[serde(default)]
    notes: Option<String>,
    /// When it is due: YYYY-MM-DD, or YYYY-MM-DDTHH:MM if a time was named, or the person's words ("tomorrow at 5pm", "kal subah 9 baje").
    #[serde(default)]
    due: Option<String>,
    /// How urgent it is: p1 (urgent) to p4 (the default).
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    priority: Option<Priority>,
    /// How often it comes back: the person's words ("every Friday", "har mahine ki 5 tareekh") or a rule of RFC 5545 (FREQ=WEEKLY;BYDAY=FR).
    #[serde(default)]
    repeat: Option<String>,
}

/// `p1` to `p4` as a plain enumeration.
pub(super) fn priority_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": ["p1", "p2", "p3", "p4"] })
}

#[async_trait]
impl Tool for AddTask {
    const NAME: &'static str = "add_task";
    const DESCRIPTION: &'static str = "Adds one task for the person. Call it once for each task. Only for things that are to be done, not for things \
        that the person says are done already.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Add a task";
    const IDEMPOTENT: bool = false;
    const REACH: Scope = Scope::Write;
    type Args = Args;
    type Output = OneTask;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<OneTask, ToolError> {
        let mut due = match args.due.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(words) => Some(super::due(words, context)?),
        };
        let repeat = match args.repeat.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(words) => {
                let (rule, first) = super::repeat(words, due.as_ref(), context)?;
                due = due.or(first);
                Some(rule)
            }
        };
        let (id, title, zone) = (context.clock.task_id(), super::title(&args.title)?, context.calendar.zone.name());
        let task = Task {
            notes: super::notes(args.notes.as_deref().unwrap_or_default())?,
            priority: args.priority.unwrap_or_default(),
            repeat,
            ..Task::new(id, title, due, zone, context.now)
        };
        tasks::insert(context.connection, context.user, &task).await?;
        Ok(OneTask {
            task: TaskJson::from(&task),
        })
    }
}
