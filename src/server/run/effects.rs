//! Tools within a run. Which calls must wait for the person is decided here, too.
//!
//! How tools run: a call's effect and its line in the journal are one transaction, fenced by the lease's epoch. A call that is in the
//! journal already gives the result that it had.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    chat_tools::{self, ASK_PERSON, AskPerson, DEEDS, OPEN_TASK, OpenTask},
    fail_point::fail_point,
    leave::Leave,
    patience::patiently,
};
use crate::{
    domain::{
        deed::{self, PlannedDeed, Weight},
        id::{ItemId, TaskId},
        locale::Script,
        scope::Scopes,
        task::Task,
        texts::{self, Consent},
        time::Clock,
    },
    server::{
        agent::{AgentFailure, Effect, Effects, ONE_AT_A_TIME, ToolRound, Wait, with_task},
        calendar::Calendar,
        model::{Message, ToolCall},
        store::{
            Store, StoreError,
            history::{ChangeSet, Origin},
            journal::{EffectRow, effect_of, keep_effect, results_about},
            runs::RunKey,
            tasks,
        },
        tools::{
            Kind, Registry, ToolContext, ToolError,
            task_json::{TaskJson, tasks_of},
        },
    },
};

pub(super) struct RunEffects {
    pub store: Store,
    pub tools: Registry,
    pub clock: Arc<dyn Clock>,
    pub key: RunKey,
    pub calendar: Calendar,
    /// The language in which the person is asked.
    pub script: Script,
    /// The tools that the client has.
    pub client_tools: Vec<String>,
    /// What may be done in the person's name.
    pub scopes: Scopes,
    /// The message that was answered before: what that answer added is not added again.
    pub again: Option<ItemId>,
    /// Where what is done came from.
    pub origin: Origin,
    /// What may be done in answer to the person's message without asking.
    pub leave: Leave,
    /// Whether the assistant obeys nothing but the person: the built-in one. Its questions need not be quoted.
    pub is_trusted: bool,
    /// What was done in answer to the person's message.
    pub done: Mutex<Weight>,
}

impl RunEffects {
    /// Counts what these rounds, of an earlier run or attempt that answered the same message, have done.
    pub fn remember(&self, rounds: &[ToolRound]) {
        for (call, result) in rounds.iter().flat_map(|round| round.calls.iter().zip(&round.results)) {
            // A choice in a form was made by the person; what was done to the chosen tasks counts all the same.
            let tool = result.get("tool").and_then(Value::as_str).unwrap_or(&call.name);
            self.count(tool, result);
        }
    }

    /// Counts what a call has done, by the tasks in its result.
    fn count(&self, tool: &str, result: &Value) {
        let weights = results_in(result).map(|result| self.tools.weigh(tool, result));
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = weights.fold(*done, std::ops::Add::add);
    }

    /// What is put at the disposal of a call.
    fn context<'c>(&'c self, connection: &'c mut PgConnection) -> ToolContext<'c> {
        ToolContext {
            connection,
            user: self.key.user,
            calendar: self.calendar,
            now: self.clock.now(),
            clock: self.clock.as_ref(),
            scopes: self.scopes,
            origin: self.origin,
            most_tasks: self.tools.most_tasks,
            changes: ChangeSet::default(),
        }
    }

    async fn wait(&self, calls: &[ToolCall]) -> Result<Option<Wait>, StoreError> {
        for (call_n, call) in calls.iter().enumerate().filter(|(_, call)| call.name == ASK_PERSON) {
            if let Some(asked) = chat_tools::read::<AskPerson>(&call.arguments)
                && let Some(wait) = self.choice(call_n, asked).await?
            {
                return Ok(Some(wait));
            }
        }
        let deeds = self.plan(calls).await?;
        let done = *self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let weight = deeds.iter().map(PlannedDeed::weight).fold(Weight::default(), std::ops::Add::add);
        // Where nothing is done, there is nothing to ask, whatever was done before.
        if weight == Weight::default() || ((done + weight).is_within(self.leave.limit) && self.leave.names_all(&deeds)) {
            let client = calls.iter().position(|call| self.client_tools.contains(&call.name));
            return Ok(client.map(|call_n| Wait::Client { call_n }));
        }
        let Consent { question, yes, no } = texts::consent(self.script, deeds);
        Ok(Some(Wait::Yes { question, yes, no }))
    }

