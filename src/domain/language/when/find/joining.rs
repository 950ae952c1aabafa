//! Joins the pieces that say one moment, and takes the words around them.

use super::{
    Found, Piece, Which, is_join,
    numbers::{is_mark, is_word},
};
use crate::domain::{
    language::{
        lexicon::{Plain, Sense},
        sentence::Sentence,
        token::Kind,
        when::{Day, Step, When},
    },
    repeat::{Frequency, Repeat, Weekdays},
};

/// Chooses among the pieces, joins them, and marks their words. Says which of them were chosen.
pub(super) fn assemble(sentence: &mut Sentence<'_>, found: &[Found], from: usize, to: usize, which: Which) -> (When, Vec<Found>) {
    let mut when = When::default();
    let mut taken: Vec<Found> = Vec::new();
    // Where the day stands.
    let mut place: Option<(usize, usize)> = None;
    let order: Vec<&Found> = if which == Which::Last {
        found.iter().rev().collect()
    } else {
        found.iter().collect()
    };
    for found in order {
        let span = (found.from, found.to);
        let piece = found.piece;
        let near = place.is_none_or(|place| is_near(sentence, place, span));
        // "tomorrow and Friday" are two days.
        if piece.day().is_some() && piece.day() != when.day && place.is_some_and(|place| is_joined_by_and(sentence, place, span)) {
            continue;
        }
        let starts = starts(sentence, found) || taken.iter().any(|other| starts(sentence, other));
        if !fits(&when, piece, near) || !starts && !agrees(&when, piece) {
            continue;
        }
        when.day = match (when.day, piece.day()) {
            (Some(one), Some(other)) => join(one, other, true),
            (one, other) => one.or(other),
        };
        if let (Some(Day::Weekday(..)), Piece::Day(Day::Ahead(span))) = (when.day, piece) {
            // "Friday in two weeks"
            when.step = Some(Step::Span(span));
        }
        if piece.day().is_some() {
            place = Some(span);
        }
        when.clock = when.clock.or(piece.clock());
        when.part = when.part.or(piece.part());
        when.repeat = match (when.repeat, piece.repeat()) {
            (Some(one), Some(other)) => together(one, other),
            (one, other) => one.or(other),
        };
        when.zone = when.zone.or(piece.zone());
        match piece {
            Piece::Ahead(span) => when.ahead = Some(span),
            Piece::Step(step) => when.step = Some(step),
            _ => {}
        }
        sentence.take_as(piece.kind(), found.from, found.to - found.from);
        take_around(sentence, found, from, to);
        taken.push(*found);
    }
    taken.sort_by_key(|found| found.from);
    for pair in taken.windows(2) {
        let (start, end) = (pair[0].to, pair[1].from);
        if (start..end).all(|at| is_link(sentence, at)) {
            sentence.take_as(pair[1].piece.kind(), start, end - start);
        }
    }
    if let Some(repeat) = &mut when.repeat {
        settle(repeat, when.day);
    }
    (when, taken)
}

/// Whether a piece can be a part of what is known of the moment.
fn fits(when: &When, piece: Piece, near: bool) -> bool {
    let day = match (when.day, piece.day()) {
        (Some(before), Some(day)) => join(before, day, near).is_some(),
        _ => true,
    };
    let clock = piece.clock().is_none() || when.clock.is_none();
    let part = piece.part().is_none_or(|part| when.part.is_none_or(|other| other == part));
    let repeat = match (when.repeat, piece.repeat()) {
        (Some(one), Some(other)) => together(one, other).is_some(),
        _ => true,
    };
    match piece {
        Piece::Ahead(_) => when.is_empty(),
        _ if when.ahead.is_some() => false,
        Piece::Step(_) => when.step.is_none(),
        Piece::Zone(_) => when.zone.is_none(),
        _ => day && clock && part && repeat,
    }
}

/// Two recurrences that say one: "weekly ... on Sundays", "every month ... on the 5th of each month".
fn together(one: Repeat, other: Repeat) -> Option<Repeat> {
    let says_day = |repeat: &Repeat| !repeat.days.is_empty() || repeat.month_day != 0;
    if one == other {
        return Some(one);
    }
    let (wide, narrow) = if says_day(&one) { (other, one) } else { (one, other) };
    // "daily, on weekdays"
    let daily = wide.frequency == Frequency::Daily && narrow.frequency == Frequency::Weekly && narrow.days.len() > 1;
    let fits = wide.frequency == narrow.frequency || daily && wide.interval == 1;
    let interval = match (wide.interval, narrow.interval) {
        (any, 1) | (1, any) => any,
        _ => return None,
    };
    (fits && !says_day(&wide) && says_day(&narrow)).then_some(Repeat { interval, ..narrow })
}

/// Whether the weekday that is named is one on which the recurrence falls: "every day, Sunday" is neither.
fn agrees(when: &When, piece: Piece) -> bool {
    let repeat = piece.repeat().or(when.repeat);
    if let (Some(Day::OfMonth(day, _)), Some(repeat)) = (piece.day().or(when.day), repeat) {
        return repeat.month_day == 0 || i64::from(repeat.month_day) == i64::from(day);
    }
    let (Some(Day::Weekday(day, _)), Some(repeat)) = (piece.day().or(when.day), repeat) else {
        return true;
    };
    match repeat.frequency {
        Frequency::Daily => repeat.interval > 1,
        Frequency::Weekly => repeat.days.is_empty() || repeat.days.iter().any(|other| other == day),
        // "monthly on Friday" says nothing about which one.
        Frequency::Monthly | Frequency::Yearly => repeat.nth != 0,
    }
}

