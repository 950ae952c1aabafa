//! Recurrences that no task can have: several times a day, every few hours, three times a week. They are named, and nothing is made of them.

use super::{
    calendar::range_mark,
    every,
    numbers::{is_word, number},
    unit,
};
use crate::domain::{
    language::{
        lexicon::{Plain, Sense, Unit},
        sentence::Sentence,
    },
    repeat::Frequency,
};

const TIMES: [&str; 11] = [
    "times",
    "time",
    "baar",
    "bar",
    "dafa",
    "daffa",
    "martaba",
    "bari",
    "بار",
    "دفعہ",
    "مرتبہ",
];

/// Where such recurrences stand.
pub(super) fn find(sentence: &Sentence<'_>, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = from;
    while at < to {
        match length(sentence, at).filter(|length| at + length <= to) {
            Some(length) => {
                out.push((at, at + length));
                at += length;
            }
            None => at += 1,
        }
    }
    out
}

fn length(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    if sentence.used[at] {
        return None;
    }
    // "every 8 hours", "har ghante", "har do ghante baad", "every other hour"
    if let Some(each) = sentence.any(at, &[Plain::EveryOther, Plain::Every]) {
        // "every 4-6 hours"
        let range = number(sentence, at + each).map_or(0, |(length, _)| {
            range_mark(sentence, at + each + length).map_or(0, |mark| length + mark)
        });
        let counted = super::spans::span(sentence, at + each + range).map(|(length, _, unit)| (range + length, unit));
        if let Some((length, _)) = counted
            .or_else(|| unit(sentence, at + each))
            .filter(|(_, unit)| matches!(unit, Unit::Hour | Unit::Minute) || *unit == Unit::Second && counted.is_some())
        {
            let end = at + each + length;
            let ke = usize::from(is_word(sentence, end, &["ke", "k", "کے"]));
            let later = usize::from(is_word(sentence, end + ke, &["baad", "bad", "بعد"]));
            return Some(each + length + later + if later > 0 { ke } else { 0 });
        }
    }
    // Twice a month, or every two months? Twice a year cannot be kept.
    if is_word(
        sentence,
        at,
        &[
            "hourly",
            "bimonthly",
            "semimonthly",
            "semiweekly",
            "biannual",
            "biannually",
            "semiannual",
            "semiannually",
        ],
    ) {
        return Some(1);
    }
    let weeks = sentence
        .find(at + 2, |s| {
            matches!(s, Sense::Repeat(r) if r.frequency == Frequency::Weekly).then_some(())
        })
        .is_some();
    if let Some(length) = every::prefixed(sentence, at).filter(|_| !(weeks && is_word(sentence, at, &["bi"]))) {
        return Some(length);
    }
    let period = |place: usize| {
        unit(sentence, place).filter(|(_, unit)| matches!(unit, Unit::Hour | Unit::Day | Unit::Week | Unit::Month | Unit::Year))
    };
    let repeated = |place: usize| sentence.find(place, |s| matches!(s, Sense::Repeat(_)).then_some(())).is_some();
    // "din mein do baar", "hafte mein 3 dafa"
    if let Some((length, _)) = period(at)
        && is_word(sentence, at + length, &["mein", "me", "main", "میں"])
        && let Some(more) = several(sentence, at + length + 1)
    {
        return Some(length + 1 + more);
    }
    // "twice a day", "3 times per week"; of "do baar roz" and "twice daily" the day is understood.
    let length = several(sentence, at)?;
    let beside = repeated(at + length) || at > 0 && repeated(at - 1);
    if beside {
        return Some(length);
    }
    let per = usize::from(is_word(sentence, at + length, &["a", "an", "per", "each", "in"]));
    let a = usize::from(per > 0 && is_word(sentence, at + length + per, &["a", "an", "the"]));
    let (more, _) = period(at + length + per + a).filter(|_| per > 0)?;
    Some(length + per + a + more)
}

/// "twice", "3 times", "do baar": more often than once.
fn several(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    if is_word(sentence, at, &["twice", "thrice"]) {
        return Some(1);
    }
    let (length, _) = number(sentence, at).filter(|(_, n)| *n > 1)?;
    is_word(sentence, at + length, &TIMES).then_some(length + 1)
}
