//! What runs write while they go on: the log, the items, the ends, of all runs of the process at once.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    Store, StoreError,
    changes::{Hint, RELEASE_CHANNEL},
    runs::{RunKey, columns},
};
use crate::{
    domain::id::{ItemId, RunId},
    protocol::{item::ThreadItem, thread::ThreadStatus},
};

/// A row of the log: events as they were sent, a line each, the first with this number.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// The number of the first event.
    pub seq: i64,
    /// The events, a JSON text a line.
    pub body: String,
}

/// What a run does to its thread.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds an item at this place; one that is there already is replaced, and keeps its place.
    Put(i64, ThreadItem),
    /// Removes an item.
    Remove(ItemId),
    /// Gives the thread another title, status and domains of pictures.
    Thread {
        /// The title.
        title: Option<String>,
        /// The status.
        status: ThreadStatus,
        /// Where pictures may come from.
        domains: Option<Vec<String>>,
    },
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// `done`, `cancelled`, `failed` or `incomplete`.
    pub status: &'static str,
    /// Why, for people who look into the table.
    pub reason: Option<String>,
    /// Tokens.
    pub usage: Option<Value>,
    /// The tokens that count against the person's quota, and the day (UTC) on which they do.
    pub spent: Option<(NaiveDate, i64)>,
}

/// What one flush writes of one run.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows of logs.
    pub log: Vec<(RunKey, LogRow)>,
    /// What becomes of items and threads, in order.
    pub changes: Vec<(RunKey, Change)>,
    /// Ends.
    pub ends: Vec<(RunKey, Ending)>,
    /// Runs that this process lets go: their leases end.
    pub released: Vec<(RunKey, Release)>,
}

/// A run in somebody's hands: with the epoch under which they have it.
pub type Held = (RunId, i64);

/// Why a run is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The server stops. However often that happens, it is no failed attempt.
    HandedOn,
    /// Answering it failed.
    Failed,
}

impl Store {
    /// Writes what has come together since the last flush, fenced by the epochs. Gives the runs that are still in these hands. Written
    /// again, it is the same: whoever cannot know whether it was stored writes it once more.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing was written, unless the database went away at the very end.
    pub async fn flush(&self, batch: &Batch) -> Result<HashSet<Held>, StoreError> {
        let mut keys: Vec<RunKey> = batch.log.iter().map(|(key, _)| *key).collect();
        keys.extend(batch.changes.iter().map(|(key, _)| *key));
        keys.extend(batch.ends.iter().map(|(key, _)| *key));
        keys.extend(batch.released.iter().map(|(key, _)| *key));
        keys.sort_by_key(|key| (key.run, key.epoch));
        keys.dedup();
        let owned: Vec<(Uuid, i64)> = if batch.changes.is_empty() && batch.ends.is_empty() && batch.released.is_empty() {
            Self::flush_log(batch).fetch_all(&self.pool).await?
        } else {
            let (users, runs, epochs) = columns(keys.iter());
            let mut transaction = self.pool.begin().await?;
            // The rows of the runs are locked in one order, so that two flushes never wait for each other.
            let owned: Vec<(Uuid, i64)> = sqlx::query_as(
                "select r.id, r.lease_epoch from runs r join unnest($1::uuid[], $2::uuid[], $3::bigint[]) as x(user_id, id, epoch) \
                 on r.user_id = x.user_id and r.id = x.id and r.lease_epoch = x.epoch order by r.id for update of r",
            )
            .bind(users)
            .bind(runs)
            .bind(epochs)
            .fetch_all(&mut *transaction)
            .await?;
            if !batch.log.is_empty() {
                Self::flush_log(batch).fetch_all(&mut *transaction).await?;
            }
            flush_changes(&mut transaction, batch, &owned).await?;
            flush_ends(&mut transaction, batch).await?;
            release(&mut transaction, &batch.released).await?;
            transaction.commit().await?;
            for (key, _) in &batch.ends {
                self.changed(key.user, Hint::Threads);
            }
            owned
        };
        Ok(owned.into_iter().map(|(run, epoch)| (RunId(run), epoch)).collect())
    }

    fn flush_log(batch: &Batch) -> sqlx::query::QueryAs<'static, sqlx::Postgres, (Uuid, i64), sqlx::postgres::PgArguments> {
        let (users, runs, epochs) = columns(batch.log.iter().map(|(key, _)| key));
        sqlx::query_as(FLUSH_LOG)
            .bind(users)
            .bind(runs)
            .bind(epochs)
            .bind(batch.log.iter().map(|(_, row)| row.seq).collect::<Vec<_>>())
            .bind(batch.log.iter().map(|(_, row)| row.body.clone()).collect::<Vec<_>>())
    }
}

/// The same row once more, under the same epoch, is the same; under another one it is refused: a statement that began before somebody took
/// over may have written there meanwhile (`epoch` is not null).
const FLUSH_LOG: &str = "insert into run_events (user_id, run_id, seq, epoch, body) \
    select x.user_id, x.run_id, x.seq, x.epoch, x.body \
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[]) as x(user_id, run_id, epoch, seq, body) \
    join runs r on r.user_id = x.user_id and r.id = x.run_id and r.lease_epoch = x.epoch \
    on conflict (user_id, run_id, seq) do update set body = excluded.body, \
        epoch = case when run_events.epoch = excluded.epoch then excluded.epoch end \
    returning run_id, epoch";

