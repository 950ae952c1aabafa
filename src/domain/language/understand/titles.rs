//! What is left of a sentence when the order, the date and the politeness are taken away.

use super::Reading;
use crate::domain::{
    language::{
        TakenKind,
        lexicon::{Plain, Sense},
        token::Kind,
    },
    task::{Priority, TITLE_MAX},
};

/// Words that are urgent wherever they stand; others must stand apart from the noun they may describe.
const ALWAYS: &[&str] = &[
    "asap",
    "urgently",
    "p1",
    "p2",
    "p3",
    "p4",
    "urgent",
    "foran",
    "fauran",
    "immediately",
    "فورا",
    "ارجنٹ",
];

impl Reading<'_> {
    /// Takes the words that say how urgent it is.
    pub(super) fn take_priority(&mut self, from: usize, to: usize) -> Option<Priority> {
        let mut found = None;
        let mut at = from;
        while at < to {
            let here = (!self.sentence.used[at])
                .then(|| self.sentence.find(at, |s| if let Sense::Priority(n) = s { Some(n) } else { None }))
                .flatten();
            let Some((length, number)) = here.filter(|(length, _)| at + length <= to) else {
                at += 1;
                continue;
            };
            // "Top up my mobile"
            let begins_verb = self.sentence.any(at, &[Plain::Verb]).is_some_and(|verb| verb > length);
            if found.is_none() && !begins_verb && self.stands_apart(at, length, from, to) {
                found = Some(Priority::from_number(number));
                let end = at + length;
                let noun = if end < to {
                    self.sentence.is(end, Plain::PriorityNoun).unwrap_or(0)
                } else {
                    0
                };
                let task = if end < to && noun == 0 {
                    self.sentence
                        .is(end, Plain::Task)
                        .filter(|_| end + 1 >= to || !self.sentence.tokens[end + 1].is_text())
                        .unwrap_or(0)
                } else {
                    0
                };
                self.sentence.take_as(TakenKind::Priority, at, length + noun + task);
                // "with", "as", "it's" and brackets around it go with it.
                if let Some(before) = at.checked_sub(1).filter(|b| *b >= from) {
                    let mark = matches!(self.sentence.tokens[before].kind, Kind::Mark('(' | '[' | '!' | ',' | '-' | '#'));
                    if mark || self.is_word(before, &["with", "as", "its", "is", "mark", "very", "really"]) {
                        self.sentence.take_as(TakenKind::Priority, before, 1);
                    }
                }
                if self
                    .sentence
                    .tokens
                    .get(end)
                    .is_some_and(|t| matches!(t.kind, Kind::Mark(')' | ']' | ':' | '!')))
                    && end < to
                {
                    self.sentence.take_as(TakenKind::Priority, end, 1);
                }
            }
            at += length;
        }
        found
    }

    fn stands_apart(&self, at: usize, length: usize, from: usize, to: usize) -> bool {
        let tokens = &self.sentence.tokens;
        let end = at + length;
        let before = (from..at).rev().find(|p| !self.sentence.used[*p]);
        let after = (end..to).find(|p| !self.sentence.used[*p]);
        length >= 2
            || ALWAYS.contains(&tokens[at].plain.as_str())
            || after.is_none_or(|p| !tokens[p].is_text() || self.sentence.any(p, &[Plain::PriorityNoun, Plain::And]).is_some())
            || (self.sentence.is(end, Plain::Task).is_some())
            || (before.is_none() && tokens[at].plain.is_ascii() && !self.sentence.roman)
    }

    /// Takes words of some kinds off the beginning of a range, and returns where the rest begins.
    pub(super) fn peel(&mut self, mut from: usize, to: usize, kinds: &[Plain]) -> usize {
        while from < to {
            if self.sentence.used[from] {
                from += 1;
                continue;
            }
            let mark = matches!(self.sentence.tokens[from].kind, Kind::Mark(_) | Kind::Line) && !self.opens(from);
            // "bhai ki shadi" is about the brother.
            let owned = self.is_name(from)
                || self.sentence.word_is(from, Plain::Polite) && from + 1 < to && self.sentence.is(from + 1, Plain::Post).is_some();
            match if mark {
                Some(1)
            } else {
                self.sentence.any(from, kinds).filter(|n| *n > 1 || !owned)
            } {
                Some(length) if from + length <= to => {
                    self.sentence.take(from, length);
                    from += length;
                }
                _ => break,
            }
        }
        from
    }

    /// A mark that belongs to what follows: brackets, signs of money and numbers.
    fn opens(&self, at: usize) -> bool {
        matches!(
            self.sentence.tokens[at].kind,
            Kind::Mark('(' | '[' | '$' | '£' | '€' | '#' | '@' | '₨')
        ) || matches!(self.sentence.tokens[at].kind, Kind::Mark(c) if !c.is_ascii() && !c.is_alphanumeric() && !"،۔؛؟•–—“”‘’«»…".contains(c))
    }

    /// Takes words of some kinds off the end of a range, and returns where it ends now.
    pub(super) fn peel_end(&mut self, from: usize, mut to: usize, kinds: &[Plain]) -> usize {
        while to > from {
            let last = to - 1;
            if self.sentence.used[last]
                || matches!(
                    self.sentence.tokens[last].kind,
                    Kind::Mark(',' | '.' | '،' | '۔' | ';' | ':' | '-') | Kind::Line
                )
            {
                to = last;
                continue;
            }
            let start = (from..=last)
                .rev()
                .take(6)
                .filter(|at| {
                    !self.sentence.used[*at]
                        && self
                            .sentence
                            .senses(*at)
                            .iter()
                            .any(|(n, s)| at + n == to && matches!(s, Sense::Is(p) if kinds.contains(p)))
                })
                .last();
            match start {
                // "call bhai" is more than politeness.
                Some(start)
                    if self.sentence.left(from, start).len() == 1
                        && kinds.contains(&Plain::Polite)
                        && self.sentence.is(from, Plain::Verb).is_some() =>
                {
                    break;
                }
                Some(start) if start == last && kinds.contains(&Plain::Polite) && self.is_of_a_name(from, last) => break,
                Some(start) if start > from && !(start == last && self.is_name(last)) => {
                    self.sentence.take(start, to - start);
                    to = start;
                }
                _ => break,
            }
        }
        to
    }

    /// The title in a range; a quoted one to the letter.
    pub(super) fn words(&self, from: usize, to: usize) -> Option<String> {
        let left = self.sentence.left(from, to);
        let quotes: Vec<usize> = left
            .iter()
            .copied()
            .filter(|at| self.sentence.tokens[*at].kind == Kind::Quote)
            .collect();
        let rest_is_small = left.iter().all(|at| {
            self.sentence.tokens[*at].kind == Kind::Quote
                || self
                    .sentence
                    .any(
                        *at,
                        &[
                            Plain::Task,
                            Plain::List,
                            Plain::Filler,
                            Plain::Particle,
                            Plain::Link,
                            Plain::Name,
                            Plain::Add,
                            Plain::Request,
                            Plain::Stem,
                        ],
                    )
                    .is_some()
        });
        let title = match quotes[..] {
            [only] if rest_is_small => self.sentence.tokens[only].plain.clone(),
            _ => self.sentence.title(from, to),
        };
        let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let says = title.chars().any(char::is_alphanumeric) || title.chars().any(|c| !c.is_ascii() && !c.is_whitespace());
        (!title.is_empty() && says).then(|| shorten(&title))
    }
}

