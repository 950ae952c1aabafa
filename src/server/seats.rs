//! How many of what is dear are done at once: large bodies lie in memory until they are whole, drawings until they are sent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::error::AppError;
use crate::domain::id::UserId;

/// The seats. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Seats {
    of_one: usize,
    of_all: usize,
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// One seat, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    user: UserId,
}

impl Seats {
    /// So many of one person, and of all.
    pub fn new(of_one: usize, of_all: usize) -> Self {
        Self {
            of_one,
            of_all,
            taken: Arc::default(),
        }
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// [`AppError::TooMany`] while there is none.
    pub fn take(&self, user: UserId) -> Result<Seat, AppError> {
        let mut taken = self.taken();
        let is_full = taken.get(&user).is_some_and(|own| *own >= self.of_one) || taken.values().sum::<usize>() >= self.of_all;
        if is_full {
            return Err(AppError::TooMany { retry_after: 1 });
        }
        *taken.entry(user).or_default() += 1;
        Ok(Seat { seats: self.clone(), user })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
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
        let seats = Seats::new(4, 24);
        let person = |n| UserId(Uuid::from_u128(n));
        let own: Vec<_> = (0..4).map(|_| seats.take(person(1)).unwrap()).collect();
        assert!(matches!(seats.take(person(1)), Err(AppError::TooMany { .. })));
        let others: Vec<_> = (0..20).map(|n| seats.take(person(2 + n)).unwrap()).collect();
        assert!(seats.take(person(100)).is_err(), "there are no more for anybody");
        drop(own);
        assert!(seats.take(person(1)).is_ok());
        drop(others);
        assert!(seats.taken().is_empty());
    }
}
