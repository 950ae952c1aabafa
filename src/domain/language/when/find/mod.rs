//! Finds the pieces of dates in a sentence.

mod calendar;
mod every;
mod shift;
mod words;

use calendar::{calendar_day, day_of_month, duration, iso};
use every::every;
pub(in crate::domain::language) use shift::shift;
use words::{day_word, part, relative, weekday};

use super::{Clock, Day, When, clock};
use crate::domain::{
    language::{
        lexicon::{Part, Plain, Sense, Unit},
        sentence::Sentence,
        token::Kind,
    },
    repeat::{Frequency, Repeat, Weekdays},
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
    PartRepeat(Part, Repeat),
    Clock(Clock),
    Part(Part),
    Repeat(Repeat),
    Minutes(i64),
}

impl Piece {
    fn day(self) -> Option<Day> {
        match self {
            Self::Day(d) | Self::DayClock(d, _) | Self::DayPart(d, _) => Some(d),
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
            Self::Repeat(r) | Self::PartRepeat(_, r) => Some(r),
            _ => None,
        }
    }
}

/// A piece and where it stands.
pub(super) struct Found {
    pub from: usize,
    pub to: usize,
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
        (Some(&day @ 1..=31), 1 | 2)
            if sentence
                .tokens
                .iter()
                .any(|t| matches!(t.plain.as_str(), "th" | "st" | "nd" | "rd")) =>
        {
            When {
                day: Some(Day::OfMonth(day, None)),
                ..When::default()
            }
        }
        _ => when,
    }
}

/// Finds and takes the date words between two tokens.
pub(super) fn take(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which) -> When {
    let to = to.min(sentence.len());
    let found = pieces(sentence, from, to);
    assemble(sentence, &found, from, to, which)
}

/// Takes the days that are joined to the first one by "and" (and commas before it), with what joins them.
pub(super) fn take_more_days(sentence: &mut Sentence<'_>, from: usize, to: usize) -> Vec<Day> {
    let found = pieces(sentence, from, to);
    let Some(first) = found.iter().position(|found| matches!(found.piece, Piece::Day(_))) else {
        return Vec::new();
    };
    let mut days = Vec::new();
    let (mut end, mut joined, mut last) = (found[first].to, false, found[first].to);
    for next in &found[first + 1..] {
        let and = (end..next.from).any(|at| sentence.word_is(at, Plain::And));
        // "Monday, 24 November" is one day.
        let names = matches!(
            (found[first].piece, next.piece),
            (Piece::Day(Day::Weekday(..)), Piece::Day(Day::Weekday(..)))
        );
        let only = (end..next.from).all(|at| is_join(sentence, at));
        let Piece::Day(day) = next.piece else { break };
        if joined || !only || end == next.from || !(and || names) {
            break;
        }
        days.push(day);
        (end, joined) = (next.to, and);
        last = next.to;
    }
    let ends = (last..to).all(|at| !sentence.tokens[at].is_text());
    if !(joined || ends) {
        return Vec::new();
    }
    while let Some(length) = sentence.is(last, Plain::After).filter(|_| last < to) {
        last += length;
    }
    let start = found[first].to;
    sentence.take(start, last - start);
    days
}

/// What can stand between two days of one list, or between two words for one day.
fn is_join(sentence: &Sentence<'_>, at: usize) -> bool {
    !sentence.tokens[at].is_text()
        || sentence.word_is(at, Plain::And)
        || sentence.tokens[at].plain == "the"
        || sentence.any(at, &[Plain::Before, Plain::After]).is_some()
}

/// The pieces of dates between two tokens.
pub(super) fn pieces(sentence: &Sentence<'_>, from: usize, to: usize) -> Vec<Found> {
    let to = to.min(sentence.len());
    let mut found: Vec<Found> = Vec::new();
    let mut at = from;
    while at < to {
        let piece = (!sentence.used[at]).then(|| piece(sentence, at, from, to, found.last())).flatten();
        match piece {
            Some((length, piece)) if at + length <= to => {
                found.push(Found {
                    from: at,
                    to: at + length,
                    piece,
                });
                at += length;
            }
            _ => at += 1,
        }
    }
    found
}

