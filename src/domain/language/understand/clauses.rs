//! Two different deeds in one message: "add milk and mark the gym done", "bill bhar diya, ab kiraya yaad dilana".

use super::{Moment, Read, holding, single};
use crate::domain::language::{
    Change, Intent, ListWish, Order, Target,
    lexicon::Plain,
    sentence::Sentence,
    token::{Kind, Token},
};

/// More clauses than this are not looked for.
const CLAUSES_MAX: usize = 5;

/// Words that can stand in a clause only if it orders, reports or obliges.
const DEEDS: &[Plain] = &[
    Plain::Add,
    Plain::Complete,
    Plain::Delete,
    Plain::Move,
    Plain::Update,
    Plain::Rename,
    Plain::Past,
    Plain::Done,
    Plain::Request,
    Plain::Must,
    Plain::Need,
    Plain::Verb,
    Plain::Copula,
    Plain::Show,
    Plain::Seeks,
    Plain::What,
];

/// A place where a sentence may be cut: where the first clause ends, where the next begins, and whether the cut is sure.
struct Cut {
    end: usize,
    start: usize,
    strong: bool,
}

/// Reads a message as several deeds, if each part says one for itself.
pub(super) fn several(sentence: &Sentence<'_>, english_first: bool, now: Moment) -> Option<Vec<Intent>> {
    let mut rest = 0;
    let mut found: Vec<Read> = Vec::new();
    let cuts = cuts(sentence);
    let text = sentence.text;
    while found.len() + 1 < CLAUSES_MAX {
        let next = cuts.iter().filter(|cut| cut.end > rest).find_map(|cut| {
            let deeds = |from: usize, to: usize| {
                let inside = |at: &usize| sentence.tokens[*at].start >= from && sentence.tokens[*at].end <= to;
                (0..sentence.len()).filter(inside).any(|at| sentence.any(at, DEEDS).is_some())
            };
            if !deeds(cut.start, text.len()) {
                return None;
            }
            let second = renamed(&text[rest..cut.end], &text[cut.start..], english_first, now)
                .or_else(|| clause(&text[cut.start..], english_first, now))
                .or_else(|| same(&text[rest..cut.end], &text[cut.start..], english_first, now))?;
            if rest == 0
                && let Some(meant) = pointed(&text[..cut.end], &second, english_first, now)
            {
                return Some((None, meant, cut.start));
            }
            if !deeds(rest, cut.end) {
                return None;
            }
            let first = clause(&text[rest..cut.end], english_first, now)?;
            let shows = matches!(second.intent, Intent::List(_));
            if shows && cuts.iter().any(|later| later.end > cut.start) {
                return None;
            }
            divides(&first, &second, cut.strong).then_some((Some(first), second, cut.start))
        });
        let Some((first, second, start)) = next else { break };
        let Some(first) = first else {
            return Some(vec![second.intent]);
        };
        found.push(first);
        rest = start;
        if !cuts.iter().any(|cut| cut.end > rest) {
            found.push(second);
            return together(found);
        }
    }
    if found.is_empty() {
        return None;
    }
    found.push(clause(&text[rest..], english_first, now)?);
    together(found)
}

/// "The dentist was cancelled, remove it": the second clause points to what the first one names.
fn pointed(first: &str, second: &Read, english_first: bool, now: Moment) -> Option<Read> {
    let Intent::Delete(target) = &second.intent else { return None };
    if !english_first || !target.it {
        return None;
    }
    let told = single(Sentence::new(first, false), english_first, now);
    // "I don't need the geyser any more, delete that": it says so twice.
    if matches!(&told.intent, Intent::Delete(named) if !named.words.is_empty()) {
        return Some(told);
    }
    if matches!(
        told.intent,
        Intent::Add(_) | Intent::Delete(_) | Intent::Update(..) | Intent::Talk(_)
    ) {
        return None;
    }
    let mut sentence = Sentence::new(first, false);
    let small = [
        Plain::English,
        Plain::Past,
        Plain::Not,
        Plain::Polite,
        Plain::Self_,
        Plain::Particle,
        Plain::Verb,
        Plain::NotYet,
        Plain::Delete,
    ];
    for at in 0..sentence.len() {
        if sentence.any(at, &small).is_some() || ["going", "anymore", "longer", "any", "more"].contains(&sentence.tokens[at].plain.as_str())
        {
            sentence.take(at, 1);
        }
    }
    let words = sentence.title(0, sentence.tokens.len());
    (!words.is_empty()).then(|| Read {
        intent: Intent::Delete(Target {
            words: vec![words],
            ..Target::default()
        }),
        ..*second
    })
}

/// Several additions alone are one list, which the grammar of lists reads better.
fn together(found: Vec<Read>) -> Option<Vec<Intent>> {
    // Beside other deeds a deed of daily life is a thing to do; what is to be shown is asked for by itself.
    let meant = |read: Read| match read.intent {
        Intent::Either(either) if either.daily => Intent::Add(vec![either.task]),
        Intent::Either(either) if either.order == Order::Show && !either.target.words.is_empty() => Intent::List(ListWish {
            query: Some(either.target.words.join(" ")),
            ..ListWish::default()
        }),
        other => other,
    };
    let all: Vec<Intent> = found.into_iter().map(meant).collect();
    // What is shown, is shown when all is done.
    let early = all.iter().rev().skip(1).any(|intent| matches!(intent, Intent::List(_)));
    if early || all.iter().any(|intent| matches!(intent, Intent::Either(_))) {
        return Some(vec![Intent::Unknown]);
    }
    let only_add = all.iter().all(|intent| matches!(intent, Intent::Add(_)));
    (all.len() > 1 && !only_add).then_some(all)
}

