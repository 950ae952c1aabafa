//! How much of the everyday language is understood: the sets of `domain/language/sets`, each line through the whole assistant.
//!
//! `measured.jsonl` is only measured with, never built with; see the README beside it.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::fake::{Fake, LOOKS};
use crate::domain::{
    language::{Intent, detect, is_in, understand},
    locale::Script,
};

/// The share that has to be right in each script.
const BAR: f64 = 0.95;

/// Words that end no title and begin none.
const JOINS: [&str; 12] = ["se", "ko", "tak", "ke", "to", "on", "by", "at", "سے", "کو", "تک", "کے"];

/// One utterance and what a careful assistant makes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    id: String,
    script: Script,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    mixed: bool,
    #[serde(default)]
    setup: Vec<String>,
    /// Said before, to the same assistant.
    #[serde(default)]
    before: Vec<String>,
    say: String,
    /// `several` where `deeds` has more than one.
    tool: Option<String>,
    #[serde(default)]
    title: Vec<String>,
    title_is: Option<String>,
    target: Option<String>,
    target_has: Option<String>,
    #[serde(default)]
    targets: Vec<String>,
    /// Tools, each with its title or target.
    #[serde(default)]
    deeds: Vec<(String, String)>,
    count: Option<usize>,
    status: Option<String>,
    priority: Option<String>,
    due: Option<String>,
    time: Option<String>,
    repeat: Option<String>,
    rule: Option<String>,
    notes: Option<String>,
    #[serde(default)]
    cleared: bool,
    #[serde(default)]
    reopened: bool,
    #[serde(default)]
    ask: bool,
}

/// What is wrong with the outcome of an example.
enum Wrong {
    /// It was not, or not rightly, understood; nothing was changed that should have stayed.
    Miss(String),
    /// Something was changed that nobody asked to change.
    Deed(String),
    /// The answer is in another script.
    Script(String),
}

use Wrong::{Deed, Miss};

