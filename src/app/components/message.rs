//! One entry of the conversation.

use leptos::ev::SubmitEvent;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::time::Duration;

use super::each::{PART, each};
use super::icon::{AGAIN, BAD, CHECK, CLOCK, COPY, GOOD, REPLY, SPEAKER, STOP, icon};
use super::widget::{WidgetAction, WidgetView};
use crate::api::view::{ItemBody, StepView, StepsView};
use crate::app::browser;
use crate::app::chat::compose;
use crate::app::chat::driver::Chat;
use crate::app::here;
use crate::app::text::told;
use crate::domain::locale::Script;
use crate::domain::text::direction;

/// The longest quote, in characters.
const QUOTE_MAX: usize = 2000;

/// The entry with an id. Only what changes of it is drawn anew.
#[component]
pub(in crate::app) fn Entry(chat: Chat, id: String) -> impl IntoView {
    let first = chat.state.with_untracked(|state| state.body(&id).cloned());
    match first {
        Some(ItemBody::User { html, dir, script }) => said(html, dir.name(), Some(script)),
        Some(ItemBody::Answer { .. }) => answer(chat, id),
        Some(ItemBody::Steps(_)) => steps(chat, id),
        Some(ItemBody::Widget { .. }) => widget(chat, id),
        Some(ItemBody::Html(_) | ItemBody::Call { .. }) => html(chat, id),
        None => ().into_any(),
    }
}

/// What the person wrote, as safe HTML.
fn said(html: String, dir: &'static str, script: Option<Script>) -> AnyView {
    view! {
        <article class="said" data-testid="message-user">
            <h2 class="hidden">{here().you}</h2>
            <div class="bubble" dir=dir lang=script.map(Script::tag) inner_html=html></div>
        </article>
    }
    .into_any()
}

/// The language of what the server has not seen yet, for fonts and line heights; it finds out better.
fn guessed(direction: &str) -> &'static str {
    if direction == "rtl" { "ur" } else { "en" }
}

/// What the person is sending: the server has not seen it yet.
pub(in crate::app) fn sending(text: String) -> AnyView {
    view! {
        <article class="said" data-testid="message-user">
            {unread(text)}
        </article>
    }
    .into_any()
}

/// Words that the server has not had, so that nobody has said yet which language they are in.
fn unread(words: String) -> impl IntoView {
    let direction = direction(&words);
    view! {
        <h2 class="hidden">{here().you}</h2>
        <div class="bubble" dir=direction lang=guessed(direction)>
            {words}
        </div>
    }
}

/// What the person has written and no connection has carried, by its key; or what the server did not take.
pub(in crate::app) fn waiting(chat: Chat, key: &str) -> AnyView {
    let texts = here().composing;
    let Some(kept) = untrack(|| chat.waiting()).into_iter().find(|kept| kept.key == key) else {
        return ().into_any();
    };
    let words = compose::words(&kept.message, &kept.files);
    let line = match &kept.refused {
        None => texts.waiting.to_owned(),
        Some(error) => texts.refused.with(&here().error(error)),
    };
    view! {
        <article class="said waiting" data-testid="waiting">
            {unread(words)}
            <p class="waiting-note" role="status">
                {icon(CLOCK)}
                <span>{line}</span>
                <button type="button" class="button small" data-testid="take-back" on:click=move |_| chat.take_back(kept.clone())>
                    {texts.take_back}
                </button>
            </p>
        </article>
    }
    .into_any()
}

/// A widget; what is done in it goes to the one who can do it.
fn widget(chat: Chat, id: String) -> AnyView {
    let shown = StoredValue::new(id);
    let body = Memo::new(move |_| {
        chat.state.with(|state| match shown.with_value(|id| state.body(id).cloned()) {
            Some(ItemBody::Widget { html, copy }) => (html, copy),
            _ => (String::new(), String::new()),
        })
    });
    let act = Callback::new(move |action: WidgetAction| chat.act(shown.get_value(), action));
    view! {
        <section class="widget-item" id=shown.get_value() data-testid="widget-item">
            <WidgetView html=Signal::derive(move || body.with(|(html, _)| html.clone())) act />
            {move || {
                body.with(|(_, copy)| !copy.is_empty())
                    .then(|| {
                        view! { <div class="entry-actions">{copy_button(move || Some(body.with_untracked(|(_, copy)| copy.clone())))}</div> }
                            .into_any()
                    })
            }}
        </section>
    }
    .into_any()
}

