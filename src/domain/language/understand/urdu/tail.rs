//! The end of a sentence, where the verb is.

use crate::domain::language::{lexicon::Plain, sentence::Sentence, token::Kind, understand::Reading};

/// The end of the sentence, as far as it is verb.
#[derive(Default)]
pub(super) struct Tail {
    /// The obligation: the place of the infinitive or of the needed noun's end.
    pub duty: Option<usize>,
    /// The first word of the done verb.
    pub done: Option<usize>,
    /// A request ends the sentence.
    pub request: bool,
    /// hai, hain, hoga.
    pub copula: Option<usize>,
    /// lunga, karenge.
    pub will: bool,
    /// An infinitive ends the sentence.
    pub infinitive: Option<usize>,
}

/// Whether a word is the infinitive of a verb.
pub(in crate::domain::language::understand) fn is_infinitive(sentence: &Sentence<'_>, at: usize) -> bool {
    let Some(token) = sentence.tokens.get(at).filter(|t| t.kind == Kind::Word) else {
        return false;
    };
    if sentence.is(at, Plain::NotInfinitive).is_some() {
        return false;
    }
    if sentence.is(at, Plain::Verb).is_some() && !token.plain.is_ascii() || has_roman_verb(sentence, at) {
        return true;
    }
    let letters = token.plain.chars().count();
    let endings: &[&str] = if token.plain.is_ascii() {
        &["na", "ni", "ne", "nay", "ney", "naa"]
    } else {
        &["نا", "نی", "نے"]
    };
    letters >= 4
        && sentence.is(at, Plain::English).is_none()
        && sentence.is(at, Plain::Noun).is_none()
        && endings.iter().any(|ending| token.plain.ends_with(ending))
}

fn has_roman_verb(sentence: &Sentence<'_>, at: usize) -> bool {
    let token = &sentence.tokens[at];
    token.plain.is_ascii()
        && sentence.is(at, Plain::Verb).is_some()
        && ["na", "ni", "ne", "nay", "ney"].iter().any(|e| token.plain.ends_with(e))
}

/// "تاریخ کیا ہے" asks; "میں نے فون کیا ہے" tells, with somebody who did it.
pub(super) fn is_what(reading: &Reading<'_>, content: &[usize], at: usize) -> bool {
    let did = content.iter().any(|place| *place < at && reading.is_word(*place, &["نے"]));
    let of = content
        .iter()
        .rev()
        .filter(|place| **place < at)
        .nth(1)
        .is_some_and(|place| reading.is_word(*place, &["کا", "کی", "کے", "تمہارا", "تمہاری", "آپکا"]));
    reading.is_word(at, &["کیا"]) && of && !did
}

/// A phrase of a kind that ends at a place.
pub(super) fn ends(reading: &Reading<'_>, kind: Plain, last: usize) -> Option<usize> {
    reading.phrase_to(kind, reading.from, last)
}

pub(super) fn tail(reading: &Reading<'_>, content: &[usize]) -> Tail {
    let mut tail = Tail::default();
    let before = |at: usize| content.iter().rev().copied().find(|p| *p < at);
    let Some(&last) = content.last() else { return tail };
    let infinitive = |at: usize| is_infinitive(&reading.sentence, at);
    if let Some(need) = ends(reading, Plain::Need, last) {
        tail.duty = before(need).filter(|at| infinitive(*at) || !reading.sentence.word_is(last, Plain::Copula));
        if tail.duty.is_some() {
            return tail;
        }
    }
    if let Some(copula) = ends(reading, Plain::Copula, last) {
        tail.copula = Some(copula);
        if let Some(at) = before(copula) {
            if infinitive(at) {
                tail.duty = Some(at);
                return tail;
            }
            // "kaam kya hain" asks; only "kiya hai" tells.
            let asks = reading.is_word(last, &["hain", "hein", "hen", "haen", "ہیں"]) && reading.is_word(at, &["kya", "kia", "کیا"])
                || is_what(reading, content, at);
            tail.done = if asks { None } else { done(reading, content, at) };
        }
        if tail.done.is_some() {
            return tail;
        }
    }
    let word = reading.sentence.tokens[last].plain.as_str();
    let will = ["unga", "ungi", "oonga", "oongi", "enge", "engay", "enga"]
        .iter()
        .any(|end| word.len() > end.len() && word.ends_with(end))
        || ["ونگا", "ونگی", "ینگے"].iter().any(|end| word.ends_with(end));
    // "ho gai" is done, "karen ge" will be.
    let past = reading.sentence.word_is(last, Plain::Done) && before(last).is_some_and(|at| reading.sentence.word_is(at, Plain::Stem));
    tail.will = will || (reading.sentence.word_is(last, Plain::Will) && !past && content.len() > 2);
    if tail.will {
        return tail;
    }
    tail.request =
        ends(reading, Plain::Request, last).is_some() || ["iye", "iyega", "dijiye"].iter().any(|end| word.len() > 5 && word.ends_with(end));
    if tail.copula.is_none() && (!tail.request || reading.sentence.word_is(last, Plain::Done)) {
        tail.done = done(reading, content, last);
    }
    tail.infinitive = infinitive(last).then_some(last);
    tail
}

/// The place where the done verb that ends at `last` begins: "le | liya", "ho | gaya", "kharida".
fn done(reading: &Reading<'_>, content: &[usize], last: usize) -> Option<usize> {
    let sentence = &reading.sentence;
    let phrase = ends(reading, Plain::Past, last).or_else(|| ends(reading, Plain::Done, last));
    let start = phrase?;
    // "ki" and "kiya" alone are too weak without a noun before them.
    let mut first = start;
    for at in content.iter().rev().filter(|at| **at < start).take(2) {
        let light = sentence.word_is(*at, Plain::Stem)
            || sentence.word_is(*at, Plain::Done)
            || sentence.word_is(*at, Plain::Past)
            || sentence.word_is(*at, Plain::Complete);
        if !light {
            break;
        }
        first = *at;
    }
    Some(first)
}
