//! `list_tasks`.

use async_trait::async_trait;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kind, Scope, Tool, ToolContext, ToolError, add_task::priority_schema, task_json::TaskJson};
use crate::{
    domain::task::{Priority, TaskStatus},
    server::store::{
        StoreError,
        tasks::{self, TaskFilter},
    },
};

pub(super) struct ListTasks;

/// Arguments of `list_tasks`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Args {
    /// Which tasks; pending ones if absent.
    #[serde(default)]
    #[schemars(schema_with = "status_schema")]
    status: Option<Status>,
    /// Only tasks due on this day or later: YYYY-MM-DD or words ("today").
    #[serde(default)]
    due_from: Option<String>,
    /// Only tasks due on this day or earlier: YYYY-MM-DD or words ("tomorrow").
    #[serde(default)]
    due_to: Option<String>,
    /// Only pending tasks whose time has passed, to the minute.
    #[serde(default)]
    overdue: Option<bool>,
    /// Only tasks that were completed on this day or later: YYYY-MM-DD.
    #[serde(default)]
    completed_from: Option<String>,
    /// Only tasks that were completed on this day or earlier: YYYY-MM-DD.
    #[serde(default)]
    completed_to: Option<String>,
    /// Only tasks of this priority.
    #[serde(default)]
    #[schemars(schema_with = "priority_schema")]
    priority: Option<Priority>,
    /// Only tasks with these letters in the title or the notes.
    #[serde(default)]
    query: Option<String>,
    /// How many at the most, 0 to 100; 50 if absent. 0 only counts them.
    #[serde(default)]
    limit: Option<i64>,
    /// The `after` of the page before, to get the next one.
    #[serde(default)]
    after: Option<String>,
}

/// Which tasks.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All.
    All,
    /// Still to do.
    Pending,
    /// Done.
    Completed,
}

fn status_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": ["all", "pending", "completed"] })
}

/// What `list_tasks` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks of this page.
    tasks: Vec<TaskJson>,
    /// How many tasks there are in all, on this page and elsewhere; left out of the pages behind the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// Whether there are more behind them.
    has_more: bool,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[async_trait]
impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const DESCRIPTION: &'static str = "Lists the person's tasks with their ids, due dates and status. Call it before completing, changing or deleting a \
        task whose id you do not know.";
    const KIND: Kind = Kind::Reads;
    const TITLE: &'static str = "List tasks";
    const REACH: Scope = Scope::Read;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let limit = args.limit.unwrap_or(50).clamp(0, 100);
        let filter = TaskFilter {
            status: match args.status.unwrap_or(Status::Pending) {
                Status::All => None,
                Status::Pending => Some(TaskStatus::Pending),
                Status::Completed => Some(TaskStatus::Completed),
            },
            due_from: day(args.due_from, context)?,
            due_to: day(args.due_to, context)?,
            overdue_at: args.overdue.unwrap_or(false).then(|| context.local_now()),
            completed_from: day(args.completed_from, context)?.map(|day| context.calendar.begins(day)),
            completed_before: day(args.completed_to, context)?
                .and_then(|day| day.succ_opt())
                .map(|day| context.calendar.begins(day)),
            priority: args.priority,
            query: args.query.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty()),
            after: match args.after.as_deref().map(|after| after.trim().parse()) {
                None => None,
                Some(after) => Some(after.map_err(|_| no_such_place())?),
            },
            limit,
        };
        let found = tasks::list(context.connection, context.user, &filter).await;
        let mut found = match found {
            Err(StoreError::NotFound) => return Err(no_such_place()),
            found => found?,
        };
        let has_more = found.len() as i64 > limit;
        found.truncate(limit as usize);
        let after = if has_more {
            found.last().map(|task| task.id.to_string())
        } else {
            None
        };
        let total = match filter.after {
            None if has_more => Some(tasks::count(context.connection, context.user, &filter).await?),
            None => Some(found.len() as i64),
            Some(_) => None,
        };
        // Where they are only counted, there is no next page.
        let has_more = has_more && limit > 0;
        Ok(Output {
            total,
            tasks: found.iter().map(TaskJson::from).collect(),
            has_more,
            after,
        })
    }
}

fn no_such_place() -> ToolError {
    ToolError::TellModel("There is no task behind this `after`. Call list_tasks without it.".into())
}

fn day(words: Option<String>, context: &ToolContext<'_>) -> Result<Option<NaiveDate>, ToolError> {
    match words.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(words) => match words.parse() {
            Ok(date) => Ok(Some(date)),
            Err(_) => Ok(Some(super::due(words, context)?.date)),
        },
    }
}
