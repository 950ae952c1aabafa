//! Hours of which the thing itself says in which half of the day they are: dinner at 8, fajr 5:15, "sehri kal 4:30 baje".

use super::Reading;
use crate::domain::language::{
    lexicon::{Part, Plain},
    when::When,
};

/// Words that may stand before the thing where it is what is to be done: "wake up for suhoor", "pray fajr".
const BEFORE: [&str; 18] = [
    "wake", "up", "for", "pray", "the", "at", "before", "after", "eat", "have", "get", "offer", "to", "namaz", "نماز", "alarm", "set",
    "make",
];
/// Words that may stand behind it there: "fajr ki namaz", "sehri ke liye uthna"; "sehri ka saman" is bought at any hour.
const BEHIND: [&str; 27] = [
    "prayer", "namaz", "salah", "salat", "azan", "adhan", "time", "alarm", "with", "at", "for", "and", "meeting", "liye", "baad", "bad",
    "pehle", "waqt", "uthna", "jagna", "karna", "نماز", "اذان", "لیے", "بعد", "پہلے", "وقت",
];

/// The date, in the part of the day in which such things are done.
pub(super) fn in_its_part(reading: &Reading<'_>, from: usize, to: usize, when: When) -> When {
    let Some(clock) = when.clock.filter(|clock| clock.pm.is_none() && when.part.is_none()) else {
        return when;
    };
    let is_late = (from..to).any(|at| reading.sentence.is(at, Plain::AtNight).is_some());
    let early = [(Plain::AtDawn, 1..=7), (Plain::AtMorning, 5..=11)];
    let is_early = early
        .into_iter()
        .any(|(kind, hours)| hours.contains(&clock.hour) && is_the_thing(reading, from, to, kind));
    let part = match (is_late, is_early) {
        (true, false) => Some(Part::Evening),
        (false, true) => Some(Part::Morning),
        _ => None,
    };
    When { part, ..when }
}

/// Whether a thing of this kind is what is to be done, and not what something is done for.
fn is_the_thing(reading: &Reading<'_>, from: usize, to: usize, kind: Plain) -> bool {
    let left = reading.sentence.left(from, to);
    let Some(place) = left.iter().position(|at| reading.sentence.is(*at, kind).is_some()) else {
        return false;
    };
    let length = reading.sentence.is(left[place], kind).unwrap_or(1);
    let joins = |at: usize| reading.is_word(at, &["ki", "ka", "ke", "k", "کی", "کا", "کے", "ko", "کو", "mein", "میں"]);
    let next = left[place..].iter().copied().find(|at| *at >= left[place] + length && !joins(*at));
    let behind = next.is_none_or(|at| reading.is_word(at, &BEHIND));
    behind && left[..place].iter().all(|at| reading.is_word(*at, &BEFORE))
}