/// Items come in bulk; what removes items or changes the thread stands between two bulks, so that the order is kept.
async fn flush_changes(connection: &mut PgConnection, batch: &Batch, owned: &[(Uuid, i64)]) -> Result<(), StoreError> {
    let mut bulk: Vec<(&RunKey, i64, &ThreadItem)> = Vec::new();
    for (key, change) in batch.changes.iter().filter(|(key, _)| owned.contains(&(key.run.0, key.epoch))) {
        match change {
            Change::Put(position, item) => match bulk.iter_mut().find(|(.., known)| known.id == item.id) {
                Some(known) => known.2 = item,
                None => bulk.push((key, *position, item)),
            },
            Change::Remove(item) => {
                put_items(connection, std::mem::take(&mut bulk)).await?;
                sqlx::query("delete from messages where user_id = $1 and conversation_id = $2 and id = $3")
                    .bind(key.user.0)
                    .bind(key.thread.0)
                    .bind(item.0)
                    .execute(&mut *connection)
                    .await?;
            }
            Change::Thread { title, status, domains } => {
                put_items(connection, std::mem::take(&mut bulk)).await?;
                sqlx::query(
                    "update conversations set title = $3, status = $4, \
                     metadata = jsonb_strip_nulls(metadata || jsonb_build_object('allowed_image_domains', $5::jsonb)) \
                     where user_id = $1 and id = $2",
                )
                .bind(key.user.0)
                .bind(key.thread.0)
                .bind(title)
                .bind(Json(status))
                .bind(domains.as_ref().map(Json))
                .execute(&mut *connection)
                .await?;
            }
        }
    }
    put_items(connection, bulk).await
}

async fn put_items(connection: &mut PgConnection, items: Vec<(&RunKey, i64, &ThreadItem)>) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with m as (insert into messages (user_id, id, conversation_id, position, kind, role, content, payload, hidden, created_at) \
           select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::bool[], $10::timestamptz[]) \
           on conflict (user_id, id) do update set kind = excluded.kind, role = excluded.role, content = excluded.content, \
             payload = excluded.payload, hidden = excluded.hidden, created_at = excluded.created_at where messages.conversation_id = excluded.conversation_id \
           returning user_id, conversation_id, position, created_at) \
         update conversations c set last_position = greatest(c.last_position, x.position), updated_at = greatest(c.updated_at, x.at) \
         from (select user_id, conversation_id, max(position) as position, max(created_at) as at from m group by 1, 2) x \
         where c.user_id = x.user_id and c.id = x.conversation_id",
    )
    .bind(items.iter().map(|(key, ..)| key.user.0).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.id.0).collect::<Vec<_>>())
    .bind(items.iter().map(|(key, ..)| key.thread.0).collect::<Vec<_>>())
    .bind(items.iter().map(|(_, position, _)| *position).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.body.kind()).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.body.role()).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.body.text()).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| Json(&item.body)).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.body.is_hidden()).collect::<Vec<_>>())
    .bind(items.iter().map(|(.., item)| item.created_at).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the leases of runs, so that another process goes on with them at once.
async fn release(connection: &mut PgConnection, released: &[(RunKey, Release)]) -> Result<(), StoreError> {
    if released.is_empty() {
        return Ok(());
    }
    let (users, runs, epochs) = columns(released.iter().map(|(key, _)| key));
    sqlx::query(
        "update runs r set lease_owner = null, lease_until = now() - interval '1 second', \
           attempt = attempt - (x.handed_on and r.lease_owner is not null)::int \
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[]) as x(user_id, id, epoch, handed_on) \
         where r.user_id = x.user_id and r.id = x.id and r.lease_epoch = x.epoch and r.status = 'running'",
    )
    .bind(users)
    .bind(runs)
    .bind(epochs)
    .bind(released.iter().map(|(_, why)| *why == Release::HandedOn).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    // Heard when this is committed. What failed here is not tried at once elsewhere.
    if released.iter().any(|(_, why)| *why == Release::HandedOn) {
        let notify = sqlx::query("select pg_notify($1, '')").bind(RELEASE_CHANNEL);
        notify.execute(connection).await?;
    }
    Ok(())
}

async fn flush_ends(connection: &mut PgConnection, batch: &Batch) -> Result<(), StoreError> {
    if batch.ends.is_empty() {
        return Ok(());
    }
    let (users, runs, epochs) = columns(batch.ends.iter().map(|(key, _)| key));
    sqlx::query(
        "update runs r set status = x.status, stop_reason = x.reason, usage = x.usage, finished_at = now(), lease_owner = null, lease_until = null \
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[]) as x(user_id, id, epoch, status, reason, usage) \
         where r.user_id = x.user_id and r.id = x.id and r.lease_epoch = x.epoch",
    )
    .bind(users)
    .bind(runs)
    .bind(epochs)
    .bind(batch.ends.iter().map(|(_, end)| end.status).collect::<Vec<_>>())
    .bind(batch.ends.iter().map(|(_, end)| end.reason.clone()).collect::<Vec<_>>())
    .bind(batch.ends.iter().map(|(_, end)| end.usage.clone()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    let spent = batch.ends.iter().filter_map(|(key, end)| Some((key.user.0, end.spent?)));
    let (users, (days, tokens)): (Vec<Uuid>, (Vec<NaiveDate>, Vec<i64>)) = spent.unzip();
    if users.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into usage_days (user_id, day, tokens) \
         select x.user_id, x.day, sum(x.tokens)::bigint from unnest($1::uuid[], $2::date[], $3::bigint[]) as x(user_id, day, tokens) \
         join users u on u.id = x.user_id group by x.user_id, x.day order by x.user_id, x.day \
         on conflict (user_id, day) do update set tokens = usage_days.tokens + excluded.tokens",
    )
    .bind(users)
    .bind(days)
    .bind(tokens)
    .execute(connection)
    .await?;
    Ok(())
}
