//! How many messages one person may send: a token bucket a person, in this process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::domain::id::UserId;

/// The buckets.
pub struct SendLimits {
    burst: f64,
    per_second: f64,
    buckets: Mutex<HashMap<UserId, (f64, DateTime<Utc>)>>,
}

impl SendLimits {
    /// `burst` messages at once, then `per_minute`.
    pub fn new(burst: u32, per_minute: u32) -> Self {
        Self {
            burst: f64::from(burst),
            per_second: f64::from(per_minute) / 60.0,
            buckets: Mutex::default(),
        }
    }

    /// Takes a message out of a person's bucket. `Some(seconds)` to wait if it is empty.
    pub fn check(&self, user: UserId, now: DateTime<Utc>) -> Option<u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > 10_000 {
            let (burst, per_second) = (self.burst, self.per_second);
            buckets.retain(|_, (level, at)| *level + (now - *at).as_seconds_f64() * per_second < burst);
        }
        let (level, at) = buckets.entry(user).or_insert((self.burst, now));
        *level = (*level + (now - *at).as_seconds_f64().max(0.0) * self.per_second).min(self.burst);
        *at = now;
        if *level >= 1.0 {
            *level -= 1.0;
            None
        } else {
            Some(((1.0 - *level) / self.per_second).ceil().max(1.0) as u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let limits = SendLimits::new(2, 60);
        let user = UserId(uuid::Uuid::from_u128(1));
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(limits.check(user, start), None);
        assert_eq!(limits.check(user, start), None);
        assert_eq!(limits.check(user, start), Some(1));
        assert_eq!(limits.check(UserId(uuid::Uuid::from_u128(2)), start), None);
        assert_eq!(limits.check(user, start + chrono::TimeDelta::seconds(1)), None);
        assert_eq!(limits.check(user, start + chrono::TimeDelta::seconds(1)), Some(1));
    }
}
