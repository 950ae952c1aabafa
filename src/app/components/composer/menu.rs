//! The menu beside the field: files, tasks, a tool for the message, and who answers; and what was chosen there.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::field::Field;
use super::files::PICKER;
use crate::app::Session;
use crate::app::browser::{self, Step};
use crate::app::chat::compose::Compose;
use crate::app::chat::driver::Chat;
use crate::app::components::built_in::BUILT_IN;
use crate::app::components::icon::{AT, CHECK, CLIP, CLOSE, PLUS, SPARK, TOOL, icon};
use crate::app::{here, text::Texts};

/// The tools that a message can be for, by the names that the server has for them.
pub(super) const TOOLS: [&str; 5] = ["add_task", "list_tasks", "complete_task", "update_task", "delete_task"];
/// The class by which the arrow keys find the entries.
const ENTRY: &str = "menu-entry";
const BUTTON: &str = "composer-add";

/// What the page calls a tool.
fn tool_name(texts: &'static Texts, tool: &str) -> String {
    let at = TOOLS.iter().position(|known| *known == tool);
    at.map_or(tool, |at| texts.composing.tool_names[at]).to_owned()
}

/// What the page calls a model.
fn model_name(texts: &'static Texts, model: &str) -> String {
    if model == BUILT_IN { texts.composing.built_in } else { model }.to_owned()
}

/// What those names begin with.
pub(in crate::app) const MODELS: &str = "kaam.model.";

/// Under which name the browser remembers a thread's model.
fn memory(thread: &str) -> String {
    [MODELS, thread].concat()
}

/// Follows the open thread: each has the model that was chosen in it.
pub(super) fn remember_models(chat: Chat, thread: Memo<String>) {
    let models = Session::here().viewer.models;
    let model = chat.compose.model;
    Effect::new(move |before: Option<String>| {
        let now = thread.get();
        // A new thread that gets its name takes its model along.
        let is_named = before.is_some_and(|before| before.is_empty()) && chat.state.with_untracked(|state| state.busy());
        if is_named {
            browser::remember(&memory(&now), model.get_untracked().as_deref());
        } else {
            model.set(browser::remembered(&memory(&now)).filter(|known| models.contains(known)));
        }
        now
    });
}

