//! Recurrence in words: every Monday and Friday, har do din baad, monthly on the 5th, roz raat ko.

use super::{
    Piece,
    calendar::calendar_day,
    except, is_weekday,
    numbers::{is_glued, is_mark, is_word, nth},
    spans::span,
    unit,
};
use crate::domain::{
    language::{
        lexicon::{Plain, Sense, Unit},
        sentence::Sentence,
        token::Token,
        when::{Day, clock},
    },
    repeat::{Frequency, Repeat, Weekdays},
};

/// The recurrence that begins at a token.
pub(super) fn every(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Piece)> {
    if let Some(length) = sentence.is(at, Plain::EveryOther)
        && let Some((more, repeat)) = counted(sentence, at + length, 2)
    {
        return Some((length + more, Piece::Repeat(repeat)));
    }
    if let Some((length, days)) = except::days(sentence, at, to) {
        return Some((length, Piece::Repeat(weekly(days))));
    }
    // "har mahine ke pehle peer ko" says more than "har mahine".
    if let Some(found) = of_the_month(sentence, at) {
        return Some(found);
    }
    if let Some(length) = sentence.is(at, Plain::Every)
        && let Some((more, piece)) = behind_every(sentence, at + length, to)
    {
        return Some((length + more, piece));
    }
    plural(sentence, at, to).or_else(|| adverb(sentence, at, from, to))
}

/// What "every" stands before: a day or days, a part of the day, a day of the month, a number of units.
fn behind_every(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Piece)> {
    // "har hafte itwar ko": every week, not every Saturday.
    if let Some((length, Unit::Week)) = unit(sentence, at) {
        let comma = usize::from(is_mark(sentence, at + length, &[',', '،']));
        let on = comma + usize::from(is_word(sentence, at + length + comma, &["on"]));
        if let Some((more, days)) = weekdays(sentence, at + length + on, to).filter(|_| comma == 0 || on > comma) {
            return Some((length + on + more, Piece::Repeat(weekly(days))));
        }
    }
    if let Some((length, days)) = weekdays(sentence, at, to)
        && (unit(sentence, at).is_none() || days.len() > 1)
    {
        return Some((length, Piece::Repeat(weekly(days))));
    }
    if let Some((length, part)) = sentence.find(at, |s| if let Sense::Part(p) = s { Some(p) } else { None }) {
        return Some((length, Piece::PartRepeat(part, Repeat::every(Frequency::Daily))));
    }
    if let Some((length, halves, unit)) = span(sentence, at).filter(|(_, halves, _)| halves % 2 == 0) {
        // "har 6 mahine baad"
        let behind = [at + length, at + length + 1].into_iter().find_map(|end| {
            let later = sentence.tokens.get(end)?;
            matches!(later.plain.as_str(), "baad" | "bad" | "bd" | "بعد").then_some(end + 1 - at - length)
        });
        let repeat = Repeat {
            interval: u16::try_from(halves / 2).ok()?.max(1),
            ..Repeat::every(frequency(unit)?)
        };
        return Some((length + behind.unwrap_or(0), Piece::Repeat(repeat)));
    }
    if let Some((length, unit)) = unit(sentence, at) {
        return Some((length, Piece::Repeat(Repeat::every(frequency(unit)?))));
    }
    // "every 25 December"
    if let Some((length, day @ Day::Date { year: None, .. })) = calendar_day(sentence, at, at, to) {
        return Some((length, Piece::DayRepeat(day, Repeat::every(Frequency::Yearly))));
    }
    if let Some((length, number)) = nth(sentence, at, false)
        && is_word(sentence, at + length, &["tareekh", "tarikh", "tareek", "تاریخ"])
    {
        return Some((length + 1, Piece::Repeat(on_day(number)?)));
    }
    // "every 8 am"
    if let Some((length, clock)) = clock::at(sentence, at, true) {
        return Some((length, Piece::ClockRepeat(clock, Repeat::every(Frequency::Daily))));
    }
    let (length, number) = nth(sentence, at, true)?;
    if let Some((more, repeat)) = counted(sentence, at + length, number) {
        return Some((length + more, Piece::Repeat(repeat)));
    }
    let alone = sentence.tokens.get(at + length).is_none_or(|t| !t.is_text());
    alone.then_some((length, Piece::Repeat(on_day(number)?)))
}

