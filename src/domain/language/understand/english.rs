//! English: the verb comes first.

use super::{Reading, adding};
use crate::domain::language::{
    Change, Intent, ListWish, Status,
    lexicon::{Plain, Sense},
    token::Kind,
    when::Which,
};
use crate::domain::task::Priority;

/// Reads what the sentence wants.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    let used = reading.sentence.used.clone();
    let (from, to) = (reading.from, reading.to);
    let found = [renamed, marked, taken_off, stated, added, listed, deleted, moved, changed, completed, imperative].into_iter().find_map(|rule| {
        reading.sentence.used.clone_from(&used);
        (reading.from, reading.to) = (from, to);
        rule(reading)
    });
    if found.is_none() {
        reading.sentence.used = used;
        (reading.from, reading.to) = (from, to);
    }
    found
}

/// The longest of the kinds that begins the sentence.
fn lead(reading: &Reading<'_>) -> Option<(usize, Vec<Plain>)> {
    const LEADS: &[Plain] = &[
        Plain::Add, Plain::Must, Plain::Show, Plain::Delete, Plain::Move, Plain::Rename, Plain::Update, Plain::Complete, Plain::Verb, Plain::NotYet, Plain::Question, Plain::Past,
    ];
    let senses = reading.sentence.senses(reading.from);
    let longest = senses.iter().filter(|(_, s)| matches!(s, Sense::Is(p) if LEADS.contains(p))).map(|(n, _)| *n).max()?;
    let kinds = senses.iter().filter(|(n, _)| *n == longest).filter_map(|(_, s)| if let Sense::Is(p) = s { Some(*p) } else { None }).collect();
    Some((longest, kinds))
}

fn led_by(reading: &mut Reading<'_>, kind: Plain) -> bool {
    // "i" and "please" before the verb.
    match lead(reading) {
        Some((length, kinds)) if kinds.contains(&kind) => {
            reading.sentence.take(reading.from, length);
            reading.from += length;
            true
        }
        _ => false,
    }
}

/// "Add ...", "remind me to ...", "I have to ...".
pub(super) fn added(reading: &mut Reading<'_>) -> Option<Intent> {
    let order = lead(reading).is_some_and(|(_, kinds)| kinds.contains(&Plain::Add));
    if reading.is_word(reading.from, &["task", "tasks", "todo", "plan", "put", "track", "schedule"]) && !order {
        return None;
    }
    // "I want to reschedule" is an order; "I have to reschedule" is a task.
    let wants = !order && (reading.from..reading.from + 3).any(|at| reading.is_word(at, &["want", "wanna", "like"]));
    if !(led_by(reading, Plain::Add) || led_by(reading, Plain::Must)) {
        return None;
    }
    // "I'd like to add a task to ..."
    if !order && lead(reading).is_some_and(|(length, kinds)| length > 1 && kinds.contains(&Plain::Add)) {
        led_by(reading, Plain::Add);
    }
    // "put off", "schedule?" and the like are other deeds.
    if reading.asks() && !order {
        return None;
    }
    if wants && let Some(intent) = [deleted, moved, renamed, changed, listed].into_iter().find_map(|rule| rule(reading)) {
        return Some(intent);
    }
    if !order
        && let Some((_, kinds)) = lead(reading)
        && kinds.iter().any(|k| matches!(k, Plain::Delete | Plain::Show | Plain::Move | Plain::Complete))
        && (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Task, Plain::List]).is_some())
    {
        // "I want to delete the milk task"
        return None.or_else(|| deleted(reading)).or_else(|| listed(reading)).or_else(|| moved(reading)).or_else(|| completed(reading));
    }
    let (from, to) = (reading.from, reading.to);
    // "add a task to call mom", "remind me that I have to ..."
    let start = reading.peel(from, to, &[Plain::Link, Plain::Self_, Plain::Must]);
    let start = task_word(reading, start, to);
    reading.from = reading.peel(start, to, &[Plain::Link, Plain::Self_, Plain::Must, Plain::Name]);
    adding::add(reading)
}

