//! Taking a change of tasks back (table `undos`): the rows before and after it are kept for a day, and put back whole, as long as nothing
//! else has changed them since.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{StoreError, tasks};
use crate::domain::{
    id::{TaskId, UserId},
    task::Task,
};

/// So long a change can be taken back.
pub const KEEP: TimeDelta = TimeDelta::hours(24);

/// One task's row before and after a change; `None` where there was none.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Change {
    id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
}

/// The rows of some tasks at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot(Vec<(Uuid, Value)>);

impl Snapshot {
    /// Whether there was such a task.
    pub fn has(&self, id: TaskId) -> bool {
        self.row(id.0).is_some()
    }

    fn row(&self, id: Uuid) -> Option<&Value> {
        self.0.iter().find(|(other, _)| *other == id).map(|(_, row)| row)
    }
}

/// What taking back came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// The tasks are as they were; `removed` are those that the change had made.
    Done {
        /// The tasks that are back.
        restored: Vec<Task>,
        /// The tasks that are gone.
        removed: Vec<TaskId>,
    },
    /// There is no such change, it was taken back already, or it is too long ago.
    Unknown,
    /// This task was changed again since.
    ChangedSince(TaskId),
}

/// The rows of these tasks, locked until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn snapshot(connection: &mut PgConnection, user: UserId, ids: &[TaskId]) -> Result<Snapshot, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as("select id, to_jsonb(tasks) from tasks where user_id = $1 and id = any($2) order by id for update")
        .bind(user.0)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(Snapshot(rows))
}

/// Keeps how to take back what has happened to these tasks since the snapshot. `false` if nothing has.
///
/// # Errors
/// See [`StoreError`].
pub async fn keep(
    connection: &mut PgConnection,
    user: UserId,
    id: Uuid,
    ids: &[TaskId],
    before: &Snapshot,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let after = snapshot(connection, user, ids).await?;
    let mut all: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    all.sort_unstable();
    all.dedup();
    let changes: Vec<Change> = all
        .into_iter()
        .map(|id| Change {
            id,
            before: before.row(id).cloned(),
            after: after.row(id).cloned(),
        })
        .filter(|change| change.before != change.after)
        .collect();
    if changes.is_empty() {
        return Ok(false);
    }
    sqlx::query("delete from undos where user_id = $1 and created_at < $2")
        .bind(user.0)
        .bind(now - KEEP)
        .execute(&mut *connection)
        .await?;
    sqlx::query("insert into undos (user_id, id, changes, created_at) values ($1, $2, $3, $4)")
        .bind(user.0)
        .bind(id)
        .bind(Json(changes))
        .bind(now)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Puts the rows back. A change is taken back once; one that cannot be stays.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_back(connection: &mut PgConnection, user: UserId, id: Uuid, now: DateTime<Utc>) -> Result<Undone, StoreError> {
    let found: Option<(Json<Vec<Change>>,)> =
        sqlx::query_as("delete from undos where user_id = $1 and id = $2 and created_at >= $3 returning changes")
            .bind(user.0)
            .bind(id)
            .bind(now - KEEP)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((Json(changes),)) = found else {
        return Ok(Undone::Unknown);
    };
    let ids: Vec<TaskId> = changes.iter().map(|change| TaskId(change.id)).collect();
    let current = snapshot(connection, user, &ids).await?;
    // All is looked at before anything is written: the caller may keep the transaction.
    for change in &changes {
        if current.row(change.id) != change.after.as_ref() {
            return Ok(Undone::ChangedSince(TaskId(change.id)));
        }
    }
    let (mut restored, mut removed) = (Vec::new(), Vec::new());
    for change in changes {
        let Some(before) = change.before else {
            tasks::delete(connection, user, TaskId(change.id)).await?;
            removed.push(TaskId(change.id));
            continue;
        };
        let task = tasks::of_row(connection, &before).await?;
        if change.after.is_some() {
            tasks::update(connection, user, &task).await?;
        } else {
            tasks::insert(connection, user, &task).await?;
        }
        restored.push(task);
    }
    Ok(Undone::Done { restored, removed })
}