/// Something that the server has drawn as a whole: a form, a picture, a call of the page's tool.
fn html(chat: Chat, id: String) -> AnyView {
    let texts = here();
    let shown = StoredValue::new(id);
    let body = Memo::new(move |_| chat.state.with(|state| shown.with_value(|id| state.body(id).cloned())));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let button = event.submitter();
        let skips = button
            .as_ref()
            .is_some_and(|button| button.get_attribute("name").as_deref() == Some("skip"));
        if let Some(form) = event.target().and_then(|form| form.dyn_into::<Element>().ok()) {
            let chosen = button.as_deref().and_then(browser::chosen);
            chat.answer_form(shown.get_value(), chosen.unwrap_or_else(|| browser::answers(&form)), skips);
        }
    };
    view! {
        <section class="entry-html" id=shown.get_value() on:submit=submit>
            {move || match body.get() {
                Some(ItemBody::Html(html)) => view! { <div inner_html=html></div> }.into_any(),
                Some(ItemBody::Call { title, pending, .. }) => {
                    view! {
                        <p class="step" class:is-running=pending data-testid="step">
                            {if pending { view! { <span class="spinner" aria-hidden="true"></span> }.into_any() } else { icon(CHECK) }}
                            {told(&title, texts.locale)}
                        </p>
                    }
                        .into_any()
                }
                _ => ().into_any(),
            }}
        </section>
    }
    .into_any()
}

/// A button that copies a text, and says so.
fn copy_button(text: impl Fn() -> Option<String> + 'static) -> AnyView {
    let texts = here();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if text().is_some_and(|text| browser::copy(&text)) {
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
        <button type="button" class="copy" on:click=copy aria-label=texts.copy title=texts.copy>
            {move || if copied.get() { icon(CHECK) } else { icon(COPY) }}
            <span class="hidden" role="status">
                {move || copied.get().then_some(texts.copied)}
            </span>
        </button>
    }
    .into_any()
}