/// "every second | Friday", "every other | day".
fn counted(sentence: &Sentence<'_>, at: usize, number: u32) -> Option<(usize, Repeat)> {
    let interval = u16::try_from(number).ok()?.max(1);
    if let Some((length, unit)) = unit(sentence, at) {
        let repeat = Repeat::every(frequency(unit)?);
        return Some((length, Repeat { interval, ..repeat }));
    }
    let (length, day) = is_weekday(sentence, at)?;
    Some((
        length,
        Repeat {
            interval,
            ..weekly(Weekdays::default().with(day))
        },
    ))
}

/// "on the 1st of every month", "first Monday of the month", "har mahine ke pehle peer ko".
fn of_the_month(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    // "of", "on the", "ke".
    let of = |place: usize| {
        let joins = |t: &&Token| matches!(t.plain.as_str(), "of" | "in" | "on" | "the" | "ke" | "ki" | "کے" | "کی");
        sentence.tokens.iter().skip(place).take(2).take_while(joins).count()
    };
    let monthly = |place: usize| {
        let repeat = sentence.find(place, |s| if let Sense::Repeat(r) = s { Some(r) } else { None });
        repeat
            .filter(|(_, r)| r.frequency == Frequency::Monthly && r.interval == 1)
            .map(|(length, _)| length)
    };
    let end_of = |place: usize| {
        sentence
            .is(place, Plain::EndOf)
            .or_else(|| is_word(sentence, place, &["end"]).then_some(1))
    };
    // "end of every month", "har mahine ke aakhir mein"
    if let Some(length) = end_of(at)
        && let Some(more) = monthly(at + length)
    {
        return Some((length + more, Piece::Repeat(last_day())));
    }
    // "every month on the last Friday", "every first Monday of the month"
    if let Some(length) = monthly(at) {
        let start = at + length;
        if let Some(more) = end_of(start) {
            return Some((start + more - at, Piece::Repeat(last_day())));
        }
        let start = start + of(start);
        if is_word(sentence, start, &["aakhri", "akhri", "آخری"]) && is_word(sentence, start + 1, &["tareekh", "tarikh", "تاریخ"])
        {
            return Some((start + 2 - at, Piece::Repeat(last_day())));
        }
        if let Some((more, repeat)) = ranked(sentence, start) {
            return Some((start + more - at, Piece::Repeat(repeat)));
        }
        // "every month on the 5th"
        let (more, day) = nth(sentence, start, true).filter(|_| start > at + length && is_word(sentence, start - 1, &["the", "on"]))?;
        return Some((start + more - at, Piece::Repeat(on_day(day)?)));
    }
    if let Some(length) = sentence.is(at, Plain::Every)
        && let Some((more, repeat)) = ranked(sentence, at + length)
    {
        let end = at + length + more;
        // Of which month the second and fourth are need not be said.
        let week = unit(sentence, end - 1).is_some() && sentence.is(end, Plain::After).is_none();
        let joins = of(end);
        let monthly = unit(sentence, end + joins).filter(|(_, unit)| joins > 0 && *unit == Unit::Month);
        if repeat.and_nth != 0 && !week && monthly.is_none() {
            return Some((end - at, Piece::Repeat(repeat)));
        }
        let (more, _) = unit(sentence, end + joins).filter(|(_, unit)| joins > 0 && *unit == Unit::Month)?;
        return Some((end + joins + more - at, Piece::Repeat(repeat)));
    }
    if let Some((length, repeat)) = ranked(sentence, at) {
        let start = at + length + of(at + length);
        return Some((start + monthly(start)? - at, Piece::Repeat(repeat)));
    }
    let (length, number) = nth(sentence, at, true)?;
    let start = at + length + of(at + length);
    Some((start + monthly(start)? - at, Piece::Repeat(on_day(number)?)))
}