/// "a new task to", "task called".
fn task_word(reading: &mut Reading<'_>, from: usize, to: usize) -> usize {
    let mut at = from;
    while at < to && reading.is_word(at, &["a", "an", "new", "another", "two", "three", "these", "the", "following"]) {
        at += 1;
    }
    let Some(length) = reading.sentence.is(at, Plain::Task).filter(|_| at < to) else { return from };
    let end = at + length;
    let follows = end < to && (!reading.sentence.tokens[end].is_text() || reading.sentence.tokens[end].kind == Kind::Quote || reading.is_word(end, &["to", "called", "named", "for", "titled", "that", "saying", "about"]));
    if !follows {
        return from;
    }
    reading.sentence.take(from, end - from);
    end
}

/// "Show my tasks", "what's on my plate tomorrow?"
fn listed(reading: &mut Reading<'_>) -> Option<Intent> {
    let begins = reading.from;
    let (shows, question) = match lead(reading) {
        Some((_, kinds)) => (kinds.contains(&Plain::Show), kinds.contains(&Plain::Question)),
        None => (false, false),
    };
    let what = reading.sentence.is(begins, Plain::What).is_some();
    let nouns: Vec<usize> = (reading.from..reading.to).filter(|at| reading.sentence.any(*at, &[Plain::Task, Plain::List]).is_some()).collect();
    let status_words = (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Pending, Plain::Completed, Plain::Overdue]).is_some());
    let finds = (reading.from..reading.to.min(reading.from + 2)).any(|at| reading.is_word(at, &["when", "find", "search", "look"]));
    let past = reading.is_word(begins, &["did", "have"]) || (reading.from..reading.to).any(|at| reading.is_word(at, &["did", "completed", "finished", "done", "complete"]));
    let overdue = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Overdue).is_some());
    if shows {
        led_by(reading, Plain::Show);
    } else if question {
        led_by(reading, Plain::Question);
    }
    // "list all clients" is a task for somebody else to find; a list needs a noun, or nothing else to say.
    let completed = past && (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Completed).is_some()) || reading.is_word(begins + 1, &["did"]);
    let pending = (begins..reading.to).any(|at| reading.sentence.is(at, Plain::Pending).is_some_and(|n| n > 1 || !reading.is_word(at, &["due", "still"])));
    let when = reading.take_when(Which::First);
    let priority = reading.take_priority(reading.from, reading.to);
    reading.drop_all(&[
        Plain::Task, Plain::List, Plain::Pending, Plain::Completed, Plain::Overdue, Plain::Self_, Plain::Filler, Plain::Polite, Plain::All, Plain::Must, Plain::Show, Plain::What, Plain::Before, Plain::Particle,
        Plain::English, Plain::Question, Plain::Link, Plain::Not, Plain::Every, Plain::Complete, Plain::Next, Plain::This, Plain::Last,
    ]);
    let rest = reading.words(reading.from, reading.to).filter(|rest| !matches!(rest.as_str(), "do" | "to do" | "going" | "got" | "have" | "finish" | "achieve" | "accomplish" | "manage" | "planned" | "happening" | "coming up"));
    let noun_only = !nouns.is_empty() && rest.is_none() && !question && lead_is_plain(reading, begins);
    let range = when.range(reading.now, past).map(|(first, last)| (Some(first), last));
    let range = if overdue { Some((None, reading.now.date().pred_opt()?)) } else { range };
    let status = match (completed && !pending, pending, question) {
        (.., true) if rest.is_some() => Status::All,
        (true, ..) => Status::Completed,
        _ => Status::Pending,
    };
    let asked = shows || what || (question && (rest.is_some() || !nouns.is_empty() || !when.is_empty()));
    let clear = rest.is_none() || !nouns.is_empty() || finds || (question && reading.asks());
    let only_date = asked && rest.is_none() && nouns.is_empty() && !status_words && when.is_empty();
    ((asked && clear && !only_date) || noun_only || (only_date && (what || shows)) || (status_words && !nouns.is_empty() && rest.is_none())).then_some(Intent::List(ListWish { status, range, priority, query: rest }))
}

