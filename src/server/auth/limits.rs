//! Guessing is slow: so many failed attempts for one address, and from one peer, in five minutes. Kept in memory, which is bounded;
//! a restart forgets it.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::server::proxies::subscriber;

const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// For one address.
const PER_ADDRESS: usize = 10;
/// From one peer, behind which a whole office may sit.
const PER_PEER: usize = 50;
/// At most so many addresses and peers are remembered: some 5 MB.
const KEYS: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(String),
    Peer(IpAddr),
}

impl Key {
    fn most(&self) -> usize {
        match self {
            Self::Address(_) => PER_ADDRESS,
            Self::Peer(_) => PER_PEER,
        }
    }
}

/// Counts attempts.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<Windows>);

/// Wait so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// At least 1.
    pub retry_after: u32,
}

/// An attempt that is counted as failed until it is [forgiven](Attempt::forgive).
#[derive(Debug)]
#[must_use = "an attempt that succeeds must be forgiven"]
pub struct Attempt {
    limits: Arc<Limiter>,
    keys: Vec<Key>,
    at: DateTime<Utc>,
}

impl Attempt {
    /// It succeeded: it does not count.
    pub fn forgive(self) {
        let mut windows = self.limits.windows();
        for key in &self.keys {
            windows.take_back(key, self.at);
        }
    }
}

impl Limiter {
    /// Begins an attempt. It counts at once, so that a hundred at the same time are a hundred.
    ///
    /// # Errors
    /// [`TooMany`] if either limit is reached; then it does not count.
    pub fn begin(self: &Arc<Self>, now: DateTime<Utc>, address: &str, peer: Option<IpAddr>) -> Result<Attempt, TooMany> {
        let keys: Vec<Key> = std::iter::once(Key::Address(address.to_owned()))
            .chain(peer.map(|ip| Key::Peer(subscriber(ip))))
            .collect();
        let mut windows = self.windows();
        if let Some(free_at) = keys.iter().filter_map(|key| windows.full_until(key, now)).max() {
            let seconds = (free_at - now).num_milliseconds().max(1).unsigned_abs().div_ceil(1000);
            return Err(TooMany {
                retry_after: u32::try_from(seconds).unwrap_or(u32::MAX),
            });
        }
        for key in &keys {
            windows.count(key, now);
        }
        drop(windows);
        Ok(Attempt {
            limits: Arc::clone(self),
            keys,
            at: now,
        })
    }

    fn windows(&self) -> MutexGuard<'_, Windows> {
        // A panic while counting leaves counts that are still counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Windows(HashMap<Key, VecDeque<DateTime<Utc>>>);

impl Windows {
    /// When the next attempt may begin, if not now.
    fn full_until(&mut self, key: &Key, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let times = self.0.get_mut(key)?;
        times.retain(|at| *at > now - WINDOW);
        if times.len() < key.most() {
            None
        } else {
            times.front().map(|at| *at + WINDOW)
        }
    }

    fn count(&mut self, key: &Key, now: DateTime<Utc>) {
        if self.0.len() >= KEYS && !self.0.contains_key(key) {
            self.0.retain(|_, times| times.back().is_some_and(|at| *at > now - WINDOW));
            if self.0.len() >= KEYS {
                let oldest = self
                    .0
                    .iter()
                    .min_by_key(|(_, times)| times.back().copied())
                    .map(|(key, _)| key.clone());
                oldest.map(|key| self.0.remove(&key));
            }
        }
        self.0.entry(key.clone()).or_default().push_back(now);
    }

    fn take_back(&mut self, key: &Key, at: DateTime<Utc>) {
        let Some(times) = self.0.get_mut(key) else { return };
        if let Some(index) = times.iter().position(|time| *time == at) {
            times.remove(index);
        }
        if times.is_empty() {
            self.0.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn an_address_is_tried_ten_times_in_five_minutes() {
        let limits = Arc::new(Limiter::default());
        for second in 0..10 {
            assert!(limits.begin(at(second), "a@x", None).is_ok());
        }
        assert_eq!(limits.begin(at(10), "a@x", None).unwrap_err(), TooMany { retry_after: 290 });
        assert!(limits.begin(at(10), "b@x", None).is_ok(), "others are not concerned");
        assert_eq!(limits.begin(at(299), "a@x", None).unwrap_err(), TooMany { retry_after: 1 });
        assert!(limits.begin(at(300), "a@x", None).is_ok());
        assert_eq!(limits.begin(at(300), "a@x", None).unwrap_err(), TooMany { retry_after: 1 });
    }

    #[test]
    fn a_peer_is_limited_over_all_addresses() {
        let limits = Arc::new(Limiter::default());
        for n in 0..PER_PEER {
            assert!(limits.begin(at(0), &format!("{n}@x"), IP).is_ok());
        }
        assert_eq!(limits.begin(at(1), "new@x", IP).unwrap_err(), TooMany { retry_after: 299 });
        assert!(limits.begin(at(1), "new@x", None).is_ok());
    }

    #[test]
    fn success_does_not_count() {
        let limits = Arc::new(Limiter::default());
        for second in 0..100 {
            limits.begin(at(second), "a@x", IP).unwrap().forgive();
        }
        assert!(limits.windows().0.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Arc::new(Limiter::default());
        for n in 0..KEYS + 100 {
            assert!(limits.begin(at(n as i64 / 1000), &format!("{n}@x"), None).is_ok());
        }
        assert_eq!(limits.windows().0.len(), KEYS);
        assert!(limits.begin(at(1000), "late@x", None).is_ok());
        assert_eq!(limits.windows().0.len(), 1, "what is over is forgotten");
    }
}
