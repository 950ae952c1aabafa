//! One thread in the menu, with what can be done to it.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::{Details, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::confirm::Question;
use super::icon::{DOTS, TRASH, icon};
use crate::api::view::{ThreadPage, ThreadSummary};
use crate::api::{ApiError, chat as door};
use crate::app::{Threads, browser, here};
use crate::domain::text;

/// The longest title, in characters.
const TITLE_MAX: usize = 200;

/// A thread: the link to it, and behind the dots a form for its title and the way to delete it.
#[component]
pub(in crate::app) fn ThreadRow(
    id: String,
    list: RwSignal<ThreadPage>,
    threads: Threads,
    asked: RwSignal<Option<Question>>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let texts = here();
    let href = ["/chat/", &id].concat();
    let id = StoredValue::new(id);
    let summary = Memo::new(move |_| {
        list.with(|list| id.with_value(|id| list.threads.iter().find(|thread| thread.id == *id).cloned()))
            .unwrap_or(ThreadSummary {
                id: String::new(),
                title: String::new(),
                live: false,
                archived: false,
            })
    });
    let title = move || texts.thread_title(&summary.read().title);
    let path = use_location().pathname;
    let is_open = {
        let href = href.clone();
        Memo::new(move |_| path.with(|path| *path == href))
    };
    let menu = NodeRef::<Details>::new();
    let field = NodeRef::<Input>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };

    let rename = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let title = match text::line(&field.value(), TITLE_MAX) {
            Ok(title) => title,
            Err(text::TextError::Blank) => return error.set(Some(ApiError::Blank)),
            Err(text::TextError::TooLong) => return error.set(Some(ApiError::TooLong)),
        };
        close();
        let id = id.get_value();
        spawn_local(async move {
            match door::rename_thread(id.clone(), title.clone()).await {
                Ok(()) => {
                    let _ = error.try_set(None);
                    let _ = list.try_update(|list| {
                        list.threads
                            .iter_mut()
                            .filter(|thread| thread.id == id)
                            .for_each(|thread| thread.title.clone_from(&title));
                    });
                    threads.renamed.set(Some((id, title)));
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    };

    let archive = move |event: SubmitEvent| {
        event.prevent_default();
        close();
        let (id, archived) = (id.get_value(), !summary.read_untracked().archived);
        spawn_local(async move {
            match door::archive(id.clone(), archived).await {
                Ok(()) => {
                    let _ = list.try_update(|list| {
                        list.threads
                            .iter_mut()
                            .filter(|thread| thread.id == id)
                            .for_each(|thread| thread.archived = archived);
                    });
                    threads.archived.set(Some((id, archived)));
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    };

    let navigate = use_navigate();
    let deleted = Callback::new(move |()| {
        let id = id.get_value();
        let leave = is_open.get_untracked().then(|| navigate.clone());
        spawn_local(async move {
            match door::delete_thread(id.clone()).await {
                Ok(()) | Err(ApiError::NotFound) => {
                    let _ = list.try_update(|list| list.threads.retain(|thread| thread.id != id));
                    if let Some(navigate) = leave {
                        navigate("/chat", NavigateOptions::default());
                    }
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    });
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        close();
        asked.set(Some(Question {
            text: texts.delete_thread_question,
            name: title(),
            note: Some(texts.delete_thread_note),
            lines: Vec::new(),
            yes_text: texts.delete,
            yes: deleted,
        }));
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && menu.get_untracked().is_some_and(|menu| menu.open()) {
            event.prevent_default();
            close();
        }
    };

    view! {
        <li class="thread" class:is-open=is_open>
            <a
                href=href
                class="thread-link"
                data-testid="thread"
                aria-current=move || is_open.get().then_some("page")
                on:click=|_| browser::hide_popover("sidebar")
            >
                {move || {
                    summary.read().live.then(|| view! { <span class="live" role="img" aria-label=texts.thread_live title=texts.thread_live></span> }.into_any())
                }}
                <bdi class="thread-title" dir=move || text::direction(&title())>
                    {title}
                </bdi>
            </a>
            <details class="thread-menu" node_ref=menu on:keydown=escape>
                <summary class="round" aria-label=move || texts.thread_options.with(&title())>
                    {icon(DOTS)}
                </summary>
                <div class="thread-forms">
                    <form method="post" action="/api/chat/rename" on:submit=rename class="inline-form">
                        <input type="hidden" name="id" value=id.get_value() />
                        <input
                            type="text"
                            name="title"
                            class="field"
                            dir="auto"
                            required
                            maxlength=TITLE_MAX.to_string()
                            autocomplete="off"
                            aria-label=texts.new_title
                            value=move || summary.read().title.clone()
                            node_ref=field
                        />
                        <button class="button small">{texts.rename}</button>
                    </form>
                    <form method="post" action="/api/chat/archive" on:submit=archive>
                        <input type="hidden" name="id" value=id.get_value() />
                        <input type="hidden" name="archived" value=move || (!summary.read().archived).to_string() />
                        <button class="button small" data-testid="archive">
                            {move || if summary.read().archived { texts.reopen } else { texts.archive }}
                        </button>
                    </form>
                    <form method="post" action="/api/chat/delete" on:submit=ask>
                        <input type="hidden" name="id" value=id.get_value() />
                        <button class="button small danger-text">{icon(TRASH)} {texts.delete_thread}</button>
                    </form>
                </div>
            </details>
        </li>
    }
    .into_any()
}
