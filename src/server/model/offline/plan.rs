//! What the newest message wants, read in the light of the turns before it.

use chrono::NaiveDate;

use super::{
    answering::{self, Reading},
    chosen,
    conversation::{It, Named, Turn, it},
    wire::WireTask,
};
use crate::domain::{
    deed::{UNASKED, Weight},
    language::{
        Change, Either, Intent, ListWish, Moment, NewTask, Pasted, Pick, Talk, Target, bare, describe, pasted, phrases, pick, points_at,
        understand,
    },
    locale::Script,
};

/// What is to be done to a task.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of them at a time, for as long as an answer is made"
)]
pub(super) enum Deed {
    Complete,
    Delete,
    Update(Change),
}

/// Which task.
#[derive(Debug, Clone)]
pub(super) enum Which {
    /// By words; each entry one task.
    Words(Target),
    /// Those that were shown.
    Shown(Vec<It>),
    /// All of them, or those of some days and of a priority; `sure` after the person said yes.
    All { sure: bool, target: Target },
    /// The one just named.
    It(WireTask),
    /// "This", of which the conversation does not tell which one it is: the one that is selected on the page.
    Pointed,
}

/// What the newest message wants.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Say(String),
    /// Asks which task is meant, to do this to it.
    Name(Deed),
    Add(Vec<NewTask>),
    /// The lines of a list: asks whether they are to be added.
    Lines(Vec<NewTask>),
    List(ListWish),
    /// In which order the tasks of these days are best done.
    Days(NaiveDate, NaiveDate),
    Do(Deed, Which),
    /// A date for a task of this name, or a new task.
    Place(NewTask, Change),
    /// An order about a task that is there, or a new task.
    Either(Box<Either>),
    /// Take the last change back.
    Undo,
    /// One after the other; none if one of them has to be asked about.
    Several(Vec<Plan>),
}

impl Plan {
    /// What looked like a date of a new task and was not wholly understood.
    pub fn unread(&self) -> Vec<String> {
        let mut words: Vec<String> = match self {
            Self::Add(tasks) => tasks.iter().flat_map(|task| task.unread.clone()).collect(),
            Self::Place(task, _) => task.unread.clone(),
            Self::Either(either) => either.task.unread.clone(),
            Self::Several(plans) => plans.iter().flat_map(Self::unread).collect(),
            _ => Vec::new(),
        };
        words.dedup();
        words
    }

    /// The same, without another question whether it is to be done.
    pub fn surely(&self) -> Self {
        match self.clone() {
            Self::Do(deed, Which::All { target, .. }) => Self::Do(deed, Which::All { sure: true, target }),
            Self::Several(plans) => Self::Several(plans.iter().map(Self::surely).collect()),
            other => other,
        }
    }
}

/// A plan, and the question that was left for it.
pub(super) struct Planned {
    pub plan: Plan,
    /// What is said of a question that the person left to order something else.
    pub left: Option<String>,
}

