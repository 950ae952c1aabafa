//! From a message to what is wanted.
//!
//! `clauses` divides a message that says several deeds; `special` reads what is said alike in every language; `english` reads sentences whose
//! verb comes first, `urdu` those whose verb comes last, `addressed` those that may be about tasks that are there; `adding` and `titles` make
//! titles, `holding` reads what is said before an order, `announced` what a colon announces, `habits` knows at what hours things are done, `broken` knows titles that are none, `target`
//! says which tasks are meant, and `scope` which of all. `whole` reads messages that say one thing, whatever order their words have; `half`
//! refuses what would be done by halves. `describing` reads what is no message, but the description of one task.

mod adding;
mod addressed;
mod announced;
mod broken;
mod clauses;
mod describing;
mod english;
mod habits;
mod half;
mod holding;
mod scope;
mod special;
mod stopping;
mod target;
mod titles;
mod urdu;
mod whole;

use broken::{is_broken, ordered, pointed};
pub use describing::{describe, describe_with};
pub use holding::after_pause;

use chrono::NaiveDate;

use super::{
    Change, Intent, Talk, Understanding,
    detect::{HONORIFICS, detect},
    lexicon::{Plain, Sense},
    normal,
    sentence::Sentence,
    token::{Kind, Token},
    when::{self, Moment, When, Which},
};
use crate::domain::{locale::Script, task::Priority};

/// Reads a message.
pub fn understand(text: &str, now: impl Into<Moment>) -> Understanding {
    let script = detect(text);
    let english_first = script == Some(Script::En);
    let now = now.into();
    Understanding {
        script,
        intent: read(text, english_first, now),
    }
}

/// What a message wants, in a language.
fn read(text: &str, english_first: bool, now: Moment) -> Intent {
    let sentence = Sentence::new(text, !english_first);
    if let Some(intent) = holding::read(&sentence, english_first, now) {
        return intent;
    }
    let several = clauses::several(&sentence, english_first, now);
    let intent = match several {
        Some(mut only) if only.len() == 1 => only.remove(0),
        Some(all) => Intent::Several(all),
        None => single(sentence.whole(), english_first, now).intent,
    };
    scope::widened(half::settled(&sentence, intent, now), now)
}

/// Whether words say that something is to come back no more: "stop repeating", "dobara nahi".
pub fn stops_repeating(text: &str) -> bool {
    let sentence = Sentence::new(text, detect(text) != Some(Script::En));
    stopping::is_said(&sentence)
}

/// Whether words point at what one sees: "delete this", "yeh mita do", "اسے مٹا دو"; "it" only goes on with what was said.
pub fn points_at(text: &str) -> bool {
    const HERE: [&str; 14] = [
        "this", "these", "yeh", "ye", "isko", "isay", "isey", "ise", "is", "iska", "یہ", "اسے", "اس", "اسکو",
    ];
    let sentence = Sentence::new(text, detect(text) != Some(Script::En));
    let is_here = |token: &Token| HERE.iter().any(|word| normal::is_plain(&token.plain, &normal::plain(word)));
    sentence.tokens.iter().any(is_here)
}

/// Whether words say no to something: "not the gas bill", "doodh wala nahi".
pub fn negates(text: &str) -> bool {
    let sentence = Sentence::new(text, detect(text) != Some(Script::En));
    (0..sentence.len()).any(|at| sentence.any(at, &[Plain::Not, Plain::NotYet, Plain::No]).is_some())
}

/// What one clause says, and how.
struct Read {
    intent: Intent,
    /// Nothing orders, reports or obliges: "buy milk", "kal gym".
    loose: bool,
    /// It says what one has to do or be reminded of: an English verb behind "and" goes on with it.
    obliges: bool,
    /// It begins with the verb of a deed of daily life: "cancel the hall".
    daily: bool,
    /// It begins with "mark", "tick", or says what was done.
    marks: bool,
    /// It begins with "mark", "tick".
    ticks: bool,
}

impl Read {
    /// An order, and nothing loose.
    fn ordered(intent: Intent) -> Self {
        Self {
            intent,
            loose: false,
            obliges: false,
            daily: false,
            marks: false,
            ticks: false,
        }
    }
}

