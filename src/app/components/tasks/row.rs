//! A task in a list.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::board::Board;
use crate::api::view::TaskView;
use crate::app::components::confirm::Question;
use crate::app::components::icon::{AGAIN, CHECK, CLOCK, FLAG, TRASH, icon};
use crate::app::here;
use crate::app::text::value_of;
use crate::domain::text::direction;

#[component]
pub(super) fn Row(board: Board, task: TaskView) -> impl IntoView {
    let texts = here();
    let back = use_location().pathname;
    let TaskView {
        id,
        title,
        notes,
        done,
        priority,
        due,
        due_iso,
        repeat,
        overdue,
    } = task;
    let (id, name) = (StoredValue::new(id), StoredValue::new(title.clone()));
    let is_selected = move || board.selected.with(|selected| id.with_value(|id| selected.as_ref() == Some(id)));
    let select = move |_| board.selected.set(Some(id.get_value()));
    let toggle = move |event: SubmitEvent| {
        event.prevent_default();
        name.with_value(|name| board.set_done(id.get_value(), name, !done));
    };
    // The second click of a double one meets the row that has come into this one's place.
    let only_once = |event: MouseEvent| {
        if event.detail() > 1 {
            event.prevent_default();
        }
    };
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        board.asked.set(Some(Question {
            text: texts.delete_task_question,
            name: name.get_value(),
            note: None,
            lines: Vec::new(),
            yes_text: texts.delete,
            yes: Callback::new(move |()| name.with_value(|name| board.delete(id.get_value(), name))),
        }));
    };
    let flag = usize::from(priority)
        .checked_sub(1)
        .and_then(|at| texts.priorities.get(at))
        .map(|name| {
            view! {
                <span class="tag" data-priority=priority.to_string()>
                    {icon(FLAG)}
                    {*name}
                </span>
            }
            .into_any()
        });
    let when = (!due.is_empty()).then(|| {
        view! {
            <span class="tag" class:is-late=overdue>
                {icon(CLOCK)}
                <time datetime=due_iso>{due}</time>
                {overdue.then(|| view! { <span class="late">{texts.overdue}</span> }.into_any())}
            </span>
        }
        .into_any()
    });
    let again = (!repeat.is_empty()).then(|| {
        view! {
            <span class="tag" title=texts.repeats data-testid="repeats">
                {icon(AGAIN)}
                {repeat}
            </span>
        }
        .into_any()
    });
    view! {
        <li
            class="task"
            class:is-done=done
            data-testid="task"
            id=["task-", &id.get_value()].concat()
            data-task-id=id.get_value()
            aria-current=move || is_selected().then_some("true")
        >
            <form method="post" action="/api/tasks/set-done" on:submit=toggle>
                <input type="hidden" name="id" value=id.get_value() />
                <input type="hidden" name="done" value=(!done).to_string() />
                <input type="hidden" name="back" value=move || back.get() />
                <button class="tick" role="checkbox" aria-checked=done.to_string() aria-label=texts.complete_task.with(&title) on:click=only_once>
                    <span class="tick-box">{icon(CHECK)}</span>
                </button>
            </form>
            <div class="task-body">
                <p class="task-title">
                    <button type="button" class="task-select" aria-pressed=move || is_selected().to_string() on:click=select>
                        {value_of(title.clone())}
                    </button>
                </p>
                {(!notes.is_empty())
                    .then(|| {
                        view! {
                            <p class="task-notes" dir=direction(&notes)>
                                {notes.clone()}
                            </p>
                        }
                    })}
                {(when.is_some() || again.is_some() || flag.is_some())
                    .then(|| view! { <p class="tags">{when} {again} {flag}</p> }.into_any())}
            </div>
            <form method="post" action="/api/tasks/delete" on:submit=ask>
                <input type="hidden" name="id" value=id.get_value() />
                <input type="hidden" name="back" value=move || back.get() />
                <button class="round faint" aria-label=texts.delete_task.with(&title) data-testid="delete-task">
                    {icon(TRASH)}
                </button>
            </form>
        </li>
    }
    .into_any()
}
