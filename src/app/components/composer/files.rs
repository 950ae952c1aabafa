//! The files of the next message: how far they are, and the ways in which they come.

use leptos::ev::{self, ClipboardEvent};
use leptos::html::Input;
use leptos::prelude::*;

use crate::app::browser::upload;
use crate::app::chat::compose::Compose;
use crate::app::chat::files::{ACCEPTED, FileEntry, Stage, Trouble};
use crate::app::components::each::each;
use crate::app::components::icon::{AGAIN, CHECK, CLOSE, FILE, icon};
use crate::app::here;

/// The field behind the menu's entry.
pub(super) const PICKER: &str = "composer-files";

/// Takes files that are pasted; text stays the browser's business. Cells of a spreadsheet come as text, as HTML and as their picture: what is
/// meant is the text. (A picture that is copied from a page has HTML and no text, a file its name and no HTML.)
pub(super) fn pasted(compose: Compose, event: &ClipboardEvent) -> bool {
    if upload::pasted_text(event) {
        return false;
    }
    let files = upload::files_of(event, "clipboardData");
    let has_files = !files.is_empty();
    compose.files.add(files);
    has_files
}

/// The field for files, and the place where they can be dropped: anywhere on the page.
pub(super) fn doors(compose: Compose) -> AnyView {
    let picker = NodeRef::<Input>::new();
    // Entered and left are told for every element on the way.
    let depth = RwSignal::new(0_i32);
    Effect::new(move || {
        let entered = window_event_listener(ev::dragenter, move |event| {
            if upload::drags_files(&event) {
                depth.update(|depth| *depth += 1);
            }
        });
        let left = window_event_listener(ev::dragleave, move |event| {
            if upload::drags_files(&event) {
                depth.update(|depth| *depth = (*depth - 1).max(0));
            }
        });
        let over = window_event_listener(ev::dragover, move |event| {
            if upload::drags_files(&event) {
                event.prevent_default();
            }
        });
        let dropped = window_event_listener(ev::drop, move |event| {
            if upload::drags_files(&event) {
                event.prevent_default();
                depth.set(0);
                compose.files.add(upload::files_of(&event, "dataTransfer"));
            }
        });
        on_cleanup(move || {
            entered.remove();
            left.remove();
            over.remove();
            dropped.remove();
        });
    });
    let picked = move |event: ev::Event| {
        compose.files.add(upload::files_of(&event, "target"));
        if let Some(picker) = picker.get_untracked() {
            // The same file can be chosen again after it was removed.
            picker.set_value("");
        }
    };
    view! {
        <input
            id=PICKER
            type="file"
            class="hidden"
            data-testid="file-input"
            multiple
            accept=ACCEPTED
            tabindex="-1"
            aria-hidden="true"
            node_ref=picker
            on:change=picked
        />
        {move || {
            (depth.get() > 0)
                .then(|| {
                    view! {
                        <div class="drop" data-testid="drop">
                            <p>{icon(FILE)} {here().composing.drop}</p>
                        </div>
                    }
                    .into_any()
                })
        }}
    }
    .into_any()
}

/// The list.
pub(super) fn list(compose: Compose) -> AnyView {
    let texts = here();
    let files = compose.files;
    let keys = move || files.list.with(|list| list.iter().map(|entry| entry.key.to_string()).collect());
    let entry = move |key: String| file(compose, key.parse().unwrap_or_default());
    view! {
        <ul class="files" aria-label=texts.composing.files hidden=move || files.list.with(Vec::is_empty)>
            {each(keys, entry)}
        </ul>
    }
    .into_any()
}

fn file(compose: Compose, key: u32) -> AnyView {
    let texts = here();
    let files = compose.files;
    let of = move |list: &Vec<FileEntry>| list.iter().find(|entry| entry.key == key).cloned();
    let Some(FileEntry { name, picture, .. }) = files.list.with_untracked(of) else {
        return ().into_any();
    };
    let stage = move || files.list.with(of).map(|entry| entry.stage);
    let remove = texts.composing.remove.with(&name);
    let again = [texts.try_again, ": ", &name].concat();
    let sight = match picture {
        Some(url) => view! { <img src=url alt="" /> }.into_any(),
        None => icon(FILE),
    };
    let state = move || match stage() {
        Some(Stage::Sending(part)) => view! {
            <progress max="100" value=part aria-label=texts.composing.sending.with(&part.to_string())></progress>
        }
        .into_any(),
        Some(Stage::Failed(trouble)) => view! {
            <span class="file-trouble" role="alert">
                {reason(trouble)}
            </span>
        }
        .into_any(),
        Some(Stage::Ready(_)) => view! { <span class="file-ready">{icon(CHECK)}</span> }.into_any(),
        None => ().into_any(),
    };
    let retry = move || {
        matches!(stage(), Some(Stage::Failed(trouble)) if trouble.may_pass()).then(|| {
            view! {
                <button type="button" class="small-round" aria-label=again.clone() title=texts.try_again data-testid="file-retry" on:click=move |_| files.retry(key)>
                    {icon(AGAIN)}
                </button>
            }
            .into_any()
        })
    };
    let name_shown = name.clone();
    view! {
        <li class="file" class:failed=move || matches!(stage(), Some(Stage::Failed(_))) class:ready=move || matches!(stage(), Some(Stage::Ready(_))) data-testid="file">
            <span class="file-sight">{sight}</span>
            <span class="file-text">
                <bdi class="file-name" title=name>
                    {name_shown}
                </bdi>
                {state}
            </span>
            {retry}
            <button type="button" class="small-round" aria-label=remove title=texts.delete data-testid="file-remove" on:click=move |_| files.remove(key)>
                {icon(CLOSE)}
            </button>
        </li>
    }
    .into_any()
}

fn reason(trouble: Trouble) -> &'static str {
    let texts = here();
    match trouble {
        Trouble::TooLarge => texts.composing.too_large,
        Trouble::Empty => texts.composing.empty,
        Trouble::WrongKind => texts.composing.wrong_kind,
        Trouble::TooMany => texts.composing.too_many,
        Trouble::Full => texts.composing.full,
        Trouble::SignedOut => texts.signed_out,
        Trouble::Network => texts.composing.network,
        Trouble::Server => texts.composing.server,
    }
}
