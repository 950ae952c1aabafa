//! When it is safer to ask than to do: the task that fits best may still not be the one that is meant.

use super::{
    Fit,
    lexicon::{Plain, Sense, lexicon},
    matching::{ENOUGH_ALIKE, Word, compared, likeness},
    token::{Kind, tokens},
};

/// Whether one has to ask before a deed is done to the task of this title, although it fits the words best.
pub fn is_doubtful(words: &str, title: &str, fit: Fit) -> bool {
    let (asked, known) = (compared(words), compared(title));
    let held = |word: &Word, others: &[Word]| others.iter().any(|other| likeness(word, other) >= ENOUGH_ALIKE);
    // "gas bill" is no "electricity bill", whatever they share: each names what the other does not.
    let other_thing =
        asked.iter().any(|word| word.names && !held(word, &known)) && known.iter().any(|word| word.weight >= 1.0 && !held(word, &asked));
    if other_thing {
        return true;
    }
    // "all day thing" names nothing of "sports day" but the day.
    if asked.iter().all(|word| word.is_unit || word.weight < 0.3) && known.iter().any(|word| word.weight >= 1.0 && !held(word, &asked)) {
        return true;
    }
    // "plumber 777" is no "plumber 77".
    if asked.iter().any(|word| word.is_number && !held(word, &known)) && known.iter().any(|word| word.is_number) {
        return true;
    }
    // "called Ali" is no "send email to Ali": both verbs have a meaning, and it is not the same.
    let meant = |word: &&Word| word.group.is_some();
    let other_deed =
        asked.iter().filter(meant).any(|word| !held(word, &known)) && known.iter().filter(meant).any(|word| !held(word, &asked));
    // "Ali ne paise de diye" is not what was to be done for Ali.
    if doer(words).is_some_and(|doer| compared(&doer).iter().any(|word| held(word, &known))) {
        return true;
    }
    let gets = has(title, &[Plain::Gets]);
    other_deed
        || match fit {
            Fit::Near => false,
            Fit::Whole => {
                let all = |words: &[Word], others: &[Word]| words.iter().all(|word| word.weight < 0.3 || held(word, others));
                !(all(&known, &asked) && all(&asked, &known))
            }
            Fit::Said => asked
                .iter()
                .rfind(|word| word.weight >= 0.3)
                .is_some_and(|word| word.names && !held(word, &known)),
            Fit::Ended => gets || has(title, &[Plain::Supply]),
            Fit::Came => !gets,
        }
}

/// Whether a title has every word that names something: "delete dentist tomorrow" says more than "dentist", and "gym membership" more than "gym".
pub fn accounts_for(words: &str, title: &str) -> bool {
    has_all(words, title, |word| word.names || word.is_number || word.is_date || word.is_deed)
}

/// Whether a title has every word that says anything: "milk and call Ali" is not all in "milk for Ali".
pub fn holds(words: &str, title: &str) -> bool {
    has_all(words, title, |word| word.weight >= 0.3 || word.is_number)
}

fn has_all(words: &str, title: &str, counts: fn(&Word) -> bool) -> bool {
    let known = compared(title);
    let has = |word: &Word| known.iter().any(|other| likeness(word, other) >= ENOUGH_ALIKE);
    compared(words).iter().filter(|word| counts(word)).all(has)
}

/// Whether words are nothing but names of things: "gym membership", not "curtains are washed".
pub fn is_name(words: &str) -> bool {
    let words = compared(words);
    !words.is_empty() && words.iter().all(|word| word.weight >= 1.0)
}

/// Who did it, if somebody else did: the word before "ne".
fn doer(words: &str) -> Option<String> {
    let all = tokens(words);
    let pair = all
        .windows(2)
        .find(|pair| pair[0].kind == Kind::Word && ["ne", "nay", "نے"].contains(&pair[1].plain.as_str()))?;
    let own = lexicon()
        .senses(&[&pair[0]], true)
        .iter()
        .any(|(_, sense)| *sense == Sense::Is(Plain::Self_));
    (!own).then(|| words[pair[0].start..pair[0].end].to_owned())
}

/// Whether a title holds a word of these kinds, in any language.
fn has(title: &str, kinds: &[Plain]) -> bool {
    let tokens = tokens(title);
    let all: Vec<_> = tokens.iter().collect();
    (0..all.len()).any(|at| {
        [true, false].into_iter().any(|roman| {
            let senses = lexicon().senses(&all[at..], roman);
            senses
                .iter()
                .any(|(_, sense)| matches!(sense, Sense::Is(plain) if kinds.contains(plain)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_the_title_does_not_have_are_noticed() {
        for (words, title, all) in [
            ("the dentist", "Dentist", true),
            ("the dentist tomorrow", "Dentist", false),
            ("gym membership", "Gym", false),
            ("kal dentist", "dentist", false),
            ("call Ali", "milk for Ali", false),
            ("phone Ali", "Call Ali", true),
            ("gym wala kaam", "gym jana", true),
            ("کل ڈینٹسٹ", "ڈینٹسٹ", false),
            ("plumber 777", "plumber 77", false),
            ("the milk thing", "doodh lena", true),
        ] {
            assert_eq!(accounts_for(words, title), all, "{words} / {title}");
        }
    }

    #[test]
    fn what_tells_tasks_apart_has_to_fit() {
        for (words, title, fit, doubt) in [
            ("birthday gift for Hina", "Buy birthday gift for Sara", Fit::Near, true),
            ("birthday gift for Sara", "Buy birthday gift for Sara", Fit::Near, false),
            ("gas bill pay kar diya", "Electricity bill pay karna", Fit::Near, true),
            ("ghar ka kiraya ada kar diya", "Kiraya dena", Fit::Near, false),
            ("bijli ka bill pay kar diya", "Electricity bill pay karna", Fit::Near, false),
            ("called Ali", "Send email to Ali", Fit::Near, true),
            ("phoned Ali", "Call Ali", Fit::Near, false),
            ("plumber 777", "plumber 77", Fit::Near, true),
            ("all day thing", "Sports day", Fit::Near, true),
            ("sports day", "Sports day", Fit::Near, false),
            ("Ali ne paise de diye", "Ali ko paise dena", Fit::Near, true),
            ("ammi ne doodh le liya", "Doodh lena", Fit::Near, false),
            ("gym cancel kar diya", "Gym jana", Fit::Whole, true),
            ("gym gaya tha", "Gym jana", Fit::Said, false),
            ("meeting ho gayi", "Client meeting", Fit::Said, false),
            ("bill jama ho gaya", "Bijli ka bill", Fit::Said, false),
            ("doodh mehnga ho gaya", "Doodh lena", Fit::Said, true),
            ("doodh phat gaya", "Doodh lena", Fit::Said, true),
            ("bank call", "Call bank", Fit::Whole, false),
            ("garage", "Clean the garage", Fit::Whole, true),
            ("doodh khatam ho gaya", "Doodh lena", Fit::Ended, true),
            ("meeting khatam ho gayi", "Meeting", Fit::Ended, false),
            ("bijli ka bill aa gaya", "Bijli ka bill bharna", Fit::Came, true),
            ("doodh aa gaya", "Doodh lana", Fit::Came, false),
        ] {
            assert_eq!(is_doubtful(words, title, fit), doubt, "{words} / {title}");
        }
    }
}
