//! The tools: the only place where an assistant changes a task. One tool, one file; the chat, MCP and HTTP share the [`Registry`].
//! What only programs outside get with them (keys for repeated calls, undo tokens, checked arguments) is in [`outside`].
//!
//! A tool takes the person from the session, never from its arguments. A failure that the model can act on is data
//! ([`ToolError::TellModel`]); only the other kind stops the turn.

mod add_task;
mod add_tasks;
mod complete_task;
mod complete_tasks;
mod delete_task;
mod find_tasks;
mod list_tasks;
pub mod outside;
mod prose;
pub mod schema;
pub mod task_json;
mod undo;
mod update_task;

pub use crate::domain::scope::Scope;
pub use add_task::AddTask;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::PgConnection;

use crate::{
    domain::{
        id::{TaskId, UserId},
        language::{self, Moment},
        task::{Due, Task},
        text::{self, TextError},
        time::Clock,
    },
    server::{calendar::Calendar, recurrence, store::StoreError},
};

/// Everything a tool may use.
pub struct ToolContext<'a> {
    /// The transaction of the call.
    pub connection: &'a mut PgConnection,
    /// Whose tasks.
    pub user: UserId,
    /// Their calendar.
    pub calendar: Calendar,
    /// Now, UTC.
    pub now: DateTime<Utc>,
    /// New ids.
    pub clock: &'a dyn Clock,
}

impl ToolContext<'_> {
    /// Now, on the person's clock.
    pub fn local_now(&self) -> NaiveDateTime {
        self.calendar.local(self.now)
    }

    /// Now, as words for dates are read.
    fn moment(&self) -> Moment {
        self.calendar.moment(self.now)
    }

    /// Completes a task; gives the next one of a task that comes back. See [`recurrence::complete`].
    async fn complete(&mut self, task: &mut Task) -> Result<Option<Task>, StoreError> {
        let (zone, new_id) = (self.calendar.zone, self.clock.task_id());
        recurrence::complete(self.connection, self.user, task, self.now, zone, new_id).await
    }
}

/// Why a call came to nothing.
#[derive(Debug)]
pub enum ToolError {
    /// The model can mend it: what is wrong and what to do, in English.
    TellModel(String),
    /// The turn cannot go on.
    Stop(StoreError),
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => {
                Self::TellModel("There is no task with this id. Call list_tasks to get the ids, then try again.".into())
            }
            StoreError::Conflict(what) => Self::TellModel(what.into()),
            other => Self::Stop(other),
        }
    }
}

/// A tool with typed arguments and results.
#[async_trait]
pub trait Tool: Send + Sync + 'static {
    /// Its name on the wire.
    const NAME: &'static str;
    /// What it does and when to use it, for the model.
    const DESCRIPTION: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// Whether it can change tasks.
    const CHANGES: bool;
    /// Whether it can make something disappear: a task, or what a field said before.
    const DESTRUCTIVE: bool = false;
    /// Whether calling it twice with the same arguments changes no more than calling it once.
    const IDEMPOTENT: bool = true;
    /// How far a token must go to call it.
    const REACH: Scope;
    /// Whether the chat's model is offered it. Its list is kept small.
    const CHAT: bool = true;
    /// What it takes.
    type Args: DeserializeOwned + JsonSchema + Send;
    /// What it gives.
    type Output: Serialize + JsonSchema + Send;

    /// Does it, as this person.
    ///
    /// # Errors
    /// See [`ToolError`].
    async fn run(&self, context: &mut ToolContext<'_>, args: Self::Args) -> Result<Self::Output, ToolError>;
}

/// A tool without its types.
#[async_trait]
trait AnyTool: Send + Sync {
    fn name(&self) -> &'static str;
    fn description(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn changes(&self) -> bool;
    fn is_destructive(&self) -> bool;
    fn is_idempotent(&self) -> bool;
    fn reach(&self) -> Scope;
    fn is_for_chat(&self) -> bool;
    fn parameters(&self) -> Value;
    fn result(&self) -> Value;
    async fn call(&self, context: &mut ToolContext<'_>, args: Value) -> Result<Value, ToolError>;
}

#[async_trait]
impl<T: Tool> AnyTool for T {
    fn name(&self) -> &'static str {
        T::NAME
    }
    fn description(&self) -> &'static str {
        T::DESCRIPTION
    }
    fn title(&self) -> &'static str {
        T::TITLE
    }
    fn changes(&self) -> bool {
        T::CHANGES
    }
    fn is_destructive(&self) -> bool {
        T::DESTRUCTIVE
    }
    fn is_idempotent(&self) -> bool {
        T::IDEMPOTENT
    }
    fn reach(&self) -> Scope {
        T::REACH
    }
    fn is_for_chat(&self) -> bool {
        T::CHAT
    }
    fn parameters(&self) -> Value {
        schema::plain::<T::Args>()
    }
    fn result(&self) -> Value {
        schema::plain::<T::Output>()
    }
    async fn call(&self, context: &mut ToolContext<'_>, args: Value) -> Result<Value, ToolError> {
        let output = self.run(context, arguments::<T>(args)?).await?;
        serde_json::to_value(output).map_err(|error| ToolError::Stop(StoreError::Other(Box::new(error))))
    }
}

/// What is told of a tool.
#[derive(Debug, Clone)]
pub struct ToolInfo {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// The schema of its arguments, in the subset that Gemini takes.
    pub parameters: Value,
}

