//! Tasks. Changes take a connection, so that they can be part of a tool call's transaction.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::QueryAs};
use uuid::Uuid;

use super::{Store, StoreError};
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

const COLUMNS: &str = "id, title, notes, status, priority, due_date, due_time, zone, repeat, created_at, updated_at, completed_at";

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
const FITS: &str = "user_id = $1 \
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
    let sql = format!("select {COLUMNS} from tasks where user_id = $1 and id = $2");
    let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(user.0)
        .bind(id.0)
        .fetch_one(connection)
        .await?;
    Ok(row.into())
}

/// The task of a row that was kept as JSON (see [`super::undos`]).
///
/// # Errors
/// See [`StoreError`].
pub(super) async fn of_row(connection: &mut PgConnection, row: &serde_json::Value) -> Result<Task, StoreError> {
    let sql = format!("select {COLUMNS} from jsonb_populate_record(null::tasks, $1)");
    let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(row).fetch_one(connection).await?;
    Ok(row.into())
}

/// Stores a new task.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(connection: &mut PgConnection, user: UserId, task: &Task) -> Result<(), StoreError> {
    sqlx::query(
        "insert into tasks (user_id, id, title, notes, status, priority, due_date, due_time, zone, created_at, updated_at, completed_at, repeat) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores all that can change of a task.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn update(connection: &mut PgConnection, user: UserId, task: &Task) -> Result<(), StoreError> {
    let done = sqlx::query(
        "update tasks set title = $3, notes = $4, status = $5, priority = $6, due_date = $7, due_time = $8, zone = $9, updated_at = $10, \
         completed_at = $11, repeat = $12 where user_id = $1 and id = $2",
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
    .execute(connection)
    .await?;
    if done.rows_affected() == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}

/// Deletes a task.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn delete(connection: &mut PgConnection, user: UserId, id: TaskId) -> Result<(), StoreError> {
    let done = sqlx::query("delete from tasks where user_id = $1 and id = $2")
        .bind(user.0)
        .bind(id.0)
        .execute(connection)
        .await?;
    if done.rows_affected() == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
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
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("select {COLUMNS} from tasks where user_id = $1 and id = any($2)");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(user.0)
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(&self.pool)
            .await?;
        let mut tasks: Vec<Task> = rows.into_iter().map(Task::from).collect();
        tasks.sort_by_key(|task| ids.iter().position(|id| *id == task.id));
        Ok(tasks)
    }
}
