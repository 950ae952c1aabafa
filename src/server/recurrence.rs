//! Tasks that come back: checks their rules, and makes the next one when one is completed. The one place that knows the `rrule` crate.
//!
//! A rule is followed on the person's calendar: dates and times without a zone, so that "every day at 9" stays at 9 when the clocks change.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};
use sqlx::PgConnection;

use super::store::{StoreError, tasks};
use crate::domain::{
    id::{TaskId, UserId},
    locale::WeekStart,
    repeat::Repeat,
    task::{Due, Task, TaskStatus},
};

/// The longest rule, in bytes.
const RULE_MAX: usize = 200;

/// Why a text is no rule that a task can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// Longer than any sensible rule.
    TooLong,
    /// Hours, minutes and seconds are not for tasks.
    TooOften,
    /// An end by number cannot be kept, because every occurrence is a task of its own.
    Count,
    /// Not a rule of RFC 5545; says why.
    Malformed(String),
    /// It never comes.
    Never,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it is longer than {RULE_MAX} bytes"),
            Self::TooOften => f.write_str(
                "a task comes back daily at the most: FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY, without BYHOUR, BYMINUTE, BYSECOND",
            ),
            Self::Count => f.write_str("COUNT is not supported; use UNTIL"),
            Self::Malformed(why) => f.write_str(why),
            Self::Never => f.write_str("no day ever fits it"),
        }
    }
}
impl std::error::Error for RuleError {}

/// Checks a rule of RFC 5545, with or without `RRULE:`, and gives it in one spelling.
///
/// # Errors
/// See [`RuleError`].
pub fn rule(text: &str, today: NaiveDate) -> Result<String, RuleError> {
    if text.len() > RULE_MAX {
        return Err(RuleError::TooLong);
    }
    let rule = text.trim().to_ascii_uppercase();
    // One line is one rule; the crate would read a second one, too.
    if rule.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(RuleError::Malformed("a rule has no spaces and no line breaks in it".to_owned()));
    }
    let rule = rule.strip_prefix("RRULE:").unwrap_or(&rule).trim_end_matches(';').to_owned();
    let parts: Vec<&str> = rule.split(';').collect();
    if parts.iter().any(|part| part.starts_with("COUNT")) {
        return Err(RuleError::Count);
    }
    let too_often = |part: &&str| {
        ["BYHOUR", "BYMINUTE", "BYSECOND", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY"]
            .iter()
            .any(|often| part.starts_with(often))
    };
    if parts.iter().any(too_often) {
        return Err(RuleError::TooOften);
    }
    let set = set(&rule, today.and_time(NaiveTime::MIN))?;
    if set.all(1).dates.is_empty() {
        return Err(RuleError::Never);
    }
    Ok(rule)
}

/// As [`rule`], with the day on which the person's weeks begin where the rule counts weeks and does not say it.
///
/// # Errors
/// See [`RuleError`].
pub fn rule_of_person(text: &str, today: NaiveDate, week_start: WeekStart) -> Result<String, RuleError> {
    let rule = rule(text, today)?;
    let counts_weeks = rule.parse().is_ok_and(|repeat: Repeat| repeat.counts_weeks());
    Ok(match week_start {
        WeekStart::Sunday if counts_weeks && !rule.contains("WKST") => rule + ";WKST=SU",
        WeekStart::Saturday if counts_weeks && !rule.contains("WKST") => rule + ";WKST=SA",
        _ => rule,
    })
}

/// A rule counted from a moment of the person's calendar.
fn set(rule: &str, start: NaiveDateTime) -> Result<RRuleSet, RuleError> {
    let malformed = |error: rrule::RRuleError| RuleError::Malformed(error.to_string());
    let rule: RRule<Unvalidated> = rule.parse().map_err(malformed)?;
    let set = rule.build(floating(start)).map_err(malformed)?;
    // Rules that hardly ever fit are given up instead of being searched for centuries.
    Ok(set.limit())
}

/// A time without a zone, as the crate wants it.
fn floating(local: NaiveDateTime) -> DateTime<Tz> {
    Tz::UTC.from_utc_datetime(&local)
}

/// The first day on which a rule falls, today or later.
pub fn first(rule: &str, today: NaiveDate) -> Option<NaiveDate> {
    let set = set(rule, today.and_time(NaiveTime::MIN)).ok()?;
    set.all(1).dates.first().map(|first| first.naive_local().date())
}

/// The date after this one: behind it, and not in the past.
fn next(rule: &str, due: &Due, now: NaiveDateTime) -> Option<Due> {
    let start = due.date.and_time(due.time.unwrap_or(NaiveTime::MIN));
    let behind = match due.time {
        Some(_) => start.max(now),
        // A day without a time has not passed while it lasts.
        None => start.max(now.date().checked_sub_days(Days::new(1))?.and_hms_opt(23, 59, 59)?),
    };
    let set = set(rule, start).ok()?.after(floating(behind));
    let date = set
        .all(2)
        .dates
        .into_iter()
        .map(|date| date.naive_local())
        .find(|date| *date > behind)?;
    Some(Due {
        date: date.date(),
        time: due.time,
    })
}

