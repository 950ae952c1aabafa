//! Numbers in digits and words: 5, twenty-five, half, 1 1/2, three quarters, saarhe teen; and which of several: 2nd, twenty-first.

use crate::domain::language::{
    lexicon::{Plain, Sense},
    normal,
    sentence::Sentence,
    token::{Kind, Token},
};

/// A whole one, in the parts in which amounts are counted: halves, quarters, thirds and tenths are whole numbers of them.
pub(super) const ONE: i64 = 60;

/// Whether a token stands without a space behind the one before it.
pub(in crate::domain::language::when) fn is_glued(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens.get(at).is_some_and(|t| !t.spaced)
}

pub(in crate::domain::language::when) fn is_mark(sentence: &Sentence<'_>, at: usize, marks: &[char]) -> bool {
    sentence
        .tokens
        .get(at)
        .is_some_and(|t| matches!(t.kind, Kind::Mark(mark) if marks.contains(&mark)))
}

pub(in crate::domain::language::when) fn is_word(sentence: &Sentence<'_>, at: usize, words: &[&str]) -> bool {
    sentence
        .tokens
        .get(at)
        .is_some_and(|t| t.kind == Kind::Word && words.iter().any(|word| normal::is_plain(word, &t.plain)))
}

/// How many digits a number is written in; nothing for a word.
pub(in crate::domain::language::when) fn digits(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let token: &Token = sentence.tokens.get(at)?;
    (token.kind == Kind::Number).then_some(token.plain.len())
}

/// A whole number in digits or words, and how many tokens it takes.
pub(in crate::domain::language::when) fn number(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32)> {
    if let Some(value) = sentence.tokens.get(at)?.number() {
        return Some((1, value));
    }
    let word = |place: usize| sentence.find(place, |sense| if let Sense::Number(n) = sense { Some(n) } else { None });
    let (length, tens) = word(at)?;
    // "twenty five", "twenty-five"
    if matches!(tens, 20 | 30 | 40 | 50) {
        let hyphen = usize::from(is_mark(sentence, at + length, &['-']) && is_glued(sentence, at + length));
        if let Some((more, ones @ 1..=9)) =
            word(at + length + hyphen).filter(|_| !is_word(sentence, at + length + hyphen, &["a", "an", "few"]))
        {
            return Some((length + hyphen + more, tens + ones));
        }
    }
    Some((length, tens))
}

/// Which of several: 20th, twentieth, twenty-first. The ending of digits is one of the tokens.
pub(super) fn ordinal(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32)> {
    let word = |place: usize| sentence.find(place, |s| if let Sense::Ordinal(n) = s { Some(n) } else { None });
    if let Some(value) = sentence.tokens.get(at)?.number() {
        let ending = is_glued(sentence, at + 1) && is_word(sentence, at + 1, &["st", "nd", "rd", "th"]);
        return ending.then_some((2, value));
    }
    if let Some((length, tens @ (20 | 30))) = sentence.find(at, |s| if let Sense::Number(n) = s { Some(n) } else { None }) {
        let hyphen = usize::from(is_mark(sentence, at + length, &['-']) && is_glued(sentence, at + length));
        if let Some((more, ones @ 1..=9)) = word(at + length + hyphen) {
            return Some((length + hyphen + more, tens + ones));
        }
    }
    word(at)
}

/// A day of a month: 20, 20th, twentieth. `strict` wants an ending or a word that says which.
pub(super) fn nth(sentence: &Sentence<'_>, at: usize, strict: bool) -> Option<(usize, u32)> {
    if let Some(found) = ordinal(sentence, at) {
        return Some(found).filter(|(_, n)| (1..=31).contains(n));
    }
    let (length, n) = number(sentence, at).filter(|(_, n)| (1..=31).contains(n) && !strict)?;
    let small = is_word(sentence, at, &["a", "an", "one", "no", "do", "few"]);
    (!small).then_some((length, n))
}

/// An amount in parts of [`ONE`]: 2, 1.5, 1/2, 1 1/2, ½, half an, three quarters of an, two and a half, dedh, saarhe teen.
pub(super) fn amount(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    if let Some(found) = vulgar(sentence, at) {
        return Some(found);
    }
    let halves = sentence.find(at, |s| if let Sense::Halves(n) = s { Some(i64::from(n)) } else { None });
    if let Some((length, halves)) = halves.filter(|_| number(sentence, at).is_none()) {
        return Some((length, halves * ONE / 2));
    }
    if let Some(found) = in_quarters(sentence, at) {
        return Some(found);
    }
    // "saarhe teen ghante", "sawa do ghante", "paune do ghante"
    for (kind, more) in [(Plain::ClockHalf, 30), (Plain::ClockQuarter, 15), (Plain::ClockLess, -15)] {
        if let Some(length) = sentence
            .is(at, kind)
            .filter(|_| !sentence.tokens[at].plain.is_ascii() || sentence.roman)
            && let Some((digits, whole)) = number(sentence, at + length)
        {
            return Some((length + digits, i64::from(whole) * ONE + more));
        }
    }
    let (length, whole) = number(sentence, at)?;
    let whole = i64::from(whole).checked_mul(ONE)?;
    let end = at + length;
    // "1.5"
    if is_mark(sentence, end, &['.'])
        && is_glued(sentence, end)
        && is_glued(sentence, end + 1)
        && let (Some(places @ 1..=2), Some(value)) = (digits(sentence, end + 1), sentence.tokens[end + 1].number())
    {
        return Some((length + 2, whole + i64::from(value) * ONE / if places == 1 { 10 } else { 100 }));
    }
    // "1 1/2", "1½"
    if let Some((more, part)) = vulgar(sentence, end).filter(|(_, part)| *part < ONE) {
        return Some((length + more, whole + part));
    }
    if let Some(more) = sentence.is(end, Plain::AndHalf) {
        return Some((length + more, whole + ONE / 2));
    }
    Some((length, whole))
}

/// "1/2", "½".
fn vulgar(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    for (mark, part) in [('½', ONE / 2), ('¼', ONE / 4), ('¾', ONE * 3 / 4)] {
        if is_mark(sentence, at, &[mark]) {
            return Some((1, part));
        }
    }
    let above = sentence.tokens.get(at)?.number()?;
    let slash = is_mark(sentence, at + 1, &['/']) && is_glued(sentence, at + 1) && is_glued(sentence, at + 2);
    let below = sentence
        .tokens
        .get(at + 2)
        .filter(|_| slash)?
        .number()
        .filter(|n| (2..=6).contains(n))?;
    (above < below).then(|| (3, i64::from(above) * ONE / i64::from(below)))
}

/// "quarter of an", "three quarters of an", "three-quarters of an", "paun", "paune".
fn in_quarters(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    let quarters = |place: usize| sentence.find(place, |s| if let Sense::Quarters(n) = s { Some(i64::from(n)) } else { None });
    let (skip, times) = match number(sentence, at).filter(|(_, n)| (1..=3).contains(n)) {
        Some((length, n)) => {
            let hyphen = usize::from(is_mark(sentence, at + length, &['-']));
            (length + hyphen, i64::from(n))
        }
        None => (0, 1),
    };
    let counted = skip > 0;
    let place = at + skip;
    let (length, n) = if counted && is_word(sentence, place, &["quarters", "quarter"]) {
        (1, times)
    } else if counted {
        return None;
    } else {
        quarters(place)?
    };
    let of = usize::from(is_word(sentence, place + length, &["of"]));
    let an = usize::from(of > 0 && is_word(sentence, place + length + of, &["an", "a"]));
    Some((skip + length + of + an, n * ONE / 4))
}
