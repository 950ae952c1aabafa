//! `delete_task`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Kind, Scope, Tool, ToolContext, ToolError,
    task_json::{OneTask, TaskJson},
};
use crate::{
    domain::deed::{Deed, PlannedDeed},
    server::store::tasks,
};

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
    const DESCRIPTION: &'static str = "Puts a task into the trash, where it stays for 30 days. Only when the person asks for a deletion; something that is done is completed \
         instead.";
    const KIND: Kind = Kind::Deletes;
    const TITLE: &'static str = "Delete a task";
    const DESTRUCTIVE: bool = true;
    const REACH: Scope = Scope::Delete;
    type Args = Args;
    type Output = OneTask;

    async fn plan(&self, context: &mut ToolContext<'_>, args: &Args) -> Result<Vec<PlannedDeed>, ToolError> {
        super::planned(context, Deed::Delete, &[&args.task_id]).await
    }

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<OneTask, ToolError> {
        let mut locked = context.lock(&args.task_id).await?;
        tasks::trash(context.connection, context.user, &mut locked, context.now, &mut context.changes).await?;
        Ok(OneTask {
            task: TaskJson::from(&locked.task),
        })
    }
}