fn check(ok: bool, what: &str) -> Result<(), Wrong> {
    if ok { Ok(()) } else { Err(Miss(what.to_owned())) }
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Whether a date is what an example wants.
fn due_fits(wanted: &str, date: &str, time: &str, now: NaiveDateTime, is_change: bool) -> bool {
    let Ok(date) = date.parse::<NaiveDate>() else { return false };
    let today = now.date();
    if let Some(days) = wanted.strip_prefix('+').and_then(|rest| rest.strip_suffix('d')) {
        return date == today + TimeDelta::days(days.parse().unwrap());
    }
    if let Some(at) = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().position(|d| *d == wanted) {
        let wait = (at as i64 - i64::from(today.weekday().num_days_from_monday())).rem_euclid(7);
        let later_today = time.parse::<chrono::NaiveTime>().is_ok_and(|t| t > now.time());
        // A task that is moved to the day that is today's goes to the next one, if the time is that which it had.
        let next = wait == 0 && (is_change || !later_today) && date == today + TimeDelta::days(7);
        return next || (wait > 0 || later_today) && date == today + TimeDelta::days(wait);
    }
    if wanted == "next_week" {
        let monday = today + TimeDelta::days(7 - i64::from(today.weekday().num_days_from_monday()));
        return date >= monday && date < monday + TimeDelta::days(7);
    }
    date >= today && date < today + TimeDelta::days(366) && date.format("%m-%d").to_string() == wanted
}

impl Example {
    /// What is wrong with the outcome, if anything.
    fn verdict(&self) -> Result<(), (Wrong, String)> {
        let setup: Vec<&str> = self.setup.iter().map(String::as_str).collect();
        let mut fake = Fake::new(&setup);
        for words in &self.before {
            fake.say(words);
        }
        let known: Vec<(String, String)> = fake
            .tasks
            .iter()
            .map(|t| (t["id"].as_str().unwrap().to_owned(), t["title"].as_str().unwrap().to_owned()))
            .collect();
        let mut reply = fake.say(&self.say);
        // Whether the lines of a list are tasks may be asked first.
        if self.kind == "lines" && fake.deeds().is_empty() && reply.lines().count() > self.count.unwrap_or(1) {
            reply = fake.say(match self.script {
                Script::En => "yes",
                Script::UrLatn => "haan",
                Script::Ur => "ہاں",
            });
        }
        self.judge(&fake, &known, &reply)
            .map_err(|wrong| (wrong, format!("calls {:?}\n      reply {reply}", fake.calls)))
    }

    /// The id of a task that is named in the example.
    fn id_of(&self, named: &str, known: &[(String, String)]) -> String {
        known
            .iter()
            .find(|(_, title)| title == named)
            .or_else(|| known.iter().find(|(_, title)| lower(title).contains(&lower(named))))
            .map_or_else(|| format!("no task {named}"), |(id, _)| id.clone())
    }

    /// Tool and task of every deed that is wanted; the task of an addition is nothing.
    fn wanted(&self, known: &[(String, String)]) -> Vec<(String, Option<String>)> {
        let Some(tool) = &self.tool else { return Vec::new() };
        let named = |tool: &str, name: &str| {
            let id = (tool != "add_task").then(|| self.id_of(name, known));
            (tool.to_owned(), id)
        };
        match tool.as_str() {
            "list_tasks" => Vec::new(),
            "undo" => vec![(tool.clone(), None)],
            "several" => self.deeds.iter().map(|(tool, name)| named(tool, name)).collect(),
            "add_task" => vec![(tool.clone(), None); self.count.unwrap_or(1)],
            _ => {
                let mut all: Vec<&String> = self.targets.iter().chain(&self.target).chain(&self.target_has).collect();
                all.dedup();
                all.into_iter().map(|name| named(tool, name)).collect()
            }
        }
    }

    fn judge(&self, fake: &Fake, known: &[(String, String)], reply: &str) -> Result<(), Wrong> {
        let deeds: Vec<(&str, &Value)> = fake
            .calls
            .iter()
            .filter(|(name, _)| !LOOKS.contains(&name.as_str()))
            // What is added by one call counts as so many.
            .flat_map(|(name, arguments)| match arguments["tasks"].as_array() {
                Some(tasks) => tasks.iter().map(|task| ("add_task", task)).collect(),
                None => vec![(name.as_str(), arguments)],
            })
            .collect();
        let wanted = self.wanted(known);
        for (tool, arguments) in &deeds {
            let id = arguments["task_id"].as_str();
            if !wanted.iter().any(|(name, task)| name == tool && task.as_deref() == id) {
                return Err(Deed(format!("{tool} was not asked for")));
            }
        }
        check(detect(&self.say) == Some(self.script), "script of the message")?;
        if !is_in(reply, self.script) {
            return Err(Wrong::Script("the answer is in another script".to_owned()));
        }
        if self.tool.as_deref() == Some("list_tasks") {
            let call = fake.calls.iter().find(|(name, _)| name == "list_tasks" || name == "find_tasks");
            check(call.is_some(), "no list")?;
            let got = call.map_or("pending", |(name, arguments)| match name.as_str() {
                "find_tasks" if arguments["include_completed"] == true => "all",
                _ => arguments["status"].as_str().unwrap_or("pending"),
            });
            check(self.status.as_ref().is_none_or(|wanted| wanted == got), "status")?;
        }
        if self.tool.is_none() && !self.ask {
            let lists = matches!(understand(&self.say, fake.local()).intent, Intent::List(_));
            check(!lists, "a list that was not asked for")?;
        }
        if self.ask {
            let named = self.setup.iter().filter(|title| reply.contains(*title)).count();
            check(named > 1, "did not ask")?;
        }
        check(deeds.len() == wanted.len(), "number of deeds")?;
        for want in &wanted {
            let found = deeds
                .iter()
                .any(|(tool, a)| *tool == want.0 && a["task_id"].as_str() == want.1.as_deref());
            check(found, "a deed is missing")?;
        }
        if self.tool.as_deref() == Some("several") {
            for (tool, name) in self.deeds.iter().filter(|(tool, _)| tool == "add_task") {
                let made = deeds
                    .iter()
                    .any(|(t, a)| t == tool && lower(a["title"].as_str().unwrap_or("")).contains(&lower(name)));
                check(made, "title of the new task")?;
            }
            return Ok(());
        }
        for (_, arguments) in &deeds {
            self.arguments(arguments, fake.local())?;
        }
        Ok(())
    }

    /// Whether the arguments of a deed are right.
    fn arguments(&self, arguments: &Value, now: NaiveDateTime) -> Result<(), Wrong> {
        let text = |key: &str| arguments[key].as_str().unwrap_or("");
        let title = lower(text("title"));
        check(self.title.iter().all(|word| title.contains(&lower(word))), "title")?;
        // What joined a word that was taken away is no part of a title.
        let joins = |word: Option<&str>| word.is_some_and(|word| JOINS.contains(&word));
        let loose = joins(title.split_whitespace().next()) || joins(title.split_whitespace().last());
        check(self.title.is_empty() || !loose, "a loose end of the title")?;
        check(self.title_is.as_ref().is_none_or(|whole| title == lower(whole)), "whole title")?;
        check(self.priority.as_ref().is_none_or(|p| text("priority") == p), "priority")?;
        let (date, time) = text("due").split_once('T').unwrap_or((text("due"), ""));
        // A moment that is not the one that was said is worse than none: whoever said it will not look for it.
        let other = |ok: bool, what: &str| if ok { Ok(()) } else { Err(Deed(what.to_owned())) };
        let dated = !date.is_empty() && date != "none";
        if let Some(wanted) = &self.due {
            other(
                !dated || due_fits(wanted, date, time, now, arguments["task_id"].is_string()),
                "another day",
            )?;
            check(dated, "due")?;
        }
        if let Some(wanted) = &self.time {
            other(time.is_empty() || time == wanted, "another time")?;
            check(!time.is_empty(), "time")?;
        }
        let undated = self.due.is_none() && self.time.is_none() && matches!(self.kind.as_str(), "add" | "quoted" | "priority");
        other(!undated || !dated, "a date that was not named")?;
        check(!self.cleared || text("due") == "none", "date not taken away")?;
        check(!self.reopened || text("status") == "pending", "not reopened")?;
        check(self.notes.as_ref().is_none_or(|words| text("notes").contains(words)), "notes")?;
        let rule = text("repeat");
        let often = |name: &String| rule.contains(&format!("FREQ={}", name.to_uppercase())) && !rule.contains("INTERVAL");
        check(self.repeat.as_ref().is_none_or(often), "repeat")?;
        check(self.rule.as_ref().is_none_or(|wanted| rule == wanted), "rule")
    }
}

/// Right, missed, wrong deeds and answers in the wrong script.
#[derive(Default, Clone, Copy)]
struct Count {
    right: usize,
    missed: usize,
    deeds: usize,
    scripts: usize,
}

impl Count {
    fn all(self) -> usize {
        self.right + self.missed + self.deeds + self.scripts
    }

    fn share(self) -> f64 {
        if self.all() == 0 {
            1.0
        } else {
            self.right as f64 / self.all() as f64
        }
    }
}

/// The outcome of a set.
#[derive(Default)]
struct Report {
    rows: BTreeMap<String, Count>,
    wrong: Vec<String>,
    /// How often each thing went wrong.
    reasons: BTreeMap<String, usize>,
}

impl Report {
    fn of(lines: &str) -> Self {
        let mut report = Self::default();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let example: Example = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let outcome = std::panic::catch_unwind(|| example.verdict()).unwrap_or_else(|_| Err((Miss("panic".to_owned()), String::new())));
            let kind = if example.kind.is_empty() { "other" } else { &example.kind };
            let mut rows = vec![example.script.tag().to_owned(), format!("{} {kind}", example.script.tag())];
            if example.mixed {
                rows.push("mixed".to_owned());
            }
            for row in rows {
                let count = report.rows.entry(row).or_default();
                *match &outcome {
                    Ok(()) => &mut count.right,
                    Err((Miss(_), _)) => &mut count.missed,
                    Err((Deed(_), _)) => &mut count.deeds,
                    Err((Wrong::Script(_), _)) => &mut count.scripts,
                } += 1;
            }
            if let Err((Miss(what) | Deed(what) | Wrong::Script(what), how)) = outcome {
                *report.reasons.entry(format!("{}: {what}", example.script.tag())).or_default() += 1;
                report.wrong.push(format!("{} {:?}: {what}\n      {how}", example.id, example.say));
            }
        }
        report
    }

    fn table(&self) -> String {
        let mut out = format!(
            "{:<26}{:>6}{:>7}{:>8}{:>8}{:>12}{:>14}\n",
            "", "all", "right", "share", "missed", "wrong deed", "wrong script"
        );
        for (name, count) in &self.rows {
            let _ = writeln!(
                out,
                "{name:<26}{:>6}{:>7}{:>7.1}%{:>8}{:>12}{:>14}",
                count.all(),
                count.right,
                100.0 * count.share(),
                count.missed,
                count.deeds,
                count.scripts
            );
        }
        for (reason, count) in &self.reasons {
            let _ = writeln!(out, "{count:>5} x {reason}");
        }
        out
    }

    fn scripts(&self) -> impl Iterator<Item = (&String, &Count)> {
        self.rows
            .iter()
            .filter(|(name, _)| matches!(name.as_str(), "en" | "ur-Latn" | "ur"))
    }

    /// Every line has to be right.
    fn whole(&self) {
        println!("{}", self.table());
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

#[test]
fn the_examples() {
    Report::of(include_str!("../../../../domain/language/sets/examples.jsonl")).whole();
}

#[test]
fn more_examples() {
    Report::of(include_str!("../../../../domain/language/sets/more.jsonl")).whole();
}

#[test]
fn what_it_was_built_with() {
    Report::of(include_str!("../../../../domain/language/sets/build.jsonl")).whole();
}

/// Only figures are shown, not lines: who builds with this part measures nothing any more.
#[test]
fn what_it_was_not_built_with() {
    let report = Report::of(include_str!("../../../../domain/language/sets/measured.jsonl"));
    println!("{}", report.table());
    for (name, count) in report.scripts() {
        assert!(
            count.share() >= BAR,
            "{name}: {:.1} % right\n{}",
            100.0 * count.share(),
            report.table()
        );
        assert_eq!((count.deeds, count.scripts), (0, 0), "{name}\n{}", report.table());
    }
}
