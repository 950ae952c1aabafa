//! Runs, their log, and the journals of turns and tools.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{ANSWER, Store, StoreError, bounded, breaks, changes::Hint, flush::LogRow};
use crate::{
    domain::id::{AttachmentId, ItemId, RunId, ThreadId, UserId},
    protocol::{item::ThreadItem, thread::ThreadStatus},
};

/// Which run, in whose hands: every write is fenced by the epoch. (By nothing else: a look at `status` makes Postgres expect a handful of
/// live runs where there are a thousand, and it compares each with each; with `user_id = any(..)` beside the join it reads all runs that these
/// people ever had: at 400 people with 100 runs each that takes three to ten times as long.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunKey {
    /// The person.
    pub user: UserId,
    /// The run.
    pub run: RunId,
    /// The thread.
    pub thread: ThreadId,
    /// The lease's epoch.
    pub epoch: i64,
}

/// What is stored when a message is accepted, in one transaction.
pub struct NewRun<'a> {
    /// The person.
    pub user: UserId,
    /// The run's id.
    pub run: RunId,
    /// The thread: a new one with a title, or one that exists.
    pub thread: ThreadId,
    /// The title of the new thread; `None` if it exists.
    pub new_title: Option<&'a str>,
    /// The person's message; `None` to answer the newest message anew.
    pub item: Option<&'a ThreadItem>,
    /// The message that is answered.
    pub user_item: ItemId,
    /// What happens to items that are there.
    pub settle: &'a [Settle],
    /// What another process needs to answer it.
    pub request: &'a Value,
    /// The idempotency key and the hash of the request.
    pub key: Option<(&'a str, [u8; 32])>,
    /// The process that owns the run from now on.
    pub owner: Uuid,
    /// The first lines of the log.
    pub log: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What came of it.
#[derive(Debug)]
pub enum Accepted {
    /// A new run; the place of the newest item in the thread.
    New {
        /// The place.
        position: i64,
    },
    /// This request came before: its run.
    Again(RunId, ThreadId),
    /// The key came before with another request.
    KeyReused,
    /// An answer is being written in that thread.
    Live,
    /// The thread takes no messages.
    Refused(ThreadStatus),
    /// What was to be answered is pending no more.
    NotPending,
    /// A file of the message is gone, or belongs to another thread.
    NoSuchAttachment,
}

/// What happens to items when a request is accepted, in the same transaction.
#[derive(Debug, Clone)]
pub enum Settle {
    /// Everything behind this item is removed.
    RemoveAfter(ItemId),
    /// This item, which must be pending, becomes what is given.
    Answer(ThreadItem),
    /// This item is removed.
    Remove(ItemId),
    /// These files, whose bytes must be there, belong to the thread from now on.
    Attach(Vec<AttachmentId>),
}

/// The state of a run, for those who follow it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RunState {
    /// Its id.
    pub id: Uuid,
    /// `queued`, `running`, `done`, `cancelled`, `failed` or `incomplete`.
    pub status: String,
}

impl RunState {
    /// Whether it is still being answered.
    pub fn is_live(&self) -> bool {
        matches!(self.status.as_str(), "queued" | "running")
    }
}

/// Seconds that a lease lasts.
pub const LEASE_SECONDS: i32 = 10;

/// Accepting in one statement: `$thread` gives `last_position`, or no row if there is nothing to accept; the rest follows from it.
macro_rules! accept {
    ($thread:literal) => {
        concat!(
            "with t as (",
            $thread,
            " returning last_position), m as (\
               insert into messages (user_id, id, conversation_id, position, kind, role, content, payload, created_at) \
               select $1, $5, $2, last_position, 'user_message', 'user', $6, $7, $4 from t where $7::jsonb is not null \
             ), r as (\
               insert into runs (user_id, id, thread_id, user_item_id, status, lease_owner, lease_epoch, lease_until, created_at, request) \
               select $1, $8, $2, $5, 'running', $9, 1, now() + make_interval(secs => $10), $4, $14 from t \
             ), e as (insert into run_events (user_id, run_id, seq, epoch, body) select $1, $8, 1, 1, $11 from t \
             ), k as (\
               insert into idempotency (user_id, key, request_hash, run_id, created_at) \
               select $1, $12::text, $13, $8, $4 from t where $12::text is not null) \
             select last_position from t"
        )
    };
}

const ACCEPT_NEW: &str =
    accept!("insert into conversations (user_id, id, title, last_position, created_at, updated_at) values ($1, $2, $3, 1, $4, $4)");
