//! What is told: lists, numbers, a plan of the day, what was done. A list of tasks is shown beside the answer, so that its words only say what
//! the list does not.

use chrono::NaiveDate;

use super::{
    Reply,
    conversation::{FIND, LIST, title_by_id},
    plan::Plan,
    step::{Call, Not, Step, has_status},
    wire::{Arguments, Listed, Outcome, WireTask},
};
use crate::domain::{
    language::{ListWish, NewTask, Status, find_all, phrases},
    locale::Script,
    task::TaskStatus,
};

/// A list of more tasks than this is not read out.
const READ_OUT: usize = 5;
/// Among so many tasks from today on, the next one is looked for.
const NEXT_OF: i64 = 25;

impl Step<'_> {
    /// Does what is wanted, and shows tasks when it is done: "add milk and show my tasks".
    pub fn act_and_list(&self, deeds: &[Plan], wish: &ListWish, unread: &[String]) -> Reply {
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

    /// Answers a question about tasks.
    pub fn list(&self, wish: &ListWish) -> Reply {
        if wish.count {
            return self.count(wish);
        }
        if wish.next {
            return self.next();
        }
        if let Some(query) = &wish.query {
            return self.search(query, wish);
        }
        match self.page(&Arguments::list(wish)) {
            Err(reply) => reply,
            Ok(page) => {
                let count = page.total.unwrap_or(page.tasks.len());
                Reply::Say(phrases::listed(
                    &phrases::Listed {
                        count,
                        overdue: page.tasks.iter().filter(|task| task.is_overdue(self.now.local)).count(),
                        more: page.more && page.total.is_none(),
                        shown: page.tasks.len(),
                        done: wish.status == Status::Completed,
                        only_overdue: wish.overdue,
                        days: wish.range,
                    },
                    self.script,
                ))
            }
        }
    }

    /// The tasks of a list; the call for it, or what went wrong, where they are not there.
    fn page(&self, arguments: &Arguments) -> Result<&Listed, Reply> {
        match self.outcome_of(LIST, arguments) {
            Some(Outcome::Tasks(page)) => Ok(page),
            Some(Outcome::Failed(error)) => Err(Reply::Say(phrases::failed(error, self.script))),
            Some(_) => Err(Reply::Say(phrases::not_understood(self.script))),
            None => Err(self.call(vec![(LIST, arguments.clone())])),
        }
    }

    /// The tasks that have these words.
    fn search(&self, query: &str, wish: &ListWish) -> Reply {
        match self.looked_for(query, wish) {
            Ok(found) => Reply::Say(self.told_of(query, &found)),
            Err(Not::Look(calls)) => self.call(calls),
            Err(Not::Say(text)) => Reply::Say(text),
            Err(Not::Ask(_) | Not::Doubt(_)) => Reply::Say(phrases::not_understood(self.script)),
        }
    }

    /// The same, as they are.
    pub fn looked_for(&self, query: &str, wish: &ListWish) -> Result<Vec<&WireTask>, Not> {
        let (tool, arguments) = if self.has(FIND) {
            (FIND, Arguments::find(query, wish.status, true))
        } else {
            let arguments = Arguments {
                limit: Some(100),
                ..Arguments::list(wish)
            };
            (LIST, arguments)
        };
        let page = match self.outcome_of(tool, &arguments) {
            None => return Err(Not::Look(vec![(tool, arguments)])),
            Some(Outcome::Tasks(page)) => page,
            Some(Outcome::Failed(error)) => return Err(Not::Say(phrases::failed(error, self.script))),
            Some(_) => return Err(Not::Say(phrases::not_understood(self.script))),
        };
        let days = wish.range.filter(|_| wish.status != Status::Completed);
        let within = |date: NaiveDate| days.is_none_or(|(first, last)| first.is_none_or(|first| first <= date) && date <= last);
        let fitting: Vec<&WireTask> = page
            .tasks
            .iter()
            .filter(|task| has_status(task, wish.status))
            .filter(|task| days.is_none() || task.due().is_some_and(|due| within(due.date)))
            .filter(|task| wish.priority.is_none_or(|priority| task.priority == priority))
            .collect();
        if tool == FIND {
            return Ok(fitting);
        }
        let titles: Vec<&str> = fitting.iter().map(|task| task.title.as_str()).collect();
        Ok(find_all(query, &titles).into_iter().map(|at| fitting[at]).collect())
    }

    /// What is known of the tasks that were looked for.
    pub fn told_of(&self, query: &str, found: &[&WireTask]) -> String {
        let pending = found.iter().filter(|task| task.status == TaskStatus::Pending).count();
        match found.len() {
            0 => phrases::none_like(query, self.script),
            1..=READ_OUT => phrases::found(&self.named(found), self.script),
            count => phrases::found_many(query, pending, count - pending, self.script),
        }
    }

    /// Which task comes next: the first whose time has not passed; where none has a day ahead, the first of the list.
    fn next(&self) -> Reply {
        let ahead = Arguments {
            due_from: Some(self.now.local.date().to_string()),
            limit: Some(NEXT_OF),
            ..Arguments::list(&ListWish::default())
        };
        let any = Arguments {
            limit: Some(1),
            ..Arguments::list(&ListWish::default())
        };
        let first = |page: &Listed| page.tasks.iter().find(|task| !task.is_overdue(self.now.local)).map(WireTask::named);
        match self.page(&ahead).map(first) {
            Err(reply) => reply,
            Ok(Some(next)) => Reply::Say(phrases::next_task(Some(&next), self.script)),
            Ok(None) => match self.page(&any) {
                Err(reply) => reply,
                Ok(page) => Reply::Say(phrases::next_task(page.tasks.first().map(WireTask::named).as_ref(), self.script)),
            },
        }
    }

    /// How many tasks there are.
    fn count(&self, wish: &ListWish) -> Reply {
        let today = self.now.local.date();
        let plain = wish.range.is_none() && wish.priority.is_none() && !wish.overdue && wish.status == Status::Pending;
        let on_today = ListWish {
            range: Some((Some(today), today)),
            ..ListWish::default()
        };
        let overdue = ListWish {
            overdue: true,
            ..ListWish::default()
        };
        let done = ListWish {
            status: Status::Completed,
            ..ListWish::default()
        };
        let asked: Vec<ListWish> = if plain {
            vec![wish.clone(), on_today, overdue, done]
        } else {
            vec![wish.clone()]
        };
        let arguments: Vec<Arguments> = asked
            .iter()
            .map(|wish| Arguments {
                limit: Some(0),
                ..Arguments::list(wish)
            })
            .collect();
        let mut counts = Vec::new();
        let mut missing: Vec<Call> = Vec::new();
        for arguments in arguments {
            match self.outcome_of(LIST, &arguments) {
                Some(Outcome::Tasks(page)) => counts.push(page.total.unwrap_or(page.tasks.len())),
                Some(Outcome::Failed(error)) => return Reply::Say(phrases::failed(error, self.script)),
                Some(_) => return Reply::Say(phrases::not_understood(self.script)),
                None => missing.push((LIST, arguments)),
            }
        }
        if !missing.is_empty() {
            return self.call(missing);
        }
        Reply::Say(match counts[..] {
            [open, today, overdue, done] => phrases::counted(open, today, overdue, done, self.script),
            _ => phrases::listed(
                &phrases::Listed {
                    count: counts.first().copied().unwrap_or(0),
                    overdue: 0,
                    more: false,
                    shown: usize::MAX,
                    done: wish.status == Status::Completed,
                    only_overdue: wish.overdue,
                    days: wish.range,
                },
                self.script,
            ),
        })
    }

    /// In which order the tasks of some days are best done: what is late, then what has a time, then the rest.
    pub fn days(&self, first: NaiveDate, last: NaiveDate) -> Reply {
        let today = self.now.local.date();
        let wish = ListWish {
            range: Some(((first > today).then_some(first), last)),
            ..ListWish::default()
        };
        let page = match self.page(&Arguments::list(&wish)) {
            Ok(page) => page,
            Err(reply) => return reply,
        };
        let (late, ahead): (Vec<&WireTask>, Vec<&WireTask>) = page.tasks.iter().partition(|task| task.is_overdue(self.now.local));
        let (timed, free): (Vec<&WireTask>, Vec<&WireTask>) =
            ahead.into_iter().partition(|task| task.due().is_some_and(|due| due.time.is_some()));
        Reply::Say(phrases::planned(
            &phrases::DayPlan {
                days: (first, last),
                late: self.named(&late),
                timed: self.named(&timed),
                free: self.named(&free),
                more: page.more,
            },
            self.script,
        ))
    }

    /// Asks whether the lines of a list are to be added.
    pub fn lines(&self, tasks: &[NewTask]) -> String {
        let named: Vec<phrases::Named> = tasks
            .iter()
            .map(|task| phrases::Named {
                title: task.title.clone(),
                due: task.due.clone(),
                priority: task.priority.unwrap_or_default(),
                repeat: task.repeat.map(|repeat| repeat.to_string()),
                done: false,
                aside: None,
            })
            .collect();
        phrases::confirm_add(&named, self.script)
    }

    /// Says what was taken back.
    pub fn undone(&self, restored: &[WireTask], removed: &[String]) -> String {
        let gone: Vec<String> = removed
            .iter()
            .map(|name| title_by_id(self.turns, name).unwrap_or_else(|| name.clone()))
            // An id says nothing to a person.
            .map(|name| if name.starts_with("tsk_") { String::new() } else { name })
            .collect();
        phrases::undone(&self.named(&restored.iter().collect::<Vec<_>>()), &gone, self.script)
    }

    /// Says what was done, and what of the message was not understood.
    pub fn report(&self, unread: &[String]) -> String {
        let done = |tool: &str| -> Vec<(&WireTask, &[String])> {
            let results = self.results.iter().filter(|done| done.tool == tool);
            results
                .filter_map(|done| match &done.outcome {
                    Outcome::Task(task, changed) => Some((task, changed.as_slice())),
                    _ => None,
                })
                .collect()
        };
        let named = |tool: &str| done(tool).iter().map(|(task, _)| task.named()).collect::<Vec<_>>();
        let mut said = Vec::new();
        let mut added = named("add_task");
        for result in &self.results {
            if let Outcome::Added(tasks, _) = &result.outcome {
                added.extend(tasks.iter().map(WireTask::named));
            }
        }
        for (named, words) in [
            (
                named("complete_task"),
                phrases::completed as fn(&[phrases::Named], Script) -> String,
            ),
            (named("delete_task"), phrases::deleted),
            (added.clone(), phrases::added),
        ] {
            if !named.is_empty() {
                said.push(words(&named, self.script));
            }
        }
        let updated = done("update_task");
        if updated.len() > READ_OUT {
            said.push(phrases::updated_many(updated.len(), self.script));
        } else {
            for (task, changed) in updated {
                said.push(phrases::updated(&task.named(), changed, self.script));
            }
        }
        if said.is_empty() && self.results.iter().any(|done| matches!(done.outcome, Outcome::Declined)) {
            said.push(phrases::left_alone(self.script));
        }
        for result in &self.results {
            match &result.outcome {
                Outcome::Failed(error) if result.tool != LIST && result.tool != FIND => said.push(phrases::failed(error, self.script)),
                Outcome::Undone(restored, removed) => said.push(self.undone(restored, removed)),
                Outcome::Added(_, failed) => said.extend(failed.iter().map(|error| phrases::failed(error, self.script))),
                _ => {}
            }
        }
        if !unread.is_empty() && !added.is_empty() {
            said.push(phrases::unread_in_title(unread, self.script));
        }
        said.join("\n\n")
    }
}
