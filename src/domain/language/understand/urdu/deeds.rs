//! What is asked about the list, and what is done to it: "kaam dikhao", "le liya", "mita do", "Monday ko kar do".

use super::{
    is_infinitive, names_wala,
    renaming::{renamed, replaced},
};
use crate::domain::{
    language::{
        Change, Fit, Intent, ListWish, Status,
        lexicon::{Plain, Sense},
        understand::Reading,
        when::{self, Which},
    },
    task::Priority,
};

/// A question about tasks.
pub(super) fn listed(reading: &mut Reading<'_>, content: &[usize], done: bool, may_query: bool) -> Intent {
    let has = |reading: &Reading<'_>, kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
    let overdue = has(reading, Plain::Overdue);
    let counts = has(reading, Plain::HowMany);
    let pending = has(reading, Plain::Pending) || overdue;
    let completed = !pending && (done || has(reading, Plain::Completed));
    let (from, to) = (reading.from, reading.to);
    let priority = reading.take_priority(from, to);
    let open_question = content
        .iter()
        .any(|at| reading.sentence.is(*at, Plain::What).is_some_and(|n| n > 1));
    let when = reading.take_when(Which::First);
    for at in content {
        if is_infinitive(&reading.sentence, *at) {
            reading.sentence.take(*at, 1);
        }
    }
    reading.drop_all(&[
        Plain::Overdue,
        Plain::Show,
        Plain::Task,
        Plain::List,
        Plain::Pending,
        Plain::Completed,
        Plain::Self_,
        Plain::All,
        Plain::What,
        Plain::HowMany,
        Plain::Question,
        Plain::Copula,
        Plain::Need,
        Plain::Particle,
        Plain::Filler,
        Plain::Polite,
        Plain::Request,
        Plain::Link,
        Plain::Done,
        Plain::Past,
        Plain::Stem,
        Plain::After,
        Plain::Will,
        Plain::Complete,
        Plain::Separate,
        Plain::Wala,
    ]);
    if overdue {
        // "jin kaamon ka waqt guzar gaya, woh dikhao"
        for at in reading.from..reading.to {
            if reading.is_word(
                at,
                &["jin", "jis", "jo", "jinka", "جن", "جس", "جو", "wo", "woh", "وہ", "unko", "ان"],
            ) {
                reading.sentence.take(at, 1);
            }
        }
    }
    let rest = reading
        .words(reading.from, reading.to)
        .filter(|_| may_query || has(reading, Plain::Wala));
    let range = when.range(reading.now, done).map(|(first, last)| (Some(first), last));
    let status = match (completed, &rest) {
        // "kya doodh le liya?" asks about one task, done or not.
        (true, Some(_)) if !open_question => Status::All,
        (true, _) => Status::Completed,
        _ => Status::Pending,
    };
    Intent::List(ListWish {
        status,
        range: range.filter(|_| !overdue),
        priority,
        count: counts && rest.is_none(),
        overdue,
        query: rest,
        ..ListWish::default()
    })
}

/// "doodh le liya", "ticket book ho gaya".
pub(super) fn completed(reading: &mut Reading<'_>, content: &[usize], done: usize) -> Option<Intent> {
    // "gym band ho gaya", "bill bharna bhool gaya": nothing was done.
    if content.iter().any(|at| reading.sentence.is(*at, Plain::Undoes).is_some()) {
        return Some(Intent::Unknown);
    }
    let when = reading.take_when(Which::First);
    let fit = by_itself(reading, content, done);
    let end = content.last().map_or(done, |last| last + 1);
    let start = content.iter().copied().find(|at| *at >= done).unwrap_or(done);
    // What the verb itself says is kept as a hint when it is more than a helper: "bhej diya".
    let mut words = reading.sentence.title(start, end);
    reading.sentence.take(start, end - start);
    reading.drop_all(&[Plain::Self_, Plain::Polite, Plain::Task]);
    for at in content.iter().filter(|at| **at < done) {
        if reading.sentence.any(*at, &[Plain::Complete, Plain::Completed]).is_some() && *at + 3 > done {
            reading.sentence.take(*at, 1);
        }
    }
    let mut target = reading.target();
    target.fit = fit;
    if target.all {
        target.range = when.range(reading.now, false).or(target.range);
    }
    if let Some(last) = target.words.last_mut() {
        words.insert(0, ' ');
        last.push_str(&words);
    }
    if target.words.is_empty() && !target.it && !target.all {
        // "ho gaya": the task just named.
        target.it = true;
    }
    Some(Intent::Complete(target))
}

