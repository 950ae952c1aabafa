//! From the protocol's items and events to what the page draws ([`crate::api::view`]): the one match over [`ThreadStreamEvent`].

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};

use super::markdown;
use crate::{
    api::view::{ChatUpdate, ItemBody as View, ItemView, StepView, TaskView},
    domain::{
        id::ItemId,
        language::{
            self,
            phrases::{URDU_DAYS, URDU_MONTHS},
        },
        locale::{Locale, Script},
        task::{Due, Task, TaskStatus},
    },
    protocol::{
        event::{ItemUpdate, ThreadStreamEvent},
        item::{ItemBody, StatusIndicator, ThreadItem, Workflow, WorkflowTask},
        thread::Thread,
    },
};

/// An item to draw; `None` for those that are not for people.
pub fn item(item: &ThreadItem) -> Option<ItemView> {
    let body = match &item.body {
        ItemBody::UserMessage(message) => {
            let text = message.text();
            View::User {
                script: script(&text),
                text,
            }
        }
        ItemBody::AssistantMessage { .. } => {
            let text = item.body.text();
            View::Answer {
                script: script(&text),
                blocks: markdown::blocks(&text),
            }
        }
        ItemBody::Workflow { workflow } => steps(workflow),
        _ => return None,
    };
    Some(ItemView {
        id: item.id.to_string(),
        body,
    })
}

fn steps(workflow: &Workflow) -> View {
    let step = |task: &WorkflowTask| StepView {
        title: task.title().unwrap_or_default().to_owned(),
        running: task.status_indicator == StatusIndicator::Loading,
    };
    View::Steps(workflow.tasks.iter().map(step).collect())
}

fn script(text: &str) -> Script {
    language::detect(text).unwrap_or_default()
}

/// Turns events of a stream into updates of the page. Keeps the answers that are being written.
#[derive(Default)]
pub struct Updater {
    /// The language of the newest message: an answer that is still empty is taken to be in it.
    asked_in: Script,
    answers: HashMap<ItemId, (String, Vec<String>)>,
    workflows: HashMap<ItemId, Workflow>,
}

impl Updater {
    /// The updates of an event; `None` if the page has nothing to draw.
    pub fn update(&mut self, event: &ThreadStreamEvent) -> Option<ChatUpdate> {
        match event {
            ThreadStreamEvent::ThreadCreated { thread } | ThreadStreamEvent::ThreadUpdated { thread } => Some(of_thread(thread)),
            ThreadStreamEvent::ItemAdded { item: added } => {
                if let ItemBody::Workflow { workflow } = &added.body {
                    self.workflows.insert(added.id, workflow.clone());
                }
                let mut view = item(added)?;
                if let View::Answer { script, .. } = &mut view.body {
                    *script = self.asked_in;
                }
                Some(ChatUpdate::Item(view))
            }
            ThreadStreamEvent::ItemDone { item: done } | ThreadStreamEvent::ItemReplaced { item: done } => {
                if let ItemBody::UserMessage(message) = &done.body {
                    self.asked_in = script(&message.text());
                }
                self.answers.remove(&done.id);
                self.workflows.remove(&done.id);
                item(done).map(ChatUpdate::Item)
            }
            ThreadStreamEvent::ItemUpdated { item_id, update } => self.item_update(*item_id, update),
            ThreadStreamEvent::ItemRemoved { item_id } => Some(ChatUpdate::Removed(item_id.to_string())),
            ThreadStreamEvent::StreamOptions { .. } => None,
            ThreadStreamEvent::Progress { text, .. } => Some(ChatUpdate::Progress(text.clone())),
            ThreadStreamEvent::ClientEffect { name, .. } => (name == "tasks.changed").then_some(ChatUpdate::Tasks),
            ThreadStreamEvent::Error { message, allow_retry, .. } => Some(ChatUpdate::Failed {
                message: message.clone().unwrap_or_default(),
                retry: *allow_retry,
            }),
            ThreadStreamEvent::Notice { message, .. } => Some(ChatUpdate::Notice(message.clone())),
        }
    }

    fn item_update(&mut self, item_id: ItemId, update: &ItemUpdate) -> Option<ChatUpdate> {
        match update {
            ItemUpdate::TextDelta { delta, .. } => {
                let (text, before) = self.answers.entry(item_id).or_default();
                text.push_str(delta);
                let now = markdown::blocks(text);
                let from = now.iter().zip(before.iter()).take_while(|(now, before)| now == before).count();
                if from == now.len() && now.len() == before.len() {
                    return None;
                }
                *before = now;
                Some(ChatUpdate::Blocks {
                    item: item_id.to_string(),
                    from,
                    blocks: before[from..].to_vec(),
                })
            }
            ItemUpdate::WorkflowTaskAdded { task_index, task } | ItemUpdate::WorkflowTaskUpdated { task_index, task } => {
                let workflow = self.workflows.get_mut(&item_id)?;
                match workflow.tasks.get_mut(*task_index) {
                    Some(place) => *place = task.clone(),
                    None => workflow.tasks.push(task.clone()),
                }
                Some(ChatUpdate::Item(ItemView {
                    id: item_id.to_string(),
                    body: steps(workflow),
                }))
            }
            // What the page draws of these comes with the whole item.
            _ => None,
        }
    }
}

