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
    fn what_tells_tasks_apart_has_to_fit() {
        for (words, title, fit, doubt) in [
            ("birthday gift for Hina", "Buy birthday gift for Sara", Fit::Near, true),
            ("birthday gift for Sara", "Buy birthday gift for Sara", Fit::Near, false),
            ("gas bill pay kar diya", "Electricity bill pay karna", Fit::Near, true),
            ("ghar ka kiraya ada kar diya", "Kiraya dena", Fit::Near, false),
            ("bijli ka bill pay kar diya", "Electricity bill pay karna", Fit::Near, false),
            ("called Ali", "Send email to Ali", Fit::Near, true),
            ("phoned Ali", "Call Ali", Fit::Near, false),
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
