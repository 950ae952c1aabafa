//! A tool called by a program on a person's behalf, whichever way it came: the scope is asked, effect and audit are one transaction, and
//! the change is announced.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    auth::{ApiCaller, current_user::Via},
    store::{
        Store, StoreError,
        history::{ChangeSet, Origin},
        tool_calls::{self, CallRecord},
    },
    tools::{
        Registry, ToolContext,
        outside::{OutsideError, hash_of_call},
    },
};
use crate::domain::{
    actor::{Actor, Door},
    time::Clock,
};

/// What calls are made with. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    /// The data.
    pub store: Store,
    /// The tools.
    pub tools: Registry,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
}

impl Calls {
    /// Calls a tool.
    ///
    /// # Errors
    /// See [`OutsideError`].
    pub async fn call(&self, caller: &ApiCaller, door: Door, name: &str, args: Map<String, Value>) -> Result<Value, OutsideError> {
        let scope = self.tools.reach(name).ok_or(OutsideError::NoSuchTool)?;
        let mut line = self.line(caller, door, name, &args);
        if !caller.scopes.allow(scope) {
            self.record(caller, line, "forbidden").await?;
            return Err(OutsideError::Forbidden(scope));
        }
        let mut transaction = self.store.begin().await?;
        let mut context = ToolContext {
            connection: &mut transaction,
            user: caller.user.id,
            calendar: caller.user.calendar(),
            now: line.at,
            clock: self.clock.as_ref(),
            scopes: caller.scopes,
            origin: Origin {
                actor: Actor::Program,
                door,
                token: line.token,
                thread: None,
                group: None,
            },
            most_tasks: self.tools.most_tasks,
            changes: ChangeSet::default(),
        };
        match self.tools.call_from_outside(name, args, &mut context).await {
            Ok(result) => {
                line.outcome = "done";
                tool_calls::record(&mut transaction, caller.user.id, &line).await?;
                transaction.commit().await.map_err(StoreError::from)?;
                if self.tools.changes(name) {
                    self.store.tasks_changed(caller.user.id);
                }
                Ok(result)
            }
            Err(error) => {
                transaction.rollback().await.map_err(StoreError::from)?;
                let outcome = match &error {
                    OutsideError::Failed(cause) => {
                        tracing::error!(tool = name, %cause, "a tool failed");
                        "failed"
                    }
                    OutsideError::Forbidden(_) => "forbidden",
                    _ => "refused",
                };
                self.record(caller, line, outcome).await?;
                Err(error)
            }
        }
    }

    /// Notes in the audit that a call was not made: it was refused before, or its person is asked first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn note(
        &self,
        caller: &ApiCaller,
        door: Door,
        name: &str,
        args: &Map<String, Value>,
        outcome: &'static str,
    ) -> Result<(), StoreError> {
        self.record(caller, self.line(caller, door, name, args), outcome).await
    }

    fn line(&self, caller: &ApiCaller, door: Door, name: &str, args: &Map<String, Value>) -> CallRecord {
        CallRecord {
            id: self.clock.ordered_uuid(),
            token: match caller.via {
                Via::Token(id) => Some(id),
                Via::Session | Via::Jwt | Via::CommandLine => None,
            },
            door: door.name(),
            tool: name.to_owned(),
            args_hash: hash_of_call(name, args),
            outcome: "failed",
            at: self.clock.now(),
        }
    }

    async fn record(&self, caller: &ApiCaller, line: CallRecord, outcome: &'static str) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        tool_calls::record(&mut connection, caller.user.id, &CallRecord { outcome, ..line }).await
    }
}
