//! One-time links by which the first account is made (table `setup_links`).

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::server::store::{Store, StoreError};

impl Store {
    /// Keeps a new link; those that were not used end.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn replace_setup_link(&self, secret_hash: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        end_unused(&mut transaction).await?;
        sqlx::query("insert into setup_links (secret_hash, created_at) values ($1, $2)")
            .bind(secret_hash)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether there is a link that can still be used.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn has_setup_link(&self) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar("select exists (select 1 from setup_links where used_at is null)")
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// Whether this is such a link.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_setup_link(&self, secret_hash: &[u8]) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar("select exists (select 1 from setup_links where secret_hash = $1 and used_at is null)")
            .bind(secret_hash)
            .fetch_one(&self.pool)
            .await?;
        Ok(found)
    }
}

/// Uses a link; `false` if it cannot be. Of two at the same time one waits for the other here, and gets `false`.
pub(super) async fn use_up(connection: &mut PgConnection, secret_hash: &[u8], now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = sqlx::query("update setup_links set used_at = $2 where secret_hash = $1 and used_at is null")
        .bind(secret_hash)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn end_unused(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("delete from setup_links where used_at is null")
        .execute(connection)
        .await?;
    Ok(())
}
