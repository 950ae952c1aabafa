//! Items that are being written: what there is of them, as far as events have told (`chatkit/server.py`, `_update_pending_items`).

use crate::{
    domain::id::ItemId,
    protocol::{
        event::{ItemUpdate, ThreadStreamEvent},
        item::{AssistantContent, ItemBody, ThreadItem},
    },
};

/// The items that have begun and are not whole, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pending(Vec<ThreadItem>);

impl Pending {
    /// Takes in one event.
    pub fn apply(&mut self, event: &ThreadStreamEvent) {
        match event {
            ThreadStreamEvent::ItemAdded { item } => {
                self.remove(item.id);
                self.0.push(item.clone());
            }
            ThreadStreamEvent::ItemDone { item } | ThreadStreamEvent::ItemReplaced { item } => self.remove(item.id),
            ThreadStreamEvent::ItemRemoved { item_id } => self.remove(*item_id),
            ThreadStreamEvent::ItemUpdated { item_id, update } => {
                if let Some(item) = self.0.iter_mut().find(|item| item.id == *item_id) {
                    update_item(&mut item.body, update);
                }
            }
            _ => {}
        }
    }

    /// The items, oldest first.
    pub fn items(&self) -> &[ThreadItem] {
        &self.0
    }

    /// The answers that say something: they are kept when a run ends before they are whole.
    pub fn take_answers(&mut self) -> Vec<ThreadItem> {
        std::mem::take(&mut self.0)
            .into_iter()
            .filter(|item| matches!(item.body, ItemBody::AssistantMessage { .. }) && !item.body.text().trim().is_empty())
            .collect()
    }

    fn remove(&mut self, id: ItemId) {
        self.0.retain(|item| item.id != id);
    }
}

fn update_item(body: &mut ItemBody, update: &ItemUpdate) {
    match (body, update) {
        (
            ItemBody::AssistantMessage { content },
            ItemUpdate::ContentPartAdded {
                content_index,
                content: part,
            },
        )
        | (
            ItemBody::AssistantMessage { content },
            ItemUpdate::ContentPartDone {
                content_index,
                content: part,
            },
        ) => {
            *part_at(content, *content_index) = part.clone();
        }
        (ItemBody::AssistantMessage { content }, ItemUpdate::TextDelta { content_index, delta }) => {
            part_at(content, *content_index).text.push_str(delta);
        }
        (
            ItemBody::AssistantMessage { content },
            ItemUpdate::AnnotationAdded {
                content_index,
                annotation_index,
                annotation,
            },
        ) => {
            let annotations = &mut part_at(content, *content_index).annotations;
            annotations.insert((*annotation_index).min(annotations.len()), annotation.clone());
        }
        (ItemBody::Workflow { workflow }, ItemUpdate::WorkflowTaskAdded { task, .. }) => workflow.tasks.push(task.clone()),
        (ItemBody::Workflow { workflow }, ItemUpdate::WorkflowTaskUpdated { task_index, task }) => {
            if let Some(place) = workflow.tasks.get_mut(*task_index) {
                *place = task.clone();
            }
        }
        _ => {}
    }
}

/// The most parts that an answer has; an index beyond it is another one's mistake.
const PARTS_MAX: usize = 64;

fn part_at(content: &mut Vec<AssistantContent>, index: usize) -> &mut AssistantContent {
    let index = index.min(PARTS_MAX);
    while content.len() <= index {
        content.push(AssistantContent::new(""));
    }
    &mut content[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ThreadId;

    fn item(id: u128, body: ItemBody) -> ThreadItem {
        ThreadItem {
            id: ItemId(uuid::Uuid::from_u128(id)),
            thread_id: ThreadId(uuid::Uuid::nil()),
            created_at: chrono::DateTime::UNIX_EPOCH,
            body,
        }
    }

    #[test]
    fn answers_grow_and_empty_ones_are_not_kept() {
        let mut pending = Pending::default();
        let empty = ItemBody::AssistantMessage { content: vec![] };
        for id in [1, 2] {
            pending.apply(&ThreadStreamEvent::ItemAdded {
                item: item(id, empty.clone()),
            });
        }
        for delta in ["Hel", "lo"] {
            pending.apply(&ThreadStreamEvent::ItemUpdated {
                item_id: ItemId(uuid::Uuid::from_u128(2)),
                update: ItemUpdate::TextDelta {
                    content_index: 0,
                    delta: delta.into(),
                },
            });
        }
        let kept = pending.take_answers();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].body.text(), "Hello");
        assert!(pending.take_answers().is_empty());
    }

    #[test]
    fn whole_and_removed_items_are_pending_no_more() {
        let mut pending = Pending::default();
        let text = ItemBody::AssistantMessage {
            content: vec![AssistantContent::new("x")],
        };
        for id in [1, 2, 3] {
            pending.apply(&ThreadStreamEvent::ItemAdded {
                item: item(id, text.clone()),
            });
        }
        pending.apply(&ThreadStreamEvent::ItemDone {
            item: item(1, text.clone()),
        });
        pending.apply(&ThreadStreamEvent::ItemRemoved {
            item_id: ItemId(uuid::Uuid::from_u128(2)),
        });
        pending.apply(&ThreadStreamEvent::ItemReplaced { item: item(3, text) });
        assert!(pending.take_answers().is_empty());
    }
}
