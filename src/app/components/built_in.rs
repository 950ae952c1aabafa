//! That the built-in assistant answers, and what it can do: said in the first conversation, until it is put away; in the settings at any time.

use leptos::prelude::*;

use super::icon::{CLOSE, icon};
use crate::app::chat::driver::Chat;
use crate::app::{Session, browser, here};

/// What the server calls the built-in assistant.
pub(in crate::app) const BUILT_IN: &str = "offline";
/// Under which the browser remembers the conversation in which it was said.
pub(in crate::app) const SAID: &str = "kaam.built-in";
/// In place of a conversation: it was put away.
const PUT_AWAY: &str = "-";

/// Whether it answers where nobody chooses another.
fn answers() -> bool {
    Session::here().viewer.models.first().is_some_and(|model| model == BUILT_IN)
}

/// In a conversation.
pub(super) fn notice(chat: Chat) -> AnyView {
    let texts = here();
    let is_shown = RwSignal::new(false);
    let thread = Memo::new(move |_| chat.state.with(|state| state.id.clone().filter(|_| !state.items.is_empty())));
    if answers() {
        Effect::new(move || {
            let is_here = thread.with(|thread| match (thread, browser::remembered(SAID)) {
                (Some(thread), None) => {
                    browser::remember(SAID, Some(thread));
                    true
                }
                (Some(thread), Some(said)) => *thread == said,
                (None, _) => false,
            });
            is_shown.set(is_here);
        });
    }
    let put_away = move |_| {
        browser::remember(SAID, Some(PUT_AWAY));
        is_shown.set(false);
        browser::focus("#composer");
    };
    (move || {
        is_shown.get().then(|| {
            view! {
                <div class="notice built-in" data-testid="built-in">
                    <p>{texts.built_in_note}</p>
                    <button type="button" class="small-round" aria-label=texts.close title=texts.close data-testid="built-in-close" on:click=put_away>
                        {icon(CLOSE)}
                    </button>
                </div>
            }
            .into_any()
        })
    })
    .into_any()
}

/// In the settings: who answers.
pub(in crate::app) fn settings() -> AnyView {
    let Session { viewer, texts } = Session::here();
    if viewer.models.is_empty() {
        return ().into_any();
    }
    let names = viewer.models.iter().filter(|model| *model != BUILT_IN).cloned().collect::<Vec<_>>();
    let about = if answers() {
        view! { <p>{texts.built_in_note}</p> }.into_any()
    } else {
        view! { <p>{texts.answered_by.view(names.join(", "))}</p> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="assistant" data-testid="assistant">
            <h2 id="assistant">{texts.assistant_title}</h2>
            {about}
        </section>
    }
    .into_any()
}
