//! Tasks. Changes take a connection, so that they can be part of a command's transaction, and a [`ChangeSet`], so that none is missing in the
//! history. A task in the trash is none to all but [`super::history`].

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::QueryAs};
use uuid::Uuid;

use super::{Store, StoreError, history::ChangeSet};
use crate::domain::{
    id::{TaskId, UserId},
    task::{Due, Priority, Task, TaskStatus},
};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    title: String,
    notes: Option<String>,
    status: String,
    priority: i16,
    due_date: Option<NaiveDate>,
    due_time: Option<NaiveTime>,
    zone: Option<String>,
    repeat: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    trashed_at: Option<DateTime<Utc>>,
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self {
            id: TaskId(row.id),
            title: row.title,
            notes: row.notes,
            status: if row.status == "completed" {
                TaskStatus::Completed
            } else {
                TaskStatus::Pending
            },
            priority: Priority::from_number(row.priority),
            due: row.due_date.map(|date| Due { date, time: row.due_time }),
            zone: row.zone,
            repeat: row.repeat,
            created_at: row.created_at,
            updated_at: row.updated_at,
            completed_at: row.completed_at,
            trashed_at: row.trashed_at,
        }
    }
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Only these; both where `None`.
    pub status: Option<TaskStatus>,
    /// Due on this day or later.
    pub due_from: Option<NaiveDate>,
    /// Due on this day or earlier.
    pub due_to: Option<NaiveDate>,
    /// Still to do, and due before this moment, on the same clock as their dates. A day without a time has passed when it is over.
    pub overdue_at: Option<NaiveDateTime>,
    /// Completed at this moment or later.
    pub completed_from: Option<DateTime<Utc>>,
    /// Completed before this moment.
    pub completed_before: Option<DateTime<Utc>>,
    /// As urgent as this.
    pub priority: Option<Priority>,
    /// These letters are in the title or the notes, whatever their case.
    pub query: Option<String>,
    /// Behind this task.
    pub after: Option<TaskId>,
    /// How many at the most.
    pub limit: i64,
}

const COLUMNS: &str =
    "id, title, notes, status, priority, due_date, due_time, zone, repeat, created_at, updated_at, completed_at, trashed_at";

/// Tasks of a person: pending ones by due date, time and priority, then completed ones, the newest first. Gives one more than
/// `filter.limit` where there are more.
///
/// # Errors
/// [`StoreError::NotFound`] if `after` names no task of theirs.
pub async fn list(connection: &mut PgConnection, user: UserId, filter: &TaskFilter) -> Result<Vec<Task>, StoreError> {
    if let Some(after) = filter.after {
        get(connection, user, after).await?;
    }
    // The order as one row of values that sort upwards, so that "behind this task" is one comparison.
    const KEY: &str = "status = 'completed', coalesce(-extract(epoch from completed_at), 0), coalesce(due_date, 'infinity'), \
                       coalesce(due_time, '24:00'), priority, id";
    let sql = format!(
        "select {COLUMNS} from tasks where {FITS} \
         and ($10::uuid is null or ({KEY}) > (select {KEY} from tasks where user_id = $1 and id = $10)) \
         order by {KEY} limit $11"
    );
    let rows: Vec<Row> = filtered(sqlx::query_as(sqlx::AssertSqlSafe(sql)), user, filter)
        .bind(filter.after.map(|id| id.0))
        .bind(filter.limit + 1)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// How many tasks there are, whatever `after` and `limit` say.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(connection: &mut PgConnection, user: UserId, filter: &TaskFilter) -> Result<i64, StoreError> {
    let sql = format!("select count(*) from tasks where {FITS}");
    let (count,): (i64,) = filtered(sqlx::query_as(sqlx::AssertSqlSafe(sql)), user, filter)
        .fetch_one(connection)
        .await?;
    Ok(count)
}

