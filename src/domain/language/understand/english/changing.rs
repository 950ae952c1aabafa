//! Deleting, renaming, and what else changes a task, beside moving it.

use super::{
    has_deadline, led_by,
    moving::{drop_to, due_change},
};
use crate::domain::{
    language::{
        Change, Either, Fit, Intent, Order, Target,
        lexicon::{Plain, Sense},
        token::Kind,
        understand::{Reading, addressed},
        when::{self, Which},
    },
    task::Priority,
};

/// "Cancel the hall tomorrow" is a thing to do tomorrow, or says that a task is to go.
fn daily_deletion(reading: &mut Reading<'_>, begins: usize) -> Option<Intent> {
    let of_list = [Plain::Task, Plain::List, Plain::It, Plain::All, Plain::Completed, Plain::Wala];
    let listed = (reading.from..reading.to).any(|at| reading.sentence.any(at, &of_list).is_some());
    if reading.sentence.is(begins, Plain::Verb).is_none() || listed || reading.dates().0.is_empty() {
        return None;
    }
    let used = reading.sentence.used.clone();
    let from = std::mem::replace(&mut reading.from, begins);
    reading.sentence.used[begins..from].fill(false);
    let whole = addressed::either(reading, Order::Delete, Target::default(), true);
    (reading.sentence.used, reading.from) = (used, from);
    reading.take_when(Which::First);
    drop_to(reading);
    let target = reading.target();
    match whole {
        Intent::Either(either) if !target.words.is_empty() => Some(Intent::Either(Box::new(Either { target, ..*either }))),
        _ => None,
    }
}

/// "Delete the milk task", "get rid of it".
pub(super) fn deleted(reading: &mut Reading<'_>) -> Option<Intent> {
    let begins = reading.from;
    // "Throw away old clothes", "drop the kids at school": of daily life, if nothing says that the list is meant.
    let of_list = [Plain::Task, Plain::List, Plain::It, Plain::All, Plain::Completed, Plain::Wala];
    let place = |at: usize| at + 1 < reading.to && reading.is_word(at, &["at", "off", "to", "over", "in", "into", "with"]);
    let placed = reading.is_word(reading.from, &["drop"]) && (reading.from..reading.to).any(place);
    let thrown = (placed || reading.sentence.is(reading.from, Plain::Discard).is_some())
        && !(reading.from + 1..reading.to).any(|at| reading.sentence.any(at, &of_list).is_some());
    if thrown && (placed || !reading.dates().0.is_empty()) {
        return None;
    }
    if reading.asks() && !reading.is_word(reading.from, &["delete", "remove", "cancel"]) || !led_by(reading, Plain::Delete) {
        return None;
    }
    // "I don't want the gym task anymore", but not "I don't want to go".
    let wanted = reading.from.checked_sub(1).is_some_and(|at| reading.is_word(at, &["want"]));
    let task =
        (reading.from..reading.to).any(|at| reading.is_word(at, &["anymore", "longer"]) || reading.sentence.word_is(at, Plain::Task));
    if wanted && !task {
        return None;
    }
    let dateless = (reading.from..reading.to).any(|at| {
        reading.is_word(at, &["deadline"])
            || (reading.is_word(at, &["date", "due"]) && reading.is_word(at + 1, &["date", "from", "of", "on"]))
    });
    if dateless {
        for at in reading.from..reading.to {
            if reading.is_word(at, &["due", "date", "deadline", "from", "of", "the"]) {
                reading.sentence.take(at, 1);
            }
        }
        return Some(Intent::Update(
            reading.target(),
            Change {
                clear_due: true,
                ..Change::default()
            },
        ));
    }
    if let Some(intent) = daily_deletion(reading, begins) {
        return Some(intent);
    }
    let lists = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::List).is_some());
    reading.to = reading.peel_end(reading.from, reading.to, &[Plain::List]);
    let mut target = reading.target();
    // "Clear my list": everything on it.
    target.all |= lists && target.words.is_empty() && !target.it;
    if thrown {
        target.fit = Fit::Whole;
    }
    Some(Intent::Delete(target))
}

