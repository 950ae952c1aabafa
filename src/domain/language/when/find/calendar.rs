//! Dates in numbers, and spans of time: 2026-11-24, 24 November, the 20th, in 3 days.

use super::{Piece, month, unit};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    token::Kind,
    when::{Clock, Day, clock},
};

/// 2026-11-24 and 2026-11-24T17:00.
pub(super) fn iso(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let token = &sentence.tokens[at];
    let text = &sentence.text[token.start..];
    let bytes = text.as_bytes();
    if token.end - token.start != 4 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|t| t.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|t| t.parse::<u32>().ok())
    };
    let day = Day::Date {
        year: Some(i32::try_from(number(0..4)?).ok()?),
        month: number(5..7)?,
        day: number(8..10)?,
    };
    let time = match (bytes.get(10), bytes.get(13)) {
        (Some(b'T' | b't' | b' '), Some(b':')) => number(11..13).zip(number(14..16)),
        _ => None,
    };
    let rest = if time.is_some() { text.get(16..)? } else { text.get(10..)? };
    // Seconds, a fraction, a zone.
    let tail = if time.is_some() {
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z' | 'z' | '+')))
            .unwrap_or(rest.len())
    } else {
        0
    };
    let end = sentence.text.len() - rest.len() + tail;
    let length = sentence.tokens[at..].iter().take_while(|t| t.start < end).count();
    Some((
        length,
        time.map_or(Piece::Day(day), |(hour, minute)| {
            Piece::DayClock(
                day,
                Clock {
                    hour,
                    minute,
                    pm: full_day(hour),
                },
            )
        }),
    ))
}

/// The half of the day of an hour on the 24-hour clock, where it has to be said.
fn full_day(hour: u32) -> Option<bool> {
    match hour {
        0..=11 => Some(false),
        12 => Some(true),
        _ => None,
    }
}

/// A number of halves of a unit: 3 days, half an hour, dedh ghanta, do hafte.
pub(super) fn span(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32, Unit)> {
    let halves = sentence.find(at, |s| if let Sense::Halves(n) = s { Some(n) } else { None });
    let (length, halves) = match (halves, clock::number(sentence, at)) {
        (Some(halves), _) if unit(sentence, at + halves.0).is_some() => halves,
        (_, Some((length, n))) if n <= 100_000 => (length, n * 2),
        _ => return None,
    };
    // "a couple of days", "2 more days"
    let more = usize::from(
        sentence
            .tokens
            .get(at + length)
            .is_some_and(|t| matches!(t.plain.as_str(), "more" | "aur" | "mazeed")),
    );
    let (units, unit) = unit(sentence, at + length + more)?;
    Some((length + more + units, halves, unit))
}

/// In 3 days, 2 hours later, do ghante baad.
pub(super) fn duration(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let ahead = sentence.is(at, Plain::In);
    let start = at + ahead.unwrap_or(0);
    let (length, halves, unit) = span(sentence, start).or_else(|| {
        // "hafte baad": one of it.
        let (length, unit) = unit(sentence, start)?;
        let later = sentence.tokens.get(start + length)?;
        matches!(later.plain.as_str(), "baad" | "bad" | "بعد").then_some((length, 2, unit))
    })?;
    let mut end = start + length;
    let linked = sentence
        .tokens
        .get(end)
        .filter(|t| matches!(t.plain.as_str(), "ke" | "k" | "کے"))
        .is_some();
    let behind = sentence
        .is(end, Plain::Later)
        .or_else(|| sentence.is(end + 1, Plain::Later).filter(|_| linked).map(|n| n + 1));
    // "for 2 hours" and "2 din" alone are no dates.
    end += match (ahead, behind) {
        (Some(_), None) => 0,
        (_, Some(length)) => length,
        (None, None) => return None,
    };
    let half = i64::from(halves);
    let piece = match unit {
        Unit::Minute => Piece::Minutes((half / 2).max(1)),
        Unit::Hour => Piece::Minutes(half * 30),
        Unit::Day => Piece::Day(Day::Offset(half / 2)),
        Unit::Week => Piece::Day(Day::Offset(half * 7 / 2)),
        Unit::Month => Piece::Day(Day::Months(half / 2)),
        Unit::Year => Piece::Day(Day::Months(half * 6)),
    };
    Some((end - at, piece))
}

