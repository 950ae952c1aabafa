//! Orders about tasks that are there: "show gym", "print my tasks", "swap gym and dentist". Each of them may as well be a thing to do ("print
//! the report", "swap tyres"): what names the person's tasks as such is an order, what names a thing is looked for among the tasks first.

use super::{Reading, describe, urdu::is_infinitive};
use crate::domain::language::{
    Beyond, Either, Intent, ListWish, Order, Target,
    lexicon::{Plain, Sense},
    token::Kind,
    when::{self, Which},
};

/// What Kaam cannot do with tasks.
const CANNOT: [(Plain, Beyond); 4] = [
    (Plain::Sorts, Beyond::Sort),
    (Plain::Swaps, Beyond::Swap),
    (Plain::Sends, Beyond::Send),
    (Plain::Merges, Beyond::Merge),
];

/// Verbs that are said of a task by its name; "email Ali", "order pizza" are said of tasks only where they are called tasks.
const NAMING: &[&str] = &[
    "swap",
    "exchange",
    "interchange",
    "sort",
    "rank",
    "reorder",
    "print",
    "share",
    "export",
    "merge",
    "combine",
    "duplicate",
    "clone",
    "archive",
    "pin",
    "unpin",
    "hide",
    "پرنٹ",
    "شیئر",
    "شئیر",
    "ایکسپورٹ",
    "سواپ",
    "ضم",
    "آرکائیو",
];

/// Words for tasks, and for nothing else; those of Urdu are the same for one and many.
const TASKS: &[&str] = &["task", "tasks", "todo", "todos", "ٹاسک"];
pub(super) const KAAM: &[&str] = &["kaam", "kaamon", "kaamo", "kamon", "کام", "کاموں", "ٹاسکس"];

/// Words between the verb and the tasks, and around them.
pub(super) const AROUND: &[Plain] = &[
    Plain::Self_,
    Plain::All,
    Plain::Pending,
    Plain::Completed,
    Plain::Overdue,
    Plain::Filler,
    Plain::Particle,
    Plain::Polite,
    Plain::Link,
    Plain::Task,
    Plain::List,
];

/// How tasks are sorted, and into what they are written.
const MANNER: &[&str] = &[
    "by",
    "on",
    "in",
    "as",
    "to",
    "into",
    "from",
    "via",
    "order",
    "date",
    "dates",
    "priority",
    "name",
    "names",
    "title",
    "deadline",
    "time",
    "day",
    "status",
    "importance",
    "urgency",
    "alphabetically",
    "alphabetical",
    "chronologically",
    "first",
    "pdf",
    "csv",
    "excel",
    "json",
    "paper",
    "file",
    "clipboard",
    "aloud",
    "loud",
    "out",
    "again",
    "se",
    "ke",
    "hisaab",
    "hisab",
    "mutabiq",
    "tareekh",
    "tarikh",
    "naam",
    "ahmiyat",
    "lagao",
    "laga",
    "rakho",
    "سے",
    "کے",
    "حساب",
    "مطابق",
    "تاریخ",
    "نام",
    "اہمیت",
    "لگاؤ",
    "لگا",
    "رکھو",
];

/// The order that begins here, and its length.
fn order(reading: &Reading<'_>, at: usize) -> Option<(Order, usize)> {
    let of = |kind: Plain| reading.sentence.is(at, kind);
    let cannot = CANNOT
        .iter()
        .filter_map(|(kind, beyond)| of(*kind).map(|length| (Order::Cannot(*beyond), length)));
    let shows = [Plain::Seeks, Plain::Opens]
        .into_iter()
        .filter_map(|kind| of(kind).map(|length| (Order::Show, length)));
    shows.chain(cannot).max_by_key(|(_, length)| *length)
}