/// Chooses among the pieces, joins them, and marks their words.
fn assemble(sentence: &mut Sentence<'_>, found: &[Found], from: usize, to: usize, which: Which) -> When {
    let mut when = When::default();
    // Where the day stands.
    let mut place: Option<(usize, usize)> = None;
    let order: Vec<&Found> = if which == Which::Last {
        found.iter().rev().collect()
    } else {
        found.iter().collect()
    };
    for Found {
        from: start,
        to: end,
        piece,
    } in order
    {
        let fits = match (*piece, when.day) {
            (Piece::Minutes(_), _) => when.is_empty(),
            _ if when.minutes.is_some() => false,
            (p, Some(before)) if p.day().is_some() => {
                let near = place.is_none_or(|place| is_near(sentence, place, (*start, *end)));
                p.day().is_some_and(|day| join(before, day, near).is_some())
            }
            (p, _) if p.day().is_some() => p.clock().is_none() || when.clock.is_none(),
            (Piece::Clock(_), _) => when.clock.is_none(),
            (Piece::Part(_), _) => when.part.is_none(),
            _ => true,
        };
        if !fits {
            continue;
        }
        when.day = match (when.day, piece.day()) {
            (Some(one), Some(other)) => join(one, other, true),
            (one, other) => one.or(other),
        };
        if piece.day().is_some() {
            place = Some((*start, *end));
        }
        when.clock = when.clock.or(piece.clock());
        when.part = when.part.or(piece.part());
        when.repeat = when.repeat.or(piece.repeat());
        if let Piece::Minutes(minutes) = piece {
            when.minutes = Some(*minutes);
        }
        sentence.take(*start, end - start);
        take_around(sentence, *start, *end, from, to);
    }
    if let Some(repeat) = &mut when.repeat {
        settle(repeat, when.day);
    }
    when
}

/// The day that was named beside a recurrence is a part of it: "har hafte peer ko", "monthly on the 5th".
fn settle(repeat: &mut Repeat, day: Option<Day>) {
    match (repeat.frequency, day) {
        (Frequency::Weekly, Some(Day::Weekday(day, _))) if repeat.days.is_empty() => repeat.days = Weekdays::default().with(day),
        (Frequency::Monthly, Some(Day::OfMonth(day, _))) if repeat.nth == 0 && repeat.month_day == 0 => {
            *repeat = repeat.on_month_day(day);
        }
        (Frequency::Monthly, Some(Day::EndOfMonth(_))) if repeat.nth == 0 => repeat.month_day = -1,
        _ => {}
    }
}

/// Whether nothing that says anything stands between two pieces.
fn is_near(sentence: &Sentence<'_>, one: (usize, usize), other: (usize, usize)) -> bool {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    (first.1..second.0).all(|at| is_join(sentence, at))
}

/// Two day words that say one day: "Friday next week", "20th of next month". Two that are names of a day do so side by side only.
fn join(one: Day, other: Day, near: bool) -> Option<Day> {
    Some(match (one, other) {
        (a, b) if a == b => a,
        // "by EOD Friday"
        (Day::Close, day) | (day, Day::Close) => day,
        (Day::Weekday(day, None), Day::Week(week)) | (Day::Week(week), Day::Weekday(day, None)) => Day::Weekday(day, Some(week)),
        (Day::OfMonth(day, None), Day::Month(months)) | (Day::Month(months), Day::OfMonth(day, None)) => Day::OfMonth(day, Some(months)),
        // "Tuesday, 24 November": the date is the surer of the two.
        (Day::Weekday(..), date @ Day::Date { .. }) | (date @ Day::Date { .. }, Day::Weekday(..)) => date,
        (Day::Weekday(..), Day::Offset(_) | Day::Either(_)) | (Day::Offset(_) | Day::Either(_), Day::Weekday(..)) if !near => return None,
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
                at + length == first
                    && matches!(sense, Sense::Is(Plain::Before | Plain::In | Plain::This))
                    && sentence.tokens[*at].kind == Kind::Word
            }) || (first - at == 1
                && (sentence.tokens[*at].plain == "the" || sentence.tokens[*at].is_mark('@'))
                && at + 1 < to
                && *at > from)
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
        if last < to
            && !sentence.used[last]
            && let Some(length) = sentence.is(last, Plain::After)
        {
            sentence.take(last, length);
            last += length;
        }
    }
}

fn is_weekday(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u8)> {
    sentence.find(at, |s| {
        if let Sense::Weekday(d) | Sense::ShortDay(d) | Sense::Weekly(d) = s {
            Some(d)
        } else {
            None
        }
    })
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
