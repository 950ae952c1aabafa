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
    chat_tools::{ASK_PERSON, AskPerson, DEEDS, OPEN_TASK, OpenTask},
    fail_point::fail_point,
    patience::patiently,
};
use crate::{
    domain::{
        id::{ItemId, TaskId},
        locale::Script,
        scope::Scopes,
        texts,
        time::Clock,
    },
    server::{
        agent::{AgentFailure, Effect, Effects, ONE_AT_A_TIME, ToolRound, Wait},
        calendar::Calendar,
        model::{Message, ToolCall},
        store::{
            Store, StoreError,
            journal::{EffectRow, effect_of, keep_effect, results_about},
            runs::RunKey,
            tasks,
        },
        tools::{AddTask, Registry, Tool, ToolContext, ToolError, task_json::TaskJson},
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
    /// How many tasks this run has deleted and changed.
    pub done: Mutex<Weight>,
}

/// How many tasks calls delete and change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Weight {
    deletes: usize,
    changes: usize,
}

/// The most that is done without asking.
const UNASKED: Weight = Weight { deletes: 1, changes: 5 };

impl RunEffects {
    /// What a call would delete and change. Tools for many tasks take a list.
    fn weight(&self, call: &ToolCall) -> Weight {
        let is_refused = self.tools.lacking(self.scopes, &call.name).is_some();
        if is_refused || !self.tools.changes(&call.name) || call.name.starts_with("add_") {
            return Weight::default();
        }
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
        let lists = arguments
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, value)| value.as_array());
        let count = lists.map(Vec::len).max().unwrap_or(1);
        Weight {
            deletes: if call.name.starts_with("delete_") { count } else { 0 },
            changes: count,
        }
    }

    /// Counts what these rounds of an earlier attempt have done.
    pub fn remember(&self, rounds: &[ToolRound]) {
        for (call, result) in rounds.iter().flat_map(|round| round.calls.iter().zip(&round.results)) {
            self.count(call, result);
        }
    }

    /// Counts what a call has done.
    fn count(&self, call: &ToolCall, result: &Value) {
        if result.get("error").is_none() {
            let Weight { deletes, changes } = self.weight(call);
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            done.deletes += deletes;
            done.changes += changes;
        }
    }

    async fn wait(&self, calls: &[ToolCall]) -> Result<Option<Wait>, StoreError> {
        for (call_n, call) in calls.iter().enumerate().filter(|(_, call)| call.name == ASK_PERSON) {
            if let Ok(asked) = serde_json::from_str::<AskPerson>(&call.arguments)
                && let Some(wait) = self.choice(call_n, asked).await?
            {
                return Ok(Some(wait));
            }
        }
        let mut total = *self.done.lock().unwrap_or_else(PoisonError::into_inner);
        for call in calls {
            let Weight { deletes, changes } = self.weight(call);
            total.deletes += deletes;
            total.changes += changes;
        }
        if total.deletes <= UNASKED.deletes && total.changes <= UNASKED.changes {
            let client = calls.iter().position(|call| self.client_tools.contains(&call.name));
            return Ok(client.map(|call_n| Wait::Client { call_n }));
        }
        let ids: Vec<TaskId> = calls.iter().flat_map(ids_of).collect();
        let tasks = self.store.tasks_by_id(self.key.user, &ids).await?;
        let titles: Vec<&str> = tasks.iter().map(|task| task.title.as_str()).collect();
        let deletes = calls.iter().any(|call| call.name.starts_with("delete_"));
        let (question, yes, no) = texts::are_you_sure(self.script, deletes, &titles);
        Ok(Some(Wait::Yes { question, yes, no }))
    }

    /// The question that a model wants asked; `None` if it is none, so that the call fails and says so.
    async fn choice(&self, call_n: usize, asked: AskPerson) -> Result<Option<Wait>, StoreError> {
        let ids: Vec<TaskId> = asked.task_ids.iter().filter_map(|id| id.parse().ok()).collect();
        let tasks = self.store.tasks_by_id(self.key.user, &ids).await?;
        let is_deed = asked.tool.as_deref().is_none_or(|tool| DEEDS.contains(&tool));
        if tasks.is_empty() || !is_deed || asked.question.trim().is_empty() {
            return Ok(None);
        }
        let mut options: Vec<(String, String)> = Vec::new();
        for task in tasks {
            let label = texts::choice(self.script, &task);
            // Twins are told apart by their number.
            let numbered = (2..).map(|n| format!("{label} ({n})"));
            let is_new = |label: &String| options.iter().all(|(known, _)| known != label);
            let label = std::iter::once(label.clone()).chain(numbered).find(is_new).unwrap_or(label);
            options.push((label, task.id.to_string()));
        }
        Ok(Some(Wait::Choice {
            call_n,
            question: asked.question,
            options,
            multiple: asked.multiple.unwrap_or(false),
            tool: asked.tool,
            arguments: serde_json::to_value(asked.changes.unwrap_or_default()).unwrap_or_default(),
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
                let id = serde_json::from_str::<OpenTask>(&call.arguments)
                    .ok()
                    .and_then(|open| open.task_id.parse().ok());
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

    /// What the same call came to in the answer that this one takes the place of, if its task is still there.
    async fn added_before(
        &self,
        connection: &mut PgConnection,
        call: &ToolCall,
        args_hash: &[u8; 32],
    ) -> Result<Option<Value>, StoreError> {
        let Some(about) = self.again.filter(|_| call.name == AddTask::NAME) else {
            return Ok(None);
        };
        for mut result in results_about(connection, &self.key, about, &call.name, args_hash).await? {
            let id = result.pointer("/task/id").and_then(|id| id.as_str()?.parse().ok());
            let Some(id) = id else { continue };
            match tasks::get(connection, self.key.user, id).await {
                Ok(task) => {
                    result["task"] = serde_json::to_value(TaskJson::from(&task)).unwrap_or_default();
                    return Ok(Some(result));
                }
                Err(StoreError::NotFound) => {}
                Err(error) => return Err(error),
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
            self.count(call, &result);
            return Ok(Effect { result, changed });
        }
        let mut context = ToolContext {
            connection: &mut transaction,
            user: self.key.user,
            calendar: self.calendar,
            now: self.clock.now(),
            clock: self.clock.as_ref(),
        };
        let args_hash = Sha256::digest(call.arguments.as_bytes()).into();
        let outcome = match self.added_before(context.connection, call, &args_hash).await? {
            Some(result) => Ok(result),
            None => self.tools.call(&call.name, &call.arguments, &mut context).await,
        };
        let (result, is_done) = match outcome {
            Ok(result) => (result, true),
            Err(ToolError::TellModel(message)) => (json!({ "error": message }), false),
            Err(ToolError::Stop(error)) => return Err(error),
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
        self.count(call, &result);
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

/// The tasks that a call names.
fn ids_of(call: &ToolCall) -> Vec<TaskId> {
    let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
    let one = arguments.get("task_id").and_then(Value::as_str).into_iter();
    let many = arguments.get("task_ids").and_then(Value::as_array).into_iter().flatten();
    one.chain(many.filter_map(Value::as_str)).filter_map(|id| id.parse().ok()).collect()
}
