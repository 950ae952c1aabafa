//! Finds the task that a person means: by its words, whatever their spelling, inflection or script.

use super::{
    lexicon::{Plain, Sense, lexicon},
    sentence::divided,
    stems::{sounds, stem},
    token::{Kind, Token, tokens},
};

/// Words of a title or of a description that are compared.
const COMPARED: usize = 60;

/// How much of what the person said a title must hold.
const ENOUGH: f32 = 0.6;

/// From here on two words are taken for one.
pub(super) const ENOUGH_ALIKE: f32 = 0.7;

/// From here on they are the same word, as it is written, as it sounds, or in another language.
const SURELY_ALIKE: f32 = 0.9;

/// A word that is compared.
pub(super) struct Word {
    stem: String,
    sounds: String,
    /// Words of one meaning have one group.
    pub group: Option<usize>,
    /// How much it says about which task is meant.
    pub weight: f32,
    /// It names a person or a thing, as far as one knows.
    pub names: bool,
    /// It is written in digits.
    pub is_number: bool,
    /// It is a day, or a part of one.
    pub is_date: bool,
    /// It is a verb that means something: to call, to pay.
    pub is_deed: bool,
    /// It is a unit of time.
    pub is_unit: bool,
}

/// The titles that fit the words best, in their order: one place when the choice is clear, more when the person has to be asked.
pub fn find_matches(words: &str, titles: &[&str]) -> Vec<usize> {
    let asked = compared(words);
    let mut best = ENOUGH;
    let mut found: Vec<usize> = Vec::new();
    let wanted = key(words);
    let exact: Vec<usize> = (0..titles.len())
        .filter(|at| !wanted.is_empty() && key(titles[*at]) == wanted)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    if asked.is_empty() {
        return Vec::new();
    }
    // "buy milk" is "Buy milk and eggs" rather than "دودھ لانا", which says the same in other words.
    let mut literal: Vec<usize> = Vec::new();
    for (at, title) in titles.iter().enumerate() {
        let title = compared(title);
        let score = score(&asked, &title);
        if is_literal(&asked, &title) {
            literal.push(at);
        }
        if score > best + 0.01 {
            (best, found) = (score, vec![at]);
        } else if score >= best - 0.01 && score >= ENOUGH {
            found.push(at);
        }
    }
    if literal.is_empty() || literal.iter().any(|at| found.contains(at)) {
        return found;
    }
    if asked.len() < 2 {
        found.extend(literal);
        found.sort_unstable();
        return found;
    }
    literal
}

/// Whether a title has all of the words themselves.
fn is_literal(asked: &[Word], title: &[Word]) -> bool {
    asked.iter().all(|word| title.iter().any(|other| word.stem == other.stem))
}

/// All titles that have every word that says something, in their order; where there is none, those that fit best. For "find milk" that is
/// "doodh lena" and "buy milk, eggs and bread".
pub fn find_all(words: &str, titles: &[&str]) -> Vec<usize> {
    let asked = compared(words);
    let heavy = asked.iter().any(|word| word.weight >= 0.5);
    let all_alike = |enough: f32| -> Vec<usize> {
        let has_all = |title: &&str| {
            let title = compared(title);
            asked
                .iter()
                .filter(|word| !heavy || word.weight >= 0.5 || word.is_number)
                .all(|word| title.iter().any(|other| likeness(word, other) >= enough))
        };
        let all = (0..titles.len()).filter(|at| !asked.is_empty() && titles.get(*at).is_some_and(has_all));
        all.collect()
    };
    // "number" looks like "plumber", but not where there is a plumber.
    let mut all = all_alike(SURELY_ALIKE);
    if all.is_empty() {
        all = all_alike(ENOUGH_ALIKE);
    }
    // Another number is another thing.
    let numbered = |at: &usize| {
        let title = compared(titles[*at]);
        let has = |word: &Word| title.iter().any(|other| likeness(word, other) >= SURELY_ALIKE);
        asked.iter().filter(|word| word.is_number).all(has)
    };
    if all.is_empty() {
        all = find_matches(words, titles);
        all.retain(numbered);
    }
    all
}

/// All words of a text in one spelling, for equality.
fn key(text: &str) -> String {
    let words: Vec<String> = tokens(text)
        .into_iter()
        .flat_map(|t| if t.kind == Kind::Quote { tokens(&t.plain) } else { vec![t] })
        .filter(Token::is_text)
        .take(COMPARED)
        .map(|t| t.plain)
        .collect();
    words.join(" ")
}

/// The share of the asked weight that the title holds; a title that holds nothing else is better than one that holds more.
fn score(asked: &[Word], title: &[Word]) -> f32 {
    let total: f32 = asked.iter().map(|word| word.weight).sum();
    let mut hits = 0.0;
    let mut heavy = false;
    for word in asked {
        let near = title.iter().map(|other| likeness(word, other)).fold(0.0_f32, f32::max);
        if near >= ENOUGH_ALIKE {
            hits += near * word.weight;
            heavy |= word.weight >= 0.5;
        }
    }
    let only_light = asked.iter().all(|word| word.weight < 0.5);
    if total <= 0.0 || !(heavy || only_light) {
        return 0.0;
    }
    let whole = title
        .iter()
        .all(|other| asked.iter().any(|word| likeness(word, other) >= ENOUGH_ALIKE || other.weight < 0.3));
    hits / total + if whole && !only_light { 0.2 } else { 0.0 }
}

