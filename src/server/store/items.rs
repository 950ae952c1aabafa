//! Thread items (table `messages`), stored as the wire has them.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{
    domain::id::{ItemId, ThreadId, UserId},
    protocol::{
        item::{ItemBody, ThreadItem},
        request::{Cut, Order},
        thread::Page,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    conversation_id: Uuid,
    payload: Json<ItemBody>,
    created_at: DateTime<Utc>,
}

impl From<Row> for ThreadItem {
    fn from(row: Row) -> Self {
        Self {
            id: ItemId(row.id),
            thread_id: ThreadId(row.conversation_id),
            created_at: row.created_at,
            body: row.payload.0,
        }
    }
}

impl Store {
    /// A page of a thread's items that clients may see. Does not look whether the thread exists.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if `after` names no item of the thread.
    pub async fn items(&self, user: UserId, thread: ThreadId, cut: &Cut) -> Result<Page<ThreadItem>, StoreError> {
        let after: Option<i64> = match &cut.after {
            None => None,
            Some(text) => {
                let id = text.parse::<ItemId>().map_err(|_| StoreError::NotFound)?;
                let position: i64 =
                    sqlx::query_scalar("select position from messages where user_id = $1 and id = $2 and conversation_id = $3")
                        .bind(user.0)
                        .bind(id.0)
                        .bind(thread.0)
                        .fetch_one(&self.pool)
                        .await?;
                Some(position)
            }
        };
        let (sql, edge) = match cut.order {
            Order::Desc => (
                "select id, conversation_id, payload, created_at from messages \
                 where user_id = $1 and conversation_id = $2 and not hidden and position < $3 order by position desc limit $4",
                after.unwrap_or(i64::MAX),
            ),
            Order::Asc => (
                "select id, conversation_id, payload, created_at from messages \
                 where user_id = $1 and conversation_id = $2 and not hidden and position > $3 order by position limit $4",
                after.unwrap_or(-1),
            ),
        };
        let limit = cut.limit();
        let rows: Vec<Row> = sqlx::query_as(sql)
            .bind(user.0)
            .bind(thread.0)
            .bind(edge)
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await?;
        Ok(Page::cut(
            rows.into_iter().map(ThreadItem::from).collect(),
            limit,
            |item: &ThreadItem| item.id.to_string(),
        ))
    }

    /// The newest items of a thread, hidden ones too, oldest first: what the model is told.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn history(&self, user: UserId, thread: ThreadId, newest: i64) -> Result<Vec<ThreadItem>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, conversation_id, payload, created_at from messages \
             where user_id = $1 and conversation_id = $2 order by position desc limit $3",
        )
        .bind(user.0)
        .bind(thread.0)
        .bind(newest)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().rev().map(ThreadItem::from).collect())
    }

    /// The newest message of the person in a thread.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none.
    pub async fn last_user_item(&self, user: UserId, thread: ThreadId) -> Result<ItemId, StoreError> {
        let id: Uuid = sqlx::query_scalar(
            "select id from messages where user_id = $1 and conversation_id = $2 and kind = 'user_message' order by position desc limit 1",
        )
        .bind(user.0)
        .bind(thread.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(ItemId(id))
    }

    /// One item of a thread.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn item(&self, user: UserId, thread: ThreadId, id: ItemId) -> Result<ThreadItem, StoreError> {
        let row: Row = sqlx::query_as(
            "select id, conversation_id, payload, created_at from messages where user_id = $1 and conversation_id = $2 and id = $3",
        )
        .bind(user.0)
        .bind(thread.0)
        .bind(id.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.into())
    }

    /// Saves an item that is there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn save_item(&self, user: UserId, item: &ThreadItem) -> Result<(), StoreError> {
        let done = sqlx::query("update messages set payload = $4, content = $5 where user_id = $1 and conversation_id = $2 and id = $3")
            .bind(user.0)
            .bind(item.thread_id.0)
            .bind(item.id.0)
            .bind(Json(&item.body))
            .bind(item.body.text())
            .execute(&self.pool)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        Ok(())
    }

    /// The visible items behind one, oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn items_after(&self, user: UserId, thread: ThreadId, item: ItemId) -> Result<Vec<ItemId>, StoreError> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "select id from messages where user_id = $1 and conversation_id = $2 and not hidden and position > \
             (select position from messages where user_id = $1 and id = $3 and conversation_id = $2) order by position",
        )
        .bind(user.0)
        .bind(thread.0)
        .bind(item.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ItemId).collect())
    }

    /// The newest item of a thread, hidden or not.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn last_item(&self, user: UserId, thread: ThreadId) -> Result<Option<ItemId>, StoreError> {
        let id: Option<Uuid> =
            sqlx::query_scalar("select id from messages where user_id = $1 and conversation_id = $2 order by position desc limit 1")
                .bind(user.0)
                .bind(thread.0)
                .fetch_optional(&self.pool)
                .await?;
        Ok(id.map(ItemId))
    }

    /// The calls of the client's tools that were not answered, the newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn pending_calls(&self, user: UserId, thread: ThreadId) -> Result<Vec<ThreadItem>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, conversation_id, payload, created_at from messages where user_id = $1 and conversation_id = $2 \
             and kind = 'client_tool_call' and payload ->> 'status' = 'pending' order by position desc",
        )
        .bind(user.0)
        .bind(thread.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(ThreadItem::from).collect())
    }
}