/// "Went" and "became", with which one says that something happened.
const GONE: &[&str] = &[
    "gaya",
    "gayi",
    "gaye",
    "gya",
    "gyi",
    "gye",
    "gai",
    "gae",
    "gia",
    "ho",
    "hua",
    "hui",
    "hue",
    "hogaya",
    "hogayi",
    "hogya",
    "hogai",
    "گیا",
    "گئی",
    "گئے",
    "ہو",
    "ہوا",
    "ہوئی",
    "ہوئے",
    "ہوگیا",
    "ہوگئی",
];

/// "doodh khatam ho gaya", "bill aa gaya": what happened by itself is not always what was to be done.
fn by_itself(reading: &Reading<'_>, content: &[usize], done: usize) -> Fit {
    let is = |kind: Plain| reading.sentence.is(done, kind).is_some();
    // "doodh phat gaya", "doodh mehnga ho gaya": of a verb that is not known one cannot say whether it is the deed.
    let became = content
        .iter()
        .filter(|at| **at >= done)
        .all(|at| reading.is_word(*at, GONE) || reading.sentence.is(*at, Plain::Copula).is_some());
    let called_off = content.iter().any(|at| reading.sentence.is(*at, Plain::CalledOff).is_some());
    // "laptop theek ho ke aa gaya": what was to be done was done.
    let mended = content
        .iter()
        .filter(|at| **at < done)
        .any(|at| reading.is_word(*at, &["theek", "thik", "ready", "tayyar", "tayar", "ٹھیک", "تیار"]));
    match () {
        () if called_off => Fit::Whole,
        () if mended && is(Plain::Came) => Fit::Near,
        () if names_wala(reading, content) => Fit::Near,
        () if is(Plain::Ended) => Fit::Ended,
        () if is(Plain::Came) => Fit::Came,
        () if became => Fit::Said,
        () => Fit::Near,
    }
}

