//! What is kept for some time only: logs of runs that have ended, idempotency keys.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, StoreError};

/// So many logs are removed in one statement.
const COMPACTED_AT_ONCE: i64 = 500;

impl Store {
    /// Removes the logs of runs that ended before this time. Gives how many runs that were.
    ///
    /// # Errors
    /// See [`StoreError`]; what was removed until then stays removed.
    pub async fn compact_runs(&self, before: DateTime<Utc>) -> Result<i64, StoreError> {
        let mut all = 0;
        loop {
            let found: Vec<(Uuid, Uuid)> = sqlx::query_as(
                "select user_id, id from runs where finished_at < $1 and compacted_at is null order by finished_at limit $2",
            )
            .bind(before)
            .bind(COMPACTED_AT_ONCE)
            .fetch_all(&self.pool)
            .await?;
            let some = found.len() as i64;
            let (users, runs): (Vec<Uuid>, Vec<Uuid>) = found.into_iter().unzip();
            // The logs first: what ends in between, or is done by two processes, is done again.
            sqlx::query("delete from run_events e using unnest($1::uuid[], $2::uuid[]) as x(user_id, id) where e.user_id = x.user_id and e.run_id = x.id")
                .bind(&users)
                .bind(&runs)
                .execute(&self.pool)
                .await?;
            sqlx::query(
                "update runs r set compacted_at = now() from unnest($1::uuid[], $2::uuid[]) as x(user_id, id) \
                 where r.user_id = x.user_id and r.id = x.id",
            )
            .bind(&users)
            .bind(&runs)
            .execute(&self.pool)
            .await?;
            all += some;
            if some < COMPACTED_AT_ONCE {
                return Ok(all);
            }
        }
    }

    /// Forgets idempotency keys from before this time.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_keys(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("delete from idempotency where created_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