/// Reads a sentence as one deed.
fn single(sentence: Sentence<'_>, english_first: bool, now: Moment) -> Read {
    let mut reading = Reading::new(sentence, now);
    let intent = match talk(&reading.sentence) {
        Some(talk) => Intent::Talk(talk),
        None => intent(&mut reading, english_first),
    };
    let intent = match intent {
        Intent::Add(tasks) if !english_first && !ordered(&reading.sentence) && tasks.iter().any(|task| is_broken(&task.title)) => {
            Intent::Unknown
        }
        // Half of a date is no date to move a task to.
        Intent::Update(target, change) if change.unread.is_empty() => Intent::Update(
            target,
            Change {
                unread: reading.sentence.unread(0, reading.sentence.tokens.len()),
                ..change
            },
        ),
        Intent::Place(task, change) if change.unread.is_empty() => {
            let unread = reading.sentence.unread(0, reading.sentence.tokens.len());
            pointed(&reading.sentence, Intent::Place(task, Change { unread, ..change }))
        }
        other => pointed(&reading.sentence, other),
    };
    let first = (0..reading.sentence.len())
        .find(|at| reading.sentence.tokens[*at].is_text() && reading.sentence.any(*at, &[Plain::Polite, Plain::Self_]).is_none());
    let begins = |reading: &Reading<'_>, kind: Plain| first.is_some_and(|at| reading.sentence.is(at, kind).is_some());
    let marks = first.is_some_and(|at| reading.is_word(at, &["mark", "tick", "check"]));
    Read {
        loose: reading.loose,
        obliges: begins(&reading, Plain::Must) || first.is_some_and(|at| reading.sentence.is(at, Plain::Add).is_some_and(|n| n > 1)),
        daily: begins(&reading, Plain::Verb) && english_first && !marks,
        ticks: marks,
        marks: marks || begins(&reading, Plain::Past),
        intent,
    }
}

fn intent(reading: &mut Reading<'_>, english_first: bool) -> Intent {
    reading.strip_start();
    reading.strip_end();
    if reading.from >= reading.to {
        return Intent::Unknown;
    }
    if let Some(intent) = whole::read(reading) {
        return intent;
    }
    special::correct_days(reading);
    if let Some(intent) = stopping::read(reading)
        .or_else(|| special::read(reading))
        .or_else(|| announced::colon(reading))
    {
        return intent;
    }
    let found = if english_first {
        english::read(reading).or_else(|| urdu::read(reading))
    } else {
        urdu::read(reading).or_else(|| english::read(reading))
    };
    found
        .or_else(|| {
            if reading.talks || english::inquires(reading) {
                return None;
            }
            reading.loose = true;
            reading.first_of(&[special::replaced, adding::dated])
        })
        .unwrap_or(Intent::Unknown)
}

/// Greetings and the like: everything that is said is talk.
fn talk(sentence: &Sentence<'_>) -> Option<Talk> {
    const KINDS: &[(Plain, Talk)] = &[
        (Plain::Help, Talk::Help),
        (Plain::HowAreYou, Talk::HowAreYou),
        (Plain::Thanks, Talk::Thanks),
        (Plain::Bye, Talk::Bye),
        (Plain::Greeting, Talk::Greeting),
        (Plain::Yes, Talk::Yes),
        (Plain::No, Talk::No),
        (Plain::Pause, Talk::Wait),
    ];
    let leaves = (0..sentence.len()).any(|at| sentence.is(at, Plain::Bye).is_some());
    let days = if leaves {
        when::spans(sentence, 0, sentence.tokens.len())
    } else {
        Vec::new()
    };
    let mut heard: Option<usize> = None;
    let mut at = 0;
    while at < sentence.tokens.len() {
        if !sentence.tokens[at].is_text() {
            at += 1;
            continue;
        }
        // "See you tomorrow"
        if let Some((_, end)) = days.iter().find(|(from, to)| (*from..*to).contains(&at)) {
            at = *end;
            continue;
        }
        if !days.is_empty() && sentence.any(at, &[Plain::Before, Plain::After]).is_some() {
            at += 1;
            continue;
        }
        let kind = sentence.senses(at).iter().find_map(|(length, sense)| {
            let place = KINDS.iter().position(|(plain, _)| Sense::Is(*plain) == *sense)?;
            Some((*length, place))
        });
        let polite = sentence.any(at, &[Plain::Polite]);
        let (length, place) = match (kind, polite) {
            (Some((length, place)), longer) if longer.is_none_or(|n| n <= length) => (length, Some(place)),
            (_, Some(length)) => (length, None),
            _ => return None,
        };
        heard = match (heard, place) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        at += length.max(1);
    }
    heard.and_then(|place| KINDS.get(place)).map(|(_, talk)| *talk)
}

