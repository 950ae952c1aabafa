//! Orders that may be about a task that is there, or may be a thing to do: the tasks tell which, and where they do not, the person is asked.

use super::{
    answering::is_title,
    step::{Call, Not, Step},
    wire::WireTask,
};
use crate::domain::language::{Beyond, Either, ListWish, Order, Status, accounts_for, find_matches, phrases};

impl Step<'_> {
    /// The calls for it, or what is asked or told.
    pub fn either(&self, either: &Either) -> Result<Vec<Call>, Not> {
        match either.order {
            Order::Show => self.shown(either),
            Order::Delete => self.deleted(either),
            Order::Cannot(beyond) => self.impossible(either, beyond),
        }
    }

    /// Shows the tasks that are like the words.
    fn shown(&self, either: &Either) -> Result<Vec<Call>, Not> {
        let words = either.target.words.join(" ");
        if words.is_empty() {
            return Err(Not::Say(self.offered(None, either)));
        }
        let found = self.looked_for(&words, &ListWish::default())?;
        if found.is_empty() && either.daily {
            return Ok(self.adding(std::slice::from_ref(&either.task)));
        }
        let is_named = |task: &&WireTask| is_title(&words, &task.title);
        let said = self.told_of(&words, &found);
        Err(Not::Say(match found.is_empty() || either.daily && !found.iter().any(is_named) {
            true => self.offered(Some(said), either),
            false => said,
        }))
    }

    /// Asks whether the task that the words name is to be deleted.
    fn deleted(&self, either: &Either) -> Result<Vec<Call>, Not> {
        let pool = self.pool(&either.target.words, Status::Pending)?;
        let titles: Vec<&str> = pool.iter().map(|task| task.title.as_str()).collect();
        let mut found: Vec<WireTask> = Vec::new();
        for words in &either.target.words {
            let named = find_matches(words, &titles)
                .into_iter()
                .filter(|at| accounts_for(words, titles[*at]));
            found.extend(named.map(|at| pool[at].clone()));
        }
        match found.len() {
            0 if either.daily => Ok(self.adding(std::slice::from_ref(&either.task))),
            0 => Err(Not::Say(phrases::none_found(&either.target.words.join(", "), self.script))),
            1 => Err(Not::Doubt(Box::new(found.remove(0)))),
            _ => Err(Not::Ask(found)),
        }
    }

    /// Says what cannot be done, where a task is meant.
    fn impossible(&self, either: &Either, beyond: Beyond) -> Result<Vec<Call>, Not> {
        let words = &either.target.words;
        let pool = if words.is_empty() {
            Vec::new()
        } else {
            self.pool(words, Status::Pending)?
        };
        let titles: Vec<&str> = pool.iter().map(|task| task.title.as_str()).collect();
        let is_there = |said: &String| {
            let found = find_matches(said, &titles);
            match beyond {
                // Two names that are both those of tasks.
                Beyond::Swap | Beyond::Merge if words.len() > 1 => !found.is_empty(),
                _ => found.iter().any(|at| is_title(said, titles[*at])),
            }
        };
        if words.iter().all(is_there) {
            return Err(Not::Say(self.offered(Some(phrases::cannot(beyond, self.script)), either)));
        }
        match either.daily && !words.iter().any(is_there) {
            true => Ok(self.adding(std::slice::from_ref(&either.task))),
            false => Err(Not::Say(self.offered(None, either))),
        }
    }

    /// Asks whether the words are to be a new task.
    fn offered(&self, said: Option<String>, either: &Either) -> String {
        let asked = self.lines(std::slice::from_ref(&either.task));
        said.map_or_else(|| asked.clone(), |said| format!("{said}\n\n{asked}"))
    }
}
