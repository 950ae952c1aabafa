//! The tools: the only place where an assistant changes a task. One tool, one file; the chat, MCP and HTTP share the [`Registry`].
//! What only programs outside get with them (keys for repeated calls, undo tokens, checked arguments) is in [`outside`].
//!
//! A tool declares what it is ([`Kind`]) and, from its typed arguments, what a call would do ([`Tool::plan`]): by that calls are weighed, never by
//! their names or the look of their arguments. Arguments that a tool does not have are refused at every door; those that come in another form
//! than the schema's are read where that is unambiguous ([`coerce`]).
//!
//! A tool takes the person from the session, never from its arguments. A failure that the model can act on is data
//! ([`ToolError::TellModel`]); only the other kind stops the turn.

mod add_task;
mod add_tasks;
pub mod coerce;
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
use uuid::Uuid;

use crate::{
    domain::{
        deed::{self, Deed, PlannedDeed, Weight},
        id::{TaskId, UserId},
        language::{self, Moment},
        quota::{Quota, Quotas},
        scope::Scopes,
        task::{Due, Task},
        text::{self, TextError},
        time::Clock,
    },
    server::{
        calendar::Calendar,
        recurrence,
        store::{
            StoreError,
            history::{self, ChangeSet, Origin},
            tasks::{self, Locked},
        },
    },
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
    /// What may be done.
    pub scopes: Scopes,
    /// Where the call came from.
    pub origin: Origin,
    /// How many tasks one person may have.
    pub most_tasks: u32,
    /// What the call has changed.
    pub changes: ChangeSet,
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

    /// Refuses deeds that go further than whoever calls may.
    fn permit(&self, deeds: &[PlannedDeed]) -> Result<(), ToolError> {
        match deed::lacking(self.scopes, deeds) {
            None => Ok(()),
            Some(scope) => Err(ToolError::Forbidden(scope)),
        }
    }

    /// Takes a task to change it.
    async fn lock(&mut self, task_id: &str) -> Result<Locked, ToolError> {
        Ok(tasks::lock(self.connection, self.user, self::task_id(task_id)?).await?)
    }

    /// Stores a new task, if there is room for it.
    async fn insert(&mut self, task: &Task) -> Result<(), ToolError> {
        if !tasks::has_room(self.connection, self.user, 1, self.most_tasks).await? {
            return Err(ToolError::Full(Quota::Tasks(self.most_tasks)));
        }
        Ok(tasks::insert(self.connection, self.user, task, &mut self.changes).await?)
    }

    /// Stores what a task is now.
    async fn update(&mut self, locked: &mut Locked, task: Task) -> Result<(), StoreError> {
        tasks::update(self.connection, self.user, locked, task, &mut self.changes).await
    }

    /// Completes a task; gives the next one of a task that comes back. See [`recurrence::complete`].
    async fn complete(&mut self, locked: &mut Locked) -> Result<Option<Task>, StoreError> {
        let (zone, new_id) = (self.calendar.zone, self.clock.task_id());
        recurrence::complete(self.connection, self.user, locked, self.now, zone, new_id, &mut self.changes).await
    }

    /// The titles of those of these tasks that there are.
    async fn titles(&mut self, ids: &[&str]) -> Result<Vec<String>, StoreError> {
        let ids: Vec<TaskId> = ids.iter().filter_map(|id| id.trim().parse().ok()).collect();
        let found = tasks::by_id(self.connection, self.user, &ids).await?;
        Ok(found.into_iter().map(|task| task.title).collect())
    }

    /// Keeps what a call has changed in the history. Gives the id by which it can be taken back, or `None` if nothing was changed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn keep(&mut self, tool: &str) -> Result<Option<Uuid>, StoreError> {
        let (id, changes) = (self.clock.ordered_uuid(), std::mem::take(&mut self.changes));
        history::keep(self.connection, self.user, id, tool, changes, &self.origin, self.now).await
    }
}

/// Why a call came to nothing.
#[derive(Debug)]
pub enum ToolError {
    /// The model can correct it: what is wrong and what to do, in English.
    TellModel(String),
    /// The call names a task that does not exist, or is somebody else's.
    NoSuchTask,
    /// It would go further than whoever calls may: this is lacking.
    Forbidden(Scope),
    /// This person has as much as one person may have.
    Full(Quota),
    /// The turn cannot go on.
    Stop(StoreError),
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NoSuchTask,
            StoreError::Conflict(what) => Self::TellModel(what.into()),
            other => Self::Stop(other),
        }
    }
}

impl ToolError {
    /// What the model is told; `Err` where the turn cannot go on.
    ///
    /// # Errors
    /// The failure of the store.
    pub fn for_model(self) -> Result<String, StoreError> {
        match self {
            Self::TellModel(what) => Ok(what),
            Self::NoSuchTask => Ok("There is no task with this id. Call list_tasks to get the ids, then try again.".into()),
            Self::Forbidden(scope) => Ok(format!("The access token lacks the scope {} for this.", scope.name())),
            Self::Full(quota) => Ok(quota.told()),
            Self::Stop(error) => Err(error),
        }
    }
}

