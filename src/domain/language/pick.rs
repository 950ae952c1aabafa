//! The answer to "which one?": a number, "the second", "pehla wala", "dono".

use super::{
    detect,
    lexicon::{Plain, Sense},
    sentence::Sentence,
};
use crate::domain::locale::Script;

/// Which of the named tasks are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// By their numbers, counted from 1.
    Nth(Vec<usize>),
    /// The last one.
    Last,
    /// All of them.
    All,
    /// None of them.
    None,
}

/// Reads an answer that consists of nothing but a choice; `None` when it says something else.
pub fn pick(text: &str) -> Option<Pick> {
    let sentence = Sentence::new(text, detect(text) != Some(Script::En));
    let mut picked = Vec::new();
    let mut found = None;
    let mut at = 0;
    if sentence.tokens.len() > 24 {
        return None;
    }
    while at < sentence.tokens.len() {
        let token = &sentence.tokens[at];
        if !token.is_text() || (!token.spaced && matches!(token.plain.as_str(), "st" | "nd" | "rd" | "th")) {
            at += 1;
            continue;
        }
        let number = token.number().map(|n| (1, n)).or_else(|| {
            sentence.find(at, |s| match s {
                Sense::Ordinal(n) => Some(n),
                Sense::Number(n)
                    if !matches!(token.plain.as_str(), "a" | "an" | "one" | "no" | "dono" | "do" | "che" | "chai")
                        || sentence.tokens.len() == 1 =>
                {
                    Some(n)
                }
                _ => None,
            })
        });
        let kind = |kinds: &[Plain]| sentence.any(at, kinds);
        if let Some(length) = kind(&[Plain::Both]) {
            // "Delete all tasks" means more than those that were named.
            let every = sentence.is(at, Plain::All).is_some();
            let tasks = (0..sentence.len()).any(|place| sentence.is(place, Plain::Task).is_some());
            let orders =
                (0..sentence.len()).any(|place| sentence.any(place, &[Plain::Delete, Plain::Complete, Plain::Completed]).is_some());
            if every && tasks && orders {
                return None;
            }
            found = Some(Pick::All);
            at += length;
        } else if let Some(length) = kind(&[Plain::FinalOne]) {
            found = Some(Pick::Last);
            at += length;
        } else if let Some((length, n)) = number {
            picked.push(usize::try_from(n).ok()?);
            at += length;
        } else if let Some(length) = kind(&[Plain::No]) {
            found = Some(Pick::None);
            at += length;
        } else if let Some(length) = kind(&[
            Plain::Wala,
            Plain::Polite,
            Plain::Filler,
            Plain::Particle,
            Plain::Task,
            Plain::And,
            Plain::It,
            Plain::Link,
            Plain::Request,
            Plain::Stem,
            Plain::English,
            Plain::Delete,
            Plain::Complete,
            Plain::Completed,
            Plain::Yes,
            Plain::Copula,
            Plain::Done,
            Plain::Past,
        ]) {
            at += length;
        } else if matches!(token.plain.as_str(), "number" | "no" | "nambar" | "نمبر" | "option") {
            at += 1;
        } else {
            return None;
        }
    }
    if picked.is_empty() { found } else { Some(Pick::Nth(picked)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices() {
        for (text, expected) in [
            ("1", Some(Pick::Nth(vec![1]))),
            ("۲", Some(Pick::Nth(vec![2]))),
            ("the second one", Some(Pick::Nth(vec![2]))),
            ("2nd", Some(Pick::Nth(vec![2]))),
            ("number 3 please", Some(Pick::Nth(vec![3]))),
            ("1 and 3", Some(Pick::Nth(vec![1, 3]))),
            ("pehla wala", Some(Pick::Nth(vec![1]))),
            ("doosra", Some(Pick::Nth(vec![2]))),
            ("دوسرا والا", Some(Pick::Nth(vec![2]))),
            ("پہلا", Some(Pick::Nth(vec![1]))),
            ("dono", Some(Pick::All)),
            ("دونوں", Some(Pick::All)),
            ("both", Some(Pick::All)),
            ("the last one", Some(Pick::Last)),
            ("aakhri wala", Some(Pick::Last)),
            ("neither", Some(Pick::None)),
            ("koi nahi", Some(Pick::None)),
            ("all of them", Some(Pick::All)),
            ("delete all tasks", None),
            ("complete all my tasks", None),
            ("sab kaam mita do", None),
            ("سب کام مٹا دو", None),
            ("plumber", None),
            ("add milk", None),
        ] {
            assert_eq!(pick(text), expected, "{text}");
        }
    }
}
