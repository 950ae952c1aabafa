//! How much one person may have answered: at once, and in a day.

use std::sync::PoisonError;

use super::{AskError, Runs};
use crate::domain::{id::UserId, quota::Quota};

/// A place among the answers that are being written, until the run has begun or is refused.
pub(super) struct Place<'a> {
    runs: &'a Runs,
    user: UserId,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut accepting = self.runs.0.accepting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = accepting.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                accepting.remove(&self.user);
            }
        }
    }
}

impl Runs {
    /// Takes a place for one more answer of this process.
    ///
    /// # Errors
    /// [`AskError::Quota`].
    pub(super) async fn place(&self, user: UserId) -> Result<Place<'_>, AskError> {
        let place = self.free_place(user).ok_or(AskError::Quota(Quota::Runs(self.0.quotas.runs)))?;
        if let Some(most) = self.0.quotas.tokens_per_day
            && self.0.store.tokens_used(user, self.0.clock.now().date_naive()).await? >= most
        {
            return Err(AskError::Quota(Quota::Tokens(most)));
        }
        Ok(place)
    }

    fn free_place(&self, user: UserId) -> Option<Place<'_>> {
        let mut accepting = self.0.accepting.lock().unwrap_or_else(PoisonError::into_inner);
        let live = self.lives().values().filter(|live| live.key.user == user).count();
        let coming = accepting.entry(user).or_default();
        if live + *coming >= self.0.quotas.runs as usize {
            if *coming == 0 {
                accepting.remove(&user);
            }
            return None;
        }
        *coming += 1;
        Some(Place { runs: self, user })
    }
}
