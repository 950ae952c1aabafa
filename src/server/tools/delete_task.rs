//! `delete_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Scope, Tool, ToolContext, ToolError,
    task_json::{OneTask, TaskJson},
};
use crate::server::store::tasks;

pub(super) struct DeleteTask;

/// Arguments of `delete_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The task's id, from list_tasks or add_task.
    task_id: String,
}

#[async_trait]
impl Tool for DeleteTask {
    const NAME: &'static str = "delete_task";
    const DESCRIPTION: &'static str =
        "Deletes a task for good. Only when the person asks for a deletion; something that is done is completed instead.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Delete a task";
    const DESTRUCTIVE: bool = true;
    const REACH: Scope = Scope::Delete;
    type Args = Args;
    type Output = OneTask;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<OneTask, ToolError> {
        let id = super::task_id(&args.task_id)?;
        let task = tasks::get(context.connection, context.user, id).await?;
        tasks::delete(context.connection, context.user, id).await?;
        Ok(OneTask {
            task: TaskJson::from(&task),
        })
    }
}
