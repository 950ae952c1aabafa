//! A message for which the person chose the tool: its words are for that tool, whatever they would mean by themselves.

use crate::domain::language::{Change, Intent, ListWish, Moment, NewTask, Target, date_words, understand};

/// What the words mean for the tool; `None` for a tool that this assistant does not have.
pub(super) fn intent(tool: &str, text: &str, now: Moment) -> Option<Intent> {
    let understood = understand(text, now).intent;
    Some(match (tool, understood) {
        ("add_task", intent @ Intent::Add(_))
        | ("list_tasks", intent @ Intent::List(_))
        | ("complete_task", intent @ Intent::Complete(_))
        | ("delete_task", intent @ Intent::Delete(_))
        | ("update_task", intent @ Intent::Update(..)) => intent,
        ("add_task", _) => Intent::Add(vec![task(text, now)]),
        ("list_tasks", intent) => Intent::List(wish(text, &intent, now)),
        ("complete_task", intent) => Intent::Complete(target(text, intent)),
        ("delete_task", intent) => Intent::Delete(target(text, intent)),
        ("update_task", intent) => Intent::Update(target(text, intent), Change::default()),
        _ => return None,
    })
}

fn task(text: &str, now: Moment) -> NewTask {
    let words = date_words(text, now);
    let rest = words.rest.trim();
    NewTask {
        title: if rest.is_empty() { text.trim() } else { rest }.to_owned(),
        due: words.due,
        due_error: None,
        unread: words.unread,
        passed: false,
        priority: None,
        repeat: None,
    }
}

/// A day that is named, or words to look for.
fn wish(text: &str, intent: &Intent, now: Moment) -> ListWish {
    let words = date_words(text, now);
    let day = words.due.map(|due| (Some(due.date), due.date));
    let rest = words.rest.trim();
    ListWish {
        range: day,
        query: Some(rest.to_owned()).filter(|rest| !rest.is_empty() && day.is_none() && !matches!(intent, Intent::Talk(_))),
        ..ListWish::default()
    }
}

/// The task that was understood, or all the words.
fn target(text: &str, intent: Intent) -> Target {
    match intent {
        Intent::Complete(target) | Intent::Delete(target) | Intent::Update(target, _) => target,
        _ => Target {
            words: vec![text.trim().to_owned()],
            ..Target::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn now() -> Moment {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 0, 0).unwrap().into()
    }

    #[test]
    fn the_words_are_for_the_tool() {
        let Some(Intent::Add(tasks)) = intent("add_task", "show my tasks", now()) else {
            panic!("nothing is added");
        };
        assert_eq!(tasks[0].title, "show my tasks");
        let Some(Intent::Add(tasks)) = intent("add_task", "احمد کا گھر کل", now()) else {
            panic!("nothing is added");
        };
        assert!(tasks[0].title.contains("احمد") && tasks[0].due.is_some(), "{tasks:?}");
        let Some(Intent::List(wish)) = intent("list_tasks", "milk", now()) else {
            panic!("nothing is listed");
        };
        assert_eq!((wish.query.as_deref(), wish.range), (Some("milk"), None));
        let Some(Intent::List(wish)) = intent("list_tasks", "tomorrow", now()) else {
            panic!("nothing is listed");
        };
        assert!(wish.query.is_none() && wish.range.is_some());
        let Some(Intent::Complete(target)) = intent("complete_task", "doodh lana hai", now()) else {
            panic!("nothing is completed");
        };
        assert_eq!(target.words, ["doodh lana hai"]);
        assert!(matches!(intent("delete_task", "delete buy milk", now()), Some(Intent::Delete(target)) if !target.words.is_empty()));
        assert_eq!(intent("get_page_context", "hello", now()), None);
    }
}
