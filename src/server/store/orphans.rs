//! Runs whose owner is gone.

use uuid::Uuid;

use super::{
    Store, StoreError,
    runs::{LEASE_SECONDS, RunKey},
};
use crate::{
    domain::id::{ItemId, RunId, ThreadId, UserId},
    server::calendar::Calendar,
};

/// The most runs that are taken over at once.
pub const ORPHANS_AT_ONCE: i64 = 50;

/// A run whose owner is gone.
#[derive(Debug, Clone)]
pub struct Orphan {
    /// The run, with the epoch under which it was taken.
    pub key: RunKey,
    /// The place of the newest item in the thread.
    pub position: i64,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// The item that is answered.
    pub about: ItemId,
    /// The person wants it stopped.
    pub stop_wanted: bool,
    /// What the one who accepted it left for others, as text: that it cannot be read any more is no reason to take no run at all.
    pub request: Option<String>,
    /// The person's calendar.
    pub calendar: Calendar,
}

#[derive(sqlx::FromRow)]
struct OrphanRow {
    user_id: Uuid,
    id: Uuid,
    thread_id: Uuid,
    lease_epoch: i64,
    last_position: i64,
    attempt: i32,
    user_item_id: Uuid,
    stop_wanted: bool,
    request: Option<String>,
    zone: String,
    week_start: Option<String>,
}

impl From<OrphanRow> for Orphan {
    fn from(row: OrphanRow) -> Self {
        Self {
            key: RunKey {
                user: UserId(row.user_id),
                run: RunId(row.id),
                thread: ThreadId(row.thread_id),
                epoch: row.lease_epoch,
            },
            position: row.last_position,
            attempt: row.attempt,
            about: ItemId(row.user_item_id),
            stop_wanted: row.stop_wanted,
            request: row.request,
            calendar: Calendar::new(&row.zone, row.week_start.as_deref()),
        }
    }
}

impl Store {
    /// Takes runs whose lease has ended; with `all`, also those whose lease runs, because no other process can be there. Not those that this
    /// process is answering (`lives`): what it gave up itself, it may take again.
    ///
    /// # Errors
    /// See [`StoreError`]; then none was taken, as far as is known.
    pub async fn take_orphans(&self, owner: Uuid, lives: &[RunId], all: bool) -> Result<Vec<Orphan>, StoreError> {
        let found: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(
            "select user_id, id, lease_epoch from runs where status in ('queued', 'running') and (lease_until < now() or $1) \
             and id <> all($2) limit $3",
        )
        .bind(all)
        .bind(lives.iter().map(|run| run.0).collect::<Vec<_>>())
        .bind(ORPHANS_AT_ONCE)
        .fetch_all(&self.pool)
        .await?;
        let mut taken = Vec::new();
        for candidate in found {
            match self.take_orphan(owner, candidate, all).await {
                Ok(orphan) => taken.extend(orphan),
                Err(error) if taken.is_empty() => return Err(error),
                // Those that are taken must be gone on with; the others are found again.
                Err(error) => {
                    tracing::warn!(%error, "not all runs without an owner could be taken");
                    break;
                }
            }
        }
        Ok(taken)
    }

    /// Takes one, unless somebody else has it by now, its lease was renewed, or somebody is writing it.
    async fn take_orphan(&self, owner: Uuid, (user, run, epoch): (Uuid, Uuid, i64), all: bool) -> Result<Option<Orphan>, StoreError> {
        let row: Option<OrphanRow> = sqlx::query_as(
            "with o as (select id from runs where user_id = $1 and id = $2 and lease_epoch = $3 and status in ('queued', 'running') \
               and (lease_until < now() or $4) for update skip locked) \
             update runs r set lease_owner = $5, lease_epoch = lease_epoch + 1, lease_until = now() + make_interval(secs => $6), \
               status = 'running', attempt = attempt + 1 \
             from o, conversations c, users u where r.user_id = $1 and r.id = o.id and c.user_id = $1 and c.id = r.thread_id and u.id = $1 \
             returning r.user_id, r.id, r.thread_id, r.lease_epoch, c.last_position, r.attempt, r.user_item_id, r.request::text, \
               r.cancel_requested_at is not null as stop_wanted, u.zone, u.week_start",
        )
        .bind(user)
        .bind(run)
        .bind(epoch)
        .bind(all)
        .bind(owner)
        .bind(LEASE_SECONDS)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Orphan::from))
    }
}
