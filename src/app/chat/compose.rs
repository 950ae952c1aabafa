//! The next message: what the composer holds of it, and what becomes of that when it is sent, given back or confirmed.

use leptos::prelude::*;

use super::draft::Draft;
use super::files::{self, FileEntry, Files, Stage};
use crate::api::message::Outgoing;
use crate::domain::text::{self, TextError};

/// The parts of the next message.
#[derive(Clone, Copy)]
pub(in crate::app) struct Compose {
    pub draft: RwSignal<Draft>,
    pub files: Files,
    /// What of an answer it refers to.
    pub quote: RwSignal<Option<String>>,
    /// The tool that it is for.
    pub tool: RwSignal<Option<String>>,
    /// The model that is to answer in this thread; the usual one where `None`.
    pub model: RwSignal<Option<String>>,
    /// It is to be sent as soon as its files are there.
    pub waits: RwSignal<bool>,
    /// It stands in the field as a command that needs words.
    pub needs_words: RwSignal<bool>,
}

/// A message that was taken out of the composer, with everything that giving it back needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::app) struct Taken {
    pub message: Outgoing,
    draft: Draft,
    files: Vec<FileEntry>,
}

impl Compose {
    pub fn new(quote: RwSignal<Option<String>>) -> Self {
        Self {
            draft: RwSignal::new(Draft::default()),
            files: Files::new(),
            quote,
            tool: RwSignal::new(None),
            model: RwSignal::new(None),
            waits: RwSignal::new(false),
            needs_words: RwSignal::new(false),
        }
    }

    /// Whether a message of this text cannot go: it says nothing and has no files, is too long, or a file did not arrive.
    pub fn refuses(self, meant: &Draft) -> bool {
        let is_refused = match text::message(meant.text()) {
            Ok(_) => false,
            Err(TextError::Blank) => self.files.list.with(Vec::is_empty),
            Err(TextError::TooLong) => true,
        };
        is_refused || self.files.have_failed()
    }

    /// Takes the message out; `meant` is what its text means.
    pub fn take(self, meant: &Draft) -> Taken {
        self.waits.set(false);
        let files = self.files.take();
        let ready = |entry: &FileEntry| match &entry.stage {
            Stage::Ready(id) => Some(id.clone()),
            Stage::Sending(_) | Stage::Failed(_) => None,
        };
        Taken {
            message: Outgoing {
                parts: meant.parts(),
                attachments: files.iter().filter_map(ready).collect(),
                quote: self.quote.try_update(Option::take).flatten(),
                model: self.model.get_untracked(),
                tool: self.tool.try_update(Option::take).flatten(),
            },
            draft: self.draft.try_update(std::mem::take).unwrap_or_default(),
            files,
        }
    }

    /// A message of nothing but text, beside what is in the composer.
    pub fn aside(self, text: String) -> Taken {
        Taken {
            draft: Draft::plain(text.clone()),
            message: Outgoing {
                model: self.model.get_untracked(),
                ..Outgoing::text(text)
            },
            files: Vec::new(),
        }
    }

    /// Puts a message back, whole, in front of what was written since.
    pub fn give_back(self, taken: Taken) {
        self.draft.update(|draft| {
            let since = std::mem::replace(draft, taken.draft);
            draft.join(since);
        });
        self.files.put_back(taken.files);
        let put = |field: RwSignal<Option<String>>, value: Option<String>| {
            if value.is_some() && field.with_untracked(Option::is_none) {
                field.set(value);
            }
        };
        put(self.quote, taken.message.quote);
        put(self.tool, taken.message.tool);
    }
}

impl Taken {
    /// A message that had been kept without what the composer knew of it.
    pub fn again(message: Outgoing, names: Vec<String>) -> Self {
        Self {
            draft: Draft::of(&message.parts),
            files: files::there(names, &message.attachments),
            message,
        }
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        self.files.iter().map(|entry| entry.name.clone()).collect()
    }

    /// What is shown of it until the server shows it: its words, or the names of its files.
    pub fn words(&self) -> String {
        words(&self.message, &self.files())
    }

    /// The server has it.
    pub fn confirmed(&self) {
        files::forget(&self.files);
    }
}

/// What is shown of a message until the server shows it: its words, or the names of its files.
pub(in crate::app) fn words(message: &Outgoing, files: &[String]) -> String {
    let words = message.words();
    if words.is_empty() { files.join("\n") } else { words }
}