/// All tools, in the order in which they are offered.
#[derive(Clone)]
pub struct Registry {
    tools: Arc<[Box<dyn AnyTool>]>,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            tools: Arc::new([
                Box::new(add_task::AddTask),
                Box::new(add_tasks::AddTasks),
                Box::new(list_tasks::ListTasks),
                Box::new(find_tasks::FindTasks),
                Box::new(complete_task::CompleteTask),
                Box::new(complete_tasks::CompleteTasks),
                Box::new(update_task::UpdateTask),
                Box::new(delete_task::DeleteTask),
                Box::new(undo::Undo),
            ]),
        }
    }
}

impl Registry {
    /// What the chat's model is told.
    pub fn infos(&self) -> Vec<ToolInfo> {
        self.tools
            .iter()
            .filter(|tool| tool.is_for_chat())
            .map(|tool| ToolInfo {
                name: tool.name(),
                description: tool.description(),
                parameters: tool.parameters(),
            })
            .collect()
    }

    /// Whether calling this tool can change tasks.
    pub fn changes(&self, name: &str) -> bool {
        self.find(name).is_some_and(AnyTool::changes)
    }

    /// Calls a tool with arguments as the chat's model wrote them.
    ///
    /// # Errors
    /// [`ToolError::TellModel`] for an unknown tool and for arguments that are no JSON object or do not fit; else what the tool says.
    pub async fn call(&self, name: &str, arguments: &str, context: &mut ToolContext<'_>) -> Result<Value, ToolError> {
        let Some(tool) = self.find(name).filter(|tool| tool.is_for_chat()) else {
            let offered = self.tools.iter().filter(|tool| tool.is_for_chat());
            let names: Vec<&str> = offered.map(|tool| tool.name()).collect();
            return Err(ToolError::TellModel(format!(
                "There is no tool of this name. The tools are: {}.",
                names.join(", ")
            )));
        };
        let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
        let args: Value = serde_json::from_str(arguments).map_err(|error| {
            ToolError::TellModel(format!(
                "The arguments of {name} are no valid JSON: {error}. Mend them and call it again."
            ))
        })?;
        tool.call(context, args).await
    }

    fn find(&self, name: &str) -> Option<&dyn AnyTool> {
        self.tools.iter().find(|tool| tool.name() == name).map(AsRef::as_ref)
    }
}

/// Reads the arguments of a tool.
fn arguments<T: Tool>(args: Value) -> Result<T::Args, ToolError> {
    serde_json::from_value(args).map_err(|error| {
        ToolError::TellModel(format!(
            "The arguments of {} are wrong: {error}. Mend them and call it again.",
            T::NAME
        ))
    })
}

/// Reads a task's id from an argument.
fn task_id(text: &str) -> Result<TaskId, ToolError> {
    text.trim().parse().map_err(|_| StoreError::NotFound.into())
}

/// Reads a title from an argument.
fn title(title: &str) -> Result<String, ToolError> {
    text::line(title, crate::domain::task::TITLE_MAX).map_err(|error| {
        ToolError::TellModel(match error {
            TextError::Blank => "The title is empty. Give the task a title.".into(),
            TextError::TooLong => format!(
                "The title is longer than {} characters. Shorten it; details go into notes.",
                crate::domain::task::TITLE_MAX
            ),
        })
    })
}

/// Reads notes from an argument; empty ones are none.
fn notes(notes: &str) -> Result<Option<String>, ToolError> {
    let cleaned = text::clean(notes).trim().to_owned();
    if cleaned.chars().count() > crate::domain::task::NOTES_MAX {
        return Err(ToolError::TellModel(format!(
            "The notes are longer than {} characters. Shorten them.",
            crate::domain::task::NOTES_MAX
        )));
    }
    Ok(if cleaned.is_empty() { None } else { Some(cleaned) })
}

/// Reads a recurrence from an argument, in words or as a rule of RFC 5545: the rule, and the date on which it begins. `due` is the date of
/// the task, where it has one.
fn repeat(words: &str, due: Option<&Due>, context: &ToolContext<'_>) -> Result<(String, Option<Due>), ToolError> {
    let now = context.local_now();
    let (rule, said) = match language::resolve_repeat(words).filter(|_| !words.to_ascii_uppercase().contains("FREQ=")) {
        Some(repeat) => {
            let said = language::resolve_due(words, context.moment()).ok();
            let first = due.or(said.as_ref()).map_or(now.date(), |first| first.date);
            (repeat.beginning(first).to_string(), said)
        }
        None => (words.to_owned(), None),
    };
    let rule = recurrence::rule_of_person(&rule, now.date(), context.calendar.week_start).map_err(|error| {
        ToolError::TellModel(format!(
            "The recurrence \"{}\" was not understood: {error}. Write it as a rule of RFC 5545, for example FREQ=WEEKLY;BYDAY=MO,TH.",
            words.chars().take(100).collect::<String>()
        ))
    })?;
    let first = recurrence::first(&rule, now.date()).map(|date| Due { date, time: None });
    Ok((rule, said.or(first)))
}

/// Reads a due date from an argument, in words or ISO 8601.
fn due(words: &str, context: &ToolContext<'_>) -> Result<Due, ToolError> {
    language::resolve_due(words, context.moment()).map_err(|error| {
        ToolError::TellModel(format!(
            "The due date \"{words}\" was not understood: {error}. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM."
        ))
    })
}