/// Which one of a month, and of what weekday: "the 2nd Friday", "2nd and 4th Saturday", "last day".
fn ranked(sentence: &Sentence<'_>, place: usize) -> Option<(usize, Repeat)> {
    let (length, nth) = rank(sentence, place)?;
    // "the 2nd and 4th Saturday"
    if sentence.word_is(place + length, Plain::And)
        && let Some((more, other)) = rank(sentence, place + length + 1)
        && let Some((last, day)) = is_weekday(sentence, place + length + 1 + more)
    {
        let repeat = Repeat {
            days: Weekdays::default().with(day),
            nth,
            and_nth: other,
            ..Repeat::every(Frequency::Monthly)
        };
        return Some((length + 1 + more + last, repeat));
    }
    if let Some((more, Unit::Day)) = unit(sentence, place + length) {
        let repeat = match nth {
            -1 => last_day(),
            n => on_day(u32::try_from(n).ok()?)?,
        };
        return Some((length + more, repeat));
    }
    let (more, day) = is_weekday(sentence, place + length)?;
    let repeat = Repeat {
        days: Weekdays::default().with(day),
        nth,
        ..Repeat::every(Frequency::Monthly)
    };
    Some((length + more, repeat))
}

/// Which one of a month: the 2nd, the last.
fn rank(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i8)> {
    let last = sentence
        .is(at, Plain::FinalOne)
        .or_else(|| is_word(sentence, at, &["last", "final"]).then_some(1));
    if let Some(length) = last {
        return Some((length, -1));
    }
    let (length, n) = nth(sentence, at, true).filter(|(_, n)| *n <= 5)?;
    Some((length, i8::try_from(n).ok()?))
}

/// "on Mondays and Wednesdays", "mon wed fri", "peer se jumma tak rozana".
fn plural(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Piece)> {
    let (length, days) = weekdays(sentence, at, to)?;
    let word = &sentence.tokens[at];
    // "Friday's meeting" is once.
    let owns = sentence.text[word.start..word.end].contains(['\'', '’']);
    let plural = !owns && sentence.find(at, |s| matches!(s, Sense::Weekly(_)).then_some(())).is_some();
    // Three names in a row, without a word between them.
    let row = length == days.len() && days.len() > 2 && !sentence.tokens[at..at + length].iter().any(|t| t.plain == "to");
    let until = usize::from(
        sentence
            .tokens
            .get(at + length)
            .is_some_and(|t| matches!(t.plain.as_str(), "tak" | "تک")),
    );
    let end = at + length + until;
    let daily = sentence.find(end, |s| {
        matches!(s, Sense::Repeat(r) if r == Repeat::every(Frequency::Daily)).then_some(())
    });
    match daily.filter(|_| days.len() > 1) {
        Some((more, ())) => Some((end + more - at, Piece::Repeat(weekly(days)))),
        None => (plural || row).then_some((length, Piece::Repeat(weekly(days)))),
    }
}

/// "daily", "roz", "har hafte", "weekly on Monday and Thursday".
fn adverb(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Piece)> {
    let said = |place: usize| sentence.find(place, |s| if let Sense::Repeat(r) = s { Some(r) } else { None });
    // "bi-weekly"
    let two = usize::from(is_word(sentence, at, &["bi"]) && prefixed(sentence, at).is_some()) * 2;
    let (length, mut repeat) = said(at + two).filter(|(_, repeat)| two == 0 || *repeat == Repeat::every(Frequency::Weekly))?;
    repeat.interval *= if two > 0 { 2 } else { 1 };
    let end = at + two + length;
    let length = end - at;
    // "the weekly report", "monthly budget template": an adjective, not an order. "Daily walk" is one.
    let begins = at == from
        && (sentence.roman
            || sentence.is(end, Plain::Verb).is_some()
            || sentence.tokens.get(end + 1).is_none_or(|t| !t.is_text())
            || names_its_day(sentence, &repeat, end, to));
    let word = &sentence.tokens[end - 1].plain;
    let adjective = length == 1 + two
        && !begins
        && word.is_ascii()
        && word.ends_with(['y', 'l'])
        && end < to
        && sentence.tokens[end].is_text()
        && sentence
            .any(
                end,
                &[
                    Plain::Before,
                    Plain::In,
                    Plain::Polite,
                    Plain::Link,
                    Plain::Separate,
                    Plain::Request,
                    Plain::Stem,
                    Plain::Except,
                ],
            )
            .is_none()
        && clock::at(sentence, end, true).is_none();
    if adjective {
        return None;
    }
    // "weekly, on Mondays and Fridays"
    let comma = usize::from(is_mark(sentence, end, &[',', '،']) && is_word(sentence, end + 1, &["on"]));
    let on = end + comma + usize::from(is_word(sentence, end + comma, &["on"]));
    if repeat.frequency == Frequency::Weekly
        && repeat.days.is_empty()
        && let Some((more, days)) = weekdays(sentence, on, to).filter(|(_, days)| days.len() > 1)
    {
        repeat.days = days;
        return Some((on + more - at, Piece::Repeat(repeat)));
    }
    Some((length, Piece::Repeat(repeat)))
}