/// A sentence on its way to being understood: what lies between `from` and `to` is still to be read.
struct Reading<'a> {
    sentence: Sentence<'a>,
    from: usize,
    to: usize,
    now: Moment,
    /// What was found is a guess from the words alone; see [`Read`].
    loose: bool,
    /// It says how things are: nothing is to be done.
    talks: bool,
    /// A day was named that is not meant: "aaj nahi kal".
    corrected: bool,
    /// A day or a recurrence was named that is to be another one from now on: "rozana ki bajaye har mangal".
    replaced: bool,
    /// Words before a colon announce several tasks.
    listed: bool,
    /// One task is described, whatever joins its words.
    single: bool,
    /// The moment that was named has passed.
    passed: bool,
    /// The priority of the tasks that are meant, where it says so of "all".
    scoped: Option<Priority>,
    /// The days of the tasks that are meant, where it says so of "all".
    scoped_days: Option<(NaiveDate, NaiveDate)>,
}

/// One way to read a sentence.
type Rule = fn(&mut Reading<'_>) -> Option<Intent>;

impl<'a> Reading<'a> {
    /// All of a sentence, with nothing read yet.
    fn new(sentence: Sentence<'a>, now: Moment) -> Self {
        Self {
            from: 0,
            to: sentence.tokens.len(),
            sentence,
            now,
            loose: false,
            talks: false,
            corrected: false,
            replaced: false,
            listed: false,
            single: false,
            passed: false,
            scoped: None,
            scoped_days: None,
        }
    }
}

impl Reading<'_> {
    /// Where a phrase of this kind begins that ends with the token `last`: the longest of them, not before `from`.
    fn phrase_to(&self, kind: Plain, from: usize, last: usize) -> Option<usize> {
        let ends_here = |at: &usize| {
            let senses = self.sentence.senses(*at);
            senses.iter().any(|(n, sense)| at + n == last + 1 && *sense == Sense::Is(kind))
        };
        (from..=last).rev().take(4).filter(ends_here).last()
    }

    /// What the first rule that fits makes of it; a rule that does not fit leaves no trace.
    fn first_of(&mut self, rules: &[Rule]) -> Option<Intent> {
        let used = self.sentence.used.clone();
        let (from, to) = (self.from, self.to);
        for rule in rules {
            if let Some(intent) = rule(self) {
                return Some(intent);
            }
            self.sentence.used.clone_from(&used);
            (self.from, self.to) = (from, to);
        }
        None
    }

    /// Passes over greetings, politeness and marks at the beginning.
    fn strip_start(&mut self) {
        while self.from < self.to {
            let at = self.from;
            let length = if !self.sentence.tokens[at].is_text() {
                1
            } else {
                let keep = self.sentence.senses(at).iter().find(|(_, s)| {
                    !matches!(
                        s,
                        Sense::Is(
                            Plain::Polite
                                | Plain::Greeting
                                | Plain::Filler
                                | Plain::English
                                | Plain::Yes
                                | Plain::No
                                | Plain::Particle
                                | Plain::Thanks
                        )
                    )
                });
                // "No, make it Saturday"
                let corrected = self
                    .sentence
                    .is(at, Plain::No)
                    .filter(|n| self.sentence.tokens.get(at + n).is_some_and(|t| t.is_mark(',') || t.is_mark('،')));
                // "bhai ki shadi" is about the brother.
                let owned = self.sentence.is(at + 1, Plain::Post).is_some();
                // "Hmm add milk", "ruko, doodh lana hai"
                let paused = self.sentence.is(at, Plain::Pause).filter(|n| {
                    let marked = self.sentence.tokens.get(at + n).is_some_and(|t| !t.is_text());
                    marked || self.is_word(at, &["hmm", "hmmm", "hm", "umm", "um", "uh", "ruko", "ہمم", "رکو"])
                });
                let corrected = corrected.or(paused.filter(|n| at + n < self.to));
                let polite = self
                    .sentence
                    .any(at, &[Plain::Polite, Plain::Greeting])
                    .filter(|n| *n > 1 || !owned)
                    .or(corrected);
                match (polite, keep) {
                    (Some(length), Some((other, _))) if *other > length => break,
                    (Some(length), _) => length,
                    _ => break,
                }
            };
            self.sentence.take(at, length);
            self.from = (at + length).min(self.to);
        }
    }

    /// Passes over politeness and marks at the end.
    fn strip_end(&mut self) {
        while self.to > self.from {
            let last = self.to - 1;
            if !self.sentence.tokens[last].is_text() {
                self.to = last;
                continue;
            }
            let start = (self.from..=last)
                .rev()
                .take(5)
                .filter(|at| {
                    self.sentence
                        .senses(*at)
                        .iter()
                        .any(|(n, s)| at + n == last + 1 && matches!(s, Sense::Is(Plain::Polite)))
                })
                .last();
            match start {
                // "remind me to call bhai", "call Ahmed bhai"
                Some(start) if start == last && (self.calls(last) || self.is_of_a_name(self.from, last)) => break,
                Some(start) if start > self.from && !self.is_word(last, &["do", "دو"]) && !(start == last && self.is_name(last)) => {
                    self.sentence.take(start, self.to - start);
                    self.to = start;
                }
                _ => break,
            }
        }
    }

    /// "bhai" behind an English verb is the brother.
    fn calls(&self, at: usize) -> bool {
        let verb = at.checked_sub(1).filter(|before| *before >= self.from);
        self.sentence.word_is(at, Plain::Noun) && verb.is_some_and(|before| self.sentence.word_is(before, Plain::Verb))
    }

    /// "Ahmed bhai", "Ali jee", "احمد بھائی": an honorific behind a name, which the lists do not know. Behind a verb it speaks to the assistant:
    /// "doodh lana bhai".
    fn is_of_a_name(&self, from: usize, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= from && self.is_word(at, &HONORIFICS)) else {
            return false;
        };
        let token = &self.sentence.tokens[before];
        let capital = self.sentence.text[token.start..token.end].starts_with(char::is_uppercase);
        let unknown = self
            .sentence
            .senses(before)
            .iter()
            .all(|(_, sense)| matches!(sense, Sense::Is(Plain::Noun)));
        let known_verb = self.sentence.word_is(before, Plain::Verb) || urdu::is_infinitive(&self.sentence, before);
        !self.sentence.used[before] && token.kind == Kind::Word && !known_verb && (unknown || capital && before > 0)
    }

    /// "Zara" within a sentence is a person, "zara" a politeness.
    fn is_name(&self, at: usize) -> bool {
        let token = &self.sentence.tokens[at];
        let mut letters = self.sentence.text[token.start..token.end].chars();
        let capital = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
        capital && at > 0 && self.sentence.word_is(at, Plain::Polite)
    }

    fn is_word(&self, at: usize, words: &[&str]) -> bool {
        let is = |t: &Token| words.iter().any(|word| normal::is_plain(word, &t.plain));
        self.sentence.tokens.get(at).is_some_and(is)
    }

    /// Whether the message ends in a question mark.
    fn asks(&self) -> bool {
        self.sentence
            .tokens
            .iter()
            .rev()
            .take_while(|t| !t.is_text())
            .any(|t| t.is_mark('?') || t.is_mark('؟'))
    }

    /// Takes the date words that are left.
    fn take_when(&mut self, which: Which) -> When {
        when::take(&mut self.sentence, self.from, self.to, which, self.now)
    }

    /// What the date words that are left change. A recurrence right before the words that name the task is a part of its title, where another
    /// day follows or nothing else is said of days: "move weekly plan to Friday".
    fn take_change(&mut self, which: Which) -> Change {
        let used = self.sentence.used.clone();
        let change = self.take_when(which).change(self.now);
        let Some((from, to)) = self.leading_recurrence(&used) else {
            return change;
        };
        self.sentence.forget(from, to);
        if change.repeat.is_none() {
            return change;
        }
        self.sentence.used = used;
        self.take_when(which).change(self.now)
    }

    /// The places of date words, without taking them.
    fn dates(&mut self) -> (When, Vec<bool>) {
        let before = self.sentence.used.clone();
        // Of several days each has a task of its own.
        if !self.single {
            when::take_more_days(&mut self.sentence, self.from, self.to);
        }
        let when = self.take_when(Which::First);
        let dated = self.sentence.used.iter().zip(&before).map(|(now, then)| *now && !*then).collect();
        self.sentence.used = before;
        (when, dated)
    }

    /// Marks every word of some kinds in what is left.
    fn drop_all(&mut self, kinds: &[Plain]) {
        let mut at = self.from;
        while at < self.to {
            match self.sentence.any(at, kinds).filter(|_| !self.sentence.used[at]) {
                Some(length) => {
                    self.sentence.take(at, length);
                    at += length;
                }
                None => at += 1,
            }
        }
    }
}
