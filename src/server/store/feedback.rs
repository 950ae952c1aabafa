//! What people think of answers (table `item_feedback`).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{
    domain::id::{ItemId, ThreadId, UserId},
    protocol::request::FeedbackKind,
};

/// An opinion of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFeedback {
    /// The answer.
    pub item: ItemId,
    /// Its thread.
    pub thread: ThreadId,
    /// The opinion.
    pub kind: FeedbackKind,
    /// The beginning of the answer's text.
    pub text: String,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// Keeps an opinion of items; a later one takes the place of an earlier one. All or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if one of the items is not visible in this thread.
    pub async fn add_feedback(
        &self,
        user: UserId,
        thread: ThreadId,
        items: &[ItemId],
        kind: FeedbackKind,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut transaction = self.pool.begin().await?;
        let done = sqlx::query(
            "insert into item_feedback (user_id, item_id, thread_id, kind, created_at) \
             select user_id, id, conversation_id, $4, $5 from messages \
             where user_id = $1 and conversation_id = $2 and id = any($3) and not hidden \
             on conflict (user_id, item_id) do update set kind = excluded.kind, created_at = excluded.created_at",
        )
        .bind(user.0)
        .bind(thread.0)
        .bind(&ids)
        .bind(kind_name(kind))
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() != ids.len() as u64 {
            transaction.rollback().await?;
            return Err(StoreError::NotFound);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes an opinion back. Nothing happens if there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn remove_feedback(&self, user: UserId, item: ItemId) -> Result<(), StoreError> {
        sqlx::query("delete from item_feedback where user_id = $1 and item_id = $2")
            .bind(user.0)
            .bind(item.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The opinions that a person gave of items of a thread.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn feedback_of(&self, user: UserId, thread: ThreadId) -> Result<Vec<(ItemId, FeedbackKind)>, StoreError> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as("select item_id, kind from item_feedback where user_id = $1 and thread_id = $2")
            .bind(user.0)
            .bind(thread.0)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(|(item, kind)| (ItemId(item), kind_of(&kind))).collect())
    }

    /// A person's newest opinions.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn feedback(&self, user: UserId, limit: i64) -> Result<Vec<GivenFeedback>, StoreError> {
        let rows: Vec<(Uuid, Uuid, String, String, DateTime<Utc>)> = sqlx::query_as(
            "select f.item_id, f.thread_id, f.kind, left(m.content, 200), f.created_at from item_feedback f \
             join messages m on m.user_id = f.user_id and m.id = f.item_id \
             where f.user_id = $1 order by f.created_at desc, f.item_id limit $2",
        )
        .bind(user.0)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(item, thread, kind, text, created_at)| GivenFeedback {
                item: ItemId(item),
                thread: ThreadId(thread),
                kind: kind_of(&kind),
                text,
                created_at,
            })
            .collect())
    }
}

fn kind_name(kind: FeedbackKind) -> &'static str {
    match kind {
        FeedbackKind::Positive => "positive",
        FeedbackKind::Negative => "negative",
    }
}

fn kind_of(name: &str) -> FeedbackKind {
    if name == "positive" {
        FeedbackKind::Positive
    } else {
        FeedbackKind::Negative
    }
}
