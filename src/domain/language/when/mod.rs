//! Dates and times in words: found in a sentence (`find`), read as a clock (`clock`), and placed in the calendar (`resolve`).

mod clock;
mod find;
mod hours;
mod minutes;
mod resolve;
mod zones;

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::{Change, detect, lexicon::Part, sentence::Sentence};
use crate::domain::{
    locale::Script,
    repeat::{Repeat, Weekdays},
    task::Due,
};

pub(super) use find::{Which, leave_in_title, shift};
use zones::Zone;

/// When something is said: the person's clock and zone, and the day on which their week begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The date and time where they are.
    pub local: NaiveDateTime,
    /// The same moment in UTC: hours from now are counted in it.
    pub utc: NaiveDateTime,
    /// Their zone.
    pub zone: Tz,
    /// The first day of a week.
    pub week_start: Weekday,
}

impl From<NaiveDateTime> for Moment {
    /// In UTC, with a week that begins on Monday.
    fn from(local: NaiveDateTime) -> Self {
        Self {
            local,
            utc: local,
            zone: Tz::UTC,
            week_start: Weekday::Mon,
        }
    }
}

/// What can be written instead of words that are not understood.
const FORMS: &str = "use YYYY-MM-DD, YYYY-MM-DDTHH:MM (on the person's own clock, or with Z or an offset such as +05:00 behind it), or only \
    words for the date, such as \"tomorrow 5pm\", \"next Monday\", \"24 December at noon\", \"in 2 hours\"";

/// Why a text is no date that a task can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueError {
    /// There is no date or time in it.
    NoDate,
    /// These words of it were not understood, so that the whole may mean another moment.
    Unread(Vec<String>),
    /// The day does not exist: 31 June, 25:00.
    NoSuchDay,
    /// The day has passed; a task to do lies ahead.
    Past(NaiveDate),
    /// It is today, and the time has passed.
    PastTime(NaiveTime),
    /// Beyond what a calendar can hold.
    TooFar,
}

impl fmt::Display for DueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDate => f.write_str("no date or time was understood; use YYYY-MM-DD or YYYY-MM-DDTHH:MM"),
            Self::Unread(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
                write!(
                    f,
                    "these words were not understood as a date or time: {}; {FORMS}",
                    quoted.join(", ")
                )
            }
            Self::NoSuchDay => f.write_str("that day or time does not exist"),
            Self::Past(date) => write!(f, "{date} has already passed"),
            Self::PastTime(time) => write!(f, "{} has already passed today", time.format("%H:%M")),
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
    EndOfQuarter(i64),
    StartOfQuarter(i64),
    StartOfYear(i64),
    EndOfYear(i64),
    /// A day of a week, counted from its first one.
    InWeek(i64, i64),
    /// The end of the day that is named beside it, or of today.
    Close,
    /// Months from today.
    Months(i64),
    /// The next of several weekdays.
    AnyOf(Weekdays),
    /// The next first (second, last) such weekday of a month.
    NthOf(i8, Weekdays),
    /// The first (second, last) such weekday of that month.
    NthIn(i8, u8, InMonth),
    /// A whole month, in this year or that.
    MonthOf(u32, Option<i32>),
    /// A month and a day of it, in a year counted from this one.
    InYear(u32, u32, i64),
    /// The last day of a month.
    LastOf(u32, Option<i32>),
    /// The first, second ... such weekday from today.
    NthNext(u8, u32),
    /// Days from today on which people work.
    Workdays(i64),
    /// An amount of time from today.
    Ahead(Span),
}

/// A month: so many from this one, or by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InMonth {
    Counted(i64),
    Named(u32, Option<i32>),
}

/// An amount of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub months: i64,
    pub days: i64,
    /// Days on which people work.
    pub workdays: i64,
    pub minutes: i64,
}

/// How far the moment that is meant lies from the one that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// "two days after Friday"
    Span(Span),
    /// "the Monday before Christmas": so many such weekdays behind it, or before it.
    Weekday(u8, i64),
}

/// A clock time as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub hour: u32,
    pub minute: u32,
    /// Said with am or pm.
    pub pm: Option<bool>,
}

/// A time that is named without a day, and may fall on another day than the one to which it is put: "9pm London time", "raat 12 baje".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(When);

impl TimeOfDay {
    /// What it is on a day, on the person's clock; `None` where that has passed.
    pub fn on(self, date: NaiveDate, now: Moment) -> Option<Due> {
        let day = Day::Date {
            day: date.day(),
            month: date.month(),
            year: Some(date.year()),
        };
        let when = When { day: Some(day), ..self.0 };
        when.due(now)?.ok()
    }
}

/// Everything about time that a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct When {
    pub day: Option<Day>,
    pub clock: Option<Clock>,
    pub part: Option<Part>,
    pub repeat: Option<Repeat>,
    /// From now, to the minute.
    pub ahead: Option<Span>,
    /// From the day and time that are named beside it.
    pub step: Option<Step>,
    /// Where the time is counted.
    pub zone: Option<Zone>,
}

