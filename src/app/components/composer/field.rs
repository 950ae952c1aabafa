//! The field itself. Behind its text lies the same text once more, unseen but for the ground of its tags, because a text area has no
//! parts that could look different.

use leptos::ev::KeyboardEvent;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use leptos::web_sys::{HtmlElement, HtmlTextAreaElement};

use super::suggest::{self, Choice, Suggest};
use crate::app::chat::compose::Compose;
use crate::app::chat::draft::{Draft, Query, from_utf16, to_utf16};
use crate::app::here;

/// The key code that old browsers give to keys which an input method handles.
const IME_KEY: u32 = 229;

/// The field, and what can be done with it from outside.
#[derive(Clone, Copy)]
pub(super) struct Field {
    compose: Compose,
    node: NodeRef<Textarea>,
    suggest: Suggest,
}

impl Field {
    pub fn new(compose: Compose) -> Self {
        let node = NodeRef::<Textarea>::new();
        // The field follows the draft where it was not the reader who changed it, and its height follows both. What was typed before
        // this ran for the first time is in the field only, and stays.
        Effect::new(move |was_there: Option<bool>| {
            let text = compose.draft.with(|draft| draft.text().to_owned());
            let Some(field) = node.get() else { return false };
            if was_there != Some(true) && text.is_empty() && !field.value().is_empty() {
                compose.draft.set(Draft::plain(field.value()));
            } else if field.value() != text {
                field.set_value(&text);
            }
            fit(&field);
            true
        });
        Self {
            compose,
            node,
            suggest: Suggest::new(compose),
        }
    }

    pub fn focus(self) {
        if let Some(field) = self.node.get_untracked() {
            let _ = field.focus();
        }
    }

    /// Begins to name a task where the caret is.
    pub fn mention(self) {
        let Some(field) = self.node.get_untracked() else { return };
        let place = self.caret(&field);
        let text = field.value();
        let is_apart = text[..place].chars().next_back().is_none_or(char::is_whitespace);
        let put = if is_apart { "@" } else { " @" };
        self.change(|draft| {
            draft.replace(place..place, put);
            place + put.len()
        });
        self.focus();
    }

    /// Changes the draft, and puts the caret where the change says.
    fn change(self, change: impl FnOnce(&mut Draft) -> usize) {
        let Some(field) = self.node.get_untracked() else { return };
        let mut draft = self.compose.draft.get_untracked();
        let caret = change(&mut draft);
        field.set_value(draft.text());
        let units = u32::try_from(to_utf16(draft.text(), caret)).unwrap_or_default();
        let _ = field.set_selection_range(units, units);
        self.compose.draft.set(draft);
        self.suggest.caret.set(Some(caret));
    }

    fn caret(self, field: &HtmlTextAreaElement) -> usize {
        let units = field.selection_end().ok().flatten().unwrap_or_default();
        from_utf16(&field.value(), units as usize)
    }

    /// The caret may be somewhere else.
    fn moved(self) {
        if let Some(field) = self.node.get_untracked() {
            let caret = Some(self.caret(&field));
            if self.suggest.caret.get_untracked() != caret {
                self.suggest.caret.set(caret);
            }
        }
    }

    /// Puts what was chosen into the text; gives whether that is to be sent at once.
    fn choose(self, choice: Choice) -> bool {
        match choice {
            Choice::Task { id, title } => {
                let Some(Query::Task { at, words }) = untrack(|| self.suggest.query()) else {
                    return false;
                };
                self.change(|draft| draft.tag(at..at + 1 + words.len(), id, &title));
                false
            }
            Choice::Command(command) => {
                let name = ["/", command.name(here().locale), if command.takes_words() { " " } else { "" }].concat();
                let caret = name.len();
                self.change(|draft| {
                    *draft = Draft::plain(name);
                    caret
                });
                self.suggest.dismiss();
                !command.takes_words()
            }
        }
    }