/// What a filter says of a task; its values are bound by [`filtered`].
const FITS: &str = "user_id = $1 and trashed_at is null \
    and ($2::text is null or status = $2) and ($3::date is null or due_date >= $3) and ($4::date is null or due_date <= $4) \
    and ($5::text is null or title ilike $5 or notes ilike $5) \
    and ($6::timestamp is null or (status = 'pending' and (due_date < $6::date or due_date = $6::date and due_time < $6::time))) \
    and ($7::timestamptz is null or completed_at >= $7) and ($8::timestamptz is null or completed_at < $8) \
    and ($9::int2 is null or priority = $9)";

fn filtered<'q, O>(
    query: QueryAs<'q, Postgres, O, PgArguments>,
    user: UserId,
    filter: &TaskFilter,
) -> QueryAs<'q, Postgres, O, PgArguments> {
    let pattern = filter
        .query
        .as_ref()
        .map(|words| format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")));
    query
        .bind(user.0)
        .bind(filter.status.map(status_name))
        .bind(filter.due_from)
        .bind(filter.due_to)
        .bind(pattern)
        .bind(filter.overdue_at)
        .bind(filter.completed_from)
        .bind(filter.completed_before)
        .bind(filter.priority.map(Priority::number))
}

/// One task of a person.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(connection: &mut PgConnection, user: UserId, id: TaskId) -> Result<Task, StoreError> {
    let sql = format!("select {COLUMNS} from tasks where user_id = $1 and id = $2 and trashed_at is null");
    let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(user.0)
        .bind(id.0)
        .fetch_one(connection)
        .await?;
    Ok(row.into())
}

/// The tasks with these ids, in this order; those that are gone, or somebody else's, are left out.
///
/// # Errors
/// See [`StoreError`].
pub async fn by_id(connection: &mut PgConnection, user: UserId, ids: &[TaskId]) -> Result<Vec<Task>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("select {COLUMNS} from tasks where user_id = $1 and id = any($2) and trashed_at is null");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(user.0)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    let mut tasks: Vec<Task> = rows.into_iter().map(Task::from).collect();
    tasks.sort_by_key(|task| ids.iter().position(|id| *id == task.id));
    Ok(tasks)
}

/// A task that is about to be changed, with the whole row of before. The row is locked until the transaction ends.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The task as it is.
    pub task: Task,
    row: Value,
}

/// Takes one task of a person to change it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock(connection: &mut PgConnection, user: UserId, id: TaskId) -> Result<Locked, StoreError> {
    let rows = rows(connection, user, &[id]).await?;
    let (_, row) = rows.into_iter().next().ok_or(StoreError::NotFound)?;
    let task = of_row(connection, &row).await?;
    match task.trashed_at {
        None => Ok(Locked { task, row }),
        Some(_) => Err(StoreError::NotFound),
    }
}

/// The rows of these tasks as JSON, those in the trash too, locked until the transaction ends.
pub(super) async fn rows(connection: &mut PgConnection, user: UserId, ids: &[TaskId]) -> Result<Vec<(TaskId, Value)>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, Value)> =
        sqlx::query_as("select id, to_jsonb(tasks) from tasks where user_id = $1 and id = any($2) order by id for update")
            .bind(user.0)
            .bind(ids)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(id, row)| (TaskId(id), row)).collect())
}

/// The task of a row that was kept as JSON.
pub(super) async fn of_row(connection: &mut PgConnection, row: &Value) -> Result<Task, StoreError> {
    let sql = format!("select {COLUMNS} from jsonb_populate_record(null::tasks, $1)");
    let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(row).fetch_one(connection).await?;
    Ok(row.into())
}

/// Whether this person may have so many more tasks: with all that there are, the trash included, not more than `most`.
///
/// # Errors
/// See [`StoreError`].
pub async fn has_room(connection: &mut PgConnection, user: UserId, more: usize, most: u32) -> Result<bool, StoreError> {
    let most = i64::from(most);
    // No more are counted than matter.
    let count: i64 = sqlx::query_scalar("select count(*) from (select 1 from tasks where user_id = $1 limit $2) t")
        .bind(user.0)
        .bind(most)
        .fetch_one(connection)
        .await?;
    Ok(count.saturating_add(i64::try_from(more).unwrap_or(i64::MAX)) <= most)
}

