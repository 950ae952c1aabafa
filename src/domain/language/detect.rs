//! Which language and script a message is written in.

use super::{
    lexicon::{Plain, Sense, lexicon},
    normal,
    pick::pick,
    token::{Kind, Token, tokens},
};
use crate::domain::locale::Script;

/// Words that are weighed; a longer message is judged by its beginning.
const WEIGHED: usize = 400;

/// Words that make a sentence in Urdu.
const VERBS: &[Plain] = &[Plain::Show, Plain::Request, Plain::Copula, Plain::Done, Plain::Need];

/// Words of honour behind a name. In an English sentence they belong to the name.
pub(super) const HONORIFICS: [&str; 22] = [
    "bhai",
    "bhaiya",
    "jee",
    "ji",
    "sahib",
    "sahab",
    "saab",
    "sir",
    "janab",
    "jan",
    "jaan",
    "yaar",
    "yar",
    "baji",
    "apa",
    "bro",
    "boss",
    "بھائی",
    "جی",
    "یار",
    "جناب",
    "صاحب",
];

/// The language of a message by the way it is written; `None` when it has no letters.
pub fn detect(text: &str) -> Option<Script> {
    if let Some(script) = around_title(text) {
        return Some(script);
    }
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

/// The language of the order around a new title, whatever language the title is in: "rename this to doodh lena", "is ka naam buy milk kar do".
fn around_title(text: &str) -> Option<Script> {
    let all = tokens(text);
    let words: Vec<&Token> = all
        .iter()
        .filter(|t| matches!(t.kind, Kind::Word | Kind::Quote))
        .take(WEIGHED)
        .collect();
    let is = |at: usize, known: &[&str]| words.get(at).is_some_and(|word| known.contains(&word.plain.as_str()));
    let begin = (0..words.len()).find(|at| {
        !is(
            *at,
            &["please", "pls", "plz", "can", "could", "you", "now", "ok", "okay", "zara", "ab"],
        )
    })?;
    let to = |from: usize| (from..words.len()).any(|at| is(at, &["to", "as", "into"]));
    let titles = |from: usize| (from..from + 3).any(|at| is(at, &["title", "name"]));
    let roman = |at: usize| {
        let order = [Plain::Request, Plain::Stem];
        words
            .get(at)
            .is_some_and(|word| word.plain.is_ascii() && lexicon().is_roman(word, &order))
    };
    let named = is(begin, &["rename", "retitle", "reword", "rephrase"]) && !roman(begin + 1);
    if (named || is(begin, &["change", "edit", "update", "set"]) && titles(begin + 1)) && to(begin + 2) {
        return Some(Script::En);
    }
    // The title stands before the last order: "... ka naam X kar do".
    let name = (1..words.len()).find(|at| is(*at, &["naam", "nam", "title", "unwan", "نام", "عنوان", "ٹائٹل"]))?;
    let of = is(name - 1, &["ka", "ki", "naya", "کا", "کی", "نیا"]);
    let last = words.len() - 1;
    let urdu = |at: usize| {
        let first = words.get(at).and_then(|word| word.plain.chars().next());
        first.is_some_and(normal::is_urdu_letter)
    };
    match () {
        () if !of || last < name + 2 => None,
        () if urdu(name) && urdu(last) => Some(Script::Ur),
        () if roman(last) => Some(Script::UrLatn),
        () => None,
    }
}

/// How much the Latin words of a text speak for Roman Urdu and for English.
fn weights(text: &str) -> (u32, u32) {
    let (mut roman, mut english, mut honour) = (0, 0, 0);
    let all = tokens(text);
    let words: Vec<_> = all.iter().filter(|t| t.kind == Kind::Word).take(WEIGHED).collect();
    let mut named = 0;
    for (at, token) in words.iter().enumerate() {
        // "Mangal sutra" is a name in every language.
        let name = |(length, sense): &(usize, Sense)| (*sense == Sense::Is(Plain::NotDate)).then_some(*length);
        if let Some(length) = lexicon().date_senses(&words[at..]).iter().find_map(name) {
            named = at + length;
        }
        if at < named {
            continue;
        }
        let (r, e) = lexicon().weight(token);
        // "email Karen": within a sentence a capital begins a name.
        let r = if at > 0 && is_capital(text, token) { r.min(1) } else { r };
        let (more_roman, more_english) = lexicon().phrase_weight(&words[at..]);
        (roman, english) = (roman + r + more_roman, english + e + more_english);
        if more_roman == 0 && HONORIFICS.contains(&token.plain.as_str()) {
            honour += r;
        }
    }
    // "call Ahmed bhai tomorrow": nothing but the way to speak of him is Urdu.
    if roman == honour && english > 0 {
        roman = 0;
    }
    // A verb of Urdu makes an Urdu sentence of English words: "pending tasks dikhao please", "gym time change karo 7 am".
    let verb = |token: &Token| lexicon().weight(token).0 >= 2 && !is_capital(text, token) && lexicon().is_roman(token, VERBS);
    if words.iter().any(|token| verb(token)) {
        roman += 2;
    }
    (roman, english)
}

/// Whether a word begins with a capital and goes on without.
fn is_capital(text: &str, token: &Token) -> bool {
    let mut letters = text[token.start..token.end].chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
}

/// The language of a message in a conversation: where no word of it says which ("Ali", "ok", "2"), the habit decides.
pub fn detect_in(text: &str, habit: Option<Script>) -> Option<Script> {
    let detected = detect(text);
    let says = match detected {
        Some(Script::Ur | Script::UrLatn) => true,
        Some(Script::En) => weights(text) != (0, 0) && pick(text).is_none() && !is_of_both(text),
        None => false,
    };
    if says { detected } else { habit.or(detected) }
}

/// Whether a text is a single word that people say in both languages: "ok", "done".
fn is_of_both(text: &str) -> bool {
    let all = tokens(text);
    let mut words = all.iter().filter(|token| token.kind == Kind::Word);
    let first = words.next();
    first.is_some_and(|first| lexicon().is_ambiguous(first) && words.all(|word| word.plain == first.plain))
}

/// Whether an answer is in the language and script it should be in. Names, quoted titles, bold titles and code may be in any; a text that has
/// nothing else is right in every script.
pub fn is_in(text: &str, script: Script) -> bool {
    Signs::of(&without_citations(text, false)).fit(script)
}

/// So many letters are enough to judge by.
const ENOUGH_LETTERS: usize = 40;

/// Whether an answer that is still being written is in the language it should be in. Yes as soon as a few words of it say so; `None` while too
/// little is there.
pub fn begins_in(text: &str, script: Script) -> Option<bool> {
    let text = without_citations(text, true);
    // The last word may go on.
    let text = text.trim_end_matches(|c: char| c.is_alphanumeric() || normal::is_urdu_letter(c));
    let signs = Signs::of(text);
    let is_sure = match script {
        Script::Ur => signs.urdu >= 2 && signs.urdu > signs.latin,
        Script::En => signs.urdu == 0 && signs.roman == 0 && (signs.english >= 2 || signs.latin >= 3),
        Script::UrLatn => signs.urdu == 0 && signs.roman >= 3 && signs.roman > signs.english,
    };
    if is_sure {
        return Some(true);
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(ENOUGH_LETTERS).count();
    (letters == ENOUGH_LETTERS).then(|| signs.fit(script))
}

/// What speaks for a language in a text.
struct Signs {
    /// Words in Urdu letters.
    urdu: usize,
    /// Words in other letters.
    latin: usize,
    /// See [`weights`].
    roman: u32,
    english: u32,
}

impl Signs {
    fn of(text: &str) -> Self {
        let (mut urdu, mut latin) = (0, 0);
        for token in tokens(text).iter().filter(|t| t.kind == Kind::Word) {
            match token.plain.chars().next() {
                Some(letter) if normal::is_urdu_letter(letter) => urdu += 1,
                Some(_) => latin += 1,
                None => {}
            }
        }
        let (roman, english) = weights(text);
        Self {
            urdu,
            latin,
            roman,
            english,
        }
    }

    fn fit(&self, script: Script) -> bool {
        if self.urdu + self.latin == 0 {
            return true;
        }
        match script {
            Script::Ur => self.urdu >= self.latin,
            _ if self.urdu > self.latin => false,
            Script::En => self.roman < 3 || self.english >= self.roman,
            Script::UrLatn => self.english < 4 || self.roman * 3 >= self.english * 2,
        }
    }
}

/// A text without what it cites: code, quotes, bold titles, addresses. Of one that is still `being_written`, what was opened last may be closed
/// yet, and counts as cited.
fn without_citations(text: &str, being_written: bool) -> String {
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
            let Some(inner) = rest.strip_prefix(open) else { continue };
            let fits = |inner: &str| open == "```" || !inner.contains('\n');
            match inner.find(close) {
                Some(end) if fits(&inner[..end]) => {
                    out.push(' ');
                    rest = &inner[end + close.len()..];
                    continue 'text;
                }
                None if being_written && fits(inner) => return out,
                _ => {}
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
    fn the_beginning_of_an_answer_tells_soon() {
        for (text, script, told) in [
            ("Added ", Script::En, None),
            ("You have three ", Script::En, Some(true)),
            ("Ahmed's birthday party starts ", Script::En, Some(true)),
            ("Theek hai, ", Script::UrLatn, Some(true)),
            ("Theek hai, ", Script::En, None),
            (
                "Theek hai, aap ka kaam shamil kar liya gaya hai, aur kal yaad dila doon ga",
                Script::En,
                Some(false),
            ),
            ("ٹھیک ہے، ", Script::Ur, Some(true)),
            ("ٹھیک ", Script::Ur, None),
            (
                "I have added the task to your list for tomorrow morning, as you said",
                Script::Ur,
                Some(false),
            ),
            (
                "I have added the task to your list for tomorrow morning, as you said",
                Script::UrLatn,
                Some(false),
            ),
            // What may still be a title does not count, nor does a word that may go on.
            ("**دودھ اور انڈے اور ڈبل روٹی اور مکھن اور شہد لینا ہے بازار سے", Script::En, None),
            ("Added \"دودھ اور انڈے\" to your list ", Script::En, Some(true)),
            ("", Script::Ur, None),
            ("1. **milk**\n2. ", Script::Ur, None),
        ] {
            assert_eq!(begins_in(text, script), told, "{text} {script:?}");
        }
    }

    #[test]
    fn the_habit_decides_where_no_word_does() {
        for (text, habit, script) in [
            ("Zoom", Some(Script::Ur), Some(Script::Ur)),
            ("ok", Some(Script::Ur), Some(Script::Ur)),
            ("Done!", Some(Script::UrLatn), Some(Script::UrLatn)),
            ("add milk", Some(Script::UrLatn), Some(Script::En)),
            ("ok", None, Some(Script::En)),
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
    fn a_new_title_does_not_say_which_language_the_order_is_in() {
        for (text, script) in [
            ("rename this to doodh lena", Script::En),
            ("rename call bank to doodh lena hai kal", Script::En),
            ("please rename it as دودھ لینا ہے", Script::En),
            ("change the title of milk to anday aur doodh lena", Script::En),
            ("is ka naam buy milk and eggs from the shop kar do", Script::UrLatn),
            ("rename kar do isko doodh lena", Script::UrLatn),
            ("اس کا نام buy milk and eggs from the shop کر دو", Script::Ur),
        ] {
            assert_eq!(detect(text), Some(script), "{text}");
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
            ("call Ahmed bhai tomorrow", Some(Script::En)),
            ("meet Bilal sahib at the office", Some(Script::En)),
            ("Ahmed bhai ko call", Some(Script::UrLatn)),
            ("bhai doodh lana", Some(Script::UrLatn)),
            ("bhai", Some(Script::UrLatn)),
            ("tum insaan ho ya robot?", Some(Script::UrLatn)),
            ("aap robot hain?", Some(Script::UrLatn)),
            ("123 !?", None),
            ("😀", None),
        ] {
            assert_eq!(detect(text), script, "{text}");
        }
    }
}