/// 24 November, Nov 24th 2026, 24/11/2026.
pub(super) fn calendar_day(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let token = sentence.tokens.get(at)?;
    if let Some(first) = token.number() {
        let mark = sentence
            .tokens
            .get(at + 1)
            .filter(|t| matches!(t.kind, Kind::Mark('/' | '-' | '.')) && !t.spaced);
        let second = sentence.tokens.get(at + 2).filter(|t| !t.spaced).and_then(|t| t.number());
        if let (Some(mark), Some(second)) = (mark, second) {
            let same = sentence.tokens.get(at + 3).is_some_and(|t| t.kind == mark.kind && !t.spaced);
            let year = sentence.tokens.get(at + 4).filter(|t| same && !t.spaced).and_then(|t| t.number());
            let (day, month) = if second > 12 && first <= 12 {
                (second, first)
            } else {
                (first, second)
            };
            if (1..=31).contains(&day) && (1..=12).contains(&month) && (year.is_some() || mark.is_mark('/')) {
                let full = year.and_then(|y| i32::try_from(if y < 100 { y + 2000 } else { y }).ok());
                return Some((if year.is_some() { 5 } else { 3 }, Day::Date { day, month, year: full }));
            }
        }
    }
    if let Some((length, day)) = nth(sentence, at, false) {
        let of = usize::from(
            sentence
                .tokens
                .get(at + length)
                .is_some_and(|t| matches!(t.plain.as_str(), "of" | "ki")),
        );
        if let Some((more, month)) = month(sentence, at + length + of) {
            let (years, year) = year(sentence, at + length + of + more);
            return Some((length + of + more + years, Day::Date { day, month, year }));
        }
    }
    let (length, month) = month(sentence, at)?;
    // Urdu: "November ki 24 tareekh".
    let of = usize::from(
        sentence
            .tokens
            .get(at + length)
            .is_some_and(|t| matches!(t.plain.as_str(), "ki" | "کی" | "the")),
    );
    let (more, day) = nth(sentence, at + length + of, false)?;
    if clock::at(sentence, at + length).is_some() {
        return None;
    }
    let date = sentence
        .tokens
        .get(at + length + of + more)
        .filter(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "تاریخ"));
    let more = of + more + usize::from(date.is_some());
    let comma = usize::from(sentence.tokens.get(at + length + more).is_some_and(|t| t.is_mark(',')));
    let (years, year) = year(sentence, at + length + more + comma);
    Some((
        length + more + if years > 0 { comma + years } else { 0 },
        Day::Date { day, month, year },
    ))
}

fn year(sentence: &Sentence<'_>, at: usize) -> (usize, Option<i32>) {
    match sentence.tokens.get(at).and_then(|t| t.number()) {
        Some(year @ 1900..=2999) => (1, i32::try_from(year).ok()),
        _ => (0, None),
    }
}

/// 20, 20th, twentieth: a day of a month. `strict` wants the ending.
pub(super) fn nth(sentence: &Sentence<'_>, at: usize, strict: bool) -> Option<(usize, u32)> {
    if let Some((length, n)) = clock::number(sentence, at) {
        let ending = sentence
            .tokens
            .get(at + length)
            .is_some_and(|t| !t.spaced && matches!(t.plain.as_str(), "st" | "nd" | "rd" | "th"));
        let word = sentence
            .tokens
            .get(at)
            .is_some_and(|t| matches!(t.plain.as_str(), "a" | "an" | "one" | "no" | "do"));
        return (1..=31)
            .contains(&n)
            .then_some(())
            .filter(|()| (ending || !strict) && !word)
            .map(|()| (length + usize::from(ending), n));
    }
    sentence.find(at, |s| if let Sense::Ordinal(n) = s { Some(n) } else { None })
}

/// "on the 20th", "the 20th of next month", "20 tareekh ko".
pub(super) fn day_of_month(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    if let Some((length, day)) = nth(sentence, at, false)
        && sentence
            .tokens
            .get(at + length)
            .is_some_and(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "tareek" | "تاریخ"))
    {
        return Some((length + 1, Day::OfMonth(day, None)));
    }
    // "21 ko result hai"
    let bare = sentence.tokens[at].number().filter(|n| (1..=31).contains(n));
    if let Some(day) = bare.filter(|_| sentence.tokens.get(at + 1).is_some_and(|t| matches!(t.plain.as_str(), "ko" | "کو"))) {
        return Some((1, Day::OfMonth(day, None)));
    }
    let (length, day) = nth(sentence, at, true)?;
    let next = at + length;
    if sentence.tokens.get(next).is_some_and(|t| t.plain == "of") {
        let the = usize::from(
            sentence
                .tokens
                .get(next + 1)
                .is_some_and(|t| matches!(t.plain.as_str(), "the" | "each")),
        );
        let start = next + 1 + the;
        let (skip, ahead) = match sentence.any(start, &[Plain::Next, Plain::This]) {
            Some(n) => (n, Some(i64::from(sentence.is(start, Plain::Next).is_some()))),
            None => (0, None),
        };
        if let Some((more, Unit::Month)) = unit(sentence, start + skip) {
            return Some((length + 1 + the + skip + more, Day::OfMonth(day, ahead)));
        }
        return None;
    }
    let before = |back: usize| {
        at.checked_sub(back)
            .filter(|place| *place >= from)
            .and_then(|place| sentence.tokens.get(place))
            .map(|t| t.plain.as_str())
    };
    let said = matches!(before(1), Some("on" | "by" | "before" | "to" | "until" | "till"))
        || (before(1) == Some("the") && matches!(before(2), Some("on" | "by" | "before" | "to" | "until" | "till" | "for")));
    let closed = next >= to
        || !sentence.tokens[next].is_text()
        || sentence
            .any(next, &[Plain::Before, Plain::And, Plain::Polite, Plain::After, Plain::Instead])
            .is_some()
        || clock::at(sentence, next).is_some();
    // "1st ko", "5th tak"
    let followed = sentence
        .tokens
        .get(next)
        .is_some_and(|t| matches!(t.plain.as_str(), "ko" | "tak" | "کو" | "تک"));
    (said && closed || followed).then_some((length, Day::OfMonth(day, None)))
}
