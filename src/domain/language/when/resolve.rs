//! From what was said to a day of the calendar. Things to do lie ahead.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::{Clock, Day, DueError, InMonth, Moment, Span, Step, When, Zone, zones};
use crate::domain::{
    repeat::{Frequency, Repeat},
    task::Due,
};

/// The date and time of a task, on the person's clock.
pub(super) fn due(when: &When, moment: Moment) -> Result<Due, DueError> {
    if let Some(span) = when.ahead {
        return ahead(span, moment);
    }
    let named = match when.zone.filter(|zone| *zone != Zone::Own) {
        Some(zone) if when.clock.is_some() || when.part.is_some() => in_zone(when, zone, moment)?,
        _ => there_is(local(when, moment)?, moment),
    };
    let due = match when.step {
        Some(step) => stepped(named, step, moment).ok_or(DueError::TooFar)?,
        None => named,
    };
    if due.date < moment.local.date() {
        return Err(DueError::Past(due.date));
    }
    match due.time.filter(|_| when.clock.is_some() && has_passed(&due, moment)) {
        Some(time) => ahead_of(when, time, moment),
        None => Ok(due),
    }
}

/// Whether a moment has passed; the minute that it is now has not.
fn has_passed(due: &Due, moment: Moment) -> bool {
    let now = moment.local.time();
    let minute = now.with_second(0).unwrap_or(now);
    due.date == moment.local.date() && due.time.is_some_and(|time| time < minute)
}

/// What is meant by a time of today that has passed: the next day of a recurrence, the other half of the day where that was not said, and
/// else nothing that a task can have.
fn ahead_of(when: &When, time: NaiveTime, moment: Moment) -> Result<Due, DueError> {
    if when.repeat.is_some() {
        let tomorrow = plus(moment.local.date(), 1)?.and_time(NaiveTime::MIN);
        let utc = zones::first(moment.zone, tomorrow).map_or(moment.utc, |at| at.naive_utc());
        return due(
            when,
            Moment {
                local: tomorrow,
                utc,
                ..moment
            },
        );
    }
    if let Some(clock) = when.clock.filter(|clock| clock.two_ways(when.part) && when.step.is_none()) {
        let evening = When {
            clock: Some(Clock { pm: Some(true), ..clock }),
            ..*when
        };
        return due(&evening, moment);
    }
    Err(DueError::PastTime(time))
}

/// An amount of time from now. Hours are counted as they pass, whatever the clocks do.
fn ahead(span: Span, moment: Moment) -> Result<Due, DueError> {
    let later = add_days(moment.local.date(), span).ok_or(DueError::TooFar)?;
    let base = if later == moment.local.date() {
        Some(moment.utc)
    } else {
        zones::first(moment.zone, later.and_time(moment.local.time())).map(|at| at.naive_utc())
    };
    let end = base
        .zip(TimeDelta::try_minutes(span.minutes))
        .and_then(|(base, delta)| base.checked_add_signed(delta))
        .ok_or(DueError::TooFar)?;
    let local = Zone::Own.local(end, moment.zone);
    let due = to_minute(local).ok_or(DueError::NoSuchDay)?;
    if end < moment.utc {
        return Err(DueError::Past(due.date));
    }
    Ok(due)
}

fn to_minute(local: NaiveDateTime) -> Option<Due> {
    Some(Due {
        date: local.date(),
        time: Some(NaiveTime::from_hms_opt(local.hour(), local.minute(), 0)?),
    })
}

/// A day so many months, days and working days from another.
fn add_days(date: NaiveDate, span: Span) -> Option<NaiveDate> {
    let step = Months::new(u32::try_from(span.months.unsigned_abs()).ok()?);
    let date = if span.months < 0 {
        date.checked_sub_months(step)?
    } else {
        date.checked_add_months(step)?
    };
    workdays(plus(date, span.days).ok()?, span.workdays)
}

/// A day so many working days from another.
fn workdays(mut date: NaiveDate, count: i64) -> Option<NaiveDate> {
    let mut left = count.abs().min(10_000);
    while left > 0 {
        date = plus(date, count.signum()).ok()?;
        left -= i64::from(weekday_of(date) < 5);
    }
    Some(date)
}

