//! Deeds that are said in the same way in every language: a tick behind the words, a note for a task, a task that is to do again.

use super::Reading;
use crate::domain::language::{
    Change, Intent,
    lexicon::Plain,
    token::Kind,
    when::{self, Which},
};

/// What one of these rules makes of the sentence.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    reading.first_of(&[noted, noted_in, reopened, ticked])
}

/// "Add a note to the dentist: bring the x-rays", "gym wale kaam mein note laga do ke bag lana hai".
fn noted(reading: &mut Reading<'_>) -> Option<Intent> {
    let (from, to) = (reading.from, reading.to);
    let at = (from..to).find(|at| reading.sentence.is(*at, Plain::Notes).is_some())?;
    let length = reading.sentence.is(at, Plain::Notes)?;
    // "Note to self: ..." is a task.
    if reading.is_word(at + length, &["self", "myself", "me"]) {
        return None;
    }
    // The task stands behind the English phrase and before the Urdu one.
    let post = reading.is_word(
        at,
        &[
            "mein", "me", "main", "mn", "ke", "k", "par", "pe", "ka", "wale", "میں", "کے", "پر", "کا",
        ],
    );
    let behind = !post;
    let start = if behind { at + length } else { from };
    let opens = |place: usize| {
        reading.sentence.tokens[place].is_mark(':')
            || reading.sentence.tokens[place].kind == Kind::Quote
            || reading.sentence.is(place, Plain::Says).is_some()
    };
    let cut = (at + length + usize::from(behind)..to).find(|place| opens(*place));
    // "doctor wale me note likho purani report le jani hai": the order ends, and the words begin.
    let ordered = || {
        let order = |place: &usize| reading.sentence.any(*place, &[Plain::Request, Plain::Stem, Plain::Add]).is_some();
        let begin = (at + length..to).find(|place| reading.sentence.tokens[*place].is_text() && !order(place))?;
        (begin > at + length && !behind).then_some(begin)
    };
    // "gym ke note mein towel likh do": the order stands last.
    let (cut, opened, last) = match (cut, ordered()) {
        (Some(cut), _) => (cut, true, to),
        (None, Some(cut)) => (cut, false, to),
        (None, None) => {
            let used = reading.sentence.used.clone();
            let end = reading.peel_end(at + length, to, &[Plain::Request, Plain::Stem, Plain::Add, Plain::Polite]);
            reading.sentence.used = used;
            let closed = !behind && at + length < end && end < to;
            closed.then_some((at + length, false, end))?
        }
    };
    let words = if !opened {
        reading.sentence.title(cut, last)
    } else if reading.sentence.tokens[cut].kind == Kind::Quote {
        reading.sentence.tokens[cut].plain.clone()
    } else {
        let skip = reading.sentence.is(cut, Plain::Says).unwrap_or(1);
        let begin = (cut + skip..to).find(|place| !reading.sentence.tokens[*place].is_mark(':'))?;
        reading.sentence.title(begin, to)
    };
    let end = if behind { cut } else { at };
    if words.is_empty() || reading.asks() {
        return None;
    }
    reading.sentence.take(at, length);
    (reading.from, reading.to) = (start, end);
    reading.drop_all(&[Plain::List, Plain::Self_, Plain::Polite]);
    // "Note for tomorrow: buy milk" names no task.
    reading.take_when(Which::First);
    let target = reading.target();
    let change = Change {
        notes: Some(words),
        ..Change::default()
    };
    (target.it || !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "Add \"bring x-rays\" to the notes of the dentist", "write bring x-rays in the dentist notes".
fn noted_in(reading: &mut Reading<'_>) -> Option<Intent> {
    const NOTES: &[&str] = &["note", "notes"];
    let (from, to) = (reading.from, reading.to);
    let begins = reading.is_word(from, &["add", "put", "write", "append", "note"]);
    let into = (from + 2..to)
        .rev()
        .find(|at| reading.is_word(*at, &["to", "in", "into", "under"]))?;
    let notes = (into + 1..to).find(|at| reading.is_word(*at, NOTES))?;
    if !begins || reading.asks() {
        return None;
    }
    let named = match reading.is_word(notes + 1, &["of", "for", "on"]) {
        true => (notes + 2, to),
        false if notes + 1 == to || reading.sentence.left(notes + 1, to).is_empty() => (into + 1, notes),
        false => return None,
    };
    let words = reading.words(from + 1, into)?;
    (reading.from, reading.to) = named;
    let target = reading.target();
    let change = Change {
        notes: Some(words),
        ..Change::default()
    };
    (target.it || !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "Reopen the gym", "mark laundry as not done", "gym wala kaam dobara khol do".
fn reopened(reading: &mut Reading<'_>) -> Option<Intent> {
    let (from, to) = (reading.from, reading.to);
    let lead = (from..to).find(|at| reading.sentence.is(*at, Plain::Reopen).is_some());
    let marked = || {
        let as_undone = (from..to).find(|at| reading.sentence.is(*at, Plain::Undone).is_some())?;
        let joined = as_undone > from && reading.is_word(as_undone - 1, &["as", "to", "it"]);
        let mark = (from..as_undone)
            .rev()
            .find(|at| reading.is_word(*at, &["mark", "set", "put", "move", "make", "change"]))?;
        (joined || mark == from).then_some((mark, as_undone))
    };
    let forbids = (from..to).any(|at| reading.sentence.any(at, &[Plain::NotYet]).is_some() || reading.is_word(at, &["mat", "مت"]));
    match (lead, marked()) {
        _ if forbids || reading.asks() => return None,
        (Some(at), _) => {
            let length = reading.sentence.is(at, Plain::Reopen)?;
            reading.sentence.take(at, length);
        }
        (None, Some((mark, undone))) => {
            let length = reading.sentence.is(undone, Plain::Undone)?;
            reading.sentence.take(mark, 1);
            reading.sentence.take(undone, length);
            if undone > mark + 1 && reading.is_word(undone - 1, &["as", "to"]) {
                reading.sentence.take(undone - 1, 1);
            }
        }
        (None, None) => return None,
    }
    reading.drop_all(&[
        Plain::Not,
        Plain::Done,
        Plain::Past,
        Plain::Stem,
        Plain::Request,
        Plain::Complete,
        Plain::Completed,
        Plain::Pending,
        Plain::Polite,
        Plain::Self_,
        Plain::After,
        Plain::List,
        Plain::Copula,
        Plain::Link,
        Plain::Add,
        Plain::Question,
    ]);
    // What is not done, and the order after it, are one: "doodh nahi aaya, wapis pending kar do".
    for at in from..to {
        if !reading.sentence.tokens[at].is_text() {
            reading.sentence.take(at, 1);
        }
    }
    let mut target = reading.target();
    target.it = target.words.is_empty() && !target.all;
    let change = Change {
        reopen: true,
        ..Change::default()
    };
    Some(Intent::Update(target, change))
}

/// "laundry ✅"
fn ticked(reading: &mut Reading<'_>) -> Option<Intent> {
    let tick = |at: usize| matches!(reading.sentence.tokens[at].kind, Kind::Mark('✅' | '✔' | '☑' | '✓'));
    let all = reading.sentence.tokens.len();
    let at = (0..all).find(|at| tick(*at))?;
    let ends = (at..all).all(|place| !reading.sentence.tokens[place].is_text());
    let orders = (reading.from..reading.to).any(|place| {
        reading
            .sentence
            .any(
                place,
                &[
                    Plain::Add,
                    Plain::Must,
                    Plain::Need,
                    Plain::Not,
                    Plain::NotYet,
                    Plain::Delete,
                    Plain::Show,
                ],
            )
            .is_some()
    });
    if !ends || orders || reading.asks() || reading.sentence.left(reading.from, reading.to).len() > 6 {
        return None;
    }
    reading.sentence.take(at, 1);
    reading.take_when(Which::First);
    reading.drop_all(&[Plain::Complete, Plain::Completed, Plain::Self_]);
    let mut target = reading.target();
    target.it |= target.words.is_empty() && !target.all;
    Some(Intent::Complete(target))
}

/// "paudon ko pani rozana ki bajaye har 2 din baad", "gym ab har mangal ko": what is said to be otherwise from now on is there already.
pub(super) fn replaced(reading: &mut Reading<'_>) -> Option<Intent> {
    let now = (reading.from..reading.to).find(|at| reading.is_word(*at, &["ab", "اب"]) && *at > reading.from);
    let (from, to) = (reading.from, reading.to);
    let adds = (from..to).any(|at| reading.sentence.any(at, &[Plain::Add, Plain::Need, Plain::Copula]).is_some());
    if !(reading.replaced || now.is_some()) || adds || reading.asks() {
        return None;
    }
    let change = reading.take_when(Which::Last).change(reading.now);
    if !reading.replaced && change.repeat.is_none() {
        return None;
    }
    if let Some(at) = now {
        reading.sentence.take(at, 1);
    }
    let target = reading.target();
    (!change.is_empty() && !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "kal nahi parson", "not Thursday but Friday", "Friday, not Thursday": the day that is not meant goes.
pub(super) fn correct_days(reading: &mut Reading<'_>) {
    if !(reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Not, Plain::Instead]).is_some()) {
        return;
    }
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    for pair in days.windows(2) {
        let [(first, end), (second, last)] = [pair[0], pair[1]];
        let not = |at: usize| reading.sentence.word_is(at, Plain::Not);
        let between: Vec<usize> = (end..second).filter(|at| reading.sentence.tokens[*at].is_text()).collect();
        let before = first.checked_sub(1).filter(|at| *at >= reading.from && not(*at));
        let english = !reading.sentence.roman && reading.sentence.tokens[first].plain.is_ascii();
        // "peer ki bajaye mangal", "Friday instead of Thursday"
        let instead = (end..second).find_map(|at| Some((at, reading.sentence.is(at, Plain::Instead)?)));
        let gone = match (before, &between[..]) {
            _ if instead.is_some_and(|(at, length)| between.iter().all(|place| (at..at + length).contains(place))) => {
                Some(if english { (end, last) } else { (first, second) })
            }
            (Some(at), [] | [_]) if english => Some((at, second)),
            (_, [at]) if not(*at) && english => Some((*at, last)),
            (_, [at] | [at, _]) if not(*at) && !english => Some((first, second)),
            _ => None,
        };
        if let Some((start, end)) = gone {
            reading.corrected = true;
            reading.replaced |= instead.is_some();
            reading.sentence.take(start, end - start);
        }
    }
}
