//! Every word of a date has to be accounted for: what is left of a phrase beside the pieces that were read may say that another moment is
//! meant ("quarter past | noon", "8 | this evening", "first | Tuesday | of Octember"), and then none is made of it.

use super::{
    Found, Piece, Which,
    calendar::TAREEKH,
    numbers::{is_glued, is_mark, is_word, number, ordinal},
    unit,
};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    token::Kind,
    when::{Day, When, clock},
};

/// Tokens that look like a date and are not wholly understood.
pub(super) struct Doubt {
    pub from: usize,
    pub to: usize,
}

/// Words that may stand in a text that is all date, and say nothing.
const SILENT: &[Plain] = &[
    Plain::Polite,
    Plain::Before,
    Plain::After,
    Plain::In,
    Plain::At,
    Plain::Nearly,
    Plain::Loosely,
    Plain::Shade,
    Plain::Filler,
    Plain::Copula,
];

/// What is left of a text that should be all date, in the words of the person.
pub(super) fn left_of_whole(sentence: &Sentence<'_>, end: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    let mut at = 0;
    while at < end {
        let silent = sentence
            .any(at, SILENT)
            .filter(|length| (at..at + length).all(|place| !sentence.used[place]));
        let skip = if sentence.used[at]
            || is_mark(
                sentence,
                at,
                &[',', '.', '،', '۔', '!', '(', ')', ':', ';', '@', '-', '–', '?', '؟', '"', '\''],
            ) {
            Some(1)
        } else {
            silent.or_else(|| is_word(sentence, at, &["the", "and", "due", "of"]).then_some(1))
        };
        if let Some(length) = skip {
            at += length;
            continue;
        }
        let token = &sentence.tokens[at];
        let text = &sentence.text[token.start..token.end];
        match out.last_mut().filter(|_| last == at.checked_sub(1)) {
            Some(word) => {
                if token.spaced {
                    word.push(' ');
                }
                word.push_str(text);
            }
            None => out.push(text.to_owned()),
        }
        last = Some(at);
        at += 1;
    }
    out
}

/// The first phrase among the pieces that were taken which is not wholly understood.
pub(super) fn doubt(
    sentence: &Sentence<'_>,
    found: &[Found],
    taken: &[Found],
    before: &[bool],
    (from, to): (usize, usize),
    (when, which): (&When, Which),
) -> Option<Doubt> {
    let is_first = which == Which::First;
    let is_new = |at: usize| sentence.used[at] && !before[at];
    let groups = groups(taken, from, to, is_new);
    for (first, last) in &groups {
        let doubt = glued(sentence, *first, *last)
            .or_else(|| beside(sentence, *first, *last, (from, to), is_first))
            .or_else(|| unfit(sentence, found, taken, (*first, *last), is_first))
            .or_else(|| bounded(sentence, found, when, *first, *last, to));
        if let Some((start, end)) = doubt {
            return Some(widened(sentence, start.min(*first), end.max(*last), from, to));
        }
    }
    let (first, last) = *groups.first().filter(|_| incomplete(taken, when))?;
    Some(Doubt { from: first, to: last })
}

/// "quarter past noom", "half to": the beginning of a time whose end was not understood, and what stands close behind it.
pub(super) fn begun(sentence: &Sentence<'_>, from: usize, to: usize) -> Option<Doubt> {
    let at = (from..to.saturating_sub(2)).find(|at| {
        let free = (*at..at + 2).all(|place| !sentence.used[place]);
        let past = is_word(sentence, at + 1, &["past"]);
        let to = is_word(sentence, at + 1, &["to", "till", "til"]) && is_word(sentence, *at, &["quarter"]);
        free && is_word(sentence, *at, &["quarter", "half"]) && (past || to)
    })?;
    let near = (at + 2..to.min(at + 6)).take_while(|place| sentence.tokens[*place].kind != Kind::Line);
    let last = near.filter(|place| sentence.used[*place]).last().unwrap_or(at + 2);
    Some(Doubt { from: at, to: last + 1 })
}

/// The runs of tokens that were taken now: the pieces with what stands around them.
fn groups(taken: &[Found], from: usize, to: usize, is_new: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for piece in taken {
        let mut first = piece.from;
        while first > from && is_new(first - 1) {
            first -= 1;
        }
        let mut last = piece.to;
        while last < to && is_new(last) {
            last += 1;
        }
        match out.last_mut().filter(|group| first <= group.1) {
            Some(group) => group.1 = group.1.max(last),
            None => out.push((first, last)),
        }
    }
    out
}

