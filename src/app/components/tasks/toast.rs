//! Says what was done, and offers to take it back. Stays long enough to be read and reached, and as long as somebody is at it.

use std::time::Duration;

use leptos::prelude::*;

use super::board::Board;
use crate::app::components::icon::{CLOSE, icon};
use crate::app::here;
use crate::app::text::value_of;

/// How long it stays.
const STAYS: Duration = Duration::from_secs(10);

/// What is said last.
#[derive(Clone, Copy)]
pub(super) struct Toast {
    said: RwSignal<Option<String>>,
    /// What taking it back needs, of all that was done on this page: the newest last.
    undos: RwSignal<Vec<String>>,
    /// Whether what is said can be taken back.
    takes_back: RwSignal<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Toast {
    pub fn new() -> Self {
        Self {
            said: RwSignal::new(None),
            undos: RwSignal::new(Vec::new()),
            takes_back: RwSignal::new(false),
            timer: StoredValue::new(None),
        }
    }

    /// Says something; `undo` takes it back.
    pub fn say(self, text: String, undo: Option<String>) {
        let _ = self.said.try_set(Some(text));
        let _ = self.takes_back.try_set(undo.is_some());
        if let Some(undo) = undo {
            let _ = self.undos.try_update(|undos| undos.push(undo));
        }
        self.let_go();
    }

    fn hold(self) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
    }

    fn let_go(self) {
        self.hold();
        let timer = set_timeout_with_handle(move || self.close(), STAYS).ok();
        let _ = self.timer.try_update_value(|known| *known = timer);
    }

    fn close(self) {
        self.hold();
        let _ = self.said.try_set(None);
    }
}

/// The toast: in sight wherever the lists are scrolled to.
pub(super) fn view(board: Board) -> AnyView {
    let texts = here();
    let toast = board.toast;
    let is_shown = move || toast.said.with(Option::is_some);
    view! {
        <div
            class="toast"
            class:is-shown=is_shown
            on:mouseenter=move |_| toast.hold()
            on:mouseleave=move |_| toast.let_go()
            on:focusin=move |_| toast.hold()
            on:focusout=move |_| toast.let_go()
        >
            <p role="status" data-testid="toast">
                {move || toast.said.get().map(|said| value_of(said).into_any())}
            </p>
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