fn answer(chat: Chat, id: String) -> AnyView {
    let texts = here();
    let shown = StoredValue::new(id.clone());
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
        chat.state.with(|state| match shown.with_value(|id| state.body(id)) {
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
    let rating = {
        let id = shown;
        Memo::new(move |_| {
            chat.state.with(|state| match id.with_value(|id| state.body(id).cloned()) {
                Some(ItemBody::Answer { rating, .. }) => rating,
                _ => None,
            })
        })
    };
    let is_spoken = move || chat.spoken.with(|spoken| shown.with_value(|id| spoken.as_ref() == Some(id)));
    let read_label = move || if is_spoken() { texts.stop_reading } else { texts.read_aloud };
    let read_aloud = move |_| {
        if let Some(whole) = whole.get_untracked() {
            chat.speak(shown.get_value(), spoken_texts(&whole, script.get_untracked()));
        }
    };
    let is_whole = Memo::new(move |_| {
        chat.state
            .with(|state| !state.busy() || !state.items.last().is_some_and(|item| shown.with_value(|id| *id == item.id)))
    });
    let quote = move |_| {
        if let Some(whole) = whole.get_untracked() {
            let text = browser::selected_in(&whole).unwrap_or_else(|| whole.inner_text());
            chat.quote.set(Some(text.chars().take(QUOTE_MAX).collect()));
            browser::focus("#composer");
        }
    };
    let rate = move |good: bool, label: &'static str, path: &'static str| {
        let is_pressed = move || rating.get() == Some(good);
        view! {
            <button
                type="button"
                class="copy"
                aria-label=label
                title=label
                aria-pressed=move || is_pressed().to_string()
                data-testid=if good { "rate-good" } else { "rate-bad" }
                on:click=move |_| chat.rate(shown.get_value(), (rating.get_untracked() != Some(good)).then_some(good))
            >
                {icon(path)}
            </button>
        }
        .into_any()
    };
    view! {
        <article class="answer" id=id data-testid="message-answer">
            <h2 class="hidden">{texts.assistant}</h2>
            <div class="prose" lang=move || script.get().tag() dir=move || if script.get() == Script::Ur { "rtl" } else { "ltr" } node_ref=whole>
                {each(keys, block)}
            </div>
            <div class="entry-actions" class:is-waiting=move || !is_whole.get()>
                {copy_button(move || whole.get_untracked().map(|whole| whole.inner_text()))}
                <button type="button" class="copy" aria-label=texts.quote_answer title=texts.quote_answer data-testid="quote" on:click=quote>
                    {icon(REPLY)}
                </button>
                {rate(true, texts.rate_good, GOOD)}
                {rate(false, texts.rate_bad, BAD)}
                <button
                    type="button"
                    class="copy read-aloud"
                    aria-label=read_label
                    title=read_label
                    aria-pressed=move || is_spoken().to_string()
                    data-testid="read-aloud"
                    on:click=read_aloud
                >
                    {move || icon(if is_spoken() { STOP } else { SPEAKER })}
                </button>
                <button
                    type="button"
                    class="copy again"
                    aria-label=texts.answer_again
                    title=texts.answer_again
                    data-testid="answer-again"
                    on:click=move |_| chat.retry(shown.get_value())
                >
                    {icon(AGAIN)}
                </button>
            </div>
        </article>
    }
    .into_any()
}

/// What there is to say of an answer: its blocks, each in its language.
fn spoken_texts(whole: &HtmlElement, script: Script) -> Vec<(String, &'static str)> {
    let blocks = whole.get_elements_by_class_name("block");
    let block = |at| blocks.item(at)?.first_element_child()?.dyn_into::<HtmlElement>().ok();
    let said = |block: HtmlElement| {
        let language = block.get_attribute("lang").unwrap_or_else(|| script.tag().to_owned());
        // A voice for Urdu also knows what to do with Urdu in Latin letters; an English one does not.
        let voice = if language.starts_with("ur") { "ur-PK" } else { "en-US" };
        (block.inner_text(), voice)
    };
    (0..blocks.length()).filter_map(block).map(said).collect()
}

fn steps(chat: Chat, id: String) -> AnyView {
    let texts = here();
    let steps = Memo::new(move |_| {
        chat.state.with(|state| match state.body(&id) {
            Some(ItemBody::Steps(steps)) => steps.clone(),
            _ => StepsView::default(),
        })
    });
    let keys = move || {
        steps.with(|steps| {
            let key =
                |(at, StepView { title, detail, running }): (usize, &StepView)| format!("{at}{PART}{running}{PART}{title}{PART}{detail}");
            steps.steps.iter().enumerate().map(key).collect()
        })
    };
    let step = move |key: String| {
        let mut parts = key.splitn(4, PART).skip(1);
        let running = parts.next() == Some("true");
        let title = parts.next().unwrap_or_default().to_owned();
        let detail = parts.next().unwrap_or_default().to_owned();
        view! {
            <li class="step" class:is-running=running data-testid="step">
                {if running { view! { <span class="spinner" aria-hidden="true"></span> }.into_any() } else { icon(CHECK) }}
                {told(&title, texts.locale)}
                <span class="hidden">{if running { texts.step_running } else { texts.step_done }}</span>
                {(!detail.is_empty()).then(|| view! { <div class="step-detail prose" inner_html=detail></div> }.into_any())}
            </li>
        }
        .into_any()
    };
    let list = move || {
        view! {
            <ul class="steps" aria-label=texts.steps>
                {each(keys, step)}
            </ul>
        }
        .into_any()
    };
    let fold = Memo::new(move |_| steps.with(|steps| (steps.title.clone(), steps.open)));
    (move || {
        let (title, open) = fold.get();
        if title.is_empty() {
            return list();
        }
        view! {
            <details class="folded-steps" open=open>
                <summary>
                    {told(&title, texts.locale)}
                </summary>
                {list()}
            </details>
        }
        .into_any()
    })
    .into_any()
}
