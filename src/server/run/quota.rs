//! How much one person may have answered: at once, and in a day.

use std::sync::{MutexGuard, PoisonError};

use super::{AskError, Runs};
use crate::domain::{id::UserId, quota::Quota};

/// Requests that are being accepted, each by its person and its key, if it has one.
pub(super) type Accepting = Vec<(UserId, Option<String>)>;

/// A place among the answers that are being written, until the run has begun or is refused.
pub(super) struct Place<'a> {
    runs: &'a Runs,
    request: (UserId, Option<String>),
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut accepting = self.runs.accepting();
        if let Some(at) = accepting.iter().position(|other| *other == self.request) {
            accepting.swap_remove(at);
        }
    }
}

impl Runs {
    /// Takes a place for one more answer of this process.
    ///
    /// # Errors
    /// [`AskError::Quota`], and [`AskError::Store`].
    pub(super) async fn place(&self, user: UserId, key: Option<&str>) -> Result<Place<'_>, AskError> {
        let place = self.free_place(user, key).ok_or(AskError::Quota(Quota::Runs(self.0.quotas.runs)))?;
        if let Some(most) = self.0.quotas.tokens_per_day
            && self.0.store.tokens_used(user, self.0.clock.now().date_naive()).await? >= most
        {
            return Err(AskError::Quota(Quota::Tokens(most)));
        }
        Ok(place)
    }

    fn free_place(&self, user: UserId, key: Option<&str>) -> Option<Place<'_>> {
        let request = (user, key.map(str::to_owned));
        let mut accepting = self.accepting();
        let live = self.lives().values().filter(|live| live.key.user == user).count();
        let coming = accepting.iter().filter(|(other, _)| *other == user).count();
        // Requests with the same key become the same run: they have one place together.
        let is_there = key.is_some() && accepting.contains(&request);
        if !is_there && live + coming >= self.0.quotas.runs as usize {
            return None;
        }
        accepting.push(request.clone());
        Some(Place { runs: self, request })
    }

    fn accepting(&self) -> MutexGuard<'_, Accepting> {
        self.0.accepting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
