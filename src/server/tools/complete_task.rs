//! `complete_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Reach, Tool, ToolContext, ToolError,
    task_json::{OneTask, TaskJson},
};
use crate::{domain::task::TaskStatus, server::store::tasks};

pub(super) struct CompleteTask;

/// Arguments of `complete_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The task's id, from list_tasks or add_task.
    task_id: String,
}

#[async_trait]
impl Tool for CompleteTask {
    const NAME: &'static str = "complete_task";
    const DESCRIPTION: &'static str = "Marks a task as completed. Completing a completed task again changes nothing.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Complete a task";
    const REACH: Reach = Reach::Write;
    type Args = Args;
    type Output = OneTask;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<OneTask, ToolError> {
        let mut task = tasks::get(context.connection, context.user, super::task_id(&args.task_id)?).await?;
        if task.status == TaskStatus::Pending {
            task.status = TaskStatus::Completed;
            task.completed_at = Some(context.now);
            task.updated_at = context.now;
            tasks::update(context.connection, context.user, &task).await?;
        }
        Ok(OneTask {
            task: TaskJson::from(&task),
        })
    }
}
