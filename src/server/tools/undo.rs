//! `undo`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Kind, Scope, Tool, ToolContext, ToolError, task_json::TaskJson};
use crate::{
    domain::{
        deed::{Deed, PlannedDeed, Weight},
        task::Task,
    },
    server::store::history::{self, Undone, Which},
};

pub(super) struct Undo;

/// Arguments of `undo`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// The undo_token that a change gave. In a conversation it may be left out: then the newest change of this conversation is taken back.
    #[serde(default)]
    undo_token: Option<String>,
}

/// What `undo` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that are as they were.
    restored: Vec<TaskJson>,
    /// The ids of tasks that the change had made and that are gone now.
    removed: Vec<String>,
    /// Their titles, in the same order.
    removed_titles: Vec<String>,
}

impl Args {
    /// Which change is meant; `None` where the token is none of ours.
    fn which(&self, context: &ToolContext<'_>) -> Result<Option<Which>, ToolError> {
        match (self.undo_token.as_deref(), context.origin.thread) {
            (Some(token), _) => Ok(history::id_of(token).map(Which::One)),
            (None, Some(thread)) => Ok(Some(Which::NewestOf(thread))),
            (None, None) => Err(ToolError::TellModel("`undo_token` is missing. Give it and call again.".into())),
        }
    }
}

#[async_trait]
impl Tool for Undo {
    const NAME: &'static str = "undo";
    const DESCRIPTION: &'static str = "Takes a change of tasks back (adding, completing, changing, deleting), when the person asks for it. Works for 30 \
        days, once, and only as long as the tasks were not changed again since.";
    const KIND: Kind = Kind::Changes;
    const TITLE: &'static str = "Undo a change";
    const DESTRUCTIVE: bool = true;
    const IDEMPOTENT: bool = false;
    const REACH: Scope = Scope::Write;
    type Args = Args;
    type Output = Output;

    async fn plan(&self, context: &mut ToolContext<'_>, args: &Args) -> Result<Vec<PlannedDeed>, ToolError> {
        let Some(which) = args.which(context)? else {
            return Ok(Vec::new());
        };
        let (restored, removed) = history::would_undo(context.connection, context.user, which, context.now).await?;
        let planned = |deed, tasks: Vec<Task>| PlannedDeed {
            deed,
            titles: tasks.into_iter().map(|task| task.title).collect(),
        };
        Ok(vec![planned(Deed::Restore, restored), planned(Deed::Unmake, removed)])
    }

    fn weigh(result: &Value) -> Weight {
        let count = |name| result.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        Weight::changed(count("restored")) + Weight::deleted(count("removed"))
    }

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        // It goes as far as what it takes back: without the scope for deletions, nobody takes back what made a task.
        let deeds = self.plan(context, &args).await?;
        context.permit(&deeds)?;
        let new_id = context.clock.ordered_uuid();
        let undone = match args.which(context)? {
            Some(which) => history::undo(context.connection, context.user, which, new_id, &context.origin, context.now).await?,
            None => Undone::Unknown,
        };
        match undone {
            Undone::Done { restored, removed } => Ok(Output {
                restored: restored.iter().map(TaskJson::from).collect(),
                removed: removed.iter().map(|task| task.id.to_string()).collect(),
                removed_titles: removed.into_iter().map(|task| task.title).collect(),
            }),
            Undone::Unknown if args.undo_token.is_none() => {
                Err(ToolError::TellModel("There is nothing to undo in this conversation.".into()))
            }
            Undone::Unknown => Err(ToolError::TellModel(
                "There is nothing to undo under this token: it is wrong, was used already, or is older than 30 days. Look with list_tasks \
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
