//! The next step of a plan: call a tool, ask, or say what came out.

use std::collections::BTreeSet;

use super::{
    super::{Message, ModelRequest, ToolCall},
    Reply,
    answering::is_title,
    conversation::{ASK, Done, It, PAGE, Turn, turns},
    plan::{Deed, Plan, Which, plan},
    wire::{Arguments, Outcome, WireTask},
};
use crate::domain::{
    language::{
        Change, ListWish, Moment, NewTask, Status, Target, accounts_for, date_words, find_all, find_matches, holds, is_doubtful, is_name,
        phrases,
    },
    locale::Script,
    task::{Task, TaskStatus},
    texts,
};

/// More tasks than this are not changed at once: as many as are looked at.
pub(super) const CALLS_MAX: usize = 500;

/// Among more tasks than this nobody chooses.
const CHOICES_MAX: usize = 25;

/// As many tasks are added by one call.
const ADDED_MAX: usize = 25;

/// More tasks than this are not changed by one word without asking.
const UNASKED_MAX: usize = 5;

/// The tool that adds several tasks, which are taken back together.
const ADD_MANY: &str = "add_tasks";

/// The tool that takes the last change back.
pub(super) const UNDO: &str = "undo";

/// Answers one request.
pub(super) fn answer(request: &ModelRequest) -> Reply {
    let turns = turns(&request.messages);
    let script = request.script;
    let Some(newest) = turns.last() else {
        return Reply::Say(phrases::greeting(script));
    };
    let now = request.calendar.moment(request.now);
    let step = Step {
        request,
        script,
        now,
        results: newest.results(),
        newest,
        turns: &turns,
    };
    if newest.user.trim().is_empty() && !newest.files.is_empty() {
        return with_note(Reply::Say(String::new()), newest, script);
    }
    let planned = plan(&turns, request.tool_choice.as_deref(), now, script);
    let unread = planned.plan.unread();
    let reply = match planned.plan {
        Plan::Say(text) if text == phrases::file_needs_model(script) => return Reply::Say(text),
        // A yes by which the server has done what waited for it.
        Plan::Say(_) if newest.has_deed() => Reply::Say(step.report(&unread)),
        Plan::Say(text) => Reply::Say(text),
        Plan::Name(_) => Reply::Say(phrases::which_it(script)),
        Plan::List(wish) => step.list(&wish),
        Plan::Days(first, last) => step.days(first, last),
        Plan::Undo => step.undo(),
        Plan::Several(ref plans) if let Some((Plan::List(wish), deeds)) = plans.split_last() => step.act_and_list(deeds, wish, &unread),
        _ if newest.has_deed() || step.is_declined() => Reply::Say(step.report(&unread)),
        Plan::Lines(tasks) => Reply::Say(step.lines(&tasks)),
        Plan::Several(plans) => step.act(&plans),
        only => step.act(&[only]),
    };
    let reply = match (reply, planned.left) {
        (Reply::Say(text), Some(left)) => Reply::Say(format!("{left} {text}")),
        (reply, _) => reply,
    };
    with_note(reply, newest, script)
}

/// Says of files that they are not read. What the text says is done all the same.
fn with_note(reply: Reply, newest: &Turn<'_>, script: Script) -> Reply {
    match reply {
        Reply::Say(text) if !newest.files.is_empty() => {
            let note = phrases::cannot_read_files(newest.files.len(), script);
            Reply::Say(if text.is_empty() { note } else { format!("{text}\n\n{note}") })
        }
        reply => reply,
    }
}

/// A call that is still to be made: the tool's name and the arguments.
pub(super) type Call = (&'static str, Arguments);

/// Why nothing is done yet.
pub(super) enum Not {
    /// The person has to choose among these tasks.
    Ask(Vec<WireTask>),
    /// The person has to say whether this task is meant.
    Doubt(Box<WireTask>),
    /// Something has to be looked at first.
    Look(Vec<Call>),
    /// The person has to be told, or asked, something.
    Say(String),
}

pub(super) struct Step<'a> {
    pub request: &'a ModelRequest,
    pub script: Script,
    /// The person's clock.
    pub now: Moment,
    /// What the calls of the newest turn came to.
    pub results: Vec<Done<'a>>,
    pub newest: &'a Turn<'a>,
    pub turns: &'a [Turn<'a>],
}

