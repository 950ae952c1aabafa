//! The newest message as the answer to what the assistant asked in the turn before. A new order is no answer, whatever words it shares with
//! one: it leaves the question.

use super::{
    conversation::{It, Turn},
    plan::{Deed, Plan, Which, chosen, plan, which},
};
use crate::domain::{
    language::{
        Change, Intent, Moment, Order, Pick, Talk, Target, after_pause, date_words, find_matches, is_doubtful, negates, phrases, pick,
        understand,
    },
    locale::Script,
};

/// What the assistant asked.
pub(super) struct Question<'a> {
    asked: Asked,
    /// The tasks that can be chosen.
    shown: Vec<It>,
    /// The server asked, by a form.
    by_form: bool,
    /// The turns up to the one that asked.
    before: &'a [Turn<'a>],
    /// What asks it again.
    again: Plan,
}

/// What can be answered.
enum Asked {
    /// Which of the tasks is meant.
    Which(Deed, Which),
    /// Which of them is meant by one plan of several.
    WhichOf(Vec<Plan>, usize),
    /// Whether it is to be done.
    Sure(Box<Plan>),
    /// The name of the task.
    Name(Deed),
    /// The day, for what this turn wanted.
    Day(Intent),
}

/// How a message is read beside a question.
pub(super) enum Reading {
    /// It answers.
    Answer(Box<Plan>),
    /// It orders or says something else.
    Order,
    /// It is no answer that is understood.
    Other,
}

