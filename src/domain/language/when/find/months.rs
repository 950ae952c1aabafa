//! Days of a month that is named: the first Monday of October, the last day of the month, mid January, in March.

use super::{
    is_weekday, month,
    numbers::{is_word, nth, ordinal},
    unit,
};
use crate::domain::{
    language::{
        lexicon::{Plain, Sense, Unit},
        sentence::Sentence,
        when::{Day, InMonth},
    },
    repeat::Weekdays,
};

/// "of", "in", "of the", "ke", "of this".
fn of(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let of = is_word(sentence, at, &["of", "in", "for", "ke", "ki", "ka", "k", "کے", "کی", "کا"]);
    of.then(|| 1 + usize::from(is_word(sentence, at + 1, &["the"])))
}

/// A month: "October 2027", "next month", "this month", "the month".
fn month_ref(sentence: &Sentence<'_>, at: usize) -> Option<(usize, InMonth)> {
    if let Some((length, month)) = month(sentence, at) {
        let year = sentence
            .tokens
            .get(at + length)
            .filter(|t| t.plain.len() == 4)
            .and_then(|t| t.number())
            .filter(|year| (1900..=2999).contains(year))
            .and_then(|year| i32::try_from(year).ok());
        return Some((length + usize::from(year.is_some()), InMonth::Named(month, year)));
    }
    let (skip, n) = counted(sentence, at).unwrap_or((0, 0));
    match unit(sentence, at + skip)? {
        (length, Unit::Month) => Some((skip + length, InMonth::Counted(n))),
        _ => None,
    }
}

/// Next, this, last as a number of months.
fn counted(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    [(Plain::Next, 1), (Plain::This, 0), (Plain::Last, -1)]
        .into_iter()
        .find_map(|(kind, n)| sentence.is(at, kind).map(|length| (length, n)))
}

/// Which one: first, 2nd, last, final, pehle, aakhri.
fn rank(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i8)> {
    if is_word(sentence, at, &["last", "final"]) {
        return Some((1, -1));
    }
    if let Some(length) = sentence.is(at, Plain::FinalOne) {
        return Some((length, -1));
    }
    let (length, n) = ordinal(sentence, at).filter(|(_, n)| (1..=5).contains(n))?;
    Some((length, i8::try_from(n).ok()?))
}

/// "the first Monday of October", "last Friday of next month", "agle mahine ke pehle peer ko", "last day of December".
pub(super) fn ranked(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let the = usize::from(is_word(sentence, at, &["the"]));
    if let Some((length, rank)) = rank(sentence, at + the) {
        let start = at + the + length;
        if let Some((more, day)) = is_weekday(sentence, start) {
            let end = start + more;
            let of = of(sentence, end)?;
            let (more, month) = month_ref(sentence, end + of)?;
            let named = match month {
                // "of the month": of the next that has one ahead.
                InMonth::Counted(0) if counted(sentence, end + of).is_none() => Day::NthOf(rank, Weekdays::default().with(day)),
                month => Day::NthIn(rank, day, month),
            };
            return Some((end + of + more - at, named));
        }
        if let Some((more, Unit::Day)) = unit(sentence, start)
            && let Some(of) = of(sentence, start + more)
            && let Some((last, month)) = month_ref(sentence, start + more + of)
        {
            let any = counted(sentence, start + more + of).is_none();
            return Some((start + more + of + last - at, on_day(i64::from(rank), month, any)?));
        }
    }
    // Urdu: the month stands before.
    let (length, month) = month_ref(sentence, at)?;
    let of = of(sentence, at + length).filter(|_| !is_word(sentence, at + length, &["of", "in", "for"]))?;
    let start = at + length + of;
    let (more, rank) = rank(sentence, start)?;
    let next = start + more;
    if let Some((last, Unit::Day)) = unit(sentence, next) {
        return Some((next + last - at, on_day(i64::from(rank), month, false)?));
    }
    if rank == -1 && is_word(sentence, next, &["tareekh", "tarikh", "تاریخ"]) {
        return Some((next + 1 - at, on_day(-1, month, false)?));
    }
    let (last, day) = is_weekday(sentence, next)?;
    Some((next + last - at, Day::NthIn(rank, day, month)))
}

/// A day of a month, -1 for the last; of `any` month, the next that has it ahead.
fn on_day(day: i64, month: InMonth, any: bool) -> Option<Day> {
    let from_start = u32::try_from(day).ok();
    Some(match (month, from_start) {
        (InMonth::Counted(n), None) => Day::EndOfMonth(n),
        (InMonth::Named(month, year), None) => Day::LastOf(month, year),
        (InMonth::Counted(0), Some(day)) if any => Day::OfMonth(day, None),
        (InMonth::Counted(n), Some(day)) => Day::OfMonth(day, Some(n)),
        (InMonth::Named(month, year), Some(day)) => Day::Date { day, month, year },
    })
}

