//! How many of the moments that people name are read right: the sets `moments*.jsonl`, each phrase as an argument of a tool and in a line.
//!
//! `moments_measured.jsonl` is only measured with, never built with; see the README beside it.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Moment, describe, resolve_due};
use crate::domain::task::Due;

/// The share that has to be right, and the share that may be read as another moment.
const RIGHT: f64 = 0.83;
const OTHER: f64 = 0.04;

/// A phrase, and the moment that it names.
#[derive(Deserialize)]
struct Line {
    n: u32,
    kind: String,
    phrase: String,
    /// The phrase in the line of a task.
    say: String,
    title: String,
    /// Nothing where no task can have that date: it is past, or it is no date.
    due: Option<String>,
    /// What may be meant besides.
    #[serde(default, rename = "or")]
    others: Vec<Option<String>>,
    now: Option<String>,
    zone: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right,
    /// No moment where there is one.
    None,
    Other,
    /// The moment is right, the title is not.
    Title,
}

fn moment(now: &str, zone: &str) -> Moment {
    let zone: Tz = zone.parse().unwrap();
    let local = NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").unwrap();
    let at = zone.from_local_datetime(&local).earliest().unwrap().with_timezone(&Utc);
    Moment {
        local,
        utc: at.naive_utc(),
        zone,
        week_start: Weekday::Mon,
    }
}

fn due(text: &str) -> Due {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    Due {
        date: date.parse::<NaiveDate>().unwrap(),
        time: (!time.is_empty()).then(|| NaiveTime::parse_from_str(time, "%H:%M").unwrap()),
    }
}

impl Line {
    fn verdict(&self, got: Option<Due>) -> Verdict {
        let fits = |wanted: &Option<String>| got == wanted.as_deref().map(due);
        if fits(&self.due) || self.others.iter().any(fits) {
            Verdict::Right
        } else if got.is_none() {
            Verdict::None
        } else {
            Verdict::Other
        }
    }

    /// As an argument, where it is a date at all, and in a line.
    fn verdicts(&self) -> (Option<Verdict>, Verdict, String) {
        let now = moment(
            self.now.as_deref().unwrap_or("2026-11-30T10:00"),
            self.zone.as_deref().unwrap_or("Asia/Karachi"),
        );
        let (argument, task) = (resolve_due(&self.phrase, now), describe(&self.say, now));
        let shown = format!("{argument:?} | {:?} {:?}", task.due, task.title);
        let in_line = match self.verdict(task.due.clone()) {
            Verdict::Right if self.due.is_some() && task.due.is_some() && task.title != self.title => Verdict::Title,
            other => other,
        };
        ((self.kind != "none").then(|| self.verdict(argument.ok())), in_line, shown)
    }
}

/// How many are right, none, another and right without the right title, and which are not right.
fn measure(lines: &str) -> ([[usize; 4]; 2], String) {
    let mut counts = [[0; 4]; 2];
    let mut wrong = String::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let line: Line = serde_json::from_str(line).unwrap();
        let (argument, in_line, shown) = line.verdicts();
        for (place, verdict) in [(0, argument), (1, Some(in_line))] {
            if let Some(verdict) = verdict {
                counts[place][verdict as usize] += 1;
            }
        }
        if argument.is_some_and(|verdict| verdict != Verdict::Right) || in_line != Verdict::Right {
            let _ = writeln!(wrong, "{} {:?}: {argument:?} {in_line:?} {shown}", line.n, line.say);
        }
    }
    (counts, wrong)
}

#[track_caller]
fn hold(counts: [[usize; 4]; 2]) {
    for (name, [right, none, other, title]) in ["argument", "line"].into_iter().zip(counts) {
        let all = (right + none + other + title) as f64;
        println!("{name}: {right} right, {title} with another title, {none} no moment, {other} another moment, of {all}");
        assert!((right + title) as f64 >= RIGHT * all, "{name}: {counts:?}");
        assert!(other as f64 <= OTHER * all, "{name}: {counts:?}");
    }
}

#[test]
fn what_it_was_built_with() {
    let (counts, wrong) = measure(include_str!("sets/moments.jsonl"));
    println!("{wrong}");
    hold(counts);
}

/// Only figures are shown, not lines.
#[test]
fn what_it_was_not_built_with() {
    hold(measure(include_str!("sets/moments_measured.jsonl")).0);
}
