//! The next step of a plan: call a tool, ask, or say what came out.

use chrono::NaiveDate;

use super::{
    super::{Message, ModelRequest, ToolCall},
    Reply,
    conversation::{It, Turn, turns},
    plan::{Deed, Plan, Which, plan},
    wire::{Arguments, Outcome, WireTask, status},
};
use crate::domain::{
    language::{Change, Fit, Intent, ListWish, Moment, NewTask, Status, Talk, Target, find_matches, is_doubtful, phrases, understand},
    locale::Script,
    task::TaskStatus,
    texts,
};

/// Many tasks are never changed at once.
const CALLS_MAX: usize = 50;

/// The tool that asks the person by a form.
pub(super) const ASK: &str = "ask_person";

/// More tasks than this are not changed by one word without asking.
const UNASKED_MAX: usize = 5;

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
    };
    let reply = if newest.user.trim().is_empty() && !newest.files.is_empty() {
        Reply::Say(String::new())
    } else {
        match plan(&turns, request.tool_choice.as_deref(), now, script) {
            Plan::Say(text) => Reply::Say(text),
            Plan::List(wish) => step.list(&wish),
            Plan::Several(plans) if newest.has_deed() => Reply::Say(step.report(&plans)),
            Plan::Several(plans) => step.act(&plans),
            only => match (&only, step.meant()) {
                (Plan::Do(deed, _), Some(task)) => step.call(step.deed(deed, &[task])),
                _ if newest.has_deed() => Reply::Say(step.report(&[only])),
                _ => step.act(&[only]),
            },
        }
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
type Call = (&'static str, Arguments);

/// Why nothing is done yet.
enum Not {
    /// The person has to choose among these tasks.
    Ask(Vec<WireTask>),
    /// The person has to say whether this task is meant.
    Doubt(Box<WireTask>),
    /// The tasks have to be looked at first, in this way.
    Look(Box<Arguments>),
    /// The person has to be told, or asked, something.
    Say(String),
}

struct Step<'a> {
    request: &'a ModelRequest,
    script: Script,
    /// The person's clock.
    now: Moment,
    results: Vec<(&'a str, Outcome)>,
    newest: &'a Turn<'a>,
}

impl Step<'_> {
    /// Whether there is a tool of this name.
    fn has(&self, name: &str) -> bool {
        self.request.tools.iter().any(|tool| tool.name == name)
    }

    /// Calls with ids that are new in this conversation.
    fn call(&self, calls: Vec<Call>) -> Reply {
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

    fn list(&self, wish: &ListWish) -> Reply {
        let Some((_, outcome)) = self.results.last() else {
            return self.call(vec![("list_tasks", Arguments::list(wish))]);
        };
        let (tasks, more) = match outcome {
            Outcome::Tasks(tasks, more) => (tasks, *more),
            Outcome::Failed(error) => return Reply::Say(phrases::failed(error, self.script)),
            Outcome::Task(..) | Outcome::Declined(_) => return Reply::Say(phrases::not_understood(self.script)),
        };
        let done = wish.status == Status::Completed;
        let within = |date: NaiveDate| {
            wish.range
                .is_none_or(|(first, last)| first.is_none_or(|first| first <= date) && date <= last)
        };
        let tasks: Vec<&WireTask> = tasks
            .iter()
            .filter(|task| !done || wish.range.is_none() || task.completed_on(self.request.calendar.zone).is_some_and(within))
            .filter(|task| wish.priority.is_none_or(|priority| task.priority == priority))
            .collect();
        if let Some(query) = &wish.query {
            let titles: Vec<&str> = tasks.iter().map(|t| t.title.as_str()).collect();
            let found: Vec<_> = find_matches(query, &titles).into_iter().map(|at| tasks[at].named()).collect();
            return Reply::Say(if found.is_empty() {
                phrases::none_found(query, self.script)
            } else {
                phrases::found(&found, self.script)
            });
        }
        let named: Vec<_> = tasks.iter().map(|task| task.named()).collect();
        Reply::Say(phrases::listed(&named, done, wish.range, more, self.script))
    }

    /// Adds, completes, deletes or changes: all that is wanted, or, if something has to be asked, nothing yet.
    fn act(&self, plans: &[Plan]) -> Reply {
        let mut calls = Vec::new();
        for plan in plans {
            let ready = match plan {
                Plan::Add(tasks) => Ok(tasks.iter().map(|task: &NewTask| ("add_task", Arguments::add(task))).collect()),
                Plan::Place(task, change) => {
                    let deed = Deed::Update(change.clone());
                    match self.calls(&deed, &Which::Words(vec![task.title.clone()], Fit::Near), plans.len() > 1) {
                        Err(Not::Say(_) | Not::Doubt(_)) => Ok(vec![("add_task", Arguments::add(task))]),
                        found => found,
                    }
                }
                Plan::Do(deed, which) => self.calls(deed, which, plans.len() > 1),
                Plan::Say(_) | Plan::List(_) | Plan::Several(_) => Ok(Vec::new()),
            };
            match ready {
                Ok(ready) => calls.extend(ready),
                Err(Not::Ask(tasks)) => return self.ask(plan, &tasks, plans.len() > 1),
                Err(Not::Doubt(task)) => return self.ask(plan, &[*task], plans.len() > 1),
                Err(Not::Say(text)) => return Reply::Say(text),
                Err(Not::Look(arguments)) => return self.call(vec![("list_tasks", *arguments)]),
            }
        }
        self.call(calls)
    }

    /// The calls for one deed.
    fn calls(&self, deed: &Deed, which: &Which, among_others: bool) -> Result<Vec<Call>, Not> {
        let tagged = &self.newest.references;
        let by_tag = !tagged.is_empty() && !matches!(which, Which::All { .. });
        if by_tag && let Some(calls) = blind(deed, tagged.iter().map(|reference| reference.task_id.as_str())) {
            return Ok(calls);
        }
        if let (Which::It(It::Task(task)), false) = (which, by_tag) {
            return Ok(self.deed(deed, &[task]));
        }
        let mut lists = Vec::new();
        for (_, outcome) in &self.results {
            match outcome {
                Outcome::Tasks(tasks, more) => lists.push((tasks, *more)),
                Outcome::Failed(error) => return Err(Not::Say(phrases::failed(error, self.script))),
                Outcome::Task(..) | Outcome::Declined(_) => {}
            }
        }
        let wanted = wanted(deed, which);
        let Some((tasks, more)) = lists.last() else {
            let wanted = if among_others || by_tag { Status::All } else { wanted };
            return Err(Not::Look(Box::new(Arguments {
                status: Some(status(wanted)),
                ..Arguments::default()
            })));
        };
        let fits = |task: &&WireTask| match wanted {
            Status::All => true,
            Status::Pending => task.status == TaskStatus::Pending,
            Status::Completed => task.status == TaskStatus::Completed,
        };
        let tasks: Vec<&WireTask> = tasks.iter().filter(fits).collect();
        let found = match which {
            _ if by_tag => {
                let named = |task: &&&WireTask| tagged.iter().any(|reference| reference.task_id == task.id);
                let found: Vec<&WireTask> = tasks.iter().filter(named).copied().collect();
                if found.is_empty() {
                    return Err(Not::Say(phrases::which_it(self.script)));
                }
                found
            }
            Which::All { sure, target } => self.all(deed, within(tasks, target), *sure)?,
            Which::Titles(titles) => self.by_titles(titles, &tasks)?,
            Which::It(It::Title(title)) => self.by_titles(std::slice::from_ref(title), &tasks)?,
            Which::Words(words, fit) => {
                self.by_words(words, *fit, &tasks, (*more && lists.len() == 1 && !among_others).then_some(wanted))?
            }
            Which::It(It::Task(_)) => return Err(Not::Say(phrases::which_it(self.script))),
        };
        Ok(self.deed(deed, &found))
    }

    /// The task that the person named in words of their own when they were asked which one they mean: the only one whose title has all of
    /// these words. Words that are in no title may well say no.
    fn meant(&self) -> Option<&WireTask> {
        let Some((_, Outcome::Declined(said))) = self.results.last() else {
            return None;
        };
        let said = said.join(" ");
        let agrees = understand(&said, self.now).intent == Intent::Talk(Talk::Yes);
        let only_asked = self.newest.asked_about().filter(|_| agrees);
        let wanted: Vec<String> = title_words(&said).filter(|word| !BESIDE.contains(&word.as_str())).collect();
        let (_, Outcome::Tasks(tasks, _)) = self.results.iter().rfind(|(_, outcome)| matches!(outcome, Outcome::Tasks(..)))? else {
            return None;
        };
        if let Some(id) = only_asked {
            return tasks.iter().find(|task| task.id == id);
        }
        let has_all = |task: &&WireTask| {
            let title: Vec<String> = title_words(&task.title).collect();
            wanted.iter().all(|word| title.contains(word))
        };
        let mut fitting = tasks.iter().filter(has_all);
        match (wanted.is_empty(), fitting.next(), fitting.next()) {
            (false, Some(only), None) => Some(only),
            _ => None,
        }
    }

    fn all<'t>(&self, deed: &Deed, tasks: Vec<&'t WireTask>, sure: bool) -> Result<Vec<&'t WireTask>, Not> {
        let named = || tasks.iter().map(|t| t.named()).collect::<Vec<_>>();
        match deed {
            _ if tasks.is_empty() => Err(Not::Say(phrases::listed(&[], false, None, false, self.script))),
            // Where there are forms, the server asks before it deletes more than one.
            Deed::Delete if !sure && !self.has(ASK) => Err(Not::Say(phrases::confirm_delete(&named(), self.script))),
            Deed::Delete => Ok(tasks),
            _ if !sure && tasks.len() > UNASKED_MAX => Err(Not::Say(phrases::confirm_many(&named(), *deed == Deed::Complete, self.script))),
            _ => Ok(tasks),
        }
    }

    fn by_titles<'t>(&self, titles: &[String], tasks: &[&'t WireTask]) -> Result<Vec<&'t WireTask>, Not> {
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

    /// `again`: which tasks to look through once more, by a word, because not all of them were listed.
    fn by_words<'t>(&self, words: &[String], fit: Fit, tasks: &[&'t WireTask], again: Option<Status>) -> Result<Vec<&'t WireTask>, Not> {
        let titles: Vec<&str> = tasks.iter().map(|t| t.title.as_str()).collect();
        // "milk and eggs" may be one title.
        let mut groups: Vec<(String, Vec<usize>)> = words.iter().map(|w| (w.clone(), find_matches(w, &titles))).collect();
        if groups.len() > 1 && groups.iter().any(|(_, places)| places.len() != 1) {
            let together = words.join(" ");
            let whole = find_matches(&together, &titles);
            if whole.len() == 1 {
                groups = vec![(together, whole)];
            }
        }
        let mut found: Vec<&WireTask> = Vec::new();
        for (said, places) in &groups {
            match (&places[..], again) {
                ([], Some(wanted)) => {
                    let query = said.split_whitespace().max_by_key(|w| w.chars().count()).unwrap_or(said).to_owned();
                    return Err(Not::Look(Box::new(Arguments {
                        status: Some(status(wanted)),
                        query: Some(query),
                        ..Arguments::default()
                    })));
                }
                ([], None) => return Err(Not::Say(phrases::none_found(said, self.script))),
                ([only], _) if found.iter().any(|f| f.id == tasks[*only].id) => {}
                ([only], _) if is_doubtful(said, titles[*only], fit) => return Err(Not::Doubt(Box::new(tasks[*only].clone()))),
                ([only], _) => found.push(tasks[*only]),
                _ => {
                    return Err(Not::Ask(places.iter().map(|at| tasks[*at].clone()).collect()));
                }
            }
        }
        Ok(found)
    }

    /// Asks which of these tasks is meant: by a form, which does the deed to the one that is chosen, or in words where a form cannot do it.
    fn ask(&self, plan: &Plan, tasks: &[WireTask], among_others: bool) -> Reply {
        let in_words = || {
            let named: Vec<_> = tasks.iter().map(WireTask::named).collect();
            Reply::Say(match &named[..] {
                [only] => phrases::this_one(only, self.script),
                _ => phrases::which(&named, self.script),
            })
        };
        let (tool, changes) = match plan {
            _ if among_others || !self.has(ASK) => return in_words(),
            Plan::Place(_, change) if !depends(change) => ("update_task", Some(Box::new(Arguments::changes(change)))),
            Plan::Do(Deed::Complete, _) => ("complete_task", None),
            Plan::Do(Deed::Delete, _) => ("delete_task", None),
            // What depends on the task as it is (an hour later, another note) is worked out once it is known.
            Plan::Do(Deed::Update(change), _) if !depends(change) => ("update_task", Some(Box::new(Arguments::changes(change)))),
            _ => return in_words(),
        };
        let arguments = Arguments {
            question: Some(match tasks {
                [_] => phrases::this_one_question(self.script),
                _ => phrases::which_question(self.script),
            }),
            task_ids: Some(tasks.iter().map(|task| task.id.clone()).collect()),
            tool: Some(tool),
            changes,
            ..Arguments::default()
        };
        self.call(vec![(ASK, arguments)])
    }

    fn deed(&self, deed: &Deed, tasks: &[&WireTask]) -> Vec<Call> {
        let one = |task: &&WireTask| match deed {
            Deed::Complete => ("complete_task", Arguments::id(&task.id)),
            Deed::Delete => ("delete_task", Arguments::id(&task.id)),
            Deed::Update(change) => ("update_task", Arguments::update(task, change, self.now.local)),
        };
        tasks.iter().map(one).collect()
    }

    /// Says what was done, and what of the message was not understood.
    fn report(&self, plans: &[Plan]) -> String {
        let done = |tool: &str| -> Vec<(&WireTask, &[String])> {
            let task = |(name, outcome): &'_ (&'_ str, Outcome)| *name == tool && matches!(outcome, Outcome::Task(..));
            let results = self.results.iter().filter(|result| task(result));
            results
                .filter_map(|(_, outcome)| {
                    if let Outcome::Task(task, changed) = outcome {
                        Some((task, changed.as_slice()))
                    } else {
                        None
                    }
                })
                .collect()
        };
        let named = |tool: &str| done(tool).iter().map(|(task, _)| task.named()).collect::<Vec<_>>();
        let mut said = Vec::new();
        for (tool, words) in [
            ("complete_task", phrases::completed as fn(&[phrases::Named], Script) -> String),
            ("delete_task", phrases::deleted),
            ("add_task", phrases::added),
        ] {
            let named = named(tool);
            if !named.is_empty() {
                said.push(words(&named, self.script));
            }
        }
        for (task, changed) in done("update_task") {
            said.push(phrases::updated(&task.named(), changed, self.script));
        }
        if said.is_empty() && self.results.iter().any(|(_, outcome)| matches!(outcome, Outcome::Declined(_))) {
            said.push(phrases::left_alone(self.script));
        }
        for (name, outcome) in &self.results {
            match outcome {
                Outcome::Failed(error) if *name != "list_tasks" => said.push(phrases::failed(error, self.script)),
                _ => {}
            }
        }
        let unread: Vec<String> = plans.iter().flat_map(unread).cloned().collect();
        if !unread.is_empty() && !done("add_task").is_empty() {
            said.push(phrases::unread_in_title(&unread, self.script));
        }
        said.join("\n\n")
    }
}

