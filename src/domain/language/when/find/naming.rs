//! Days that name a thing: "send the Monday report on Tuesday" is to be done on Tuesday, and "kal ki meeting ki report parson tak" the day after.

use super::{Found, Piece, numbers::is_word};
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

/// Takes away the days that name a thing, where a later day says when it is to be done.
pub(super) fn leave_out(sentence: &mut Sentence<'_>, found: &mut Vec<Found>, from: usize, to: usize) {
    for at in (0..found.len()).rev() {
        if names_a_thing(sentence, found, at, from, to) {
            let piece = found.remove(at);
            sentence.forget(piece.from, piece.to);
        }
    }
}

fn names_a_thing(sentence: &Sentence<'_>, found: &[Found], at: usize, from: usize, to: usize) -> bool {
    let is_day = |piece: &Found| matches!(piece.piece, Piece::Day(_) | Piece::DayClock(..) | Piece::DayPart(..));
    let led = |piece: &Found| piece.from > from && is_word(sentence, piece.from - 1, &LEADS);
    let trailed = |piece: &Found| is_word(sentence, piece.to, &TRAILS);
    let piece = &found[at];
    let later: Vec<&Found> = found[at + 1..].iter().filter(|later| is_day(later)).collect();
    if !is_day(piece) || led(piece) || later.is_empty() || piece.to >= to {
        return false;
    }
    // "kal ke sab kaam jumme ko" are those that are due tomorrow.
    let of_tasks = sentence.any(piece.to + 1, &[Plain::All, Plain::Task]).is_some();
    let owns = is_word(sentence, piece.to, &OWNS) && !of_tasks && sentence.tokens.get(piece.to + 1).is_some_and(|token| token.is_text());
    let begins = |at: usize| found.iter().any(|other| other.from == at);
    let follows = |at: usize| {
        sentence
            .tokens
            .get(at)
            .is_some_and(|token| token.is_text() && token.number().is_none())
    };
    let known = [Plain::Before, Plain::After, Plain::And, Plain::Copula, Plain::Must, Plain::Later];
    // "tomorrow meet Ali on ..." says when.
    let is_named = !matches!(piece.piece.day(), Some(Day::Offset(_) | Day::Either(_)));
    let noun = is_named
        && follows(piece.to)
        && !begins(piece.to)
        && !is_word(sentence, piece.to, &GOES_ON)
        && !is_word(sentence, piece.to, &LEADS)
        && sentence.any(piece.to, &known).is_none();
    // Something stands between the two: "Monday, on 7 December" is one day.
    let apart = |later: &&Found| (piece.to..later.from).filter(|at| sentence.tokens[*at].is_text()).count() > usize::from(led(later));
    match (owns, noun) {
        (true, _) => later.iter().any(|later| later.from > piece.to + 1),
        (false, true) => later.iter().filter(|later| apart(later)).any(|later| led(later) || trailed(later)),
        (false, false) => false,
    }
}
