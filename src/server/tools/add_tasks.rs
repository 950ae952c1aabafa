//! `add_tasks`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Scope, Tool, ToolContext, ToolError,
    add_task::{self, AddTask},
    outside::BATCH_MAX,
    task_json::TaskJson,
};

pub(super) struct AddTasks;

/// Arguments of `add_tasks`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The tasks, 1 to 25, each as for add_task.
    tasks: Vec<add_task::Args>,
}

/// What `add_tasks` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that were added.
    added: Vec<TaskJson>,
    /// Those that were not, and why.
    failed: Vec<Failure>,
}

/// A task that was not added.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Failure {
    /// Its place in `tasks`, from 0.
    index: i64,
    /// What is wrong and what to do.
    error: String,
}

#[async_trait]
impl Tool for AddTasks {
    const NAME: &'static str = "add_tasks";
    const DESCRIPTION: &'static str = "Adds up to 25 tasks in one call. A task that cannot be added is reported in `failed` with its place and the reason; \
        the others are added all the same. Mend and send only those again.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Add several tasks";
    const IDEMPOTENT: bool = false;
    const REACH: Scope = Scope::Write;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        super::outside::check_batch("tasks", args.tasks.len())?;
        let (mut added, mut failed) = (Vec::new(), Vec::new());
        for (index, task) in args.tasks.into_iter().enumerate() {
            match AddTask.run(context, task).await {
                Ok(one) => added.push(one.task),
                Err(ToolError::TellModel(error)) => failed.push(Failure {
                    index: index as i64,
                    error,
                }),
                Err(stop) => return Err(stop),
            }
        }
        debug_assert!(added.len() + failed.len() <= BATCH_MAX);
        if added.is_empty() {
            let reasons: Vec<String> = failed
                .iter()
                .map(|failure| format!("[{}] {}", failure.index, failure.error))
                .collect();
            return Err(ToolError::TellModel(format!("No task was added. {}", reasons.join(" "))));
        }
        Ok(Output { added, failed })
    }
}
