//! Says what was done, and offers to take it back. Stays long enough to be read and reached, and as long as somebody is at it.

use std::time::Duration;

use leptos::prelude::*;

use super::board::Board;
use crate::app::components::icon::{CLOSE, icon};
use crate::app::here;
use crate::app::text::told;

/// How long it stays.
const STAYS: Duration = Duration::from_secs(10);

/// What is said last, and what can be taken back.
#[derive(Clone, Copy)]
pub(super) struct Toast {
    said: RwSignal<Option<String>>,
    /// The tokens of what was done on this page and is not taken back, with what was said of it: the newest last.
    undos: RwSignal<Vec<(String, String)>>,
    /// Counts up whenever its time begins anew, or it is held.
    turn: StoredValue<u32>,
}

impl Toast {
    pub fn new() -> Self {
        Self {
            said: RwSignal::new(None),
            undos: RwSignal::new(Vec::new()),
            turn: StoredValue::new(0),
        }
    }

    /// Says something.
    pub fn say(self, text: String) {
        let _ = self.said.try_set(Some(text));
        self.let_go();
    }

    /// What was said can be taken back by this token.
    pub fn offer(self, token: String, said: String) {
        let _ = self.undos.try_update(|undos| undos.push((token, said)));
    }

    /// It is taken back, or is about to be.
    pub fn forget(self, token: &str) {
        let _ = self.undos.try_update(|undos| undos.retain(|(known, _)| known != token));
    }

    /// Whether a change can still be taken back here.
    pub fn has(self, token: &str) -> bool {
        self.undos.with(|undos| undos.iter().any(|(known, _)| known == token))
    }

    /// The newest change.
    pub fn newest(self) -> Option<(String, String)> {
        self.undos.with_untracked(|undos| undos.last().cloned())
    }

    /// From now on it stays.
    fn hold(self) -> Option<u32> {
        self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    }

    fn let_go(self) {
        let turn = self.hold();
        let close = move || {
            if turn.is_some() && self.turn.try_get_value() == turn {
                self.close();
            }
        };
        set_timeout(close, STAYS);
    }

    pub fn close(self) {
        self.hold();
        let _ = self.said.try_set(None);
    }
}

/// The toast: in sight wherever the lists are scrolled to.
pub(super) fn view(board: Board) -> AnyView {
    let texts = here();
    let toast = board.toast;
    let is_shown = move || toast.said.with(Option::is_some);
    let takes_back = Memo::new(move |_| {
        let newest = toast.undos.with(|undos| undos.last().map(|(_, said)| said.clone()));
        newest.is_some() && newest == toast.said.get()
    });
    view! {
        <div
            class="toast"
            class:is-shown=is_shown
            on:mouseenter=move |_| {
                toast.hold();
            }
            on:mouseleave=move |_| toast.let_go()
            on:focusin=move |_| {
                toast.hold();
            }
            on:focusout=move |_| toast.let_go()
        >
            <p role="status" data-testid="toast">
                {move || toast.said.get().map(|said| told(&said, texts.locale))}
            </p>
            {move || {
                takes_back
                    .get()
                    .then(|| {
                        view! {
                            <button type="button" class="button small quiet" data-testid="toast-undo" on:click=move |_| board.undo()>
                                {texts.undo}
                            </button>
                        }
                        .into_any()
                    })
            }}
            {move || {
                is_shown()
                    .then(|| {
                        view! {
                            <button type="button" class="small-round" aria-label=texts.close title=texts.close on:click=move |_| toast.close()>
                                {icon(CLOSE)}
                            </button>
                        }
                        .into_any()
                    })
            }}
        </div>
    }
    .into_any()
}