impl Step<'_> {
    /// Whether there is a tool of this name.
    pub fn has(&self, name: &str) -> bool {
        self.request.tools.iter().any(|tool| tool.name == name)
    }

    /// Whether the person was asked in this turn, and did not agree.
    fn is_declined(&self) -> bool {
        self.results.iter().any(|done| matches!(done.outcome, Outcome::Declined))
    }

    /// Calls with ids that are new in this conversation.
    pub fn call(&self, calls: Vec<Call>) -> Reply {
        if calls.iter().any(|(name, _)| !self.has(name)) {
            return Reply::Say(texts::not_offered(self.script).into());
        }
        let before: usize = self
            .request
            .messages
            .iter()
            .map(|m| if let Message::Assistant { calls, .. } = m { calls.len() } else { 0 })
            .sum();
        let calls = calls
            .into_iter()
            .take(CALLS_MAX)
            .enumerate()
            .map(|(at, (name, arguments))| ToolCall {
                id: format!("call_{}", before + at + 1),
                name: name.to_owned(),
                arguments: serde_json::to_string(&arguments).unwrap_or_else(|_| "{}".to_owned()),
                extra_content: None,
            })
            .collect();
        Reply::Call(calls)
    }

    /// Takes the last change back.
    fn undo(&self) -> Reply {
        match self.results.last().map(|done| &done.outcome) {
            Some(Outcome::Undone(restored, removed)) => Reply::Say(self.undone(restored, removed)),
            Some(Outcome::Failed(error)) => Reply::Say(phrases::undo_failed(error, self.script)),
            Some(_) => Reply::Say(self.report(&[])),
            None if !self.has(UNDO) => Reply::Say(phrases::no_undo(self.script)),
            None => self.call(vec![(UNDO, Arguments::default())]),
        }
    }

    /// The calls that add tasks: one where there is a tool for many, so that they are taken back together.
    pub fn adding(&self, tasks: &[NewTask]) -> Vec<Call> {
        let each: Vec<Arguments> = tasks.iter().map(Arguments::add).collect();
        if each.len() < 2 || !self.has(ADD_MANY) {
            return each.into_iter().map(|task| ("add_task", task)).collect();
        }
        let many = |tasks: &[Arguments]| Arguments {
            tasks: Some(tasks.to_vec()),
            ..Arguments::default()
        };
        each.chunks(ADDED_MAX).map(|tasks| (ADD_MANY, many(tasks))).collect()
    }

    /// Does what is wanted, and shows tasks when it is done: "add milk and show my tasks".
    fn act_and_list(&self, deeds: &[Plan], wish: &ListWish, unread: &[String]) -> Reply {
        if self.is_declined() {
            return Reply::Say(self.report(unread));
        }
        if !self.newest.has_deed() {
            return self.act(deeds);
        }
        match self.list(wish) {
            Reply::Say(list) => Reply::Say(format!("{}\n\n{list}", self.report(unread))),
            call => call,
        }
    }

    /// Adds, completes, deletes or changes: all that is wanted, or, if something has to be asked, nothing yet.
    fn act(&self, plans: &[Plan]) -> Reply {
        let mut calls = Vec::new();
        let mut looks: Vec<Call> = Vec::new();
        let mut asked = None;
        for plan in plans {
            let ready = match plan {
                Plan::Add(tasks) => Ok(self.adding(tasks)),
                Plan::Place(task, change) => {
                    let deed = Deed::Update(change.clone());
                    match self.calls(&deed, &Which::Words(Target::named(&task.title))) {
                        Err(Not::Say(_) | Not::Doubt(_)) => Ok(vec![("add_task", Arguments::add(task))]),
                        found => found,
                    }
                }
                Plan::Do(deed, which) => self.calls(deed, which),
                Plan::Either(either) => self.either(either),
                _ => Ok(Vec::new()),
            };
            match ready {
                Ok(ready) => calls.extend(ready),
                Err(Not::Look(more)) => looks.extend(more),
                Err(other) => {
                    asked.get_or_insert((plan, other));
                }
            }
        }
        if !looks.is_empty() {
            return self.call(once(looks));
        }
        match asked {
            Some((plan, Not::Ask(tasks))) => self.ask(plan, &tasks, plans.len() > 1),
            Some((plan, Not::Doubt(task))) => self.ask(plan, &[*task], plans.len() > 1),
            Some((_, Not::Say(text))) => Reply::Say(text),
            _ => self.call(calls),
        }
    }

    /// The calls for one deed.
    fn calls(&self, deed: &Deed, which: &Which) -> Result<Vec<Call>, Not> {
        let ids: Vec<&str> = self.newest.references.iter().map(|reference| reference.task_id.as_str()).collect();
        if !ids.is_empty() && !matches!(which, Which::All { .. }) {
            return self.by_ids(deed, &ids);
        }
        // The person chose, and the deed depends on what was chosen.
        if let Some(Outcome::Chosen(ids)) = self.results.last().map(|done| &done.outcome) {
            return self.by_ids(deed, &ids.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let wanted = wanted(deed, which);
        match which {
            Which::It(task) => Ok(self.deed(deed, &[task])),
            Which::Shown(shown) => {
                let titles: Vec<&str> = shown.iter().filter(|it| matches!(it, It::Title(_))).map(It::title).collect();
                let named: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
                let pool = if named.is_empty() { Vec::new() } else { self.pool(&named, wanted)? };
                let mut found = if named.is_empty() {
                    Vec::new()
                } else {
                    self.by_titles(&titles, &pool)?
                };
                found.extend(
                    shown
                        .iter()
                        .filter_map(|it| if let It::Task(task) = it { Some(task) } else { None }),
                );
                Ok(self.deed(deed, &found))
            }
            Which::Words(target) => {
                let pool = self.pool_with(&target.words, &target.titles, wanted)?;
                Ok(self.deed(deed, &self.by_words(deed, target, &pool)?))
            }
            Which::All { sure, target } => {
                let all = self.of_target(target, wanted)?;
                if all.is_empty() && (target.range.is_some() || target.priority.is_some() || target.overdue) {
                    return Err(Not::Say(phrases::none_such(self.script)));
                }
                let all = self.but_some(all, &target.except)?;
                Ok(self.deed(deed, &self.all(deed, all, *sure)?))
            }
            Which::Pointed => match self.results.iter().find_map(|done| match &done.outcome {
                Outcome::Page(selected) => Some(selected),
                _ => None,
            }) {
                Some(Some(id)) => self.by_ids(deed, &[id]),
                None if self.has(PAGE) => Err(Not::Look(vec![(PAGE, Arguments::default())])),
                _ => Err(Not::Say(phrases::which_it(self.script))),
            },
        }
    }

    /// The calls for tasks of which the ids are known.
    fn by_ids(&self, deed: &Deed, ids: &[&str]) -> Result<Vec<Call>, Not> {
        if let Some(calls) = blind(deed, ids) {
            return Ok(calls);
        }
        let found = self.with_ids(ids)?;
        if found.is_empty() {
            return Err(Not::Say(phrases::which_it(self.script)));
        }
        Ok(self.deed(deed, &found))
    }

    /// All of these but those that are named; each name has to be that of one at least.
    fn but_some<'t>(&self, tasks: Vec<&'t WireTask>, except: &[String]) -> Result<Vec<&'t WireTask>, Not> {
        let titles: Vec<&str> = tasks.iter().map(|task| task.title.as_str()).collect();
        let mut left_out: BTreeSet<usize> = BTreeSet::new();
        for words in except {
            let named = find_all(words, &titles);
            if named.is_empty() {
                return Err(Not::Say(phrases::none_found(words, self.script)));
            }
            left_out.extend(named);
        }
        let others = tasks.iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        Ok(others.map(|(_, task)| *task).collect())
    }

    fn all<'t>(&self, deed: &Deed, tasks: Vec<&'t WireTask>, sure: bool) -> Result<Vec<&'t WireTask>, Not> {
        let named = || self.named(&tasks);
        // Where there are forms, the server asks by itself before it deletes more than one, or changes many.
        let asks = !sure && !self.has(ASK);
        match deed {
            _ if tasks.is_empty() => Err(Not::Say(phrases::nothing_there(false, self.script))),
            Deed::Delete if asks => Err(Not::Say(phrases::confirm_delete(&named(), self.script))),
            Deed::Delete => Ok(tasks),
            _ if asks && tasks.len() > UNASKED_MAX => Err(Not::Say(phrases::confirm_many(&named(), *deed == Deed::Complete, self.script))),
            _ => Ok(tasks),
        }
    }

    fn by_titles<'t>(&self, titles: &[&str], tasks: &[&'t WireTask]) -> Result<Vec<&'t WireTask>, Not> {
        let mut found: Vec<&WireTask> = Vec::new();
        for title in titles {
            // Twins are taken one after the other.
            if let Some(task) = tasks
                .iter()
                .find(|task| task.title == *title && !found.iter().any(|f| f.id == task.id))
            {
                found.push(task);
            }
        }
        if found.is_empty() {
            return Err(Not::Say(phrases::none_found(&titles.join(", "), self.script)));
        }
        Ok(found)
    }

    fn by_words<'t>(&self, deed: &Deed, target: &Target, tasks: &[&'t WireTask]) -> Result<Vec<&'t WireTask>, Not> {
        let Target { words, fit, .. } = target;
        let titled = tasks
            .iter()
            .filter(|task| target.titles.iter().any(|title| is_title(title, &task.title)));
        if let [only] = titled.collect::<Vec<_>>()[..] {
            return Ok(vec![*only]);
        }
        let titles: Vec<&str> = tasks.iter().map(|t| t.title.as_str()).collect();
        // "milk and eggs" may be one title.
        let mut groups: Vec<(String, Vec<usize>)> = words.iter().map(|w| (w.clone(), find_matches(w, &titles))).collect();
        if groups.len() > 1 && groups.iter().any(|(_, places)| places.len() != 1) {
            let together = words.join(" ");
            let whole = find_matches(&together, &titles);
            if matches!(whole[..], [only] if holds(&together, titles[only])) {
                groups = vec![(together, whole)];
            }
        }
        let mut found: Vec<&WireTask> = Vec::new();
        for (said, places) in &groups {
            match &places[..] {
                [] => return Err(Not::Say(phrases::none_found(said, self.script))),
                [only] if is_doubtful(said, titles[*only], *fit) || self.says_more(deed, said, tasks[*only]) => {
                    return Err(Not::Doubt(Box::new(tasks[*only].clone())));
                }
                [only] if found.iter().any(|f| f.id == tasks[*only].id) => {}
                [only] => found.push(tasks[*only]),
                many if many.len() > CHOICES_MAX => return Err(Not::Say(phrases::too_many_like(said, many.len(), self.script))),
                _ => {
                    return Err(Not::Ask(places.iter().map(|at| tasks[*at].clone()).collect()));
                }
            }
        }
        Ok(found)
    }

    /// Whether words say more than which task it is. A day is a part of that if it is the task's; and in a report that something was done
    /// there is more than a name.
    fn says_more(&self, deed: &Deed, words: &str, task: &WireTask) -> bool {
        let dated = date_words(words, self.now);
        let accounts = |words: &str| accounts_for(words, &task.title);
        if *deed != Deed::Delete {
            return self.script == Script::En && is_name(words) && !accounts(&dated.rest);
        }
        let on_its_day = dated.due.zip(task.due()).is_some_and(|(said, due)| said.date == due.date);
        !(accounts(words) || on_its_day && accounts(&dated.rest))
    }

    /// Tasks as they are spoken of; those that have the same title and date say besides what tells them apart.
    pub fn named(&self, tasks: &[&WireTask]) -> Vec<phrases::Named> {
        let known: Option<Vec<Task>> = tasks.iter().map(|task| task.task()).collect();
        let local = |at| self.request.calendar.local(at);
        let labels = known
            .map(|known| texts::told_apart(self.script, &known, &local))
            .unwrap_or_default();
        tasks
            .iter()
            .enumerate()
            .map(|(at, task)| phrases::Named {
                aside: labels.get(at).cloned().flatten(),
                ..task.named()
            })
            .collect()
    }

    /// Asks which of these tasks is meant: by a form, which does the deed to the one that is chosen, or in words where there are no forms.
    fn ask(&self, plan: &Plan, tasks: &[WireTask], among_others: bool) -> Reply {
        if among_others || !self.has(ASK) {
            let named = self.named(&tasks.iter().collect::<Vec<_>>());
            return Reply::Say(match &named[..] {
                [only] => phrases::this_one(only, self.script),
                _ => phrases::which(&named, self.script),
            });
        }
        let (tool, changes) = match plan {
            Plan::Do(Deed::Complete, _) => (Some("complete_task"), None),
            Plan::Do(Deed::Delete, _) | Plan::Either(_) => (Some("delete_task"), None),
            Plan::Do(Deed::Update(change), _) | Plan::Place(_, change) if !depends(change) => {
                (Some("update_task"), Some(Box::new(Arguments::changes(change))))
            }
            // What depends on the task as it is (an hour later, another day, another note) is worked out once it is known.
            _ => (None, None),
        };
        let arguments = Arguments {
            question: Some(match tasks {
                [_] => phrases::this_one_question(self.script),
                _ => phrases::which_question(self.script),
            }),
            task_ids: Some(tasks.iter().map(|task| task.id.clone()).collect()),
            tool,
            changes,
            ..Arguments::default()
        };
        self.call(vec![(ASK, arguments)])
    }

    fn deed(&self, deed: &Deed, tasks: &[&WireTask]) -> Vec<Call> {
        let one = |task: &&WireTask| match deed {
            Deed::Complete => ("complete_task", Arguments::id(&task.id)),
            Deed::Delete => ("delete_task", Arguments::id(&task.id)),
            Deed::Update(change) => ("update_task", Arguments::update(task, change, self.now)),
        };
        tasks.iter().map(one).collect()
    }

    /// Those of all tasks that are meant: of some days, of a priority.
    pub fn within<'t>(&self, tasks: Vec<&'t WireTask>, target: &Target) -> Vec<&'t WireTask> {
        let on = |task: &WireTask| {
            target
                .range
                .is_none_or(|(first, last)| task.due().is_some_and(|due| first <= due.date && due.date <= last))
        };
        let urgent = |task: &WireTask| target.priority.is_none_or(|priority| task.priority == priority);
        let late = |task: &WireTask| !target.overdue || task.is_overdue(self.now.local);
        tasks.into_iter().filter(|task| on(task) && urgent(task) && late(task)).collect()
    }
}

