//! Threads (table `conversations`).

use chrono::{DateTime, Utc};
use serde_json::Map;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, changes::Hint};
use crate::{
    domain::id::{ThreadId, UserId},
    protocol::{
        request::{Cut, Order},
        thread::{Page, ThreadMetadata, ThreadStatus},
    },
};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: Uuid,
    pub title: Option<String>,
    pub status: Json<ThreadStatus>,
    /// Where pictures may come from, as the server-side metadata keeps it.
    pub domains: Option<Json<Vec<String>>>,
    pub created_at: DateTime<Utc>,
}

impl From<Row> for ThreadMetadata {
    fn from(row: Row) -> Self {
        Self {
            title: row.title,
            id: ThreadId(row.id),
            created_at: row.created_at,
            status: row.status.0,
            allowed_image_domains: row.domains.map(|domains| domains.0),
            metadata: Map::new(),
        }
    }
}

/// A thread in a list, with what the page shows of it.
#[derive(Debug, Clone)]
pub struct ListedThread {
    /// The thread.
    pub thread: ThreadMetadata,
    /// Whether an answer is being written in it.
    pub live: bool,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    row: Row,
    live: bool,
}

/// Threads of a person with what the page shows of them; `$cut` says which, and in which order.
macro_rules! listed {
    ($cut:literal) => {
        concat!(
            "select c.id, c.title, c.status, c.metadata -> 'allowed_image_domains' as domains, c.created_at, r.id is not null as live from conversations c \
             left join runs r on r.user_id = c.user_id and r.thread_id = c.id and r.status in ('queued', 'running') \
             where c.user_id = $1 and ",
            $cut,
            " limit $2"
        )
    };
}

impl Store {
    /// A thread of this person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn thread(&self, user: UserId, id: ThreadId) -> Result<ThreadMetadata, StoreError> {
        let row: Row = sqlx::query_as(
            "select id, title, status, metadata -> 'allowed_image_domains' as domains, created_at from conversations \
             where user_id = $1 and id = $2",
        )
        .bind(user.0)
        .bind(id.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.into())
    }

    /// A page of this person's threads, by the time they were made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if `after` names no thread of theirs.
    pub async fn threads(&self, user: UserId, cut: &Cut) -> Result<Page<ListedThread>, StoreError> {
        let after = match &cut.after {
            None => None,
            Some(text) => Some(text.parse::<ThreadId>().map_err(|_| StoreError::NotFound)?.0),
        };
        let sql = match (cut.order, after) {
            (Order::Desc, None) => listed!("$3::uuid is null order by c.created_at desc, c.id desc"),
            (Order::Desc, Some(_)) => listed!(
                "(c.created_at, c.id) < (select created_at, id from conversations where user_id = $1 and id = $3) \
                 order by c.created_at desc, c.id desc"
            ),
            (Order::Asc, None) => listed!("$3::uuid is null order by c.created_at, c.id"),
            (Order::Asc, Some(_)) => listed!(
                "(c.created_at, c.id) > (select created_at, id from conversations where user_id = $1 and id = $3) \
                 order by c.created_at, c.id"
            ),
        };
        if let Some(after) = after {
            self.thread(user, ThreadId(after)).await?;
        }
        let limit = cut.limit();
        let rows: Vec<ListedRow> = sqlx::query_as(sql)
            .bind(user.0)
            .bind(limit as i64 + 1)
            .bind(after)
            .fetch_all(&self.pool)
            .await?;
        let threads = rows
            .into_iter()
            .map(|listed| ListedThread {
                thread: listed.row.into(),
                live: listed.live,
            })
            .collect();
        Ok(Page::cut(threads, limit, |listed: &ListedThread| listed.thread.id.to_string()))
    }

    /// Gives a thread another title.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn rename_thread(&self, user: UserId, id: ThreadId, title: &str, now: DateTime<Utc>) -> Result<ThreadMetadata, StoreError> {
        let row: Row = sqlx::query_as(
            "update conversations set title = $3, updated_at = $4 where user_id = $1 and id = $2 \
             returning id, title, status, metadata -> 'allowed_image_domains' as domains, created_at",
        )
        .bind(user.0)
        .bind(id.0)
        .bind(title)
        .bind(now)
        .fetch_one(&self.pool)
        .await?;
        self.changed(user, Hint::Thread(id));
        Ok(row.into())
    }

    /// Gives a thread another status.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_thread_status(&self, user: UserId, id: ThreadId, status: &ThreadStatus) -> Result<(), StoreError> {
        let done = sqlx::query("update conversations set status = $3 where user_id = $1 and id = $2")
            .bind(user.0)
            .bind(id.0)
            .bind(Json(status))
            .execute(&self.pool)
            .await?;
        if done.rows_affected() == 0 {
            Err(StoreError::NotFound)
        } else {
            self.changed(user, Hint::Thread(id));
            Ok(())
        }
    }

    /// Deletes a thread with its items and runs, and hides its files. Tasks stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_thread(&self, user: UserId, id: ThreadId) -> Result<(), StoreError> {
        let done = sqlx::query(
            "with e as (delete from run_events e using runs r where r.user_id = $1 and r.thread_id = $2 and e.user_id = r.user_id \
             and e.run_id = r.id), \
             a as (update attachments set removed_at = now() where user_id = $1 and thread_id = $2 and removed_at is null) \
             delete from conversations where user_id = $1 and id = $2",
        )
        .bind(user.0)
        .bind(id.0)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            Err(StoreError::NotFound)
        } else {
            self.changed(user, Hint::Thread(id));
            Ok(())
        }
    }
}