/// How much alike two words are, from 0 to 1.
pub(super) fn likeness(one: &Word, other: &Word) -> f32 {
    if one.stem == other.stem {
        return 1.0;
    }
    if one.group.is_some() && one.group == other.group {
        return 0.95;
    }
    if one.sounds.len() >= 3 && one.sounds == other.sounds {
        return 0.9;
    }
    let (a, b) = (one.stem.chars().count(), other.stem.chars().count());
    let longest = a.max(b);
    if longest >= 5 && a.abs_diff(b) <= 2 && longest <= 40 {
        let distance = distance(&one.stem, &other.stem);
        if distance == 1 || (distance == 2 && longest >= 7) {
            return 0.8;
        }
    }
    0.0
}

/// Edits from one word to the other; a swap of neighbours is one.
fn distance(one: &str, other: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The words of a text that say which task is meant.
pub(super) fn compared(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let all: Vec<Token> = tokens(text)
        .into_iter()
        .take(COMPARED)
        .flat_map(|t| if t.kind == Kind::Quote { tokens(&t.plain) } else { divided(t) })
        .collect();
    let texts: Vec<&Token> = all.iter().filter(|t| t.is_text()).take(COMPARED).collect();
    let urdu = texts
        .iter()
        .any(|token| lexicon().is_roman(token, &[Plain::Verb, Plain::Wala, Plain::Post]));
    for (place, token) in texts.iter().enumerate() {
        let mut senses = lexicon().senses(&[token], true);
        senses.extend(lexicon().senses(&[token], false));
        let is = |kinds: &[Plain]| senses.iter().any(|(_, s)| matches!(s, Sense::Is(p) if kinds.contains(p)));
        let verb = is(&[Plain::Verb, Plain::Past, Plain::Stem, Plain::Done, Plain::Copula]);
        // "pay" is "on" in Roman Urdu, and a verb in English.
        if is(&[Plain::Particle, Plain::OClock]) && !is(&[Plain::Verb, Plain::Past]) && texts.len() > 1 {
            continue;
        }
        let stem = stem(&token.plain);
        // "poori", "done" say how far the task is, not which one it is.
        let light = LIGHT.contains(&stem.as_str()) || is(&[Plain::Complete, Plain::Completed]);
        let group = lexicon().group(&stem);
        // "the report", "gym ki report": an English verb that does not begin is a noun.
        let noun = (place > 0 || urdu) && !is(&[Plain::Past, Plain::Stem, Plain::Done, Plain::Copula]) && lexicon().is_english_verb(token);
        let verb = verb && !noun;
        let weight = if light || token.kind == Kind::Number {
            0.1
        } else if verb && group.is_none() {
            0.4
        } else if verb {
            0.5
        } else {
            1.0
        };
        let known = |sense: &Sense| {
            let things = [
                Plain::Noun,
                Plain::Supply,
                Plain::NotInfinitive,
                Plain::File,
                Plain::Undo,
                Plain::UndoBeside,
                Plain::Reminds,
                Plain::Seeks,
                Plain::Opens,
                Plain::Sorts,
                Plain::Swaps,
                Plain::Sends,
                Plain::Merges,
                Plain::Pause,
            ];
            !matches!(sense, Sense::Is(plain) if things.contains(plain))
        };
        out.push(Word {
            is_number: token.kind == Kind::Number,
            is_deed: verb && group.is_some() && weight >= 0.5,
            is_unit: senses.iter().any(|(_, sense)| matches!(sense, Sense::Unit(_))),
            is_date: senses.iter().any(|(_, sense)| sense.is_date()),
            names: weight >= 1.0 && !senses.iter().any(|(_, sense)| known(sense)),
            sounds: sounds(&stem),
            group,
            stem,
            weight,
        });
    }
    out
}

/// Verbs that carry no meaning of their own: take, do, be, go, give.
const LIGHT: &[&str] = &[
    "le", "kar", "ho", "de", "ja", "la", "do", "get", "bui", "be", "chuk", "چک", "لے", "کر", "ہو", "دے", "جا", "لا", "ا",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_have_the_words_are_found_and_only_they() {
        let titles = [
            "doodh lena",
            "buy milk, eggs and bread",
            "Call plumber",
            "دودھ والے کو پیسے",
            "call the bank",
        ];
        for (words, found) in [
            ("milk", &[0, 1, 3][..]),
            ("doodh", &[0, 1, 3]),
            ("دودھ", &[0, 1, 3]),
            ("milk bread", &[1]),
            ("call", &[2, 4]),
            ("call plumber", &[2]),
            ("oranges", &[]),
            ("plumbr", &[2]),
            ("plumber 7", &[]),
        ] {
            assert_eq!(find_all(words, &titles), found, "{words}");
        }
    }

    #[test]
    fn the_one_that_is_meant() {
        for (words, titles, expected) in [
            ("doodh le liya", &["Doodh lena", "Bill bharna"][..], &[0][..]),
            ("dudh le lia", &["Doodh lena", "Bill bharna"], &[0]),
            ("sabzi le", &["Sabzi lana", "Ticket book karna"], &[0]),
            ("the email to Sana", &["Renew insurance", "Email Sana"], &[1]),
            ("call", &["Call bank", "Call plumber"], &[0, 1]),
            ("bought milk", &["Buy milk", "Buy bread"], &[0]),
            ("call the doctor", &["Call bank"], &[]),
            ("ٹکٹ", &["سبزی لانا", "ٹکٹ لینا"], &[1]),
            ("دودھ", &["Doodh lena", "Anday lena"], &[0]),
            ("milk", &["Doodh lena", "Anday lena"], &[0]),
            ("insurence", &["Renew insurance", "Email Sana"], &[0]),
            ("email", &["Email", "Email Sana"], &[0]),
            ("meeting", &["Team meeting", "Client meeting", "Gym"], &[0, 1]),
            ("", &["a"], &[]),
        ] {
            assert_eq!(find_matches(words, titles), expected, "{words}");
        }
    }
}
