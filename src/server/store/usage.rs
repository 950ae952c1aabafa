//! What people have used of the model (table `usage_days`). It is written when their runs end (`flush`).

use chrono::NaiveDate;

use super::{Store, StoreError};
use crate::domain::id::UserId;

impl Store {
    /// The tokens that a person has used on this day (UTC).
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn tokens_used(&self, user: UserId, day: NaiveDate) -> Result<u64, StoreError> {
        let tokens: Option<i64> = sqlx::query_scalar("select tokens from usage_days where user_id = $1 and day = $2")
            .bind(user.0)
            .bind(day)
            .fetch_optional(&self.pool)
            .await?;
        Ok(tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or_default())
    }
}
