//! The open conversation, for everything that draws it or acts on it: sends, opens, looks, and loads what is not there yet. How the server is
//! followed is in `follow`, what is done to single entries in `acts`.

use std::sync::Arc;

use futures::future::AbortHandle;
use futures::lock::Mutex;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::commands::{self, Meaning};
use super::compose::{Compose, Taken};
use super::draft::Draft;
use super::follow::{Ask, in_time};
use super::state::{Again, Phase, ThreadState};
use crate::api::view::{ItemBody, ItemView};
use crate::api::{ApiError, chat as door};
use crate::app::browser;
use crate::app::components::confirm::Question;
use crate::app::components::tasks::toast::Toast;
use crate::app::drafts::Drafts;
use crate::app::live::Live;
use crate::app::outbox::{Kept, Outbox};
use crate::app::text::Texts;
use crate::domain::text;

/// The open conversation, for everything that draws it or acts on it.
#[derive(Clone, Copy)]
pub(in crate::app) struct Chat {
    pub state: RwSignal<ThreadState>,
    /// The next message.
    pub compose: Compose,
    /// What of an answer the next message refers to.
    pub quote: RwSignal<Option<String>>,
    /// What is asked before much goes.
    pub asked: RwSignal<Option<Question>>,
    /// The answer that is being read aloud.
    pub spoken: RwSignal<Option<String>>,
    /// Counts up whenever tasks have changed.
    pub tasks_changed: RwSignal<u32>,
    /// Says what was done in a list, and offers to take it back.
    pub(super) toast: Toast,
    /// Counts up whenever the list of threads has changed.
    pub threads_changed: RwSignal<u32>,
    /// The messages that the server has not confirmed.
    pub outbox: Outbox,
    /// What is being written in each conversation.
    drafts: Drafts,
    /// Puts a path into the address bar.
    pub(super) navigate: Callback<String>,
    pub(super) texts: &'static Texts,
    pub(super) listening: StoredValue<Option<AbortHandle>>,
    /// The last message that was not confirmed, and its key: sent again, it is the same message.
    pub(super) unconfirmed: StoredValue<Option<(Taken, String)>>,
    pub(super) stop_wanted: StoredValue<bool>,
    /// The runs of which there was a hint, while the thread has not been looked at since; an empty one where that is not known.
    pub(super) unseen: StoredValue<Vec<String>>,
    /// The run that is, or was last, followed.
    pub(super) followed: StoredValue<Option<String>>,
    /// Whose turn it is to send what the reader thinks of an answer.
    pub(super) ratings: StoredValue<Arc<Mutex<()>>>,
}

impl Chat {
    pub fn new(first: ThreadState, texts: &'static Texts, live: Live, toast: Toast, navigate: Callback<String>) -> Self {
        let quote = RwSignal::new(None);
        let chat = Self {
            state: RwSignal::new(first),
            compose: Compose::new(quote),
            quote,
            asked: RwSignal::new(None),
            spoken: RwSignal::new(None),
            tasks_changed: live.tasks,
            toast,
            threads_changed: live.threads,
            outbox: live.outbox,
            drafts: live.drafts,
            navigate,
            texts,
            listening: StoredValue::new(None),
            unconfirmed: StoredValue::new(None),
            stop_wanted: StoredValue::new(false),
            unseen: StoredValue::default(),
            followed: StoredValue::default(),
            ratings: StoredValue::default(),
        };
        on_cleanup(move || chat.leave());
        chat
    }

    /// Sends what stands in the composer, or does what it says, unless an answer is still being written. Waits for files that are on their
    /// way. Gives whether a new thread is wanted instead.
    pub fn submit(self) -> bool {
        let compose = self.compose;
        let draft = compose.draft.get_untracked();
        compose.needs_words.set(false);
        compose.waits.set(false);
        let meant = match commands::read(&draft) {
            Meaning::Message(meant) => meant,
            Meaning::NeedsWords => {
                compose.needs_words.set(true);
                return false;
            }
            Meaning::NewThread => {
                compose.draft.set(Default::default());
                return true;
            }
        };
        if !self.is_free() || untrack(|| compose.refuses(&meant)) {
            return false;
        }
        if untrack(|| compose.files.are_coming()) {
            compose.waits.set(true);
        } else {
            self.deliver(compose.take(&meant));
        }
        false
    }

    /// Sends a text, unless an answer is still being written. What is in the composer stays there.
    pub fn send(self, text: String) {
        if self.is_free() && text::message(&text).is_ok() {
            self.deliver(self.compose.aside(text));
        }
    }

    pub(super) fn is_free(self) -> bool {
        self.state.with_untracked(|state| state.phase == Phase::Idle)
    }

