//! Guessing is slow: so many failed attempts in some minutes. Kept in memory, which is bounded; a restart forgets it.
//!
//! Who guesses from a browser that the account does not know is counted by account and peer together, by account, and by peer. A known browser
//! (`devices`) and one that is signed in are counted by themselves, so that nobody else's failures keep the rightful person out.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::server::proxies::subscriber;

use super::secret::SecretHash;

/// The longest window.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// That of browsers that are known.
const KNOWN_WINDOW: TimeDelta = TimeDelta::minutes(1);
/// For one account from one peer.
const PER_PAIR: usize = 10;
/// For one account from all peers, where the browser is not known.
const PER_ACCOUNT: usize = 50;
/// From one peer, behind which a whole office may sit.
const PER_PEER: usize = 50;
/// New accounts are counted over so long.
const SIGN_UP_WINDOW: TimeDelta = TimeDelta::hours(1);
/// At most so many keys are remembered: some 5 MB.
const KEYS: usize = 10_000;

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whence {
    /// From a browser that this account does not know.
    Stranger(Option<IpAddr>),
    /// From one with which somebody signed in to the account before.
    Known(SecretHash),
    /// From one that is signed in.
    SignedIn,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, Option<IpAddr>),
    Account(String),
    Peer(IpAddr),
    Device(String, SecretHash),
    SignedIn(String),
    SignUp(IpAddr),
}

impl Key {
    fn most(&self, sign_ups: usize) -> usize {
        match self {
            Self::SignUp(_) => sign_ups,
            Self::Pair(..) | Self::Device(..) | Self::SignedIn(_) => PER_PAIR,
            Self::Account(_) => PER_ACCOUNT,
            Self::Peer(_) => PER_PEER,
        }
    }

    fn window(&self) -> TimeDelta {
        match self {
            Self::Pair(..) | Self::Account(_) | Self::Peer(_) => WINDOW,
            Self::Device(..) | Self::SignedIn(_) => KNOWN_WINDOW,
            Self::SignUp(_) => SIGN_UP_WINDOW,
        }
    }

    fn all(account: &str, whence: Whence) -> Vec<Self> {
        let account = account.to_owned();
        match whence {
            Whence::Known(device) => vec![Self::Device(account, device)],
            Whence::SignedIn => vec![Self::SignedIn(account)],
            Whence::Stranger(peer) => {
                let peer = peer.map(subscriber);
                let mut keys = vec![Self::Pair(account.clone(), peer), Self::Account(account)];
                keys.extend(peer.map(Self::Peer));
                keys
            }
        }
    }
}

