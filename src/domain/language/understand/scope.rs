//! Targets that are no single task: the overdue ones, those of a day, all but some.

use super::{
    Moment, Reading,
    addressed::{AROUND, KAAM},
    broken::changed_as,
    understand,
};
use crate::domain::language::{
    Intent, NewTask, Target,
    lexicon::Plain,
    normal,
    sentence::Sentence,
    when::{self, Which},
};

/// Whether this is a word for several tasks.
pub(super) fn is_many(reading: &Reading<'_>, at: usize) -> bool {
    reading.is_word(at, MANY) || reading.is_word(at, KAAM)
}

/// Words for several tasks, beside those of Urdu, which has one form for one and many.
const MANY: &[&str] = &[
    "tasks",
    "todos",
    "things",
    "items",
    "reminders",
    "ones",
    "stuff",
    "whatever",
    "anything",
];
/// Says of one task whose it is: "kal ka kaam".
const OF_ONE: &[&str] = &["ka", "ki", "کا", "کی", "wala", "wali", "والا", "والی", "task"];
/// What is left out has so many words at most.
const NAMES_MAX: usize = 12;
/// "Jin kaamon ka waqt guzar gaya", "jitne kaam baqi hain", "whatever is overdue".
pub(super) const WHICH: &[&str] = &[
    "jin",
    "jis",
    "jo",
    "jitne",
    "jitnay",
    "jitni",
    "jitna",
    "bhi",
    "unko",
    "un",
    "unhe",
    "inko",
    "in",
    "whatever",
    "anything",
    "which",
    "that",
    "thats",
    "جن",
    "جس",
    "جو",
    "جتنے",
    "جتنی",
    "جتنا",
    "بھی",
    "ان",
    "انہیں",
];

/// The same intent, with all tasks that its words mean, where they name no single one: "overdue tasks", "today's tasks", "aaj ke kaam".
pub(super) fn widened(intent: Intent, now: Moment) -> Intent {
    let wide = |target: Target| match &target.words[..] {
        [only] => all_of(only, now).map_or(target.clone(), |all| Target { fit: target.fit, ..all }),
        _ => target,
    };
    match intent {
        Intent::Complete(target) => Intent::Complete(wide(target)),
        Intent::Delete(target) => Intent::Delete(wide(target)),
        Intent::Update(target, change) => Intent::Update(wide(target), change),
        Intent::Add(tasks) => match &tasks[..] {
            [only] => placed(only, now).unwrap_or(Intent::Add(tasks)),
            _ => Intent::Add(tasks),
        },
        Intent::Place(task, change) => placed(&task, now).unwrap_or(Intent::Place(task, change)),
        other => other,
    }
}

/// "jitne kaam overdue hain sab kal pe daal do": what names tasks that are there, and a day, is no new task.
fn placed(task: &NewTask, now: Moment) -> Option<Intent> {
    let change = changed_as(task);
    let target = all_of(&task.title, now).filter(|_| !change.is_empty())?;
    Some(Intent::Update(target, change))
}

/// All tasks that are meant by words that name a time and no task.
fn all_of(words: &str, now: Moment) -> Option<Target> {
    const URDU: &[&str] = &[
        "kaam", "kaamon", "kaamo", "kamon", "sab", "sare", "saare", "sub", "tamam", "jitne", "jo", "jin", "wale", "ke", "hain",
    ];
    let urdu = !words.is_ascii() || has_word(words, URDU);
    let mut reading = Reading::new(Sentence::new(words, urdu), now);
    let (from, to) = (reading.from, reading.to);
    let says = |reading: &Reading<'_>, kind: Plain| (from..to).any(|at| reading.sentence.is(at, kind).is_some());
    let overdue = says(&reading, Plain::Overdue);
    let many = (from..to).any(|at| is_many(&reading, at)) || says(&reading, Plain::All) || words.trim() == "overdue";
    let of_one = !overdue && (from..to).any(|at| reading.is_word(at, OF_ONE)) || (from..to).any(|at| reading.is_word(at, &["task"]));
    // "jitne kaam baqi hain sab"
    let every = says(&reading, Plain::All) && (from..to).any(|at| reading.is_word(at, WHICH));
    if !many || of_one || !(overdue || every) && when::spans(&reading.sentence, from, to).is_empty() {
        return None;
    }
    reading.drop_all(&[Plain::Overdue]);
    let priority = reading.take_priority(from, to);
    let when = reading.take_when(Which::First);
    let range = when.range(now, false);
    let which = (from..to).any(|at| reading.is_word(at, WHICH));
    if overdue || which {
        reading.drop_all(&[Plain::DateNoun, Plain::Done, Plain::Past, Plain::Copula]);
        for at in from..to {
            if reading.is_word(at, WHICH) || reading.is_word(at, MANY) || reading.is_word(at, &["waqt", "time", "وقت"]) {
                reading.sentence.take(at, 1);
            }
        }
    }
    reading.drop_all(AROUND);
    reading.drop_all(&[Plain::Post, Plain::Before, Plain::It]);
    let is_all = reading.sentence.left(from, to).is_empty() && (overdue || every || range.is_some());
    is_all.then(|| Target {
        all: true,
        range,
        priority,
        overdue,
        ..Target::default()
    })
}

