//! The tasks among which those are found that are meant: by their words with `find_tasks`, which looks at all of them; where there is no such
//! tool, or all of some days are meant, page by page with `list_tasks`.

use serde_json::Value;

use super::{
    conversation::{FIND, LIST},
    step::{CALLS_MAX, Call, Not, Step, has_status},
    wire::{Arguments, Listed, Outcome, WireTask, status},
};
use crate::domain::language::{Status, Target, phrases};

/// As many tasks are given by `find_tasks` where only the best are wanted.
const GIVEN: usize = 10;
/// So many tasks are on a page.
const PAGE_OF: i64 = 100;
/// So many pages are looked at: the rounds of one answer are limited.
const PAGES_MAX: usize = 5;

impl Step<'_> {
    /// The tasks of this status among which those are that the words name.
    pub fn pool(&self, words: &[String], wanted: Status) -> Result<Vec<&WireTask>, Not> {
        self.pool_with(words, &[], wanted)
    }

    /// The same, with what may be their titles.
    pub fn pool_with(&self, words: &[String], titles: &[String], wanted: Status) -> Result<Vec<&WireTask>, Not> {
        if !self.has(FIND) {
            let all = Arguments {
                status: Some(status(wanted)),
                ..Arguments::default()
            };
            return self.pages(all);
        }
        // "milk and eggs" may be one title.
        let together = (words.len() > 1).then(|| words.join(" "));
        let mut missing: Vec<Call> = Vec::new();
        let mut found: Vec<&WireTask> = Vec::new();
        for said in words.iter().chain(&together).chain(titles) {
            let arguments = Arguments::find(said, wanted, false);
            match self.outcome_of(FIND, &arguments) {
                None => missing.push((FIND, arguments)),
                // Where as many fit as are given, there may be more.
                Some(Outcome::Tasks(page)) if page.tasks.len() >= GIVEN => {
                    let every = Arguments::find(said, wanted, true);
                    match self.outcome_of(FIND, &every) {
                        None => missing.push((FIND, every)),
                        Some(Outcome::Tasks(every)) => found.extend(page.tasks.iter().chain(&every.tasks)),
                        Some(_) => found.extend(&page.tasks),
                    }
                }
                Some(Outcome::Tasks(page)) => found.extend(&page.tasks),
                Some(Outcome::Failed(error)) => return Err(Not::Say(phrases::failed(error, self.script))),
                Some(_) => {}
            }
        }
        if !missing.is_empty() {
            return Err(Not::Look(missing));
        }
        let mut known: Vec<&str> = Vec::new();
        found.retain(|task| {
            let is_new = !known.contains(&task.id.as_str());
            known.push(&task.id);
            is_new && has_status(task, wanted)
        });
        Ok(found)
    }

    /// All tasks of this status that are meant: of some days, of a priority.
    pub fn of_target(&self, target: &Target, wanted: Status) -> Result<Vec<&WireTask>, Not> {
        let all = Arguments {
            status: Some(status(wanted)),
            overdue: target.overdue.then_some(true),
            due_from: target.range.map(|(first, _)| first.to_string()),
            due_to: target.range.map(|(_, last)| last.to_string()),
            ..Arguments::default()
        };
        let all = self.pages(all)?;
        let total = self
            .results
            .iter()
            .filter(|done| done.tool == LIST)
            .find_map(|done| match &done.outcome {
                Outcome::Tasks(page) => page.total,
                _ => None,
            });
        // A part of them is not all of them.
        match total.filter(|total| *total > all.len().max(CALLS_MAX)) {
            Some(total) => Err(Not::Say(phrases::too_many(total, CALLS_MAX, self.script))),
            None => Ok(self.within(all, target)),
        }
    }

    /// The tasks that have these ids.
    pub fn with_ids(&self, ids: &[&str]) -> Result<Vec<&WireTask>, Not> {
        let seen = self.results.iter().flat_map(|done| match &done.outcome {
            Outcome::Tasks(page) => page.tasks.as_slice(),
            _ => &[],
        });
        let mut found: Vec<&WireTask> = Vec::new();
        for task in seen.filter(|task| ids.contains(&task.id.as_str())) {
            if !found.iter().any(|known| known.id == task.id) {
                found.push(task);
            }
        }
        if found.len() == ids.len() {
            return Ok(found);
        }
        let all = Arguments {
            status: Some(status(Status::All)),
            ..Arguments::default()
        };
        let all = self.pages(all)?;
        Ok(all.into_iter().filter(|task| ids.contains(&task.id.as_str())).collect())
    }

    /// The tasks of a list, page by page.
    fn pages(&self, list: Arguments) -> Result<Vec<&WireTask>, Not> {
        let list = Arguments {
            limit: Some(PAGE_OF),
            ..list
        };
        let mut next = list.clone();
        let mut found = Vec::new();
        for page in 0..PAGES_MAX {
            let listed: &Listed = match self.outcome_of(LIST, &next) {
                None => return Err(Not::Look(vec![(LIST, next)])),
                Some(Outcome::Tasks(listed)) => listed,
                Some(Outcome::Failed(error)) => return Err(Not::Say(phrases::failed(error, self.script))),
                Some(_) => break,
            };
            found.extend(&listed.tasks);
            match &listed.after {
                Some(after) if listed.more && page + 1 < PAGES_MAX => {
                    next = Arguments {
                        after: Some(after.clone()),
                        ..list.clone()
                    };
                }
                _ => break,
            }
        }
        Ok(found)
    }

    /// What a call with these arguments came to in this turn.
    pub fn outcome_of(&self, tool: &str, arguments: &Arguments) -> Option<&Outcome> {
        let wanted: Value = serde_json::to_value(arguments).unwrap_or_default();
        self.results
            .iter()
            .find(|done| done.tool == tool && done.arguments == wanted)
            .map(|done| &done.outcome)
    }
}
