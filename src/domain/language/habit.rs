//! In which language a conversation goes on: the newest message decides, or the habit, or what the person asks for.

use super::{
    detect_in, normal,
    token::{Token, tokens},
};
use crate::domain::locale::Script;

/// In which language the newest message is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The language.
    pub script: Script,
    /// Whether any other would be a mistake. Not where the person asked for a translation, or for an answer in a language.
    pub is_firm: bool,
}

/// Words of a message that are looked at for a wish.
const LOOKED_AT: usize = 60;

/// In which language the last of these messages of a person is to be answered. `chosen` is the language that the person chose for the page.
pub fn wanted<'m>(messages: impl IntoIterator<Item = &'m str>, chosen: Script) -> Wanted {
    let mut habit = None;
    let mut wanted = Wanted {
        script: chosen,
        is_firm: true,
    };
    for message in messages {
        let wish = wish(message);
        let script = match wish {
            Some(Wish::In(script)) => Some(script),
            Some(Wish::Other) | None => detect_in(message, habit.or(Some(chosen))),
        };
        wanted = Wanted {
            script: script.unwrap_or(chosen),
            is_firm: wish.is_none(),
        };
        if wish != Some(Wish::Other) {
            habit = Some(wanted.script);
        }
    }
    wanted
}

/// What a message says about the language of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// "Reply in English."
    In(Script),
    /// A translation, or another language: the answer may be in any.
    Other,
}

/// The language that these words name, and how many they are.
fn language(words: &[Token]) -> Option<(Wish, usize)> {
    let word = |at: usize| words.get(at).map_or("", |token| token.plain.as_str());
    Some(match (word(0), word(1)) {
        ("roman" | "رومن", "urdu" | "اردو") => (Wish::In(Script::UrLatn), 2),
        ("roman" | "رومن", _) => (Wish::In(Script::UrLatn), 1),
        ("urdu", "script") | ("اردو", "رسم") => (Wish::In(Script::Ur), 2),
        ("urdu" | "اردو", _) => (Wish::In(Script::Ur), 1),
        ("english" | "inglish" | "angrezi" | "angreezi" | "angreji" | "انگریزی" | "انگلش", _) => (Wish::In(Script::En), 1),
        (
            "hindi" | "punjabi" | "panjabi" | "sindhi" | "pashto" | "balochi" | "saraiki" | "arabic" | "arbi" | "farsi" | "persian"
            | "turkish" | "french" | "german" | "spanish" | "chinese",
            _,
        ) => (Wish::Other, 1),
        (other, _) => {
            const OTHERS: [&str; 9] = ["ہندی", "پنجابی", "سندھی", "پشتو", "بلوچی", "سرائیکی", "عربی", "فارسی", "ترکی"];
            OTHERS
                .iter()
                .any(|known| normal::is_plain(known, other))
                .then_some((Wish::Other, 1))?
        }
    })
}

const SAY: [&str; 14] = [
    "reply", "respond", "answer", "speak", "talk", "write", "say", "explain", "tell", "chat", "continue", "switch", "replies", "answers",
];
const IN: [&str; 4] = ["in", "to", "into", "using"];
const MEIN: [&str; 8] = ["mein", "main", "mei", "men", "me", "may", "mai", "میں"];
/// What may stand between "reply" and "in English".
const BETWEEN: [&str; 15] = [
    "to",
    "me",
    "us",
    "it",
    "that",
    "this",
    "back",
    "only",
    "please",
    "pls",
    "your",
    "reply",
    "answer",
    "everything",
    "again",
];
/// What may stand before a wish, and after it, where it is a sentence of its own.
const BESIDE: [&str; 42] = [
    "please", "pls", "plz", "kindly", "can", "could", "would", "you", "now", "and", "then", "so", "ok", "okay", "but", "from", "on",
    "always", "only", "thanks", "instead", "i", "not", "in", "mujhe", "mujhse", "mjhe", "aap", "ab", "sirf", "hamesha", "ye", "yeh",
    "isko", "bhai", "yaar", "jawab", "مجھے", "اب", "صرف", "جواب", "براہ",
];
/// Orders to say something, behind "in English" in Urdu.
const SAY_IT: [&str; 40] = [
    "likho",
    "likhein",
    "likhen",
    "likhain",
    "likhiye",
    "likh",
    "bolo",
    "bolein",
    "bolen",
    "boliye",
    "bol",
    "batao",
    "bataein",
    "batayein",
    "bataen",
    "batain",
    "bataiye",
    "bata",
    "btao",
    "samjhao",
    "samjhaein",
    "لکھو",
    "لکھیں",
    "لکھیے",
    "لکھ",
    "بولو",
    "بولیں",
    "بولیے",
    "بتاؤ",
    "بتائیں",
    "بتائیے",
    "بتا",
    "سمجھاؤ",
    "سمجھائیں",
    "reply",
    "answer",
    "jawab",
    "baat",
    "جواب",
    "بات",
];
/// Orders behind "jawab urdu mein".
const GIVE_IT: [&str; 22] = [
    "do",
    "dein",
    "dain",
    "den",
    "dijiye",
    "dijye",
    "dena",
    "de",
    "karo",
    "karein",
    "karen",
    "kro",
    "krein",
    "kijiye",
    "دو",
    "دیں",
    "دیجیے",
    "دینا",
    "کرو",
    "کریں",
    "کیجیے",
    "دے",
];
const TRANSLATION: [&str; 9] = [
    "translate",
    "translation",
    "translated",
    "tarjuma",
    "tarjama",
    "tarjma",
    "tarjumah",
    "ترجمہ",
    "ترجمے",
];
/// "likhna hai" is something to do, not something to say.
const IS: [&str; 6] = ["hai", "hain", "he", "h", "ہے", "ہیں"];

