//! The line in which new tasks are described, and what came of the last one.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::board::Board;
use crate::api::tasks as door;
use crate::app::text::told;
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
    // What is said of the task that was added, and the token by which that is taken back, as long as it can be.
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
        let asked = Box::pin(async move {
            let _on_its_way = on_its_way;
            let (id, said, token) = door::add_task(text, key, String::new()).await?;
            field.set_value("");
            let _ = tried.try_set(None);
            let _ = board.fresh.try_update(|fresh| fresh.insert(0, id));
            if !token.is_empty() {
                board.toast.offer(token.clone(), said.clone());
            }
            let _ = added.try_set(Some((said, token)));
            Ok(String::new())
        });
        board.ask(asked, None, None);
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
    // Taken back by another way, it is not spoken of any more.
    let is_there = move |token: &String| !token.is_empty() && board.toast.has(token);
    let undo = move |_| {
        let Some((said, token)) = added.get_untracked() else { return };
        browser::focus("#new-task");
        board.toast.forget(&token);
        let asked = Box::pin(async move {
            let answer = door::undo(token.clone(), String::new()).await;
            if answer.is_ok() {
                let _ = added.try_set(Some((texts.undone.to_owned(), String::new())));
            } else {
                board.toast.offer(token, said);
            }
            answer.map(|()| String::new())
        });
        board.ask(asked, None, None);
    };
    let cannot_undo = move || added.with(|added| added.as_ref().is_none_or(|(_, token)| !is_there(token)));
    let said = move || added.get().filter(|(_, token)| token.is_empty() || is_there(token));
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
                {move || said().map(|(said, _)| told(&said, texts.locale))}
            </p>
            <button type="button" class="button small quiet" hidden=cannot_undo on:click=undo data-testid="undo-add">
                {texts.undo}
            </button>
        </div>
    }
    .into_any()
}
