//! Tasks as things to choose from: what tells those apart that have the same title.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{priority, spoken::isolated};
use crate::domain::{
    dates,
    language::phrases,
    locale::{Locale, Script},
    task::{Task, TaskStatus},
};

/// As much of the notes is shown, in characters.
const NOTES_SHOWN: usize = 40;

/// The clock of a person.
type Local<'l> = &'l dyn Fn(DateTime<Utc>) -> NaiveDateTime;

/// Tasks as things to choose, in their order: the title, when it is due, and, where that is the same of several, what tells them apart (the
/// beginning of the notes, how often it comes back, how urgent it is, when it was added). No two are the same. `local` is the person's clock.
pub fn choices(script: Script, tasks: &[Task], local: Local<'_>) -> Vec<String> {
    let aside = told_apart(script, tasks, local);
    let label = |(task, aside): (&Task, Option<String>)| match aside {
        None => choice(script, task),
        Some(aside) => format!("{} — {aside}", choice(script, task)),
    };
    tasks.iter().zip(aside).map(label).collect()
}

/// A task as something to choose: its title, and when it is due.
pub fn choice(script: Script, task: &Task) -> String {
    match &task.due {
        None => task.title.clone(),
        Some(due) => format!("{} — {}", task.title, dates::due(due, script)),
    }
}

/// What is to be said beside title and date to tell tasks apart that have the same; nothing where they have not.
pub fn told_apart(script: Script, tasks: &[Task], local: Local<'_>) -> Vec<Option<String>> {
    let same = |task: &Task, other: &Task| choice(script, task) == choice(script, other);
    tasks
        .iter()
        .map(|task| {
            let twins: Vec<&Task> = tasks.iter().filter(|other| same(task, other)).collect();
            (twins.len() > 1).then(|| apart(script, task, &twins, local))
        })
        .collect()
}

/// The first thing that all of these tasks have otherwise; what `task` has of it.
fn apart(script: Script, task: &Task, twins: &[&Task], local: Local<'_>) -> String {
    type Aspect<'a> = &'a dyn Fn(&Task) -> Option<String>;
    let notes = |task: &Task| beginning(task.notes.as_deref()?).map(|words| isolated(&words));
    let repeat = |task: &Task| task.repeat.as_ref().map(|rule| phrases::repeats(rule, script));
    let urgency = |task: &Task| of_priority(script, task);
    let done = |task: &Task| (task.status == TaskStatus::Completed).then(|| script.choose("done", "mukammal", "مکمل").to_owned());
    let added = |task: &Task, clock: bool| {
        let at = local(task.created_at);
        let day = dates::with_year(at.date(), script);
        let when = match clock {
            true => [day.as_str(), dates::comma(script), &dates::clock(at.time(), script)].concat(),
            false => day,
        };
        script.choose(format!("added {when}"), format!("{when} ko likha"), format!("{when} کو لکھا"))
    };
    let added_on = |task: &Task| Some(added(task, false));
    let added_at = |task: &Task| Some(added(task, true));
    let all: [Aspect<'_>; 6] = [&notes, &repeat, &urgency, &done, &added_on, &added_at];
    for aspect in all {
        let values: Vec<Option<String>> = twins.iter().map(|twin| aspect(twin)).collect();
        let distinct = (0..values.len()).all(|at| !values[..at].contains(&values[at]));
        if distinct {
            return aspect(task).unwrap_or_else(|| added(task, false));
        }
    }
    // Made in the same minute, and the same in all that is shown: their ids are in the order in which they were made.
    let place = twins.iter().filter(|twin| twin.id <= task.id).count();
    let known = [notes(task), Some(added(task, true))];
    let known = known.into_iter().flatten().collect::<Vec<_>>().join(dates::comma(script));
    script.choose(
        format!("{known}, {} of {}", dates::english_rank(place.try_into().unwrap_or(1)), twins.len()),
        format!("{known}, {} mein se number {place}", twins.len()),
        format!("{known}، {} میں سے نمبر {place}", twins.len()),
    )
}

fn of_priority(script: Script, task: &Task) -> Option<String> {
    let word = match script {
        Script::En => priority(Locale::En, task.priority)?.to_lowercase(),
        Script::Ur => priority(Locale::Ur, task.priority)?.to_owned(),
        Script::UrLatn => format!("p{}", task.priority.number()),
    };
    Some(word).filter(|word| word != "p4")
}

/// The beginning of some notes, on one line.
fn beginning(notes: &str) -> Option<String> {
    let words = notes.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(NOTES_SHOWN).collect();
    let ending = if cut.len() < words.len() { "…" } else { "" };
    (!cut.is_empty()).then(|| format!("{}{ending}", cut.trim_end()))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::{id::TaskId, task::Due};

    fn task(n: u128, title: &str, day: Option<u32>, notes: Option<&str>) -> Task {
        let due = day
            .and_then(|day| NaiveDate::from_ymd_opt(2026, 11, day))
            .map(|date| Due { date, time: None });
        let at = DateTime::from_timestamp(1_795_000_000 + i64::try_from(n).unwrap() * 86_400, 0).unwrap();
        Task {
            notes: notes.map(str::to_owned),
            ..Task::new(TaskId(uuid::Uuid::from_u128(n)), title.to_owned(), due, "Asia/Karachi", at)
        }
    }

    fn labels(script: Script, tasks: &[Task]) -> Vec<String> {
        choices(script, tasks, &|at| at.naive_utc())
    }

    #[test]
    fn equal_titles_are_told_apart_by_what_differs() {
        let different = [task(1, "bread", Some(24), None), task(2, "bread", Some(25), None)];
        assert_eq!(
            labels(Script::En, &different),
            ["bread — Tuesday, 24 November 2026", "bread — Wednesday, 25 November 2026"]
        );
        let noted = [
            task(1, "bread", None, Some("brown,\nfrom the corner")),
            task(2, "bread", None, Some("for Ammi")),
        ];
        assert_eq!(
            labels(Script::En, &noted),
            [
                "bread — “\u{2068}brown, from the corner\u{2069}”",
                "bread — “\u{2068}for Ammi\u{2069}”"
            ]
        );
        let added = [
            task(1, "روٹی", None, None),
            task(2, "روٹی", None, None),
            task(3, "دودھ", None, None),
        ];
        let said = labels(Script::Ur, &added);
        assert!(said[0].starts_with("روٹی — ") && said[0].ends_with(" کو لکھا"), "{said:?}");
        assert!(said[0] != said[1] && said[2] == "دودھ", "{said:?}");
        let roman = labels(Script::UrLatn, &added[..2]);
        assert!(roman[0].ends_with(" ko likha") && roman[0] != roman[1], "{roman:?}");
    }

    #[test]
    fn no_two_labels_are_the_same() {
        let same = task(1, "bread", None, None);
        let twins: Vec<Task> = (1..4)
            .map(|n| Task {
                id: TaskId(uuid::Uuid::from_u128(n)),
                ..same.clone()
            })
            .collect();
        for script in [Script::En, Script::UrLatn, Script::Ur] {
            let mut said = labels(script, &twins);
            assert!(said.iter().all(|label| label.starts_with("bread — ")), "{said:?}");
            said.dedup();
            assert_eq!(said.len(), 3, "{said:?}");
        }
    }
}
