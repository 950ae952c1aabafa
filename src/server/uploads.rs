//! How many large bodies are read at once: each lies in memory until it is whole.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::error::AppError;
use crate::domain::id::UserId;

/// Of one person.
const OF_ONE: usize = 4;
/// Of all; each is at most 14 MB.
const OF_ALL: usize = 24;

/// The seats. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Uploads(Arc<Mutex<HashMap<UserId, usize>>>);

/// One seat, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    uploads: Uploads,
    user: UserId,
}

impl Uploads {
    /// Takes a seat.
    ///
    /// # Errors
    /// [`AppError::TooMany`] while there is none.
    pub fn take(&self, user: UserId) -> Result<Seat, AppError> {
        let mut taken = self.taken();
        let is_full = taken.get(&user).is_some_and(|own| *own >= OF_ONE) || taken.values().sum::<usize>() >= OF_ALL;
        if is_full {
            return Err(AppError::TooMany { retry_after: 1 });
        }
        *taken.entry(user).or_default() += 1;
        Ok(Seat {
            uploads: self.clone(),
            user,
        })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.uploads.taken();
        if let Some(own) = taken.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn seats_are_few_and_come_free() {
        let uploads = Uploads::default();
        let person = |n| UserId(Uuid::from_u128(n));
        let own: Vec<_> = (0..OF_ONE).map(|_| uploads.take(person(1)).unwrap()).collect();
        assert!(matches!(uploads.take(person(1)), Err(AppError::TooMany { .. })));
        let others: Vec<_> = (0..OF_ALL - OF_ONE).map(|n| uploads.take(person(2 + n as u128)).unwrap()).collect();
        assert!(uploads.take(person(100)).is_err(), "there are no more for anybody");
        drop(own);
        assert!(uploads.take(person(1)).is_ok());
        drop(others);
        assert!(uploads.taken().is_empty());
    }
}
