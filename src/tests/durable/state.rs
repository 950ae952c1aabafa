//! A run as a pure state machine: what the SQL of `store::runs` and `store::flush` does, without a database.

use std::collections::{BTreeMap, btree_map::Entry};

/// A lease, in milliseconds of the database's clock.
pub const LEASE: i64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Running,
    Done,
    Cancelled,
    Failed,
    Incomplete,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What came of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is stored.
    Held,
    /// The run is in other hands: nothing was written.
    Fenced,
    /// Another epoch wrote there meanwhile: nothing was written.
    Refused,
}

#[derive(Debug, Clone)]
pub struct Run {
    pub status: Status,
    pub attempt: i32,
    pub owner: Option<u64>,
    pub epoch: i64,
    /// `None` once it has ended.
    pub lease_until: Option<i64>,
    pub stop_wanted: bool,
    /// The epoch and the text of each event; number 1 is the first.
    pub log: Vec<(i64, String)>,
    /// The journal: what the call with this number came to.
    pub effects: BTreeMap<i32, String>,
}

impl Run {
    /// With its first event, in the hands of who accepted it.
    pub fn accept(owner: u64, first: String, now: i64) -> Self {
        Self {
            status: Status::Running,
            attempt: 1,
            owner: Some(owner),
            epoch: 1,
            lease_until: Some(now + LEASE),
            stop_wanted: false,
            log: vec![(1, first)],
            effects: BTreeMap::new(),
        }
    }

    pub fn is_live(&self) -> bool {
        self.status == Status::Running
    }

    pub fn lease_has_ended(&self, now: i64) -> bool {
        self.lease_until.is_some_and(|until| until < now)
    }

    /// Takes it over, if its lease has ended (or `all`). Gives the new epoch.
    pub fn claim(&mut self, owner: u64, all: bool, now: i64) -> Option<i64> {
        if !self.is_live() || !(all || self.lease_has_ended(now)) {
            return None;
        }
        self.owner = Some(owner);
        self.epoch += 1;
        self.attempt += 1;
        self.lease_until = Some(now + LEASE);
        Some(self.epoch)
    }

    /// Whether it is still in these hands, and is wanted stopped.
    pub fn renew(&mut self, epoch: i64, now: i64) -> Option<bool> {
        (self.epoch == epoch).then(|| {
            self.lease_until = Some(now + LEASE);
            self.stop_wanted
        })
    }

    /// Events from number `seq` on. `fence` is the epoch of the run when the statement began: one that began before somebody took over may
    /// end after it.
    pub fn append(&mut self, epoch: i64, fence: i64, seq: usize, events: &[String]) -> Written {
        if fence != epoch {
            return Written::Fenced;
        }
        assert!(seq <= self.log.len() + 1, "a gap before number {seq}");
        let known = &self.log[(seq - 1).min(self.log.len())..];
        if known.first().is_some_and(|(other, _)| *other != epoch) {
            return Written::Refused;
        }
        // The same once more is no more than once.
        self.log.truncate(seq - 1);
        self.log.extend(events.iter().map(|event| (epoch, event.clone())));
        Written::Held
    }

    /// A call's line in the journal, and with it its effect.
    pub fn effect(&mut self, epoch: i64, fence: i64, call: i32, result: String) -> Written {
        if fence != epoch || !self.is_live() {
            Written::Fenced
        } else if let Entry::Vacant(line) = self.effects.entry(call) {
            line.insert(result);
            Written::Held
        } else {
            Written::Refused
        }
    }

    /// Lets it go; handed on, it was no attempt.
    pub fn release(&mut self, epoch: i64, handed_on: bool, now: i64) -> bool {
        if self.epoch == epoch && self.is_live() {
            self.attempt -= i32::from(handed_on && self.owner.is_some());
            self.owner = None;
            self.lease_until = Some(now - 1000);
        }
        self.epoch == epoch
    }

    pub fn request_stop(&mut self) -> bool {
        self.stop_wanted |= self.is_live();
        self.is_live()
    }

    pub fn finish(&mut self, epoch: i64, status: Status) -> bool {
        if self.epoch == epoch {
            self.status = status;
            self.owner = None;
            self.lease_until = None;
        }
        self.epoch == epoch
    }
}
