//! `find_tasks`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reach, Tool, ToolContext, ToolError, task_json::TaskJson};
use crate::{
    domain::{
        language,
        task::{Task, TaskStatus},
        text,
    },
    server::store::tasks::{self, TaskFilter},
};

/// So many tasks are looked at: the pending ones first, then the newest of the completed ones.
const LOOKED_AT: i64 = 2000;
/// So many are given; more than that is no answer to "which one?".
const GIVEN: usize = 10;
/// The longest description of a task, in characters.
const WORDS_MAX: usize = 500;

pub(super) struct FindTasks;

/// Arguments of `find_tasks`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// What the person calls the task, in their words: "the milk thing", "bijli ka bill", "دودھ".
    words: String,
    /// Whether completed tasks are looked at too; only pending ones if absent.
    #[serde(default)]
    include_completed: Option<bool>,
}

/// What `find_tasks` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that fit best. One: that is it. Several: ask the person which. None: nothing fits.
    tasks: Vec<TaskJson>,
}

#[async_trait]
impl Tool for FindTasks {
    const NAME: &'static str = "find_tasks";
    const DESCRIPTION: &'static str = "Finds the task that a person means by what they call it, whatever spelling, inflection or script (English, Roman \
        Urdu, Urdu). Gives the best fits, at most 10; several that fit equally well mean that the person should be asked.";
    const CHANGES: bool = false;
    const TITLE: &'static str = "Find a task by its words";
    const REACH: Reach = Reach::Read;
    const CHAT: bool = false;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let words = text::line(&args.words, WORDS_MAX).map_err(|_| {
            ToolError::TellModel(format!(
                "`words` must have 1 to {WORDS_MAX} characters: a few words of the task's title."
            ))
        })?;
        let filter = TaskFilter {
            status: (!args.include_completed.unwrap_or(false)).then_some(TaskStatus::Pending),
            limit: LOOKED_AT,
            ..TaskFilter::default()
        };
        let all = tasks::list(context.connection, context.user, &filter).await?;
        let titles: Vec<&str> = all.iter().map(|task| task.title.as_str()).collect();
        let mut found: Vec<&Task> = language::find_matches(&words, &titles).into_iter().map(|at| &all[at]).collect();
        if found.is_empty() {
            // A part of a word, or a word of the notes.
            let wanted = words.to_lowercase();
            let has = |text: &str| text.to_lowercase().contains(&wanted);
            found.extend(all.iter().filter(|task| has(&task.title) || task.notes.as_deref().is_some_and(has)));
        }
        Ok(Output {
            tasks: found.into_iter().take(GIVEN).map(TaskJson::from).collect(),
        })
    }
}
