//! Dates and times in words: found in a sentence (`find`), read as a clock (`clock`), and placed in the calendar (`resolve`).

mod clock;
mod find;
mod resolve;

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};

use super::{Repeat, detect, lexicon::Part, sentence::Sentence};
use crate::domain::{locale::Script, task::Due};

pub(super) use find::Which;

/// Why a text is no date that a task can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueError {
    /// There is no date or time in it.
    NoDate,
    /// The day does not exist: 31 June, 25:00.
    NoSuchDay,
    /// The day has passed; a task to do lies ahead.
    Past(NaiveDate),
    /// Beyond what a calendar can hold.
    TooFar,
}

impl fmt::Display for DueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDate => f.write_str("no date or time was understood; use YYYY-MM-DD or YYYY-MM-DDTHH:MM"),
            Self::NoSuchDay => f.write_str("that day or time does not exist"),
            Self::Past(date) => write!(f, "{date} has already passed"),
            Self::TooFar => f.write_str("that date is too far away"),
        }
    }
}
impl std::error::Error for DueError {}

/// The day that was named, before it is placed in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Days from today.
    Offset(i64),
    /// Days from today, forwards or backwards.
    Either(i64),
    /// The next such day, in a week or at all.
    Weekday(u8, Option<i64>),
    /// A day of the year.
    Date {
        day: u32,
        month: u32,
        year: Option<i32>,
    },
    /// A day of a month, counted from this one.
    OfMonth(u32, Option<i64>),
    /// A week, month or weekend, counted from this one.
    Week(i64),
    Month(i64),
    Weekend(i64),
    EndOfWeek(i64),
    EndOfMonth(i64),
    EndOfYear,
    /// Months from today.
    Months(i64),
}

/// A clock time as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub hour: u32,
    pub minute: u32,
    /// Said with am or pm.
    pub pm: Option<bool>,
}

/// Everything about time that a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct When {
    pub day: Option<Day>,
    pub clock: Option<Clock>,
    pub part: Option<Part>,
    pub repeat: Option<Repeat>,
    /// Minutes from now.
    pub minutes: Option<i64>,
}

impl When {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The date and time, ahead of now.
    pub fn due(&self, now: NaiveDateTime) -> Option<Result<Due, DueError>> {
        (!self.is_empty()).then(|| resolve::due(self, now))
    }

    /// The days of a question, `past` when the verb says so.
    pub fn range(&self, now: NaiveDateTime, past: bool) -> Option<(NaiveDate, NaiveDate)> {
        self.day
            .or(self.part.map(|_| Day::Offset(0)))
            .and_then(|day| resolve::range(day, now.date(), past))
    }
}

/// Finds the date and time words of a sentence within a range of tokens, and marks them as understood.
pub(super) fn take(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which) -> When {
    find::take(sentence, from, to, which)
}

/// A date in words or ISO form, as a day and perhaps a time that lie ahead.
///
/// # Errors
/// [`DueError`], when there is no such day ahead.
pub fn resolve_due(text: &str, now: NaiveDateTime) -> Result<Due, DueError> {
    let mut sentence = Sentence::new(text, detect(text) == Some(Script::UrLatn));
    let end = sentence.len();
    let when = find::whole(&mut sentence, end);
    when.due(now).unwrap_or(Err(DueError::NoDate))
}

/// A sentence divided into its date and the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct DateWords {
    /// The date, if the sentence names one that lies ahead.
    pub due: Option<Due>,
    /// How often, if it says so.
    pub repeat: Option<Repeat>,
    /// The other words, as they were written.
    pub rest: String,
}

/// Finds the date and time words in a sentence and returns them with the remaining words.
pub fn date_words(text: &str, now: NaiveDateTime) -> DateWords {
    let mut sentence = Sentence::new(text, detect(text) == Some(Script::UrLatn));
    let end = sentence.len();
    let when = find::take(&mut sentence, 0, end, Which::First);
    DateWords {
        due: when.due(now).and_then(Result::ok),
        repeat: when.repeat,
        rest: sentence.title(0, sentence.tokens.len()),
    }
}