/// "ticket wala kaam mita do", "meeting reschedule kar do Monday ko".
pub(super) fn requested(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let near: Vec<usize> = content.iter().rev().take(5).chain(content.iter().take(2)).copied().collect();
    let place = |reading: &Reading<'_>, kind: Plain| near.iter().copied().find(|at| reading.sentence.is(*at, kind).is_some());
    let (from, to) = (reading.from, reading.to);
    if let Some(intent) = renamed(reading, content) {
        return Some(intent);
    }
    // Of two orders the later one counts: "mukammal kaam mita do" deletes, "khatam kar do" completes.
    let (complete, delete) = match (place(reading, Plain::Complete), place(reading, Plain::Delete)) {
        (Some(one), Some(other)) if other > one => (None, Some(other)),
        (Some(one), Some(other)) if other < one || reading.is_word(one, &["khatam", "khatm", "ختم"]) => (Some(one), None),
        (Some(_), other @ Some(_)) => (None, other),
        only => only,
    };
    let date_noun = content
        .iter()
        .any(|at| reading.is_word(*at, &["tareekh", "tarikh", "date", "deadline", "تاریخ"]));
    // "Sana wali call ko chhor do"
    let left = content
        .iter()
        .rev()
        .take(3)
        .copied()
        .find(|at| reading.is_word(*at, &["chhor", "chor", "chhod", "chod", "چھوڑ"]));
    let delete = delete.or(left.filter(|_| names_wala(reading, content)));
    if let Some(at) = left {
        reading.sentence.take(at, 1);
    }
    let lists = content.iter().any(|at| reading.sentence.is(*at, Plain::List).is_some());
    if delete.is_some() {
        verbs_away(reading, content, &[Plain::Delete, Plain::List]);
        if date_noun {
            for at in content {
                if reading.is_word(*at, &["tareekh", "tarikh", "date", "due", "deadline", "تاریخ"]) {
                    reading.sentence.take(*at, 1);
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
        let mut target = reading.target();
        // "list saaf kar do": everything on it.
        target.all |= lists && target.words.is_empty() && !target.it;
        return Some(Intent::Delete(target));
    }
    let moves = place(reading, Plain::Move).is_some();
    let updates = place(reading, Plain::Update).is_some();
    // "weekly plan ko jumma ko kar do" names a plan; "plan kar do" makes one.
    let ordered = |at: usize| match content.iter().find(|next| **next > at) {
        Some(next) => {
            let helps = [
                Plain::Request,
                Plain::Stem,
                Plain::Add,
                Plain::Will,
                Plain::Copula,
                Plain::Polite,
                Plain::Done,
            ];
            reading.sentence.any(*next, &helps).is_some()
        }
        None => true,
    };
    let adds = near.iter().any(|at| reading.sentence.is(*at, Plain::Add).is_some() && ordered(*at));
    if complete.is_some() && !moves {
        verbs_away(reading, content, &[Plain::Complete, Plain::Completed, Plain::List]);
        return Some(Intent::Complete(reading.dated_target()));
    }
    let wala = names_wala(reading, content) || content.iter().any(|at| reading.sentence.is(*at, Plain::It).is_some());
    let helper = content.iter().rev().take(3).any(|at| {
        reading.is_word(
            *at,
            &[
                "kar",
                "kr",
                "karo",
                "karwa",
                "krwa",
                "کروا",
                "karein",
                "karen",
                "kardo",
                "krdo",
                "kardein",
                "kro",
                "کر",
                "کرو",
                "کریں",
                "کردو",
                "کردیں",
                "کیجیے",
            ],
        )
    });
    let infinitive = content.iter().any(|at| is_infinitive(&reading.sentence, *at));
    let names = !infinitive && content.iter().any(|at| reading.sentence.is(*at, Plain::Wala).is_some());
    // "gym ko shaam 7 baje rakh do" gives a task a time; "list mein rakh do" makes one.
    let everything = adds && !lists && !infinitive && !reading.dates().0.is_empty() && {
        let has = |kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
        has(Plain::All) && (has(Plain::Task) || names_all(reading, content))
    };
    // "aaj ke sab kaam kal pe daal do" gives tasks a day.
    let placed = everything || adds && !lists && !infinitive && kept_at(reading, content);
    if adds && !(moves || updates || names || placed || wala && helper) {
        return None;
    }
    reading.scope_priority();
    let priority = raised(reading, content)
        .or_else(|| reading.take_priority(from, to))
        .or_else(|| loose_priority(reading, content));
    let late = content.iter().any(|at| {
        reading.is_word(
            *at,
            &["postpone", "delay", "multavi", "taal", "snooze", "ملتوی", "ٹال", "موخر", "snooz"],
        )
    });
    let shift = when::shift(&mut reading.sentence, from, to, late.then_some(true));
    let dates = if shift.is_some() || scope_only(reading, content) {
        Change::default()
    } else {
        reading.take_change(Which::Last)
    };
    let dated = shift.is_some() || !dates.is_empty();
    if !(moves || updates || helper || placed || (wala && (dated || priority.is_some()))) {
        return None;
    }
    let change = Change { priority, shift, ..dates };
    if change.is_empty() && !(moves || updates) {
        return replaced(reading, content);
    }
    reading.drop_all(&[Plain::PriorityNoun]);
    let overdue = content.iter().any(|at| reading.sentence.is(*at, Plain::Overdue).is_some());
    if change.due.is_some() && !overdue {
        reading.drop_all(&[Plain::DateNoun]);
    }
    verbs_away(
        reading,
        content,
        if names || placed {
            &[Plain::Move, Plain::Update, Plain::Add]
        } else {
            &[Plain::Move, Plain::Update]
        },
    );
    Some(Intent::Update(reading.target(), change))
}

/// "sab kal pe daal do", "baqi sab": nothing but all of them is named.
fn names_all(reading: &Reading<'_>, content: &[usize]) -> bool {
    let kinds = [
        Plain::All,
        Plain::Overdue,
        Plain::Pending,
        Plain::Wala,
        Plain::Particle,
        Plain::Post,
        Plain::Copula,
        Plain::Polite,
        Plain::Add,
        Plain::Request,
        Plain::Stem,
        Plain::Move,
    ];
    content.iter().all(|at| reading.sentence.any(*at, &kinds).is_some())
}

/// Whether the only day that is named says which of all tasks are meant: "aaj ke sab kaam multavi kar do".
fn scope_only(reading: &Reading<'_>, content: &[usize]) -> bool {
    let all = content.iter().any(|at| reading.sentence.is(*at, Plain::All).is_some());
    match when::spans(&reading.sentence, reading.from, reading.to)[..] {
        // What joins the day to the tasks may count as a part of it.
        [(first, end)] => {
            let joins = ["ke", "ka", "ki", "k", "kay", "wale", "wala", "کے", "کا", "کی", "والے", "والا"];
            all && (reading.is_word(end, &joins) || end > first && reading.is_word(end - 1, &joins))
        }
        _ => false,
    }
}

/// "gym ko shaam 7 baje rakh do": a noun with its "ko", then a time.
fn kept_at(reading: &mut Reading<'_>, content: &[usize]) -> bool {
    let keeps = content.iter().rev().take(2).any(|at| {
        reading.is_word(
            *at,
            &[
                "rakh",
                "rakho",
                "rakhdo",
                "daal",
                "dal",
                "daaldo",
                "daldo",
                "ڈال",
                "rkh",
                "rakhein",
                "rakhna",
                "رکھ",
                "رکھو",
                "رکھیں",
                "رکھنا",
            ],
        )
    });
    let (when, dated) = reading.dates();
    let named = content.iter().any(|at| reading.sentence.is(*at, Plain::DateNoun).is_some());
    let owned = named
        || content
            .windows(2)
            .any(|pair| reading.is_word(pair[1], &["ko", "کو"]) && !dated[pair[0]]);
    let urgent = content.iter().any(|at| {
        reading
            .sentence
            .find(*at, |s| matches!(s, Sense::Priority(_)).then_some(()))
            .is_some()
    });
    keeps && owned && (urgent || !when.is_empty())
}

/// "priority kam kar do", "اہمیت بڑھا دو".
fn raised(reading: &mut Reading<'_>, content: &[usize]) -> Option<Priority> {
    let noun = content
        .iter()
        .position(|at| reading.sentence.is(*at, Plain::PriorityNoun).is_some())?;
    let (at, next) = (content[noun], *content.get(noun + 1)?);
    let priority = if reading.is_word(next, &["kam", "kum", "low", "کم", "گھٹا", "ghata"]) {
        Priority::P4
    } else if reading.is_word(next, &["zyada", "ziada", "zada", "barha", "bara", "زیادہ", "بڑھا"]) {
        Priority::P1
    } else {
        return None;
    };
    reading.sentence.take(at, 1);
    reading.sentence.take(next, 1);
    Some(priority)
}

/// "isay zaroori kar do": before the request even a weak word of priority counts.
fn loose_priority(reading: &mut Reading<'_>, content: &[usize]) -> Option<Priority> {
    let at = content.iter().rev().take(4).copied().find(|at| {
        reading
            .sentence
            .find(*at, |s| matches!(s, Sense::Priority(_)).then_some(()))
            .is_some()
            && !reading.sentence.used[*at]
    })?;
    let (length, number) = reading
        .sentence
        .find(at, |s| if let Sense::Priority(n) = s { Some(n) } else { None })?;
    reading.sentence.take(at, length);
    Some(Priority::from_number(number))
}

/// Takes the request and its verbs away: they are near the end, or begin the sentence.
fn verbs_away(reading: &mut Reading<'_>, content: &[usize], kinds: &[Plain]) {
    let count = content.len();
    for (place, at) in content.iter().enumerate() {
        let near = place + 5 >= count || place < 2;
        if near && let Some(length) = reading.sentence.any(*at, kinds) {
            reading.sentence.take(*at, length);
        }
        let end = place + 4 >= count;
        if end && reading.sentence.word_is(*at, Plain::Request)
            || (end
                && place + 1 < count
                && place + 3 >= count
                && reading.sentence.word_is(*at, Plain::Stem)
                && (count > 2 || reading.is_word(*at, &["kar", "kr", "کر"])))
        {
            reading.sentence.take(*at, 1);
        }
    }
}
