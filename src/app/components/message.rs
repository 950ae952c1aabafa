//! One entry of the conversation.

use leptos::html::Div;
use leptos::prelude::*;
use std::time::Duration;

use super::each::{PART, each};
use super::icon::{CHECK, COPY, icon};
use crate::api::view::{ItemBody, StepView};
use crate::app::chat::driver::Chat;
use crate::app::{browser, here};
use crate::domain::locale::Script;
use crate::domain::text::direction;

/// The entry with an id. Only what changes of it is drawn anew.
#[component]
pub(in crate::app) fn Entry(chat: Chat, id: String) -> impl IntoView {
    let first = chat.state.with_untracked(|state| state.body(&id).cloned());
    match first {
        Some(ItemBody::User { text, script }) => said(text, Some(script)),
        Some(ItemBody::Answer { .. }) => answer(chat, id),
        Some(ItemBody::Steps(_)) => steps(chat, id),
        None => ().into_any(),
    }
}

/// What the person wrote.
pub(in crate::app) fn said(text: String, script: Option<Script>) -> AnyView {
    let direction = direction(&text);
    view! {
        <article class="said" data-testid="message-user">
            <h2 class="hidden">{here().you}</h2>
            <div class="bubble" dir=direction lang=script.map(Script::tag)>
                {text}
            </div>
        </article>
    }
    .into_any()
}

fn answer(chat: Chat, id: String) -> AnyView {
    let texts = here();
    let script = {
        let id = id.clone();
        // Guessed while nothing is written yet, known at the end.
        Memo::new(move |_| {
            chat.state.with(|state| match state.body(&id) {
                Some(ItemBody::Answer { script, .. }) => *script,
                _ => Script::default(),
            })
        })
    };
    let blocks = Memo::new(move |_| {
        chat.state.with(|state| match state.body(&id) {
            Some(ItemBody::Answer { blocks, .. }) => blocks.clone(),
            _ => Vec::new(),
        })
    });
    let keys = move || blocks.with(|blocks| blocks.iter().enumerate().map(|(at, html)| format!("{at}{PART}{html}")).collect());
    let block = |key: String| {
        let html = key.split_once(PART).map(|(_, html)| html.to_owned());
        view! { <div class="block" inner_html=html.unwrap_or_default()></div> }.into_any()
    };
    let whole = NodeRef::<Div>::new();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if whole.get_untracked().is_some_and(|whole| browser::copy(&whole.inner_text())) {
            copied.set(true);
            set_timeout(
                move || {
                    let _ = copied.try_set(false);
                },
                Duration::from_secs(2),
            );
        }
    };
    view! {
        <article class="answer" data-testid="message-answer">
            <h2 class="hidden">{texts.assistant}</h2>
            <div class="prose" lang=move || script.get().tag() dir=move || if script.get() == Script::Ur { "rtl" } else { "ltr" } node_ref=whole>
                {each(keys, block)}
            </div>
            <button type="button" class="copy" on:click=copy aria-label=texts.copy title=texts.copy>
                {move || if copied.get() { icon(CHECK) } else { icon(COPY) }}
                <span class="hidden" role="status">
                    {move || copied.get().then_some(texts.copied)}
                </span>
            </button>
        </article>
    }
    .into_any()
}

fn steps(chat: Chat, id: String) -> AnyView {
    let texts = here();
    let steps = Memo::new(move |_| {
        chat.state.with(|state| match state.body(&id) {
            Some(ItemBody::Steps(steps)) => steps.clone(),
            _ => Vec::new(),
        })
    });
    let keys = move || {
        steps.with(|steps| {
            let key = |(at, StepView { title, running }): (usize, &StepView)| format!("{at}{PART}{running}{PART}{title}");
            steps.iter().enumerate().map(key).collect()
        })
    };
    let step = move |key: String| {
        let mut parts = key.splitn(3, PART).skip(1);
        let running = parts.next() == Some("true");
        let title = parts.next().unwrap_or_default().to_owned();
        view! {
            <li class="step" class:is-running=running data-testid="step">
                {if running { view! { <span class="spinner" aria-hidden="true"></span> }.into_any() } else { icon(CHECK) }}
                <bdi dir=texts.locale.dir()>{title}</bdi>
                <span class="hidden">{if running { texts.step_running } else { texts.step_done }}</span>
            </li>
        }
        .into_any()
    };
    view! {
        <ul class="steps" aria-label=texts.steps>
            {each(keys, step)}
        </ul>
    }
    .into_any()
}