fn is_one_of(token: Option<&Token>, words: &[&str]) -> bool {
    token.is_some_and(|token| words.iter().any(|word| normal::is_plain(word, &token.plain)))
}

/// What a message says about the language of the answer, if anything.
fn wish(message: &str) -> Option<Wish> {
    let words = tokens(message);
    let words = &words[..words.len().min(LOOKED_AT)];
    if words.iter().any(|word| is_one_of(Some(word), &TRANSLATION)) {
        return Some(Wish::Other);
    }
    (0..words.len()).find_map(|at| {
        let (wish, length) = language(&words[at..])?;
        let (before, after) = (&words[..at], &words[at + length..]);
        (in_english(before, after) || in_urdu(before, after)).then_some(wish)
    })
}

/// "reply to me in | English | please"
fn in_english(before: &[Token], after: &[Token]) -> bool {
    let ends = after.first().is_none_or(|next| !next.is_text() || is_one_of(Some(next), &BESIDE));
    let Some((preposition, before)) = before.split_last() else {
        // "English please"
        return ends && after.len() <= 2 && after.iter().all(|next| !next.is_text() || is_one_of(Some(next), &BESIDE));
    };
    if !ends || !is_one_of(Some(preposition), &IN) {
        return false;
    }
    let verb = before
        .iter()
        .rposition(|word| !is_one_of(Some(word), &BETWEEN) || is_one_of(Some(word), &["reply", "answer"]));
    match verb {
        // "in English, please"
        None => true,
        Some(at) if is_one_of(before.get(at), &SAY) => begins_here(&before[..at]),
        // "how do you say this in Urdu?"
        Some(_) => before.iter().take(2).any(|word| is_one_of(Some(word), &["how", "what"])),
    }
}

/// "jawab | urdu | mein dein", "mujhe | urdu | mein batao"
fn in_urdu(before: &[Token], after: &[Token]) -> bool {
    let after = match after.split_first() {
        Some((tongue, after)) if is_one_of(Some(tongue), &["zaban", "zuban", "زبان", "خط", "rasm"]) => after,
        _ => after,
    };
    let Some((_, after)) = after.split_first().filter(|(mein, _)| is_one_of(Some(mein), &MEIN)) else {
        return false;
    };
    // "isko urdu mein kya kehte hain"
    if is_one_of(after.first(), &["kya", "کیا", "kese", "kaise", "کیسے"]) {
        return true;
    }
    let small = ["hi", "mujhe", "please", "plz", "pls", "sirf", "ہی", "مجھے"];
    let at = after.iter().take(2).take_while(|word| is_one_of(Some(word), &small)).count();
    let asked = is_one_of(before.last(), &["jawab", "reply", "answer", "جواب"]);
    let is_said = is_one_of(after.get(at), &SAY_IT) || (asked && is_one_of(after.get(at), &GIVE_IT));
    is_said && !after[at..].iter().take(3).any(|word| is_one_of(Some(word), &IS)) && begins_here(before)
}

