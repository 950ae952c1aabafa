//! Pieces of which only one can be meant: "at 8am and 8pm", "on Monday or Tuesday", "every day, Sunday". Taking the first of them would be a
//! guess, so none is taken.

use super::{
    Found, Piece,
    calendar::{behind_numbered, is_day, range_mark},
    clock, is_join,
    numbers::{is_mark, is_word, nth, number},
};
use crate::domain::language::{
    lexicon::{Plain, Sense},
    sentence::Sentence,
    token::Kind,
    when::Day,
};

/// Where pieces stand of which only one can be meant; those that stand together are one place.
pub(super) fn find(sentence: &Sentence<'_>, found: &[Found], taken: &[Found], (from, to): (usize, usize)) -> Vec<(usize, usize)> {
    let hours = |piece: &Found| {
        second_hour(sentence, piece, to)
            .or_else(|| first_hour(sentence, piece, from))
            .or_else(|| second_month_day(sentence, piece, to))
    };
    let mut out: Vec<(usize, usize)> = taken.iter().filter_map(hours).collect();
    for piece in found.iter().filter(|piece| taken.iter().all(|other| other.from != piece.from)) {
        let rivals = taken.iter().filter(|other| contends(other.piece, piece.piece));
        let Some((other, joined)) = rivals
            .map(|other| (other, is_joined(sentence, found, other, piece)))
            .max_by_key(|(_, joined)| *joined)
        else {
            continue;
        };
        if joined {
            out.push(widened(sentence, found, (other.from.min(piece.from), other.to.max(piece.to))));
        } else if !only_joined(other.piece, piece.piece) {
            out.extend([(other.from, other.to), (piece.from, piece.to)]);
        }
    }
    out
}

/// With all that goes on with them: "Mon, Wed | and Fri".
fn widened(sentence: &Sentence<'_>, found: &[Found], (first, mut last): (usize, usize)) -> (usize, usize) {
    for piece in found.iter().filter(|piece| first <= piece.from) {
        let goes_on = |inside: &&Found| {
            first <= inside.from && inside.to <= last && contends(inside.piece, piece.piece) && is_joined(sentence, found, inside, piece)
        };
        if piece.from >= last && found.iter().any(|inside| goes_on(&inside)) {
            last = piece.to;
        }
    }
    (first, last)
}

/// Whether one task cannot have both.
fn contends(one: Piece, other: Piece) -> bool {
    let clocks = one.clock().is_some() && other.clock().is_some();
    let parts = one.part().zip(other.part()).is_some_and(|(one, other)| one != other);
    let repeats = one.repeat().is_some() && other.repeat().is_some();
    let in_month = |one: Piece, other: Piece| match (one.day(), other.repeat()) {
        (Some(Day::OfMonth(day, _)), Some(repeat)) => repeat.month_day != 0 && i64::from(repeat.month_day) != i64::from(day),
        _ => false,
    };
    let days = one.day().is_some() && other.day().is_some() && one.day() != other.day();
    let falls = |one: Piece, other: Piece| {
        let named = matches!(one.day(), Some(Day::Weekday(..)));
        named && other.repeat().is_some_and(|repeat| repeat.nth == 0)
    };
    clocks || parts || repeats || days || falls(one, other) || falls(other, one) || in_month(one, other) || in_month(other, one)
}

/// Days and parts of the day may stand in a title; two of them are one choice only side by side.
fn only_joined(one: Piece, other: Piece) -> bool {
    !(one.clock().is_some() && other.clock().is_some() || one.repeat().is_some() || other.repeat().is_some())
}

/// Whether nothing stands between two pieces but "and", "or", commas, the prepositions of dates and other pieces.
fn is_joined(sentence: &Sentence<'_>, found: &[Found], one: &Found, other: &Found) -> bool {
    let (first, second) = if one.from < other.from { (one, other) } else { (other, one) };
    let or = |at: usize| is_word(sentence, at, &["or", "ya", "یا", "at"]);
    let between = || first.to..second.from;
    let days = [one, other].iter().all(|found| matches!(found.piece, Piece::Day(Day::Weekday(..))));
    if days && range_mark(sentence, first.to) == Some(1) && second.from == first.to + 1 {
        return true;
    }
    let joins = between().any(|at| or(at) || sentence.word_is(at, Plain::And) || is_mark(sentence, at, &[',', '،', '/', '&']));
    let inside = |at: usize| found.iter().any(|piece| (piece.from..piece.to).contains(&at));
    let passes = |at: usize| is_join(sentence, at) || or(at) || inside(at) || number(sentence, at).is_some();
    joins && between().all(|at| sentence.tokens[at].kind != Kind::Line && passes(at))
}

/// "at 5 and 6", "at 8, 2 and 8": other hours behind the one that was taken.
fn second_hour(sentence: &Sentence<'_>, piece: &Found, to: usize) -> Option<(usize, usize)> {
    piece.piece.clock()?;
    let joins =
        |at: usize| sentence.word_is(at, Plain::And) || is_word(sentence, at, &["or", "ya", "یا"]) || is_mark(sentence, at, &[',', '،']);
    let mut end = piece.to;
    while end < to && joins(end) {
        let comma = usize::from(is_mark(sentence, end, &[',', '،']) && joins(end + 1));
        let at = end + 1 + comma;
        let Some((length, _)) = number(sentence, at).filter(|(_, n)| (1..=12).contains(n)) else {
            break;
        };
        if at + length > to || clock::at(sentence, at, true).is_some() {
            break;
        }
        end = at + length;
    }
    let closed = end >= to
        || !sentence.tokens[end].is_text()
        || sentence.any(end, &[Plain::Before, Plain::After, Plain::And]).is_some()
        || is_word(sentence, end, &["to", "for"])
        || is_day(sentence, end)
        || sentence
            .find(end, |s| matches!(s, Sense::Part(_) | Sense::Repeat(_)).then_some(()))
            .is_some();
    (end > piece.to && closed).then_some((piece.from, end))
}

/// "every month on the 5th and 20th": another day of the month behind it.
fn second_month_day(sentence: &Sentence<'_>, piece: &Found, to: usize) -> Option<(usize, usize)> {
    piece.piece.repeat().filter(|repeat| repeat.month_day > 0)?;
    let joins = sentence.word_is(piece.to, Plain::And) || is_mark(sentence, piece.to, &[',', '،', '&']);
    let start = piece.to + 1 + usize::from(is_word(sentence, piece.to + 1, &["the"]));
    let (length, _) = nth(sentence, start, true).filter(|_| joins)?;
    (start + length <= to).then_some((piece.from, start + length))
}

/// "5 ya 6 baje": another hour before it.
fn first_hour(sentence: &Sentence<'_>, piece: &Found, from: usize) -> Option<(usize, usize)> {
    piece.piece.clock()?;
    let join = piece.from.checked_sub(1).filter(|at| *at > from)?;
    let joins = sentence.word_is(join, Plain::And) || is_word(sentence, join, &["or", "ya", "یا"]);
    let is_hour = |at: &usize| number(sentence, *at).is_some_and(|(length, n)| at + length == join && (1..=12).contains(&n));
    let at = (from..join).rev().take(2).find(is_hour).filter(|_| joins)?;
    (!behind_numbered(sentence, at)).then_some((at, piece.to))
}
