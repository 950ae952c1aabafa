//! What the newest message wants, read in the light of the turns before it.

use super::{
    chosen,
    conversation::{It, Turn, it},
};
use crate::domain::{
    language::{Change, Fit, Intent, ListWish, Moment, NewTask, Pick, Talk, Target, date_words, find_matches, phrases, pick, understand},
    locale::Script,
};

/// What is to be done to a task.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    Complete,
    Delete,
    Update(Change),
}

/// Which task.
#[derive(Debug, Clone)]
pub(super) enum Which {
    /// By words; each entry one task.
    Words(Vec<String>, Fit),
    /// By titles that were shown, to the letter.
    Titles(Vec<String>),
    /// All of them, or those of some days and of a priority; `sure` after the person said yes.
    All { sure: bool, target: Target },
    /// The one just named.
    It(It),
}

/// What the newest message wants.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Say(String),
    Add(Vec<NewTask>),
    List(ListWish),
    Do(Deed, Which),
    /// A date for a task of this name, or a new task.
    Place(NewTask, Change),
    /// One after the other; none if one of them has to be asked about.
    Several(Vec<Plan>),
}

/// Plans the newest turn; `tool` is the one that the person chose for it.
pub(super) fn plan(turns: &[Turn<'_>], tool: Option<&str>, now: Moment, script: Script) -> Plan {
    let Some((newest, before)) = turns.split_last() else {
        return Plan::Say(phrases::help(script));
    };
    if let Some(intent) = tool.and_then(|tool| chosen::intent(tool, newest.user, now)) {
        return of_intent(turns, intent, script);
    }
    if let Some(answered) = before.last().and_then(|previous| answer(newest, previous, before, now, script)) {
        return answered;
    }
    of_intent(turns, understand(newest.user, now).intent, script)
}

/// What is to be done for an intent.
fn of_intent(turns: &[Turn<'_>], intent: Intent, script: Script) -> Plan {
    match intent {
        Intent::Add(tasks) => match tasks.iter().find_map(|task| task.due_error.as_ref()) {
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None => Plan::Add(tasks),
        },
        Intent::List(wish) => Plan::List(wish),
        Intent::Complete(target) => which(turns, target, Deed::Complete, script),
        Intent::Delete(target) => which(turns, target, Deed::Delete, script),
        Intent::Update(target, change) => match &change.due_error {
            _ if !change.unread.is_empty() => Plan::Say(phrases::unread_change(&change.unread, script)),
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None if change.is_empty() => Plan::Say(phrases::what_change(script)),
            None => which(turns, target, Deed::Update(change), script),
        },
        Intent::Place(_, change) if !change.unread.is_empty() => Plan::Say(phrases::unread_change(&change.unread, script)),
        Intent::Place(task, change) => match task.due_error.as_ref().or(change.due_error.as_ref()) {
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None => Plan::Place(task, change),
        },
        Intent::Several(intents) => {
            let mut plans: Vec<Plan> = intents.into_iter().map(|intent| of_intent(turns, intent, script)).collect();
            match plans.iter().position(|plan| matches!(plan, Plan::Say(_))) {
                Some(question) => plans.swap_remove(question),
                None => Plan::Several(plans),
            }
        }
        Intent::Talk(talk) => Plan::Say(match talk {
            Talk::Greeting => phrases::greeting(script),
            Talk::HowAreYou => phrases::how_are_you(script),
            Talk::Thanks => phrases::welcome(script),
            Talk::Bye => phrases::bye(script),
            Talk::Help => phrases::help(script),
            Talk::Yes | Talk::No => phrases::fine(script),
        }),
        Intent::Unknown => Plan::Say(phrases::not_understood(script)),
    }
}

/// Finds out which task the words, or "it", or "the second one" mean.
fn which(turns: &[Turn<'_>], target: Target, deed: Deed, script: Script) -> Plan {
    if target.all {
        return Plan::Do(deed, Which::All { sure: false, target });
    }
    let previous = turns.iter().rev().nth(1);
    // "Delete the second one", after a list was shown.
    if let Some(shown) = previous.map(Turn::numbered).filter(|shown| !shown.is_empty())
        && let Some(titles) = pick(&target.words.join(" , ")).and_then(|choice| chosen(&choice, &shown))
        && !target.words.is_empty()
    {
        return Plan::Do(deed, Which::Titles(titles));
    }
    if !target.words.is_empty() {
        return Plan::Do(deed, Which::Words(target.words, target.fit));
    }
    // A bare "delete" is not enough to lose a task.
    if deed == Deed::Delete && !target.it {
        return Plan::Say(phrases::which_it(script));
    }
    match it(turns) {
        Some(task) => Plan::Do(deed, Which::It(task)),
        None => Plan::Say(phrases::which_it(script)),
    }
}

/// The titles that a choice means.
fn chosen(choice: &Pick, shown: &[String]) -> Option<Vec<String>> {
    match choice {
        Pick::Nth(numbers) => numbers
            .iter()
            .map(|n| n.checked_sub(1).and_then(|at| shown.get(at)).cloned())
            .collect(),
        Pick::Last => shown.last().map(|last| vec![last.clone()]),
        Pick::All => Some(shown.to_vec()),
        Pick::None => None,
    }
}

/// Which of the shown tasks an answer means; a yes means the only one.
fn choice(text: &str, shown: &[String], now: Moment) -> Option<Pick> {
    let agrees = shown.len() == 1 && understand(text, now).intent == Intent::Talk(Talk::Yes);
    if agrees { Some(Pick::All) } else { pick(text) }
}

/// The newest message as an answer to what the assistant asked in the turn before.
fn answer(newest: &Turn<'_>, previous: &Turn<'_>, before: &[Turn<'_>], now: Moment, script: Script) -> Option<Plan> {
    if previous.has_deed() || previous.said().is_empty() {
        return None;
    }
    // What the turn before wanted; its own answers are found the same way.
    let earlier = plan(before, None, now, script);
    match earlier {
        Plan::Several(plans) => {
            let shown = previous.numbered();
            let titles: Vec<&str> = shown.iter().map(String::as_str).collect();
            // More than one fitted, or one that was doubtful.
            let least = if titles.len() == 1 { 1 } else { 2 };
            let asked = |plan: &Plan| matches!(plan, Plan::Do(_, Which::Words(words, _)) if words.iter().any(|w| find_matches(w, &titles).len() >= least));
            let at = plans.iter().position(asked)?;
            let choice = choice(newest.user, &shown, now)?;
            let mut plans = plans;
            match (chosen(&choice, &shown), &mut plans[at]) {
                (Some(titles), Plan::Do(_, which)) => *which = Which::Titles(titles),
                _ => return Some(Plan::Say(phrases::left_alone(script))),
            }
            Some(Plan::Several(plans))
        }
        // "Which one?" was asked of a date for one of several.
        Plan::Place(task, change) => {
            let shown = previous.numbered();
            let titles = chosen(&choice(newest.user, &shown, now)?, &shown).filter(|_| !task.title.is_empty())?;
            Some(Plan::Do(Deed::Update(change), Which::Titles(titles)))
        }
        Plan::Do(deed, wanted) => {
            let shown = previous.numbered();
            if shown.is_empty() {
                return None;
            }
            if let Which::All { sure: false, target } = wanted {
                return match understand(newest.user, now).intent {
                    Intent::Talk(Talk::Yes) => Some(Plan::Do(deed, Which::All { sure: true, target })),
                    Intent::Talk(Talk::No) => Some(Plan::Say(phrases::left_alone(script))),
                    _ => None,
                };
            }
            match choice(newest.user, &shown, now) {
                Some(Pick::None) => return Some(Plan::Say(phrases::left_alone(script))),
                Some(choice) => {
                    return Some(match chosen(&choice, &shown) {
                        Some(titles) => Plan::Do(deed, Which::Titles(titles)),
                        // There is no such number: the question is put again.
                        None => Plan::Do(deed, wanted),
                    });
                }
                None => {}
            }
            let free = match understand(newest.user, now).intent {
                Intent::Unknown => true,
                // "Call bank" is a title here, not an order.
                Intent::Add(tasks) => matches!(&tasks[..], [only] if only.title.chars().count() + 2 >= newest.user.trim().chars().count()),
                _ => false,
            };
            let titles: Vec<&str> = shown.iter().map(String::as_str).collect();
            let found = if free { find_matches(newest.user, &titles) } else { Vec::new() };
            match found[..] {
                [only] => Some(Plan::Do(deed, Which::Titles(vec![shown[only].clone()]))),
                _ => None,
            }
        }
        Plan::Say(_) => dated(newest, previous, before, now, script),
        _ => None,
    }
}

/// A date as the answer to "which day?".
fn dated(newest: &Turn<'_>, previous: &Turn<'_>, before: &[Turn<'_>], now: Moment, script: Script) -> Option<Plan> {
    let words = date_words(newest.user, now);
    let due = words.due?;
    if words.rest.split_whitespace().count() > 2 {
        return None;
    }
    match understand(previous.user, now).intent {
        Intent::Add(mut tasks) if tasks.iter().any(|task| task.due_error.is_some()) => {
            for task in tasks.iter_mut().filter(|task| task.due_error.is_some()) {
                (task.due, task.due_error) = (Some(due.clone()), None);
            }
            Some(Plan::Add(tasks))
        }
        Intent::Update(target, change) if change.is_empty() || change.due_error.is_some() => Some(which(
            before,
            target,
            Deed::Update(Change {
                due: Some(due),
                due_error: None,
                ..change
            }),
            script,
        )),
        _ => None,
    }
}
