//! The start screen of a new thread.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::app::Session;
use crate::app::browser;
use crate::app::chat::driver::Chat;
use crate::app::text::Suggestion;
use crate::domain::text::direction;

/// A greeting, and messages to begin with.
#[component]
pub(in crate::app) fn Start(chat: Chat) -> impl IntoView {
    let Session { viewer, texts } = Session::here();
    let name = viewer.me.map(|me| me.name).unwrap_or_default();
    let suggestion = |Suggestion(script, text): Suggestion| {
        let send = move |event: SubmitEvent| {
            event.prevent_default();
            chat.send(text.to_owned());
            browser::focus("#composer");
        };
        view! {
            <li>
                <form method="post" action="/api/chat/send-form" on:submit=send>
                    <input type="hidden" name="text" value=text />
                    <button class="suggestion" lang=script.tag() dir=direction(text) data-testid="suggestion">
                        {text}
                    </button>
                </form>
            </li>
        }
    };
    view! {
        <div class="start">
            <h2 class="greeting">{texts.greeting.view(name)}</h2>
            <p class="greeting-note">{texts.greeting_note}</p>
            <ul class="suggestions" aria-label=texts.suggestions_label>
                {texts.suggestions.map(suggestion).into_iter().collect_view()}
            </ul>
        </div>
    }
    .into_any()
}
