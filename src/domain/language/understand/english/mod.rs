//! English: the verb comes first.

mod changing;
mod moving;

use changing::{changed, deleted, instead, renamed, stated, taken_off, unneeded};
use moving::moved;

use super::{Reading, adding, addressed};
use crate::domain::language::{
    Fit, Intent, ListWish, Status, Target,
    lexicon::{Plain, Sense},
    token::Kind,
    when::{self, Which},
};

/// Reads what the sentence wants.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    reading.first_of(&[
        renamed,
        marked,
        taken_off,
        stated,
        added,
        addressed::english,
        listed,
        deleted,
        moved,
        changed,
        completed,
        unneeded,
        instead,
        imperative,
    ])
}

/// "Will it rain tomorrow", "how do I ...": asks something, though no mark says so.
pub(super) fn inquires(reading: &Reading<'_>) -> bool {
    const WHOM: &[&str] = &[
        "i", "you", "u", "he", "she", "it", "we", "they", "there", "this", "that", "the", "my", "our", "anyone", "anybody", "someone",
    ];
    let at = reading.from;
    let asks = reading.is_word(at, &["how", "which", "whose", "whom"]);
    let inverts = reading.is_word(
        at,
        &["will", "would", "could", "does", "do", "did", "have", "had", "were", "shall", "may"],
    );
    !reading.sentence.roman && (asks || inverts && reading.is_word(at + 1, WHOM))
}

/// The longest of the kinds that begins the sentence.
fn lead(reading: &Reading<'_>) -> Option<(usize, Vec<Plain>)> {
    const LEADS: &[Plain] = &[
        Plain::Add,
        Plain::Must,
        Plain::Show,
        Plain::Delete,
        Plain::Move,
        Plain::Rename,
        Plain::Update,
        Plain::Complete,
        Plain::Verb,
        Plain::NotYet,
        Plain::Question,
        Plain::Past,
    ];
    let senses = reading.sentence.senses(reading.from);
    let longest = senses
        .iter()
        .filter(|(_, s)| matches!(s, Sense::Is(p) if LEADS.contains(p)))
        .map(|(n, _)| *n)
        .max()?;
    let kinds = senses
        .iter()
        .filter(|(n, _)| *n == longest)
        .filter_map(|(_, s)| if let Sense::Is(p) = s { Some(*p) } else { None })
        .collect();
    Some((longest, kinds))
}

/// Whether a day is named until which something is to be done: "by Friday".
fn has_deadline(reading: &Reading<'_>) -> bool {
    let until = |at: usize| reading.is_word(at, &["by", "before", "until", "till"]);
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    days.iter().any(|(first, _)| first.checked_sub(1).is_some_and(until))
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
    // "Don't forget what I said"
    if reading.sentence.any(reading.from, &[Plain::What]).is_some() || reading.is_word(reading.from, &["how", "who", "why"]) {
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
    if wants && let Some(intent) = reading.first_of(&[deleted, moved, renamed, changed, listed]) {
        return Some(intent);
    }
    if !order
        && let Some((_, kinds)) = lead(reading)
        && kinds
            .iter()
            .any(|k| matches!(k, Plain::Delete | Plain::Show | Plain::Move | Plain::Complete))
        && (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Task, Plain::List]).is_some())
    {
        // "I want to delete the milk task"
        return reading.first_of(&[deleted, listed, moved, completed]);
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
    let Some(length) = reading.sentence.is(at, Plain::Task).filter(|_| at < to) else {
        return from;
    };
    let end = at + length;
    let follows = end < to
        && (!reading.sentence.tokens[end].is_text()
            || reading.sentence.tokens[end].kind == Kind::Quote
            || reading.is_word(end, &["to", "called", "named", "for", "titled", "that", "saying", "about"]));
    if !follows {
        return from;
    }
    reading.sentence.take(from, end - from);
    end
}

