//! A task, as a person, a tool and the store know it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::id::TaskId;

/// The longest title, in characters.
pub const TITLE_MAX: usize = 500;
/// The longest notes, in characters.
pub const NOTES_MAX: usize = 10_000;

/// Whether a task is still to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    /// Still to do.
    Pending,
    /// Done.
    Completed,
}

/// How urgent a task is; `P1` is the most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Urgent.
    P1,
    /// High.
    P2,
    /// Medium.
    P3,
    /// No priority of its own.
    #[default]
    P4,
}

impl Priority {
    /// The number of the store and the wire, 1 to 4.
    pub fn number(self) -> i16 {
        match self {
            Self::P1 => 1,
            Self::P2 => 2,
            Self::P3 => 3,
            Self::P4 => 4,
        }
    }

    /// The priority of a number; anything else than 1 to 3 is `P4`.
    pub fn from_number(number: i16) -> Self {
        match number {
            1 => Self::P1,
            2 => Self::P2,
            3 => Self::P3,
            _ => Self::P4,
        }
    }
}

/// When a task is due: a date, and, if the person named one, a clock time in their zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Due {
    /// The day, in the person's zone.
    pub date: NaiveDate,
    /// The clock time, if there is one.
    pub time: Option<NaiveTime>,
}

impl Due {
    /// Whether it lies before `now`, on the same clock. A day without a time has passed when it is over.
    pub fn is_past(&self, now: NaiveDateTime) -> bool {
        match self.time {
            Some(time) => self.date.and_time(time) < now,
            None => self.date < now.date(),
        }
    }
}

/// A task of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What is to be done, 1 to [`TITLE_MAX`] characters.
    pub title: String,
    /// More about it, up to [`NOTES_MAX`] characters.
    pub notes: Option<String>,
    /// Pending or completed.
    pub status: TaskStatus,
    /// p1 to p4.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Due>,
    /// The IANA zone of `due`.
    pub zone: Option<String>,
    /// The rule by which it comes back (RFC 5545, without `RRULE:`); such a task has a date.
    pub repeat: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was put into the trash; such a task is in no list.
    pub trashed_at: Option<DateTime<Utc>>,
}

impl Task {
    /// A task to do, of which nothing more is said than this; `zone` is the person's.
    pub fn new(id: TaskId, title: String, due: Option<Due>, zone: &str, at: DateTime<Utc>) -> Self {
        Self {
            id,
            title,
            notes: None,
            status: TaskStatus::Pending,
            priority: Priority::default(),
            zone: due.as_ref().map(|_| zone.to_owned()),
            due,
            repeat: None,
            created_at: at,
            updated_at: at,
            completed_at: None,
            trashed_at: None,
        }
    }
}

/// The English name of a date's weekday, in full.
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
