//! Finds the pieces of dates in a sentence.

use super::{Clock, Day, When, clock};
use crate::domain::language::{
    Repeat,
    lexicon::{Part, Plain, Sense, Unit},
    sentence::Sentence,
    token::Kind,
};

/// Which of several dates counts: the first, or, for "move Monday's meeting to Friday", the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::language) enum Which {
    First,
    Last,
}

/// One piece of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Day(Day),
    DayClock(Day, Clock),
    DayPart(Day, Part),
    DayRepeat(Day, Repeat),
    PartRepeat(Part, Repeat),
    Clock(Clock),
    Part(Part),
    Repeat(Repeat),
    Minutes(i64),
}

impl Piece {
    fn day(self) -> Option<Day> {
        match self {
            Self::Day(d) | Self::DayClock(d, _) | Self::DayPart(d, _) | Self::DayRepeat(d, _) => Some(d),
            _ => None,
        }
    }
    fn clock(self) -> Option<Clock> {
        match self {
            Self::Clock(c) | Self::DayClock(_, c) => Some(c),
            _ => None,
        }
    }
    fn part(self) -> Option<Part> {
        match self {
            Self::Part(p) | Self::DayPart(_, p) | Self::PartRepeat(p, _) => Some(p),
            _ => None,
        }
    }
    fn repeat(self) -> Option<Repeat> {
        match self {
            Self::Repeat(r) | Self::DayRepeat(_, r) | Self::PartRepeat(_, r) => Some(r),
            _ => None,
        }
    }
}

struct Found {
    from: usize,
    to: usize,
    piece: Piece,
}

/// Reads a text that is all date: prepositions and weak words count.
pub(super) fn whole(sentence: &mut Sentence<'_>, end: usize) -> When {
    let when = take(sentence, 0, end, Which::First);
    if !when.is_empty() {
        return when;
    }
    // A bare hour, or a bare day of the month.
    let numbers: Vec<u32> = sentence.tokens.iter().filter_map(|t| t.number()).collect();
    match (numbers[..].first(), sentence.left(0, end).len()) {
        (Some(&day @ 1..=31), 1 | 2) if sentence.tokens.iter().any(|t| matches!(t.plain.as_str(), "th" | "st" | "nd" | "rd")) => {
            When { day: Some(Day::OfMonth(day, None)), ..When::default() }
        }
        _ => when,
    }
}

/// Finds and takes the date words between two tokens.
pub(super) fn take(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which) -> When {
    let to = to.min(sentence.len());
    let mut found: Vec<Found> = Vec::new();
    let mut at = from;
    while at < to {
        let piece = (!sentence.used[at]).then(|| piece(sentence, at, from, to, found.last())).flatten();
        match piece {
            Some((length, piece)) if at + length <= to => {
                found.push(Found { from: at, to: at + length, piece });
                at += length;
            }
            _ => at += 1,
        }
    }
    assemble(sentence, &found, from, to, which)
}

/// Chooses among the pieces, joins them, and marks their words.
fn assemble(sentence: &mut Sentence<'_>, found: &[Found], from: usize, to: usize, which: Which) -> When {
    let mut when = When::default();
    let order: Vec<&Found> = if which == Which::Last { found.iter().rev().collect() } else { found.iter().collect() };
    for Found { from: start, to: end, piece } in order {
        let fits = match (*piece, when.day) {
            (Piece::Minutes(_), _) => when.is_empty(),
            _ if when.minutes.is_some() => false,
            (p, Some(before)) if p.day().is_some() => p.day().is_some_and(|day| join(before, day).is_some()),
            (p, _) if p.day().is_some() => p.clock().is_none() || when.clock.is_none(),
            (Piece::Clock(_), _) => when.clock.is_none(),
            (Piece::Part(_), _) => when.part.is_none(),
            _ => true,
        };
        if !fits {
            continue;
        }
        when.day = match (when.day, piece.day()) {
            (Some(one), Some(other)) => join(one, other),
            (one, other) => one.or(other),
        };
        when.clock = when.clock.or(piece.clock());
        when.part = when.part.or(piece.part());
        when.repeat = when.repeat.or(piece.repeat());
        if let Piece::Minutes(minutes) = piece {
            when.minutes = Some(*minutes);
        }
        sentence.take(*start, end - start);
        take_around(sentence, *start, *end, from, to);
    }
    when
}

