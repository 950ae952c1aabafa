//! Which tasks a sentence means: by their words, "it", or all of some days and of a priority.

use chrono::NaiveDate;

use super::{Reading, scope};
use crate::domain::{
    language::{
        Fit, Target,
        lexicon::{Plain, Sense},
        token::Kind,
        when::Which,
    },
    task::Priority,
};

/// Which of all tasks are meant.
#[derive(Default)]
struct Scope {
    range: Option<(NaiveDate, NaiveDate)>,
    priority: Option<Priority>,
}

/// What joins a recurrence to what comes back: "rozana ki report".
const OF: &[&str] = &["ka", "ki", "ke", "کا", "کی", "کے"];

impl Reading<'_> {
    /// The same, with the days in the sentence: they say when it was done, or, of "all", which tasks are meant.
    pub(super) fn dated_target(&mut self) -> Target {
        let many = (self.from..self.to).any(|at| scope::is_many(self, at));
        let when = self.take_when(Which::First);
        let target = self.target();
        let range = when.range(self.now, false);
        // "Complete today's tasks"
        let all = target.all || many && target.words.is_empty() && !target.it && range.is_some();
        Target {
            range: range.filter(|_| all).or(target.range),
            all,
            ..target
        }
    }

    /// Where an adjective of recurrence begins the words that name a task: "weekly plan", "rozana ki report".
    pub(super) fn leading_recurrence(&self, before: &[bool]) -> Option<(usize, usize)> {
        let small = [Plain::Filler, Plain::Particle];
        let first = (self.from..self.to).find(|at| {
            let passed = before[*at] || self.sentence.any(*at, &small).is_some() && !self.sentence.used[*at];
            !passed && self.sentence.tokens[*at].is_text()
        })?;
        if self.is_word(first, &["every", "each", "once", "har", "ہر", "on"]) {
            return None;
        }
        let end = if self.sentence.is_dated(first) {
            (first..self.to).find(|at| !self.sentence.is_dated(*at))?
        } else {
            // It was not read with the day behind it.
            first
                + self
                    .sentence
                    .find(first, |sense| matches!(sense, Sense::Repeat(_)).then_some(()))?
                    .0
        };
        let joined = self.is_word(end - 1, OF) || self.is_word(end, OF);
        let adverb = self.is_word(first, &["rozana", "roz", "روزانہ", "روز"]);
        let named = self
            .sentence
            .left(end, self.to)
            .first()
            .is_some_and(|at| *at == end || joined && *at == end + 1);
        (named && (joined || !adverb)).then_some((first, end))
    }

    /// What is left of the words that name a task.
    pub(super) fn target(&mut self) -> Target {
        let left = self.sentence.left(self.from, self.to);
        let says = |kind: Plain| left.iter().any(|at| self.sentence.is(*at, kind).is_some());
        let (pointer, all, done) = (says(Plain::It), says(Plain::All), says(Plain::Completed));
        let scope = if all { self.scope() } else { Scope::default() };
        // "sab kuch" is one word of two.
        let everything: Vec<usize> = (self.from..self.to)
            .filter_map(|at| self.sentence.is(at, Plain::All).map(|length| at + 1..at + length))
            .flatten()
            .collect();
        let says = |reading: &Self, at: usize| {
            !everything.contains(&at)
                && (reading.sentence.tokens[at].kind != Kind::Word
                    || reading
                        .sentence
                        .any(
                            at,
                            &[
                                Plain::Particle,
                                Plain::It,
                                Plain::All,
                                Plain::Task,
                                Plain::Wala,
                                Plain::Filler,
                                Plain::Self_,
                                Plain::Polite,
                                Plain::List,
                                Plain::Link,
                                Plain::Pending,
                                Plain::Completed,
                            ],
                        )
                        .is_none())
        };
        // "both milk and bread"
        for at in self.from..self.to {
            if self.is_word(at, &["both", "dono", "donon", "دونوں", "teeno", "تینوں"]) {
                self.sentence.take(at, 1);
            }
        }
        let mut words = Vec::new();
        let mut start = self.from;
        for at in self.from..=self.to {
            let cut = at == self.to
                || (!self.sentence.used[at]
                    && (self.sentence.word_is(at, Plain::And)
                        || self.sentence.tokens[at].is_mark(',')
                        || self.sentence.tokens[at].is_mark('،')
                        || self.sentence.tokens[at].kind == Kind::Line));
            if cut {
                if self.sentence.left(start, at).iter().any(|place| says(self, *place)) {
                    words.push(self.sentence.title(start, at));
                }
                start = at + 1;
            }
        }
        Target {
            it: words.is_empty() && pointer && !all,
            all: words.is_empty() && all,
            done,
            range: scope.range,
            priority: scope.priority,
            overdue: false,
            except: Vec::new(),
            fit: Fit::default(),
            titles: if words.len() == 1 { self.titles() } else { Vec::new() },
            words,
        }
    }

    /// What is left, with the dates that stand right beside it, and within.
    fn titles(&self) -> Vec<String> {
        let left = self.sentence.left(0, self.sentence.tokens.len());
        let left: Vec<usize> = left.into_iter().filter(|at| (self.from..self.to).contains(at)).collect();
        let (Some(&first), Some(&last)) = (left.first(), left.last()) else {
            return Vec::new();
        };
        let start = (0..first)
            .rev()
            .take_while(|at| self.sentence.is_dated(*at))
            .last()
            .unwrap_or(first);
        let end = (last + 1..self.sentence.tokens.len())
            .take_while(|at| self.sentence.is_dated(*at))
            .last()
            .unwrap_or(last);
        let spans = [(start, last), (first, end), (start, end), (first, last)];
        let mut titles: Vec<String> = Vec::new();
        for (from, to) in spans {
            let title = self.sentence.verbatim(from, to + 1);
            let is_new = !titles.contains(&title) && (from..=to).any(|at| self.sentence.is_dated(at));
            if is_new {
                titles.push(title);
            }
        }
        titles
    }

    /// The days and the priority that "all" is narrowed by: "all of Monday's", "sab zaroori kaam".
    fn scope(&mut self) -> Scope {
        self.scope_priority();
        let used = self.sentence.used.clone();
        let when = self.take_when(Which::First);
        let range = when.range(self.now, false).or(self.scoped_days);
        if range.is_none() {
            // What is no day, "all for ever", stays a word that no task has.
            self.sentence.used = used;
        }
        Scope {
            range,
            priority: self.scoped.or_else(|| self.take_priority(self.from, self.to)),
        }
    }

    /// Takes a priority that says which of all tasks are meant: "all urgent tasks", not "make all tasks urgent".
    pub(super) fn scope_priority(&mut self) {
        let all = self
            .sentence
            .left(self.from, self.to)
            .into_iter()
            .any(|at| self.sentence.is(at, Plain::All).is_some());
        let said = |sense| if let Sense::Priority(n) = sense { Some(n) } else { None };
        let of_tasks = (self.from..self.to).filter(|at| !self.sentence.used[*at]).find_map(|at| {
            let (length, number) = self.sentence.find(at, said)?;
            let noun = self.sentence.any(at + length, &[Plain::Task, Plain::Wala]);
            noun.filter(|_| at + length < self.to).map(|_| (at, length, number))
        });
        if let Some((at, length, number)) = of_tasks.filter(|_| all) {
            self.scoped = Some(Priority::from_number(number));
            self.sentence.take(at, length);
        }
    }
}