/// "from Monday", "peer se": the day only says when the recurrence begins.
fn starts(sentence: &Sentence<'_>, found: &Found) -> bool {
    let before = found.from.checked_sub(1);
    before.is_some_and(|at| {
        is_word(
            sentence,
            at,
            &["from", "starting", "start", "starts", "beginning", "begin", "begins"],
        )
    }) || is_word(sentence, found.to, &["se", "سے"])
        || is_word(sentence, found.to, &["ko", "کو"]) && is_word(sentence, found.to + 1, &["shuru", "شروع"])
}

/// What may stand between two pieces of one moment and goes with them.
pub(super) fn is_link(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.used[at]
        || is_mark(sentence, at, &[',', '،', '.', '@', '(', ')', '-', '–'])
        || is_word(sentence, at, &["of", "the", "at", "on", "in", "for", "by", "se", "سے"])
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

/// Whether "and" or "or" stands between two pieces with nothing else that says anything.
fn is_joined_by_and(sentence: &Sentence<'_>, one: (usize, usize), other: (usize, usize)) -> bool {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    let or = |at: usize| is_word(sentence, at, &["or", "ya", "یا"]);
    let mut between = first.1..second.0;
    between.clone().any(|at| sentence.word_is(at, Plain::And) || or(at)) && between.all(|at| is_join(sentence, at) || or(at))
}

/// Two day words that say one day: "Friday next week", "20th of next month". Two that are names of a day do so side by side only.
pub(super) fn join(one: Day, other: Day, near: bool) -> Option<Day> {
    Some(match (one, other) {
        (a, b) if a == b => a,
        // "January next year", "5 January next year"
        (Day::MonthOf(month, None), Day::Months(months)) | (Day::Months(months), Day::MonthOf(month, None)) if months % 12 == 0 => {
            Day::InYear(month, 1, months / 12)
        }
        (Day::Date { day, month, year: None }, Day::Months(months)) | (Day::Months(months), Day::Date { day, month, year: None })
            if months % 12 == 0 =>
        {
            Day::InYear(month, day, months / 12)
        }
        // "by EOD Friday"
        (Day::Close, day) | (day, Day::Close) => day,
        (Day::Weekday(day, None), Day::Week(week)) | (Day::Week(week), Day::Weekday(day, None)) => Day::Weekday(day, Some(week)),
        (Day::OfMonth(day, None), Day::Month(months)) | (Day::Month(months), Day::OfMonth(day, None)) => Day::OfMonth(day, Some(months)),
        // "Tuesday, 24 November": the date is the surer of the two.
        (Day::Weekday(..), date @ (Day::Date { .. } | Day::OfMonth(..)))
        | (date @ (Day::Date { .. } | Day::OfMonth(..)), Day::Weekday(..)) => date,
        // "Friday in two weeks": the weeks are counted from the Friday.
        (weekday @ Day::Weekday(_, None), Day::Ahead(span)) if near && span.days % 7 == 0 && span.months == 0 && span.days > 0 => weekday,
        (Day::Weekday(..), Day::Offset(_) | Day::Either(_)) | (Day::Offset(_) | Day::Either(_), Day::Weekday(..)) if !near => return None,
        (Day::Weekday(..), date @ Day::Offset(_)) | (date @ (Day::Offset(_) | Day::Either(_)), Day::Weekday(..)) => date,
        _ => return None,
    })
}

/// Takes the prepositions before and the postpositions after a piece.
fn take_around(sentence: &mut Sentence<'_>, found: &Found, from: usize, to: usize) {
    let kind = found.piece.kind();
    let timed = matches!(found.piece, Piece::Clock(_) | Piece::Ahead(_));
    let mut first = found.from;
    while first > from {
        let leads = |sense: &Sense| {
            matches!(sense, Sense::Is(Plain::Before | Plain::In | Plain::This | Plain::Loosely))
                || timed && matches!(sense, Sense::Is(Plain::Nearly))
                || matches!(sense, Sense::Is(Plain::Shade)) && is_shaded(found.piece)
        };
        let before = (from..first).rev().take(4).find(|at| {
            let phrase = sentence.leading(*at, first - at).any(|sense| leads(&sense)) && sentence.tokens[*at].kind == Kind::Word;
            phrase || (first - at == 1 && (is_word(sentence, *at, &["the"]) || is_mark(sentence, *at, &['@'])) && at + 1 < to)
        });
        match before {
            // "the" belongs to the date only when a preposition stands before it, or nothing at all.
            Some(at) if !sentence.used[at] => {
                if is_word(sentence, at, &["the"]) && at > from && sentence.any(at - 1, &[Plain::Before, Plain::In]).is_none() {
                    let named = matches!(found.piece, Piece::Day(Day::Date { .. } | Day::OfMonth(..) | Day::NthIn(..)));
                    if !named {
                        break;
                    }
                }
                sentence.take_as(kind, at, first - at);
                first = at;
            }
            _ => break,
        }
    }
    let mut last = found.to;
    for _ in 0..2 {
        if last < to
            && !sentence.used[last]
            && let Some(length) = sentence.is(last, Plain::After)
        {
            sentence.take_as(kind, last, length);
            last += length;
        }
    }
}

/// "late tonight", "early March": a word that says only which part of it.
fn is_shaded(piece: Piece) -> bool {
    matches!(
        piece,
        Piece::Part(_) | Piece::DayPart(..) | Piece::Day(Day::MonthOf(..) | Day::Month(_) | Day::Week(_) | Day::Months(_))
    )
}