/// Two day words that say one day: "Friday next week", "20th of next month".
fn join(one: Day, other: Day) -> Option<Day> {
    Some(match (one, other) {
        (a, b) if a == b => a,
        (Day::Weekday(day, None), Day::Week(week)) | (Day::Week(week), Day::Weekday(day, None)) => Day::Weekday(day, Some(week)),
        (Day::OfMonth(day, None), Day::Month(months)) | (Day::Month(months), Day::OfMonth(day, None)) => Day::OfMonth(day, Some(months)),
        // "Tuesday, 24 November": the date is the surer of the two.
        (Day::Weekday(..), date @ Day::Date { .. }) | (date @ Day::Date { .. }, Day::Weekday(..)) => date,
        (Day::Weekday(..), date @ Day::Offset(_)) | (date @ (Day::Offset(_) | Day::Either(_)), Day::Weekday(..)) => date,
        _ => return None,
    })
}

/// Takes the prepositions before and the postpositions after a piece.
fn take_around(sentence: &mut Sentence<'_>, start: usize, end: usize, from: usize, to: usize) {
    let mut first = start;
    while first > from {
        let before = (from..first).rev().take(4).find(|at| {
            sentence.senses(*at).iter().any(|(length, sense)| {
                at + length == first && matches!(sense, Sense::Is(Plain::Before | Plain::In | Plain::This)) && sentence.tokens[*at].kind == Kind::Word
            }) || (first - at == 1 && (sentence.tokens[*at].plain == "the" || sentence.tokens[*at].is_mark('@')) && at + 1 < to && *at > from)
        });
        match before {
            // "the" belongs to the date only when a preposition stands before it.
            Some(at) if !sentence.used[at] => {
                if sentence.tokens[at].plain == "the" && sentence.any(at - 1, &[Plain::Before, Plain::In]).is_none() {
                    break;
                }
                sentence.take(at, first - at);
                first = at;
            }
            _ => break,
        }
    }
    let mut last = end;
    for _ in 0..2 {
        if last < to && !sentence.used[last]
            && let Some(length) = sentence.is(last, Plain::After)
        {
            sentence.take(last, length);
            last += length;
        }
    }
}

fn is_weekday(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u8)> {
    sentence.find(at, |s| if let Sense::Weekday(d) | Sense::ShortDay(d) = s { Some(d) } else { None })
}

fn unit(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Unit)> {
    sentence.find(at, |s| if let Sense::Unit(u) = s { Some(u) } else { None })
}

fn month(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32)> {
    sentence.find(at, |s| if let Sense::Month(m) = s { Some(m) } else { None })
}

/// The piece that begins at a token.
fn piece(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let token = sentence.tokens.get(at)?;
    if !matches!(token.kind, Kind::Word | Kind::Number) {
        return None;
    }
    iso(sentence, at)
        .or_else(|| duration(sentence, at))
        .or_else(|| calendar_day(sentence, at).map(|(length, day)| (length, Piece::Day(day))))
        .or_else(|| clock::at(sentence, at).map(|(length, clock)| (length, Piece::Clock(clock))))
        .or_else(|| day_of_month(sentence, at, from, to).map(|(length, day)| (length, Piece::Day(day))))
        .or_else(|| every(sentence, at, from, to))
        .or_else(|| relative(sentence, at, from))
        .or_else(|| day_word(sentence, at))
        .or_else(|| weekday(sentence, at, from, to, before))
        .or_else(|| part(sentence, at, from, to, before))
}