/// An English order: the verb comes first.
pub(super) fn english(reading: &mut Reading<'_>) -> Option<Intent> {
    let first = reading.from;
    if reading.sentence.roman || first >= reading.to {
        return None;
    }
    let (days, dated) = reading.dates();
    let Some((order, length)) = order(reading, first) else {
        // "Read my tasks aloud"
        let other = reading.sentence.any(
            first,
            &[Plain::Show, Plain::Complete, Plain::Delete, Plain::Update, Plain::Move, Plain::Add],
        );
        let verb = reading
            .sentence
            .is(first, Plain::Verb)
            .filter(|_| days.is_empty() && other.is_none())?;
        own_tasks(reading, first + verb, &dated, false)?;
        return Some(either(reading, Order::Show, Target::default(), false));
    };
    // "Check off", "open account" are other verbs.
    let others = [
        Plain::Complete,
        Plain::Delete,
        Plain::Update,
        Plain::Move,
        Plain::Add,
        Plain::Verb,
        Plain::Notes,
    ];
    if reading.sentence.any(first, &others).is_some_and(|longer| longer > length) {
        return None;
    }
    let daily = reading.sentence.is(first, Plain::Opens) == Some(length) || order != Order::Show;
    let body = first + length;
    if let Some(end) = own_tasks(reading, body, &dated, order == Order::Cannot(Beyond::Sort)) {
        let Order::Cannot(beyond) = order else {
            // "Go to my tasks"
            let shown = Intent::List(ListWish::default());
            return (reading.sentence.is(first, Plain::Show).is_none() && days.is_empty()).then_some(shown);
        };
        return Some(
            match accounted(reading, end, beyond) && (body..end).all(|at| !dated[at] || owns(reading, at)) {
                true => Intent::Beyond(beyond),
                false => either(reading, order, Target::default(), false),
            },
        );
    }
    let left = reading.sentence.left(body, reading.to);
    if left.is_empty() || matches!(order, Order::Cannot(_)) && !reading.is_word(first, NAMING) {
        return None;
    }
    if left.iter().all(|at| reading.sentence.is(*at, Plain::It).is_some()) {
        return match order {
            Order::Cannot(beyond) => Some(Intent::Beyond(beyond)),
            _ => None,
        };
    }
    // "Open a bank account tomorrow", "show Ali the house": a thing to do.
    if daily && (!days.is_empty() || reading.asks() || is_new(reading, &left))
        || is_for_somebody(reading, &left) && !reading.is_word(first, &["find", "search", "look", "locate"])
    {
        return None;
    }
    named(reading, order, length, daily)
}

/// The tasks that are named behind an English verb of this length; `None` where there are none: "find everything", "show done".
fn named(reading: &mut Reading<'_>, order: Order, length: usize, daily: bool) -> Option<Intent> {
    let first = reading.from;
    let used = reading.sentence.used.clone();
    reading.sentence.take(first, length);
    let mut range = None;
    if order == Order::Show {
        range = reading
            .take_when(Which::First)
            .range(reading.now, false)
            .map(|(first, last)| (Some(first), last));
        reading.drop_all(&[Plain::Wala]);
    } else {
        reading.drop_all(&[Plain::DateNoun]);
        joined(reading, first + length);
    }
    let target = reading.target();
    reading.sentence.used = used;
    if target.words.is_empty() {
        return None;
    }
    if order == Order::Show && reading.asks() {
        return Some(Intent::List(ListWish {
            range,
            query: Some(target.words.join(" ")),
            ..ListWish::default()
        }));
    }
    Some(either(reading, order, target, daily))
}