/// A moment so far from the one that was named.
fn stepped(named: Due, step: Step, moment: Moment) -> Option<Due> {
    match step {
        Step::Span(span) if span.minutes == 0 => Some(Due {
            date: add_days(named.date, span)?,
            ..named
        }),
        Step::Span(span) => {
            let local = add_days(named.date, span)?.and_time(named.time.unwrap_or(NaiveTime::MIN));
            let end = zones::first(moment.zone, local)?
                .naive_utc()
                .checked_add_signed(TimeDelta::try_minutes(span.minutes)?)?;
            to_minute(Zone::Own.local(end, moment.zone))
        }
        Step::Weekday(day, count) => {
            let since = (i64::from(day) - i64::from(weekday_of(named.date))).rem_euclid(7);
            let days = if count > 0 {
                (if since == 0 { 7 } else { since }) + 7 * (count - 1)
            } else {
                (if since == 0 { 0 } else { since }) + 7 * count
            };
            Some(Due {
                date: plus(named.date, days).ok()?,
                ..named
            })
        }
    }
}

/// A time that is named in another zone. Without a day it is the next such time there.
fn in_zone(when: &When, zone: Zone, moment: Moment) -> Result<Due, DueError> {
    let named = if when.day.is_none() && when.repeat.is_none() {
        let there = zone.local(moment.utc, moment.zone);
        local(when, Moment { local: there, ..moment })?
    } else {
        local(when, moment)?
    };
    let Some(time) = named.time else { return Ok(named) };
    let at = zone.moment(named.date.and_time(time), moment.zone).ok_or(DueError::NoSuchDay)?;
    to_minute(Zone::Own.local(at.naive_utc(), moment.zone)).ok_or(DueError::NoSuchDay)
}

/// The same time, or the next that there is, where clocks go forward.
fn there_is(due: Due, moment: Moment) -> Due {
    let shown = due.time.and_then(|time| {
        let at = zones::first(moment.zone, due.date.and_time(time))?;
        to_minute(Zone::Own.local(at.naive_utc(), moment.zone))
    });
    shown.unwrap_or(due)
}

/// The date and time, as they are shown by the clock that is meant.
fn local(when: &When, moment: Moment) -> Result<Due, DueError> {
    let now = moment.local;
    let today = now.date();
    let said = when
        .clock
        .map(|clock| clock.time(when.part).ok_or(DueError::NoSuchDay))
        .transpose()?;
    let usual = when.part.and_then(|part| NaiveTime::from_hms_opt(part.hour(), 0, 0));
    let (time, overnight) = match said {
        Some((time, overnight)) => (Some(time), overnight),
        None => (usual, false),
    };
    let ahead = |time: NaiveTime| overnight || time > now.time();

    let Some(day) = when.day.or_else(|| when.repeat.and_then(|repeat| first_day(repeat, moment))) else {
        // Only a time: today if it is still ahead, else tomorrow.
        let Some(time) = time else {
            return Ok(Due { date: today, time: None });
        };
        if ahead(time) {
            return Ok(Due {
                date: plus(today, i64::from(overnight))?,
                time: Some(time),
            });
        }
        if let Some(clock) = when.clock.filter(|clock| clock.two_ways(when.part) && when.repeat.is_none())
            && let Some(evening) = NaiveTime::from_hms_opt(clock.hour + 12, clock.minute, 0).filter(|evening| *evening > now.time())
        {
            return Ok(Due {
                date: today,
                time: Some(evening),
            });
        }
        return Ok(Due {
            date: plus(today, 1)?,
            time: Some(time),
        });
    };
    let date = match day {
        Day::Weekday(weekday, None) => {
            let wait = (i64::from(weekday) - i64::from(weekday_of(today))).rem_euclid(7);
            // Today counts only when the time that was said is still to come.
            let wait = if wait == 0 && !(said.is_some() && time.is_some_and(ahead)) {
                7
            } else {
                wait
            };
            plus(today, wait)?
        }
        Day::AnyOf(days) => {
            let wait = |day: u8| (i64::from(day) - i64::from(weekday_of(today))).rem_euclid(7);
            let today_counts = if said.is_some() { time.is_some_and(ahead) } else { days.len() >= 5 };
            let next = days
                .iter()
                .map(wait)
                .map(|days| if days == 0 && !today_counts { 7 } else { days })
                .min();
            plus(today, next.unwrap_or(0))?
        }
        other => range(other, moment, false).ok_or_else(|| no_day(other))?.0,
    };
    if date < today {
        return Err(DueError::Past(date));
    }
    let date = match when.repeat {
        Some(repeat) => on_a_day_of(repeat, date)?,
        None => date,
    };
    if said.is_none() && date == today && time.is_some_and(|time| time <= now.time()) {
        // "Tonight", late at night: the day is right, the usual hour is not.
        return Ok(Due { date, time: None });
    }
    Ok(Due {
        date: plus(date, i64::from(overnight))?,
        time,
    })
}