/// Each call once.
fn once(calls: Vec<Call>) -> Vec<Call> {
    let mut known = BTreeSet::new();
    let is_new = |(name, arguments): &Call| known.insert((*name, serde_json::to_string(arguments).unwrap_or_default()));
    calls.into_iter().filter(is_new).collect()
}

/// Whether a task has the status of those among which one is looked for.
pub(super) fn has_status(task: &WireTask, wanted: Status) -> bool {
    match wanted {
        Status::All => true,
        Status::Pending => task.status == TaskStatus::Pending,
        Status::Completed => task.status == TaskStatus::Completed,
    }
}

/// Whether a change needs to know the task as it is.
fn depends(change: &Change) -> bool {
    let begins = change.repeat.is_some() && change.due.is_none();
    begins || change.shift.is_some() || change.time_only || change.date_only || change.notes.is_some()
}

/// The calls for tasks of which only the ids are known; `None` where that is not enough.
fn blind(deed: &Deed, ids: &[&str]) -> Option<Vec<Call>> {
    let one = |id: &&str| match deed {
        Deed::Complete => Some(("complete_task", Arguments::id(id))),
        Deed::Delete => Some(("delete_task", Arguments::id(id))),
        Deed::Update(change) if depends(change) => None,
        Deed::Update(change) => {
            let task_id = Some((*id).to_owned());
            Some((
                "update_task",
                Arguments {
                    task_id,
                    ..Arguments::changes(change)
                },
            ))
        }
    };
    ids.iter().map(one).collect()
}

/// The status of the tasks among which one is looked for.
fn wanted(deed: &Deed, which: &Which) -> Status {
    match (deed, which) {
        (Deed::Delete, Which::All { target, .. }) if target.done => Status::Completed,
        (Deed::Delete, Which::All { .. }) => Status::Pending,
        (Deed::Delete, _) => Status::All,
        (Deed::Update(change), _) if change.reopen => Status::Completed,
        _ => Status::Pending,
    }
}