/// 2026-11-24 and 2026-11-24T17:00.
fn iso(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let token = &sentence.tokens[at];
    let text = &sentence.text[token.start..];
    let bytes = text.as_bytes();
    if token.end - token.start != 4 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit())).and_then(|t| t.parse::<u32>().ok());
    let day = Day::Date { year: Some(i32::try_from(number(0..4)?).ok()?), month: number(5..7)?, day: number(8..10)? };
    let time = match (bytes.get(10), bytes.get(13)) {
        (Some(b'T' | b't' | b' '), Some(b':')) => number(11..13).zip(number(14..16)),
        _ => None,
    };
    let rest = if time.is_some() { text.get(16..)? } else { text.get(10..)? };
    // Seconds, a fraction, a zone.
    let tail = if time.is_some() { rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z' | 'z' | '+'))).unwrap_or(rest.len()) } else { 0 };
    let end = sentence.text.len() - rest.len() + tail;
    let length = sentence.tokens[at..].iter().take_while(|t| t.start < end).count();
    Some((length, time.map_or(Piece::Day(day), |(hour, minute)| Piece::DayClock(day, Clock { hour, minute, pm: full_day(hour) }))))
}

/// The half of the day of an hour on the 24-hour clock, where it has to be said.
fn full_day(hour: u32) -> Option<bool> {
    match hour {
        0..=11 => Some(false),
        12 => Some(true),
        _ => None,
    }
}

/// In 3 days, 2 hours later, do ghante baad.
fn duration(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let ahead = sentence.is(at, Plain::In);
    let start = at + ahead.unwrap_or(0);
    let halves = sentence.find(start, |s| if let Sense::Halves(n) = s { Some(n) } else { None });
    let (length, halves) = match (halves, clock::number(sentence, start)) {
        (Some(halves), _) if unit(sentence, start + halves.0).is_some() => halves,
        (_, Some((length, n))) if n <= 100_000 => (length, n * 2),
        _ if unit(sentence, start).is_some() && sentence.tokens.get(start + 1).is_some_and(|t| matches!(t.plain.as_str(), "baad" | "bad" | "بعد")) => (0, 2),
        _ => return None,
    };
    let (more, unit) = unit(sentence, start + length)?;
    let mut end = start + length + more;
    let linked = sentence.tokens.get(end).filter(|t| matches!(t.plain.as_str(), "ke" | "k" | "کے")).is_some();
    let behind = sentence.is(end, Plain::Later).or_else(|| sentence.is(end + 1, Plain::Later).filter(|_| linked).map(|n| n + 1));
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
fn calendar_day(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let token = sentence.tokens.get(at)?;
    if let Some(first) = token.number() {
        let mark = sentence.tokens.get(at + 1).filter(|t| matches!(t.kind, Kind::Mark('/' | '-' | '.')) && !t.spaced);
        let second = sentence.tokens.get(at + 2).filter(|t| !t.spaced).and_then(|t| t.number());
        if let (Some(mark), Some(second)) = (mark, second) {
            let same = sentence.tokens.get(at + 3).is_some_and(|t| t.kind == mark.kind && !t.spaced);
            let year = sentence.tokens.get(at + 4).filter(|t| same && !t.spaced).and_then(|t| t.number());
            let (day, month) = if second > 12 && first <= 12 { (second, first) } else { (first, second) };
            if (1..=31).contains(&day) && (1..=12).contains(&month) && (year.is_some() || mark.is_mark('/')) {
                let full = year.and_then(|y| i32::try_from(if y < 100 { y + 2000 } else { y }).ok());
                return Some((if year.is_some() { 5 } else { 3 }, Day::Date { day, month, year: full }));
            }
        }
    }
    if let Some((length, day)) = nth(sentence, at, false) {
        let of = usize::from(sentence.tokens.get(at + length).is_some_and(|t| matches!(t.plain.as_str(), "of" | "ki")));
        if let Some((more, month)) = month(sentence, at + length + of) {
            let (years, year) = year(sentence, at + length + of + more);
            return Some((length + of + more + years, Day::Date { day, month, year }));
        }
    }
    let (length, month) = month(sentence, at)?;
    // Urdu: "November ki 24 tareekh".
    let of = usize::from(sentence.tokens.get(at + length).is_some_and(|t| matches!(t.plain.as_str(), "ki" | "کی" | "the")));
    let (more, day) = nth(sentence, at + length + of, false)?;
    if clock::at(sentence, at + length).is_some() {
        return None;
    }
    let date = sentence.tokens.get(at + length + of + more).filter(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "تاریخ"));
    let more = of + more + usize::from(date.is_some());
    let comma = usize::from(sentence.tokens.get(at + length + more).is_some_and(|t| t.is_mark(',')));
    let (years, year) = year(sentence, at + length + more + comma);
    Some((length + more + if years > 0 { comma + years } else { 0 }, Day::Date { day, month, year }))
}