/// "Every Monday from tomorrow" begins on a Monday: the first day from that one on which the recurrence falls.
fn on_a_day_of(repeat: Repeat, date: NaiveDate) -> Result<NaiveDate, DueError> {
    if repeat.frequency != Frequency::Weekly || repeat.days.is_empty() {
        return Ok(date);
    }
    let wait = |day: u8| (i64::from(day) - i64::from(weekday_of(date))).rem_euclid(7);
    plus(date, repeat.days.iter().map(wait).min().unwrap_or(0))
}

fn no_day(day: Day) -> DueError {
    match day {
        Day::Date { .. } | Day::OfMonth(..) | Day::NthOf(..) | Day::NthIn(..) | Day::InYear(..) => DueError::NoSuchDay,
        _ => DueError::TooFar,
    }
}

/// The first and last day of what was said.
pub(super) fn range(day: Day, moment: Moment, past: bool) -> Option<(NaiveDate, NaiveDate)> {
    let today = moment.local.date();
    let since = |start: u8, day: u8| (i64::from(day) - i64::from(start)).rem_euclid(7);
    let start = u8::try_from(moment.week_start.num_days_from_monday()).unwrap_or(0);
    // The first day of a week, counted from this one.
    let week_of = |weeks: i64| plus(today, weeks.checked_mul(7)? - since(start, weekday_of(today))).ok();
    let one = |date: NaiveDate| Some((date, date));
    match day {
        Day::Either(days) if past => one(plus(today, -days).ok()?),
        Day::Close => one(today),
        Day::Offset(days) | Day::Either(days) => one(plus(today, days).ok()?),
        Day::Weekday(weekday, None) => {
            let wait = (i64::from(weekday) - i64::from(weekday_of(today))).rem_euclid(7);
            // The name of today's weekday means the next one; today is called today.
            one(plus(
                today,
                if past {
                    wait - 7
                } else if wait == 0 {
                    7
                } else {
                    wait
                },
            )
            .ok()?)
        }
        Day::Weekday(weekday, Some(week)) => {
            let date = plus(week_of(week)?, since(start, weekday)).ok()?;
            // "This Monday" said on a Wednesday is the one ahead.
            one(if week == 0 && date < today && !past {
                plus(date, 7).ok()?
            } else {
                date
            })
        }
        Day::Date {
            day,
            month,
            year: Some(year),
        } => one(NaiveDate::from_ymd_opt(year, month, day)?),
        Day::Date { day, month, year: None } => {
            let years = today.year()..today.year() + 9;
            let mut dates = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
            one(dates.find(|date| *date >= today)?)
        }
        Day::OfMonth(day, Some(months)) => one(first_of(today, months)?.with_day(day)?),
        Day::OfMonth(day, None) => {
            let mut dates = (0..13).filter_map(|months| first_of(today, months)?.with_day(day));
            one(dates.find(|date| *date >= today)?)
        }
        Day::Week(week) => {
            let first = week_of(week)?;
            let last = plus(first, 6).ok()?;
            Some((if week == 0 && !past { today } else { first }, last))
        }
        Day::Weekend(week) => {
            // Saturday and Sunday, whatever the week begins with.
            let saturday = plus(today, week.checked_mul(7)? + 5 - i64::from(weekday_of(today))).ok()?;
            let first = if week == 0 && saturday < today { today } else { saturday };
            Some((first, plus(saturday, 1).ok()?))
        }
        Day::Month(months) => {
            let first = first_of(today, months)?;
            Some((
                if months == 0 && !past { today } else { first },
                first_of(today, months + 1)?.pred_opt()?,
            ))
        }
        Day::EndOfWeek(week) => one(plus(week_of(week)?, 6).ok()?),
        Day::EndOfMonth(months) => one(first_of(today, months + 1)?.pred_opt()?),
        Day::InWeek(week, day) => one(plus(week_of(week)?, day).ok()?),
        Day::EndOfYear(years) => one(NaiveDate::from_ymd_opt(
            today.year().checked_add(i32::try_from(years).ok()?)?,
            12,
            31,
        )?),
        Day::StartOfYear(years) => one(NaiveDate::from_ymd_opt(
            today.year().checked_add(i32::try_from(years).ok()?)?,
            1,
            1,
        )?),
        Day::StartOfQuarter(quarters) => one(quarter(today, quarters)?),
        Day::EndOfQuarter(quarters) => one(quarter(today, quarters.checked_add(1)?)?.pred_opt()?),
        Day::Months(months) => one(add_days(today, Span { months, ..Span::default() })?),
        Day::Ahead(span) => one(add_days(today, span)?),
        Day::Workdays(days) => one(workdays(today, days)?),
        Day::NthNext(weekday, nth) => {
            let wait = (i64::from(weekday) - i64::from(weekday_of(today))).rem_euclid(7);
            let first = if wait == 0 { 7 } else { wait };
            one(plus(today, first + 7 * (i64::from(nth) - 1)).ok()?)
        }
        Day::MonthOf(month, year) => {
            let first = named_month(today, month, year, |first| first_of(first, 1).and_then(|next| next.pred_opt()))?;
            let last = first_of(first, 1)?.pred_opt()?;
            Some((if first < today && last >= today && !past { today } else { first }, last))
        }
        Day::InYear(month, day, years) => one(NaiveDate::from_ymd_opt(
            today.year().checked_add(i32::try_from(years).ok()?)?,
            month,
            day,
        )?),
        Day::LastOf(month, year) => {
            let first = named_month(today, month, year, |first| first_of(first, 1).and_then(|next| next.pred_opt()))?;
            one(first_of(first, 1)?.pred_opt()?)
        }
        Day::NthIn(nth, weekday, InMonth::Counted(months)) => one(nth_of(first_of(today, months)?, nth, weekday)?),
        Day::NthIn(nth, weekday, InMonth::Named(month, year)) => {
            let first = named_month(today, month, year, |first| nth_of(first, nth, weekday))?;
            one(nth_of(first, nth, weekday)?)
        }
        Day::AnyOf(days) => one(plus(today, days.iter().map(|day| since(weekday_of(today), day)).min()?).ok()?),
        Day::NthOf(nth, days) => {
            let mut dates = (0..13).filter_map(|months| nth_of(first_of(today, months)?, nth, days.iter().next()?));
            one(dates.find(|date| *date >= today)?)
        }
    }
}

