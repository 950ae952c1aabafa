//! The lists of tasks, beside the chat and on a page of their own.

use std::pin::Pin;

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use super::confirm::{Confirm, Question};
use super::each::{PART, each};
use super::icon::{AGAIN, CHECK, CLOCK, FLAG, TRASH, icon};
use super::problem::Problem;
use crate::api::view::{TaskLists, TaskView};
use crate::api::{ApiError, tasks as door};
use crate::app::chat::follow::in_time;
use crate::app::first::{First, Json, first};
use crate::app::text::value_of;
use crate::app::{Session, browser, here};
use crate::domain::text::direction;

/// The tasks of the person. `changed` counts up whenever somebody else has changed them.
#[component]
pub(in crate::app) fn Tasks(
    changed: RwSignal<u32>,
    /// Counts up whenever something was changed here.
    #[prop(optional)]
    told: Option<RwSignal<u32>>,
) -> impl IntoView {
    let first = first(|| async { First::Tasks(door::load_tasks().await) });
    view! {
        <Suspense fallback=move || {
            view! { <p class="faint">{here().loading}</p> }
        }>{move || Suspend::new(async move {
            let Json(First::Tasks(first)) = first.await else { return ().into_any() };
            view! { <Lists first changed told /> }.into_any()
        })}</Suspense>
    }
    .into_any()
}

/// What a row can do.
#[derive(Clone, Copy)]
struct Board {
    lists: RwSignal<TaskLists>,
    error: RwSignal<Option<ApiError>>,
    asked: RwSignal<Option<Question>>,
    /// The task that the reader means by "this".
    selected: RwSignal<Option<String>>,
    told: Option<RwSignal<u32>>,
    /// Answers that were asked for before a change must not undo it.
    turn: StoredValue<u32>,
    /// Changes that are on their way; what is asked for after them shows everything.
    changing: StoredValue<u32>,
}

impl Board {
    fn next_turn(self) -> Option<u32> {
        self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    }

    fn refresh(self) {
        if self.changing.try_get_value() != Some(0) {
            return;
        }
        let turn = self.next_turn();
        spawn_local(async move { self.load(turn).await });
    }

    async fn load(self, turn: Option<u32>) {
        let answer = in_time(door::load_tasks()).await;
        if turn.is_none() || self.turn.try_get_value() != turn {
            return;
        }
        match answer {
            Ok(lists) => self.lists.set(lists),
            Err(ApiError::SignedOut) => browser::go("/sign-in"),
            Err(error) => self.error.set(Some(error)),
        }
    }

    /// Shows a change at once, asks for it, and then shows what the server made of it.
    fn change(self, shown: impl FnOnce(&mut TaskLists), asked: impl Future<Output = Result<String, ApiError>> + 'static) {
        self.lists.update(shown);
        self.ask(Box::pin(asked));
    }

    /// One type for all changes, because each costs the browser.
    fn ask(self, asked: Pin<Box<dyn Future<Output = Result<String, ApiError>>>>) {
        let turn = self.next_turn();
        self.changing.update_value(|changing| *changing += 1);
        self.error.set(None);
        request_animation_frame(|| {
            if browser::focus_is_lost() {
                browser::focus("#tasks-title");
            }
        });
        spawn_local(async move {
            match in_time(asked).await {
                Ok(_) | Err(ApiError::NotFound) => {}
                Err(error) => drop(self.error.try_set(Some(error))),
            }
            let _ = self.changing.try_update_value(|changing| *changing -= 1);
            if let Some(told) = self.told {
                let _ = told.try_update(|told| *told += 1);
            }
            self.load(turn).await;
        });
    }

    fn set_done(self, id: String, done: bool) {
        self.change(
            |lists| set_done(lists, &id, done),
            door::set_task_done(id.clone(), done, String::new()),
        );
    }

    fn delete(self, id: String) {
        self.change(|lists| remove(lists, &id), door::delete_task(id.clone(), String::new()));
    }
}

#[component]
fn Lists(first: Result<TaskLists, ApiError>, changed: RwSignal<u32>, told: Option<RwSignal<u32>>) -> impl IntoView {
    let texts = here();
    let error = RwSignal::new(first.as_ref().err().cloned());
    let board = Board {
        lists: RwSignal::new(first.unwrap_or_default()),
        error,
        asked: RwSignal::new(None),
        selected: RwSignal::new(None),
        told,
        turn: StoredValue::new(0),
        changing: StoredValue::new(0),
    };
    let lists = board.lists;
    Effect::new(move |before: Option<u32>| {
        let now = changed.get();
        if before.is_some_and(|before| before != now) {
            board.refresh();
        }
        now
    });
    let is_empty = Memo::new(move |_| lists.with(|lists| lists.pending.is_empty()));
    let has_none_done = Memo::new(move |_| lists.with(|lists| lists.completed.is_empty()));
    let row = move |key: String| {
        let id = key.split(PART).next().unwrap_or_default();
        let task = lists.with_untracked(|lists| lists.pending.iter().chain(&lists.completed).find(|task| task.id == id).cloned());
        task.map(|task| view! { <Row board task /> }.into_any()).into_any()
    };
    let digits = Session::here().viewer.digits;
    let count = move |number: usize| view! { <span class="count">{digits.show(number.to_string())}</span> };

    view! {
        <Problem error />
        {new_task(board)}
        <section aria-labelledby="tasks-pending">
            <h3 id="tasks-pending" class="small-title">
                {texts.pending}
                {move || count(lists.with(|lists| lists.pending.len()))}
            </h3>
            {move || {
                is_empty
                    .get()
                    .then(|| {
                        view! {
                            <div class="empty" data-testid="no-tasks">
                                <p class="empty-title">{texts.no_pending}</p>
                                <p>{texts.no_pending_note}</p>
                            </div>
                        }
                        .into_any()
                    })
            }}
            <ul class="task-list" data-testid="pending">
                {each(move || lists.with(|lists| lists.pending.iter().map(key).collect()), row)}
            </ul>
        </section>
        <details class="done-tasks" open>
            <summary>
                <h3 class="small-title">{texts.completed} {move || count(lists.with(|lists| lists.completed.len()))}</h3>
            </summary>
            {move || has_none_done.get().then(|| view! { <p class="faint">{texts.no_completed}</p> }.into_any())}
            <ul class="task-list" data-testid="completed">
                {each(move || lists.with(|lists| lists.completed.iter().map(key).collect()), row)}
            </ul>
        </details>
        <Confirm asked=board.asked id="delete-task" />
    }
    .into_any()
}