/// At most as many characters as a title may have, cut at a word.
fn shorten(title: &str) -> String {
    if title.chars().count() <= TITLE_MAX {
        return title.to_owned();
    }
    let head: String = title.chars().take(TITLE_MAX - 1).collect();
    let cut = head.rfind(' ').filter(|at| *at > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use crate::domain::language::{Intent, understand::half::tests::intent};

    #[test]
    fn an_honorific_behind_a_name_is_a_part_of_the_title_and_elsewhere_it_speaks_to_the_assistant() {
        for (text, title) in [
            ("call Ahmed bhai tomorrow", "call Ahmed bhai"),
            ("call ahmed bhai", "call ahmed bhai"),
            ("meet Ali jee tomorrow at 5", "meet Ali jee"),
            ("text Bilal yaar on Friday", "text Bilal yaar"),
            ("meeting with Kamran sir tomorrow", "meeting with Kamran sir"),
            ("احمد بھائی کل", "احمد بھائی"),
            ("add milk bhai", "milk"),
            ("milk tomorrow bhai", "milk"),
            ("bhai kal doodh lana", "doodh lana"),
            ("kal doodh lana yaar", "doodh lana"),
            ("کل دودھ لانا بھائی", "دودھ لانا"),
        ] {
            let Intent::Add(tasks) = intent(text) else {
                panic!("{text}");
            };
            assert_eq!(tasks[0].title, title, "{text}");
        }
    }
}
