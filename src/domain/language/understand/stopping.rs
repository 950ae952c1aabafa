//! A task that is to come back no more: "stop repeating the gym", "gym dobara nahi", "جم دہرانا بند کرو".

use super::Reading;
use crate::domain::language::{Change, Intent, Target, lexicon::Plain, normal, sentence::Sentence, when::Which};

/// To come back, said of a task.
const REPEAT: &[&str] = &[
    "repeat",
    "repeating",
    "repeats",
    "repetition",
    "recurring",
    "recur",
    "recurrence",
    "dohrana",
    "duhrana",
    "dohraana",
    "dohrao",
    "dohraen",
    "dohraein",
    "duhrao",
    "dohrai",
    "takrar",
    "دہرانا",
    "دہراؤ",
    "دہراو",
    "دہرائیں",
    "دہرائی",
    "دہرا",
    "تکرار",
];
/// "Again", which says so only with a negation right behind it.
const AGAIN: &[&str] = &["dobara", "dubara", "dobaara", "دوبارہ"];
/// Before "repeating".
const STOP_BEFORE: &[&str] = &["stop", "dont", "not", "never", "longer", "no", "quit", "mat", "مت"];
/// Before "the repetition of"; "cancel the recurring payment" is another thing.
const TAKE_AWAY: &[&str] = &["remove", "cancel", "end", "delete", "clear"];
const THING: &[&str] = &["repeat", "repetition", "recurrence", "repeating"];
/// Behind "dohrana", "repeat".
const STOP_BEHIND: &[&str] = &[
    "band", "bnd", "bund", "khatam", "khatm", "mat", "na", "nahi", "nahin", "nai", "nhi", "rok", "roko", "off", "بند", "ختم", "مت", "نہ",
    "نہیں", "روک", "روکو",
];
/// Says nothing about which task it is.
const BESIDE: &[&str] = &[
    "the",
    "of",
    "from",
    "for",
    "on",
    "being",
    "to",
    "please",
    "anymore",
    "any",
    "more",
    "now",
    "should",
    "must",
    "does",
    "do",
    "make",
    "let",
    "it",
    "off",
    "turn",
    "i",
    "want",
    "you",
    "so",
    "that",
    "ab",
    "aab",
    "kar",
    "kr",
    "karo",
    "kro",
    "karna",
    "krna",
    "karein",
    "karen",
    "krein",
    "karain",
    "dein",
    "dain",
    "den",
    "dijiye",
    "ka",
    "ki",
    "ke",
    "ko",
    "wala",
    "wali",
    "hona",
    "ho",
    "chahiye",
    "chahye",
    "kardo",
    "krdo",
    "jaye",
    "aaye",
    "aye",
    "se",
    "hai",
    "اب",
    "کر",
    "کرو",
    "کریں",
    "کرنا",
    "دو",
    "دیں",
    "دیجیے",
    "کا",
    "کی",
    "کے",
    "کو",
    "والا",
    "والی",
    "ہونا",
    "ہو",
    "چاہیے",
    "جائے",
    "آئے",
    "سے",
    "ہے",
];
/// The farthest that the two words stand apart.
const APART: usize = 3;

/// The places of the words that say so.
fn said(sentence: &Sentence<'_>, from: usize, to: usize) -> Option<(usize, usize)> {
    let is = |at: usize, words: &[&str]| {
        let token = sentence.tokens.get(at);
        token.is_some_and(|token| words.iter().any(|word| normal::is_plain(word, &token.plain)))
    };
    (from..to).find_map(|at| {
        if is(at, AGAIN) {
            let negation = at + 1;
            let is_all = is(negation, STOP_BEHIND) && (negation + 1..to).all(|rest| is(rest, BESIDE) || !sentence.tokens[rest].is_text());
            return is_all.then_some((at, negation));
        }
        if !is(at, REPEAT) {
            return None;
        }
        let before = (at.saturating_sub(APART).max(from)..at)
            .rev()
            .find(|place| is(*place, STOP_BEFORE) || (is(at, THING) && is(*place, TAKE_AWAY)));
        let behind = || (at + 1..to.min(at + 1 + APART)).find(|place| is(*place, STOP_BEHIND));
        before.or_else(behind).map(|place| (at, place))
    })
}

/// Whether a sentence says so.
pub(super) fn is_said(sentence: &Sentence<'_>) -> bool {
    said(sentence, 0, sentence.tokens.len()).is_some()
}

/// The task that is to come back no more.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    reading.first_of(&[stopped])
}

fn stopped(reading: &mut Reading<'_>) -> Option<Intent> {
    let (from, to) = (reading.from, reading.to);
    let (repeat, stop) = said(&reading.sentence, from, to)?;
    // "Remind me to cancel ...", "gym repeat nahi karna tha?"
    let is_other = (from..to).any(|at| {
        at < repeat.min(stop) && reading.sentence.any(at, &[Plain::Add, Plain::Must]).is_some() && !reading.is_word(at, &["should", "must"])
    });
    if is_other || reading.asks() {
        return None;
    }
    for at in [repeat, stop] {
        reading.sentence.take(at, 1);
    }
    let pointed = (from..to).any(|at| reading.sentence.is(at, Plain::It).is_some());
    for at in from..to {
        if reading.is_word(at, BESIDE) {
            reading.sentence.take(at, 1);
        }
    }
    // "stop repeating the gym every day"
    reading.take_when(Which::First);
    reading.drop_all(&[Plain::Polite, Plain::Self_]);
    let target = reading.target();
    // Without a name it is the task just spoken of.
    let target = Target {
        it: pointed || (target.words.is_empty() && !target.all),
        ..target
    };
    let target = Target {
        it: target.it && target.words.is_empty(),
        ..target
    };
    let change = Change {
        stop_repeat: true,
        ..Change::default()
    };
    Some(Intent::Update(target, change))
}

#[cfg(test)]
mod tests {
    use super::super::{stops_repeating, understand};
    use crate::domain::language::Intent;

    fn now() -> chrono::NaiveDateTime {
        "2026-11-23T10:30:00".parse().unwrap()
    }

    #[test]
    fn a_task_comes_back_no_more() {
        for (text, name) in [
            ("stop repeating the gym", "gym"),
            ("stop repeating gym every day", "gym"),
            ("don't repeat the gym anymore", "gym"),
            ("gym should not repeat", "gym"),
            ("remove the repetition from gym", "gym"),
            ("stop repeating", ""),
            ("stop repeating it", ""),
            ("gym ka dohrana band karo", "gym"),
            ("gym ko repeat mat karo", "gym"),
            ("gym dobara nahi", "gym"),
            ("dobara nahi", ""),
            ("ab dohrana band kar do", ""),
            ("جم کو دہرانا بند کرو", "جم"),
            ("اب دہرانا بند کرو", ""),
            ("جم دوبارہ نہیں", "جم"),
            ("دوبارہ نہیں", ""),
        ] {
            match understand(text, now()).intent {
                Intent::Update(target, change) if change.stop_repeat => {
                    assert_eq!((target.words.concat().as_str(), target.it), (name, name.is_empty()), "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
            assert!(stops_repeating(text), "{text}");
        }
    }

    #[test]
    fn other_sentences_are_left_alone() {
        for text in [
            "remind me to cancel the recurring payment",
            "cancel the recurring payment",
            "doodh dobara lana hai",
            "gym har roz repeat karo",
            "repeat the order tomorrow",
            "every day",
            "rozana",
            "sabaq dohrana hai",
        ] {
            let stops = matches!(understand(text, now()).intent, Intent::Update(_, change) if change.stop_repeat);
            assert!(!stops, "{text}");
        }
    }
}
