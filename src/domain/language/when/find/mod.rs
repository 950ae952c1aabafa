//! Finds the pieces of dates in a sentence, and joins those that name one moment.
//!
//! A moment is made of a phrase only if the whole phrase is understood (`account`): what is left of it beside its pieces may well say that
//! another moment is meant.

mod account;
pub(super) mod calendar;
mod every;
mod except;
mod interrupted;
mod joining;
mod months;
mod naming;
pub(super) mod numbers;
mod often;
mod piece;
mod rivals;
mod shift;
mod spans;
mod things;
mod words;

use account::Doubt;
use calendar::{calendar_day, day_of_month, holiday, iso};
use every::every;
pub(super) use interrupted::says_time;
use joining::{assemble, is_link};
use numbers::is_word;
use piece::{Found, Piece};
pub(in crate::domain::language) use shift::shift;
pub(in crate::domain::language) use things::leave_in_title;
use words::{day_word, part, relative, weekday};

use super::{Day, DueError, Moment, When, Zone, clock, zones};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    token::Kind,
};

/// Which of several dates counts: the first, or, for "move Monday's meeting to Friday", the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::language) enum Which {
    First,
    Last,
}

/// Reads a text that is all date, or says which of its words are not understood.
pub(super) fn whole(sentence: &mut Sentence<'_>, now: Moment) -> Result<When, DueError> {
    let end = sentence.len();
    let mut when = take(sentence, 0, end, Which::First, now);
    if when.is_empty() {
        when = bare_day(sentence, end).unwrap_or(when);
    }
    let left = account::left_of_whole(sentence, end);
    let unread = sentence.unread(0, end);
    if left.is_empty() && unread.is_empty() {
        return Ok(when);
    }
    if when.is_empty() && unread.is_empty() {
        return Err(DueError::NoDate);
    }
    Err(DueError::Unread(if left.is_empty() { unread } else { left }))
}

/// "25th", "now": a text that is nothing else.
fn bare_day(sentence: &mut Sentence<'_>, end: usize) -> Option<When> {
    let left = sentence.left(0, end);
    let first = *left.first()?;
    let day = if let Some((length, day)) = numbers::nth(sentence, first, true).filter(|(length, _)| *length == left.len()) {
        sentence.take(first, length);
        Day::OfMonth(day, None)
    } else {
        let now = left
            .iter()
            .all(|at| is_word(sentence, *at, &["now", "right", "asap", "immediately", "abhi", "ابھی"]));
        if !now {
            return None;
        }
        sentence.take(0, end);
        Day::Offset(0)
    };
    Some(When {
        day: Some(day),
        ..When::default()
    })
}

/// Finds and takes the date words between two tokens. A phrase that is not wholly understood is left alone.
pub(super) fn take(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which, now: Moment) -> When {
    read(sentence, from, to, which, now, true)
}

/// `deep`: looks, too, for words that stand in the middle of a phrase and are none of it.
fn read(sentence: &mut Sentence<'_>, from: usize, to: usize, which: Which, now: Moment, deep: bool) -> When {
    let to = to.min(sentence.len());
    let mut found = pieces(sentence, from, to, which, Some(now));
    if which == Which::First {
        naming::leave_out(sentence, &mut found, from, to);
    }
    for (first, last) in often::find(sentence, from, to) {
        sentence.doubt(first, last);
        found.retain(|piece| piece.to <= first || last <= piece.from);
    }
    let before = sentence.used.clone();
    // Whatever is not understood takes at least one piece away.
    loop {
        let (when, taken) = assemble(sentence, &found, from, to, which);
        let rivals = if which == Which::First {
            let mut all = rivals::find(sentence, &found, &taken, (from, to));
            all.extend(things::disagreeing(sentence, &taken, now));
            all
        } else {
            Vec::new()
        };
        if !rivals.is_empty() {
            sentence.used.clone_from(&before);
            let all: Vec<(usize, usize)> = rivals
                .into_iter()
                .map(|(first, last)| with_neighbours(sentence, &found, first, last))
                .collect();
            for (first, last) in all {
                sentence.doubt(first, last);
                found.retain(|piece| piece.to <= first || last <= piece.from);
            }
            continue;
        }
        if taken.is_empty() {
            if let Some(Doubt { from: first, to: last }) = account::begun(sentence, from, to).filter(|_| deep) {
                sentence.doubt(first, last);
            }
            return when;
        }
        let doubt = account::doubt(sentence, &found, &taken, &before, (from, to), (&when, which));
        let doubt = doubt.or_else(|| elsewhere(sentence, &taken, &when, (from, to), now));
        let doubt = doubt.or_else(|| account::begun(sentence, from, to)).or_else(|| {
            let taken: Vec<bool> = sentence.used.iter().zip(&before).map(|(now, then)| *now && !*then).collect();
            deep.then(|| interrupted::find(sentence, &taken, (from, to), now, which)).flatten()
        });
        let Some(Doubt { from: first, to: last }) = doubt else {
            return when;
        };
        sentence.used.clone_from(&before);
        let (first, last) = with_neighbours(sentence, &found, first, last);
        sentence.doubt(first, last);
        let count = found.len();
        found.retain(|piece| piece.to <= first || last <= piece.from);
        if found.len() == count {
            return When::default();
        }
    }
}

