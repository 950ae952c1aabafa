//! A change of a date by an amount: by two days, an hour later, ek ghanta aage, ek din pehle.

use super::spans::span;
use crate::domain::language::{
    Shift,
    lexicon::{Plain, Unit},
    sentence::Sentence,
    token::Kind,
};

/// Finds an amount of time with a direction, and marks its words. `later` is the direction when no word says one.
pub(in crate::domain::language) fn shift(sentence: &mut Sentence<'_>, from: usize, to: usize, later: Option<bool>) -> Option<Shift> {
    let (at, (length, halves, unit)) = (from..to)
        .filter(|at| !sentence.used[*at])
        .find_map(|at| span(sentence, at).filter(|(length, ..)| at + length <= to).map(|found| (at, found)))?;
    // "1.5 hours", "2 hours 15 minutes", "a week and a day": what is only half read is no amount.
    let mark = |place: usize| {
        sentence
            .tokens
            .get(place)
            .is_some_and(|token| matches!(token.kind, Kind::Mark('.' | '/' | ':')) && !token.spaced)
    };
    let part = |place: usize| sentence.tokens.get(place).and_then(|token| token.number());
    let (mut start, mut halves, mut end) = (at, halves, at + length);
    if at > from && mark(at - 1) {
        let whole = at.checked_sub(2).filter(|place| *place >= from).and_then(part);
        match (whole, part(at), sentence.tokens[at - 1].is_mark('.')) {
            (Some(whole), Some(5), true) => (start, halves) = (at - 2, whole * 2 + 1),
            _ => return None,
        }
    }
    if let Some(more) = sentence.is(end, Plain::AndHalf) {
        (end, halves) = (end + more, halves + 1);
    }
    let and = usize::from(
        sentence
            .tokens
            .get(end)
            .is_some_and(|token| matches!(token.plain.as_str(), "and" | "aur" | "اور")),
    );
    if span(sentence, end + and).is_some_and(|(more, ..)| end + and + more <= to) {
        return None;
    }
    let (at, length) = (start, end - start);
    // "in two days" and "do din baad" count from now.
    let before = at.checked_sub(1).filter(|place| *place >= from);
    let from_now = before.is_some_and(|place| sentence.is(place, Plain::In).is_some())
        || [end, end + 1].iter().any(|place| {
            *place < to && sentence.is(*place, Plain::Later).is_some() && sentence.is(*place, Plain::Onwards).is_none() && {
                *place == end || sentence.tokens[end].plain == "ke" || sentence.tokens[end].plain == "کے"
            }
        });
    if from_now {
        return None;
    }
    let said = |kind: Plain| (from..to).find(|place| sentence.is(*place, kind).is_some() && !(at..end).contains(place));
    let (earlier, after) = (said(Plain::Earlier), said(Plain::Onwards));
    let forward = match (earlier, after, later) {
        (Some(_), ..) => false,
        (None, Some(_), _) => true,
        (None, None, later) => later?,
    };
    for place in [earlier, after].into_iter().flatten() {
        let length = sentence.any(place, &[Plain::Earlier, Plain::Onwards]).unwrap_or(1);
        sentence.take(place, length);
    }
    sentence.take(at, length);
    if let Some(place) = before.filter(|place| {
        matches!(
            sentence.tokens[*place].plain.as_str(),
            "by" | "for" | "another" | "mazeed" | "aur" | "مزید" | "اور"
        )
    }) {
        sentence.take(place, 1);
    }
    let half = i64::from(halves) * if forward { 1 } else { -1 };
    Some(match unit {
        Unit::Second | Unit::Minute => Shift::Minutes(half / 2),
        Unit::Hour => Shift::Minutes(half * 30),
        Unit::Day | Unit::Workday => Shift::Days(half / 2),
        Unit::Week => Shift::Days(half * 7 / 2),
        Unit::Fortnight => Shift::Days(half * 7),
        Unit::Month => Shift::Months(half / 2),
        Unit::Quarter => Shift::Months(half * 3 / 2),
        Unit::Year => Shift::Months(half * 6),
    })
}