fn year(sentence: &Sentence<'_>, at: usize) -> (usize, Option<i32>) {
    match sentence.tokens.get(at).and_then(|t| t.number()) {
        Some(year @ 1900..=2999) => (1, i32::try_from(year).ok()),
        _ => (0, None),
    }
}

/// 20, 20th, twentieth: a day of a month. `strict` wants the ending.
fn nth(sentence: &Sentence<'_>, at: usize, strict: bool) -> Option<(usize, u32)> {
    if let Some((length, n)) = clock::number(sentence, at) {
        let ending = sentence.tokens.get(at + length).is_some_and(|t| !t.spaced && matches!(t.plain.as_str(), "st" | "nd" | "rd" | "th"));
        let word = sentence.tokens.get(at).is_some_and(|t| matches!(t.plain.as_str(), "a" | "an" | "one" | "no" | "do"));
        return (1..=31).contains(&n).then_some(()).filter(|()| (ending || !strict) && !word).map(|()| (length + usize::from(ending), n));
    }
    sentence.find(at, |s| if let Sense::Ordinal(n) = s { Some(n) } else { None })
}

/// "on the 20th", "the 20th of next month", "20 tareekh ko".
fn day_of_month(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    if let Some((length, day)) = nth(sentence, at, false)
        && sentence.tokens.get(at + length).is_some_and(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "tareek" | "تاریخ"))
    {
        return Some((length + 1, Day::OfMonth(day, None)));
    }
    let (length, day) = nth(sentence, at, true)?;
    let next = at + length;
    if sentence.tokens.get(next).is_some_and(|t| t.plain == "of") {
        let the = usize::from(sentence.tokens.get(next + 1).is_some_and(|t| matches!(t.plain.as_str(), "the" | "each")));
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
    let before = |back: usize| at.checked_sub(back).filter(|place| *place >= from).and_then(|place| sentence.tokens.get(place)).map(|t| t.plain.as_str());
    let said = matches!(before(1), Some("on" | "by" | "before" | "to" | "until" | "till"))
        || (before(1) == Some("the") && matches!(before(2), Some("on" | "by" | "before" | "to" | "until" | "till" | "for")));
    let closed = next >= to
        || !sentence.tokens[next].is_text()
        || sentence.any(next, &[Plain::Before, Plain::And, Plain::Polite, Plain::After, Plain::Instead]).is_some()
        || clock::at(sentence, next).is_some();
    (said && closed).then_some((length, Day::OfMonth(day, None)))
}