/// Completes a task. One that comes back makes the next one and hands its rule on to it, so that no occurrence is made twice.
///
/// # Errors
/// See [`tasks::update`] and [`tasks::insert`].
pub async fn complete(
    connection: &mut PgConnection,
    user: UserId,
    task: &mut Task,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
    new_id: TaskId,
) -> Result<Option<Task>, StoreError> {
    if task.status == TaskStatus::Completed {
        return Ok(None);
    }
    let local = now.with_timezone(&zone).naive_local();
    let next = task
        .repeat
        .as_deref()
        .zip(task.due.as_ref())
        .and_then(|(rule, due)| next(rule, due, local.with_nanosecond(0).unwrap_or(local)))
        .map(|due| Task {
            id: new_id,
            due: Some(due),
            created_at: now,
            updated_at: now,
            ..task.clone()
        });
    if next.is_some() {
        task.repeat = None;
    }
    task.status = TaskStatus::Completed;
    task.completed_at = Some(now);
    task.updated_at = now;
    tasks::update(connection, user, task).await?;
    if let Some(next) = &next {
        tasks::insert(connection, user, next).await?;
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn rules_are_checked() {
        let today = day("2026-11-23");
        assert_eq!(rule("rrule:freq=daily;interval=2", today), Ok("FREQ=DAILY;INTERVAL=2".into()));
        assert_eq!(rule("FREQ=HOURLY", today), Err(RuleError::TooOften));
        assert_eq!(rule("FREQ=DAILY;BYHOUR=9,10", today), Err(RuleError::TooOften));
        assert_eq!(rule("FREQ=DAILY;COUNT=3", today), Err(RuleError::Count));
        assert_eq!(rule(&"FREQ=DAILY;".repeat(40), today), Err(RuleError::TooLong));
        assert!(matches!(rule("FREQ=NEVER", today), Err(RuleError::Malformed(_))));
        assert!(matches!(rule("every day", today), Err(RuleError::Malformed(_))));
        assert!(rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", today).is_err());
        for two in [
            "FREQ=DAILY\nRRULE:FREQ=SECONDLY",
            "FREQ=DAILY\r\nRRULE:FREQ=WEEKLY",
            "FREQ=DAILY; INTERVAL=2",
        ] {
            assert!(matches!(rule(two, today), Err(RuleError::Malformed(_))), "{two}");
        }
        assert!(rule("FREQ=DAILY;UNTIL=20200101T000000Z", today).is_err());
    }

    #[test]
    fn the_next_one_is_ahead() {
        let now = day("2026-11-23").and_hms_opt(10, 30, 0).unwrap();
        for (rule, date, time, wanted) in [
            ("FREQ=DAILY", "2026-11-23", None, Some("2026-11-24")),
            ("FREQ=DAILY", "2026-11-20", None, Some("2026-11-23")),
            ("FREQ=DAILY", "2026-11-23", Some("09:00:00"), Some("2026-11-24")),
            ("FREQ=DAILY", "2026-11-22", Some("18:00:00"), Some("2026-11-23")),
            ("FREQ=DAILY", "2026-11-25", None, Some("2026-11-26")),
            ("FREQ=WEEKLY;BYDAY=TU,FR", "2026-11-24", None, Some("2026-11-27")),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-11-27", None, Some("2026-12-11")),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-12-31", None, Some("2027-01-31")),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-31", None, Some("2027-03-31")),
            ("FREQ=MONTHLY", "2027-01-31", None, Some("2027-03-31")),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
                "2027-01-31",
                None,
                Some("2027-02-28"),
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
                "2027-02-28",
                None,
                Some("2027-03-31"),
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
                "2027-03-31",
                Some("09:00:00"),
                Some("2027-04-30"),
            ),
            (
                "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30;BYSETPOS=-1",
                "2026-12-30",
                None,
                Some("2027-02-28"),
            ),
            (
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
                "2028-02-29",
                None,
                Some("2029-02-28"),
            ),
            (
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
                "2031-02-28",
                None,
                Some("2032-02-29"),
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30", None, Some("2026-12-31")),
            ("FREQ=MONTHLY;BYDAY=1MO", "2026-12-07", None, Some("2027-01-04")),
            ("FREQ=YEARLY", "2026-11-24", None, Some("2027-11-24")),
            ("FREQ=DAILY;UNTIL=20261124T000000Z", "2026-11-24", None, None),
        ] {
            let due = Due {
                date: day(date),
                time: time.map(|time| time.parse().unwrap()),
            };
            let got = next(rule, &due, now).map(|due| due.date);
            assert_eq!(got, wanted.map(day), "{rule} {date}");
        }
    }
}
