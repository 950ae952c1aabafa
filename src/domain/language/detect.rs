//! Which language and script a message is written in.

use super::{
    lexicon::lexicon,
    normal,
    token::{Kind, tokens},
};
use crate::domain::locale::Script;

/// Words that are weighed; a longer message is judged by its beginning.
const WEIGHED: usize = 400;

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
    let (mut roman, mut english) = (0, 0);
    let all = tokens(text);
    let words: Vec<_> = all.iter().filter(|t| t.kind == Kind::Word).take(WEIGHED).collect();
    for (at, token) in words.iter().enumerate() {
        let (r, e) = lexicon().weight(token);
        let (more_roman, more_english) = lexicon().phrase_weight(&words[at..]);
        (roman, english) = (roman + r + more_roman, english + e + more_english);
    }
    let is_roman = roman > english || (roman == english && roman >= 2);
    Some(if is_roman { Script::UrLatn } else { Script::En })
}

#[cfg(test)]
mod tests {
    use super::*;

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