/// A number that is a part of something longer: "192.168.1.1", "5pm-ish", "₨5", "noon.com".
fn glued(sentence: &Sentence<'_>, first: usize, last: usize) -> Option<(usize, usize)> {
    let text = |at: usize| sentence.tokens.get(at).is_some_and(|t| t.is_text() || t.kind == Kind::Address);
    let number = sentence.tokens[first].kind == Kind::Number;
    if is_glued(sentence, first)
        && let Some(before) = first.checked_sub(1)
    {
        let sign = is_mark(sentence, before, &['#', '$', '£', '€', '₨', '№', '~', '=', '^', '×', '*']) && number;
        let joined =
            is_mark(sentence, before, &['-', '/', '.', ':', '+', '_', '&']) && is_glued(sentence, before) && before > 0 && text(before - 1);
        let named = joined && (number || is_mark(sentence, before, &['/', '_', '&', '.']));
        if text(before) || sign || named {
            return Some((before, last));
        }
    }
    if is_glued(sentence, last) && last < sentence.tokens.len() {
        let joined =
            is_mark(sentence, last, &['-', '/', '.', ':', '+', '_', '&', '×', '*']) && is_glued(sentence, last + 1) && text(last + 1);
        if text(last) || is_mark(sentence, last, &['%', '°', '+']) || joined {
            return Some((first, last + 1));
        }
    }
    None
}

/// Words beside a phrase that belong to a date and were not read with it.
fn beside(sentence: &Sentence<'_>, first: usize, last: usize, (from, to): (usize, usize), is_first: bool) -> Option<(usize, usize)> {
    let free = |at: usize| !sentence.used[at] && sentence.tokens[at].kind != Kind::Line;
    if let Some(before) = first.checked_sub(1).filter(|at| *at >= from && free(*at))
        && leads(sentence, before, first, from, is_first)
    {
        // "first and | third Monday of the month"
        let other = usize::from(sentence.word_is(before, Plain::And) && before > from);
        return Some((before - other, last));
    }
    // "aaj raat | 8 baje wali flight"
    let part = (first..last).any(|at| {
        sentence
            .find(at, |s| matches!(s, Sense::Part(_) | Sense::Tonight).then_some(()))
            .is_some()
    });
    if let Some((length, _)) = clock::at(sentence, last, true).filter(|_| is_first && part && last < to && free(last)) {
        return Some((first, (last + length).min(to)));
    }
    if last < to && free(last) && follows(sentence, first, last) {
        return Some((first, last + 1));
    }
    None
}

/// Whether a word before a phrase makes another moment of it.
fn leads(sentence: &Sentence<'_>, at: usize, first: usize, from: usize, is_first: bool) -> bool {
    let starts = |take: fn(Sense) -> bool| sentence.find(first, |s| take(s).then_some(())).is_some();
    let named = starts(|s| {
        matches!(
            s,
            Sense::Weekday(_) | Sense::ShortDay(_) | Sense::Month(_) | Sense::Unit(_) | Sense::Holiday(..)
        )
    });
    let timed = clock_begins(sentence, first);
    let back = |n: usize| at.checked_sub(n).filter(|place| *place >= from);
    let counted = |place: Option<usize>| {
        place.is_some_and(|place| {
            sentence.tokens[place].number().is_some()
                || is_word(sentence, place, &["quarter", "half"])
                || !sentence.roman && number(sentence, place).is_some()
                || matches!(unit(sentence, place), Some((1, Unit::Minute | Unit::Hour)))
        })
    };
    // "first | Tuesday", "last | Friday", "every | 5 December", "nearly every"
    let ranked = ordinal(sentence, at).is_some() || is_word(sentence, at, &["last", "final", "previous", "other", "alternate", "nth"]);
    if named && (ranked || sentence.any(at, &[Plain::FinalOne, Plain::EveryOther]).is_some()) {
        return true;
    }
    // "first and | third Monday of the month", "5th and | 20th of every month"
    let named_day = sentence.tokens[first].number().is_some() && is_word(sentence, first + 1, &TAREEKH);
    let orders = ordinal(sentence, first).is_some() || sentence.tokens[first].number().is_some();
    let other = |place: usize| {
        orders && ordinal(sentence, place).is_some() || named_day && sentence.tokens[place].number().is_some_and(|n| (1..=31).contains(&n))
    };
    if sentence.word_is(at, Plain::And) && back(1).is_some_and(other) {
        return true;
    }
    if sentence.any(at, &[Plain::Every, Plain::Ago]).is_some()
        && !is_word(sentence, at, &["back", "pehle", "phle", "پہلے"])
        && (named || timed)
    {
        return true;
    }
    // "earlier | this month"
    if is_word(sentence, at, &["earlier", "ago", "since"]) {
        return true;
    }
    // "quarter | past | 5pm", "20 minutes | to | 6pm"
    if timed && is_word(sentence, at, &["past"]) {
        return true;
    }
    // (but "from 6 to | 7pm" names the new time)
    if is_first && timed && is_word(sentence, at, &["to", "till", "til", "before", "after", "of"]) && counted(back(1)) {
        return true;
    }
    // "quarter | noon"
    timed
        && sentence
            .any(at, &[Plain::ClockHalf, Plain::ClockQuarter, Plain::ClockLess])
            .is_some()
}

/// Whether a clock time begins at a token that was taken.
fn clock_begins(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens.get(at).is_some_and(|t| t.number().is_some())
        || number(sentence, at).is_some()
        || sentence.any(at, &[Plain::ClockNoon, Plain::Midnight]).is_some()
}

