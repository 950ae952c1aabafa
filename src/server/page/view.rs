//! From the protocol's items and events to what the page draws ([`crate::api::view`]): the one match over [`ThreadStreamEvent`].

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::markdown;
use crate::{
    api::view::{ChatUpdate, ItemBody as View, ItemView, StepView, TaskView},
    domain::{
        id::ItemId,
        language,
        locale::{Locale, Script},
        task::{Due, Task, TaskStatus},
        texts,
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
    let spoken = match locale {
        Locale::En => Script::En,
        Locale::Ur => Script::Ur,
    };
    TaskView {
        id: task.id.to_string(),
        title: task.title.clone(),
        notes: task.notes.clone().unwrap_or_default(),
        done,
        priority: task.priority.number() as u8,
        due: task.due.as_ref().map(|due| texts::due_words(due, locale, now)).unwrap_or_default(),
        due_iso: task.due.as_ref().map(due_iso).unwrap_or_default(),
        repeat: task
            .repeat
            .as_deref()
            .map(|rule| language::phrases::repeats(rule, spoken))
            .unwrap_or_default(),
        overdue: !done && task.due.as_ref().is_some_and(|due| due.is_past(now)),
    }
}

fn due_iso(due: &Due) -> String {
    match due.time {
        Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
        None => due.date.to_string(),
    }
}