    /// What calls would do. Those that would be refused do nothing.
    async fn plan(&self, calls: &[ToolCall]) -> Result<Vec<PlannedDeed>, StoreError> {
        let is_change = |call: &&ToolCall| self.tools.kind(&call.name).is_some_and(|kind| kind != Kind::Reads);
        let may = |call: &&ToolCall| self.tools.lacking(self.scopes, &call.name).is_none();
        let mut deeds = Vec::new();
        let mut transaction = None;
        for call in calls.iter().filter(is_change).filter(may) {
            let transaction = match &mut transaction {
                Some(transaction) => transaction,
                None => transaction.insert(self.store.begin().await?),
            };
            let mut context = self.context(transaction);
            let planned = self.tools.plan(&call.name, &call.arguments, &mut context).await?;
            if deed::lacking(self.scopes, &planned).is_none() {
                deeds.extend(planned);
            }
        }
        if let Some(transaction) = transaction {
            transaction.rollback().await?;
        }
        Ok(deeds)
    }

    /// The question that a model wants asked; `None` if it is none, so that the call fails and says so.
    async fn choice(&self, call_n: usize, asked: AskPerson) -> Result<Option<Wait>, StoreError> {
        let ids: Vec<TaskId> = asked.task_ids.iter().filter_map(|id| id.parse().ok()).collect();
        let tasks = self.store.tasks_by_id(self.key.user, &ids).await?;
        let is_deed = asked.tool.as_deref().is_none_or(|tool| DEEDS.contains(&tool));
        let Some(first) = tasks.first().filter(|_| is_deed && !asked.question.trim().is_empty()) else {
            return Ok(None);
        };
        let arguments = serde_json::to_value(asked.changes.unwrap_or_default()).unwrap_or_default();
        let deed = match &asked.tool {
            None => None,
            Some(tool) => {
                let arguments = with_task(&arguments, &first.id.to_string()).to_string();
                let mut connection = self.store.connection().await?;
                let planned = self.tools.plan(tool, &arguments, &mut self.context(&mut connection)).await?;
                // A call that would be refused is not worth a question.
                let Some(planned) = planned.into_iter().next() else {
                    return Ok(None);
                };
                Some(planned.deed)
            }
        };
        let multiple = asked.multiple.unwrap_or(false);
        let words = (!self.is_trusted).then_some(asked.question.as_str());
        let labels = texts::choices(self.script, &tasks, &|at| self.calendar.local(at));
        Ok(Some(Wait::Choice {
            call_n,
            question: texts::which_tasks(self.script, deed.as_ref(), multiple, words),
            options: labels.into_iter().zip(tasks.iter().map(|task| task.id.to_string())).collect(),
            multiple,
            tool: asked.tool,
            arguments,
        }))
    }

    /// A tool of the conversation; `None` if it is none of these.
    async fn of_the_chat(&self, call: &ToolCall) -> Result<Option<Value>, StoreError> {
        Ok(match call.name.as_str() {
            ASK_PERSON => Some(
                json!({ "error": "The question was not asked: give a question, ids of the person's tasks in task_ids (from list_tasks), \
                and in tool one of complete_task, update_task, delete_task, or nothing." }),
            ),
            OPEN_TASK => {
                let id = chat_tools::read::<OpenTask>(&call.arguments).and_then(|open| open.task_id.parse().ok());
                let task = match id {
                    Some(id) => self.store.tasks_by_id(self.key.user, &[id]).await?.pop(),
                    None => None,
                };
                Some(match task {
                    Some(task) => json!({ "task": TaskJson::from(&task) }),
                    None => json!({ "error": "There is no task with this id. Call list_tasks to get the ids, then try again." }),
                })
            }
            // The turn waited for the person instead.
            name if self.client_tools.iter().any(|tool| tool == name) => Some(json!({ "error": ONE_AT_A_TIME })),
            _ => None,
        })
    }

    /// What the same call came to in the answer that this one takes the place of, if all that it added is still there.
    async fn added_before(
        &self,
        connection: &mut PgConnection,
        call: &ToolCall,
        args_hash: &[u8; 32],
    ) -> Result<Option<Value>, StoreError> {
        let Some(about) = self.again.filter(|_| self.tools.kind(&call.name) == Some(Kind::Adds)) else {
            return Ok(None);
        };
        for result in results_about(connection, &self.key, about, &call.name, args_hash).await? {
            let ids: Vec<TaskId> = tasks_in(&result).filter_map(|task| task["id"].as_str()?.parse().ok()).collect();
            let found = tasks::by_id(connection, self.key.user, &ids).await?;
            if !ids.is_empty() && found.len() == ids.len() {
                return Ok(Some(with_tasks(result, &found)));
            }
        }
        Ok(None)
    }

    /// Does a call, once: one that took effect, unheard, is in the journal.
    pub async fn once(&self, turn_n: i32, call_n: i32, call: &ToolCall) -> Result<Effect, StoreError> {
        patiently(|| self.run(turn_n, call_n, call)).await
    }

