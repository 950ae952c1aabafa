//! `undo`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Scope, Tool, ToolContext, ToolError, task_json::TaskJson};
use crate::server::store::undos::{self, Undone};

/// What an undo token begins with.
const PREFIX: &str = "undo_";

pub(super) struct Undo;

/// A token for the change that is kept under this id.
pub(super) fn token(id: Uuid) -> String {
    format!("{PREFIX}{}", id.simple())
}

/// Arguments of `undo`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The undo_token that complete_task, complete_tasks, update_task or delete_task gave.
    undo_token: String,
}

/// What `undo` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that are as they were.
    restored: Vec<TaskJson>,
    /// The ids of tasks that the change had made and that are gone now.
    removed: Vec<String>,
}

#[async_trait]
impl Tool for Undo {
    const NAME: &'static str = "undo";
    const DESCRIPTION: &'static str = "Takes a completion, a change or a deletion back, with the undo_token that it gave. Works for 24 hours, once, and \
        only as long as the task was not changed again since.";
    const CHANGES: bool = true;
    const TITLE: &'static str = "Undo a change";
    const IDEMPOTENT: bool = false;
    const REACH: Scope = Scope::Write;
    const CHAT: bool = false;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let id = args.undo_token.trim().strip_prefix(PREFIX).and_then(|id| Uuid::try_parse(id).ok());
        let undone = match id {
            Some(id) => undos::take_back(context.connection, context.user, id, context.now).await?,
            None => Undone::Unknown,
        };
        match undone {
            Undone::Done { restored, removed } => Ok(Output {
                restored: restored.iter().map(TaskJson::from).collect(),
                removed: removed.iter().map(ToString::to_string).collect(),
            }),
            Undone::Unknown => Err(ToolError::TellModel(
                "There is nothing to undo under this token: it is wrong, was used already, or is older than 24 hours. Look with list_tasks \
                 how things are, and set them right with update_task or add_task."
                    .into(),
            )),
            Undone::ChangedSince(task) => Err(ToolError::TellModel(format!(
                "The task {task} was changed again since, so this cannot be undone. Look with list_tasks how it is now, and set it right with \
                 update_task."
            ))),
        }
    }
}
