//! Browsers that an account knows (table `known_devices`), by a hash of their secret.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{
    domain::id::UserId,
    server::store::{Store, StoreError},
};

/// So many browsers an account knows; the one that was used the longest ago is forgotten first.
const DEVICES: i64 = 50;

impl Store {
    /// The first of these secrets that the account with this address knows, if it was used since then.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn known_device(&self, email: &str, hashes: &[[u8; 32]], since: DateTime<Utc>) -> Result<Option<[u8; 32]>, StoreError> {
        if hashes.is_empty() {
            return Ok(None);
        }
        let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
        let found: Option<Vec<u8>> = sqlx::query_scalar(
            "select d.secret_hash from user_emails e join known_devices d on d.user_id = e.user_id \
             where e.email = $1 and d.secret_hash = any($2) and d.used_at > $3 limit 1",
        )
        .bind(email)
        .bind(hashes)
        .bind(since)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.and_then(|hash| hash.try_into().ok()))
    }

    /// The first of these secrets that this person's account knows.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn known_device_of(&self, user: UserId, hashes: &[[u8; 32]]) -> Result<Option<[u8; 32]>, StoreError> {
        if hashes.is_empty() {
            return Ok(None);
        }
        let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
        let found: Option<Vec<u8>> =
            sqlx::query_scalar("select secret_hash from known_devices where user_id = $1 and secret_hash = any($2) limit 1")
                .bind(user.0)
                .bind(hashes)
                .fetch_optional(&self.pool)
                .await?;
        Ok(found.and_then(|hash| hash.try_into().ok()))
    }

    /// Notes that a person signed in with this browser.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn remember_device(&self, user: UserId, hash: &[u8; 32], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "insert into known_devices (user_id, secret_hash, used_at) values ($1, $2, $3) \
             on conflict (user_id, secret_hash) do update set used_at = excluded.used_at",
        )
        .bind(user.0)
        .bind(hash.as_slice())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "delete from known_devices where user_id = $1 and secret_hash in \
             (select secret_hash from known_devices where user_id = $1 order by used_at desc, secret_hash offset $2)",
        )
        .bind(user.0)
        .bind(DEVICES)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

pub(super) async fn forget_all_of(connection: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query("delete from known_devices where user_id = $1")
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(())
}