/// A time beside the name of a place whose clocks may be meant.
fn elsewhere(sentence: &Sentence<'_>, taken: &[Found], when: &When, (from, to): (usize, usize), now: Moment) -> Option<Doubt> {
    let timed = |piece: &&Found| piece.piece.clock().is_some() && when.zone.is_none();
    taken.iter().filter(timed).find_map(|piece| {
        let bare = (piece.to < to)
            .then(|| zones::bare_place(sentence, piece.to, now.zone, now.utc))
            .flatten();
        let bare = bare.map(|length| (piece.from, (piece.to + length).min(to)));
        let (from, to) = bare.or_else(|| zones::unread_place(sentence, (piece.from, piece.to), (from, to)))?;
        Some(Doubt { from, to })
    })
}

/// What is not understood, with the pieces that stand beside it: "Fri, | Jul 16 07:00 blorf pm" is no Friday.
fn with_neighbours(sentence: &Sentence<'_>, found: &[Found], mut first: usize, mut last: usize) -> (usize, usize) {
    let linked = |from: usize, to: usize| from <= to && (from..to).all(|at| is_link(sentence, at));
    loop {
        let before = found
            .iter()
            .find(|piece| piece.from < first && piece.to <= first && linked(piece.to, first));
        let after = found
            .iter()
            .find(|piece| piece.to > last && piece.from >= last && linked(last, piece.from));
        match (before, after) {
            (Some(piece), _) => first = piece.from,
            (None, Some(piece)) => last = piece.to,
            (None, None) => return (first, last),
        }
    }
}

