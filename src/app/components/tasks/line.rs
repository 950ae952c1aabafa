//! The line in which new tasks are described, and what came of the last one.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::board::{Board, remove};
use crate::api::tasks as door;
use crate::app::text::value_of;
use crate::app::{browser, here};

/// While this lives, a new task is on its way.
struct Sending(RwSignal<bool>);

impl Drop for Sending {
    fn drop(&mut self) {
        let _ = self.0.try_set(false);
    }
}

/// The line, and what is said of the last task.
pub(super) fn view(board: Board) -> AnyView {
    let texts = here();
    let back = use_location().pathname;
    let field = NodeRef::<Input>::new();
    let sending = RwSignal::new(false);
    // The id of the task that was added, as long as that can be taken back, and what is said of it.
    let added = RwSignal::new(None::<(String, String)>);
    // What was sent last without an answer, and its key: sent once more it is still one task.
    let tried = RwSignal::new(None::<(String, String)>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let _ = field.focus();
        let text = field.value();
        if text.trim().is_empty() || sending.get_untracked() {
            return;
        }
        let again = tried.get_untracked().filter(|(before, _)| *before == text);
        let (text, key) = again.unwrap_or_else(|| (text, browser::random_key()));
        tried.set(Some((text.clone(), key.clone())));
        sending.set(true);
        added.set(None);
        let on_its_way = Sending(sending);
        board.ask(
            Box::pin(async move {
                let _on_its_way = on_its_way;
                let answer = door::add_task(text, key, String::new()).await?;
                field.set_value("");
                let _ = tried.try_set(None);
                let _ = board.fresh.try_update(|fresh| fresh.insert(0, answer.0.clone()));
                let _ = added.try_set(Some(answer));
                Ok(())
            }),
            None,
        );
    };
    let escape = move |event: KeyboardEvent| {
        if let Some(field) = field.get_untracked()
            && event.key() == "Escape"
            && !event.is_composing()
            && !sending.get_untracked()
            && !field.value().is_empty()
        {
            // Nothing else ends by this key: neither an answer nor the panel on a small screen.
            event.prevent_default();
            field.set_value("");
        }
    };
    let undo = move |_| {
        let Some(before) = added.get_untracked() else { return };
        added.set(None);
        browser::focus("#new-task");
        board.lists.update(|lists| remove(lists, &before.0));
        board.ask(
            Box::pin(async move {
                let answer = door::delete_task(before.0.clone(), String::new()).await;
                let said = if answer.is_ok() {
                    (String::new(), texts.undone.to_owned())
                } else {
                    before
                };
                let _ = added.try_set(Some(said));
                answer
            }),
            None,
        );
    };
    let cannot_undo = move || added.with(|added| added.as_ref().is_none_or(|(id, _)| id.is_empty()));
    view! {
        <form class="new-task" method="post" action="/api/tasks/add" on:submit=submit>
            <input type="hidden" name="back" value=move || back.get() />
            <input
                id="new-task"
                class="field"
                type="text"
                name="text"
                dir="auto"
                autocomplete="off"
                aria-label=texts.new_task
                placeholder=texts.new_task_example
                readonly=move || sending.get()
                on:keydown=escape
                node_ref=field
                data-testid="new-task"
            />
            <button class="button" disabled=move || sending.get() data-testid="add-task">
                {texts.add}
            </button>
        </form>
        <div class="added">
            <p role="status" data-testid="added">
                {move || added.get().map(|(_, said)| value_of(said).into_any())}
            </p>
            <button type="button" class="button small quiet" hidden=cannot_undo on:click=undo data-testid="undo-add">
                {texts.undo}
            </button>
        </div>
    }
    .into_any()
}