/// Every Monday, har subah, daily.
fn every(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Piece)> {
    if let Some(length) = sentence.is(at, Plain::Every) {
        if let Some((more, day)) = is_weekday(sentence, at + length)
            && unit(sentence, at + length).is_none()
        {
            return Some((length + more, Piece::DayRepeat(Day::Weekday(day, None), Repeat::Weekly)));
        }
        if let Some((more, part)) = sentence.find(at + length, |s| if let Sense::Part(p) = s { Some(p) } else { None }) {
            return Some((length + more, Piece::PartRepeat(part, Repeat::Daily)));
        }
        if let Some((more, day)) = nth(sentence, at + length, true)
            && sentence.tokens.get(at + length + more).is_none_or(|t| !t.is_text())
        {
            return Some((length + more, Piece::DayRepeat(Day::OfMonth(day, None), Repeat::Monthly)));
        }
    }
    // "on the 1st of every month"
    if let Some((length, day)) = nth(sentence, at, true)
        && sentence.tokens.get(at + length).is_some_and(|t| t.plain == "of")
        && let Some((more, Repeat::Monthly)) = sentence.find(at + length + 1, |s| if let Sense::Repeat(r) = s { Some(r) } else { None })
    {
        return Some((length + 1 + more, Piece::DayRepeat(Day::OfMonth(day, None), Repeat::Monthly)));
    }
    let (length, repeat) = sentence.find(at, |s| if let Sense::Repeat(r) = s { Some(r) } else { None })?;
    let end = at + length;
    // "the weekly report": an adjective, not an order.
    let adjective = matches!(sentence.tokens[at].plain.as_str(), "daily" | "weekly" | "monthly")
        && at > from
        && end < to
        && sentence.tokens[end].is_text()
        && sentence.any(end, &[Plain::Before, Plain::In, Plain::Polite, Plain::Link, Plain::Separate]).is_none()
        && clock::at(sentence, end).is_none();
    (!adjective).then_some((length, Piece::Repeat(repeat)))
}

/// Next week, this Friday, agle mahine, is hafte, the weekend, end of the month.
fn relative(sentence: &Sentence<'_>, at: usize, from: usize) -> Option<(usize, Piece)> {
    let day = |length: usize, day: Day| Some((length, Piece::Day(day)));
    if let Some(length) = sentence.is(at, Plain::Weekend) {
        return day(length, Day::Weekend(0));
    }
    if let Some(length) = sentence.is(at, Plain::EndOf) {
        let start = at + length;
        let (skip, n) = count(sentence, start).unwrap_or((usize::from(sentence.tokens.get(start).is_some_and(|t| t.plain == "the")), 0));
        if let Some((more, unit)) = unit(sentence, start + skip) {
            let end = match unit {
                Unit::Day => Day::Offset(0),
                Unit::Week => Day::EndOfWeek(n),
                Unit::Month => Day::EndOfMonth(n),
                Unit::Year => Day::EndOfYear,
                _ => return None,
            };
            return day(length + skip + more, end);
        }
    }
    let (length, n) = count(sentence, at)?;
    let next = at + length;
    // "next week Friday" keeps its week; "hafte" behind "agle" is a week.
    if let Some((more, unit)) = unit(sentence, next) {
        let end = next + more;
        let last = sentence.is(end, Plain::EndOf).filter(|_| matches!(unit, Unit::Week | Unit::Month));
        return match unit {
            Unit::Day => day(length + more, Day::Offset(n)),
            Unit::Week => day(length + more + last.unwrap_or(0), if last.is_some() { Day::EndOfWeek(n) } else { Day::Week(n) }),
            Unit::Month => {
                let of = usize::from(sentence.tokens.get(end).is_some_and(|t| matches!(t.plain.as_str(), "ki" | "کی" | "ke" | "کے" | "on")));
                let of = of + usize::from(of > 0 && sentence.tokens.get(end + of).is_some_and(|t| t.plain == "the"));
                if let Some((digits, number)) = nth(sentence, end + of, false).filter(|_| of > 0) {
                    let date = sentence.tokens.get(end + of + digits).is_some_and(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "tareek" | "تاریخ"));
                    return day(length + more + of + digits + usize::from(date), Day::OfMonth(number, Some(n)));
                }
                day(length + more + last.unwrap_or(0), if last.is_some() { Day::EndOfMonth(n) } else { Day::Month(n) })
            }
            Unit::Year => day(length + more, Day::Months(n * 12)),
            _ => None,
        };
    }
    if let Some(more) = sentence.is(next, Plain::Weekend) {
        return day(length + more, Day::Weekend(n));
    }
    if let Some((more, weekday)) = is_weekday(sentence, next) {
        // "Next Monday" is the next one there is.
        return day(length + more, Day::Weekday(weekday, (n < 0).then_some(-1)));
    }
    if let Some((more, part)) = sentence.find(next, |s| if let Sense::Part(p) = s { Some(p) } else { None })
        && n == 0
        && at >= from
    {
        return Some((length + more, Piece::DayPart(Day::Offset(0), part)));
    }
    None
}

