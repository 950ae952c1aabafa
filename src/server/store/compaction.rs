//! What is kept for some time only: logs of runs that have ended, idempotency keys.

use chrono::{DateTime, Utc};

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
            let some: i64 = sqlx::query_scalar(
                "with c as (select user_id, id from runs where finished_at < $1 and compacted_at is null \
                   order by finished_at limit $2 for update skip locked), \
                 d as (delete from run_events e using c where e.user_id = c.user_id and e.run_id = c.id), \
                 u as (update runs r set compacted_at = now() from c where r.user_id = c.user_id and r.id = c.id) \
                 select count(*) from c",
            )
            .bind(before)
            .bind(COMPACTED_AT_ONCE)
            .fetch_one(&self.pool)
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