    /// Sends a message. Where others wait for a connection, or there is none, it waits with them.
    fn deliver(self, taken: Taken) {
        let message = taken.message.clone();
        let key = self
            .unconfirmed
            .with_value(|last| {
                let same = last.as_ref().filter(|(before, _)| before.message == message);
                same.map(|(_, key)| key.clone())
            })
            .unwrap_or_else(browser::random_key);
        let thread = self.state.with_untracked(|state| state.id.clone());
        let waits = !browser::is_online() || self.outbox.has_waiting(thread.as_deref());
        self.outbox.keep(Kept {
            key: key.clone(),
            thread,
            message: message.clone(),
            files: taken.files(),
            waits,
            refused: None,
        });
        if waits {
            taken.confirmed();
            self.unconfirmed.set_value(None);
            return self.state.update(|state| state.failure = None);
        }
        let words = taken.words();
        self.unconfirmed.set_value(Some((taken, key.clone())));
        self.state.update(|state| state.ask(Some(words)));
        self.start(Ask::Send { message, key });
    }

    /// The messages of this thread that wait, or that the server does not take. Those that go just now are shown by themselves.
    pub fn waiting(self) -> Vec<Kept> {
        let thread = self.state.with(|state| state.id.clone());
        let going = self.unconfirmed.with_value(|last| last.as_ref().map(|(_, key)| key.clone()));
        self.outbox.list.with(|list| {
            let those = list
                .iter()
                .filter(|kept| kept.waits && kept.thread == thread && going.as_ref() != Some(&kept.key));
            those.cloned().collect()
        })
    }

    /// Gives a message that waits back to the composer.
    pub fn take_back(self, kept: Kept) {
        self.outbox.remove(&kept.key);
        self.compose.give_back(Taken::again(kept.message, kept.files));
    }