/// Next, this, last as a number of weeks or months.
fn count(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    [(Plain::Next, 1), (Plain::This, 0), (Plain::Last, -1)].into_iter().find_map(|(kind, n)| sentence.is(at, kind).map(|length| (length, n)))
}

/// Today, kal, parson, tonight.
fn day_word(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    sentence.find(at, |sense| match sense {
        Sense::Tonight => Some(Piece::DayPart(Day::Offset(0), Part::Night)),
        Sense::Day(days) => Some(Piece::Day(Day::Offset(days))),
        Sense::Either(days) => Some(Piece::Day(Day::Either(days))),
        Sense::Is(Plain::Midnight) => Some(Piece::Clock(Clock { hour: 24, minute: 0, pm: None })),
        _ => None,
    })
}

fn weekday(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (length, day) = is_weekday(sentence, at)?;
    let end = at + length;
    let weak = sentence.senses(at).iter().any(|(_, s)| matches!(s, Sense::ShortDay(_))) && sentence.senses(at).iter().all(|(_, s)| !matches!(s, Sense::Weekday(_)));
    let week = unit(sentence, at).is_some();
    let led = at > from && sentence.any(at - 1, &[Plain::Before, Plain::In]).is_some();
    let followed = sentence.is(end, Plain::After).is_some() && !sentence.tokens.get(end).is_some_and(|t| matches!(t.plain.as_str(), "mein" | "me" | "میں" | "ka" | "ki" | "کا" | "کی"));
    let edge = end >= to || at == from || clock::at(sentence, end).is_some() || before.is_some_and(|f| f.to == at);
    // "hafte" is a Saturday only with its postposition; "sun", "sat", "mon" only where a date can stand.
    if (week && !followed) || (weak && !(led || edge)) {
        return None;
    }
    Some((length, Piece::Day(Day::Weekday(day, None))))
}

fn part(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (length, part) = sentence.find(at, |s| if let Sense::Part(p) = s { Some(p) } else { None })?;
    let end = at + length;
    // "raat ka khana" is a dinner, "subah ki namaz" a prayer.
    if sentence.tokens.get(end).is_some_and(|t| matches!(t.plain.as_str(), "ka" | "ki" | "wali" | "wala" | "wale" | "کا" | "کی" | "والا" | "والی" | "والے")) {
        return None;
    }
    let genitive = end > at + 1 && sentence.tokens.get(end - 1).is_some_and(|t| matches!(t.plain.as_str(), "ke" | "کے"));
    let clock = clock::at(sentence, end).is_some();
    if genitive && !clock {
        return None;
    }
    let latin_english = sentence.tokens[at].plain.is_ascii() && length == 1 && matches!(sentence.tokens[at].plain.as_str(), "morning" | "mornings" | "noon" | "midday" | "lunchtime" | "afternoon" | "afternoons" | "evening" | "evenings" | "night" | "nights");
    let near = before.is_some_and(|f| f.to == at) || clock || end >= to || (at > from && sentence.any(at - 1, &[Plain::Before, Plain::This]).is_some());
    let day_next = day_word(sentence, end).is_some();
    (!latin_english || near || day_next).then_some((length, Piece::Part(part)))
}