/// "Show my tasks", "what's on my plate tomorrow?"
fn listed(reading: &mut Reading<'_>) -> Option<Intent> {
    let begins = reading.from;
    if completes_all(reading) {
        return None;
    }
    let (shows, question) = match lead(reading) {
        Some((_, kinds)) => (kinds.contains(&Plain::Show), kinds.contains(&Plain::Question)),
        None => (false, false),
    };
    let what = reading.sentence.is(begins, Plain::What).is_some();
    let nouns: Vec<usize> = (reading.from..reading.to)
        .filter(|at| reading.sentence.any(*at, &[Plain::Task, Plain::List]).is_some())
        .collect();
    let status_words = (reading.from..reading.to).any(|at| {
        reading
            .sentence
            .any(at, &[Plain::Pending, Plain::Completed, Plain::Overdue])
            .is_some()
    });
    let finds = (reading.from..reading.to.min(reading.from + 2)).any(|at| reading.is_word(at, &["when", "find", "search", "look"]));
    let counts = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::HowMany).is_some());
    let past = reading.is_word(begins, &["did", "have"])
        || (reading.from..reading.to).any(|at| reading.is_word(at, &["did", "completed", "finished", "done", "complete"]));
    let overdue = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Overdue).is_some());
    if shows {
        led_by(reading, Plain::Show);
    } else if question {
        led_by(reading, Plain::Question);
    }
    // "list all clients" is a task for somebody else to find; a list needs a noun, or nothing else to say.
    let completed = past && (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Completed).is_some())
        || reading.is_word(begins + 1, &["did"]);
    let pending = (begins..reading.to).any(|at| {
        reading
            .sentence
            .is(at, Plain::Pending)
            .is_some_and(|n| n > 1 || !reading.is_word(at, &["due", "still"]))
    });
    let when = reading.take_when(Which::First);
    let priority = reading.take_priority(reading.from, reading.to);
    reading.drop_all(&[
        Plain::Task,
        Plain::List,
        Plain::Pending,
        Plain::Completed,
        Plain::Overdue,
        Plain::Self_,
        Plain::Filler,
        Plain::Polite,
        Plain::All,
        Plain::Must,
        Plain::Show,
        Plain::What,
        Plain::Before,
        Plain::Particle,
        Plain::English,
        Plain::Question,
        Plain::Link,
        Plain::Not,
        Plain::Every,
        Plain::Complete,
        Plain::Next,
        Plain::This,
        Plain::Last,
    ]);
    let rest = reading.words(reading.from, reading.to).filter(|rest| {
        !matches!(
            rest.as_str(),
            "do" | "to do"
                | "going"
                | "got"
                | "have"
                | "finish"
                | "achieve"
                | "accomplish"
                | "manage"
                | "planned"
                | "happening"
                | "coming up"
        )
    });
    let noun_only = !nouns.is_empty() && rest.is_none() && !question && lead_is_plain(reading, begins);
    let range = when.range(reading.now, past).map(|(first, last)| (Some(first), last));
    let status = match (completed && !pending && !overdue, pending || overdue, question) {
        (.., true) if rest.is_some() => Status::All,
        (true, ..) => Status::Completed,
        _ => Status::Pending,
    };
    let asked = shows || what || (question && (rest.is_some() || !nouns.is_empty() || !when.is_empty()));
    // "did i call the bank" asks without a mark.
    let inverted = question && reading.is_word(begins, &["did", "have", "has", "is", "are", "was", "am", "do", "when"]);
    let clear = rest.is_none() || !nouns.is_empty() || finds || (question && (reading.asks() || inverted));
    let only_date = asked && rest.is_none() && nouns.is_empty() && !status_words && when.is_empty();
    // "Who made you?", "what day is it today?"
    let chats = nouns.is_empty()
        && (reading.is_word(begins, &["who", "why"])
            || reading.is_word(begins, &["are"]) && reading.is_word(begins + 1, &["you", "u", "we"])
            || reading.sentence.is(begins, Plain::Chat).is_some());
    if chats {
        return Some(Intent::Unknown).filter(|_| asked);
    }
    ((asked && clear && !only_date)
        || noun_only
        || (only_date && (what || shows))
        || (status_words && !nouns.is_empty() && rest.is_none() && lead_is_plain(reading, begins)))
    .then_some(Intent::List(ListWish {
        status,
        range: range.filter(|_| !overdue),
        priority,
        overdue,
        count: counts && rest.is_none(),
        query: rest,
        ..ListWish::default()
    }))
}

