//! New tasks: one sentence may hold several.

use super::{Reading, habits};
use crate::domain::{
    language::{
        DueError, Intent, NewTask,
        lexicon::{Plain, Sense},
        sentence::Sentence,
        token::Kind,
        when::{self, Day, Moment, When, Which},
    },
    task::Priority,
};

/// Words that stand before a title and do not belong to it.
const BEFORE: &[Plain] = &[Plain::Self_, Plain::Must, Plain::Link, Plain::Polite, Plain::List, Plain::Separate];

/// A thing with a date and no order is a task.
pub(super) fn dated(reading: &mut Reading<'_>) -> Option<Intent> {
    let used = reading.sentence.used.clone();
    let (when, dated) = reading.dates();
    let urgent = (reading.from..reading.to).any(|at| {
        reading
            .sentence
            .find(at, |s| matches!(s, Sense::Priority(_)).then_some(()))
            .is_some()
    });
    let left: Vec<usize> = reading
        .sentence
        .left(reading.from, reading.to)
        .into_iter()
        .filter(|at| !dated[*at])
        .collect();
    let says = left.iter().any(|at| {
        reading
            .sentence
            .any(
                *at,
                &[
                    Plain::Particle,
                    Plain::Filler,
                    Plain::Polite,
                    Plain::Question,
                    Plain::What,
                    Plain::Not,
                    Plain::Task,
                ],
            )
            .is_none()
    });
    let chat = left.iter().any(|at| reading.sentence.is(*at, Plain::Chat).is_some());
    // "It's late today", "I am at the office today": how things are.
    let tells = left.first().is_some_and(|at| {
        reading.is_word(
            *at,
            &[
                "it", "its", "i", "im", "we", "were", "he", "hes", "she", "shes", "they", "theyre", "there", "that", "thats", "you",
                "youre",
            ],
        ) && !reading.is_word(at + 1, &["have", "ve", "got", "need", "must", "ll", "will"])
    });
    let asks = chat
        || tells && !urgent && !reading.sentence.roman
        || reading.asks()
        || left.first().is_some_and(|at| {
            reading
                .sentence
                .any(*at, &[Plain::Question, Plain::What, Plain::NotYet, Plain::Not])
                .is_some()
        })
        || left.iter().any(|at| reading.sentence.any(*at, &[Plain::Not]).is_some());
    // What is not wholly understood is a sign of a date all the same.
    let unread = !reading.sentence.unread(reading.from, reading.to).is_empty();
    if (when.is_empty() && !urgent && !unread) || asks || !says {
        reading.sentence.used = used;
        return None;
    }
    // "I have a dentist appointment tomorrow", "got a flight on Saturday"
    let has = left.iter().copied().take(3).find(|at| {
        reading.is_word(*at, &["have", "got", "ve", "ive", "theres", "there"])
            && reading.is_word(at + 1, &["a", "an", "another", "is", "got"])
    });
    if let Some(at) = has.filter(|_| !reading.sentence.roman) {
        let end = (at + 1..reading.to)
            .find(|place| !reading.is_word(*place, &["a", "an", "another", "is", "got"]))
            .unwrap_or(at + 1);
        let first = left.first().copied().unwrap_or(at);
        reading.sentence.take(first, end - first);
    }
    add(reading)
}

/// Everything that is left is to be added.
pub(super) fn add(reading: &mut Reading<'_>) -> Option<Intent> {
    let tasks = tasks(reading);
    (!tasks.is_empty()).then_some(Intent::Add(tasks))
}