fn of_thread(thread: &Thread) -> ChatUpdate {
    ChatUpdate::Thread {
        id: thread.metadata.id.to_string(),
        title: thread.metadata.title.clone().unwrap_or_default(),
    }
}

/// A task to draw; `now` is the person's clock.
pub fn task(task: &Task, locale: Locale, now: NaiveDateTime) -> TaskView {
    let done = task.status == TaskStatus::Completed;
    TaskView {
        id: task.id.to_string(),
        title: task.title.clone(),
        notes: task.notes.clone().unwrap_or_default(),
        done,
        priority: task.priority.number() as u8,
        due: task.due.as_ref().map(|due| due_words(due, locale, now)).unwrap_or_default(),
        due_iso: task.due.as_ref().map(due_iso).unwrap_or_default(),
        overdue: !done && task.due.as_ref().is_some_and(|due| is_past(due, now)),
    }
}

fn is_past(due: &Due, now: NaiveDateTime) -> bool {
    match due.time {
        Some(time) => due.date.and_time(time) < now,
        None => due.date < now.date(),
    }
}

fn due_iso(due: &Due) -> String {
    match due.time {
        Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
        None => due.date.to_string(),
    }
}

/// A due date as a list shows it: near days by their names, others by date.
fn due_words(due: &Due, locale: Locale, now: NaiveDateTime) -> String {
    use chrono::{Datelike, Timelike};
    let days = due.date - now.date();
    let weekday = due.date.weekday().num_days_from_monday() as usize;
    let near = (TimeDelta::days(2)..TimeDelta::days(7)).contains(&days);
    let same_year = due.date.year() == now.year();
    let day = match (locale, days.num_days()) {
        (Locale::En, 0) => "Today".into(),
        (Locale::En, 1) => "Tomorrow".into(),
        (Locale::En, -1) => "Yesterday".into(),
        (Locale::En, _) if near => due.date.format("%A").to_string(),
        (Locale::En, _) if same_year => due.date.format("%-d %b").to_string(),
        (Locale::En, _) => due.date.format("%-d %b %Y").to_string(),
        (Locale::Ur, 0) => "آج".into(),
        (Locale::Ur, 1) => "کل".into(),
        (Locale::Ur, -1) => "گزشتہ کل".into(),
        (Locale::Ur, _) if near => URDU_DAYS[weekday].into(),
        (Locale::Ur, _) => {
            let month = URDU_MONTHS[due.date.month0() as usize];
            if same_year {
                format!("{} {month}", due.date.day())
            } else {
                format!("{} {month} {}", due.date.day(), due.date.year())
            }
        }
    };
    let Some(time) = due.time else { return day };
    match locale {
        Locale::En => format!("{day}, {}", time.format("%-I:%M %p")),
        Locale::Ur => {
            let part = match time.hour() {
                0..4 => "رات",
                4..12 => "صبح",
                12..16 => "دوپہر",
                16..20 => "شام",
                _ => "رات",
            };
            let minutes = if time.minute() == 0 {
                String::new()
            } else {
                format!(":{:02}", time.minute())
            };
            format!("{day}، {part} {}{minutes} بجے", time.hour12().1)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn due_dates_in_both_languages() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        let now = day(23).and_hms_opt(10, 0, 0).unwrap();
        let due = |date, hour: Option<u32>| Due {
            date,
            time: hour.and_then(|h| chrono::NaiveTime::from_hms_opt(h, 0, 0)),
        };
        let cases = [
            (due(day(23), None), "Today", "آج"),
            (due(day(24), Some(17)), "Tomorrow, 5:00 PM", "کل، شام 5 بجے"),
            (due(day(27), Some(9)), "Friday, 9:00 AM", "جمعہ، صبح 9 بجے"),
            (due(day(30), None), "30 Nov", "30 نومبر"),
            (
                due(NaiveDate::from_ymd_opt(2027, 1, 2).unwrap(), None),
                "2 Jan 2027",
                "2 جنوری 2027",
            ),
        ];
        for (due, en, ur) in cases {
            assert_eq!(due_words(&due, Locale::En, now), en);
            assert_eq!(due_words(&due, Locale::Ur, now), ur);
        }
        assert!(is_past(&due(day(22), None), now) && is_past(&due(day(23), Some(9)), now));
        assert!(!is_past(&due(day(23), None), now) && !is_past(&due(day(23), Some(11)), now));
    }
}
