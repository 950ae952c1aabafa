//! Tools within a run: a call's effect and its line in the journal are one transaction, fenced by the lease's epoch. A call that is in the
//! journal already gives the result that it had.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    domain::time::Clock,
    server::{
        agent::{AgentFailure, Effect, Effects},
        model::{Message, ToolCall},
        store::{
            Store, StoreError,
            runs::{EffectRow, RunKey, effect_of, keep_effect},
        },
        tools::{Registry, ToolContext, ToolError},
    },
};

pub(super) struct RunEffects {
    pub store: Store,
    pub tools: Registry,
    pub clock: Arc<dyn Clock>,
    pub key: RunKey,
    pub zone: chrono_tz::Tz,
}

impl RunEffects {
    async fn run(&self, turn_n: i32, call_n: i32, call: &ToolCall) -> Result<Effect, StoreError> {
        let mut transaction = self.store.begin().await?;
        if let Some(result) = effect_of(&mut transaction, &self.key, turn_n, call_n).await? {
            return Ok(Effect { result, changed: false });
        }
        let mut context = ToolContext {
            connection: &mut transaction,
            user: self.key.user,
            zone: self.zone,
            now: self.clock.now(),
            clock: self.clock.as_ref(),
        };
        let outcome = self.tools.call(&call.name, &call.arguments, &mut context).await;
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
            args_hash: Sha256::digest(call.arguments.as_bytes()).into(),
            result: &result,
        };
        if !keep_effect(&mut transaction, &self.key, &row).await? {
            return Err(StoreError::Conflict("the run is in other hands"));
        }
        transaction.commit().await?;
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
            self.store.keep_turn(&self.key, turn_n as i32, &response).await.map_err(|error| {
                tracing::error!(run = %self.key.run, %error, "a turn could not be kept");
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
            self.run(turn_n as i32, call_n as i32, call).await.map_err(|error| {
                tracing::error!(run = %self.key.run, tool = %call.name, %error, "a tool failed");
                AgentFailure::Tools
            })
        })
    }
}