/// The tasks in what is left; a single one where only one is meant.
pub(super) fn tasks(reading: &mut Reading<'_>) -> Vec<NewTask> {
    let separate =
        reading.listed || numbered(reading) || (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Separate).is_some());
    reading.drop_all(&[Plain::Separate]);
    let (from, to) = (reading.from, reading.to);
    let from = reading.peel(from, to, BEFORE);
    let to = reading.peel_end(from, to, &[Plain::List, Plain::Polite]);
    let dated = reading.dates().1;
    let parts = if reading.single {
        vec![(from, to)]
    } else {
        split(reading, &dated, from, to, separate)
    };
    let mut more_days: Vec<Vec<Day>> = Vec::new();
    let mut read: Vec<(usize, usize, When, Option<Priority>)> = Vec::new();
    for (start, end) in parts {
        let mut start = reading.peel(start, end, BEFORE);
        // "... and remind me to call Ali"
        if start > from
            && let Some(length) = reading.sentence.is(start, Plain::Add).filter(|length| *length > 1)
        {
            reading.sentence.take(start, length);
            start = reading.peel(start + length, end, BEFORE);
        }
        let priority = reading.take_priority(start, end);
        let (when, days) = days(reading, start, end);
        more_days.push(days);
        read.push((start, end, when, priority));
    }
    share(reading, &mut read, from, to);
    let alone = read.len() == 1;
    let mut out = Vec::new();
    for ((start, end, when, priority), days) in read.into_iter().zip(more_days) {
        let (first, last) = (start, end);
        let start = reading.peel(start, end, BEFORE);
        let start = articles(reading, start, end);
        let end = reading.peel_end(start, end, &[Plain::List, Plain::Polite]);
        let end = loose_end(reading, start, end);
        let end = verb_end(reading, start, end);
        if only_order(reading, start, end) || alone && only_task(reading, start, end, when.is_empty()) {
            continue;
        }
        let Some(title) = reading.words(start, end) else { continue };
        let when = habits::in_its_part(reading, start, end, when);
        // "class on Monday and Wednesday": one for each day.
        let each = days.into_iter().map(|day| When { day: Some(day), ..when });
        for when in std::iter::once(when).chain(each) {
            out.push(NewTask {
                unread: reading.sentence.unread(first, last),
                passed: reading.passed,
                ..new_task(title.clone(), &when, priority, reading.now)
            });
        }
    }
    out
}

/// The day and time that a range names, and the days that are joined to that day. A single task cannot have several days: none of them is
/// taken then, and they are named. So is what it cannot have: a day or time that has passed, or that there is not.
pub(super) fn days(reading: &mut Reading<'_>, from: usize, to: usize) -> (When, Vec<Day>) {
    when::leave_in_title(&mut reading.sentence, from, to, reading.now);
    let used = reading.sentence.used.clone();
    let more = if reading.single {
        Vec::new()
    } else {
        when::take_more_days(&mut reading.sentence, from, to)
    };
    let when = when::take(&mut reading.sentence, from, to, Which::First, reading.now);
    if !reading.single {
        return (when, more);
    }
    let due = when.due(reading.now);
    let cannot_be = matches!(due, Some(Err(_)));
    if cannot_be {
        reading.passed = matches!(due, Some(Err(DueError::Past(_) | DueError::PastTime(_))));
        reading.sentence.doubt_since(used);
    }
    (if cannot_be { When::default() } else { when }, Vec::new())
}

pub(super) fn new_task(title: String, when: &When, priority: Option<Priority>, now: Moment) -> NewTask {
    let due = when.due(now);
    NewTask {
        title,
        due: due.clone().and_then(Result::ok),
        due_error: due.and_then(Result::err),
        priority,
        repeat: when.repeat_of(now),
        unread: Vec::new(),
        passed: false,
    }
}

/// "1) fix tap 2) paint door": whether the tasks are numbered.
fn numbered(reading: &Reading<'_>) -> bool {
    (reading.from..reading.to).filter(|at| numbers(&reading.sentence, *at)).count() > 1
}

/// The number before a task of a list: "2)", "۲۔".
fn numbers(sentence: &Sentence<'_>, at: usize) -> bool {
    let mark = sentence
        .tokens
        .get(at + 1)
        .is_some_and(|t| !t.spaced && matches!(t.kind, Kind::Mark(')' | '.' | '۔')));
    let behind = sentence.tokens.get(at + 2).is_some_and(|t| t.spaced && t.is_text());
    sentence.tokens[at].kind == Kind::Number && sentence.tokens[at].number().is_some_and(|n| n < 41) && mark && behind
}

/// An article before the first noun, and "task called".
fn articles(reading: &mut Reading<'_>, from: usize, to: usize) -> usize {
    let mut at = from;
    while at + 1 < to
        && (reading.sentence.used[at]
            || reading.is_word(at, &["a", "an", "called", "named", "titled", "saying", "for", "that", "says", "of"])
            || (reading.is_word(at, &["the"]) && reading.sentence.tokens[at + 1].kind == Kind::Quote))
    {
        reading.sentence.take(at, 1);
        at += 1;
    }
    at
}