/// Whether a sentence begins behind these words.
fn begins_here(before: &[Token]) -> bool {
    let sentence = before.iter().rposition(|word| !word.is_text()).map_or(0, |mark| mark + 1);
    before[sentence..].iter().all(|word| is_one_of(Some(word), &BESIDE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Script::{En, Ur, UrLatn};

    #[test]
    fn a_person_can_ask_for_a_language() {
        for (text, wanted) in [
            ("reply in English", Some(Wish::In(En))),
            ("Please reply to me in English from now on.", Some(Wish::In(En))),
            ("what is due today? Answer in Urdu", Some(Wish::In(Ur))),
            ("In English, please", Some(Wish::In(En))),
            ("english please", Some(Wish::In(En))),
            ("can you speak in roman urdu?", Some(Wish::In(UrLatn))),
            ("urdu mein likho", Some(Wish::In(Ur))),
            ("mujhe angrezi mein jawab do", Some(Wish::In(En))),
            ("jawab urdu mein dein", Some(Wish::In(Ur))),
            ("roman urdu mein batao kal kya karna hai", Some(Wish::In(UrLatn))),
            ("urdu mein baat karo", Some(Wish::In(Ur))),
            ("انگریزی میں جواب دیں", Some(Wish::In(En))),
            ("رومن اردو میں لکھو", Some(Wish::In(UrLatn))),
            ("مجھے اردو میں بتائیں", Some(Wish::In(Ur))),
            ("translate this to Urdu: I am late", Some(Wish::Other)),
            ("is ka tarjuma kar do", Some(Wish::Other)),
            ("اس کا ترجمہ کرو", Some(Wish::Other)),
            ("reply in French", Some(Wish::Other)),
            ("پنجابی میں لکھو", Some(Wish::Other)),
            ("how do you say milk in Urdu?", Some(Wish::In(Ur))),
            ("doodh ko english mein kya kehte hain", Some(Wish::In(En))),
        ] {
            assert_eq!(wish(text), wanted, "{text}");
        }
    }

    #[test]
    fn languages_in_tasks_are_no_wishes() {
        for text in [
            "urdu mein mazmoon likhna hai",
            "english mein homework karna hai",
            "remind me to reply in English to Bob",
            "add write an essay in English",
            "English homework due Friday",
            "buy the Urdu book",
            "انگریزی کا ہوم ورک کرنا ہے",
            "اردو میں مضمون لکھنا ہے",
            "English class kal 5 baje",
            "kal urdu mein likhna hai",
            "call Ali in the morning",
        ] {
            assert_eq!(wish(text), None, "{text}");
        }
    }

    #[test]
    fn the_newest_message_or_the_habit_or_the_page_decides() {
        let firm = |script| Wanted { script, is_firm: true };
        for (messages, chosen, expected) in [
            (&["show my tasks"][..], Ur, firm(En)),
            (&["doodh lena hai"], En, firm(UrLatn)),
            (&["ok"], Ur, firm(Ur)),
            (&["👍"], Ur, firm(Ur)),
            (&["42"], En, firm(En)),
            (&[], Ur, firm(Ur)),
            (&["doodh lena hai", "ok"], En, firm(UrLatn)),
            (&["doodh lena hai", "👍"], Ur, firm(UrLatn)),
            (&["دودھ لینا ہے", "2", "Zoom"], En, firm(Ur)),
            (&["دودھ لینا ہے", "show my tasks", "ok"], Ur, firm(En)),
            // A wish holds for the answer and becomes the habit; a language that is written takes over.
            (&["doodh lena hai", "reply in English", "ok"], Ur, firm(En)),
            (&["reply in English", "doodh lena hai"], Ur, firm(UrLatn)),
            // A translation changes no habit.
            (&["doodh lena hai", "translate this into Urdu", "ok"], En, firm(UrLatn)),
            (
                &["doodh lena hai", "reply in English"],
                Ur,
                Wanted {
                    script: En,
                    is_firm: false,
                },
            ),
            (
                &["translate this into Urdu: I am late"],
                En,
                Wanted {
                    script: En,
                    is_firm: false,
                },
            ),
        ] {
            assert_eq!(wanted(messages.iter().copied(), chosen), expected, "{messages:?} {chosen:?}");
        }
    }
}