/// "my tasks", "tasks for today": no verb before the noun.
fn lead_is_plain(reading: &Reading<'_>, begins: usize) -> bool {
    reading.sentence.any(begins, &[Plain::Delete, Plain::Move, Plain::Update, Plain::Rename, Plain::NotYet]).is_none()
}

/// "Delete the milk task", "get rid of it".
fn deleted(reading: &mut Reading<'_>) -> Option<Intent> {
    if reading.asks() && !reading.is_word(reading.from, &["delete", "remove", "cancel"]) || !led_by(reading, Plain::Delete) {
        return None;
    }
    let dateless = (reading.from..reading.to).any(|at| reading.is_word(at, &["deadline"]) || (reading.is_word(at, &["date", "due"]) && reading.is_word(at + 1, &["date", "from", "of", "on"])));
    if dateless {
        for at in reading.from..reading.to {
            if reading.is_word(at, &["due", "date", "deadline", "from", "of", "the"]) {
                reading.sentence.take(at, 1);
            }
        }
        return Some(Intent::Update(reading.target(), Change { clear_due: true, ..Change::default() }));
    }
    let lists = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::List).is_some());
    reading.to = reading.peel_end(reading.from, reading.to, &[Plain::List]);
    let mut target = reading.target();
    // "Clear my list": everything on it.
    target.all |= lists && target.words.is_empty() && !target.it;
    Some(Intent::Delete(target))
}

/// "Take milk off my list".
fn taken_off(reading: &mut Reading<'_>) -> Option<Intent> {
    let off = (reading.from + 1..reading.to).rev().take(4).find(|at| reading.is_word(*at, &["off", "out"]))?;
    let ends = reading.sentence.any(off, &[Plain::List]).is_some() || off + 1 == reading.to;
    let listed = ends && (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::List).is_some());
    if !listed || !reading.is_word(reading.from, &["take", "strike", "cross", "get", "knock"]) {
        return None;
    }
    reading.sentence.take(reading.from, 1);
    (reading.from, reading.to) = (reading.from + 1, off);
    Some(Intent::Delete(reading.target()))
}

/// "Buy milk should be on Saturday", "the report is urgent".
fn stated(reading: &mut Reading<'_>) -> Option<Intent> {
    let cut = (reading.from + 1..reading.to).find(|at| {
        reading.is_word(*at, &["should", "must"]) && reading.is_word(at + 1, &["be"]) || reading.is_word(*at, &["is", "are"]) && reading.is_word(at + 1, &["now"])
    });
    let urgent = (reading.from + 1..reading.to).find(|at| {
        reading.is_word(*at, &["is", "are"]) && reading.sentence.senses(at + 1).iter().any(|(n, s)| at + 1 + n == reading.to && matches!(s, Sense::Priority(_)))
    });
    let at = cut.or(urgent)?;
    if reading.asks() || reading.sentence.any(reading.from, &[Plain::Add, Plain::Show, Plain::Question, Plain::What, Plain::Must]).is_some() {
        return None;
    }
    reading.sentence.take(at, if cut.is_some() { 2 } else { 1 });
    let (from, to) = (at, reading.to);
    let priority = reading.take_priority(from, to);
    let change = Change { priority, ..due_change(reading) };
    if change.is_empty() || !reading.sentence.left(at, to).iter().all(|p| reading.sentence.any(*p, &[Plain::Filler, Plain::Particle, Plain::Before]).is_some()) {
        return None;
    }
    reading.to = at;
    let target = reading.target();
    (target.it || !target.words.is_empty()).then_some(Intent::Update(target, change))
}

/// "Push it to Friday", "reschedule the meeting".
fn moved(reading: &mut Reading<'_>) -> Option<Intent> {
    let sure = reading.is_word(reading.from, &["reschedule", "postpone", "snooze", "delay", "defer"]);
    if !led_by(reading, Plain::Move) {
        return None;
    }
    let change = due_change(reading);
    if change.is_empty() && !sure {
        return None;
    }
    drop_to(reading);
    reading.drop_all(&[Plain::DateNoun]);
    Some(Intent::Update(reading.target(), change))
}