/// An order in Urdu: the verb comes last.
pub(super) fn urdu(reading: &mut Reading<'_>) -> Option<Intent> {
    let (_, dated) = reading.dates();
    let all = reading.sentence.left(reading.from, reading.to);
    let content: Vec<usize> = all.into_iter().filter(|at| !dated[*at]).collect();
    let spoken = reading.sentence.roman || content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii());
    let (at, (order, length)) = content.iter().rev().find_map(|at| order(reading, *at).map(|found| (*at, found)))?;
    let ends = [Plain::Request, Plain::Stem, Plain::Polite, Plain::Show, Plain::Seeks, Plain::Add];
    let says = |reading: &Reading<'_>, kinds: &[Plain]| content.iter().any(|at| reading.sentence.any(*at, kinds).is_some());
    let obliges = says(reading, &[Plain::Copula, Plain::Need, Plain::Not, Plain::NotYet, Plain::And]) && order == Order::Show
        || says(reading, &[Plain::Need, Plain::Not])
        || says(reading, &[Plain::Add]) && order != Order::Cannot(Beyond::Sort)
        || content.iter().any(|at| is_infinitive(&reading.sentence, *at));
    // "print kar do", "dhoondo", and what is said after it: "share karo Ali ke saath".
    let behind: Vec<usize> = content.iter().copied().filter(|place| *place >= at + length).collect();
    let requests = behind
        .iter()
        .take(3)
        .any(|place| reading.sentence.any(*place, &[Plain::Request, Plain::Add]).is_some())
        || behind.is_empty() && reading.sentence.is(at, Plain::Seeks).is_some()
        || reading.sentence.is(at, Plain::Sends).is_some() && behind.is_empty();
    let verb_end = behind.iter().copied().find(|place| reading.sentence.any(*place, &ends).is_none());
    if !spoken || obliges || !requests || reading.asks() {
        return None;
    }
    let verb_end = verb_end.unwrap_or(reading.to);
    if let Order::Cannot(beyond) = order {
        if own_tasks(reading, reading.from, &dated, true).is_some_and(|end| end <= at && accounted_before(reading, end, at))
            && (verb_end == reading.to || accounted(reading, verb_end, beyond))
        {
            return Some(Intent::Beyond(beyond));
        }
        if !reading.is_word(at, NAMING) && beyond != Beyond::Swap {
            return None;
        }
    }
    if verb_end < reading.to {
        return None;
    }
    let used = reading.sentence.used.clone();
    let to = std::mem::replace(&mut reading.to, at);
    let days = reading.take_when(Which::First);
    let target = reading.target();
    reading.sentence.used = used;
    reading.to = to;
    let query = target.words.join(" ");
    match order {
        Order::Show if target.words.is_empty() => Some(Intent::List(ListWish {
            range: days.range(reading.now, false).map(|(first, last)| (Some(first), last)),
            ..ListWish::default()
        })),
        Order::Show if query.is_empty() => None,
        Order::Cannot(_) if target.words.is_empty() => None,
        order => Some(either(reading, order, target, false)),
    }
}

/// An order about tasks that may be a thing to do.
pub(super) fn either(reading: &Reading<'_>, order: Order, target: Target, daily: bool) -> Intent {
    let text = reading.sentence.text;
    let tokens = &reading.sentence.tokens;
    let start = tokens.get(reading.from).map_or(0, |token| token.start);
    let end = reading.to.checked_sub(1).map_or(text.len(), |last| tokens[last].end);
    Intent::Either(Box::new(Either {
        order,
        target,
        task: describe(text[start..end].trim(), reading.now),
        daily,
    }))
}

/// The end of "my tasks", "the overdue tasks", "my to-do list", where nothing but that begins here; with `bare`, of "the list", too.
fn own_tasks(reading: &Reading<'_>, from: usize, dated: &[bool], bare: bool) -> Option<usize> {
    let mut at = from;
    let mut owned = false;
    while at < reading.to {
        let list = reading.sentence.is(at, Plain::List);
        if reading.is_word(at, TASKS) || reading.is_word(at, KAAM) {
            return Some(at + 1);
        }
        let whole = reading
            .sentence
            .is(at, Plain::All)
            .filter(|length| (at..at + length).any(|place| names_tasks(reading, place)));
        if let Some(length) = whole {
            return Some(at + length);
        }
        let is_own = |length: &usize| owned || bare && at == from || at == from && *length == 1 || *length > 1 && owns(reading, at);
        if let Some(length) = list.filter(is_own) {
            return Some(at + length);
        }
        owned |= owns(reading, at);
        let priority = |sense| matches!(sense, Sense::Priority(_)).then_some(());
        let small = reading.sentence.used[at] || dated[at] || !reading.sentence.tokens[at].is_text();
        let length = reading
            .sentence
            .any(at, AROUND)
            .or_else(|| reading.sentence.find(at, priority).map(|(length, ())| length));
        match length {
            // "the list of guests" may be any list.
            Some(_) if list.is_some() && !owned => return None,
            Some(length) if reading.sentence.tokens[at].kind != Kind::Quote => at += length.min(1),
            _ if small => at += 1,
            _ => return None,
        }
    }
    None
}