fn has_word(text: &str, words: &[&str]) -> bool {
    text.split_whitespace().any(|word| words.contains(&word.to_lowercase().as_str()))
}

/// "All but the gym", "gym ke ilawa sab mita do": the rest of the message orders something of all tasks, and these words are left out of them.
/// `None` where it does not, or where what is to be left out is named by no words.
pub(super) fn but_some(sentence: &Sentence<'_>, now: Moment) -> Option<Intent> {
    let count = sentence.len();
    let text = sentence.text;
    // With two of them one cannot say which words each leaves out.
    let mut marks = (0..count).filter_map(|at| except_at(sentence, at).map(|length| (at, at + length)));
    let (Some((from, to)), None) = (marks.next(), marks.next()) else {
        return None;
    };
    let start_of = |at: usize| sentence.tokens[at].start;
    let end_of = |at: usize| sentence.tokens[at - 1].end;
    let behind = (to + 1..=count.min(to + NAMES_MAX))
        .rev()
        .map(|end| ((start_of(to), end_of(end)), (start_of(from), end_of(end))));
    let before = (from.saturating_sub(NAMES_MAX)..from).map(|start| ((start_of(start), end_of(from)), (start_of(start), end_of(to))));
    // "Except" and "siwaye" stand before what is left out, "ke ilawa" behind it.
    let post = is_word(sentence, from, &["ke", "k", "کے", "chhor", "چھوڑ"]);
    let (first, second): (Vec<_>, Vec<_>) = if post {
        (before.collect(), Vec::new())
    } else {
        (behind.collect(), before.collect())
    };
    for ((name, end), (cut, rest)) in first.into_iter().chain(second) {
        let order = format!("{} {}", &text[..cut], &text[rest..]);
        if let Some(intent) = of_all(understand(&order, now).intent) {
            return names(&text[name..end], sentence.roman, now).map(|except| without(intent, except));
        }
    }
    None
}

/// An order about all tasks, or all of some.
fn of_all(intent: Intent) -> Option<Intent> {
    let is_all = match &intent {
        Intent::Complete(target) | Intent::Delete(target) => target.all,
        Intent::Update(target, change) => target.all && !change.is_empty(),
        _ => false,
    };
    is_all.then_some(intent)
}

fn without(intent: Intent, except: Vec<String>) -> Intent {
    let but = |target: Target| Target { except, ..target };
    match intent {
        Intent::Complete(target) => Intent::Complete(but(target)),
        Intent::Delete(target) => Intent::Delete(but(target)),
        Intent::Update(target, change) => Intent::Update(but(target), change),
        other => other,
    }
}

/// The names in what is left out.
fn names(words: &str, roman: bool, now: Moment) -> Option<Vec<String>> {
    let mut reading = Reading::new(Sentence::new(words, roman), now);
    for at in reading.from..reading.to {
        if reading.is_word(at, &["ke", "k", "ko", "کے", "کو"]) {
            reading.sentence.take(at, 1);
        }
    }
    let target = reading.target();
    let dated = !when::spans(&reading.sentence, reading.from, reading.to).is_empty();
    let only_dates = dated && all_of(words, now).is_some();
    (!target.words.is_empty() && !only_dates).then_some(target.words)
}

/// The length of "except", "ke ilawa", "but" behind "all", where it begins here.
pub(super) fn except_at(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let but = || {
        let all = (at.saturating_sub(3)..at).any(|before| sentence.is(before, Plain::All).is_some_and(|length| before + length <= at));
        (is_word(sentence, at, &["but"]) && all).then_some(1)
    };
    sentence.is(at, Plain::Except).or_else(but)
}

fn is_word(sentence: &Sentence<'_>, at: usize, words: &[&str]) -> bool {
    let is = |plain: &str| words.iter().any(|word| normal::is_plain(word, plain));
    sentence.tokens.get(at).is_some_and(|token| is(&token.plain))
}