/// The first day of a month that was named: of that year, or the next in which the day that is meant is not over.
fn named_month(today: NaiveDate, month: u32, year: Option<i32>, day: impl Fn(NaiveDate) -> Option<NaiveDate>) -> Option<NaiveDate> {
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year, month, 1);
    }
    let mut months = (today.year()..today.year() + 9).filter_map(|year| NaiveDate::from_ymd_opt(year, month, 1));
    months.find(|first| day(*first).is_some_and(|date| date >= today))
}

/// The first day of a quarter of the year, counted from this one.
fn quarter(today: NaiveDate, quarters: i64) -> Option<NaiveDate> {
    let into = i64::from(today.month0() % 3);
    first_of(today, quarters.checked_mul(3)? - into)
}

/// The day on which a recurrence begins, where it says one.
fn first_day(repeat: Repeat, moment: Moment) -> Option<Day> {
    match repeat {
        Repeat { nth, and_nth, days, .. } if and_nth != 0 => {
            let both = [nth, and_nth].map(|nth| Day::NthOf(nth, days));
            both.into_iter()
                .filter_map(|day| Some((range(day, moment, false)?, day)))
                .min_by_key(|(days, _)| *days)
                .map(|(_, day)| day)
        }
        Repeat { nth, days, .. } if nth != 0 => Some(Day::NthOf(nth, days)),
        Repeat { days, .. } if !days.is_empty() => Some(Day::AnyOf(days)),
        Repeat { month_day: -1, .. } => Some(Day::EndOfMonth(0)),
        Repeat { month_day, .. } => u32::try_from(month_day)
            .ok()
            .filter(|day| *day > 0)
            .map(|day| Day::OfMonth(day, None)),
    }
}

/// The first (second, last) such weekday of a month.
fn nth_of(first: NaiveDate, nth: i8, weekday: u8) -> Option<NaiveDate> {
    let wait = |from: NaiveDate| (i64::from(weekday) - i64::from(weekday_of(from))).rem_euclid(7);
    if nth > 0 {
        let date = plus(first, wait(first) + 7 * (i64::from(nth) - 1)).ok()?;
        return (date.month() == first.month()).then_some(date);
    }
    let last = first_of(first, 1)?.pred_opt()?;
    plus(last, -((7 - wait(last)) % 7)).ok()
}

fn weekday_of(date: NaiveDate) -> u8 {
    u8::try_from(date.weekday().num_days_from_monday()).unwrap_or(0)
}

fn plus(date: NaiveDate, days: i64) -> Result<NaiveDate, DueError> {
    let step = Days::new(days.unsigned_abs());
    let moved = if days < 0 {
        date.checked_sub_days(step)
    } else {
        date.checked_add_days(step)
    };
    moved.filter(|d| (1..=9999).contains(&d.year())).ok_or(DueError::TooFar)
}

fn first_of(today: NaiveDate, months: i64) -> Option<NaiveDate> {
    let first = today.with_day(1)?;
    let step = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 {
        first.checked_sub_months(step)
    } else {
        first.checked_add_months(step)
    }
}