/// "Complete all tasks", "complete overdue tasks", "finish today's tasks": an order, not the tasks that are complete.
fn completes_all(reading: &Reading<'_>) -> bool {
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    let of_day = |at: usize| reading.sentence.word_is(at, Plain::Task) && days.iter().any(|(_, end)| *end == at);
    let all = (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::All, Plain::Overdue]).is_some() || of_day(at));
    all && !reading.asks() && reading.is_word(reading.from, &["complete", "close", "finish"])
}

/// "my tasks", "tasks for today": no verb before the noun.
fn lead_is_plain(reading: &Reading<'_>, begins: usize) -> bool {
    reading
        .sentence
        .any(begins, &[Plain::Delete, Plain::Move, Plain::Update, Plain::Rename, Plain::NotYet])
        .is_none()
}

/// "Mark X as done", "set X to done".
fn marked(reading: &mut Reading<'_>) -> Option<Intent> {
    if !reading.is_word(reading.from, &["mark", "set", "put", "move", "tick", "check"]) {
        return None;
    }
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let done = (reading.from + 1..=last)
        .rev()
        .take(3)
        .find(|at| {
            reading
                .sentence
                .senses(*at)
                .iter()
                .any(|(n, s)| at + n == last + 1 && matches!(s, Sense::Is(Plain::Completed)))
        })
        .or_else(|| (reading.is_word(last, &["off"])).then_some(last))
        // "Mark the tutor as paid"
        .or_else(|| (reading.sentence.word_is(last, Plain::Past) && reading.is_word(last - 1, &["as"])).then_some(last))
        .or_else(|| {
            (reading.from + 1..reading.from + 3).find(|at| {
                reading.is_word(*at, &["as", "done", "complete", "completed", "off"])
                    && reading.sentence.is(*at, Plain::Completed).is_some()
            })
        });
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

/// "Done with X", "I bought milk", "X is done"; what was called off is done only where that was the task.
fn completed(reading: &mut Reading<'_>) -> Option<Intent> {
    let called_off = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::CalledOff).is_some());
    match done(reading)? {
        Intent::Complete(target) if called_off => Some(Intent::Complete(Target { fit: Fit::Whole, ..target })),
        other => Some(other),
    }
}

