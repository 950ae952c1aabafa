//! What is being written and is not sent: kept by the browser, by conversation, until it is sent or the person signs out.

use leptos::prelude::*;

use super::browser;
use super::chat::draft::Draft;
use crate::api::message::{Outgoing, Part};

/// The drafts of one person.
#[derive(Clone, Copy)]
pub(super) struct Drafts {
    /// Under which the browser keeps them.
    name: StoredValue<String>,
}

impl Drafts {
    pub fn new(person: &str) -> Self {
        Self {
            name: StoredValue::new(["kaam.drafts.", person].concat()),
        }
    }

    fn name(self) -> String {
        self.name.try_get_value().unwrap_or_default()
    }

    fn read(self) -> Vec<(String, Vec<Part>)> {
        let text = browser::remembered(&self.name()).unwrap_or_default();
        serde_json::from_slice(text.as_bytes()).unwrap_or_default()
    }

    /// The draft of a thread; an empty id is that of a new one.
    pub fn of(self, thread: &str) -> Draft {
        let all = self.read();
        let known = all.iter().find(|(known, _)| known == thread);
        known.map(|(_, parts)| Draft::of(parts)).unwrap_or_default()
    }

    pub fn keep(self, thread: &str, draft: &Draft) {
        let mut all = self.read();
        let was_kept = all.iter().any(|(known, _)| known == thread);
        if draft.is_blank() && !was_kept {
            return;
        }
        all.retain(|(known, _)| known != thread);
        if !draft.is_blank() {
            all.push((thread.to_owned(), draft.parts()));
        }
        let text = serde_json::to_string(&all).unwrap_or_default();
        browser::remember(&self.name(), (!all.is_empty()).then_some(text.as_str()));
    }

    /// The words of all drafts.
    pub fn words(self) -> Vec<String> {
        let words = |(_, parts)| {
            Outgoing {
                parts,
                ..Outgoing::default()
            }
            .words()
        };
        self.read().into_iter().map(words).collect()
    }

    /// Goes with the session.
    pub fn clear(self) {
        browser::remember(&self.name(), None);
    }
}