    /// Does what the failure offers.
    pub fn again(self, again: Again) {
        match again {
            Again::No => {}
            Again::Send => {
                self.submit();
            }
            Again::Answer => {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Retry(None));
            }
            Again::Look => {
                let thread = self.state.with_untracked(|state| state.id.clone());
                self.open(thread);
            }
        }
    }

    /// What is being written stays with its conversation.
    pub fn keep_draft(self) {
        self.state.with_untracked(|state| {
            let thread = state.id.as_deref().unwrap_or_default();
            self.compose.draft.with_untracked(|draft| self.drafts.keep(thread, draft));
        });
    }

    /// Takes up what was being written here, unless something is by now.
    pub fn restore_draft(self) {
        if self.compose.draft.with_untracked(Draft::is_blank) {
            let thread = self.state.with_untracked(|state| state.id.clone()).unwrap_or_default();
            let kept = self.drafts.of(&thread);
            if !kept.is_blank() {
                self.compose.draft.set(kept);
            }
        }
    }

    /// A new conversation has become this one: what is being written goes along.
    pub fn move_draft(self, thread: &str) {
        let draft = self.compose.draft.get_untracked();
        self.drafts.keep("", &Draft::default());
        self.drafts.keep(thread, &draft);
    }

    /// Stops the answer. The stream then ends by itself, so that what is there of the answer stays.
    pub fn stop(self) {
        if !self.state.with_untracked(ThreadState::busy) {
            return;
        }
        match self.state.with_untracked(|state| state.id.clone()) {
            Some(id) => spawn_local(async move {
                if let Err(error) = in_time(door::stop(id)).await {
                    self.state.update(|state| state.notice = Some(self.texts.error(&error)));
                }
            }),
            None => self.stop_wanted.set_value(true),
        }
    }

    /// Opens a thread, or the start screen.
    pub fn open(self, thread: Option<String>) {
        self.leave();
        self.hush();
        self.unseen.update_value(Vec::clear);
        if self.state.with_untracked(|state| state.id != thread) {
            self.keep_draft();
            self.compose.draft.set(self.drafts.of(thread.as_deref().unwrap_or_default()));
        }
        let Some(id) = thread else {
            self.state.set(ThreadState::default());
            return;
        };
        self.state.update(|state| {
            if state.id.as_ref() != Some(&id) {
                *state = ThreadState {
                    id: Some(id.clone()),
                    ..ThreadState::default()
                };
            }
            state.failure = None;
            state.phase = Phase::Opening;
        });
        self.spawn(async move {
            match in_time(door::thread(id, None)).await {
                Ok(view) => {
                    self.state.update(|state| state.reload(view));
                    if self.state.with_untracked(ThreadState::busy) {
                        return self.drive(Ask::Follow).await;
                    }
                }
                Err(ApiError::NotFound) => self.state.update(|state| {
                    state.rest();
                    state.missing = true;
                }),
                Err(error) => self.fail(&error, Again::Look),
            }
            self.look_if_missed();
        });
    }

    /// Stops listening. A message of which it is not known whether it arrived is sent again by the outbox, under its key.
    fn leave(self) {
        self.hang_up();
        if self.state.try_with_untracked(|state| state.sending.is_some()) == Some(true) {
            self.keep_waiting();
        }
    }

    /// These runs may have begun: looks, at once or when the answer that is followed, or the opening of the thread, is over.
    pub fn look(self, runs: Vec<String>) {
        if self.state.with_untracked(|state| state.id.is_none()) {
            return;
        }
        self.unseen.update_value(|unseen| unseen.extend(runs));
        if self.is_free() {
            self.look_if_missed();
        }
    }

    /// Takes over how the thread stands on the server, and follows the answer that has begun elsewhere, if there was a hint of one that is not
    /// the one that was followed. Once, for all hints.
    pub(super) fn look_if_missed(self) {
        let is_new = self.unseen.try_update_value(|unseen| {
            let followed = self.followed.try_get_value().flatten();
            unseen.retain(|run| Some(run) != followed.as_ref());
            !unseen.is_empty()
        });
        let id = self.state.try_with_untracked(|state| state.id.clone()).flatten();
        let (Some(true), Some(id)) = (is_new, id) else {
            return;
        };
        // An earlier look would see less.
        self.hang_up();
        self.spawn(async move {
            let answer = in_time(door::thread(id, None)).await;
            // Only now: a message that is sent meanwhile takes the place of this look.
            let _ = self.unseen.try_update_value(Vec::clear);
            match answer {
                Ok(view) => {
                    self.state.update(|state| state.renew(view));
                    if self.state.with_untracked(ThreadState::busy) {
                        self.drive(Ask::Follow).await;
                    }
                }
                Err(ApiError::NotFound) => self.state.update(|state| state.missing = true),
                // There will be another hint.
                Err(_) => {}
            }
        });
    }

    /// Takes over the thread's title and status, or that it is gone.
    pub fn look_at_thread(self) {
        let Some(id) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        spawn_local(async move {
            let answer = in_time(door::thread(id.clone(), None)).await;
            let _ = self.state.try_update(|state| match answer {
                _ if state.id.as_ref() != Some(&id) => {}
                Ok(view) => (state.title, state.access) = (view.title, view.access),
                Err(ApiError::NotFound) => {
                    self.hang_up();
                    state.rest();
                    state.missing = true;
                }
                Err(_) => {}
            });
        });
    }

    /// Follows the answer that was being written when the page was made.
    pub fn follow(self) {
        self.start(Ask::Follow);
    }

    /// Asks again for the widgets of the thread, because what they show has changed.
    pub fn refresh_widgets(self) {
        let is_widget = |item: &ItemView| matches!(item.body, ItemBody::Widget { .. });
        let id = self
            .state
            .with_untracked(|state| state.id.clone().filter(|_| state.items.iter().any(is_widget)));
        let Some(id) = id else {
            return;
        };
        spawn_local(async move {
            if let Ok(view) = in_time(door::thread(id.clone(), None)).await {
                let _ = self.state.try_update(|state| {
                    if state.id.as_ref() == Some(&id) {
                        state.renew_widgets(view);
                    }
                });
            }
        });
    }

    /// Loads the items before the first one; `then` is called when they are there.
    pub fn earlier(self, then: impl FnOnce() + 'static) {
        spawn_local(async move {
            if self.load_earlier().await {
                then();
            }
        });
    }

    /// Loads older items until this one is there, or there are no more; `then` is called in the end.
    pub fn reach(self, item: String, then: impl FnOnce() + 'static) {
        self.load_until(Box::new(move |state| state.body(&item).is_some()), Box::new(then));
    }

    /// Loads older items until what is wanted is there, or there are no more; `then` is called in the end.
    pub(super) fn load_until(self, is_there: Box<dyn Fn(&ThreadState) -> bool>, then: Box<dyn FnOnce()>) {
        let lacks = move || {
            let lacks = |state: &ThreadState| !is_there(state) && state.earlier.is_some();
            self.state.try_with_untracked(lacks) == Some(true)
        };
        spawn_local(async move {
            while lacks() && self.load_earlier().await {}
            then();
        });
    }

    /// Whether there are more items now.
    async fn load_earlier(self) -> bool {
        let (id, before) = self.state.with_untracked(|state| (state.id.clone(), state.earlier.clone()));
        let (Some(id), Some(before)) = (id, before) else {
            return false;
        };
        let answer = in_time(door::thread(id.clone(), Some(before))).await;
        if self
            .state
            .try_with_untracked(|state| state.id.as_ref() != Some(&id))
            .unwrap_or(true)
        {
            return false;
        }
        match answer {
            Ok(older) => {
                self.state.update(|state| state.prepend(older));
                true
            }
            Err(error) => {
                self.state.update(|state| state.notice = Some(self.texts.error(&error)));
                false
            }
        }
    }
}
