//! Moving tasks to another day, or by an amount of time.

use super::led_by;
use crate::domain::language::{
    Change, Intent,
    lexicon::Plain,
    understand::Reading,
    when::{self, Which},
};

/// "Push it to Friday", "delay gym by an hour", "bring the dentist forward one day", "reschedule the meeting".
pub(super) fn moved(reading: &mut Reading<'_>) -> Option<Intent> {
    let sure = reading.is_word(reading.from, &["reschedule", "postpone", "snooze", "delay", "defer"]);
    let forward = (reading.from..reading.to).find(|at| reading.is_word(*at, &["forward", "ahead"]));
    let brought = reading.is_word(reading.from, &["bring", "pull"]).then_some(forward).flatten();
    let first = reading.from;
    let up = reading.is_word(first, &["advance"]) || reading.is_word(first, &["move"]) && reading.is_word(first + 1, &["up"]);
    let pushed = sure || reading.is_word(first, &["push", "put"]) || (first..reading.to).any(|at| reading.is_word(at, &["back"]));
    if let Some(at) = brought {
        reading.sentence.take(first, 1);
        reading.sentence.take(at, 1);
        reading.from += 1;
    } else if !led_by(reading, Plain::Move) {
        return None;
    }
    let direction = if brought.is_some() || up {
        Some(false)
    } else {
        // "Move it by 3 hours" is later, "move it to 3 pm" no amount.
        (pushed || reading.is_word(first, &["move", "shift", "extend"])).then_some(true)
    };
    take_scope(reading);
    let (from, to) = (reading.from, reading.to);
    let mut change = Change::default();
    // "Push it to the 3rd" names a day; "push it 3 days" an amount; "postpone everything due today" only says which tasks.
    if scope_only(reading) {
    } else if let Some(shift) = when::shift(&mut reading.sentence, from, to, direction) {
        change.shift = Some(shift);
    } else {
        change = due_change(reading);
    }
    if change.is_empty() && !sure {
        return None;
    }
    drop_to(reading);
    reading.drop_all(&[Plain::DateNoun]);
    Some(Intent::Update(reading.target(), change))
}

/// Takes the day that says which of all tasks are meant, before the day to which they go: "move everything due tomorrow to Friday".
fn take_scope(reading: &mut Reading<'_>) {
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    let all = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::All).is_some());
    let [(first, end), (second, _)] = days[..] else { return };
    let due = first
        .checked_sub(1)
        .filter(|at| reading.is_word(*at, &["due", "of", "from", "for"]));
    if let Some(due) = due.filter(|_| all && reading.is_word(second - 1, &["to", "till", "until", "on", "by"])) {
        let when = when::take(&mut reading.sentence, first, end, Which::First, reading.now);
        reading.scoped_days = when.range(reading.now, false);
        reading.sentence.take(due, 1);
    }
}

/// Whether the only day that is named says which of all tasks are meant: "postpone all of today's tasks".
fn scope_only(reading: &Reading<'_>) -> bool {
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    let all = reading
        .sentence
        .left(reading.from, reading.to)
        .into_iter()
        .any(|at| reading.sentence.is(at, Plain::All).is_some());
    match days[..] {
        [(first, _)] => {
            all && first > reading.from
                && !(first.saturating_sub(2)..first)
                    .any(|at| at >= reading.from && reading.is_word(at, &["to", "till", "until", "by", "on"]))
        }
        _ => false,
    }
}

pub(super) fn due_change(reading: &mut Reading<'_>) -> Change {
    // The date that counts stands last, behind "to".
    let change = reading.take_change(Which::Last);
    let unread = reading.sentence.unread(reading.from, reading.to);
    if !unread.is_empty() {
        return Change {
            unread,
            ..Change::default()
        };
    }
    if change.is_empty() {
        hour_change(reading).unwrap_or(change)
    } else {
        change
    }
}

/// "Move the meeting to 3": a bare hour behind "to" is a time.
fn hour_change(reading: &mut Reading<'_>) -> Option<Change> {
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let hour = reading.sentence.tokens[last].number().filter(|hour| (1..=24).contains(hour))?;
    let to = last
        .checked_sub(1)
        .filter(|at| *at > reading.from && reading.is_word(*at, &["to", "till", "until"]) || reading.is_word(*at, &["it", "that"]))?;
    // "Make it 7" names the task by its "it".
    let pointed = reading.is_word(to, &["it", "that"]);
    reading.sentence.take(if pointed { last } else { to }, if pointed { 1 } else { 2 });
    let clock = when::Clock { hour, minute: 0, pm: None };
    let when = when::When {
        clock: Some(clock),
        ..when::When::default()
    };
    Some(when.change(reading.now))
}

/// "to", "on", "due" that lost their date.
pub(super) fn drop_to(reading: &mut Reading<'_>) {
    let left = reading.sentence.left(reading.from, reading.to);
    for at in left.into_iter().rev() {
        if !reading.is_word(
            at,
            &[
                "to",
                "on",
                "due",
                "for",
                "by",
                "back",
                "until",
                "till",
                "at",
                "from",
                "forward",
                "up",
                "the",
                "date",
                "be",
                "by",
                "repeat",
                "happen",
                "repeating",
                "recurring",
                "instead",
            ],
        ) {
            break;
        }
        reading.sentence.take(at, 1);
    }
}