/// Whether a word behind a phrase makes another moment of it.
fn follows(sentence: &Sentence<'_>, first: usize, last: usize) -> bool {
    let word = &sentence.tokens[last];
    // "5pm | am", "5 December | pm"
    if matches!(word.plain.as_str(), "am" | "pm" | "ago" | "oclock") && word.kind == Kind::Word {
        return true;
    }
    if is_word(sentence, last, &["past"]) && number(sentence, last + 1).is_some() {
        return true;
    }
    if sentence.any(last, &[Plain::Except]).is_some() && repeats(sentence, first, last) {
        return true;
    }
    // "Tuesday | of Octember" where the Tuesday has a rank was seen before; "Friday | of next ..."
    is_word(sentence, last, &["of"]) && sentence.any(last + 1, &[Plain::Next, Plain::Last]).is_some()
}

fn repeats(sentence: &Sentence<'_>, first: usize, last: usize) -> bool {
    (first..last).any(|at| {
        sentence.any(at, &[Plain::Every, Plain::EveryOther]).is_some()
            || sentence
                .find(at, |s| matches!(s, Sense::Repeat(_) | Sense::Weekly(_)).then_some(()))
                .is_some()
    })
}

/// A piece that stands side by side with the phrase and does not fit to it: "5pm 6pm", "Monday tomorrow 3 May".
fn unfit(
    sentence: &Sentence<'_>,
    found: &[Found],
    taken: &[Found],
    (first, last): (usize, usize),
    is_first: bool,
) -> Option<(usize, usize)> {
    // "shaam 5 baje | se 6 baje": the old hour beside the part of the day that the new one has, too.
    let group: Vec<&Found> = taken.iter().filter(|piece| first <= piece.from && piece.to <= last).collect();
    let alike = |piece: &Found| {
        is_first
            || group.iter().any(|other| {
                other.piece.clock().is_some() && piece.piece.clock().is_some() || other.piece.day().is_some() && piece.piece.day().is_some()
            })
    };
    let is_taken = |piece: &Found| taken.iter().any(|other| other.from == piece.from);
    found.iter().filter(|piece| !is_taken(piece) && alike(piece)).find_map(|piece| {
        let link = |a: usize, b: usize| {
            a <= b && b - a <= 1 && (a..b).all(|at| !sentence.tokens[at].is_text() && !is_mark(sentence, at, &[',', '،', ';']))
        };
        (link(last, piece.from) || link(piece.to, first)).then(|| (first.min(piece.from), last.max(piece.to)))
    })
}

/// A recurrence that ends: "every day until Friday", "daily for 3 weeks". It cannot be kept, and without its end it is another one.
fn bounded(sentence: &Sentence<'_>, found: &[Found], when: &When, first: usize, last: usize, to: usize) -> Option<(usize, usize)> {
    when.repeat?;
    let until_before = |at: usize| at > 0 && is_word(sentence, at - 1, &["until", "till", "til", "through", "thru"]);
    let day = found.iter().find(|piece| {
        let until = until_before(piece.from) || is_word(sentence, piece.to, &["tak", "تک"]);
        let weekdays = matches!(piece.piece, Piece::Repeat(_) | Piece::PartRepeat(..));
        until && piece.piece.day().is_some() && !weekdays
    });
    if let Some(day) = day {
        return Some((first.min(day.from - usize::from(until_before(day.from))), last.max(day.to)));
    }
    if last < to && is_word(sentence, last, &["for"]) {
        let (length, _) = super::spans::total(sentence, last + 1)?;
        let long = (last + 1..=last + length).any(|at| {
            matches!(
                unit(sentence, at),
                Some((
                    _,
                    Unit::Day | Unit::Week | Unit::Fortnight | Unit::Month | Unit::Quarter | Unit::Year
                ))
            )
        });
        return long.then_some((first, last + 1 + length));
    }
    None
}

/// What cannot be a moment by itself: a step from nothing, a zone without a time.
fn incomplete(taken: &[Found], when: &When) -> bool {
    let steps = when.step.is_some() && when.day.is_none() && when.clock.is_none() && when.part.is_none();
    let zone = when.zone.is_some() && when.clock.is_none() && when.part.is_none();
    // "in three weeks" with a day of its own.
    let both = when.ahead.is_some() && taken.iter().any(|piece| !matches!(piece.piece, Piece::Ahead(_)));
    steps || zone || both || matches!((when.day, when.clock), (Some(Day::Close), Some(_)) if taken.len() == 1)
}

/// The whole phrase around what was not understood: with "of ..." behind it, and the words of time before it.
pub(super) fn widened(sentence: &Sentence<'_>, mut first: usize, mut last: usize, from: usize, to: usize) -> Doubt {
    while first > from && !sentence.tokens[first].spaced {
        first -= 1;
    }
    while last < to && !sentence.tokens[last].spaced && sentence.tokens[last].is_text() {
        last += 1;
    }
    if is_word(sentence, last, &["of", "in"]) && last + 1 < to && sentence.tokens[last + 1].kind == Kind::Word {
        last += 2;
    }
    Doubt { from: first, to: last }
}
