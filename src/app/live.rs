//! What has changed elsewhere: in another tab, on another device, by a program. The server's stream says it in words without content, and
//! whatever shows the thing asks for it again.

use std::time::Duration;

use leptos::prelude::*;
use leptos::web_sys::SubmitEvent;

use super::browser::{self, shared};
use super::components::{built_in, composer, confirm::Question, zone_offer};
use super::drafts::Drafts;
use super::outbox::{self, Outbox};
use super::text::Texts;

/// Words that come together are taken together.
const GATHER: Duration = Duration::from_millis(50);

/// How much is shown of each message that was not sent, in characters.
const LINE: usize = 80;
/// What else the browser keeps by itself of whoever signs out: the names begin so.
const OF_PERSON: [&str; 3] = [composer::MODELS, zone_offer::KEPT, built_in::SAID];

/// What counts up whenever something may have changed.
#[derive(Clone, Copy)]
pub(super) struct Live {
    pub tasks: RwSignal<u32>,
    /// The list of threads.
    pub threads: RwSignal<u32>,
    /// The thread that is open: its title, its status, or that it is there.
    pub thread: RwSignal<u32>,
    /// The answers that may have begun in the thread that is open, by their runs; an empty one where that is not known.
    pub runs: RwSignal<Vec<String>>,
    pub outbox: Outbox,
    pub drafts: Drafts,
    /// What is asked before somebody signs out.
    pub leaving: RwSignal<Option<Question>>,
    gathered: StoredValue<Vec<String>>,
}

impl Live {
    /// Of this person, by whose address their tabs find each other.
    pub fn new(person: &str) -> Self {
        Self {
            tasks: RwSignal::new(0),
            threads: RwSignal::new(0),
            thread: RwSignal::new(0),
            runs: RwSignal::default(),
            outbox: Outbox::new(person),
            drafts: Drafts::new(person),
            leaving: RwSignal::new(None),
            gathered: StoredValue::new(Vec::new()),
        }
    }

    /// Begins to listen, for the life of the page.
    pub fn listen(self, texts: &'static Texts) {
        self.outbox.begin();
        let _ = window_event_listener(leptos::ev::submit, move |event| {
            if browser::comes_from(&event, browser::SIGN_OUT) {
                self.sign_out(&event, texts);
            }
        });
        shared::listen(&self.outbox.name(), move |word| self.hear(word));
        let _ = window_event_listener_untyped("online", move |_| {
            shared::try_again();
            self.outbox.wake();
        });
        let _ = window_event_listener_untyped("visibilitychange", move |_| self.take());
    }

    /// With the session goes what the browser keeps for this person. What would be lost, they are asked about first.
    fn sign_out(self, event: &SubmitEvent, texts: &'static Texts) {
        let mut unsent = self.outbox.words();
        unsent.extend(self.drafts.words());
        if unsent.is_empty() {
            return self.forget();
        }
        event.prevent_default();
        let lines = unsent.iter().map(|words| words.chars().take(LINE).collect()).collect();
        self.leaving.set(Some(Question {
            text: texts.sign_out_question,
            name: unsent.len().to_string(),
            note: Some(texts.sign_out_note),
            lines,
            yes_text: texts.sign_out,
            yes: Callback::new(move |()| {
                self.forget();
                browser::submit(browser::SIGN_OUT);
            }),
        }));
    }

    fn forget(self) {
        shared::leave();
        self.outbox.clear();
        self.drafts.clear();
        OF_PERSON.into_iter().for_each(browser::forget);
    }

    fn hear(self, word: String) {
        if word == outbox::CHANGED {
            return self.outbox.changed_elsewhere();
        }
        if let Some(thread) = word.strip_prefix(outbox::MADE) {
            return self.outbox.made.set(Some(thread.to_owned()));
        }
        // A connection is there, or an answer has ended: what waited for that can go.
        if [shared::OPEN, shared::AGAIN, "all", "threads"].contains(&word.as_str()) {
            self.outbox.wake();
        }
        if word == shared::OPEN {
            return;
        }
        let is_first = self.gathered.try_update_value(|gathered| {
            let is_first = gathered.is_empty();
            if !gathered.contains(&word) {
                gathered.push(word);
            }
            is_first
        });
        if is_first == Some(true) {
            set_timeout(move || self.take(), GATHER);
        }
    }

    /// A page that nobody sees looks when it is shown.
    fn take(self) {
        if browser::is_hidden() {
            return;
        }
        let words = self.gathered.try_update_value(std::mem::take).unwrap_or_default();
        let has = |word: &str| words.iter().any(|heard| heard == word);
        let path = browser::path();
        let opened = |kind: &str| path.strip_prefix("/chat/").is_some_and(|id| has(&[kind, id].concat()));
        let count = |signal: RwSignal<u32>, counts: bool| {
            if counts {
                signal.update(|count| *count += 1);
            }
        };
        let all = has("all") || has(shared::AGAIN);
        count(self.tasks, all || has("tasks"));
        count(self.threads, all || words.iter().any(|word| word != "tasks"));
        count(self.thread, opened("thread:"));
        let of_open = |word: &String| {
            let (thread, run) = word.strip_prefix("run:").map(|ids| ids.split_once(':').unwrap_or((ids, "")))?;
            (path.strip_prefix("/chat/") == Some(thread)).then(|| run.to_owned())
        };
        let unknown = all.then(String::new);
        let runs: Vec<String> = words.iter().filter_map(of_open).chain(unknown).collect();
        if !runs.is_empty() {
            self.runs.set(runs);
        }
    }
}
