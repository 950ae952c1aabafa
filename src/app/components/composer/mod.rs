//! Where messages are written. A plain form, so that it works before the page has come to life, and without JavaScript: then it is a field
//! and a button. What the page adds:
//!
//! - `field`: the text with its tags; `suggest`: what can be chosen while it is typed;
//! - `menu`: files, tasks, tools and models; `files`: the files of the message;
//! - `dictation`: speaking instead of typing.

mod dictation;
mod field;
mod files;
mod menu;
pub(in crate::app) use menu::MODELS;
mod suggest;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use self::dictation::Dictation;
use self::field::Field;
use super::icon::{CLOSE, REPLY, SEND, STOP, icon};
use crate::app::chat::driver::Chat;
use crate::app::chat::state::{Phase, ThreadState};
use crate::app::{browser, here};
use crate::domain::text::MESSAGE_MAX_BYTES;

/// The composer.
#[component]
pub(in crate::app) fn Composer(chat: Chat) -> impl IntoView {
    let texts = here();
    let state = chat.state;
    let compose = chat.compose;
    let draft = compose.draft;
    // Without JavaScript the button must work, and both first renders must be equal.
    let is_alive = RwSignal::new(false);
    Effect::new(move || is_alive.set(true));

    let is_busy = Memo::new(move |_| state.with(ThreadState::busy));
    let is_resting = Memo::new(move |_| state.with(|state| state.phase == Phase::Idle && !state.missing));
    let is_refused = Memo::new(move |_| draft.with(|draft| compose.refuses(draft)));
    let excess = Memo::new(move |_| draft.with(|draft| draft.text().len().saturating_sub(MESSAGE_MAX_BYTES).div_ceil(1024)));
    let thread = Memo::new(move |_| state.with(|state| state.id.clone().unwrap_or_default()));
    let field = Field::new(compose);
    // After the field has taken over what was typed before this ran.
    Effect::new(move |has_begun: Option<()>| {
        draft.track();
        match has_begun {
            None => chat.restore_draft(),
            Some(()) => chat.keep_draft(),
        }
    });
    let dictation = Dictation::new(compose);
    menu::remember_models(chat, thread);

    // Back to the composer after an answer, in a new thread, and with a quote, if the focus is free to go.
    Effect::new(move |before: Option<()>| {
        thread.track();
        is_busy.track();
        if before.is_some() && !browser::is_touch() && browser::focus_is_lost() {
            field.focus();
        }
    });
    Effect::new(move |before: Option<()>| {
        if chat.quote.with(Option::is_some) && before.is_some() {
            field.focus();
        }
    });

    let navigate = use_navigate();
    let new_thread = Callback::new(move |()| navigate("/chat", NavigateOptions::default()));
    let submit = move || {
        dictation.cut();
        if chat.submit() {
            new_thread.run(());
        }
    };
    // What waited for its files goes when the last one is there, and waits no more when one fails.
    Effect::new(move || {
        if compose.waits.get() && !compose.files.are_coming() {
            submit();
        }
    });
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let is_free = !event.default_prevented() && !event.is_composing() && !browser::has_overlay();
            if event.key() == "Escape" && is_free {
                if untrack(|| dictation.is_on()) {
                    dictation.stop();
                } else if is_busy.get_untracked() {
                    chat.stop();
                    field.focus();
                }
            }
        });
        on_cleanup(move || listener.remove());
    });
    let stop = move |_| {
        chat.stop();
        field.focus();
    };
    let sent = move |event: SubmitEvent| {
        event.prevent_default();
        submit();
        field.focus();
    };
    let cannot_go = move || is_alive.get() && (is_refused.get() || !is_resting.get());
    let send_or_stop = move || {
        if is_busy.get() {
            view! {
                <button type="button" class="round strong stop" data-testid="stop" aria-label=texts.stop title=texts.stop on:click=stop>
                    {icon(STOP)}
                </button>
            }
            .into_any()
        } else {
            view! {
                <button class="round strong" data-testid="send" aria-label=texts.send title=texts.send disabled=cannot_go>
                    {icon(SEND)}
                </button>
            }
            .into_any()
        }
    };

    view! {
        <form class="composer" method="post" action="/api/chat/send-form" on:submit=sent>
            <input type="hidden" name="thread" value=move || thread.get() />
            {files::doors(compose)}
            <div class="composer-box">
                {quote(chat)}
                {files::list(compose)}
                {menu::chips(compose, thread)}
                {dictation.bar()}
                <div class="composer-row">
                    {menu::menu(chat, field, thread, is_alive)}
                    {field.view(Signal::derive(move || dictation.holds_field()), submit, files::pasted)}
                    {dictation.button()}
                    {send_or_stop}
                </div>
            </div>
            <p id="composer-hint" class="hint">
                {texts.composer_hint}
            </p>
            {trouble(chat, excess)}
        </form>
    }
    .into_any()
}

/// What of an answer the message refers to.
fn quote(chat: Chat) -> AnyView {
    let texts = here();
    let shown = move |quote: String| {
        view! {
            <div class="quote" data-testid="quote">
                {icon(REPLY)}
                <span class="hidden">{texts.composing.quoted}</span>
                <blockquote dir="auto">{quote}</blockquote>
                <button
                    type="button"
                    class="small-round"
                    aria-label=texts.composing.remove_quote
                    title=texts.composing.remove_quote
                    data-testid="quote-remove"
                    on:click=move |_| {
                        chat.quote.set(None);
                        browser::focus("#composer");
                    }
                >
                    {icon(CLOSE)}
                </button>
            </div>
        }
        .into_any()
    };
    (move || chat.quote.get().map(shown)).into_any()
}

/// Why the message does not go.
fn trouble(chat: Chat, excess: Memo<usize>) -> AnyView {
    let texts = here();
    let compose = chat.compose;
    let line = move |text: String, id: &'static str| {
        view! {
            <p class="problem" role="alert" data-testid=id>
                {text}
            </p>
        }
        .into_any()
    };
    view! {
        {move || (excess.get() > 0).then(|| line(texts.too_long.with(&excess.get().to_string()), "too-long"))}
        {move || compose.needs_words.get().then(|| line(texts.composing.needs_words.to_owned(), "needs-words"))}
        {move || compose.files.have_failed().then(|| line(texts.composing.failed_files.to_owned(), "failed-files"))}
        <p class="hint" role="status" data-testid="waits">
            {move || compose.waits.get().then_some(texts.composing.waits)}
        </p>
    }
    .into_any()
}
