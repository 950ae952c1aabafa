//! What the reader does to what stands in the conversation, and what the page answers to by itself.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::driver::Chat;
use super::follow::{Ask, in_time};
use super::state::ThreadState;
use crate::api::chat as door;
use crate::api::view::{Access, Act, ChatUpdate};
use crate::app::browser::{self, speak};
use crate::app::components::confirm::Question;
use crate::app::components::widget::WidgetAction;

/// The tool of the page, and the action of widgets that is the page's.
const PAGE_CONTEXT: &str = "get_page_context";
const OPEN_TASK: &str = "task.open";

impl Chat {
    /// Answers for the page's tool, if the assistant waits for it.
    pub fn serve_call(self) {
        let Some(name) = self
            .state
            .try_with_untracked(|state| state.pending_call().map(str::to_owned))
            .flatten()
        else {
            return;
        };
        let output = (name == PAGE_CONTEXT).then(|| browser::page_context(self.texts.locale));
        self.state.update(|state| state.ask(None));
        self.start(Ask::Output(output));
    }

    /// Sends a form, or leaves it.
    pub fn answer_form(self, item: String, answers: BTreeMap<String, Vec<String>>, skip: bool) {
        if self.is_free() {
            self.state.update(|state| state.ask(None));
            self.start(Ask::Form { item, answers, skip });
        }
    }

    /// Does what was done in a widget.
    pub fn act(self, item: String, action: WidgetAction) {
        let WidgetAction {
            kind,
            payload,
            is_client,
            streaming,
            done,
        } = action;
        if is_client {
            if kind == OPEN_TASK
                && let Some(task) = browser::json_field(&payload, "task_id")
            {
                browser::open_task(&task);
            }
            return done.run(true);
        }
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return done.run(false);
        };
        let act = Act { item, kind, payload };
        if streaming {
            if self.is_free() {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Act(act, done));
            } else {
                done.run(false);
            }
            return;
        }
        spawn_local(async move {
            match in_time(door::sync_action(thread, act)).await {
                Ok(acted) => {
                    if let Some(item) = acted.item {
                        let _ = self.state.try_update(|state| state.apply(ChatUpdate::Item(item)));
                    }
                    if let Some(did) = acted.done {
                        self.toast.did(did);
                    }
                    done.run(true);
                    let _ = self.tasks_changed.try_update(|count| *count += 1);
                }
                Err(error) => {
                    let _ = self.state.try_update(|state| state.notice = Some(self.texts.error(&error)));
                    done.run(false);
                    self.refresh_widgets();
                }
            }
        });
    }

    /// Keeps what the reader thinks of an answer; the same again takes it back.
    pub fn rate(self, item: String, rating: Option<bool>) {
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        let before = self.state.try_update(|state| state.rate(&item, rating)).flatten();
        // A look that is on its way would take it back: it comes after.
        if self.is_free() && self.unseen.with_value(|unseen| !unseen.is_empty()) {
            self.hang_up();
        }
        let turn = self.ratings.get_value();
        spawn_local(async move {
            // One after the other, and only the newest: two requests at once may arrive in the other order.
            let _turn = turn.lock().await;
            if self.state.try_with_untracked(|state| state.rating(&item)) != Some(rating) {
                return;
            }
            if let Err(error) = in_time(door::rate(thread, item.clone(), rating)).await {
                let _ = self.state.try_update(|state| {
                    state.unrate(&item, rating, before);
                    state.notice = Some(self.texts.error(&error));
                });
            }
            self.look_if_missed();
        });
    }

    /// Lets the message that an answer belongs to be answered anew. Where the person has written more since then, that goes: they are asked
    /// before.
    pub fn retry(self, answer: String) {
        let texts = self.texts;
        if !self.state.with_untracked(|state| state.goes_on_after(&answer)) {
            return self.retry_now(answer);
        }
        self.asked.set(Some(Question {
            text: texts.answer_again_question,
            name: String::new(),
            note: Some(texts.answer_again_note),
            lines: Vec::new(),
            yes_text: texts.answer_again,
            yes: Callback::new(move |()| self.retry_now(answer.clone())),
        }));
    }

    fn retry_now(self, answer: String) {
        let wanted = answer.clone();
        let then = move || {
            let question = |state: &ThreadState| state.question_of(&answer).filter(|_| state.takes_retry()).map(str::to_owned);
            if let Some(message) = self.state.try_with_untracked(question).flatten() {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Retry(Some(message)));
            }
        };
        // The message may be further up than what is loaded.
        self.load_until(Box::new(move |state| state.question_of(&wanted).is_some()), Box::new(then));
    }

    /// Reads an answer aloud, or stops.
    pub fn speak(self, answer: String, texts: Vec<(String, &'static str)>) {
        speak::hush();
        if self.spoken.with_untracked(|spoken| spoken.as_ref() == Some(&answer)) {
            return self.spoken.set(None);
        }
        self.spoken.set(Some(answer));
        speak::say(texts, move || drop(self.spoken.try_set(None)));
    }

    /// Nothing is read aloud any more.
    pub fn hush(self) {
        if let Some(Some(_)) = self.spoken.try_update(Option::take) {
            speak::hush();
        }
    }

    /// Takes an archived thread out again.
    pub fn reopen(self) {
        let Some(id) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        spawn_local(async move {
            match in_time(door::archive(id, false)).await {
                Ok(()) => {
                    let _ = self.state.try_update(|state| state.access = Access::Open);
                    let _ = self.threads_changed.try_update(|count| *count += 1);
                }
                Err(error) => drop(self.state.try_update(|state| state.notice = Some(self.texts.error(&error)))),
            }
        });
    }
}