const ACCEPT_NEXT: &str = accept!(
    "update conversations set last_position = last_position + case when $7::jsonb is null then 0 else 1 end, updated_at = $4 \
     where user_id = $1 and id = $2 and status ->> 'type' = 'active' and $3::text is null"
);

impl Store {
    /// Stores a message, its run and the first lines of its log: all or nothing, in one statement.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the thread is not this person's.
    pub async fn accept_run(&self, new: &NewRun<'_>) -> Result<Accepted, StoreError> {
        let position = if new.settle.is_empty() {
            accept(new, &self.pool).await
        } else {
            let settling = async {
                let mut transaction = self.pool.begin().await?;
                if let Some(refused) = settle(&mut transaction, new).await? {
                    return Ok(Err(refused));
                }
                let position = accept(new, &mut *transaction).await;
                match position {
                    Ok(Some(_)) => transaction.commit().await?,
                    _ => transaction.rollback().await?,
                }
                Ok(Ok(position))
            };
            match bounded(ANSWER, settling).await? {
                Ok(position) => position,
                Err(refused) => return Ok(refused),
            }
        };
        match position {
            Ok(Some(position)) => {
                self.changed(new.user, Hint::Run(new.thread, new.run));
                Ok(Accepted::New { position })
            }
            Ok(None) => Ok(Accepted::Refused(self.thread(new.user, new.thread).await?.status)),
            Err(sqlx::Error::Database(error)) if breaks(&*error, "runs_live") => Ok(Accepted::Live),
            Err(sqlx::Error::Database(error)) if breaks(&*error, "idempotency_pkey") => {
                // The same key came at the same moment, and was first.
                let known = match new.key {
                    Some((key, hash)) => self.known_key(new.user, key, hash).await?,
                    None => None,
                };
                known.ok_or(StoreError::Conflict("this idempotency key is in use"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The run of a request that came before under this key, or that the key came with another request.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn known_key(&self, user: UserId, key: &str, hash: [u8; 32]) -> Result<Option<Accepted>, StoreError> {
        let row: Option<(Vec<u8>, Uuid, Uuid)> = sqlx::query_as(
            "select k.request_hash, k.run_id, r.thread_id from idempotency k join runs r on r.user_id = k.user_id and r.id = k.run_id \
             where k.user_id = $1 and k.key = $2",
        )
        .bind(user.0)
        .bind(key)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(known, run, thread)| {
            if known == hash {
                Accepted::Again(RunId(run), ThreadId(thread))
            } else {
                Accepted::KeyReused
            }
        }))
    }

    /// The rows of a run's log that hold events behind number `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn run_log(&self, user: UserId, run: RunId, after: i64) -> Result<Vec<LogRow>, StoreError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select seq, body from run_events where user_id = $1 and run_id = $2 and seq >= \
             coalesce((select max(seq) from run_events where user_id = $1 and run_id = $2 and seq <= $3 + 1), 0) order by seq",
        )
        .bind(user.0)
        .bind(run.0)
        .bind(after)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(seq, body)| LogRow { seq, body }).collect())
    }

    /// Whether a run still has a log.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn has_log(&self, user: UserId, run: RunId) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar("select exists(select 1 from run_events where user_id = $1 and run_id = $2)");
        Ok(query.bind(user.0).bind(run.0).fetch_one(&self.pool).await?)
    }

    /// The newest run of a thread.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, or the thread is not this person's.
    pub async fn newest_run(&self, user: UserId, thread: ThreadId) -> Result<RunState, StoreError> {
        Ok(
            sqlx::query_as("select id, status from runs where user_id = $1 and thread_id = $2 order by created_at desc, id desc limit 1")
                .bind(user.0)
                .bind(thread.0)
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// The state of a run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn run_state(&self, user: UserId, run: RunId) -> Result<RunState, StoreError> {
        Ok(sqlx::query_as("select id, status from runs where user_id = $1 and id = $2")
            .bind(user.0)
            .bind(run.0)
            .fetch_one(&self.pool)
            .await?)
    }

    /// Renews the leases of these runs. Gives those that are still in these hands, and whether somebody wants them stopped.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn renew_leases(&self, keys: &[RunKey]) -> Result<HashMap<RunId, bool>, StoreError> {
        let (users, runs, epochs) = columns(keys.iter());
        let owned: Vec<(Uuid, bool)> = sqlx::query_as(
            "update runs r set lease_until = now() + make_interval(secs => $4) \
             from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as x(user_id, id, epoch) \
             where r.user_id = x.user_id and r.id = x.id and r.lease_epoch = x.epoch returning r.id, r.cancel_requested_at is not null",
        )
        .bind(users)
        .bind(runs)
        .bind(epochs)
        .bind(LEASE_SECONDS)
        .fetch_all(&self.pool)
        .await?;
        Ok(owned.into_iter().map(|(run, stop)| (RunId(run), stop)).collect())
    }

    /// Asks whoever owns the live run of a thread to stop it; with `only`, if it is this one. Gives the run, if there is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn request_stop(&self, user: UserId, thread: ThreadId, only: Option<RunId>) -> Result<Option<RunId>, StoreError> {
        let run: Option<Uuid> = sqlx::query_scalar(
            "update runs set cancel_requested_at = now() \
             where user_id = $1 and thread_id = $2 and status in ('queued', 'running') and ($3::uuid is null or id = $3) returning id",
        )
        .bind(user.0)
        .bind(thread.0)
        .bind(only.map(|run| run.0))
        .fetch_optional(&self.pool)
        .await?;
        Ok(run.map(RunId))
    }

    /// A transaction for a tool call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, StoreError> {
        Ok(self.pool.begin().await?)
    }
}