/// "The AC repair is no longer needed": what need not be done is what is to go.
pub(super) fn unneeded(reading: &mut Reading<'_>) -> Option<Intent> {
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let at = reading.phrase_to(Plain::Delete, reading.from + 1, last).filter(|at| *at < last)?;
    let kinds = [Plain::Add, Plain::Must, Plain::Verb, Plain::Question, Plain::What, Plain::Show];
    if reading.asks() || reading.sentence.any(reading.from, &kinds).is_some() {
        return None;
    }
    reading.to = at;
    let target = reading.target();
    (!target.words.is_empty()).then_some(Intent::Delete(target))
}

/// "Take milk off my list".
pub(super) fn taken_off(reading: &mut Reading<'_>) -> Option<Intent> {
    let off = (reading.from + 1..reading.to)
        .rev()
        .take(4)
        .find(|at| reading.is_word(*at, &["off", "out"]))?;
    // "Take it off"
    let pointed = off + 1 == reading.to && (reading.from + 1..off).all(|at| reading.sentence.is(at, Plain::It).is_some());
    let ends = reading.sentence.any(off, &[Plain::List]).is_some() || off + 1 == reading.to;
    let listed = ends && (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::List).is_some());
    if !(listed || pointed && reading.is_word(reading.from, &["take", "strike"]))
        || !reading.is_word(reading.from, &["take", "strike", "cross", "get", "knock"])
    {
        return None;
    }
    reading.sentence.take(reading.from, 1);
    (reading.from, reading.to) = (reading.from + 1, off);
    Some(Intent::Delete(reading.target()))
}

