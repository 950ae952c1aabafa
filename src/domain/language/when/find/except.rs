//! Days of a week that are left out: "every day except Sunday", "itwar chhor kar roz", "weekdays except Friday".

use super::{
    every::weekdays,
    is_weekday,
    numbers::{is_mark, is_word},
    unit,
};
use crate::domain::{
    language::{
        lexicon::{Plain, Sense, Unit},
        sentence::Sentence,
    },
    repeat::{Frequency, Repeat, Weekdays},
};

/// The days that are left, and how many tokens say it.
pub(super) fn days(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Weekdays)> {
    let comma = |place: usize| usize::from(is_mark(sentence, place, &[',', '،', '(']));
    let (length, all, out) = if let Some((length, all)) = whole(sentence, at, to) {
        let start = length + comma(at + length);
        let (more, out) = left_out(sentence, at + start, to)?;
        let closes = usize::from(is_mark(sentence, at + start + more, &[')']) && comma(at + length) > 0);
        (start + more + closes, all, out)
    } else {
        let (length, out) = left_out(sentence, at, to)?;
        let start = length + comma(at + length);
        // "itwar ke ilawa baqi roz"
        let rest = usize::from(is_word(sentence, at + start, &["baqi", "baaqi", "baki", "باقی"]));
        let (more, all) = whole(sentence, at + start + rest, to)?;
        (start + rest + more, all, out)
    };
    let left = all
        .iter()
        .filter(|day| out.iter().all(|other| other != *day))
        .fold(Weekdays::default(), Weekdays::with);
    (!left.is_empty()).then_some((length, left))
}

/// "every day", "roz", "on weekdays", "sab din": the days from which some are left out.
fn whole(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Weekdays)> {
    let every_day = (0..7).fold(Weekdays::default(), Weekdays::with);
    let said = sentence.find(at, |sense| match sense {
        Sense::Repeat(repeat) if repeat == Repeat::every(Frequency::Daily) => Some(every_day),
        Sense::Repeat(repeat) if repeat.frequency == Frequency::Weekly && repeat.interval == 1 => {
            Some(repeat.days).filter(|days| days.len() > 1)
        }
        _ => None,
    });
    if said.is_some() {
        return said;
    }
    let each = sentence
        .is(at, Plain::Every)
        .or_else(|| is_word(sentence, at, &["sab", "saare", "sare", "tamam", "all", "سب", "سارے", "تمام"]).then_some(1))?;
    if let Some((more, found)) = unit(sentence, at + each) {
        return match found {
            Unit::Day => Some((each + more, every_day)),
            Unit::Workday => Some((each + more, Weekdays::WORKING)),
            _ => None,
        };
    }
    let (more, days) = weekdays(sentence, at + each, to)?;
    (days.len() > 1).then_some((each + more, days))
}

/// "except Sunday", "but not on Sundays", "siwaye itwar ke", "itwar ko chhor kar", "itwar ke ilawa".
fn left_out(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Weekdays)> {
    let on = |place: usize| usize::from(is_word(sentence, place, &["on", "for", "the"]));
    let but = || is_word(sentence, at, &["but", "not", "minus"]).then_some(1);
    if let Some(length) = sentence.is(at, Plain::Except).or_else(but) {
        let start = length + on(at + length);
        let (more, days) = named(sentence, at + start, to)?;
        let ke = usize::from(is_word(sentence, at + start + more, &["ke", "k", "کے"]));
        return Some((start + more + ke, days));
    }
    let (length, days) = named(sentence, at, to)?;
    let ko = usize::from(is_word(sentence, at + length, &["ko", "کو"]));
    let more = sentence.is(at + length + ko, Plain::Except)?;
    Some((length + ko + more, days))
}

/// The days that are named, or the weekend.
fn named(sentence: &Sentence<'_>, at: usize, to: usize) -> Option<(usize, Weekdays)> {
    let weekend = sentence
        .is(at, Plain::Weekend)
        .or_else(|| is_word(sentence, at, &["weekends"]).then_some(1));
    match weekend {
        Some(length) => Some((length, [5, 6].into_iter().fold(Weekdays::default(), Weekdays::with))),
        None => is_weekday(sentence, at).and_then(|_| weekdays(sentence, at, to)),
    }
}