/// The place of the newest item, or nothing if there was nothing to accept.
async fn accept<'c>(new: &NewRun<'_>, executor: impl sqlx::PgExecutor<'c>) -> Result<Option<i64>, sqlx::Error> {
    let sql = if new.new_title.is_some() { ACCEPT_NEW } else { ACCEPT_NEXT };
    sqlx::query_scalar(sql)
        .bind(new.user.0)
        .bind(new.thread.0)
        .bind(new.new_title)
        .bind(new.now)
        .bind(new.user_item.0)
        .bind(new.item.map(|item| item.body.text()).unwrap_or_default())
        .bind(new.item.map(|item| Json(&item.body)))
        .bind(new.run.0)
        .bind(new.owner)
        .bind(LEASE_SECONDS)
        .bind(new.log)
        .bind(new.key.map(|(key, _)| key))
        .bind(new.key.map(|(_, hash)| hash.to_vec()))
        .bind(new.request)
        .fetch_optional(executor)
        .await
}

/// Does what happens to items when a request is accepted. Gives why it cannot be, if one of them is not as it had to be.
async fn settle(connection: &mut PgConnection, new: &NewRun<'_>) -> Result<Option<Accepted>, StoreError> {
    // Whoever else settles something in this thread waits here.
    sqlx::query("select 1 from conversations where user_id = $1 and id = $2 for update")
        .bind(new.user.0)
        .bind(new.thread.0)
        .execute(&mut *connection)
        .await?;
    for change in new.settle {
        match change {
            Settle::RemoveAfter(item) => {
                sqlx::query(
                    "delete from messages where user_id = $1 and conversation_id = $2 and position > \
                     (select position from messages where user_id = $1 and id = $3 and conversation_id = $2)",
                )
                .bind(new.user.0)
                .bind(new.thread.0)
                .bind(item.0)
                .execute(&mut *connection)
                .await?;
            }
            Settle::Remove(item) => {
                sqlx::query("delete from messages where user_id = $1 and conversation_id = $2 and id = $3")
                    .bind(new.user.0)
                    .bind(new.thread.0)
                    .bind(item.0)
                    .execute(&mut *connection)
                    .await?;
            }
            Settle::Answer(item) => {
                let done = sqlx::query(
                    "update messages set payload = $4, content = $5 where user_id = $1 and conversation_id = $2 and id = $3 \
                     and payload ->> 'status' = 'pending'",
                )
                .bind(new.user.0)
                .bind(new.thread.0)
                .bind(item.id.0)
                .bind(Json(&item.body))
                .bind(item.body.text())
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(Some(Accepted::NotPending));
                }
            }
            Settle::Attach(files) => {
                let files: Vec<Uuid> = files.iter().map(|file| file.0).collect();
                let done = sqlx::query(
                    "update attachments set thread_id = $2 where user_id = $1 and id = any($3) and blob is not null \
                     and removed_at is null and (thread_id is null or thread_id = $2)",
                )
                .bind(new.user.0)
                .bind(new.thread.0)
                .bind(&files)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() != files.len() as u64 {
                    return Ok(Some(Accepted::NoSuchAttachment));
                }
            }
        }
    }
    Ok(None)
}

/// Runs as the columns that `unnest` takes: user, run, epoch.
pub(super) fn columns<'a>(keys: impl Iterator<Item = &'a RunKey>) -> (Vec<Uuid>, Vec<Uuid>, Vec<i64>) {
    keys.map(|key| (key.user.0, key.run.0, key.epoch)).collect()
}
