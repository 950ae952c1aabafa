//! What a run's earlier attempts did: complete turns of the model, and what tool calls came to. Whoever takes a run over goes on behind them.

use serde_json::Value;
use sqlx::PgConnection;

use super::{Store, StoreError, runs::RunKey};
use crate::domain::id::ItemId;

impl Store {
    /// A complete turn of the model that an earlier attempt kept.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn kept_turn(&self, key: &RunKey, n: i32) -> Result<Option<Value>, StoreError> {
        Ok(sqlx::query_scalar(
            "select response from model_turns where user_id = $1 and run_id = $2 and n = $3 order by attempt desc limit 1",
        )
        .bind(key.user.0)
        .bind(key.run.0)
        .bind(n)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Keeps a complete turn of the model. Once more is no more than once: its caller may not know whether it was stored.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn keep_turn(&self, key: &RunKey, n: i32, response: &Value) -> Result<(), StoreError> {
        sqlx::query(
            "insert into model_turns (user_id, run_id, attempt, n, response) select r.user_id, r.id, r.attempt, $4, $5 from runs r \
             where r.user_id = $1 and r.id = $2 and r.lease_epoch = $3 \
             on conflict (user_id, run_id, attempt, n) do update set response = excluded.response",
        )
        .bind(key.user.0)
        .bind(key.run.0)
        .bind(key.epoch)
        .bind(n)
        .bind(response)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// What a tool call came to before, if it ran before.
///
/// # Errors
/// See [`StoreError`].
pub async fn effect_of(connection: &mut PgConnection, key: &RunKey, turn_n: i32, call_n: i32) -> Result<Option<Value>, StoreError> {
    Ok(
        sqlx::query_scalar("select result from tool_effects where user_id = $1 and run_id = $2 and turn_n = $3 and call_n = $4")
            .bind(key.user.0)
            .bind(key.run.0)
            .bind(turn_n)
            .bind(call_n)
            .fetch_optional(connection)
            .await?,
    )
}

/// What this call, with these arguments, came to in other runs that answered the same item; the newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn results_about(
    connection: &mut PgConnection,
    key: &RunKey,
    about: ItemId,
    tool: &str,
    args_hash: &[u8; 32],
) -> Result<Vec<Value>, StoreError> {
    Ok(sqlx::query_scalar(
        "select e.result from tool_effects e join runs r on r.user_id = e.user_id and r.id = e.run_id \
         where r.user_id = $1 and r.thread_id = $2 and r.user_item_id = $3 and r.id <> $4 and e.tool = $5 and e.args_hash = $6 \
         order by r.id desc, e.turn_n, e.call_n limit 10",
    )
    .bind(key.user.0)
    .bind(key.thread.0)
    .bind(about.0)
    .bind(key.run.0)
    .bind(tool)
    .bind(args_hash.as_slice())
    .fetch_all(connection)
    .await?)
}

/// A tool call's line in the journal.
pub struct EffectRow<'a> {
    /// The turn's number in the run.
    pub turn_n: i32,
    /// The call's number in the turn.
    pub call_n: i32,
    /// The tool.
    pub tool: &'a str,
    /// SHA-256 of the arguments.
    pub args_hash: [u8; 32],
    /// What came out.
    pub result: &'a Value,
}

/// Writes a tool call into the journal, in the transaction of its effect. `false` if the run is in other hands: roll back then.
///
/// # Errors
/// See [`StoreError`].
pub async fn keep_effect(connection: &mut PgConnection, key: &RunKey, row: &EffectRow<'_>) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into tool_effects (user_id, run_id, turn_n, call_n, tool, args_hash, result) select $1, r.id, $4, $5, $6, $7, $8 from runs r \
         where r.user_id = $1 and r.id = $2 and r.lease_epoch = $3 and r.status = 'running'",
    )
    .bind(key.user.0)
    .bind(key.run.0)
    .bind(key.epoch)
    .bind(row.turn_n)
    .bind(row.call_n)
    .bind(row.tool)
    .bind(row.args_hash.to_vec())
    .bind(row.result)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