fn due_change(reading: &mut Reading<'_>) -> Change {
    // The date that counts stands last, behind "to".
    let when = reading.take_when(Which::Last);
    let due = when.due(reading.now);
    Change { due: due.clone().and_then(Result::ok), due_error: due.and_then(Result::err), ..Change::default() }
}

/// "to", "on", "due" that lost their date.
fn drop_to(reading: &mut Reading<'_>) {
    let left = reading.sentence.left(reading.from, reading.to);
    for at in left.into_iter().rev() {
        if !reading.is_word(at, &["to", "on", "due", "for", "by", "back", "until", "till", "at", "from", "forward", "up", "the", "date", "be"]) {
            break;
        }
        reading.sentence.take(at, 1);
    }
}

/// "Rename X to Y", "call it Y instead of X".
fn renamed(reading: &mut Reading<'_>) -> Option<Intent> {
    let instead = (reading.from..reading.to).find(|at| reading.sentence.is(*at, Plain::Instead).is_some());
    let call = reading.is_word(reading.from, &["call"]) && (instead.is_some() || reading.is_word(reading.from + 1, &["it", "that", "this"]));
    let name = (reading.from..reading.to).take(4).any(|at| reading.is_word(at, &["title", "name"]) && reading.sentence.any(reading.from, &[Plain::Update]).is_some());
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
        return Some(Intent::Update(reading.target(), Change { title: Some(title), ..Change::default() }));
    }
    let pointer = reading.is_word(reading.from, &["it", "that", "this"]);
    let cut = (reading.from..reading.to).rev().find(|at| !reading.sentence.used[*at] && reading.is_word(*at, &["to", "as", "into"]) && at + 1 < reading.to);
    let (end, start) = match cut {
        Some(at) if at > reading.from => (at, at + 1),
        _ if pointer => (reading.from + 1, reading.from + 1),
        _ => (reading.to.min((reading.from..reading.to).find(|at| reading.sentence.tokens[*at].kind == Kind::Quote)? ), (reading.from..reading.to).rev().find(|at| reading.sentence.tokens[*at].kind == Kind::Quote)?),
    };
    let title = reading.words(start, reading.to)?;
    reading.to = end;
    let target = reading.target();
    Some(Intent::Update(target, Change { title: Some(title), ..Change::default() }))
}

