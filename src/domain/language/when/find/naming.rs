//! Days and times that name a thing: "send the Monday report on Tuesday" is to be done on Tuesday, "kal ki meeting ki report parson tak" the day
//! after, and "the 3 o'clock meeting notes tomorrow" at no special time.

use super::{
    Found, Piece,
    numbers::{is_mark, is_word},
};
use crate::domain::language::{lexicon::Plain, sentence::Sentence, when::Day};

/// Words by which an English sentence says when something is to be done.
const LEADS: [&str; 6] = ["on", "by", "before", "due", "till", "until"];
/// Words that go on behind a day, and are no thing that it names.
const GOES_ON: [&str; 16] = [
    "about", "at", "with", "to", "from", "in", "into", "of", "as", "if", "that", "when", "because", "is", "are", "not",
];
/// Words that make a day the owner of what follows.
const OWNS: [&str; 6] = ["ka", "ki", "ke", "کا", "کی", "کے"];
/// Words by which an Urdu sentence says when something is to be done.
const TRAILS: [&str; 4] = ["ko", "tak", "کو", "تک"];
/// Kinds of words that go on, too.
const KNOWN: [Plain; 6] = [Plain::Before, Plain::After, Plain::And, Plain::Copula, Plain::Must, Plain::Later];
/// Words before an hour by which it belongs to the thing behind it.
const ARTICLES: [&str; 11] = ["the", "a", "an", "my", "our", "your", "his", "her", "their", "this", "that"];
/// Words by which a sentence says at what time something is to be done.
const AT: [&str; 8] = ["at", "by", "before", "till", "until", "around", "about", "after"];

/// Whether a word says, before a day, that something is to be done then.
pub(super) fn leads(sentence: &Sentence<'_>, at: usize) -> bool {
    is_word(sentence, at, &LEADS)
}

/// Whether a word says so behind a day.
pub(super) fn trails(sentence: &Sentence<'_>, at: usize) -> bool {
    is_word(sentence, at, &TRAILS)
}

/// Whether a word makes a day the owner of what follows.
pub(super) fn owns(sentence: &Sentence<'_>, at: usize) -> bool {
    is_word(sentence, at, &OWNS)
}

/// Whether a word behind a day can be a thing that the day names.
pub(super) fn is_thing(sentence: &Sentence<'_>, at: usize) -> bool {
    !is_word(sentence, at, &GOES_ON) && !leads(sentence, at) && sentence.any(at, &KNOWN).is_none()
}

/// Takes away the days that name a thing, where a later day says when it is to be done, and the times that name one.
pub(super) fn leave_out(sentence: &mut Sentence<'_>, found: &mut Vec<Found>, from: usize, to: usize) {
    for at in (0..found.len()).rev() {
        if names_a_thing(sentence, found, at, from, to) || is_of_a_thing(sentence, found, at, from, to) {
            let piece = found.remove(at);
            sentence.forget(piece.from, piece.to);
        }
    }
}

fn names_a_thing(sentence: &Sentence<'_>, found: &[Found], at: usize, from: usize, to: usize) -> bool {
    let is_day = |piece: &Found| matches!(piece.piece, Piece::Day(_) | Piece::DayClock(..) | Piece::DayPart(..));
    let led = |piece: &Found| piece.from > from && leads(sentence, piece.from - 1);
    let trailed = |piece: &Found| trails(sentence, piece.to);
    let piece = &found[at];
    let later: Vec<&Found> = found[at + 1..].iter().filter(|later| is_day(later)).collect();
    if !is_day(piece) || led(piece) || later.is_empty() || piece.to >= to {
        return false;
    }
    // "kal ke sab kaam jumme ko" are those that are due tomorrow.
    let of_tasks = sentence.any(piece.to + 1, &[Plain::All, Plain::Task]).is_some();
    let owns = owns(sentence, piece.to) && !of_tasks && sentence.tokens.get(piece.to + 1).is_some_and(|token| token.is_text());
    let begins = |at: usize| found.iter().any(|other| other.from == at);
    let follows = |at: usize| {
        sentence
            .tokens
            .get(at)
            .is_some_and(|token| token.is_text() && token.number().is_none())
    };
    // "tomorrow meet Ali on ..." says when.
    let is_named = !matches!(piece.piece.day(), Some(Day::Offset(_) | Day::Either(_)));
    let noun = is_named && follows(piece.to) && !begins(piece.to) && is_thing(sentence, piece.to);
    // Something stands between the two: "Monday, on 7 December" is one day.
    let apart = |later: &&Found| (piece.to..later.from).filter(|at| sentence.tokens[*at].is_text()).count() > usize::from(led(later));
    match (owns, noun) {
        (true, _) => later.iter().any(|later| later.from > piece.to + 1),
        (false, true) => later.iter().filter(|later| apart(later)).any(|later| led(later) || trailed(later)),
        (false, false) => false,
    }
}

/// Whether a time belongs to the thing behind it: "the 5pm slot", "5 baje ki meeting ke notes", "milk and 3 am energy bars"; or "8am flight"
/// where another time says when.
fn is_of_a_thing(sentence: &Sentence<'_>, found: &[Found], at: usize, from: usize, to: usize) -> bool {
    let piece = &found[at];
    if !matches!(piece.piece, Piece::Clock(_)) || piece.to >= to {
        return false;
    }
    let led = |piece: &Found| {
        let before = piece.from.checked_sub(1).filter(|before| *before >= from);
        before.is_some_and(|before| is_word(sentence, before, &AT) || is_mark(sentence, before, &['@']))
            || is_word(sentence, piece.to, &["par", "pe", "tak", "ko", "پر", "تک", "کو"])
    };
    let noun = |place: usize| {
        place < to
            && sentence.tokens[place].is_text()
            && sentence.tokens[place].number().is_none()
            && !found.iter().any(|other| other.from <= place && place < other.to)
            && !is_word(sentence, place, &GOES_ON)
            && !is_word(sentence, place, &["for", "till", "until", "by", "on", "or"])
            && sentence.any(place, &KNOWN).is_none()
    };
    let others = || {
        found
            .iter()
            .enumerate()
            .filter(|(place, other)| *place != at && other.piece.clock().is_some())
    };
    let elsewhere = others().any(|(_, other)| led(other));
    // Urdu: the thing stands behind "ka", and what is to be done with it behind another one.
    if owns(sentence, piece.to) && noun(piece.to + 1) {
        let again = (piece.to + 2..to.min(piece.to + 5)).any(|place| owns(sentence, place) && noun(place + 1));
        return again || others().next().is_some();
    }
    if sentence.roman || led(piece) || !noun(piece.to) {
        return false;
    }
    let before = piece.from.checked_sub(1).filter(|before| *before >= from);
    let owned = before.is_some_and(|before| is_word(sentence, before, &ARTICLES));
    let and = before.filter(|before| sentence.word_is(*before, Plain::And));
    // "at 9am and 5pm take pills" names two times.
    let listed = and.is_some_and(|and| others().any(|(_, other)| other.to == and));
    let deed = sentence.word_is(piece.to, Plain::Verb);
    owned || !listed && (elsewhere || and.is_some() && !deed)
}
