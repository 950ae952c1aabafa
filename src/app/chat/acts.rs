//! What the reader does to what stands in the conversation, and what the page answers to by itself.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::driver::Chat;
use super::follow::Ask;
use crate::api::chat as door;
use crate::api::view::{Access, Act, ChatUpdate};
use crate::app::browser;
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
            return done.run(());
        }
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        let act = Act { item, kind, payload };
        if streaming {
            if self.is_free() {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Act(act, done));
            } else {
                done.run(());
            }
            return;
        }
        spawn_local(async move {
            match door::sync_action(thread, act).await {
                Ok(item) => {
                    if let Some(item) = item {
                        let _ = self.state.try_update(|state| state.apply(ChatUpdate::Item(item)));
                    }
                    let _ = self.tasks_changed.try_update(|count| *count += 1);
                }
                Err(error) => {
                    let _ = self.state.try_update(|state| state.notice = Some(self.texts.error(&error)));
                    self.refresh_widgets();
                }
            }
            done.run(());
        });
    }

    /// Keeps what the reader thinks of an answer; the same again takes it back.
    pub fn rate(self, item: String, rating: Option<bool>) {
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        self.state.update(|state| state.rate(&item, rating));
        spawn_local(async move {
            if let Err(error) = door::rate(thread, item.clone(), rating).await {
                let _ = self.state.try_update(|state| {
                    state.rate(&item, None);
                    state.notice = Some(self.texts.error(&error));
                });
            }
        });
    }

    /// Lets the newest message be answered anew.
    pub fn retry(self) {
        if self.is_free() {
            self.state.update(|state| state.ask(None));
            self.start(Ask::Retry);
        }
    }

    /// Takes an archived thread out again.
    pub fn reopen(self) {
        let Some(id) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        spawn_local(async move {
            match door::archive(id, false).await {
                Ok(()) => {
                    let _ = self.state.try_update(|state| state.access = Access::Open);
                    let _ = self.threads_changed.try_update(|count| *count += 1);
                }
                Err(error) => drop(self.state.try_update(|state| state.notice = Some(self.texts.error(&error)))),
            }
        });
    }
}
