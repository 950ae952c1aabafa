//! Words in the middle of a phrase that are none of it, and so make another phrase of it: "next | blorf | week".

use super::{
    Which,
    account::{Doubt, widened},
    calendar::range_mark,
    numbers::{is_mark, is_word},
};
use crate::domain::language::{
    lexicon::{Plain, Sense},
    sentence::Sentence,
    token::Kind,
    when::{Moment, zones},
};

/// A phrase in whose middle a word stands that is none of it: "next | blorf | week", "quarter | blorf | to 6pm". Without that word, the same
/// words would say another moment.
pub(super) fn find(sentence: &Sentence<'_>, taken: &[bool], (from, to): (usize, usize), now: Moment, which: Which) -> Option<Doubt> {
    let near = |at: usize| (at.saturating_sub(5)..to.min(at + 6)).any(|place| taken[place]);
    let candidates = (from + 1..to.saturating_sub(1)).filter(|at| {
        let token = &sentence.tokens[*at];
        // What was understood before is no part of this date.
        let fresh = |place: usize| taken[place] || !sentence.used[place];
        let all_fresh = (at - 1..=at + 1).all(fresh);
        !taken[*at] && all_fresh && token.kind == Kind::Word && near(*at) && says_time(sentence, at - 1) && says_time(sentence, at + 1)
    });
    for at in candidates.filter(|at| !is_counted(sentence, *at, from)).take(5) {
        let (start, end) = (from.max(at.saturating_sub(8)), to.min(at + 9));
        let mut whole = sentence.part(start, end, None);
        let mut shorter = sentence.part(start, end, Some(at));
        let with = super::read(&mut whole, 0, end - start, which, now, false);
        let without = super::read(&mut shorter, 0, end - start - 1, which, now, false);
        if without.is_empty() || with.due(now) == without.due(now) && with.repeat == without.repeat {
            continue;
        }
        let place = at - start;
        let first = (0..place).rev().take_while(|at| shorter.used[*at]).last().unwrap_or(place);
        let last = (place..end - start - 1)
            .take_while(|at| shorter.used[*at])
            .last()
            .map_or(place, |at| at + 1);
        return Some(widened(sentence, start + first, start + last + 1, from, to));
    }
    None
}

/// Words that do not stand in the middle of a date by mistake: orders, verbs, what is counted.
const KNOWN: &[Plain] = &[
    Plain::And,
    Plain::Measure,
    Plain::Request,
    Plain::Stem,
    Plain::Verb,
    Plain::Add,
    Plain::Show,
    Plain::Complete,
    Plain::Delete,
    Plain::Update,
    Plain::Move,
    Plain::Copula,
    Plain::Need,
    Plain::Done,
    Plain::Past,
    Plain::Must,
    Plain::Task,
    Plain::List,
    Plain::Self_,
    Plain::Polite,
    Plain::Will,
    Plain::Wala,
    Plain::Not,
    Plain::It,
    Plain::All,
    Plain::Instead,
];

/// "2 shirts this evening", "5 pages before 6pm", "Wednesday's tasks to Friday": the word in the middle is counted, or goes with what stands
/// before it.
fn is_counted(sentence: &Sentence<'_>, at: usize, from: usize) -> bool {
    let owns = is_word(sentence, at + 1, &["ka", "ki", "ke", "k", "کا", "کی", "کے"]);
    if sentence.any(at, KNOWN).is_some() || owns || is_word(sentence, at, &["or", "ya", "یا", "with", "for", "se", "سے", "ko", "کو"])
    {
        return true;
    }
    // "the quarterly report by Friday"
    if sentence
        .find(at - 1, |s| matches!(s, Sense::Repeat(_)).then_some(()))
        .is_some_and(|(length, ())| length == 1)
    {
        return true;
    }
    let owned = sentence.text[sentence.tokens[at - 1].start..sentence.tokens[at - 1].end].contains(['\'', '’']);
    let bare = sentence.tokens[at - 1].number().is_some() && !(at > from + 1 && is_word(sentence, at - 2, &["at"])) && {
        let dotted = at > from + 2 && is_mark(sentence, at - 2, &['.', ':', '/']);
        let named = is_word(sentence, at + 1, &["am", "pm", "p", "baje", "of", "tareekh", "بجے", "تاریخ"])
            || sentence.is(at + 1, Plain::OClock).is_some();
        let counts = sentence
            .find(at + 1, |s| {
                matches!(s, Sense::Unit(_) | Sense::Month(_) | Sense::Weekday(_) | Sense::ShortDay(_)).then_some(())
            })
            .is_some();
        let ranged = range_mark(sentence, at + 1).is_some() && (sentence.tokens.get(at + 2).is_some_and(|t| t.number().is_some()));
        let between = at > from + 1 && is_word(sentence, at - 2, &["from", "between"]);
        let year = sentence
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.plain.len() == 4 && t.number().is_some());
        !(dotted || named || counts || ranged || between || year)
    };
    owned || bare
}

/// Whether a word may be a part of a date.
pub(in crate::domain::language::when) fn says_time(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens[at].number().is_some()
        || sentence.used[at]
        || is_word(
            sentence,
            at,
            &[
                "the",
                "now",
                "st",
                "nd",
                "rd",
                "th",
                "final",
                "middle",
                "beginning",
                "start",
                "end",
                "early",
                "p",
                "se",
                "tareekh",
                "سے",
                "تاریخ",
            ],
        )
        || zones::is_abbreviation(sentence, at)
        || sentence
            .find(at, |s| {
                matches!(
                    s,
                    Sense::Number(_)
                        | Sense::Ordinal(_)
                        | Sense::Unit(_)
                        | Sense::Part(_)
                        | Sense::Weekday(_)
                        | Sense::ShortDay(_)
                        | Sense::Month(_)
                        | Sense::Day(_)
                        | Sense::Either(_)
                        | Sense::Halves(_)
                        | Sense::Quarters(_)
                        | Sense::Repeat(_)
                        | Sense::Holiday(..)
                        | Sense::Is(
                            Plain::Before
                                | Plain::Next
                                | Plain::This
                                | Plain::Last
                                | Plain::Every
                                | Plain::EveryOther
                                | Plain::In
                                | Plain::At
                                | Plain::ClockHalf
                                | Plain::ClockQuarter
                                | Plain::ClockLess
                                | Plain::ClockPast
                                | Plain::ClockTo
                                | Plain::ClockNoon
                                | Plain::Midnight
                                | Plain::EndOf
                                | Plain::StartOf
                                | Plain::MidOf
                                | Plain::DateOf
                                | Plain::Later
                                | Plain::FinalOne
                                | Plain::OClock
                                | Plain::Am
                                | Plain::Pm
                                | Plain::SpanAfter
                                | Plain::SpanBefore
                                | Plain::AndHalf
                                | Plain::And
                                | Plain::AfterNext
                        )
                )
                .then_some(())
            })
            .is_some()
}
