//! Which language and script a message is written in.

use super::{
    lexicon::{Plain, lexicon},
    normal,
    pick::pick,
    token::{Kind, Token, tokens},
};
use crate::domain::locale::Script;

/// Words that are weighed; a longer message is judged by its beginning.
const WEIGHED: usize = 400;

/// Words that make a sentence in Urdu.
const VERBS: &[Plain] = &[Plain::Show, Plain::Request, Plain::Copula, Plain::Done, Plain::Need];

/// The language of a message by the way it is written; `None` when it has no letters.
pub fn detect(text: &str) -> Option<Script> {
    let (mut urdu, mut latin) = (0_usize, 0_usize);
    for character in text.chars() {
        if normal::is_urdu_letter(character) {
            urdu += 1;
        } else if character.is_alphabetic() {
            latin += 1;
        }
    }
    if urdu == 0 && latin == 0 {
        return None;
    }
    if urdu >= latin {
        return Some(Script::Ur);
    }
    let (roman, english) = weights(text);
    let is_roman = roman > english || (roman == english && roman >= 2);
    Some(if is_roman { Script::UrLatn } else { Script::En })
}

/// How much the Latin words of a text speak for Roman Urdu and for English.
fn weights(text: &str) -> (u32, u32) {
    let (mut roman, mut english) = (0, 0);
    let all = tokens(text);
    let words: Vec<_> = all.iter().filter(|t| t.kind == Kind::Word).take(WEIGHED).collect();
    for (at, token) in words.iter().enumerate() {
        let (r, e) = lexicon().weight(token);
        let (more_roman, more_english) = lexicon().phrase_weight(&words[at..]);
        (roman, english) = (roman + r + more_roman, english + e + more_english);
    }
    // A verb of Urdu makes an Urdu sentence of English words: "pending tasks dikhao please", "gym time change karo 7 am".
    let verb = |token: &Token| lexicon().weight(token).0 >= 2 && lexicon().is_roman(token, VERBS);
    if words.iter().any(|token| verb(token)) {
        roman += 2;
    }
    (roman, english)
}

/// The language of a message in a conversation: where no word of it says which ("Ali", "ok", "2"), the habit decides.
pub fn detect_in(text: &str, habit: Option<Script>) -> Option<Script> {
    let detected = detect(text);
    let says = match detected {
        Some(Script::Ur) => true,
        Some(Script::En | Script::UrLatn) => weights(text) != (0, 0) && pick(text).is_none(),
        None => false,
    };
    if says { detected } else { habit.or(detected) }
}

/// Whether an answer is in the language and script it should be in. Names, quoted titles, bold titles and code may be in any; a text that has
/// nothing else is right in every script.
pub fn is_in(text: &str, script: Script) -> bool {
    let text = without_citations(text);
    let (mut urdu, mut latin) = (0_usize, 0_usize);
    for token in tokens(&text).iter().filter(|t| t.kind == Kind::Word) {
        match token.plain.chars().next() {
            Some(letter) if normal::is_urdu_letter(letter) => urdu += 1,
            Some(_) => latin += 1,
            None => {}
        }
    }
    if urdu + latin == 0 {
        return true;
    }
    match script {
        Script::Ur => urdu >= latin,
        _ if urdu > latin => false,
        Script::En => {
            let (roman, english) = weights(&text);
            roman < 3 || english >= roman
        }
        Script::UrLatn => {
            let (roman, english) = weights(&text);
            english < 4 || roman * 3 >= english * 2
        }
    }
}

/// A text without what it cites: code, quotes, bold titles, addresses.
fn without_citations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(first) = rest.chars().next() {
        for (open, close) in [
            ("```", "```"),
            ("`", "`"),
            ("**", "**"),
            ("\"", "\""),
            ("“", "”"),
            ("«", "»"),
            ("‘", "’"),
        ] {
            if let Some(inner) = rest.strip_prefix(open)
                && let Some(end) = inner.find(close).filter(|end| open == "```" || !inner[..*end].contains('\n'))
            {
                out.push(' ');
                rest = &inner[end + close.len()..];
                continue 'text;
            }
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_the_wrong_script_is_seen() {
        for (text, script, right) in [
            ("Added **دودھ لینا** — Tuesday, 24 November 2026.", Script::En, true),
            ("Theek hai, shamil kar liya: **buy milk**.", Script::UrLatn, true),
            ("Theek hai, shamil kar liya: **buy milk**.", Script::En, false),
            ("ٹھیک ہے، شامل کر لیا: **Buy milk**۔", Script::Ur, true),
            ("ٹھیک ہے، شامل کر لیا۔", Script::UrLatn, false),
            ("ٹھیک ہے، شامل کر لیا۔", Script::En, false),
            ("I have added the task to your list.", Script::Ur, false),
            ("I have added the task to your list for tomorrow.", Script::UrLatn, false),
            ("Aap ki Zoom meeting kal subah 9 baje hai.", Script::UrLatn, true),
            ("Aap ki Zoom meeting kal subah 9 baje hai.", Script::En, false),
            ("آپ کی Zoom meeting کل صبح ہے۔", Script::Ur, true),
            ("Your meeting with Ammi is on Friday.", Script::En, true),
            ("Say \"doodh le liya\" when it is done.", Script::En, true),
            ("```\nلکھو\n```", Script::En, true),
            ("**بینک**", Script::En, true),
            ("42", Script::Ur, true),
            ("**unclosed `and \"open", Script::En, true),
        ] {
            assert_eq!(is_in(text, script), right, "{text} {script:?}");
        }
    }

    #[test]
    fn the_habit_decides_where_no_word_does() {
        for (text, habit, script) in [
            ("Zoom", Some(Script::Ur), Some(Script::Ur)),
            ("2", Some(Script::UrLatn), Some(Script::UrLatn)),
            ("2", None, None),
            ("doodh le liya", Some(Script::En), Some(Script::UrLatn)),
            ("show my tasks", Some(Script::Ur), Some(Script::En)),
            ("دودھ", Some(Script::En), Some(Script::Ur)),
        ] {
            assert_eq!(detect_in(text, habit), script, "{text}");
        }
    }

    #[test]
    fn the_dominant_language_wins() {
        for (text, script) in [
            ("ok", Some(Script::En)),
            ("add milk", Some(Script::En)),
            ("remind me to call Ammi kal", Some(Script::En)),
            ("he is at the bank", Some(Script::En)),
            ("what's on my plate tomorrow?", Some(Script::En)),
            ("theek hai", Some(Script::UrLatn)),
            ("haan", Some(Script::UrLatn)),
            ("doodh le liya", Some(Script::UrLatn)),
            ("meeting reschedule kar do Monday ko", Some(Script::UrLatn)),
            ("list mein anday aur double roti daal do", Some(Script::UrLatn)),
            ("mjhe kall bank jana h", Some(Script::UrLatn)),
            ("please meeting cancel kar do", Some(Script::UrLatn)),
            ("task delete karo", Some(Script::UrLatn)),
            ("ٹھیک ہے", Some(Script::Ur)),
            ("مجھے Zoom پر میٹنگ رکھنی ہے", Some(Script::Ur)),
            ("", None),
            ("123 !?", None),
            ("😀", None),
        ] {
            assert_eq!(detect(text), script, "{text}");
        }
    }
}