/// Stores a new task.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(connection: &mut PgConnection, user: UserId, task: &Task, changes: &mut ChangeSet) -> Result<(), StoreError> {
    let after: Value = sqlx::query_scalar(
        "insert into tasks (user_id, id, title, notes, status, priority, due_date, due_time, zone, created_at, updated_at, completed_at, repeat, \
         trashed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning to_jsonb(tasks)",
    )
    .bind(user.0)
    .bind(task.id.0)
    .bind(&task.title)
    .bind(&task.notes)
    .bind(status_name(task.status))
    .bind(task.priority.number())
    .bind(task.due.as_ref().map(|due| due.date))
    .bind(task.due.as_ref().and_then(|due| due.time))
    .bind(&task.zone)
    .bind(task.created_at)
    .bind(task.updated_at)
    .bind(task.completed_at)
    .bind(&task.repeat)
    .bind(task.trashed_at)
    .fetch_one(connection)
    .await?;
    changes.add(task.id, None, Some(after));
    Ok(())
}

/// Stores all that can change of a task. `locked` goes on standing for the task, as it is then.
///
/// # Errors
/// See [`StoreError`].
pub async fn update(
    connection: &mut PgConnection,
    user: UserId,
    locked: &mut Locked,
    task: Task,
    changes: &mut ChangeSet,
) -> Result<(), StoreError> {
    locked.row = write(connection, user, &task, locked.row.take(), changes).await?;
    locked.task = task;
    Ok(())
}

/// Puts a task into the trash.
///
/// # Errors
/// See [`StoreError`].
pub async fn trash(
    connection: &mut PgConnection,
    user: UserId,
    locked: &mut Locked,
    now: DateTime<Utc>,
    changes: &mut ChangeSet,
) -> Result<(), StoreError> {
    let task = Task {
        trashed_at: Some(now),
        ..locked.task.clone()
    };
    update(connection, user, locked, task, changes).await
}

/// Stores a task over the row that it had; gives the row that it has then.
pub(super) async fn write(
    connection: &mut PgConnection,
    user: UserId,
    task: &Task,
    before: Value,
    changes: &mut ChangeSet,
) -> Result<Value, StoreError> {
    let after: Value = sqlx::query_scalar(
        "update tasks set title = $3, notes = $4, status = $5, priority = $6, due_date = $7, due_time = $8, zone = $9, updated_at = $10, \
         completed_at = $11, repeat = $12, trashed_at = $13 where user_id = $1 and id = $2 returning to_jsonb(tasks)",
    )
    .bind(user.0)
    .bind(task.id.0)
    .bind(&task.title)
    .bind(&task.notes)
    .bind(status_name(task.status))
    .bind(task.priority.number())
    .bind(task.due.as_ref().map(|due| due.date))
    .bind(task.due.as_ref().and_then(|due| due.time))
    .bind(&task.zone)
    .bind(task.updated_at)
    .bind(task.completed_at)
    .bind(&task.repeat)
    .bind(task.trashed_at)
    .fetch_one(connection)
    .await?;
    changes.add(task.id, Some(before), Some(after.clone()));
    Ok(after)
}

/// Removes a row: only the undo of what made it does that.
pub(super) async fn remove(
    connection: &mut PgConnection,
    user: UserId,
    id: TaskId,
    before: Value,
    changes: &mut ChangeSet,
) -> Result<(), StoreError> {
    sqlx::query("delete from tasks where user_id = $1 and id = $2")
        .bind(user.0)
        .bind(id.0)
        .execute(connection)
        .await?;
    changes.add(id, Some(before), None);
    Ok(())
}

fn status_name(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Pending => "pending",
        TaskStatus::Completed => "completed",
    }
}

impl Store {
    /// A connection for the functions of this file.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn connection(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// The tasks with these ids, in this order; those that are gone, or somebody else's, are left out.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn tasks_by_id(&self, user: UserId, ids: &[TaskId]) -> Result<Vec<Task>, StoreError> {
        let mut connection = self.connection().await?;
        by_id(&mut connection, user, ids).await
    }
}