/// What the last of these turns asked, if anything.
pub(super) fn question<'a>(before: &'a [Turn<'a>], now: Moment, script: Script) -> Option<Question<'a>> {
    let previous = before.last()?;
    if previous.has_deed() || !previous.is_answered() {
        return None;
    }
    let shown = previous.choices();
    let chooses = !shown.is_empty();
    let sure = previous.asks_for_yes();
    // What the turn before wanted; its own answers are found the same way.
    let again = plan(before, None, now, script).plan;
    let asked = match again.clone() {
        wanted @ (Plan::Several(_) | Plan::Do(..) | Plan::Add(_)) if sure => Asked::Sure(Box::new(wanted)),
        Plan::Several(plans) => {
            let titles: Vec<&str> = shown.iter().map(It::title).collect();
            // More than one fitted, or one that was doubtful.
            let least = if titles.len() == 1 { 1 } else { 2 };
            let asked = |plan: &Plan| matches!(plan, Plan::Do(_, Which::Words(target)) if target.words.iter().any(|w| find_matches(w, &titles).len() >= least));
            let at = plans.iter().position(asked)?;
            Asked::WhichOf(plans, at)
        }
        // "Which one?" was asked of a date for one of several.
        Plan::Place(task, change) if chooses => Asked::Which(Deed::Update(change), Which::Words(Target::named(task.title))),
        Plan::Either(either) if chooses && either.order == Order::Delete => Asked::Which(Deed::Delete, Which::Words(either.target)),
        Plan::Either(either) if chooses => Asked::Sure(Box::new(Plan::Add(vec![either.task]))),
        Plan::Lines(tasks) => Asked::Sure(Box::new(Plan::Add(tasks))),
        Plan::Do(deed, Which::All { sure: false, target }) if chooses => {
            Asked::Sure(Box::new(Plan::Do(deed, Which::All { sure: true, target })))
        }
        Plan::Do(deed, Which::Pointed) | Plan::Name(deed) => Asked::Name(deed),
        Plan::Do(deed, wanted) if chooses => Asked::Which(deed, wanted),
        Plan::Say(_) => Asked::Day(dateless(before, now)?),
        _ => return None,
    };
    Some(Question {
        asked,
        shown,
        by_form: sure,
        before,
        again,
    })
}

/// What the last turn wanted, if the assistant asked for the day of it; what only makes a pause wants nothing of its own.
fn dateless(turns: &[Turn<'_>], now: Moment) -> Option<Intent> {
    let mut intents = turns.iter().rev().map(|turn| understand(turn.user, now).intent);
    let intent = intents.find(|intent| !is_pause(intent))?;
    match &intent {
        Intent::Add(tasks) if tasks.iter().any(|task| task.due_error.is_some()) => Some(intent),
        Intent::Update(_, change) if change.is_empty() || change.due_error.is_some() => Some(intent),
        _ => None,
    }
}

/// Whether a message leaves a question as open as it was: "hmm", "ruko", and what is not understood.
fn is_pause(said: &Intent) -> bool {
    matches!(said, Intent::Talk(Talk::Wait | Talk::Yes) | Intent::Unknown)
}

impl Question<'_> {
    /// What is said when it is left for an order. Of "which task?" there is nothing to say.
    pub fn left(&self, script: Script) -> Option<String> {
        let said = || phrases::question_left(self.about().as_deref(), script);
        (!matches!(self.asked, Asked::Name(_))).then(said)
    }

    /// What it was about, in the person's words.
    fn about(&self) -> Option<String> {
        let words = |words: &[String]| Some(words.join(", ")).filter(|words| !words.is_empty());
        match &self.asked {
            Asked::Which(_, wanted) => match wanted {
                Which::Words(target) => words(&target.words),
                Which::It(task) => Some(task.title.clone()),
                _ => self.shown.first().map(|task| task.title().to_owned()),
            },
            Asked::WhichOf(plans, at) => match plans.get(*at) {
                Some(Plan::Do(_, Which::Words(target))) => words(&target.words),
                _ => None,
            },
            Asked::Day(Intent::Add(tasks)) => tasks.first().map(|task| task.title.clone()),
            Asked::Day(Intent::Update(target, _)) => words(&target.words),
            Asked::Sure(_) | Asked::Name(_) | Asked::Day(_) => None,
        }
    }

    /// Reads a message beside it.
    pub fn read(&self, newest: &Turn<'_>, now: Moment, script: Script) -> Reading {
        // "Hmm, the second one", "acha, Sana wali".
        let text = after_pause(newest.user);
        let said = understand(text, now).intent;
        match self.answer(text, &said, now, script) {
            Some(plan) => Reading::Answer(Box::new(plan)),
            // Words of one's own in a form say no.
            None if newest.into_form && said == Intent::Unknown => Reading::Other,
            None if is_pause(&said) => Reading::Answer(Box::new(self.again.clone())),
            None => Reading::Order,
        }
    }

    fn answer(&self, text: &str, said: &Intent, now: Moment, script: Script) -> Option<Plan> {
        let no = || Plan::Say(phrases::left_alone(script));
        match &self.asked {
            Asked::Sure(plan) => match (said, pick(text)) {
                (Intent::Talk(Talk::Yes), _) => Some(plan.surely()),
                (Intent::Talk(Talk::No), _) | (_, Some(Pick::None)) => Some(no()),
                // The two choices of the server's form.
                (_, Some(Pick::Nth(numbers))) if self.by_form && numbers == [1] => Some(plan.surely()),
                (_, Some(Pick::Nth(numbers))) if self.by_form && numbers == [2] => Some(no()),
                _ => None,
            },
            Asked::Which(deed, wanted) => match self.choice(text, said, Some(deed), now)? {
                Choice::None => Some(no()),
                Choice::Tasks(tasks) => Some(Plan::Do(deed.clone(), Which::Shown(tasks))),
                // There is no such number: the question is put again.
                Choice::Again => Some(Plan::Do(deed.clone(), wanted.clone())),
            },
            Asked::WhichOf(plans, at) => {
                let mut plans = plans.clone();
                let deed = match plans.get(*at) {
                    Some(Plan::Do(deed, _)) => Some(deed.clone()),
                    _ => None,
                };
                match (self.choice(text, said, deed.as_ref(), now)?, plans.get_mut(*at)) {
                    (Choice::Tasks(tasks), Some(Plan::Do(_, which))) => *which = Which::Shown(tasks),
                    (Choice::Again, _) => {}
                    _ => return Some(no()),
                }
                Some(Plan::Several(plans))
            }
            Asked::Name(deed) => {
                if matches!(said, Intent::Talk(Talk::No)) {
                    return Some(no());
                }
                let name = bare_title(said, text)?;
                Some(Plan::Do(deed.clone(), Which::Words(Target::named(name))))
            }
            Asked::Day(intent) => self.dated(text, intent, now),
        }
    }

    /// Which of the shown tasks a message means.
    fn choice(&self, text: &str, said: &Intent, deed: Option<&Deed>, now: Moment) -> Option<Choice> {
        // "Delete the second one", when it was asked which one is to be deleted, answers; any other order does not.
        let own = match (said, deed) {
            (Intent::Complete(target), Some(Deed::Complete)) | (Intent::Delete(target), Some(Deed::Delete)) => Some(target),
            (Intent::Update(target, change), Some(Deed::Update(_))) if change.is_empty() => Some(target),
            _ => None,
        };
        if let Some(target) = own {
            if target.all && target.is_everything() {
                return matches!(pick(text), Some(Pick::All)).then(|| Choice::Tasks(self.shown.clone()));
            }
            let words = target.words.join(" , ");
            let said = if words.is_empty() { text } else { &words };
            return match pick(said) {
                Some(Pick::None) => Some(Choice::None),
                Some(picked) => Some(chosen(&picked, &self.shown).map_or(Choice::Again, Choice::Tasks)),
                None => self.named(&words),
            };
        }
        if is_order(said) && bare_title(said, text).is_none() {
            return None;
        }
        if matches!(said, Intent::Talk(Talk::Yes)) {
            return Some(match self.shown.len() {
                1 => Choice::Tasks(self.shown.clone()),
                _ => Choice::Again,
            });
        }
        match pick(text) {
            Some(Pick::None) => return Some(Choice::None),
            Some(picked) => return Some(chosen(&picked, &self.shown).map_or(Choice::Again, Choice::Tasks)),
            None => {}
        }
        // "Call bank" is a title here, not an order; "not the bank" is none.
        if negates(text) {
            return None;
        }
        bare_title(said, text)?;
        self.named(text).or_else(|| self.of_day(text, now))
    }

    /// A date as the answer to "which day?".
    fn dated(&self, text: &str, intent: &Intent, now: Moment) -> Option<Plan> {
        let words = date_words(text, now);
        let due = words.due?;
        if words.rest.split_whitespace().count() > 2 {
            return None;
        }
        match intent.clone() {
            Intent::Add(mut tasks) => {
                for task in tasks.iter_mut().filter(|task| task.due_error.is_some()) {
                    (task.due, task.due_error) = (Some(due.clone()), None);
                }
                Some(Plan::Add(tasks))
            }
            Intent::Update(target, change) => {
                let change = Change {
                    date_only: due.time.is_none(),
                    due: Some(due),
                    due_error: None,
                    ..change
                };
                Some(which(self.before, target, Deed::Update(change)))
            }
            _ => None,
        }
    }

    /// The only one of the shown tasks that has these words.
    fn named(&self, words: &str) -> Option<Choice> {
        let titles: Vec<&str> = self.shown.iter().map(It::title).collect();
        // To the letter first: "the gas bill" is "Pay: gas bill" rather than "گیس کا بل".
        let wanted: Vec<String> = title_words(words).filter(|word| !BESIDE.contains(&word.as_str())).collect();
        let has_all = |at: &usize| {
            let title: Vec<String> = titles.get(*at).map(|title| title_words(title).collect()).unwrap_or_default();
            !wanted.is_empty() && wanted.iter().all(|word| title.contains(word))
        };
        let literal: Vec<usize> = (0..titles.len()).filter(has_all).collect();
        if let [only] = literal[..] {
            return Some(Choice::Tasks(vec![self.shown[only].clone()]));
        }
        match find_matches(words, &titles)[..] {
            [only] if !is_doubtful(words, titles[only], Default::default()) => Some(Choice::Tasks(vec![self.shown[only].clone()])),
            _ => None,
        }
    }

    /// The only one of the shown tasks that is due on the day that the words name: "the one tomorrow", "kal wala".
    fn of_day(&self, text: &str, now: Moment) -> Option<Choice> {
        let day = date_words(text, now).due?.date;
        let due = |task: &&It| matches!(task, It::Task(task) if task.due().is_some_and(|due| due.date == day));
        let mut found = self.shown.iter().filter(due);
        match (found.next(), found.next()) {
            (Some(only), None) => Some(Choice::Tasks(vec![only.clone()])),
            _ => None,
        }
    }
}

/// Words that point at a task and are not in its title.
const BESIDE: [&str; 9] = ["the", "a", "an", "one", "wala", "wali", "والا", "والی", "ko"];

/// Whether words are a title, to the letter.
pub(super) fn is_title(words: &str, title: &str) -> bool {
    let named = |text| {
        title_words(text)
            .filter(|word| !BESIDE.contains(&word.as_str()))
            .collect::<Vec<_>>()
    };
    named(words) == named(title)
}

fn title_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let letters = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split_whitespace().map(letters).filter(|word| !word.is_empty())
}

/// What was chosen.
enum Choice {
    Tasks(Vec<It>),
    None,
    /// Nothing that there is.
    Again,
}

/// Whether a message orders something by itself.
fn is_order(said: &Intent) -> bool {
    !matches!(said, Intent::Talk(_) | Intent::Unknown)
}

/// The whole message, where it can be the name of a task and nothing else: it says no order, and no date.
fn bare_title(said: &Intent, text: &str) -> Option<String> {
    let text = text.trim();
    match said {
        Intent::Unknown => Some(text.to_owned()),
        Intent::Add(tasks) => match &tasks[..] {
            [only] if only.title.chars().count() + 2 >= text.chars().count() => Some(text.to_owned()),
            _ => None,
        },
        _ => None,
    }
}