/// Counts attempts.
#[derive(Debug)]
pub struct Limiter {
    windows: Mutex<Windows>,
    /// Attempts to make an account, from one peer in an hour.
    sign_ups: usize,
}

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
    /// With so many attempts to make an account, from one peer in an hour.
    pub fn new(sign_ups: usize) -> Self {
        Self {
            windows: Mutex::default(),
            sign_ups,
        }
    }

    /// Counts an attempt to make an account, whether it succeeds or not. Where nobody knows the peer, nothing is counted.
    ///
    /// # Errors
    /// [`TooMany`]; then it does not count.
    pub fn sign_up(self: &Arc<Self>, now: DateTime<Utc>, peer: Option<IpAddr>) -> Result<(), TooMany> {
        let keys = peer.map(|ip| Key::SignUp(subscriber(ip))).into_iter().collect();
        self.count(now, keys).map(drop)
    }

    /// Begins an attempt. It counts at once, so that a hundred at the same time are a hundred.
    ///
    /// # Errors
    /// [`TooMany`] if one of the limits is reached; then it does not count.
    pub fn begin(self: &Arc<Self>, now: DateTime<Utc>, account: &str, whence: Whence) -> Result<Attempt, TooMany> {
        self.count(now, Key::all(account, whence))
    }

    fn count(self: &Arc<Self>, now: DateTime<Utc>, keys: Vec<Key>) -> Result<Attempt, TooMany> {
        let mut windows = self.windows();
        if let Some(free_at) = keys.iter().filter_map(|key| windows.full_until(key, self.sign_ups, now)).max() {
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
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Windows(HashMap<Key, VecDeque<DateTime<Utc>>>);

impl Windows {
    /// When the next attempt may begin, if not now.
    fn full_until(&mut self, key: &Key, sign_ups: usize, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let times = self.0.get_mut(key)?;
        times.retain(|at| *at > now - key.window());
        if times.len() < key.most(sign_ups) {
            None
        } else {
            times.front().map(|at| *at + key.window())
        }
    }

    fn count(&mut self, key: &Key, now: DateTime<Utc>) {
        if self.0.len() >= KEYS && !self.0.contains_key(key) {
            self.0.retain(|key, times| times.back().is_some_and(|at| *at > now - key.window()));
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

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn peer_number(number: u8) -> Whence {
        Whence::Stranger(Some(IpAddr::from([203, 0, 113, number])))
    }

    const NOWHERE: Whence = Whence::Stranger(None);

    #[test]
    fn an_account_is_tried_ten_times_in_five_minutes_from_one_place() {
        let limits = Arc::new(Limiter::new(20));
        for second in 0..10 {
            assert!(limits.begin(at(second), "a@x", NOWHERE).is_ok());
        }
        assert_eq!(limits.begin(at(10), "a@x", NOWHERE).unwrap_err(), TooMany { retry_after: 290 });
        assert!(limits.begin(at(10), "b@x", NOWHERE).is_ok(), "others are not concerned");
        assert!(limits.begin(at(10), "a@x", peer_number(1)).is_ok(), "other places neither");
        assert_eq!(limits.begin(at(299), "a@x", NOWHERE).unwrap_err(), TooMany { retry_after: 1 });
        assert!(limits.begin(at(300), "a@x", NOWHERE).is_ok());
        assert_eq!(limits.begin(at(300), "a@x", NOWHERE).unwrap_err(), TooMany { retry_after: 1 });
    }

    #[test]
    fn a_peer_is_limited_over_all_accounts_and_an_account_over_all_peers() {
        let limits = Arc::new(Limiter::new(20));
        for n in 0..PER_PEER {
            assert!(limits.begin(at(0), &format!("{n}@x"), peer_number(7)).is_ok());
        }
        assert_eq!(
            limits.begin(at(1), "new@x", peer_number(7)).unwrap_err(),
            TooMany { retry_after: 299 }
        );
        assert!(limits.begin(at(1), "new@x", NOWHERE).is_ok());
        for n in 0..PER_ACCOUNT {
            assert!(limits.begin(at(2), "one@x", peer_number(100 + n as u8)).is_ok());
        }
        assert_eq!(
            limits.begin(at(3), "one@x", peer_number(99)).unwrap_err(),
            TooMany { retry_after: 299 }
        );
    }

    #[test]
    fn who_is_known_is_counted_alone_and_waits_a_minute_at_most() {
        let limits = Arc::new(Limiter::new(20));
        for n in 0..200 {
            drop(limits.begin(at(0), "a@x", peer_number(n)));
        }
        for whence in [Whence::Known([1; 32]), Whence::Known([2; 32]), Whence::SignedIn] {
            for _ in 0..10 {
                assert!(limits.begin(at(1), "a@x", whence).is_ok(), "{whence:?}");
            }
            assert_eq!(limits.begin(at(1), "a@x", whence).unwrap_err(), TooMany { retry_after: 60 });
            assert!(limits.begin(at(61), "a@x", whence).is_ok(), "{whence:?}");
        }
    }

    #[test]
    fn new_accounts_are_few_from_one_peer() {
        let limits = Arc::new(Limiter::new(3));
        let peer = |number| Some(IpAddr::from([203, 0, 113, number]));
        for second in 0..3 {
            assert!(limits.sign_up(at(second), peer(1)).is_ok());
        }
        assert_eq!(limits.sign_up(at(3), peer(1)), Err(TooMany { retry_after: 3597 }));
        assert!(limits.sign_up(at(3), peer(2)).is_ok() && limits.sign_up(at(3), None).is_ok());
        assert!(limits.sign_up(at(3600), peer(1)).is_ok());
    }

    #[test]
    fn success_does_not_count() {
        let limits = Arc::new(Limiter::new(20));
        for second in 0..100 {
            limits.begin(at(second), "a@x", peer_number(7)).unwrap().forgive();
        }
        assert!(limits.windows().0.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Arc::new(Limiter::new(20));
        for n in 0..KEYS + 100 {
            assert!(limits.begin(at(n as i64 / 1000), &format!("{n}@x"), Whence::SignedIn).is_ok());
        }
        assert_eq!(limits.windows().0.len(), KEYS);
        assert!(limits.begin(at(1000), "late@x", Whence::SignedIn).is_ok());
        assert_eq!(limits.windows().0.len(), 1, "what is over is forgotten");
    }
}
