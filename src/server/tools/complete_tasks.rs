//! `complete_tasks`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Kind, Scope, Tool, ToolContext, ToolError, complete_task::CompleteTask, task_json::TaskJson};
use crate::domain::deed::{Deed, PlannedDeed};

pub(super) struct CompleteTasks;

/// Arguments of `complete_tasks`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The ids of the tasks, 1 to 25, from list_tasks or find_tasks.
    task_ids: Vec<String>,
}

/// What `complete_tasks` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that are completed now.
    completed: Vec<TaskJson>,
    /// Of those that come back: the next ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    next: Vec<TaskJson>,
    /// Those that are not, and why.
    failed: Vec<Failure>,
}

/// A task that was not completed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Failure {
    /// The id that was given.
    task_id: String,
    /// What is wrong and what to do.
    error: String,
}

#[async_trait]
impl Tool for CompleteTasks {
    const NAME: &'static str = "complete_tasks";
    const DESCRIPTION: &'static str = "Marks up to 25 tasks as completed in one call. An id that does not fit is reported in `failed`; the others are \
        completed all the same.";
    const KIND: Kind = Kind::Changes;
    const TITLE: &'static str = "Complete several tasks";
    const REACH: Scope = Scope::Write;
    const CHAT: bool = false;
    type Args = Args;
    type Output = Output;

    async fn plan(&self, context: &mut ToolContext<'_>, args: &Args) -> Result<Vec<PlannedDeed>, ToolError> {
        let ids: Vec<&str> = args.task_ids.iter().map(String::as_str).collect();
        super::planned(context, Deed::Complete, &ids).await
    }

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        super::outside::check_batch("task_ids", args.task_ids.len())?;
        let (mut completed, mut next, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for task_id in args.task_ids {
            let one = super::arguments::<CompleteTask>(json!({ "task_id": task_id }))?;
            match CompleteTask.run(context, one).await {
                Ok(one) => {
                    completed.push(one.task);
                    next.extend(one.next);
                }
                Err(error) => failed.push(Failure {
                    task_id,
                    error: error.for_model().map_err(ToolError::Stop)?,
                }),
            }
        }
        if completed.is_empty() {
            let ids: Vec<String> = failed.iter().map(|failure| format!("\"{}\"", failure.task_id)).collect();
            return Err(ToolError::TellModel(format!(
                "No task was completed: there is no task with the id {}. Call list_tasks or find_tasks to get the ids, then try again.",
                ids.join(" or ")
            )));
        }
        Ok(Output { completed, next, failed })
    }
}