/// "end of January", "start of next week", "mid January", "beginning of the year", "agle mahine ke shuru mein".
pub(super) fn edge(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    const EDGES: [(Plain, Edge); 3] = [
        (Plain::StartOf, Edge::Start),
        (Plain::MidOf, Edge::Middle),
        (Plain::EndOf, Edge::End),
    ];
    let the = |place: usize| usize::from(is_word(sentence, place, &["the"]));
    for (kind, edge) in EDGES {
        let early = edge == Edge::Start && is_word(sentence, at, &["early"]);
        let Some(length) = sentence.is(at, kind).or_else(|| early.then_some(1)) else {
            continue;
        };
        let start = at + length + the(at + length);
        if let Some((more, day)) = period(sentence, start, edge, is_word(sentence, at, &["mid", "early"])) {
            return Some((start + more - at, day));
        }
    }
    // "agle mahine ke shuru mein"
    let (length, _) = period(sentence, at, Edge::End, false)?;
    EDGES.into_iter().find_map(|(kind, edge)| {
        let more = sentence
            .is(at + length, kind)
            .filter(|_| is_word(sentence, at + length, &["ke", "ki", "k", "کے", "کی"]))?;
        let (_, day) = period(sentence, at, edge, false)?;
        Some((length + more, day))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    Middle,
    End,
}

/// A week, month, quarter or year, and which day of it is its edge. "mid" and "early" stand only before what is named.
fn period(sentence: &Sentence<'_>, at: usize, edge: Edge, loose: bool) -> Option<(usize, Day)> {
    if let Some((length, month)) =
        month_ref(sentence, at).filter(|(_, month)| !loose || *month != InMonth::Counted(0) || counted(sentence, at).is_some())
    {
        let day = match edge {
            Edge::Start => 1,
            Edge::Middle => 15,
            Edge::End => -1,
        };
        return Some((length, on_day(day, month, counted(sentence, at).is_none())?));
    }
    let (skip, n) = counted(sentence, at).or((!loose).then_some((0, 0)))?;
    let (length, unit) = unit(sentence, at + skip)?;
    let day = match (unit, edge) {
        (Unit::Week, Edge::Start) => Day::InWeek(n, 0),
        (Unit::Week, Edge::Middle) => Day::InWeek(n, 2),
        (Unit::Week, Edge::End) => Day::EndOfWeek(n),
        (Unit::Quarter, Edge::End) => Day::EndOfQuarter(n),
        (Unit::Quarter, Edge::Start) => Day::StartOfQuarter(n),
        (Unit::Year, Edge::Start) => Day::StartOfYear(n),
        (Unit::Year, Edge::End) => Day::EndOfYear(n),
        (Unit::Day, Edge::End) if skip == 0 => Day::Close,
        _ => return None,
    };
    Some((skip + length, day))
}

/// "in March", "by June", "next February", "march mein": a month alone, where a date can stand.
pub(super) fn month_alone(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    if let Some((skip, n @ 0..)) = counted(sentence, at)
        && let Some((length, month)) = month(sentence, at + skip)
        && nth(sentence, at + skip + length, true).is_none()
    {
        let closed = closed(sentence, at + skip + length, to);
        return (n == 1 && closed).then_some((skip + length, Day::MonthOf(month, None)));
    }
    let (length, month) = month(sentence, at)?;
    let end = at + length;
    let led = at > from && is_word(sentence, at - 1, &["in", "by", "before", "until", "till", "during"]);
    let followed = is_word(sentence, end, &["mein", "me", "main", "tak", "میں", "تک"]) && !is_word(sentence, at, &["may", "mai"]);
    (led && closed(sentence, end, to) || followed).then_some((length, Day::MonthOf(month, None)))
}

/// Whether what stands behind a month can stand behind a date.
fn closed(sentence: &Sentence<'_>, at: usize, to: usize) -> bool {
    let open = (at..to).find(|place| sentence.tokens[*place].is_text());
    open.is_none_or(|place| {
        place > at
            || sentence
                .any(place, &[Plain::Before, Plain::And, Plain::Verb, Plain::Polite])
                .is_some()
            || sentence.find(place, |s| matches!(s, Sense::Part(_)).then_some(())).is_some()
    })
}