/// While this lives, a new task is on its way.
struct Sending(RwSignal<bool>);

impl Drop for Sending {
    fn drop(&mut self) {
        let _ = self.0.try_set(false);
    }
}

/// The line in which one new task is described, and what came of the last one.
fn new_task(board: Board) -> AnyView {
    let texts = here();
    let back = use_location().pathname;
    let field = NodeRef::<Input>::new();
    let sending = RwSignal::new(false);
    // The id of the task that was added, what is said of it, and the token by which that is taken back, as long as it can be.
    let added = RwSignal::new(None::<(String, String, String)>);
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
        board.ask(Box::pin(async move {
            let _on_its_way = on_its_way;
            let answer = door::add_task(text, key, String::new()).await?;
            field.set_value("");
            let _ = tried.try_set(None);
            let token = answer.2.clone();
            let _ = added.try_set(Some(answer));
            Ok(token)
        }));
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
        board.ask(Box::pin(async move {
            let answer = door::undo(before.2.clone(), String::new()).await;
            let said = if answer.is_ok() {
                (String::new(), texts.undone.to_owned(), String::new())
            } else {
                before
            };
            let _ = added.try_set(Some(said));
            answer.map(|()| String::new())
        }));
    };
    let cannot_undo = move || added.with(|added| added.as_ref().is_none_or(|(.., token)| token.is_empty()));
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
                {move || added.get().map(|(_, said, _)| value_of(said).into_any())}
            </p>
            <button type="button" class="button small quiet" hidden=cannot_undo on:click=undo data-testid="undo-add">
                {texts.undo}
            </button>
        </div>
    }
    .into_any()
}

/// A task that changes is drawn anew.
fn key(task: &TaskView) -> String {
    let TaskView {
        id,
        title,
        notes,
        done,
        priority,
        due,
        due_iso: _,
        repeat,
        overdue,
    } = task;
    format!("{id}{PART}{title}{PART}{notes}{PART}{due}{PART}{repeat}{PART}{priority}{done}{overdue}")
}

#[component]
fn Row(board: Board, task: TaskView) -> impl IntoView {
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
        board.set_done(id.get_value(), !done);
    };
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        board.asked.set(Some(Question {
            text: texts.delete_task_question,
            name: name.get_value(),
            note: None,
            yes_text: texts.delete,
            yes: Callback::new(move |()| board.delete(id.get_value())),
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
                <button class="tick" role="checkbox" aria-checked=done.to_string() aria-label=texts.complete_task.with(&title)>
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

/// Moves a task to the other list.
fn set_done(lists: &mut TaskLists, id: &str, done: bool) {
    let TaskLists { pending, completed } = lists;
    let (from, to) = if done { (pending, completed) } else { (completed, pending) };
    if let Some(at) = from.iter().position(|task| task.id == id) {
        let mut task = from.remove(at);
        task.done = done;
        task.overdue = false;
        to.insert(0, task);
    }
}

/// Takes a task away.
fn remove(lists: &mut TaskLists, id: &str) {
    lists.pending.retain(|task| task.id != id);
    lists.completed.retain(|task| task.id != id);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, done: bool) -> TaskView {
        TaskView {
            id: id.into(),
            title: id.into(),
            notes: String::new(),
            done,
            priority: 4,
            due: String::new(),
            due_iso: String::new(),
            repeat: String::new(),
            overdue: !done,
        }
    }

    #[test]
    fn a_task_moves_between_the_lists() {
        let mut lists = TaskLists {
            pending: vec![task("a", false), task("b", false)],
            completed: vec![task("c", true)],
        };
        set_done(&mut lists, "b", true);
        set_done(&mut lists, "b", true);
        assert_eq!(lists.completed.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert!(lists.completed.iter().all(|task| task.done && !task.overdue));
        set_done(&mut lists, "c", false);
        assert_eq!(lists.pending.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["c", "a"]);
        remove(&mut lists, "a");
        remove(&mut lists, "nobody");
        assert_eq!((lists.pending.len(), lists.completed.len()), (1, 1));
    }
}
