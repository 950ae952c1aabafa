//! The history of tasks (table `task_history`): for each command the rows of its tasks before and after it, who gave it, and by which door.
//! Undo reads it: the rows of before are put back whole, as long as nothing else has changed them since.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Store, StoreError, tasks};
use crate::domain::{
    actor::{Actor, Door},
    id::{TaskId, ThreadId, TokenId, UserId},
    task::Task,
};

/// How long a change can be taken back, and how long a deleted task lies in the trash.
pub const KEEP: TimeDelta = TimeDelta::days(30);

/// What stays of a task's row when its change cannot be taken back any more: enough to tell that it was made, completed, opened again, deleted
/// or restored.
const KEPT: [&str; 2] = ["status", "trashed_at"];
/// So many changes lose their texts in one statement.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// What an undo token begins with.
const PREFIX: &str = "undo_";

/// The token by which the change that is kept under this id is taken back.
pub fn token(id: Uuid) -> String {
    format!("{PREFIX}{}", id.simple())
}

/// The id of the change that a token is for.
pub fn id_of(token: &str) -> Option<Uuid> {
    token.trim().strip_prefix(PREFIX).and_then(|id| Uuid::try_parse(id).ok())
}

/// One task's row before and after a change, as JSON; `None` where there was none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TaskChange {
    id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
}

/// The changes of one command. Whatever writes a task ([`tasks::insert`], [`tasks::update`], [`tasks::trash`]) adds to it; [`keep`] stores it.
#[derive(Debug, Default)]
#[must_use = "changes that are not kept cannot be undone"]
pub struct ChangeSet(Vec<TaskChange>);

impl ChangeSet {
    /// Adds what became of one task. A second change of the same task continues the first.
    pub(super) fn add(&mut self, id: TaskId, before: Option<Value>, after: Option<Value>) {
        match self.0.iter_mut().find(|change| change.id == id.0) {
            Some(change) => change.after = after,
            None => self.0.push(TaskChange { id: id.0, before, after }),
        }
    }
}

/// Where a command came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Who gave it.
    pub actor: Actor,
    /// The way it came.
    pub door: Door,
    /// The token of a program.
    pub token: Option<TokenId>,
    /// The conversation in which it was given.
    pub thread: Option<ThreadId>,
    /// What joins it with others that are undone together, such as the id of a run; alone where `None`.
    pub group: Option<Uuid>,
}

impl Origin {
    /// A command that the person gave by their own hand on a page.
    pub fn page() -> Self {
        Self {
            actor: Actor::Person,
            door: Door::Page,
            token: None,
            thread: None,
            group: None,
        }
    }
}