/// What looked like a date of a new task and was not wholly understood.
fn unread(plan: &Plan) -> &[String] {
    match plan {
        Plan::Add(tasks) => tasks.first().map_or(&[], |task| &task.unread),
        Plan::Place(task, _) => &task.unread,
        _ => &[],
    }
}

/// Words that point at a task and are not in its title.
const BESIDE: [&str; 9] = ["the", "a", "an", "one", "wala", "wali", "والا", "والی", "ko"];

fn title_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let letters = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split_whitespace().map(letters).filter(|word| !word.is_empty())
}

/// Those of all tasks that are meant: of some days, of a priority.
fn within<'t>(tasks: Vec<&'t WireTask>, target: &Target) -> Vec<&'t WireTask> {
    let on = |task: &WireTask| {
        target
            .range
            .is_none_or(|(first, last)| task.due().is_some_and(|due| first <= due.date && due.date <= last))
    };
    let urgent = |task: &WireTask| target.priority.is_none_or(|priority| task.priority == priority);
    tasks.into_iter().filter(|task| on(task) && urgent(task)).collect()
}

/// Whether a change needs to know the task as it is.
fn depends(change: &Change) -> bool {
    change.shift.is_some() || change.time_only || change.notes.is_some()
}

/// The calls for tasks of which only the ids are known; `None` where that is not enough.
fn blind<'t>(deed: &Deed, ids: impl Iterator<Item = &'t str>) -> Option<Vec<Call>> {
    let one = |id: &str| match deed {
        Deed::Complete => Some(("complete_task", Arguments::id(id))),
        Deed::Delete => Some(("delete_task", Arguments::id(id))),
        Deed::Update(change) if depends(change) => None,
        Deed::Update(change) => {
            let task_id = Some(id.to_owned());
            Some((
                "update_task",
                Arguments {
                    task_id,
                    ..Arguments::changes(change)
                },
            ))
        }
    };
    ids.map(one).collect()
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
