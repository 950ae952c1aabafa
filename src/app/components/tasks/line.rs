//! The line in which new tasks are described: what of it is taken for a date while one types, and what came of the last one.

use std::time::Duration;

use leptos::ev::{ClipboardEvent, KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use super::board::Board;
use crate::api::view::{TakenAs, TakenView};
use crate::api::{ApiError, tasks as door};
use crate::app::browser::{self, upload};
use crate::app::chat::draft::Draft;
use crate::app::chat::follow::in_time;
use crate::app::components::confirm::Question;
use crate::app::components::each::{PART, each};
use crate::app::components::icon::{AGAIN, CLOCK, CLOSE, FLAG, icon};
use crate::app::here;
use crate::app::text::{told, value_of};

/// So long nothing is typed before the server is asked what it means.
const PAUSE: Duration = Duration::from_millis(250);

/// While this lives, a new task is on its way.
struct Sending(RwSignal<bool>);

impl Drop for Sending {
    fn drop(&mut self) {
        let _ = self.0.try_set(false);
    }
}

/// The line.
#[derive(Clone, Copy)]
struct Line {
    board: Board,
    field: NodeRef<Input>,
    sending: RwSignal<bool>,
    /// What stands in the field; its marks are words that belong to the title.
    draft: RwSignal<Draft>,
    /// What was taken for a date, and in which text.
    taken: RwSignal<(String, Vec<TakenView>)>,
    /// Why words of it that look like a date are in the title.
    note: RwSignal<String>,
    /// What is said of the task that was added, and the token by which that is taken back, as long as it can be.
    added: RwSignal<Option<(String, String)>>,
    /// What was sent last without an answer, and its key: sent once more it is still one task.
    tried: StoredValue<Option<(Draft, String)>>,
    turn: StoredValue<u32>,
}

impl Line {
    /// What stands in the field now.
    fn read(self) -> Draft {
        let text = self.field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let mut draft = self.draft.get_untracked();
        draft.edited(text);
        self.draft.set(draft.clone());
        draft
    }

    fn typed(self) {
        let draft = self.read();
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        if draft.is_blank() {
            return self.forget();
        }
        let look = move || {
            if turn.is_some() && self.turn.try_get_value() == turn {
                self.look();
            }
        };
        set_timeout(look, PAUSE);
    }

    /// Asks what it means.
    fn look(self) {
        let draft = self.draft.get_untracked();
        let turn = self.turn.try_get_value();
        spawn_local(async move {
            let text = draft.text().to_owned();
            // Without an answer nothing is said of it, and nothing else is lost.
            if let Ok(view) = in_time(door::preview(text.clone(), draft.marked())).await
                && self.turn.try_get_value() == turn
            {
                let _ = self.taken.try_set((text, view.taken));
                let _ = self.note.try_set(view.note);
            }
        });
    }

    /// Says nothing any more of what was typed.
    fn forget(self) {
        let _ = self.taken.try_set(Default::default());
        let _ = self.note.try_set(String::new());
    }

    fn clear(self) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
        let _ = self.draft.try_set(Draft::default());
        self.forget();
        let _ = self.turn.try_update_value(|turn| *turn += 1);
    }

    fn submit(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let _ = field.focus();
        let draft = self.read();
        if draft.is_blank() || self.sending.get_untracked() {
            return;
        }
        let again = self.tried.get_value().filter(|(before, _)| *before == draft);
        let (draft, key) = again.unwrap_or_else(|| (draft, browser::random_key()));
        self.tried.set_value(Some((draft.clone(), key.clone())));
        self.send(async move {
            let (id, said, token) = door::add_task(draft.text().to_owned(), key, draft.marked(), String::new()).await?;
            let _ = self.tried.try_update_value(Option::take);
            self.clear();
            Ok((vec![id], said, token))
        });
    }

    /// Waits for what was added: ids, what is said of it, and the token by which it is taken back.
    fn send(self, adding: impl Future<Output = Result<(Vec<String>, String, String), ApiError>> + 'static) {
        self.sending.set(true);
        self.added.set(None);
        let on_its_way = Sending(self.sending);
        let board = self.board;
        let asked = Box::pin(async move {
            let _on_its_way = on_its_way;
            let (ids, said, token) = adding.await?;
            let _ = board.fresh.try_update(|fresh| ids.into_iter().for_each(|id| fresh.insert(0, id)));
            if !token.is_empty() {
                board.toast.offer(token.clone(), said.clone());
            }
            let _ = self.added.try_set(Some((said, token)));
            Ok(String::new())
        });
        board.ask(asked, None, None);
    }

    /// Several lines are several tasks, if the person says so.
    fn pasted(self, event: ClipboardEvent) {
        let Some(text) = upload::pasted_as(&event, "text/plain").filter(|text| text.trim().contains('\n')) else {
            return;
        };
        event.prevent_default();
        spawn_local(async move {
            let view = in_time(door::preview(text.clone(), String::new())).await;
            let lines = view.map(|view| view.lines).unwrap_or_default();
            if lines.len() < 2 {
                // As the browser would have put it into a field of one line.
                if let Some(Some(field)) = self.field.try_get_untracked() {
                    let _ = field.set_range_text(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                    self.typed();
                }
                return;
            }
            let texts = self.board.texts;
            let _ = self.board.asked.try_set(Some(Question {
                text: texts.add_lines_question,
                name: lines.len().to_string(),
                note: None,
                lines: lines.clone(),
                yes_text: texts.add,
                yes: Callback::new(move |()| {
                    let lines = lines.clone();
                    self.send(async move { in_time(door::add_tasks(lines, browser::random_key())).await });
                }),
            }));
        });
    }

    fn undo(self) {
        let Some((said, token)) = self.added.get_untracked() else { return };
        browser::focus("#new-task");
        let (board, added) = (self.board, self.added);
        board.toast.forget(&token);
        let undone = board.texts.undone;
        let asked = Box::pin(async move {
            let answer = door::undo(token.clone(), String::new()).await;
            if answer.is_ok() {
                let _ = added.try_set(Some((undone.to_owned(), String::new())));
            } else {
                board.toast.offer(token, said);
            }
            answer.map(|()| String::new())
        });
        board.ask(asked, None, None);
    }
}

/// The line, and what is said of the last task.
pub(super) fn view(board: Board) -> AnyView {
    let texts = here();
    let back = use_location().pathname;
    let line = Line {
        board,
        field: NodeRef::new(),
        sending: RwSignal::new(false),
        draft: RwSignal::new(Draft::default()),
        taken: RwSignal::default(),
        note: RwSignal::default(),
        added: RwSignal::new(None),
        tried: StoredValue::new(None),
        turn: StoredValue::new(0),
    };
    let Line { field, sending, added, .. } = line;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        line.submit();
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && !sending.get_untracked() && !line.read().text().is_empty() {
            // Nothing else ends by this key: neither an answer nor the panel on a small screen.
            event.prevent_default();
            line.clear();
        }
    };
    // Taken back by another way, it is not spoken of any more.
    let is_there = move |token: &String| !token.is_empty() && board.toast.has(token);
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
                aria-describedby="new-task-taken new-task-note"
                placeholder=texts.new_task_example
                readonly=move || sending.get()
                on:input=move |_| line.typed()
                on:paste=move |event| line.pasted(event)
                on:keydown=escape
                node_ref=field
                data-testid="new-task"
            />
            <button class="button" disabled=move || sending.get() data-testid="add-task">
                {texts.add}
            </button>
        </form>
        {taken(line)}
        <p id="new-task-note" class="taken-note" aria-live="polite" hidden=move || line.note.with(String::is_empty) data-testid="taken-note">
            {move || told(&line.note.get(), texts.locale)}
        </p>
        <div class="added">
            <p role="status" data-testid="added">
                {move || said().map(|(said, _)| told(&said, texts.locale))}
            </p>
            <button type="button" class="button small quiet" hidden=cannot_undo on:click=move |_| line.undo() data-testid="undo-add">
                {texts.undo}
            </button>
        </div>
    }
    .into_any()
}

