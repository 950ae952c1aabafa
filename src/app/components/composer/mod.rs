//! Where messages are written. A plain form, so that it works before the page has come to life, and without JavaScript.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::web_sys::{HtmlElement, HtmlTextAreaElement};

use super::icon::{SEND, STOP, icon};
use crate::app::chat::driver::Chat;
use crate::app::chat::state::{Phase, ThreadState};
use crate::app::{browser, here};
use crate::domain::text::{self, MESSAGE_MAX_BYTES, TextError};

/// The key code that old browsers give to keys which an input method handles.
const IME_KEY: u32 = 229;

/// The composer.
#[component]
pub(in crate::app) fn Composer(chat: Chat) -> impl IntoView {
    let texts = here();
    let state = chat.state;
    let draft = chat.draft;
    let field = NodeRef::<Textarea>::new();

    // The field follows the draft where it was not the reader who changed it, and its height follows both. What was typed before
    // this ran for the first time is in the field only, and stays.
    Effect::new(move |was_there: Option<bool>| {
        let text = draft.get();
        let Some(field) = field.get() else { return false };
        if was_there != Some(true) && text.is_empty() && !field.value().is_empty() {
            draft.set(field.value());
        } else if field.value() != text {
            field.set_value(&text);
        }
        fit(&field);
        true
    });
    // Without JavaScript the button must work, and both first renders must be equal.
    let is_alive = RwSignal::new(false);
    Effect::new(move || is_alive.set(true));

    let is_busy = Memo::new(move |_| state.with(ThreadState::busy));
    let is_resting = Memo::new(move |_| state.with(|state| state.phase == Phase::Idle && !state.missing));
    let is_blank = Memo::new(move |_| draft.with(|draft| matches!(text::message(draft), Err(TextError::Blank))));
    let excess = Memo::new(move |_| draft.with(|draft| draft.len().saturating_sub(MESSAGE_MAX_BYTES).div_ceil(1024)));
    let thread = Memo::new(move |_| state.with(|state| state.id.clone().unwrap_or_default()));

    let focus = move || {
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    // Back to the composer after an answer and in a new thread, if the focus is free to go.
    Effect::new(move |before: Option<()>| {
        thread.track();
        is_busy.track();
        if before.is_some() && !browser::is_touch() && browser::focus_is_lost() {
            focus();
        }
    });

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        chat.submit();
        focus();
    };
    let key = move |event: KeyboardEvent| {
        let composes = event.is_composing() || event.key_code() == IME_KEY;
        if event.key() == "Enter" && !event.shift_key() && !composes {
            event.prevent_default();
            chat.submit();
        }
    };
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let is_free = !event.default_prevented() && !event.is_composing() && !browser::has_overlay();
            if event.key() == "Escape" && is_free && is_busy.get_untracked() {
                chat.stop();
                focus();
            }
        });
        on_cleanup(move || listener.remove());
    });

    view! {
        <form class="composer" method="post" action="/api/chat/send-form" on:submit=submit>
            <input type="hidden" name="thread" value=move || thread.get() />
            <div class="composer-box">
                <textarea
                    id="composer"
                    name="text"
                    rows="1"
                    dir="auto"
                    required
                    autofocus
                    autocomplete="off"
                    enterkeyhint="send"
                    data-testid="composer"
                    aria-label=texts.message
                    aria-describedby="composer-hint"
                    placeholder=texts.placeholder
                    node_ref=field
                    on:input=move |event| draft.set(event_target_value(&event))
                    on:keydown=key
                ></textarea>
                {move || {
                    if is_busy.get() {
                        view! {
                            <button
                                type="button"
                                class="round strong stop"
                                data-testid="stop"
                                aria-label=texts.stop
                                title=texts.stop
                                on:click=move |_| {
                                    chat.stop();
                                    focus();
                                }
                            >
                                {icon(STOP)}
                            </button>
                        }
                            .into_any()
                    } else {
                        view! {
                            <button
                                class="round strong"
                                data-testid="send"
                                aria-label=texts.send
                                title=texts.send
                                disabled=move || is_alive.get() && (is_blank.get() || excess.get() > 0 || !is_resting.get())
                            >
                                {icon(SEND)}
                            </button>
                        }
                            .into_any()
                    }
                }}
            </div>
            <p id="composer-hint" class="hint">
                {texts.composer_hint}
            </p>
            {move || {
                (excess.get() > 0)
                    .then(|| {
                        view! {
                            <p class="problem" role="alert" data-testid="too-long">
                                {texts.too_long.with(&excess.get().to_string())}
                            </p>
                        }
                        .into_any()
                    })
            }}
        </form>
    }
    .into_any()
}

/// Makes the field as high as its text; the style sheet sets the limit.
fn fit(field: &HtmlTextAreaElement) {
    let style = HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &[&field.scroll_height().to_string(), "px"].concat());
}
