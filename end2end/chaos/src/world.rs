//! What all parts of a scenario share: where the server is now, what was measured, and what went wrong.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use crate::{check::Counts, orphans::Orphans, report::Row};

#[derive(Default)]
pub struct World {
    /// Where clients connect: the server, or a proxy before it; where there are two, those that are there.
    ports: RefCell<Vec<u16>>,
    /// Since when the server is ready; `None` while it is not.
    pub ready: Cell<Option<Instant>>,
    /// Clients begin nothing new.
    pub stop: Cell<bool>,
    pub figures: RefCell<Figures>,
    /// Where there are two servers: the answers that lost theirs.
    pub orphans: Orphans,
    /// What came of each scenario.
    pub rows: RefCell<Vec<Row>>,
    problems: RefCell<Vec<String>>,
    passed: Cell<usize>,
}

/// Times in which clients got on after a break.
#[derive(Default)]
pub struct Figures {
    pub breaks: usize,
    /// Of them: before the server had said that it has the message.
    pub unconfirmed: usize,
    /// From the break to the next word that the person had not seen.
    pub next_word: Vec<Duration>,
    /// The same, counted from the moment in which the server was ready again.
    pub take_over: Vec<Duration>,
    /// From the request that resumes to its first frame that is new.
    pub resume: Vec<Duration>,
}

impl World {
    /// The server is up, at this port.
    pub fn moved(&self, port: u16) {
        self.lead_to(vec![port]);
    }

    /// The servers at these ports are up.
    pub fn lead_to(&self, ports: Vec<u16>) {
        self.ports.replace(ports);
        self.ready.set(Some(Instant::now()));
    }

    /// Where a client of this side connects: to its own server, or, where that is known to be away, to the other one.
    pub fn port(&self, side: usize) -> u16 {
        let ports = self.ports.borrow();
        ports.get(side % ports.len().max(1)).copied().unwrap_or_default()
    }

    pub fn check(&self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.passed.set(self.passed.get() + 1);
        } else {
            let what = what();
            eprintln!("  failed: {what}");
            self.problems.borrow_mut().push(what);
        }
    }

    /// A scenario has ended: its row takes the times that were measured since the last one.
    pub fn row(&self, what: String, counts: Counts, note: String) {
        let figures = self.figures.take();
        self.rows.borrow_mut().push(Row {
            what,
            counts,
            goes_on: if figures.take_over.is_empty() {
                figures.next_word
            } else {
                figures.take_over
            },
            resume: figures.resume,
            note,
        });
    }

    /// How many checks passed and failed.
    pub fn tally(&self) -> (usize, usize) {
        (self.passed.get(), self.problems.borrow().len())
    }

    /// A client was cut off at `broken`, asked again at `asked`, and sees something new of the answer in a thread now.
    pub fn resumed(&self, thread: Option<&str>, broken: Instant, asked: Instant) {
        if self.orphans.waits(thread) {
            return;
        }
        let now = Instant::now();
        let mut figures = self.figures.borrow_mut();
        figures.next_word.push(now - broken);
        figures.resume.push(now - asked);
        if let Some(ready) = self.ready.get().filter(|ready| *ready > broken) {
            figures.take_over.push(now - ready);
        }
    }
}

/// The value below which `percent` of the values lie.
pub fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort();
    let at = (values.len() * percent).div_ceil(100);
    values.get(at.saturating_sub(1)).copied().unwrap_or_default()
}