/// "lena hai": the title ends with the infinitive.
pub(super) fn verb_end(reading: &mut Reading<'_>, from: usize, to: usize) -> usize {
    let left = reading.sentence.left(from, to);
    let copula = left.iter().copied().find(|at| {
        reading
            .sentence
            .senses(*at)
            .iter()
            .any(|(n, s)| at + n >= to && matches!(s, Sense::Is(Plain::Copula | Plain::Need)))
    });
    let before = copula.and_then(|copula| left.iter().rev().copied().find(|at| *at < copula));
    match (copula, before) {
        (Some(copula), Some(before)) if super::urdu::is_infinitive(&reading.sentence, before) => {
            reading.sentence.take(copula, to - copula);
            copula
        }
        _ => to,
    }
}

/// "Remind me tomorrow" says when, but not what.
fn only_order(reading: &Reading<'_>, from: usize, to: usize) -> bool {
    let mut reached = from;
    reading.sentence.left(from, to).into_iter().all(|at| {
        let order = reading
            .sentence
            .is(at, Plain::Add)
            .filter(|length| *length > 1)
            .or_else(|| reading.sentence.is(at, Plain::Self_));
        reached = reached.max(at + order.unwrap_or(0));
        at < reached
    })
}

/// "naya task banao", "reminder laga do", "create a reminder": that a task is to be made, but not which.
fn only_task(reading: &Reading<'_>, from: usize, to: usize, undated: bool) -> bool {
    let sentence = &reading.sentence;
    sentence.left(from, to).into_iter().all(|at| {
        let order = sentence.any(at, &[Plain::Add, Plain::Request, Plain::Stem]).is_some() && !sentence.word_is(at, Plain::Noun);
        let some = sentence.any(at, &[Plain::Task, Plain::Filler, Plain::What]).is_some();
        if sentence.roman {
            sentence.tokens[at].kind == Kind::Word && !super::urdu::is_infinitive(sentence, at) && (order || undated && some)
        } else {
            undated && sentence.word_is(at, Plain::Add) && sentence.word_is(at, Plain::Task)
        }
    })
}

/// Prepositions that lost their date: "call Ali on".
pub(super) fn loose_end(reading: &mut Reading<'_>, from: usize, mut to: usize) -> usize {
    while to > from + 1
        && (reading.sentence.used[to - 1]
            || reading.is_word(
                to - 1,
                &[
                    "on", "by", "at", "before", "for", "and", "aur", "اور", "over", "during", "the", "due", "with", "as", "its", "is",
                ],
            )
            || reading.sentence.roman && reading.is_word(to - 1, &["ka", "ki", "کا", "کی"]))
    {
        reading.sentence.take(to - 1, 1);
        to -= 1;
    }
    to
}

/// A date at the very beginning or end of the sentence holds for all its tasks.
fn share(reading: &Reading<'_>, read: &mut [(usize, usize, When, Option<Priority>)], from: usize, to: usize) {
    let dated: Vec<usize> = (0..read.len()).filter(|at| !read[*at].2.is_empty()).collect();
    let [only] = dated[..] else { return };
    if read.len() < 2 {
        return;
    }
    let edge = |at: usize| reading.sentence.used.get(at).copied().unwrap_or(false);
    let first = only == 0 && edge(from.max(read[0].0.min(from + 1)).min(to - 1)) && edge(from);
    let last = only == read.len() - 1 && edge(to - 1);
    if first || last || only == 0 && edge(from) {
        let when = read[only].2;
        for entry in read.iter_mut() {
            entry.2 = when;
        }
    }
}