/// Takes the days that are joined to the first one by "and" (and commas before it), with what joins them.
pub(super) fn take_more_days(sentence: &mut Sentence<'_>, from: usize, to: usize) -> Vec<Day> {
    let found = pieces(sentence, from, to, Which::First, None);
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

/// The pieces of dates between two tokens. `now` tells which abbreviations of zones are the person's own.
pub(super) fn pieces(sentence: &Sentence<'_>, from: usize, to: usize, which: Which, now: Option<Moment>) -> Vec<Found> {
    let to = to.min(sentence.len());
    let mut found: Vec<Found> = Vec::new();
    let mut at = from;
    while at < to {
        if let Some(length) = sentence.is(at, Plain::NotDate).filter(|length| at + length <= to) {
            at += length;
            continue;
        }
        let piece = (!sentence.used[at])
            .then(|| piece(sentence, at, (from, to), &found, which, now))
            .flatten();
        // "8 baje wali flight" is named by its hour.
        let wala = |found: &(usize, Piece)| {
            let behind = ["wala", "wali", "wale", "wla", "wli", "والا", "والی", "والے"];
            matches!(found.1, Piece::Clock(_)) && which == Which::First && is_word(sentence, at + found.0, &behind)
        };
        let piece = piece.filter(|found| !wala(found));
        // A mark at the end of a piece ("11 p.m.") may lie beyond what is read.
        let piece = piece.map(|(mut length, piece)| {
            while length > 1 && at + length > to && !sentence.tokens[at + length - 1].is_text() {
                length -= 1;
            }
            (length, piece)
        });
        match piece {
            Some((length, piece)) if length > 0 && at + length <= to && !sentence.used[at..at + length].contains(&true) => {
                let next = Found {
                    from: at,
                    to: at + length,
                    piece,
                };
                at += length;
                match found
                    .last_mut()
                    .filter(|last| which == Which::First && is_range(sentence, last, &next))
                {
                    // "Friday to Sunday" begins on Friday.
                    Some(last) => last.to = at,
                    None => found.push(next),
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// Whether two pieces are the first and last day of a range.
fn is_range(sentence: &Sentence<'_>, one: &Found, other: &Found) -> bool {
    let marked = calendar::range_mark(sentence, one.to) == Some(1) && other.from == one.to + 1;
    let kind = |piece: Piece| match piece {
        Piece::Day(Day::Weekday(..)) => Some(0),
        Piece::Day(Day::Date { .. }) => Some(1),
        Piece::Day(Day::OfMonth(..)) => Some(2),
        _ => None,
    };
    // "Monday to Friday" is not the Monday alone.
    let is_long = match (one.piece, other.piece) {
        (Piece::Day(Day::Weekday(first, _)), Piece::Day(Day::Weekday(last, _))) => (last + 7 - first) % 7 > 3,
        _ => false,
    };
    marked && !is_long && kind(one.piece).is_some() && kind(one.piece) == kind(other.piece)
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
fn piece(
    sentence: &Sentence<'_>,
    at: usize,
    (from, to): (usize, usize),
    found: &[Found],
    which: Which,
    now: Option<Moment>,
) -> Option<(usize, Piece)> {
    let token = sentence.tokens.get(at)?;
    let before = found.last();
    let day = |found: Option<(usize, Day)>| found.map(|(length, day)| (length, Piece::Day(day)));
    if let Some(zone) = now.and_then(|now| zone(sentence, at, found, now)) {
        return Some(zone);
    }
    if matches!(token.kind, Kind::Mark('+' | '½' | '¼' | '¾')) {
        return spans::duration(sentence, at, before);
    }
    if !matches!(token.kind, Kind::Word | Kind::Number) {
        return None;
    }
    iso(sentence, at)
        .or_else(|| spans::duration(sentence, at, before))
        .or_else(|| spans::weekdays_on(sentence, at))
        .or_else(|| day(months::ranked(sentence, at)).filter(|_| !is_monthly(sentence, at)))
        .or_else(|| day(months::edge(sentence, at)))
        .or_else(|| day(calendar_day(sentence, at, from, to)))
        .or_else(|| clock::at(sentence, at, which == Which::First).map(|(length, clock)| (length, Piece::Clock(clock))))
        .or_else(|| day(day_of_month(sentence, at, from, to)))
        .or_else(|| every(sentence, at, from, to))
        .or_else(|| day(holiday(sentence, at, from, to)))
        .or_else(|| day(months::month_alone(sentence, at, from, to)))
        .or_else(|| relative(sentence, at, from))
        .or_else(|| day_word(sentence, at, from, to, before))
        .or_else(|| weekday(sentence, at, from, to, before))
        .or_else(|| part(sentence, at, from, to, before))
}

/// "the first Monday of the month, every month": a recurrence, not one day.
fn is_monthly(sentence: &Sentence<'_>, at: usize) -> bool {
    at > 0 && sentence.is(at - 1, Plain::Every).is_some()
}

/// The zone that stands behind a time, or behind the day that stands behind it.
fn zone(sentence: &Sentence<'_>, at: usize, found: &[Found], now: Moment) -> Option<(usize, Piece)> {
    let piece = |(length, zone)| (length, Piece::Zone(zone));
    // "New York time ke hisab se | budh ko subah | 11 baje"
    let follows = |(length, _): &(usize, Zone)| {
        let timed = |place: usize| clock::at(sentence, place, true).is_some();
        let passes = |place: usize| {
            !sentence.tokens[place].is_text() || says_time(sentence, place) || is_link(sentence, place) || is_join(sentence, place)
        };
        let start = at + length;
        let end = sentence.len().min(start + 6);
        let time = (start..end).find(|place| timed(*place));
        time.is_some_and(|time| (start..time).all(|place| passes(place) || is_word(sentence, place, &["mein", "me", "par", "میں", "پر"])))
    };
    if let Some(found) = zones::before(sentence, at, now.zone, now.utc).filter(follows) {
        return Some(piece(found));
    }
    let last = found.last().filter(|last| last.to == at)?;
    let timed = last.piece.clock().is_some() || last.piece.part().is_some();
    let behind = found.len() > 1 && {
        let earlier = &found[found.len() - 2];
        earlier.piece.clock().is_some() && (earlier.to..last.from).all(|at| is_link(sentence, at)) && last.piece.day().is_some()
    };
    if !(timed || behind) || last.piece.zone().is_some() {
        return None;
    }
    zones::at(sentence, at, now.zone, now.utc).map(piece)
}