/// Plans the newest turn; `tool` is the one that the person chose for it.
pub(super) fn plan(turns: &[Turn<'_>], tool: Option<&str>, now: Moment, script: Script) -> Planned {
    let fresh = |plan| Planned { plan, left: None };
    let Some((newest, before)) = turns.split_last() else {
        return fresh(Plan::Say(phrases::help(script)));
    };
    if let Some(intent) = tool.and_then(|tool| chosen::intent(tool, newest.user, now)) {
        return fresh(of_intent(turns, intent, script));
    }
    let mut left = None;
    if let Some(question) = answering::question(before, now, script) {
        match question.read(newest, now, script) {
            Reading::Answer(plan) => return fresh(*plan),
            Reading::Order => left = question.left(script),
            Reading::Other => {}
        }
    }
    Planned {
        plan: ordered(turns, newest, now, script),
        left,
    }
}

/// What a message wants by itself.
fn ordered(turns: &[Turn<'_>], newest: &Turn<'_>, now: Moment, script: Script) -> Plan {
    if let Some(list) = pasted(newest.user)
        && let Some(plan) = of_lines(&list, newest.user, now, script)
    {
        return plan;
    }
    // "- [ ] pay rent"
    let said = bare(newest.user).unwrap_or(newest.user);
    match understand(said, now).intent {
        Intent::Unknown if said.len() < newest.user.trim().len() => Plan::Add(vec![describe(said, now)]),
        // Words of one's own in a form that are neither an answer nor an order say no.
        Intent::Unknown if newest.into_form => Plan::Say(phrases::left_alone(script)),
        intent => of_intent(turns, intent, script),
    }
}

/// A line of at most so many words can be the name of a thing to do.
const BRIEF: usize = 5;

/// A list that was pasted: several tasks. `None` where its lines say other things.
fn of_lines(list: &Pasted, text: &str, now: Moment, script: Script) -> Option<Plan> {
    let intents: Vec<Intent> = list.lines.iter().map(|line| understand(line, now).intent).collect();
    let loose = |intent: &Intent| matches!(intent, Intent::Add(_) | Intent::Unknown | Intent::Place(..));
    // What the grammar reads as just these tasks needs no question.
    let sure =
        list.ordered || matches!(understand(text, now).intent, Intent::Add(tasks) if tasks.len() == list.lines.len() && list.done == 0);
    // Without marks it may be a letter.
    let brief = |line: &String| line.split_whitespace().count() <= BRIEF && !line.ends_with(['?', '؟', '.', '۔', '!']);
    let things =
        intents.iter().all(loose) && (intents.iter().any(|intent| matches!(intent, Intent::Add(_))) || list.lines.iter().all(brief));
    if !list.marked && !sure && !things {
        return None;
    }
    if list.lines.is_empty() {
        return Some(Plan::Say(phrases::all_ticked(script)));
    }
    // "- delete milk" under other orders is an order, too.
    let orders = intents.iter().filter(|intent| !loose(intent)).count();
    if !sure && orders * 2 > intents.len() {
        return None;
    }
    let tasks = list.described(now);
    // Before so many are added, the server asks by itself: two questions would be one too many.
    let is_asked = !Weight::added(tasks.len()).is_within(UNASKED);
    Some(if sure || is_asked { Plan::Add(tasks) } else { Plan::Lines(tasks) })
}

/// What is to be done for an intent.
pub(super) fn of_intent(turns: &[Turn<'_>], intent: Intent, script: Script) -> Plan {
    match intent {
        Intent::Add(tasks) => match tasks.iter().find_map(|task| task.due_error.as_ref()) {
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None => Plan::Add(tasks),
        },
        Intent::List(wish) => Plan::List(wish),
        Intent::Days(first, last) => Plan::Days(first, last),
        Intent::Undo => Plan::Undo,
        Intent::Beyond(beyond) => Plan::Say(phrases::cannot(beyond, script)),
        Intent::Either(either) => match &either.task.due_error {
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None => Plan::Either(either),
        },
        Intent::Complete(target) => which(turns, target, Deed::Complete),
        Intent::Delete(target) => which(turns, target, Deed::Delete),
        Intent::Update(target, change) => match &change.due_error {
            _ if !change.unread.is_empty() => Plan::Say(phrases::unread_change(&change.unread, script)),
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None if change.is_empty() => Plan::Say(phrases::what_change(script)),
            None => which(turns, target, Deed::Update(change)),
        },
        Intent::Place(_, change) if !change.unread.is_empty() => Plan::Say(phrases::unread_change(&change.unread, script)),
        Intent::Place(task, change) => match task.due_error.as_ref().or(change.due_error.as_ref()) {
            Some(error) => Plan::Say(phrases::bad_date(error, script)),
            None => Plan::Place(task, change),
        },
        Intent::Several(intents) => {
            let mut plans: Vec<Plan> = intents.into_iter().map(|intent| of_intent(turns, intent, script)).collect();
            match plans.iter().position(|plan| matches!(plan, Plan::Say(_) | Plan::Name(_))) {
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
            Talk::Yes | Talk::No | Talk::Wait => phrases::fine(script),
        }),
        Intent::Unknown => Plan::Say(phrases::not_understood(script)),
    }
}

/// Finds out which task the words, or "it", or "the second one" mean.
pub(super) fn which(turns: &[Turn<'_>], target: Target, deed: Deed) -> Plan {
    if target.all {
        return Plan::Do(deed, Which::All { sure: false, target });
    }
    let previous = turns.iter().rev().nth(1);
    // "Delete the second one", after a list was shown.
    if !target.words.is_empty()
        && let Some(shown) = previous.map(Turn::shown).filter(|shown| !shown.is_empty())
        && let Some(tasks) = pick(&target.words.join(" , ")).and_then(|choice| chosen(&choice, &shown))
    {
        return Plan::Do(deed, Which::Shown(tasks));
    }
    if !target.words.is_empty() {
        return Plan::Do(deed, Which::Words(target));
    }
    // A bare "delete" is not enough to lose a task.
    if deed == Deed::Delete && !target.it {
        return Plan::Name(deed);
    }
    match it(turns) {
        Named::One(task) => Plan::Do(deed, Which::It(task)),
        // "Delete it" of what is gone already is no order to delete another one.
        Named::Gone if deed == Deed::Delete && !turns.last().is_some_and(|turn| points_at(turn.user)) => Plan::Name(deed),
        Named::Gone | Named::None => Plan::Do(deed, Which::Pointed),
    }
}

/// The tasks that a choice means.
pub(super) fn chosen(choice: &Pick, shown: &[It]) -> Option<Vec<It>> {
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