/// The button and its menu.
pub(super) fn menu(chat: Chat, field: Field, thread: Memo<String>, is_alive: RwSignal<bool>) -> AnyView {
    let Session { viewer, texts } = Session::here();
    let compose = chat.compose;
    let is_open = RwSignal::new(false);
    let close = move |takes_focus: bool| {
        is_open.set(false);
        if takes_focus {
            browser::focus(&["#", BUTTON].concat());
        }
    };
    Effect::new(move || {
        if is_open.get() {
            request_animation_frame(|| browser::move_focus(ENTRY, Step::First));
        }
    });
    Effect::new(move || {
        let elsewhere = window_event_listener(leptos::ev::pointerdown, move |event| {
            if is_open.get_untracked() && !browser::comes_from(&event, ".add") {
                is_open.set(false);
            }
        });
        on_cleanup(move || elsewhere.remove());
    });
    let key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Before,
            "Home" => Step::First,
            "End" => Step::Last,
            "Escape" => {
                event.prevent_default();
                return close(true);
            }
            "Tab" => return is_open.set(false),
            _ => return,
        };
        event.prevent_default();
        browser::move_focus(ENTRY, step);
    };
    let models = StoredValue::new(viewer.models);
    let content = move || {
        let attach = entry(
            CLIP,
            texts.composing.attach.to_owned(),
            Some(texts.composing.attach_note),
            "menu-attach",
            move || {
                close(true);
                browser::click(&["#", PICKER].concat());
            },
        );
        let mention = entry(AT, texts.composing.mention.to_owned(), None, "menu-mention", move || {
            close(false);
            field.mention();
        });
        let tools = TOOLS.map(|tool| {
            let is_chosen = move || compose.tool.with(|chosen| chosen.as_deref() == Some(tool));
            radio(tool_name(texts, tool), ["menu-", tool].concat(), is_chosen, move || {
                compose.tool.set(if untrack(is_chosen) { None } else { Some(tool.to_owned()) });
                close(false);
                field.focus();
            })
        });
        let names = models.get_value();
        let usual = names.first().cloned();
        let has_choice = names.len() > 1;
        let picker = names.into_iter().map(|model| {
            let is_usual = usual.as_ref() == Some(&model);
            let name = model.clone();
            let is_chosen = move || {
                compose
                    .model
                    .with(|chosen| chosen.as_ref().map_or(is_usual, |chosen| *chosen == name))
            };
            radio(model_name(texts, &model), ["menu-model-", &model].concat(), is_chosen, move || {
                let chosen = Some(model.clone()).filter(|_| !is_usual);
                let thread = thread.get_untracked();
                if !thread.is_empty() {
                    browser::remember(&memory(&thread), chosen.as_deref());
                }
                compose.model.set(chosen);
                close(false);
                field.focus();
            })
        });
        let picker = picker.collect_view();
        view! {
            <div id="composer-menu" class="over is-open add-menu" role="menu" aria-label=texts.composing.menu on:keydown=key>
                {attach}
                {mention}
                <div role="group" aria-label=texts.composing.tools>
                    <p class="menu-title" aria-hidden="true">
                        {texts.composing.tools}
                    </p>
                    {tools.into_iter().collect_view()}
                </div>
                {has_choice
                    .then(|| {
                        view! {
                            <div role="group" aria-label=texts.composing.models>
                                <p class="menu-title" aria-hidden="true">
                                    {texts.composing.models}
                                </p>
                                {picker}
                            </div>
                        }
                        .into_any()
                    })}
            </div>
        }
        .into_any()
    };
    view! {
        <div class="add" class:asleep=move || !is_alive.get()>
            <button
                id=BUTTON
                type="button"
                class="round"
                data-testid="add"
                aria-label=texts.composing.menu
                title=texts.composing.menu
                aria-haspopup="menu"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                {icon(PLUS)}
            </button>
            {move || is_open.get().then(content)}
        </div>
    }
    .into_any()
}

fn entry(path: &'static str, name: String, note: Option<&'static str>, id: &'static str, chosen: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" role="menuitem" tabindex="0" class=ENTRY data-testid=id on:click=move |_| chosen()>
            {icon(path)}
            <span>
                {name} {note.map(|note| view! { <span class="menu-note">{note}</span> }.into_any())}
            </span>
        </button>
    }
    .into_any()
}

fn radio(name: String, id: String, is_chosen: impl Fn() -> bool + Clone + Send + Sync + 'static, chosen: impl Fn() + 'static) -> AnyView {
    let is_checked = is_chosen.clone();
    view! {
        <button
            type="button"
            role="menuitemradio"
            tabindex="-1"
            class=ENTRY
            data-testid=id
            aria-checked=move || is_checked().to_string()
            on:click=move |_| chosen()
        >
            <span class="menu-mark">{move || is_chosen().then(|| icon(CHECK))}</span>
            <bdi>{name}</bdi>
        </button>
    }
    .into_any()
}

/// What was chosen, and can be taken back.
pub(super) fn chips(compose: Compose, thread: Memo<String>) -> AnyView {
    let texts = here();
    let chip = move |path: &'static str, name: String, id: &'static str, remove: fn(Compose, Memo<String>)| {
        let label = texts.composing.remove.with(&name);
        view! {
            <span class="chip" data-testid=id>
                {icon(path)}
                <bdi>{name}</bdi>
                <button type="button" class="small-round" aria-label=label.clone() title=label on:click=move |_| remove(compose, thread)>
                    {icon(CLOSE)}
                </button>
            </span>
        }
        .into_any()
    };
    let tool = move || {
        let tool = compose.tool.get()?;
        Some(chip(TOOL, tool_name(texts, &tool), "tool-chip", |compose, _| {
            compose.tool.set(None)
        }))
    };
    let model = move || {
        let model = compose.model.get()?;
        Some(chip(SPARK, model_name(texts, &model), "model-chip", |compose, thread| {
            browser::remember(&memory(&thread.get_untracked()), None);
            compose.model.set(None);
        }))
    };
    view! { <div class="chips">{tool} {model}</div> }.into_any()
}