/// What was taken for a date. One press, and it is a part of the title.
fn taken(line: Line) -> AnyView {
    let texts = here();
    let keys = move || {
        line.taken.with(|(text, taken)| {
            let key = |taken: &TakenView| {
                let icon = match taken.kind {
                    TakenAs::Date => 'd',
                    TakenAs::Repeat => 'r',
                    TakenAs::Priority => 'p',
                };
                let words = text.get(taken.from..taken.to).unwrap_or_default();
                format!("{icon}{PART}{}{PART}{}{PART}{words}{PART}{}", taken.from, taken.to, taken.says)
            };
            taken.iter().map(key).collect()
        })
    };
    let chip = move |key: String| {
        let mut parts = key.split(PART);
        let sign = match parts.next() {
            Some("r") => AGAIN,
            Some("p") => FLAG,
            _ => CLOCK,
        };
        let mut number = || parts.next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let place: std::ops::Range<usize> = number()..number();
        let words = parts.next().unwrap_or_default().to_owned();
        let says = parts.next().unwrap_or_default().to_owned();
        let label = [texts.taken_label, " ", &says, ": “", &words, "”, ", texts.taken_note].concat();
        let give_back = move |_| {
            let draft = line.read();
            // Typed on since: what is pressed is not what stands there.
            if line.taken.with_untracked(|(text, _)| text == draft.text()) {
                let place = place.clone();
                line.draft.update(|draft| draft.mark(place));
                line.look();
            }
            browser::focus("#new-task");
        };
        view! {
            <li>
                <button type="button" class="chip" data-testid="taken" aria-label=label title=texts.taken_note on:click=give_back>
                    {icon(sign)}
                    {value_of(words)}
                    {(!says.is_empty()).then(|| view! { <span class="chip-says">{value_of(says)}</span> }.into_any())}
                    {icon(CLOSE)}
                </button>
            </li>
        }
        .into_any()
    };
    view! {
        <ul id="new-task-taken" class="taken" aria-label=texts.taken_label aria-live="polite">
            {each(keys, chip)}
        </ul>
    }
    .into_any()
}