/// What a tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only looks.
    Reads,
    /// It makes tasks.
    Adds,
    /// It changes tasks that there are.
    Changes,
    /// It puts tasks into the trash.
    Deletes,
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
    /// What it is.
    const KIND: Kind;
    /// Whether it can make something disappear: a task, or what a field said before.
    const DESTRUCTIVE: bool = false;
    /// Whether calling it twice with the same arguments changes no more than calling it once.
    const IDEMPOTENT: bool = true;
    /// How far a token must go to call it.
    const REACH: Scope;
    /// Whether the chat's model is offered it. Its list is kept small.
    const CHAT: bool = true;
    /// What it takes.
    type Args: DeserializeOwned + JsonSchema + Send + Sync;
    /// What it gives.
    type Output: Serialize + JsonSchema + Send;

    /// What a call would do. One that would fail does nothing. Tools that only look need not say so.
    ///
    /// # Errors
    /// See [`ToolError`].
    async fn plan(&self, _context: &mut ToolContext<'_>, _args: &Self::Args) -> Result<Vec<PlannedDeed>, ToolError> {
        debug_assert!(Self::KIND == Kind::Reads, "{} says what it would do", Self::NAME);
        Ok(Vec::new())
    }

    /// How much a call weighs that came to this result, whatever it was called with.
    fn weigh(result: &Value) -> Weight {
        let count = task_json::tasks_of(result).count();
        match Self::KIND {
            Kind::Reads => Weight::default(),
            Kind::Adds => Weight::added(count),
            Kind::Changes => Weight::changed(count),
            Kind::Deletes => Weight::deleted(count),
        }
    }

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
    fn kind(&self) -> Kind;
    fn changes(&self) -> bool {
        self.kind() != Kind::Reads
    }
    fn is_destructive(&self) -> bool;
    fn is_idempotent(&self) -> bool;
    fn reach(&self) -> Scope;
    fn is_for_chat(&self) -> bool;
    fn parameters(&self) -> Value;
    fn result(&self) -> Value;
    fn weigh(&self, result: &Value) -> Weight;
    async fn plan_call(&self, context: &mut ToolContext<'_>, args: Value) -> Result<Vec<PlannedDeed>, ToolError>;
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
    fn kind(&self) -> Kind {
        T::KIND
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
    fn weigh(&self, result: &Value) -> Weight {
        T::weigh(result)
    }
    async fn plan_call(&self, context: &mut ToolContext<'_>, args: Value) -> Result<Vec<PlannedDeed>, ToolError> {
        self.plan(context, &arguments::<T>(args)?).await
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
    /// How many tasks one person may have.
    pub most_tasks: u32,
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
            most_tasks: Quotas::default().tasks,
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

    /// What this tool is; `None` where there is none of this name.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.find(name).map(AnyTool::kind)
    }

    /// How much a call of this tool weighs that came to this result; a tool that there is not does nothing.
    pub fn weigh(&self, name: &str, result: &Value) -> Weight {
        self.find(name).map(|tool| tool.weigh(result)).unwrap_or_default()
    }

    /// Calls a tool with arguments as the chat's model wrote them.
    ///
    /// # Errors
    /// [`ToolError::TellModel`] for an unknown tool and for arguments that are no JSON object or do not fit; else what the tool says.
    pub async fn call(&self, name: &str, arguments: &str, context: &mut ToolContext<'_>) -> Result<Value, ToolError> {
        let (tool, args) = self.read(name, arguments)?;
        tool.call(context, args).await
    }

    /// What such a call would do. One that would be refused does nothing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn plan(&self, name: &str, arguments: &str, context: &mut ToolContext<'_>) -> Result<Vec<PlannedDeed>, StoreError> {
        let planned = match self.read(name, arguments) {
            Ok((tool, args)) if tool.changes() => tool.plan_call(context, args).await,
            _ => return Ok(Vec::new()),
        };
        planned.or_else(|error| error.for_model().map(|_| Vec::new()))
    }

    /// The tool, and its arguments as its own schema has them: nothing more, and nothing of another kind.
    fn read(&self, name: &str, arguments: &str) -> Result<(&dyn AnyTool, Value), ToolError> {
        let Some(tool) = self.find(name).filter(|tool| tool.is_for_chat()) else {
            let offered = self.tools.iter().filter(|tool| tool.is_for_chat());
            let names: Vec<&str> = offered.map(|tool| tool.name()).collect();
            return Err(ToolError::TellModel(format!(
                "There is no tool of this name. The tools are: {}.",
                names.join(", ")
            )));
        };
        let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
        let wrong = |what: &str| {
            ToolError::TellModel(format!(
                "The arguments of {name} are not a valid JSON object: {what}. Correct them and call it again."
            ))
        };
        let args: Value = serde_json::from_str(arguments).map_err(|error| wrong(&error.to_string()))?;
        let args = coerce::object(args).ok_or_else(|| wrong("it is another value"))?;
        let args = outside::read_arguments(outside::without_nulls(args), tool.parameters()).map_err(ToolError::TellModel)?;
        Ok((tool, Value::Object(args)))
    }

    fn find(&self, name: &str) -> Option<&dyn AnyTool> {
        self.tools.iter().find(|tool| tool.name() == name).map(AsRef::as_ref)
    }
}

/// Reads the arguments of a tool.
fn arguments<T: Tool>(args: Value) -> Result<T::Args, ToolError> {
    serde_json::from_value(args).map_err(|error| {
        ToolError::TellModel(format!(
            "The arguments of {} are wrong: {error}. Correct them and call it again.",
            T::NAME
        ))
    })
}

/// One deed done to the tasks with these ids, as far as there are such tasks.
async fn planned(context: &mut ToolContext<'_>, deed: Deed, ids: &[&str]) -> Result<Vec<PlannedDeed>, ToolError> {
    let titles = context.titles(ids).await?;
    Ok(vec![PlannedDeed { deed, titles }])
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