/// Keeps the changes of a command under an id, by which they can be taken back. Gives the id, or `None` if nothing was changed.
///
/// # Errors
/// See [`StoreError`].
pub async fn keep(
    connection: &mut PgConnection,
    user: UserId,
    id: Uuid,
    command: &str,
    changes: ChangeSet,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, StoreError> {
    write(connection, user, id, command, changes, origin, None, now).await
}

#[expect(clippy::too_many_arguments, reason = "one for each column")]
async fn write(
    connection: &mut PgConnection,
    user: UserId,
    id: Uuid,
    command: &str,
    changes: ChangeSet,
    origin: &Origin,
    undoes: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, StoreError> {
    let changes: Vec<TaskChange> = changes.0.into_iter().filter(|change| change.before != change.after).collect();
    if changes.is_empty() {
        return Ok(None);
    }
    sqlx::query(
        "insert into task_history (user_id, id, group_id, thread_id, actor, token_id, door, command, changes, created_at, undoes) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(user.0)
    .bind(id)
    .bind(origin.group.unwrap_or(id))
    .bind(origin.thread.map(|thread| thread.0))
    .bind(origin.actor.name())
    .bind(origin.token.map(|token| token.0))
    .bind(origin.door.name())
    .bind(command)
    .bind(Json(changes))
    .bind(now)
    .bind(undoes)
    .execute(connection)
    .await?;
    Ok(Some(id))
}

/// Which change is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one with this id.
    One(Uuid),
    /// The newest of a conversation that was not taken back, with all that belong to its group.
    NewestOf(ThreadId),
}

/// What taking back came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// The tasks are as they were.
    Done {
        /// The tasks that are as they were before.
        restored: Vec<Task>,
        /// The tasks that the change had made; they are gone.
        removed: Vec<Task>,
    },
    /// There is no such change, it was taken back already, or it is too long ago.
    Unknown,
    /// This task was changed again since.
    ChangedSince(TaskId),
}

/// What taking a change back would do: each task with the row of before, and of now.
#[derive(Debug)]
struct Plan {
    /// The rows of the history, newest first.
    ids: Vec<Uuid>,
    group: Uuid,
    /// The change of each task over all of them.
    net: Vec<TaskChange>,
}

/// Either a plan, or why there is none.
enum Planned {
    Plan(Plan),
    Not(Undone),
}

async fn plan(connection: &mut PgConnection, user: UserId, which: Which, now: DateTime<Utc>) -> Result<Planned, StoreError> {
    const NEWEST: &str = "select id, group_id, changes from task_history where user_id = $1 and undone_at is null and forgotten_at is null and created_at >= $3 \
         and group_id = (select group_id from task_history where user_id = $1 and thread_id = $2 and undone_at is null and undoes is null \
           and forgotten_at is null and created_at >= $3 order by created_at desc, id desc limit 1) and thread_id = $2 and undoes is null \
         order by created_at desc, id desc for update";
    const ONE: &str = "select id, group_id, changes from task_history where user_id = $1 and id = $2 and undone_at is null \
         and forgotten_at is null and created_at >= $3 for update";
    let (sql, key) = match which {
        Which::One(id) => (ONE, id),
        Which::NewestOf(thread) => (NEWEST, thread.0),
    };
    let rows: Vec<(Uuid, Uuid, Json<Vec<TaskChange>>)> = sqlx::query_as(sql)
        .bind(user.0)
        .bind(key)
        .bind(now - KEEP)
        .fetch_all(&mut *connection)
        .await?;
    let Some((_, group, _)) = rows.first() else {
        return Ok(Planned::Not(Undone::Unknown));
    };
    let (group, ids) = (*group, rows.iter().map(|(id, ..)| *id).collect());
    let mut net: Vec<TaskChange> = Vec::new();
    for change in rows.into_iter().flat_map(|(_, _, Json(changes))| changes) {
        match net.iter_mut().find(|later| later.id == change.id) {
            None => net.push(change),
            Some(later) if !is_same(change.after.as_ref(), later.before.as_ref()) => {
                // Somebody else changed it between two commands of the group.
                return Ok(Planned::Not(Undone::ChangedSince(TaskId(change.id))));
            }
            Some(later) => later.before = change.before,
        }
    }
    Ok(Planned::Plan(Plan { ids, group, net }))
}

/// Whether a row is as it was stored. Columns that came with a later migration do not count.
fn is_same(row: Option<&Value>, stored: Option<&Value>) -> bool {
    match (row.and_then(Value::as_object), stored.and_then(Value::as_object)) {
        (None, None) => true,
        (Some(row), Some(stored)) => stored.iter().all(|(column, value)| row.get(column).is_none_or(|now| now == value)),
        _ => false,
    }
}

/// The tasks that taking a change back would touch: those that would be as before, and those that would be gone.
///
/// # Errors
/// See [`StoreError`].
pub async fn would_undo(
    connection: &mut PgConnection,
    user: UserId,
    which: Which,
    now: DateTime<Utc>,
) -> Result<(Vec<Task>, Vec<Task>), StoreError> {
    let Planned::Plan(plan) = plan(connection, user, which, now).await? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let (mut restored, mut removed) = (Vec::new(), Vec::new());
    for change in plan.net {
        match (&change.before, &change.after) {
            (Some(before), _) => restored.push(tasks::of_row(connection, before).await?),
            (None, Some(after)) => removed.push(tasks::of_row(connection, after).await?),
            (None, None) => {}
        }
    }
    let in_trash = restored.extract_if(.., |task| task.trashed_at.is_some());
    removed.extend(in_trash);
    Ok((restored, removed))
}

/// Takes a change back: puts the rows of before in place of those of now. A change is taken back once; the taking back is a command of its
/// own, kept under `new_id`.
///
/// # Errors
/// See [`StoreError`].
pub async fn undo(
    connection: &mut PgConnection,
    user: UserId,
    which: Which,
    new_id: Uuid,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Undone, StoreError> {
    let plan = match plan(connection, user, which, now).await? {
        Planned::Plan(plan) => plan,
        Planned::Not(undone) => return Ok(undone),
    };
    let ids: Vec<TaskId> = plan.net.iter().map(|change| TaskId(change.id)).collect();
    let current = tasks::rows(connection, user, &ids).await?;
    // All is looked at before anything is written: the caller may keep the transaction.
    for change in &plan.net {
        let row = current.iter().find(|(id, _)| id.0 == change.id).map(|(_, row)| row);
        if !is_same(row, change.after.as_ref()) {
            return Ok(Undone::ChangedSince(TaskId(change.id)));
        }
    }
    let mut changes = ChangeSet::default();
    let (mut restored, mut removed) = (Vec::new(), Vec::new());
    for change in plan.net {
        match (change.before, change.after) {
            (Some(before), after) => {
                let task = tasks::of_row(connection, &before).await?;
                match after {
                    Some(after) => drop(tasks::write(connection, user, &task, after, &mut changes).await?),
                    None => tasks::insert(connection, user, &task, &mut changes).await?,
                }
                if task.trashed_at.is_some() { &mut removed } else { &mut restored }.push(task);
            }
            (None, Some(after)) => {
                let task = tasks::of_row(connection, &after).await?;
                tasks::remove(connection, user, task.id, after, &mut changes).await?;
                removed.push(task);
            }
            (None, None) => {}
        }
    }
    sqlx::query("update task_history set undone_at = $3 where user_id = $1 and id = any($2)")
        .bind(user.0)
        .bind(&plan.ids)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    write(connection, user, new_id, "undo", changes, origin, Some(plan.group), now).await?;
    Ok(Undone::Done { restored, removed })
}

impl Store {
    /// The change that put each of these tasks into the trash, for those that lie there: what a restore takes back.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn trashed_by(&self, user: UserId, ids: &[TaskId], now: DateTime<Utc>) -> Result<Vec<(TaskId, Uuid)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<(Uuid, Option<Uuid>)> = sqlx::query_as(
            "select t.id, (select h.id from task_history h where h.user_id = $1 and h.undone_at is null and h.created_at >= $3 \
               and h.created_at = t.trashed_at and h.changes @> jsonb_build_array(jsonb_build_object('id', t.id)) \
               order by h.id desc limit 1) \
             from tasks t where t.user_id = $1 and t.id = any($2) and t.trashed_at is not null",
        )
        .bind(user.0)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .bind(now - KEEP)
        .fetch_all(&self.pool)
        .await?;
        Ok(found
            .into_iter()
            .filter_map(|(task, change)| Some((TaskId(task), change?)))
            .collect())
    }

    /// Those of these tasks that lie in the trash.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn in_trash(&self, user: UserId, ids: &[TaskId]) -> Result<Vec<TaskId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Uuid> = sqlx::query_scalar("select id from tasks where user_id = $1 and id = any($2) and trashed_at is not null")
            .bind(user.0)
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(&self.pool)
            .await?;
        Ok(found.into_iter().map(TaskId).collect())
    }

    /// Removes what has lain in the trash since before this time.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn empty_trash(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("delete from tasks where trashed_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes the texts of changes that cannot be taken back any more. Who made them, when, by which door and by which command stays, and
    /// of each task its id and what of [`KEPT`] it had. Gives how many changes that were.
    ///
    /// # Errors
    /// See [`StoreError`]; what was removed until then stays removed.
    pub async fn forget_texts(&self, now: DateTime<Utc>) -> Result<i64, StoreError> {
        let mut all = 0;
        loop {
            // Columns that come with later migrations go, too: what stays is named, not what goes.
            let some: i64 = sqlx::query_scalar(
                "with c as (select user_id, id from task_history where created_at < $1 and forgotten_at is null \
                   order by created_at limit $2 for update skip locked), \
                 u as (update task_history h set forgotten_at = $3, changes = (select coalesce(jsonb_agg(jsonb_build_object('id', change->'id', \
                     'before', (select jsonb_object_agg(key, value) from jsonb_each(nullif(change->'before', 'null')) where key = any($4)), \
                     'after', (select jsonb_object_agg(key, value) from jsonb_each(nullif(change->'after', 'null')) where key = any($4))) \
                   order by n), '[]') from jsonb_array_elements(h.changes) with ordinality as of (change, n)) \
                   from c where h.user_id = c.user_id and h.id = c.id) \
                 select count(*) from c",
            )
            .bind(now - KEEP)
            .bind(FORGOTTEN_AT_ONCE)
            .bind(now)
            .bind(KEPT)
            .fetch_one(&self.pool)
            .await?;
            all += some;
            if some < FORGOTTEN_AT_ONCE {
                break;
            }
        }
        // Nothing of this version reads or writes it.
        sqlx::query("delete from undos where created_at < $1")
            .bind(now - KEEP)
            .execute(&self.pool)
            .await?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_of_later_migrations_do_not_count() {
        let stored = json!({ "title": "Milk" });
        assert!(is_same(Some(&json!({ "title": "Milk", "list_id": null })), Some(&stored)));
        assert!(!is_same(Some(&json!({ "title": "Bread" })), Some(&stored)));
        assert!(!is_same(None, Some(&stored)) && !is_same(Some(&stored), None) && is_same(None, None));
    }

    #[test]
    fn two_changes_of_a_task_are_one() {
        let mut changes = ChangeSet::default();
        let id = TaskId(Uuid::from_u128(1));
        changes.add(id, Some(json!(1)), Some(json!(2)));
        changes.add(id, Some(json!(2)), Some(json!(3)));
        assert_eq!(
            (changes.0.len(), &changes.0[0].before, &changes.0[0].after),
            (1, &Some(json!(1)), &Some(json!(3)))
        );
        let is_empty = |changes: &ChangeSet| changes.0.iter().all(|change| change.before == change.after);
        assert!(!is_empty(&changes));
        changes.add(id, Some(json!(3)), Some(json!(1)));
        assert!(is_empty(&changes));
    }
}