/// "Change the meeting to Friday", "make it urgent", "set the report due tomorrow".
fn changed(reading: &mut Reading<'_>) -> Option<Intent> {
    let strong = reading.is_word(reading.from, &["change", "edit", "modify", "adjust", "correct", "alter", "amend", "update"]);
    let make = reading.is_word(reading.from, &["make", "mark", "set", "turn", "bump", "raise", "lower", "prioritize", "prioritise", "increase", "decrease", "give"]);
    let prioritised = reading.is_word(reading.from, &["prioritize", "prioritise"]);
    let higher = reading.is_word(reading.from, &["raise", "bump", "increase"]);
    let lower = reading.is_word(reading.from, &["lower", "decrease", "reduce"]);
    if !led_by(reading, Plain::Update) {
        return None;
    }
    let has_to = (reading.from..reading.to).any(|at| reading.is_word(at, &["to", "due", "for", "on"]));
    let pointer = (reading.from..reading.to.min(reading.from + 2)).any(|at| reading.sentence.is(at, Plain::It).is_some());
    let (from, to) = (reading.from, reading.to);
    let mut change = Change { priority: change_of_priority(reading, from, to), ..Change::default() };
    if change.priority.is_none() && (higher || lower) && (from..to).any(|at| reading.sentence.is(at, Plain::PriorityNoun).is_some()) || change.priority.is_none() && prioritised {
        change.priority = Some(if lower { Priority::P4 } else { Priority::P1 });
    }
    reading.drop_all(&[Plain::PriorityNoun, Plain::DateNoun]);
    let used = reading.sentence.used.clone();
    let dated = due_change(reading);
    if (strong || pointer || (make && has_to)) && (has_to || pointer || strong) {
        (change.due, change.due_error) = (dated.due, dated.due_error);
    } else {
        reading.sentence.used = used;
    }
    if change.is_empty() && strong && has_to {
        let cut = (reading.from..reading.to).rev().find(|at| reading.is_word(*at, &["to", "into"]) && at + 1 < reading.to)?;
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

/// In an order to change, a single "high" or "important" at the end counts.
fn change_of_priority(reading: &mut Reading<'_>, from: usize, to: usize) -> Option<Priority> {
    reading.take_priority(from, to)
}

/// "Mark X as done", "set X to done".
fn marked(reading: &mut Reading<'_>) -> Option<Intent> {
    if !reading.is_word(reading.from, &["mark", "set", "put", "move", "tick", "check"]) {
        return None;
    }
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let done = (reading.from + 1..=last).rev().take(3).find(|at| reading.sentence.senses(*at).iter().any(|(n, s)| at + n == last + 1 && matches!(s, Sense::Is(Plain::Completed))))
        .or_else(|| (reading.is_word(last, &["off"])).then_some(last))
        .or_else(|| (reading.from + 1..reading.from + 3).find(|at| reading.is_word(*at, &["as", "done", "complete", "completed", "off"]) && reading.sentence.is(*at, Plain::Completed).is_some()));
    let done = done?;
    let first = reading.from;
    reading.sentence.take(first, 1);
    reading.from += 1;
    let length = reading.sentence.is(done, Plain::Completed).unwrap_or(1);
    reading.sentence.take(done, length);
    for at in [done.wrapping_sub(1), reading.from] {
        if reading.is_word(at, &["as", "to", "off"]) {
            reading.sentence.take(at, 1);
        }
    }
    Some(Intent::Complete(reading.target()))
}

/// "Done with X", "I bought milk", "X is done".
fn completed(reading: &mut Reading<'_>) -> Option<Intent> {
    if reading.asks() || (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Not, Plain::NotYet]).is_some()) {
        return None;
    }
    if led_by(reading, Plain::Complete) {
        reading.take_when(Which::First);
        return Some(Intent::Complete(reading.target()));
    }
    // X is done.
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let tail = (reading.from + 1..=last).rev().take(4).filter(|at| reading.sentence.senses(*at).iter().any(|(n, s)| at + n == last + 1 && matches!(s, Sense::Is(Plain::Complete)))).last();
    if let Some(at) = tail.filter(|at| *at < last || !reading.is_word(last, &["complete", "close", "tick"])) {
        reading.to = at;
        reading.take_when(Which::First);
        let subject = reading.target();
        return (subject.it || subject.all || !subject.words.is_empty()).then_some(Intent::Complete(subject));
    }
    // I (have) bought milk; bought milk.
    let start = reading.from;
    let from = (start..reading.to).find(|at| !reading.is_word(*at, &["i", "ive", "have", "we", "weve", "just", "already", "finally", "has", "also", "now", "successfully"]))?;
    let subject = from > start && reading.is_word(start, &["i", "ive", "we", "weve", "have", "just", "already", "finally"]);
    let past = reading.sentence.is(from, Plain::Past).is_some();
    let present = reading.sentence.is(from, Plain::Verb).is_some();
    if past && (subject || !present) && reading.sentence.left(from, reading.to).len() > 1 {
        reading.sentence.take(start, from - start);
        reading.from = from;
        reading.take_when(Which::First);
        return Some(Intent::Complete(reading.target()));
    }
    None
}

/// "Buy milk": a deed of daily life.
fn imperative(reading: &mut Reading<'_>) -> Option<Intent> {
    let asks = reading.asks();
    let told = reading.is_word(reading.from, &["tell", "ask", "do", "make", "find", "get", "start", "talk", "write"]) && reading.is_word(reading.from + 1, &["me", "it", "you", "nothing", "that", "this"]);
    let verb = lead(reading).is_some_and(|(_, kinds)| kinds.contains(&Plain::Verb));
    let chat = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Chat).is_some());
    (verb && !asks && !told && !chat && reading.sentence.left(reading.from, reading.to).len() > 1).then(|| adding::add(reading)).flatten()
}