fn done(reading: &mut Reading<'_>) -> Option<Intent> {
    if reading.asks() || (reading.from..reading.to).any(|at| reading.sentence.any(at, &[Plain::Not, Plain::NotYet]).is_some()) {
        return None;
    }
    // "We ran out of milk", "the meeting was cancelled": nothing was done.
    let undone = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Undoes).is_some());
    if undone && lead(reading).is_none_or(|(_, kinds)| !kinds.contains(&Plain::Verb)) {
        return Some(Intent::Unknown);
    }
    // "The curtains are washed now"
    if let Some(&last) = reading.sentence.left(reading.from, reading.to).last()
        && last > reading.from + 1
        && reading.is_word(last, &["now", "already", "finally", "too"])
    {
        reading.sentence.take(last, 1);
        reading.to = last;
    }
    // "Complete the report by Friday" is still to be done.
    let ahead = reading.is_word(reading.from, &["complete", "close", "finish"]) && has_deadline(reading);
    if !ahead && led_by(reading, Plain::Complete) {
        return Some(Intent::Complete(reading.dated_target()));
    }
    // X is done.
    let last = *reading.sentence.left(reading.from, reading.to).last()?;
    let tail = reading.phrase_to(Plain::Complete, reading.from + 1, last);
    if let Some(at) = tail.filter(|at| *at < last || !reading.is_word(last, &["complete", "close", "tick"])) {
        let ended = reading.sentence.is(at, Plain::Ended).is_some();
        reading.to = at;
        let mut subject = reading.dated_target();
        if ended {
            subject.fit = Fit::Ended;
        }
        return (subject.it || subject.all || !subject.words.is_empty()).then_some(Intent::Complete(subject));
    }
    // "The rent's paid"
    if reading.sentence.is(last, Plain::Past).is_some() && last > reading.from {
        let owner = &reading.sentence.tokens[last - 1];
        let owner = &reading.sentence.text[owner.start..owner.end];
        if owner.ends_with("'s") || owner.ends_with("’s") {
            reading.to = last;
            return Some(Intent::Complete(reading.target()));
        }
    }
    // "Hotel booked", "rent paid"
    let begins = reading
        .sentence
        .any(reading.from, &[Plain::Verb, Plain::Add, Plain::Must, Plain::Past])
        .is_some();
    let brief = reading.sentence.left(reading.from, reading.to).len() <= 4;
    if !begins
        && brief
        && last > reading.from
        && reading.sentence.word_is(last, Plain::Past)
        && !reading.sentence.word_is(last, Plain::Verb)
    {
        return Some(Intent::Complete(reading.target()));
    }
    // "The plumber has been called", "the car was washed".
    let passive = (reading.from + 1..=last).rev().take(3).find(|at| {
        let been = reading.is_word(*at, &["has", "have"]) && reading.is_word(at + 1, &["been"]);
        let length = if been {
            2
        } else {
            usize::from(reading.is_word(*at, &["was", "were", "got", "is", "are", "r"]))
        };
        length > 0
            && at + length <= last
            && reading
                .sentence
                .is(at + length, Plain::Past)
                .is_some_and(|n| at + length + n == last + 1)
    });
    if let Some(at) = passive {
        for helper in at..last {
            if reading.is_word(helper, &["has", "have", "been", "was", "were", "got", "is", "are", "r"]) {
                reading.sentence.take(helper, 1);
            }
        }
        return Some(Intent::Complete(reading.dated_target()));
    }
    // I (have) bought milk; bought milk.
    let start = reading.from;
    let from = (start..reading.to).find(|at| {
        !reading.is_word(
            *at,
            &[
                "i",
                "ive",
                "have",
                "we",
                "weve",
                "just",
                "already",
                "finally",
                "has",
                "also",
                "now",
                "successfully",
            ],
        )
    })?;
    let subject = from > start && reading.is_word(start, &["i", "ive", "we", "weve", "have", "just", "already", "finally"]);
    // "Got a flight on Saturday": it lies ahead.
    let got = reading.is_word(from, &["got"]) && reading.is_word(from + 1, &["a", "an", "another", "my"]) && !reading.dates().0.is_empty();
    let past = reading.sentence.is(from, Plain::Past).is_some() && !got;
    let present = reading.sentence.is(from, Plain::Verb).is_some();
    if past && (subject || !present) && reading.sentence.left(from, reading.to).len() > 1 {
        reading.sentence.take(start, from - start);
        reading.from = from;
        return Some(Intent::Complete(reading.dated_target()));
    }
    None
}

/// "Buy milk": a deed of daily life.
fn imperative(reading: &mut Reading<'_>) -> Option<Intent> {
    let asks = reading.asks();
    let told = reading.is_word(
        reading.from,
        &["tell", "ask", "do", "make", "find", "get", "start", "talk", "write", "give"],
    ) && reading.is_word(reading.from + 1, &["me", "it", "you", "nothing", "that", "this"]);
    let verb = lead(reading).is_some_and(|(_, kinds)| kinds.contains(&Plain::Verb));
    let chat = (reading.from..reading.to).any(|at| reading.sentence.is(at, Plain::Chat).is_some());
    // "call aadha ghanta pehle kar do": the verb is the Urdu one at the end.
    let urdu = reading.sentence.roman
        && reading
            .sentence
            .left(reading.from, reading.to)
            .last()
            .is_some_and(|at| reading.sentence.any(*at, &[Plain::Request, Plain::Done, Plain::Copula]).is_some());
    // "order has not arrived", "water is cold": how things are.
    let told = told || lead(reading).is_some_and(|(length, _)| reading.sentence.is(reading.from + length, Plain::Tells).is_some());
    reading.loose = true;
    (verb && !urdu && !asks && !told && !chat && reading.sentence.left(reading.from, reading.to).len() > 1)
        .then(|| adding::add(reading))
        .flatten()
}
