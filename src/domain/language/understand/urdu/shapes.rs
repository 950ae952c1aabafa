//! Shapes that sentences have beside their verb: tags, afterthoughts, statements.

use super::tail::{ends, is_infinitive, is_what};
use crate::domain::language::{
    Change, Intent,
    lexicon::{Plain, Sense},
    token::Kind,
    understand::Reading,
};

/// "doodh lana tha na?": the tag makes a question of it.
pub(super) fn tag_question(reading: &Reading<'_>, content: &[usize]) -> bool {
    let [.., verb, last] = content else { return false };
    reading.is_word(*last, &["na", "naa", "نا"]) && reading.sentence.any(*verb, &[Plain::Copula, Plain::Done, Plain::Need]).is_some()
}

/// "bill wala sab se zaroori hai": a task that is named, and how urgent it is.
pub(super) fn stated_priority(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let [first, .., last] = content else { return None };
    let wala = content
        .iter()
        .copied()
        .find(|at| reading.sentence.any(*at, &[Plain::Wala]).is_some());
    let noun = wala.unwrap_or(*first);
    let asks = content
        .iter()
        .any(|at| reading.sentence.any(*at, &[Plain::Question, Plain::What]).is_some());
    if reading.asks() || asks || reading.sentence.is(*last, Plain::Copula).is_none() || wala == Some(*first) {
        return None;
    }
    let named = reading
        .sentence
        .any(noun, &[Plain::It, Plain::Task, Plain::Self_, Plain::Particle])
        .is_none()
        || wala.is_some();
    if !named
        || is_infinitive(&reading.sentence, noun)
        || reading
            .sentence
            .find(noun, |s| matches!(s, Sense::Priority(_)).then_some(()))
            .is_some()
    {
        return None;
    }
    let (from, to) = (noun + 1, *last);
    let used = reading.sentence.used.clone();
    let priority = reading.take_priority(from, to)?;
    let rest = reading.sentence.left(from, to);
    let small = |at: &usize| {
        reading
            .sentence
            .any(*at, &[Plain::Task, Plain::Particle, Plain::Filler, Plain::Polite])
            .is_some()
    };
    if !rest.iter().all(small) || rest.iter().any(|at| reading.sentence.is(*at, Plain::Not).is_some()) {
        reading.sentence.used = used;
        return None;
    }
    reading.to = from;
    let change = Change {
        priority: Some(priority),
        ..Change::default()
    };
    Some(Intent::Update(reading.target(), change))
}

/// "doodh wala kaam nahi karna, hata do": what need not be done is what is to go.
pub(super) fn unneeded_first(reading: &mut Reading<'_>) {
    let comma = |at: &usize| {
        matches!(reading.sentence.tokens[*at].kind, Kind::Mark(',' | '،'))
            || *at > reading.from && reading.sentence.is(*at, Plain::It).is_some() && is_infinitive(&reading.sentence, at - 1)
    };
    let Some(cut) = (reading.from..reading.to).rev().find(comma) else {
        return;
    };
    let not = |at: &usize| reading.sentence.word_is(*at, Plain::Not);
    let deletes = (cut..reading.to).any(|at| reading.sentence.is(at, Plain::Delete).is_some()) && !(cut..reading.to).any(|at| not(&at));
    let Some(at) = (reading.from..cut).find(not).filter(|_| deletes) else {
        return;
    };
    let gone: Vec<usize> = (at..cut)
        .chain(reading.from..at)
        .filter(|place| {
            *place >= at || reading.sentence.any(*place, &[Plain::Self_, Plain::Polite]).is_some() || reading.is_word(*place, &["ab", "اب"])
        })
        .collect();
    for place in gone.into_iter().chain([cut]) {
        reading.sentence.take(place, 1);
    }
}

/// What is said after the verb: "homework kar liya maine", "report bhej di Sana ko".
pub(super) fn without_afterthought(reading: &mut Reading<'_>, mut content: Vec<usize>, asks_last: bool) -> Vec<usize> {
    if asks_last && let Some(at) = content.pop() {
        reading.sentence.take(at, 1);
    }
    // "kar liya maine", "kha li main ne", "hata do list se"
    while let Some(&last) = content.last().filter(|_| content.len() > 2) {
        let kinds = [Plain::Self_, Plain::List, Plain::Polite];
        let Some(start) = kinds.iter().find_map(|kind| ends(reading, *kind, last)) else {
            break;
        };
        let verb = content.iter().rev().find(|at| **at < start);
        let listed = ends(reading, Plain::Self_, last).is_none();
        if verb.is_none()
            || listed && verb.is_none_or(|at| reading.sentence.any(*at, &[Plain::Request, Plain::Done, Plain::Delete]).is_none())
        {
            break;
        }
        content.retain(|at| *at < start);
        reading.sentence.take(start, last + 1 - start);
    }
    // "... lena hai baji ke liye"
    if let Some(verb) = for_whom(reading, &content).and_then(|start| content.iter().rposition(|at| *at < start))
        && reading
            .sentence
            .any(
                content[verb],
                &[Plain::Done, Plain::Past, Plain::Copula, Plain::Need, Plain::Request],
            )
            .is_some()
    {
        content.truncate(verb + 1);
    }
    if let [.., verb, _, post] = content[..]
        && reading.is_word(post, &["ko", "se", "ke", "par", "pe", "mein", "کو", "سے", "پر", "میں"])
        && reading
            .sentence
            .any(verb, &[Plain::Done, Plain::Past, Plain::Copula, Plain::Request])
            .is_some()
    {
        content.truncate(content.len() - 2);
    }
    content
}

