//! Says what was done, and offers to take it back. Stays long enough to be read and reached, and as long as somebody is at it.

use std::time::Duration;

use leptos::prelude::*;

use crate::app::components::icon::{CLOSE, icon};
use crate::app::here;
use crate::app::text::{Around, told};
use crate::domain::deed::{RowDeed, RowDone};

/// How long it stays.
const STAYS: Duration = Duration::from_secs(10);

/// What is said last, and what can be taken back: one for all that is done on a page, in the lists and in the conversation.
#[derive(Clone, Copy)]
pub(in crate::app) struct Toast {
    said: RwSignal<Option<String>>,
    /// The tokens of what was done on this page and is not taken back, with what was said of it: the newest last.
    undos: RwSignal<Vec<(String, String)>>,
    /// Counts up whenever the newest of them is to be taken back; the lists do it.
    pub(super) wanted: RwSignal<u32>,
    /// Counts up whenever its time begins anew, or it is held.
    turn: StoredValue<u32>,
}

impl Toast {
    pub fn new() -> Self {
        Self {
            said: RwSignal::new(None),
            undos: RwSignal::new(Vec::new()),
            wanted: RwSignal::new(0),
            turn: StoredValue::new(0),
        }
    }

    /// Says something.
    pub fn say(self, text: String) {
        let _ = self.said.try_set(Some(text));
        self.let_go();
    }

    /// Says what was done in a row, and offers to take it back.
    pub fn did(self, done: RowDone) {
        let texts = here();
        let said = match done.deed {
            RowDeed::Complete => texts.was_done,
            RowDeed::Reopen => texts.was_reopened,
            RowDeed::Move => texts.was_moved,
            RowDeed::Delete => texts.was_deleted,
            RowDeed::Restore => texts.was_undone,
        };
        let said = named(said, &done.title);
        self.say(said.clone());
        match done.token {
            Some(token) if done.deed == RowDeed::Restore => self.forget(&token),
            Some(token) => self.offer(token, said),
            None => {}
        }
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

/// What is said of a task.
pub(super) fn named(text: Around, title: &str) -> String {
    text.with(&["\u{2068}", title, "\u{2069}"].concat())
}

/// The title in what was said of a task.
pub(super) fn title_in(said: &str) -> &str {
    let title = said.split_once('\u{2068}').and_then(|(_, rest)| rest.rsplit_once('\u{2069}'));
    title.map_or(said, |(title, _)| title)
}

/// Where a toast is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Place {
    /// With the lists.
    Lists,
    /// On the page of the conversation, where the lists are out of sight.
    Page,
}

/// The toast: in sight wherever the lists are scrolled to.
pub(in crate::app) fn view(toast: Toast, place: Place) -> AnyView {
    let texts = here();
    let (class, id, undo_id) = match place {
        Place::Lists => ("toast", "toast", "toast-undo"),
        Place::Page => ("toast on-page", "page-toast", "page-toast-undo"),
    };
    let is_shown = move || toast.said.with(Option::is_some);
    let takes_back = Memo::new(move |_| {
        let newest = toast.undos.with(|undos| undos.last().map(|(_, said)| said.clone()));
        newest.is_some() && newest == toast.said.get()
    });
    view! {
        <div
            class=class
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
            <p role="status" data-testid=id>
                {move || toast.said.get().map(|said| told(&said, texts.locale))}
            </p>
            {move || {
                takes_back
                    .get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button small quiet"
                                data-testid=undo_id
                                on:click=move |_| toast.wanted.update(|wanted| *wanted += 1)
                            >
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_a_task_names_it() {
        assert_eq!(
            title_in(&named(Around("Done: ", ""), "buy \u{2068}x\u{2069} y")),
            "buy \u{2068}x\u{2069} y"
        );
        assert_eq!(title_in("nothing"), "nothing");
    }
}