/// Whether a hyphen joins a word to a recurrence: "bi-weekly", "semi-annual". How many tokens there are.
pub(super) fn prefixed(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let hyphen = is_word(sentence, at, &["bi", "semi", "half", "tri"]) && is_mark(sentence, at + 1, &['-']) && is_glued(sentence, at + 1);
    let (length, ()) = sentence.find(at + 2, |s| matches!(s, Sense::Repeat(_)).then_some(()))?;
    (hyphen && is_glued(sentence, at + 2)).then_some(2 + length)
}

/// "yearly checkup | on 5 March", "monthly fees | on the 5th", "daily stand-up | at 9am": behind the thing, the day or the time is named on
/// which it comes back.
fn names_its_day(sentence: &Sentence<'_>, repeat: &Repeat, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        let the = usize::from(is_word(sentence, at + 1, &["the"]));
        let day = at + 1 + the;
        if is_word(sentence, at, &["starting", "from", "beginning"]) {
            return weekdays(sentence, day, to).is_some() || calendar_day(sentence, day, from, to).is_some();
        }
        if !is_word(sentence, at, &["on", "every"]) {
            return repeat.frequency == Frequency::Daily && is_word(sentence, at, &["at"]) && clock::at(sentence, at + 1, true).is_some();
        }
        match repeat.frequency {
            Frequency::Daily => false,
            Frequency::Weekly => weekdays(sentence, day, to).is_some(),
            Frequency::Monthly if repeat.interval > 1 => calendar_day(sentence, day, from, to).is_some(),
            Frequency::Monthly => nth(sentence, day, the == 0).is_some_and(|(length, _)| super::month(sentence, day + length).is_none()),
            Frequency::Yearly => calendar_day(sentence, day, from, to).is_some(),
        }
    })
}

/// Weekdays, one or several: "Monday", "peer aur jumerat", "Monday to Friday".
pub(super) fn weekdays(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Weekdays)> {
    let (length, first) = is_weekday(sentence, at)?;
    let mut days = Weekdays::default().with(first);
    let (mut end, mut latest) = (at + length, first);
    while end < to {
        let token = &sentence.tokens[end];
        let range = matches!(token.plain.as_str(), "to" | "through" | "se" | "سے" | "-" | "–");
        let joins = range || token.is_mark(',') || token.is_mark('،') || token.is_mark('/') || sentence.word_is(end, Plain::And);
        // "mon wed fri"
        if !joins && let Some((more, day)) = is_weekday(sentence, end).filter(|_| unit(sentence, end).is_none()) {
            days = days.with(day);
            (end, latest) = (end + more, day);
            continue;
        }
        let start = end + 1;
        let also = sentence
            .tokens
            .get(start)
            .is_some_and(|t| matches!(t.plain.as_str(), "and" | "every" | "on" | "har"));
        let start = start + usize::from(also);
        let Some((more, day)) = is_weekday(sentence, start).filter(|_| joins) else {
            break;
        };
        if range {
            days = (0..7)
                .map(|step| (latest + step) % 7)
                .take_while(|d| *d != day)
                .fold(days, Weekdays::with);
        }
        days = days.with(day);
        (end, latest) = (start + more, day);
    }
    Some((end - at, days))
}

fn last_day() -> Repeat {
    Repeat {
        month_day: -1,
        ..Repeat::every(Frequency::Monthly)
    }
}

fn weekly(days: Weekdays) -> Repeat {
    Repeat {
        days,
        ..Repeat::every(Frequency::Weekly)
    }
}

fn on_day(day: u32) -> Option<Repeat> {
    (1..=31).contains(&day).then(|| Repeat::every(Frequency::Monthly).on_month_day(day))
}

fn frequency(unit: Unit) -> Option<Frequency> {
    Some(match unit {
        Unit::Day => Frequency::Daily,
        Unit::Week => Frequency::Weekly,
        Unit::Month => Frequency::Monthly,
        Unit::Year => Frequency::Yearly,
        Unit::Second | Unit::Minute | Unit::Hour | Unit::Workday | Unit::Fortnight | Unit::Quarter => return None,
    })
}