/// The ranges of the single tasks.
fn split(reading: &Reading<'_>, dated: &[bool], from: usize, to: usize, separate: bool) -> Vec<(usize, usize)> {
    let sentence = &reading.sentence;
    let is_cut = |at: usize| {
        !sentence.used[at]
            && (matches!(sentence.tokens[at].kind, Kind::Mark(',' | '،' | ';' | '؛' | '•') | Kind::Line)
                || numbers(sentence, at)
                || sentence.word_is(at, Plain::And))
    };
    let days = when::spans(sentence, from, to);
    let is_day = |at: usize| dated.get(at).copied().unwrap_or(false) || days.iter().any(|(start, end)| (*start..*end).contains(&at));
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut hard = Vec::new();
    let mut start = from;
    for at in from..=to {
        if at == to || is_cut(at) {
            let left = sentence.left(start, at);
            let undated = left.iter().filter(|p| !is_day(**p));
            let says = undated.clone().any(|p| sentence.tokens[*p].kind != Kind::Number) || (left.len() > 1 && undated.count() > 0);
            if says {
                parts.push((start, at));
                let orders = sentence.is(at + 1, Plain::Add).is_some_and(|length| length > 1);
                hard.push(at < to && (orders || matches!(sentence.tokens[at].kind, Kind::Line | Kind::Mark(';' | '؛'))));
            } else if let Some(last) = parts.last_mut() {
                // "dinner, 14/02, 8pm": the date belongs to what stands before it.
                last.1 = at;
            } else if !left.is_empty() {
                // "Tomorrow, buy milk"
                continue;
            }
            start = at + 1;
        }
    }
    if parts.len() < 2 || parts.len() > 40 {
        return vec![(from, to)];
    }
    let complete = |&(start, end): &(usize, usize)| is_clause(reading, dated, start, end);
    let quotes = parts
        .iter()
        .all(|(start, end)| sentence.left(*start, *end).iter().any(|p| sentence.tokens[*p].kind == Kind::Quote));
    if separate
        || quotes
        || parts.iter().all(complete)
        || hard.iter().take(parts.len() - 1).all(|h| *h)
        || parts.iter().all(|part| is_thing(reading, *part))
    {
        return parts;
    }
    // Cut only where a whole clause ends and another begins.
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        match out.last_mut() {
            Some(last)
                if !(hard[place - 1] || (complete(&parts[place - 1]) && complete(part) && is_clause(reading, dated, last.0, last.1))) =>
            {
                last.1 = part.1
            }
            _ => out.push(*part),
        }
    }
    out
}

/// Whether the words make a deed of their own: an English verb at the beginning, an Urdu infinitive at the end.
fn is_clause(reading: &Reading<'_>, dated: &[bool], start: usize, end: usize) -> bool {
    let sentence = &reading.sentence;
    let mut left = sentence.left(start, end);
    left.retain(|at| !dated.get(*at).copied().unwrap_or(false));
    let (Some(&first), Some(&last)) = (
        left.iter().find(|at| {
            sentence.any(**at, &[Plain::Must, Plain::Self_, Plain::Polite]).is_none()
                && !reading.is_word(**at, &["to", "then", "also", "have"])
        }),
        left.last(),
    ) else {
        return false;
    };
    let verb_first = !sentence.roman && sentence.is(first, Plain::Verb).is_some() && left.len() > 1;
    let before_last = left.iter().rev().nth(1).copied();
    let verb_last = sentence.roman
        && (super::urdu::is_infinitive(sentence, last)
            || (sentence.any(last, &[Plain::Copula, Plain::Need]).is_some()
                && before_last.is_some_and(|at| super::urdu::is_infinitive(sentence, at)))
            || left.iter().rev().take(3).any(|at| super::urdu::is_infinitive(sentence, *at)));
    verb_first || verb_last
}

/// Whether the words are one thing on a shopping list: short, without verb or preposition.
fn is_thing(reading: &Reading<'_>, (start, end): (usize, usize)) -> bool {
    let sentence = &reading.sentence;
    let left = sentence.left(start, end);
    let lone = left.len() == 1;
    left.len() <= 3
        && !left.is_empty()
        && left.iter().enumerate().all(|(place, at)| {
            let joins = reading.is_word(
                *at,
                &[
                    "with", "between", "for", "to", "from", "about", "ko", "se", "کو", "سے", "on", "at", "in",
                ],
            );
            let verb = sentence.is(*at, Plain::Verb).is_some() && place == 0 && !lone && !sentence.roman;
            !(joins || verb || sentence.roman && super::urdu::is_infinitive(sentence, *at))
        })
}