    /// A key was pressed.
    fn key(self, event: &KeyboardEvent, submit: impl Fn()) {
        if event.is_composing() || event.key_code() == IME_KEY {
            return;
        }
        let is_plain = !event.shift_key() && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        let key = event.key();
        if is_plain && untrack(|| self.suggest.is_open()) {
            match key.as_str() {
                "ArrowDown" => self.suggest.step(true),
                "ArrowUp" => self.suggest.step(false),
                "Escape" => self.suggest.dismiss(),
                "Enter" | "Tab" => {
                    if let Some(choice) = self.suggest.chosen()
                        && self.choose(choice)
                    {
                        submit();
                    }
                }
                _ => return,
            }
            event.prevent_default();
        } else if key == "Enter" && !event.shift_key() {
            event.prevent_default();
            submit();
        }
    }

    /// Draws it. `pasted` takes files that are pasted, and says whether there were some.
    pub fn view(
        self,
        is_held: Signal<bool>,
        submit: impl Fn() + Copy + Send + Sync + 'static,
        pasted: fn(Compose, &leptos::ev::ClipboardEvent) -> bool,
    ) -> AnyView {
        let texts = here();
        let mirror = NodeRef::<Div>::new();
        let compose = self.compose;
        let suggest = self.suggest;
        let typed = move |event| {
            let text = event_target_value(&event);
            compose.needs_words.set(false);
            compose.draft.update(|draft| draft.edited(text));
            self.moved();
        };
        let scrolled = move |_| {
            if let (Some(field), Some(mirror)) = (self.node.get_untracked(), mirror.get_untracked()) {
                mirror.set_scroll_top(field.scroll_top());
            }
        };
        let choose = move |choice| {
            if self.choose(choice) {
                submit();
            }
            self.focus();
        };
        // Only while there are tags: without them it would be work for nothing at every letter.
        let shown = move || {
            compose.draft.with(|draft| {
                let stretches = draft.stretches();
                let has_tags = stretches.iter().any(|(id, _)| id.is_some());
                has_tags.then(|| {
                    let stretch = |(id, text): (Option<&str>, &str)| {
                        let text = text.to_owned();
                        match id {
                            Some(_) => view! { <mark data-testid="tag">{text}</mark> }.into_any(),
                            None => text.into_any(),
                        }
                    };
                    // A last line without letters has no height of its own.
                    (stretches.into_iter().map(stretch).collect_view(), "\u{200B}").into_any()
                })
            })
        };
        view! {
            {suggest::list(suggest, choose)}
            <div class="composer-field">
                <div class="mirror" aria-hidden="true" dir="auto" node_ref=mirror>
                    {shown}
                </div>
                <textarea
                    id="composer"
                    name="text"
                    rows="1"
                    dir="auto"
                    required=move || compose.files.list.with(Vec::is_empty)
                    autofocus
                    autocomplete="off"
                    enterkeyhint="send"
                    data-testid="composer"
                    aria-label=texts.message
                    aria-describedby="composer-hint"
                    placeholder=texts.placeholder
                    role=move || suggest.is_open().then_some("combobox")
                    aria-expanded=move || suggest.is_open().then_some("true")
                    aria-autocomplete=move || suggest.is_open().then_some("list")
                    aria-controls=move || suggest.is_open().then_some(suggest::LIST)
                    aria-activedescendant=move || suggest.active_id()
                    readonly=move || is_held.get()
                    node_ref=self.node
                    on:input=typed
                    on:keydown=move |event| self.key(&event, submit)
                    on:keyup=move |_| self.moved()
                    on:click=move |_| self.moved()
                    on:focus=move |_| self.moved()
                    on:blur=move |_| suggest.caret.set(None)
                    on:scroll=scrolled
                    on:paste=move |event| {
                        if pasted(compose, &event) {
                            event.prevent_default();
                        }
                    }
                ></textarea>
            </div>
        }
        .into_any()
    }
}

/// Makes the field as high as its text; the style sheet sets the limit.
fn fit(field: &HtmlTextAreaElement) {
    let style = HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &[&field.scroll_height().to_string(), "px"].concat());
}
