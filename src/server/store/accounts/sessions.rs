//! Browser sessions (table `sessions`), found by a hash of their id.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    domain::id::UserId,
    server::store::{Store, StoreError},
};

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSession {
    /// SHA-256 of its id.
    pub id_hash: [u8; 32],
    /// Who signed in.
    pub user: Option<UserId>,
    /// What it holds.
    pub data: Map<String, Value>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    user_id: Option<Uuid>,
    data: Json<Map<String, Value>>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Store {
    /// A session, also one that has ended.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session(&self, id_hash: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
        let row: Option<Row> = sqlx::query_as("select user_id, data, created_at, expires_at from sessions where id_hash = $1")
            .bind(id_hash.as_slice())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| StoredSession {
            id_hash: *id_hash,
            user: row.user_id.map(UserId),
            data: row.data.0,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }))
    }

    /// Keeps a new session; `false` if there is one with that id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn insert_session(&self, session: &StoredSession) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into sessions (id_hash, user_id, data, expires_at, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(session.id_hash.as_slice())
        .bind(session.user.map(|user| user.0))
        .bind(Json(&session.data))
        .bind(session.expires_at)
        .bind(session.created_at)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Changes a session that is there; does nothing if it is not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn update_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        sqlx::query("update sessions set user_id = $2, data = $3, expires_at = $4 where id_hash = $1")
            .bind(session.id_hash.as_slice())
            .bind(session.user.map(|user| user.0))
            .bind(Json(&session.data))
            .bind(session.expires_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes a session, if it is there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delete_session(&self, id_hash: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("delete from sessions where id_hash = $1")
            .bind(id_hash.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Signs a person out everywhere.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delete_sessions_of(&self, user: UserId) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        delete_all_of(&mut connection, user).await
    }

    /// Deletes the sessions that have ended, and says how many there were. Run it now and then.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delete_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from sessions where expires_at <= $1")
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }
}

pub(super) async fn delete_all_of(connection: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query("delete from sessions where user_id = $1")
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(())
}