impl When {
    /// The day on which it is said.
    pub fn today() -> Self {
        Self {
            day: Some(Day::Offset(0)),
            ..Self::default()
        }
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The date and time, ahead of now.
    pub fn due(&self, now: Moment) -> Option<Result<Due, DueError>> {
        (!self.is_empty()).then(|| resolve::due(self, now))
    }

    /// How often a task with this date comes back. A recurrence by months or years that begins on a day which not every month (or year) has
    /// falls on the last day of the shorter ones.
    pub fn repeat_of(&self, now: Moment) -> Option<Repeat> {
        let repeat = self.repeat?;
        let first = self.due(now).and_then(Result::ok);
        Some(first.map_or(repeat, |first| repeat.beginning(first.date)))
    }

    /// What a date makes of a task that is to change.
    pub fn change(&self, now: Moment) -> Change {
        // "Make it repeat every Friday" names no date of its own.
        let only_repeat = When { repeat: None, ..*self }.is_empty();
        let due = if only_repeat { None } else { self.due(now) };
        Change {
            due: due.clone().and_then(Result::ok),
            due_error: due.and_then(Result::err),
            date_only: self.day.is_some() && self.clock.is_none() && self.part.is_none() && self.repeat.is_none(),
            time: self.time_of_day(),
            time_only: self.day.is_none() && self.ahead.is_none() && self.repeat.is_none() && (self.clock.is_some() || self.part.is_some()),
            // What begins with the date that the task has already is settled where that is known.
            repeat: if only_repeat { self.repeat } else { self.repeat_of(now) },
            ..Change::default()
        }
    }

    /// The time, where it is not the same on the clock and the day that a task has: counted in another zone, or at the end of the night.
    fn time_of_day(&self) -> Option<TimeOfDay> {
        let named = self.day.is_none() && self.ahead.is_none() && self.repeat.is_none();
        let elsewhere = self.zone.is_some_and(|zone| zone != Zone::Own);
        let overnight = self
            .clock
            .and_then(|clock| clock.time(self.part))
            .is_some_and(|(_, overnight)| overnight);
        (named && (elsewhere || overnight)).then_some(TimeOfDay(*self))
    }

    /// The days of a question, `past` when the verb says so.
    pub fn range(&self, now: Moment, past: bool) -> Option<(NaiveDate, NaiveDate)> {
        self.day
            .or(self.part.map(|_| Day::Offset(0)))
            .and_then(|day| resolve::range(day, now, past))
    }
}

/// Finds the date and time words of a sentence within a range of tokens, and marks them as understood.
pub(super) fn take(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which, now: Moment) -> When {
    find::take(sentence, from, to, which, now)
}

/// Whether a word may be a part of a date.
pub(super) fn says_time(sentence: &Sentence<'_>, at: usize) -> bool {
    find::says_time(sentence, at)
}

/// Takes the days that are joined to the first one: "on Monday | and Wednesday".
pub(super) fn take_more_days(sentence: &mut Sentence<'_>, from: usize, to: usize) -> Vec<Day> {
    find::take_more_days(sentence, from, to)
}

/// Where in a range of tokens days and times are named, without taking them.
pub(super) fn spans(sentence: &Sentence<'_>, from: usize, to: usize) -> Vec<(usize, usize)> {
    find::pieces(sentence, from, to, Which::First, None)
        .iter()
        .map(|found| (found.from, found.to))
        .collect()
}

/// A date in words or ISO form, as a day and perhaps a time that lie ahead.
///
/// # Errors
/// [`DueError`], when there is no such day ahead.
pub fn resolve_due(text: &str, now: impl Into<Moment>) -> Result<Due, DueError> {
    let now = now.into();
    in_either(text, |sentence| {
        find::whole(sentence, now)?.due(now).unwrap_or(Err(DueError::NoDate))
    })
}

/// How often something comes back, in words ("har jumma", "every 2 weeks"); `None` when they say nothing of the kind.
pub fn resolve_repeat(text: &str) -> Option<Repeat> {
    // Which day it is now makes no difference.
    let now = Moment::from(NaiveDateTime::default());
    in_either(text, |sentence| find::whole(sentence, now)).ok()?.repeat
}

/// What a text that is all date says in the language that it seems to be in, or else in the other that has the same letters.
fn in_either<T>(text: &str, read: impl Fn(&mut Sentence<'_>) -> Result<T, DueError>) -> Result<T, DueError> {
    let roman = detect(text) == Some(Script::UrLatn);
    let first = read(&mut Sentence::new(text, roman));
    match first {
        Err(DueError::Unread(_) | DueError::NoDate) => read(&mut Sentence::new(text, !roman)).or(first),
        found => found,
    }
}

/// A sentence divided into its date and the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct DateWords {
    /// What looks like a date and was not wholly understood, in the person's words.
    pub unread: Vec<String>,
    /// The date, if the sentence names one that lies ahead.
    pub due: Option<Due>,
    /// How often, if it says so.
    pub repeat: Option<Repeat>,
    /// The other words, as they were written.
    pub rest: String,
}

/// Finds the date and time words in a sentence and returns them with the remaining words.
pub fn date_words(text: &str, now: impl Into<Moment>) -> DateWords {
    let mut sentence = Sentence::new(text, detect(text) == Some(Script::UrLatn));
    let end = sentence.len();
    let now = now.into();
    let when = find::take(&mut sentence, 0, end, Which::First, now);
    DateWords {
        unread: sentence.unread(0, end),
        due: when.due(now).and_then(Result::ok),
        repeat: when.repeat,
        rest: sentence.title(0, sentence.tokens.len()),
    }
}