fn names_tasks(reading: &Reading<'_>, at: usize) -> bool {
    reading.is_word(at, TASKS) || reading.is_word(at, KAAM) || reading.is_word(at, &["list", "fehrist", "فہرست", "لسٹ"])
}

/// "My", "all", "whole": what follows is the person's own.
fn owns(reading: &Reading<'_>, at: usize) -> bool {
    reading.sentence.is(at, Plain::All).is_some()
        || reading.is_word(
            at,
            &[
                "my", "our", "whole", "entire", "task", "todo", "meri", "mere", "mera", "puri", "poori", "میری", "میرے", "میرا", "پوری",
            ],
        )
}

/// Whether what follows the tasks says only how, into what or with whom: "by date", "as pdf", "with Ali", "due tomorrow".
fn accounted(reading: &Reading<'_>, from: usize, beyond: Beyond) -> bool {
    let days = when::spans(&reading.sentence, from, reading.to);
    // "Print the tasks tomorrow" is to be done tomorrow.
    let scope =
        |start: usize| start > from && reading.is_word(start - 1, &["for", "due", "of", "from"]) || reading.is_word(start, &["for", "due"]);
    if days.iter().any(|(start, _)| !scope(*start)) {
        return false;
    }
    let whom = |at: usize| reading.is_word(at, &["with", "to", "for", "from", "ke", "ko", "کے", "کو"]);
    let left = reading.sentence.left(from, reading.to);
    let dated = |at: usize| days.iter().any(|(start, end)| (*start..*end).contains(&at));
    if beyond == Beyond::Send
        && (left.first().is_some_and(|at| whom(*at)) || left.iter().skip(1).take(3).any(|at| whom(*at)))
        && left.len() <= 5
    {
        return true;
    }
    left.into_iter().all(|at| {
        dated(at) || reading.is_word(at, MANNER) || reading.sentence.any(at, AROUND).is_some() || reading.is_word(at, &["due", "for"])
    })
}

/// Whether what stands between the tasks and the verb says only how: "kaam tareekh ke hisaab se sort karo".
fn accounted_before(reading: &Reading<'_>, from: usize, to: usize) -> bool {
    let small = |at: usize| reading.is_word(at, MANNER) || reading.sentence.any(at, AROUND).is_some() || reading.is_word(at, &["ko", "کو"]);
    reading
        .sentence
        .left(from, to)
        .into_iter()
        .all(|at| small(at) || reading.sentence.any(at, &[Plain::DateNoun]).is_some())
}

/// "a bank account", "3 copies": what is not there yet.
fn is_new(reading: &Reading<'_>, left: &[usize]) -> bool {
    left.first().is_some_and(|at| {
        reading.is_word(*at, &["a", "an", "some", "another", "new", "any"]) || reading.sentence.tokens[*at].kind == Kind::Number
    })
}

/// "Show Ali the house", "print the tickets for Sana": somebody else gets it.
fn is_for_somebody(reading: &Reading<'_>, left: &[usize]) -> bool {
    let gives = |at: &usize| reading.is_word(*at, &["to", "for", "him", "her", "them", "with"]);
    let other = |at: &usize| reading.is_word(*at, &["the", "a", "an", "my", "our", "some"]);
    let own = left.iter().any(|at| reading.is_word(*at, &["me", "us"]));
    let plain = left
        .first()
        .is_some_and(|at| !other(at) && reading.sentence.any(*at, &[Plain::Particle, Plain::Filler]).is_none());
    let swaps = reading.sentence.is(reading.from, Plain::Swaps).is_some();
    !own && !swaps && (left.iter().skip(1).any(gives) || plain && left.iter().skip(1).any(other))
}

/// "Swap gym with dentist": two tasks.
fn joined(reading: &mut Reading<'_>, from: usize) {
    if reading.sentence.is(reading.from, Plain::Swaps).is_some()
        && let Some(at) = (from + 1..reading.to).find(|at| reading.is_word(*at, &["with", "for"]))
    {
        reading.sentence.join(at);
    }
}
