//! The audit of calls from outside (table `tool_calls`), and the keys of repeated calls (table `tool_keys`).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::domain::id::{TokenId, UserId};

/// How long the lines of the audit are kept.
const KEEP_CALLS: TimeDelta = TimeDelta::days(180);
/// How long a key means "the same call again".
const KEEP_KEYS: TimeDelta = TimeDelta::days(7);

/// One call, as the audit has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// The call's own id.
    pub id: Uuid,
    /// Which token it came with, if it was one.
    pub token: Option<TokenId>,
    /// The way it came: `mcp`, `http` or `stdio`.
    pub door: &'static str,
    /// Which tool.
    pub tool: String,
    /// SHA-256 of its arguments.
    pub args_hash: [u8; 32],
    /// What came of it, in a word.
    pub outcome: &'static str,
    /// When.
    pub at: DateTime<Utc>,
}

/// A call of the past, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PastCall {
    /// The way it came: `mcp`, `http` or `stdio`.
    pub door: String,
    /// Which tool.
    pub tool: String,
    /// What came of it, in a word.
    pub outcome: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What a key is good for.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// Nobody had it: the call is ours to make.
    New,
    /// The same call was made; this is what came of it.
    Done(Value),
    /// It was used for another call.
    Taken,
}

/// Writes a line of the audit, and drops the person's lines that are too old.
///
/// # Errors
/// See [`StoreError`].
pub async fn record(connection: &mut PgConnection, user: UserId, call: &CallRecord) -> Result<(), StoreError> {
    sqlx::query("delete from tool_calls where user_id = $1 and created_at < $2")
        .bind(user.0)
        .bind(call.at - KEEP_CALLS)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert into tool_calls (user_id, id, token_id, door, tool, args_hash, outcome, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(user.0)
    .bind(call.id)
    .bind(call.token.map(|token| token.0))
    .bind(call.door)
    .bind(&call.tool)
    .bind(call.args_hash.as_slice())
    .bind(call.outcome)
    .bind(call.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a key for a call. Where the same key is being used right now, this waits for that call's transaction.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_key(
    connection: &mut PgConnection,
    user: UserId,
    key: &str,
    request_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Key, StoreError> {
    sqlx::query("delete from tool_keys where user_id = $1 and created_at < $2")
        .bind(user.0)
        .bind(now - KEEP_KEYS)
        .execute(&mut *connection)
        .await?;
    let taken = sqlx::query(
        "insert into tool_keys (user_id, key, request_hash, created_at) values ($1, $2, $3, $4) on conflict (user_id, key) do nothing",
    )
    .bind(user.0)
    .bind(key)
    .bind(request_hash)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Key::New);
    }
    let (hash, result): (Vec<u8>, Option<Value>) =
        sqlx::query_as("select request_hash, result from tool_keys where user_id = $1 and key = $2")
            .bind(user.0)
            .bind(key)
            .fetch_one(connection)
            .await?;
    Ok(match result {
        Some(result) if hash == request_hash => Key::Done(result),
        _ => Key::Taken,
    })
}

/// Keeps what came of the call that took a key.
///
/// # Errors
/// See [`StoreError`].
pub async fn keep_result(connection: &mut PgConnection, user: UserId, key: &str, result: &Value) -> Result<(), StoreError> {
    sqlx::query("update tool_keys set result = $3 where user_id = $1 and key = $2")
        .bind(user.0)
        .bind(key)
        .bind(result)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// The last calls that came with a token, the newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn calls_of_token(&self, user: UserId, token: TokenId, most: i64) -> Result<Vec<PastCall>, StoreError> {
        Ok(sqlx::query_as(
            "select door, tool, outcome, created_at from tool_calls where user_id = $1 and token_id = $2 order by created_at desc, id desc limit $3",
        )
        .bind(user.0)
        .bind(token.0)
        .bind(most)
        .fetch_all(&self.pool)
        .await?)
    }
}
