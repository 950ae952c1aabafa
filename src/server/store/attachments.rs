//! Files of people (table `attachments`). The bytes lie elsewhere (`server::attachments`); here is what is known of them.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::domain::id::{AttachmentId, NotAnId, ThreadId, UserId};

/// Lets in to one file whoever knows it: 122 random bits. `Debug` keeps it to itself, so that no log has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileKey(pub Uuid);

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}
impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}
impl FromStr for FileKey {
    type Err = NotAnId;
    /// Reads what `Display` writes: 32 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 32 {
            return Err(NotAnId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
    }
}

/// A file that is not removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttachment {
    /// Its id.
    pub id: AttachmentId,
    /// What lets in to it.
    pub key: FileKey,
    /// Its name.
    pub name: String,
    /// What it is: what was announced, and what the bytes are once they are there.
    pub mime_type: String,
    /// The thread whose messages have it.
    pub thread: Option<ThreadId>,
    /// The bytes, once they are there.
    pub bytes: Option<StoredBytes>,
}

/// Bytes that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBytes {
    /// Under which name they were put away.
    pub blob: Uuid,
    /// How many.
    pub size: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    key: Uuid,
    name: String,
    mime_type: String,
    thread_id: Option<Uuid>,
    size: Option<i64>,
    blob: Option<Uuid>,
}

impl From<Row> for StoredAttachment {
    fn from(row: Row) -> Self {
        Self {
            id: AttachmentId(row.id),
            key: FileKey(row.key),
            name: row.name,
            mime_type: row.mime_type,
            thread: row.thread_id.map(ThreadId),
            bytes: row.blob.zip(row.size).map(|(blob, size)| StoredBytes {
                blob,
                size: u64::try_from(size).unwrap_or_default(),
            }),
        }
    }
}

impl Store {
    /// Announces a file. `false` if this person has `most` already that no message has.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn announce_attachment(
        &self,
        user: UserId,
        (id, key): (AttachmentId, FileKey),
        (name, mime_type): (&str, &str),
        most: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into attachments (user_id, id, key, name, mime_type, created_at) select $1, $2, $7, $3, $4, $6 \
             where (select count(*) from attachments where user_id = $1 and thread_id is null and removed_at is null) < $5",
        )
        .bind(user.0)
        .bind(id.0)
        .bind(name)
        .bind(mime_type)
        .bind(most)
        .bind(now)
        .bind(key.0)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whose file this is, asked by somebody who knows its key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is the key of another file or of none, or the file's person is gone.
    pub async fn attachment_owner(&self, id: AttachmentId, key: FileKey) -> Result<UserId, StoreError> {
        let user: Uuid = sqlx::query_scalar(
            "select a.user_id from attachments a join users u on u.id = a.user_id where a.key = $1 and a.id = $2 and a.removed_at is null",
        )
        .bind(key.0)
        .bind(id.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(UserId(user))
    }

    /// A file of this person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn attachment(&self, user: UserId, id: AttachmentId) -> Result<StoredAttachment, StoreError> {
        let row: Row = sqlx::query_as(
            "select id, key, name, mime_type, thread_id, size, blob from attachments where user_id = $1 and id = $2 and removed_at is null",
        )
        .bind(user.0)
        .bind(id.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.into())
    }

    /// Those of these files that are this person's, in any order.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn attachments(&self, user: UserId, ids: &[AttachmentId]) -> Result<Vec<StoredAttachment>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "select id, key, name, mime_type, thread_id, size, blob from attachments where user_id = $1 and id = any($2) and removed_at is null",
        )
        .bind(user.0)
        .bind(ids)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(StoredAttachment::from).collect())
    }

    /// How many bytes this person's files have together.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn attachment_bytes(&self, user: UserId) -> Result<u64, StoreError> {
        let bytes: i64 =
            sqlx::query_scalar("select coalesce(sum(size), 0)::bigint from attachments where user_id = $1 and removed_at is null")
                .bind(user.0)
                .fetch_one(&self.pool)
                .await?;
        Ok(u64::try_from(bytes).unwrap_or_default())
    }

    /// Notes that the bytes of a file are there. `false` if others were first, the file is gone, or all files together would have more than
    /// `most` bytes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn attachment_arrived(
        &self,
        user: UserId,
        id: AttachmentId,
        mime_type: &str,
        bytes: StoredBytes,
        most: u64,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update attachments set mime_type = $3, size = $4, blob = $5 where user_id = $1 and id = $2 and blob is null and removed_at is null \
             and (select coalesce(sum(size), 0) from attachments where user_id = $1 and removed_at is null) + $4 <= $6",
        )
        .bind(user.0)
        .bind(id.0)
        .bind(mime_type)
        .bind(i64::try_from(bytes.size).unwrap_or(i64::MAX))
        .bind(bytes.blob)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Hides a file from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn hide_attachment(&self, user: UserId, id: AttachmentId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let done = sqlx::query("update attachments set removed_at = $3 where user_id = $1 and id = $2 and removed_at is null")
            .bind(user.0)
            .bind(id.0)
            .bind(now)
            .execute(&self.pool)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        Ok(())
    }

    /// Hides what nobody has any more: files announced before this time that no message has, and those whose thread or person is gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn hide_stale_attachments(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "update attachments a set removed_at = $2 where removed_at is null and ((thread_id is null and created_at < $1) \
             or not exists (select 1 from users u where u.id = a.user_id) \
             or (thread_id is not null and not exists (select 1 from conversations c where c.user_id = a.user_id and c.id = a.thread_id)))",
        )
        .bind(before)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Files that are hidden and not yet forgotten, the longest hidden first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn hidden_attachments(&self, most: i64) -> Result<Vec<(UserId, AttachmentId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> =
            sqlx::query_as("select user_id, id from attachments where removed_at is not null order by removed_at limit $1")
                .bind(most)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(user, id)| (UserId(user), AttachmentId(id))).collect())
    }

    /// Forgets a hidden file, whose bytes are gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_attachment(&self, user: UserId, id: AttachmentId) -> Result<(), StoreError> {
        sqlx::query("delete from attachments where user_id = $1 and id = $2 and removed_at is not null")
            .bind(user.0)
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
