//! New names: "gym ka naam swimming rakh do", "dawat ki jagah walima", "lena ko badal kar ... kar do".

use super::tail::is_infinitive;
use crate::domain::language::{Change, Intent, lexicon::Plain, token::Kind, understand::Reading};

/// Words that join "change" to what follows: "badal kar", "change karke".
const JOINS: &[&str] = &["kar", "ke", "kr", "k", "kay", "karke", "krke", "کر", "کے", "کرکے"];

/// A new name for a task.
pub(super) fn renamed(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let find = |reading: &Reading<'_>, kind: Plain| content.iter().copied().find(|at| reading.sentence.is(*at, kind).is_some());
    let named = find(reading, Plain::Rename).or_else(|| find(reading, Plain::Instead));
    let changed = content
        .windows(2)
        .find(|pair| reading.sentence.is(pair[0], Plain::Update).is_some() && reading.is_word(pair[1], JOINS))
        .map(|pair| pair[0]);
    let (at, length) = match (named, changed) {
        (Some(at), _) => (at, reading.sentence.any(at, &[Plain::Rename, Plain::Instead])?),
        (None, Some(at)) => (at, 2),
        (None, None) => return None,
    };
    let (from, to) = (reading.from, reading.to);
    let used = reading.sentence.used.clone();
    reading.sentence.take(at, length);
    take_order(reading, content, at);
    let mut start = at + length;
    while start < to
        && (reading.sentence.is(start, Plain::Update).is_some() || reading.is_word(start, JOINS) || reading.is_word(start, &["ab", "اب"]))
    {
        reading.sentence.take(start, 1);
        start += 1;
    }
    let title = reading.words(start, to);
    reading.to = at;
    let dated = named.is_none() && {
        let days = crate::domain::language::when::spans(&reading.sentence, start, to);
        !days.is_empty()
    };
    let target = reading.target();
    // "date badal kar jumma kar do" changes no name.
    if title.is_none() || dated || (named.is_none() && target.words.is_empty() && !target.it) {
        reading.sentence.used = used;
        (reading.from, reading.to) = (from, to);
        return None;
    }
    Some(Intent::Update(
        target,
        Change {
            title,
            ..Change::default()
        },
    ))
}

/// "doodh lena ko dahi lena kar do": one deed instead of another.
pub(super) fn replaced(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let ko = content.iter().copied().find(|at| reading.is_word(*at, &["ko", "کو"]))?;
    let verb = content
        .iter()
        .rev()
        .copied()
        .find(|at| *at > ko && is_infinitive(&reading.sentence, *at))?;
    if ko <= *content.first()? || !is_infinitive(&reading.sentence, ko - 1) {
        return None;
    }
    let title = reading.words(ko + 1, verb + 1)?;
    reading.to = ko;
    Some(Intent::Update(
        reading.target(),
        Change {
            title: Some(title),
            ..Change::default()
        },
    ))
}

/// Takes the order at the end away, back to the first word that is none of it.
fn take_order(reading: &mut Reading<'_>, content: &[usize], after: usize) {
    for at in content.iter().rev().copied().filter(|at| *at > after) {
        let order = [Plain::Request, Plain::Stem, Plain::Add, Plain::Update, Plain::Polite, Plain::Copula];
        let ends = reading.sentence.tokens[at].kind != Kind::Quote && !is_infinitive(&reading.sentence, at);
        if !ends || reading.sentence.any(at, &order).is_none() {
            break;
        }
        reading.sentence.take(at, 1);
    }
}
