//! The next step of a plan: call a tool, ask, or say what came out.

use chrono::NaiveDate;

use super::{
    super::{Message, ModelRequest, ToolCall},
    Reply,
    conversation::{It, Turn, turns},
    plan::{Deed, Plan, Which, plan, script_of},
    wire::{Arguments, Outcome, WireTask, status},
};
use crate::domain::{
    language::{ListWish, NewTask, Status, find_matches, phrases},
    locale::Script,
};

/// Many tasks are never changed at once.
const CALLS_MAX: usize = 50;
/// The tool that asks the person by a form.
const ASK: &str = "ask_person";

/// Answers one request.
pub(super) fn answer(request: &ModelRequest) -> Reply {
    let turns = turns(&request.messages);
    let script = script_of(&turns, request.script);
    let Some(newest) = turns.last() else {
        return Reply::Say(phrases::greeting(script));
    };
    let now = request.now.with_timezone(&request.zone).naive_local();
    let step = Step {
        request,
        script,
        results: newest.results(),
        newest,
    };
    let reply = if newest.user.trim().is_empty() && !newest.files.is_empty() {
        Reply::Say(String::new())
    } else {
        match plan(&turns, request.tool_choice.as_deref(), now, script) {
            Plan::Say(text) => Reply::Say(text),
            Plan::Add(tasks) => step.add(&tasks),
            Plan::List(wish) => step.list(&wish),
            Plan::Do(deed, which) => step.act(&deed, &which),
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

struct Step<'a> {
    request: &'a ModelRequest,
    script: Script,
    newest: &'a Turn<'a>,
    results: Vec<(&'a str, Outcome)>,
}

impl Step<'_> {
    fn say(&self, text: String) -> Reply {
        Reply::Say(text)
    }

    /// Calls of one tool, with ids that are new in this conversation.
    fn call(&self, name: &str, arguments: Vec<Arguments>) -> Reply {
        if !self.request.tools.iter().any(|tool| tool.name == name) {
            return Reply::Say(phrases::failed(name, self.script));
        }
        let before: usize = self
            .request
            .messages
            .iter()
            .map(|m| if let Message::Assistant { calls, .. } = m { calls.len() } else { 0 })
            .sum();
        let calls = arguments
            .into_iter()
            .take(CALLS_MAX)
            .enumerate()
            .map(|(at, arguments)| ToolCall {
                id: format!("call_{}", before + at + 1),
                name: name.to_owned(),
                arguments: serde_json::to_string(&arguments).unwrap_or_else(|_| "{}".to_owned()),
                extra_content: None,
            })
            .collect();
        Reply::Call(calls)
    }

    /// The tasks and the failures of the deeds done in this turn.
    fn deeds(&self) -> (Vec<(&WireTask, &[String])>, Vec<&str>) {
        let mut tasks = Vec::new();
        let mut failures = Vec::new();
        for (name, outcome) in &self.results {
            match outcome {
                Outcome::Task(task, changed) => tasks.push((task, changed.as_slice())),
                Outcome::Failed(error) if *name != "list_tasks" => failures.push(error.as_str()),
                _ => {}
            }
        }
        (tasks, failures)
    }

    fn add(&self, tasks: &[NewTask]) -> Reply {
        if !self.newest.has_deed() {
            return self.call("add_task", tasks.iter().map(Arguments::add).collect());
        }
        let (made, failures) = self.deeds();
        let mut said = Vec::new();
        if !made.is_empty() {
            said.push(phrases::added(
                &made.iter().map(|(task, _)| task.named()).collect::<Vec<_>>(),
                self.script,
            ));
            if let Some(repeat) = tasks.iter().find_map(|task| task.repeat) {
                said.push(phrases::no_repeat(repeat, self.script));
            }
        }
        said.extend(failures.iter().map(|error| phrases::failed(error, self.script)));
        self.say(said.join("\n\n"))
    }

    fn list(&self, wish: &ListWish) -> Reply {
        let Some((_, outcome)) = self.results.last() else {
            return self.call("list_tasks", vec![Arguments::list(wish)]);
        };
        let (tasks, more) = match outcome {
            Outcome::Tasks(tasks, more) => (tasks, *more),
            Outcome::Failed(error) => return self.say(phrases::failed(error, self.script)),
            Outcome::Task(..) | Outcome::Declined(_) => return self.say(phrases::not_understood(self.script)),
        };
        let done = wish.status == Status::Completed;
        let within = |date: NaiveDate| {
            wish.range
                .is_none_or(|(first, last)| first.is_none_or(|first| first <= date) && date <= last)
        };
        let tasks: Vec<&WireTask> = tasks
            .iter()
            .filter(|task| !done || wish.range.is_none() || task.completed_on(self.request.zone).is_some_and(within))
            .filter(|task| wish.priority.is_none_or(|priority| task.priority == priority))
            .collect();
        if let Some(query) = &wish.query {
            let titles: Vec<&str> = tasks.iter().map(|t| t.title.as_str()).collect();
            let found: Vec<_> = find_matches(query, &titles).into_iter().map(|at| tasks[at].named()).collect();
            return self.say(if found.is_empty() {
                phrases::none_found(query, self.script)
            } else {
                phrases::found(&found, self.script)
            });
        }
        let named: Vec<_> = tasks.iter().map(|task| task.named()).collect();
        self.say(phrases::listed(&named, done, wish.range, more, self.script))
    }

    /// Completes, deletes or changes.
    fn act(&self, deed: &Deed, which: &Which) -> Reply {
        if let Some(task) = self.meant() {
            return self.do_it(deed, &[task]);
        }
        if self.newest.has_deed() {
            return self.report(deed);
        }
        // A tag says exactly which task is meant.
        if !self.newest.references.is_empty() && !matches!(which, Which::All { .. }) {
            let ids = self.newest.references.iter().map(|reference| reference.task_id.as_str());
            return self.do_to(deed, ids);
        }
        if let Which::It(It::Task(task)) = which {
            return self.do_it(deed, &[task]);
        }
        let mut lists = Vec::new();
        for (_, outcome) in &self.results {
            match outcome {
                Outcome::Tasks(tasks, more) => lists.push((tasks, *more)),
                Outcome::Failed(error) => return self.say(phrases::failed(error, self.script)),
                Outcome::Task(..) | Outcome::Declined(_) => {}
            }
        }
        let Some((tasks, more)) = lists.last() else {
            return self.call(
                "list_tasks",
                vec![Arguments {
                    status: Some(wanted(deed, which)),
                    ..Arguments::default()
                }],
            );
        };
        let tasks: Vec<&WireTask> = tasks.iter().collect();
        match which {
            Which::All { sure, .. } => self.all(deed, &tasks, *sure),
            Which::Titles(titles) => self.by_titles(deed, titles, &tasks),
            Which::It(It::Title(title)) => self.by_titles(deed, std::slice::from_ref(title), &tasks),
            Which::Words(words) => self.by_words(deed, words, &tasks, *more && lists.len() == 1),
            Which::It(It::Task(_)) => self.say(phrases::which_it(self.script)),
        }
    }

    /// The task that the person named in words of their own when they were asked which one they mean: the only one whose title has all of
    /// these words. Words that are in no title may well say no.
    fn meant(&self) -> Option<&WireTask> {
        let Some((_, Outcome::Declined(said))) = self.results.last() else {
            return None;
        };
        let said = said.join(" ");
        let wanted: Vec<String> = title_words(&said).filter(|word| !BESIDE.contains(&word.as_str())).collect();
        let (_, Outcome::Tasks(tasks, _)) = self.results.iter().rfind(|(_, outcome)| matches!(outcome, Outcome::Tasks(..)))? else {
            return None;
        };
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

    fn all(&self, deed: &Deed, tasks: &[&WireTask], sure: bool) -> Reply {
        let named: Vec<_> = tasks.iter().map(|t| t.named()).collect();
        match deed {
            _ if tasks.is_empty() => self.say(phrases::listed(&[], false, None, false, self.script)),
            // Where there are forms, the server asks before it deletes more than one.
            Deed::Delete if !sure && !self.request.tools.iter().any(|tool| tool.name == ASK) => {
                self.say(phrases::confirm_delete(&named, self.script))
            }
            _ => self.do_it(deed, tasks),
        }
    }

    fn by_titles(&self, deed: &Deed, titles: &[String], tasks: &[&WireTask]) -> Reply {
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
            return self.say(phrases::none_found(&titles.join(", "), self.script));
        }
        self.do_it(deed, &found)
    }

    fn by_words(&self, deed: &Deed, words: &[String], tasks: &[&WireTask], may_ask_again: bool) -> Reply {
        let titles: Vec<&str> = tasks.iter().map(|t| t.title.as_str()).collect();
        // "milk and eggs" may be one title.
        let whole = if words.len() > 1 {
            find_matches(&words.join(" "), &titles)
        } else {
            Vec::new()
        };
        let groups: Vec<(String, Vec<usize>)> = match whole[..] {
            [only] => vec![(words.join(" "), vec![only])],
            _ => words.iter().map(|w| (w.clone(), find_matches(w, &titles))).collect(),
        };
        let mut found: Vec<&WireTask> = Vec::new();
        for (said, places) in &groups {
            match places[..] {
                [] if may_ask_again => {
                    let query = said.split_whitespace().max_by_key(|w| w.chars().count()).unwrap_or(said).to_owned();
                    return self.call(
                        "list_tasks",
                        vec![Arguments {
                            status: Some(wanted(deed, &Which::Words(Vec::new()))),
                            query: Some(query),
                            ..Arguments::default()
                        }],
                    );
                }
                [] => return self.say(phrases::none_found(said, self.script)),
                [only] if found.iter().any(|f| f.id == tasks[only].id) => {}
                [only] => found.push(tasks[only]),
                _ => {
                    let candidates: Vec<_> = places.iter().map(|at| tasks[*at]).collect();
                    return self.ask(deed, &candidates);
                }
            }
        }
        self.do_it(deed, &found)
    }

    /// Asks which of these tasks is meant: by a form, which does the deed to the one that is chosen, or in words where there is none.
    fn ask(&self, deed: &Deed, tasks: &[&WireTask]) -> Reply {
        if !self.request.tools.iter().any(|tool| tool.name == ASK) {
            let named: Vec<_> = tasks.iter().map(|task| task.named()).collect();
            return self.say(phrases::which(&named, self.script));
        }
        let (tool, changes) = match deed {
            Deed::Complete => ("complete_task", None),
            Deed::Delete => ("delete_task", None),
            Deed::Update(change) => ("update_task", Some(Box::new(Arguments::changes(change)))),
        };
        self.call(
            ASK,
            vec![Arguments {
                question: Some(phrases::which_question(self.script)),
                task_ids: Some(tasks.iter().map(|task| task.id.clone()).collect()),
                tool: Some(tool),
                changes,
                ..Arguments::default()
            }],
        )
    }

    fn do_it(&self, deed: &Deed, tasks: &[&WireTask]) -> Reply {
        self.do_to(deed, tasks.iter().map(|task| task.id.as_str()))
    }

    fn do_to<'t>(&self, deed: &Deed, ids: impl Iterator<Item = &'t str>) -> Reply {
        match deed {
            Deed::Complete => self.call("complete_task", ids.map(Arguments::id).collect()),
            Deed::Delete => self.call("delete_task", ids.map(Arguments::id).collect()),
            Deed::Update(change) => self.call("update_task", ids.map(|id| Arguments::update(id, change)).collect()),
        }
    }

    /// Says what was done.
    fn report(&self, deed: &Deed) -> Reply {
        let (done, failures) = self.deeds();
        let named: Vec<_> = done.iter().map(|(task, _)| task.named()).collect();
        let mut said = Vec::new();
        match deed {
            _ if named.is_empty() && self.results.iter().any(|(_, outcome)| matches!(outcome, Outcome::Declined(_))) => {
                said.push(phrases::left_alone(self.script));
            }
            _ if named.is_empty() => {}
            Deed::Complete => said.push(phrases::completed(&named, self.script)),
            Deed::Delete => said.push(phrases::deleted(&named, self.script)),
            Deed::Update(_) => said.extend(
                done.iter()
                    .zip(&named)
                    .map(|((_, changed), task)| phrases::updated(task, changed, self.script)),
            ),
        }
        said.extend(failures.iter().map(|error| phrases::failed(error, self.script)));
        self.say(said.join("\n\n"))
    }
}

/// Words that point at a task and are not in its title.
const BESIDE: [&str; 9] = ["the", "a", "an", "one", "wala", "wali", "والا", "والی", "ko"];

fn title_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let letters = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split_whitespace().map(letters).filter(|word| !word.is_empty())
}

/// The status of the tasks among which one is looked for.
fn wanted(deed: &Deed, which: &Which) -> &'static str {
    match (deed, which) {
        (Deed::Delete, Which::All { done: true, .. }) => status(Status::Completed),
        (Deed::Delete, Which::All { .. }) => status(Status::Pending),
        (Deed::Delete, _) => status(Status::All),
        _ => status(Status::Pending),
    }
}