/// A part of the message that is a deed by itself.
fn clause(text: &str, english_first: bool, now: Moment) -> Option<Read> {
    let read = single(Sentence::new(text, !english_first), english_first, now);
    match &read.intent {
        Intent::Add(_) | Intent::Place(..) | Intent::Either(_) | Intent::List(_) => true,
        Intent::Complete(target) | Intent::Delete(target) => target.it || target.all || !target.words.is_empty(),
        Intent::Update(target, change) => !change.is_empty() && (target.it || target.all || !target.words.is_empty()),
        _ => false,
    }
    .then_some(read)
}

/// "... aur kal subah 7 baje pe rakh do", "... and move to Friday": a second order on the task that the first clause changes.
fn same(first: &str, second: &str, english_first: bool, now: Moment) -> Option<Read> {
    let bare = holding::bare_change(second, english_first, now).filter(|bare| bare.orders)?;
    let changes = matches!(clause(first, english_first, now)?.intent, Intent::Update(_, change) if change.due.is_none());
    changes.then(|| Read::ordered(holding::of_it(bare.change)))
}

/// "... aur naam jogging rakh do": a new name for the task that the first clause changes.
fn renamed(first: &str, second: &str, english_first: bool, now: Moment) -> Option<Read> {
    let title = holding::bare_name(second, english_first, now)?;
    let changes = matches!(clause(first, english_first, now)?.intent, Intent::Update(_, change) if change.title.is_none());
    let change = Change {
        title: Some(title),
        ..Change::default()
    };
    changes.then(|| Read::ordered(holding::of_it(change)))
}

/// Whether two clauses that could stand alone do so here.
fn divides(first: &Read, second: &Read, strong: bool) -> bool {
    if matches!((&first.intent, &second.intent), (Intent::Add(_), Intent::Add(_))) {
        return true;
    }
    if matches!(first.intent, Intent::List(_)) {
        return false;
    }
    // A bare "buy milk" or "kal gym" orders nothing; behind a full stop it may, or where the list is meant: "and mark gym done".
    if first.loose && !second.ticks || (second.loose && !strong) {
        return false;
    }
    let named = matches!(&first.intent, Intent::Update(_, change) if change.title.is_some() || change.notes.is_some());
    // "Rename gym to swim and move it to Friday": a second order on the same task.
    let renames = matches!(&first.intent, Intent::Update(_, change) if change.title.is_some());
    let points = matches!(&second.intent, Intent::Update(target, _) | Intent::Complete(target) | Intent::Delete(target) if target.it);
    let named = named && !(renames && points);
    // "... and move gym to Friday" is about the list.
    let moves = matches!(&second.intent, Intent::Update(_, change) if change.due.is_some() || change.shift.is_some());
    let adds = matches!(&first.intent, Intent::Add(_));
    // "Add eggs and show gym"
    let shows = match &second.intent {
        Intent::List(_) => true,
        Intent::Either(either) => either.order == Order::Show && !either.daily,
        _ => false,
    };
    // "Remind me to call Ali and cancel the hall", "add wash the car and clean the room": one list of things to do.
    strong || !(named || adds && (second.daily && !moves && !shows || first.obliges && !second.marks))
}

/// The places where a clause may end.
fn cuts(sentence: &Sentence<'_>) -> Vec<Cut> {
    let tokens = &sentence.tokens;
    let mut cuts: Vec<Cut> = Vec::new();
    for at in 1..sentence.len().saturating_sub(1) {
        let joins = |token: &Token| sentence.word_is(at, Plain::And) && token.kind == Kind::Word || token.is_mark('&') && token.spaced;
        let (ends, strong) = match tokens[at].kind {
            Kind::Line | Kind::Mark(';' | '؛' | '۔' | '!') => (true, true),
            Kind::Mark('.') => (tokens[at + 1].spaced, true),
            Kind::Mark(',' | '،') => (true, false),
            _ if tokens[at].plain == "then" => (true, true),
            _ => (joins(&tokens[at]), false),
        };
        if !ends {
            continue;
        }
        let end = tokens[at].start;
        let start = tokens[at].end;
        // ", and" is one cut; "now" and "then" behind it make it sure.
        let sure = tokens
            .get(at + 1)
            .is_some_and(|t| matches!(t.plain.as_str(), "now" | "then" | "ab" | "phir" | "اب" | "پھر"));
        match cuts.last_mut() {
            Some(last) if last.start >= tokens[at - 1].end.min(end) && tokens[at - 1].end <= last.start => {
                (last.start, last.strong) = (start, last.strong || strong || sure);
            }
            _ => cuts.push(Cut {
                end,
                start,
                strong: strong || sure,
            }),
        }
    }
    cuts
}