/// Where "baji ke liye" begins, at the end of a sentence.
pub(super) fn for_whom(reading: &Reading<'_>, content: &[usize]) -> Option<usize> {
    match content[..] {
        [.., whom, of, liye]
            if reading.is_word(of, &["ke", "k", "kay", "کے"])
                && reading.is_word(liye, &["liye", "liay", "lie", "lye", "liey", "لیے", "لئے"]) =>
        {
            Some(whom)
        }
        _ => None,
    }
}

/// "kya" at the end of "kya doodh le liya" is a question; "kia" in "kar kia" is a done deed.
pub(super) fn is_past_word(reading: &Reading<'_>, content: &[usize], at: usize) -> bool {
    let last = content.last().copied();
    let before_last = content.iter().rev().nth(1).copied();
    // "kaam kya hain" asks.
    if last.is_some_and(|last| last != at && reading.is_word(last, &["hain", "hein", "hen", "haen", "ہیں"]))
        && reading.is_word(at, &["kya", "kia", "کیا"])
    {
        return false;
    }
    if is_what(reading, content, at) {
        return false;
    }
    let place = last == Some(at) || (before_last == Some(at) && last.is_some_and(|l| reading.sentence.word_is(l, Plain::Copula)));
    place && reading.sentence.word_is(at, Plain::Past)
}

pub(super) fn names_wala(reading: &Reading<'_>, content: &[usize]) -> bool {
    content
        .iter()
        .any(|at| reading.sentence.any(*at, &[Plain::Wala, Plain::Task]).is_some())
}

/// "kal barish hogi kya?", "aaj kaunsa din hai": nothing is said but talk.
pub(super) fn only_chat(reading: &Reading<'_>, content: &[usize]) -> bool {
    let small = [
        Plain::What,
        Plain::Question,
        Plain::Copula,
        Plain::Particle,
        Plain::Polite,
        Plain::Filler,
        Plain::Request,
        Plain::Self_,
        Plain::Will,
    ];
    // What days are asked about by.
    const TALKED: &[&str] = &[
        "chutti",
        "chhutti",
        "chuti",
        "eid",
        "tareekh",
        "tarikh",
        "date",
        "match",
        "چھٹی",
        "عید",
        "تاریخ",
        "میچ",
    ];
    let verbs = [Plain::State, Plain::Ongoing, Plain::Done, Plain::Past, Plain::Stem, Plain::Show];
    let mut reached = 0;
    let mut chats = false;
    content.iter().all(|at| {
        let talked = reading.is_word(*at, TALKED).then_some(1);
        let chat = reading.sentence.is(*at, Plain::Chat).or(talked);
        chats |= chat.is_some();
        let length = chat
            .or_else(|| reading.sentence.any(*at, &small))
            .or_else(|| reading.sentence.any(*at, &verbs));
        let inside = *at < reached;
        reached = reached.max(at + length.unwrap_or(0));
        inside || length.is_some()
    }) && chats
}

pub(super) fn only_small(reading: &Reading<'_>, content: &[usize]) -> bool {
    const SMALL: &[Plain] = &[
        Plain::Task,
        Plain::List,
        Plain::Pending,
        Plain::Completed,
        Plain::All,
        Plain::Self_,
        Plain::Particle,
        Plain::Filler,
        Plain::Polite,
        Plain::What,
        Plain::Copula,
        Plain::Link,
        Plain::Show,
        Plain::After,
    ];
    content.iter().all(|at| reading.sentence.any(*at, SMALL).is_some())
}

/// The last word commands: mitao, dikhao, likho.
pub(super) fn imperative(reading: &Reading<'_>, content: &[usize]) -> bool {
    let Some(&last) = content.last() else { return false };
    let word = reading.sentence.tokens[last].plain.as_str();
    let ending = word.ends_with('o')
        || word.ends_with("ein")
        || word.ends_with("en")
        || word.ends_with("ain")
        || word.ends_with('ؤ')
        || word.ends_with('و')
        || word.ends_with("یں");
    ending
        && reading
            .sentence
            .any(last, &[Plain::Delete, Plain::Add, Plain::Update, Plain::Move, Plain::Complete])
            .is_some()
        || content.len() > 2 && ends(reading, Plain::Move, last).is_some_and(|at| at < last)
        || content.len() > 1 && reading.is_word(last, &["cancel", "delete", "mansookh", "منسوخ", "کینسل", "ڈیلیٹ"])
        || [Plain::Delete, Plain::Complete, Plain::Move]
            .iter()
            .any(|k| reading.sentence.is(last, *k).is_some())
            && content.len() > 1
            && names_wala(reading, content)
}