/// "Buy milk should be on Saturday", "the report is urgent".
pub(super) fn stated(reading: &mut Reading<'_>) -> Option<Intent> {
    let cut = (reading.from + 1..reading.to).find(|at| {
        reading.is_word(*at, &["should", "must"]) && reading.is_word(at + 1, &["be", "move", "go"])
            || reading.is_word(*at, &["is", "are"]) && reading.is_word(at + 1, &["now"])
    });
    // "The dentist is on Thursday now", "dentist moved to 4 December".
    let now = reading
        .sentence
        .left(reading.from, reading.to)
        .last()
        .is_some_and(|at| reading.is_word(*at, &["now", "instead"]));
    let moved = (reading.from + 1..reading.to).find(|at| {
        now && reading.is_word(*at, &["is", "are"])
            || reading.sentence.tokens[*at].is_mark('→')
            || reading.is_word(*at, &["moved", "shifted", "rescheduled", "postponed", "pushed"])
                && reading.is_word(at + 1, &["to", "till", "until"])
    });
    // "Gym tomorrow instead of today"
    if reading.corrected
        && reading
            .sentence
            .any(
                reading.from,
                &[
                    Plain::Add,
                    Plain::Must,
                    Plain::Show,
                    Plain::Move,
                    Plain::Update,
                    Plain::Delete,
                    Plain::Verb,
                ],
            )
            .is_none()
        && !reading.sentence.roman
        && !reading.asks()
    {
        let change = due_change(reading);
        let target = reading.target();
        return (!change.is_empty() && !target.words.is_empty()).then_some(Intent::Update(target, change));
    }
    let cut = cut.or(moved);
    let urgent = (reading.from + 1..reading.to).find(|at| {
        reading.is_word(*at, &["is", "are"])
            && reading
                .sentence
                .senses(at + 1 + usize::from(reading.is_word(at + 1, &["super", "really", "very", "so", "extremely", "a"])))
                .iter()
                .any(|(_, s)| matches!(s, Sense::Priority(_)))
    });
    let at = cut.or(urgent)?;
    if reading.asks()
        || reading
            .sentence
            .any(reading.from, &[Plain::Add, Plain::Show, Plain::Question, Plain::What, Plain::Must])
            .is_some()
    {
        return None;
    }
    let two = reading.is_word(at + 1, &["be", "move", "go", "now", "to", "till", "until"]);
    reading.sentence.take(at, if two { 2 } else { 1 });
    let (from, to) = (at, reading.to);
    let priority = reading.take_priority(from, to);
    let change = Change {
        priority,
        ..due_change(reading)
    };
    reading.drop_all(&[Plain::DateNoun, Plain::PriorityNoun]);
    if change.is_empty()
        || !reading.sentence.left(at, to).iter().all(|p| {
            reading
                .sentence
                .any(*p, &[Plain::Filler, Plain::Particle, Plain::Before, Plain::Polite])
                .is_some()
                || reading.is_word(*p, &["instead", "super", "really", "very", "so"])
        })
    {
        return None;
    }
    reading.to = at;
    let target = reading.target();
    (target.it || !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "Water the plants every 2 days instead": another day, or another recurrence, of a task that is there.
pub(super) fn instead(reading: &mut Reading<'_>) -> Option<Intent> {
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let alone = reading.is_word(last, &["instead"]) && reading.sentence.is(last, Plain::Instead).is_none();
    // "... instead of every day"
    let replaced = reading.replaced && !reading.sentence.roman;
    if !(alone || replaced)
        || reading.asks()
        || reading
            .sentence
            .any(reading.from, &[Plain::Show, Plain::Question, Plain::What])
            .is_some()
    {
        return None;
    }
    if alone {
        reading.sentence.take(last, 1);
        reading.to = last;
    }
    let change = due_change(reading);
    drop_to(reading);
    let target = reading.target();
    (!change.is_empty() && !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "Rename X to Y", "call it Y instead of X".
pub(super) fn renamed(reading: &mut Reading<'_>) -> Option<Intent> {
    let instead = (reading.from..reading.to).find(|at| reading.sentence.is(*at, Plain::Instead).is_some());
    // "Call it trim instead"
    if instead.is_none()
        && let Some(&last) = reading.sentence.left(reading.from, reading.to).last()
        && reading.is_word(last, &["instead"])
        && last > reading.from + 2
    {
        reading.sentence.take(last, 1);
        reading.to = last;
    }
    // "Call this Friday" names a day, and no task.
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    let dated = days.iter().any(|(first, end)| *first <= reading.from + 2 && *end >= reading.to);
    let pointed = reading.is_word(reading.from + 1, &["it", "that", "this"]) && !dated;
    let call = reading.is_word(reading.from, &["call"]) && (instead.is_some() || pointed);
    let name = (reading.from..reading.to)
        .take(4)
        .any(|at| reading.is_word(at, &["title", "name"]) && reading.sentence.any(reading.from, &[Plain::Update]).is_some());
    if call {
        reading.sentence.take(reading.from, 1);
        reading.from += 1;
    } else if !(led_by(reading, Plain::Rename) || (name && led_by(reading, Plain::Update))) {
        return None;
    }
    if name {
        reading.drop_all(&[Plain::Name]);
        if reading.is_word(reading.from, &["of", "the"]) || reading.sentence.used[reading.from] {
            let to = reading.to;
            reading.from = reading.peel(reading.from, to, &[Plain::Link]);
        }
    }
    if let Some(at) = instead {
        let length = reading.sentence.is(at, Plain::Instead)?;
        let to = reading.to;
        let (mut first, end) = (reading.from, at);
        if reading.is_word(first, &["it", "that", "this"]) {
            first += 1;
        }
        let title = reading.words(first, end)?;
        reading.sentence.take(reading.from, at + length - reading.from);
        (reading.from, reading.to) = (at + length, to);
        return Some(Intent::Update(
            reading.target(),
            Change {
                title: Some(title),
                ..Change::default()
            },
        ));
    }
    let pointer = reading.is_word(reading.from, &["it", "that", "this"]);
    let cut = (reading.from..reading.to)
        .rev()
        .find(|at| !reading.sentence.used[*at] && reading.is_word(*at, &["to", "as", "into"]) && at + 1 < reading.to);
    // "edit the name of gym, make it leg day"
    let made = (reading.from..reading.to)
        .find(|at| name && reading.is_word(*at, &["make", "call"]) && reading.is_word(at + 1, &["it"]) && at + 2 < reading.to);
    let (end, start) = match cut {
        _ if made.is_some() => made.map(|at| (at, at + 2))?,
        Some(at) if at > reading.from => (at, at + 1),
        _ if pointer => (reading.from + 1, reading.from + 1),
        _ => (
            reading
                .to
                .min((reading.from..reading.to).find(|at| reading.sentence.tokens[*at].kind == Kind::Quote)?),
            (reading.from..reading.to)
                .rev()
                .find(|at| reading.sentence.tokens[*at].kind == Kind::Quote)?,
        ),
    };
    let title = reading.words(start, reading.to)?;
    reading.to = end;
    let target = reading.target();
    Some(Intent::Update(
        target,
        Change {
            title: Some(title),
            ..Change::default()
        },
    ))
}

/// "Change the meeting to Friday", "make it urgent", "set the report due tomorrow".
pub(super) fn changed(reading: &mut Reading<'_>) -> Option<Intent> {
    let strong = reading.is_word(
        reading.from,
        &[
            "change", "edit", "modify", "adjust", "correct", "alter", "amend", "update", "repeat", "switch", "revise",
        ],
    );
    let make = reading.is_word(
        reading.from,
        &[
            "make",
            "mark",
            "set",
            "turn",
            "bump",
            "raise",
            "lower",
            "prioritize",
            "prioritise",
            "increase",
            "decrease",
            "give",
        ],
    );
    let prioritised = reading.is_word(reading.from, &["prioritize", "prioritise"]);
    let higher = reading.is_word(reading.from, &["raise", "bump", "increase"]);
    let lower = reading.is_word(reading.from, &["lower", "decrease", "reduce"]);
    // "Change the tyres by Friday" is a thing to do.
    let ahead = strong && has_deadline(reading) && !(reading.from..reading.to).any(|at| reading.is_word(at, &["to", "due", "into"]));
    if ahead || !led_by(reading, Plain::Update) {
        return None;
    }
    let has_to = (reading.from..reading.to).any(|at| reading.is_word(at, &["to", "due", "for", "on", "at", "by"]));
    let pointer = (reading.from..reading.to.min(reading.from + 2)).any(|at| reading.sentence.is(at, Plain::It).is_some());
    let (from, to) = (reading.from, reading.to);
    reading.scope_priority();
    let mut change = Change {
        priority: reading.take_priority(from, to),
        ..Change::default()
    };
    if change.priority.is_none() && (higher || lower) && (from..to).any(|at| reading.sentence.is(at, Plain::PriorityNoun).is_some())
        || change.priority.is_none() && prioritised
    {
        change.priority = Some(if lower { Priority::P4 } else { Priority::P1 });
    }
    reading.drop_all(&[Plain::PriorityNoun, Plain::DateNoun]);
    if let Some(shift) = when::shift(&mut reading.sentence, from, to, None) {
        change.shift = Some(shift);
    } else {
        let used = reading.sentence.used.clone();
        let dated = due_change(reading);
        // "Change the sheets every two weeks" is a deed of daily life.
        let repeats = dated.repeat.is_some() && (make || reading.is_word(from.saturating_sub(1), &["repeat"]));
        if (strong && (dated.repeat.is_none() || has_to)) || pointer || (make && has_to) || repeats {
            change = Change {
                priority: change.priority,
                ..dated
            };
        } else {
            reading.sentence.used = used;
        }
    }
    if change.is_empty() && strong && has_to {
        let cut = (reading.from..reading.to)
            .rev()
            .find(|at| reading.is_word(*at, &["to", "into"]) && at + 1 < reading.to)?;
        if cut > reading.from {
            change.title = Some(reading.words(cut + 1, reading.to)?);
            reading.to = cut;
        }
    }
    if change.is_empty() {
        return None;
    }
    drop_to(reading);
    for at in reading.from..reading.to {
        if reading.is_word(at, &["of", "as", "due", "is", "to"]) {
            reading.sentence.take(at, 1);
        }
    }
    Some(Intent::Update(reading.target(), change))
}
