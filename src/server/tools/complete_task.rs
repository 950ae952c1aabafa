//! `complete_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kind, Scope, Tool, ToolContext, ToolError, task_json::TaskJson};
use crate::domain::deed::{Deed, PlannedDeed};

pub(super) struct CompleteTask;

/// Arguments of `complete_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The task's id, from list_tasks or add_task.
    task_id: String,
}

/// What `complete_task` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The task.
    pub task: TaskJson,
    /// Of a task that comes back: the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<TaskJson>,
}

#[async_trait]
impl Tool for CompleteTask {
    const NAME: &'static str = "complete_task";
    const DESCRIPTION: &'static str = "Marks a task as completed. Completing a completed task again changes nothing. A task that repeats is made anew for its \
        next date, which is given as `next`.";
    const KIND: Kind = Kind::Changes;
    const TITLE: &'static str = "Complete a task";
    const REACH: Scope = Scope::Write;
    type Args = Args;
    type Output = Output;

    async fn plan(&self, context: &mut ToolContext<'_>, args: &Args) -> Result<Vec<PlannedDeed>, ToolError> {
        super::planned(context, Deed::Complete, &[&args.task_id]).await
    }

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let mut locked = context.lock(&args.task_id).await?;
        let next = context.complete(&mut locked).await?;
        Ok(Output {
            task: TaskJson::from(&locked.task),
            next: next.as_ref().map(TaskJson::from),
        })
    }
}