    async fn run(&self, turn_n: i32, call_n: i32, call: &ToolCall) -> Result<Effect, StoreError> {
        if let Some(result) = self.of_the_chat(call).await? {
            return Ok(Effect { result, changed: false });
        }
        if let Some(scope) = self.tools.lacking(self.scopes, &call.name) {
            let result = json!({ "error": texts::lacks_scope(self.script, scope.name()) });
            return Ok(Effect { result, changed: false });
        }
        let mut transaction = self.store.begin().await?;
        if let Some(result) = effect_of(&mut transaction, &self.key, turn_n, call_n).await? {
            // It took effect in an earlier attempt, whose word of it may have been lost.
            let changed = result.get("error").is_none() && self.tools.changes(&call.name);
            self.count(&call.name, &result);
            return Ok(Effect { result, changed });
        }
        let mut context = self.context(&mut transaction);
        let args_hash = Sha256::digest(call.arguments.as_bytes()).into();
        let outcome = match self.added_before(context.connection, call, &args_hash).await? {
            Some(result) => Ok(result),
            None => self.tools.call(&call.name, &call.arguments, &mut context).await,
        };
        let (result, is_done) = match outcome {
            Ok(result) => {
                context.keep(&call.name).await?;
                (result, true)
            }
            Err(ToolError::Forbidden(scope)) => (json!({ "error": texts::lacks_scope(self.script, scope.name()) }), false),
            Err(ToolError::Full(quota)) => (json!({ "error": texts::quota_reached(self.script, quota) }), false),
            Err(error) => (json!({ "error": error.for_model()? }), false),
        };
        if !is_done {
            // Nothing of a failed call stays; its journal line is written in a transaction of its own.
            transaction.rollback().await?;
            transaction = self.store.begin().await?;
        }
        let row = EffectRow {
            turn_n,
            call_n,
            tool: &call.name,
            args_hash,
            result: &result,
        };
        if !keep_effect(&mut transaction, &self.key, &row).await? {
            return Err(StoreError::Conflict("the run is in other hands"));
        }
        fail_point!("effect-written");
        transaction.commit().await?;
        fail_point!("effect-done");
        if is_done && self.tools.changes(&call.name) {
            self.store.tasks_changed(self.key.user);
        }
        self.count(&call.name, &result);
        Ok(Effect {
            changed: is_done && self.tools.changes(&call.name),
            result,
        })
    }
}

impl Effects for RunEffects {
    fn keep_turn<'a>(&'a self, turn_n: usize, turn: &'a Message) -> Pin<Box<dyn Future<Output = Result<(), AgentFailure>> + Send + 'a>> {
        Box::pin(async move {
            let response = serde_json::to_value(turn).unwrap_or(Value::Null);
            let keep = || self.store.keep_turn(&self.key, turn_n as i32, &response);
            patiently(keep).await.map_err(|error| {
                tracing::error!(run = %self.key.run, %error, "a turn could not be kept");
                AgentFailure::Tools
            })?;
            fail_point!("turn-kept");
            Ok(())
        })
    }

    fn wait_for<'a>(&'a self, calls: &'a [ToolCall]) -> Pin<Box<dyn Future<Output = Result<Option<Wait>, AgentFailure>> + Send + 'a>> {
        Box::pin(async move {
            patiently(|| self.wait(calls)).await.map_err(|error| {
                tracing::error!(run = %self.key.run, %error, "what calls wait for could not be found out");
                AgentFailure::Tools
            })
        })
    }

    fn call<'a>(
        &'a self,
        turn_n: usize,
        call_n: usize,
        call: &'a ToolCall,
    ) -> Pin<Box<dyn Future<Output = Result<Effect, AgentFailure>> + Send + 'a>> {
        Box::pin(async move {
            self.once(turn_n as i32, call_n as i32, call).await.map_err(|error| {
                tracing::error!(run = %self.key.run, tool = %call.name, %error, "a tool failed");
                AgentFailure::Tools
            })
        })
    }
}

/// The result of a call, and those of the calls that were made by it.
fn results_in(result: &Value) -> impl Iterator<Item = &Value> {
    let several = result.get("results").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(result).chain(several)
}

/// The tasks in the result of a call: of one, of several, or of several calls.
pub(super) fn tasks_in(result: &Value) -> impl Iterator<Item = &Value> {
    results_in(result).flat_map(tasks_of)
}

/// A result of adding, with the tasks as they are now.
fn with_tasks(mut result: Value, tasks: &[Task]) -> Value {
    let now: Vec<Value> = tasks
        .iter()
        .map(|task| serde_json::to_value(TaskJson::from(task)).unwrap_or_default())
        .collect();
    match (result.get("added").is_some(), now.as_slice()) {
        (true, _) => result["added"] = now.into(),
        (false, [only]) => result["task"] = only.clone(),
        (false, _) => {}
    }
    result
}
