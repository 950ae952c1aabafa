//! The lists of tasks, beside the chat and on a page of their own: what they show and what is done in them (`board`), the line for new tasks
//! (`line`), a task (`row`), and what is said of a change (`toast`).

mod board;
mod line;
mod row;
pub(in crate::app) mod toast;

use leptos::html::Button;
use leptos::prelude::*;

use self::board::Board;
use self::row::Row;
use self::toast::{Place, Toast};
use super::confirm::Confirm;
use super::each::{PART, each};
use super::problem::Problem;
use crate::api::view::{TaskLists, TaskView};
use crate::api::{ApiError, tasks as door};
use crate::app::browser::sight;
use crate::app::first::{First, Json, first};
use crate::app::{Session, here};

/// The tasks of the person. `changed` counts up whenever somebody else has changed them.
#[component]
pub(in crate::app) fn Tasks(
    changed: RwSignal<u32>,
    /// Counts up whenever something was changed here.
    #[prop(optional)]
    told: Option<RwSignal<u32>>,
    /// Where the page says what was done; its own where nothing else on the page says so.
    #[prop(optional)]
    toast: Option<Toast>,
) -> impl IntoView {
    let toast = toast.unwrap_or_else(Toast::new);
    let first = first(|| async { First::Tasks(door::load_tasks(None, Vec::new()).await) });
    view! {
        <Suspense fallback=move || {
            view! { <p class="faint">{here().loading}</p> }
        }>{move || Suspend::new(async move {
            let Json(First::Tasks(first)) = first.await else { return ().into_any() };
            view! { <Lists first changed told toast /> }.into_any()
        })}</Suspense>
    }
    .into_any()
}

#[component]
fn Lists(first: Result<TaskLists, ApiError>, changed: RwSignal<u32>, told: Option<RwSignal<u32>>, toast: Toast) -> impl IntoView {
    let texts = here();
    let board = Board::new(first, told, toast);
    let Board { lists, is_known, .. } = board;
    Effect::new(move || board.begin());
    Effect::new(move |before: Option<u32>| {
        let now = changed.get();
        if before.is_some_and(|before| before != now) {
            board.refresh();
        }
        now
    });
    Effect::new(move |before: Option<u32>| {
        let now = toast.wanted.get();
        if before.is_some_and(|before| before != now) {
            board.undo();
        }
        now
    });
    let problem = Signal::derive(move || board.error.get().or_else(|| board.unreachable.get()));
    let is_empty = Memo::new(move |_| is_known.get() && lists.with(|lists| lists.pending_total == 0 && lists.pending.is_empty()));
    let has_none_done = Memo::new(move |_| is_known.get() && lists.with(|lists| lists.completed.is_empty()));
    let row = move |key: String| {
        let id = key.split(PART).next().unwrap_or_default();
        let find = |lists: &TaskLists| {
            let mut all = lists.pending.iter().chain(&lists.completed).chain(&lists.named);
            all.find(|task| task.id == id).cloned()
        };
        let task = lists.with_untracked(find);
        task.map(|task| view! { <Row board task /> }.into_any()).into_any()
    };
    let digits = Session::here().viewer.digits;
    let count = move |of: fn(&TaskLists) -> usize| {
        let number = lists.with(of);
        is_known
            .get()
            .then(|| view! { <span class="count">{digits.show(number.to_string())}</span> })
    };
    let nothing = move |id: &'static str, title: &'static str, note: &'static str| {
        view! {
            <div class="empty" data-testid=id>
                <p class="empty-title">{title}</p>
                <p>{note}</p>
            </div>
        }
        .into_any()
    };

    view! {
        <Problem error=problem />
        {line::view(board)}
        {toast::view(toast, Place::Lists)}
        <section aria-labelledby="tasks-pending">
            <h3 id="tasks-pending" class="small-title">
                {texts.pending}
                {move || count(|lists| lists.pending_total)}
            </h3>
            {move || is_empty.get().then(|| nothing("no-tasks", texts.no_pending, texts.no_pending_note))}
            {move || (!is_known.get()).then(|| nothing("unknown-tasks", texts.tasks_unknown, texts.tasks_unknown_note))}
            <ul class="task-list" data-testid="pending">
                {each(move || lists.with(|lists| board.order(lists).into_iter().map(key).collect()), row)}
            </ul>
            {more(board, false)}
        </section>
        <details class="done-tasks" open>
            <summary>
                <h3 class="small-title">{texts.completed} {move || count(|lists| lists.completed_total)}</h3>
            </summary>
            {move || has_none_done.get().then(|| view! { <p class="faint">{texts.no_completed}</p> }.into_any())}
            <ul class="task-list" data-testid="completed">
                {each(move || lists.with(|lists| lists.completed.iter().map(key).collect()), row)}
            </ul>
            {more(board, true)}
        </details>
        <Confirm asked=board.asked id="delete-task" />
    }
    .into_any()
}

/// The rest of a list: comes when the reader comes to its end.
fn more(board: Board, done: bool) -> AnyView {
    let texts = here();
    let button = NodeRef::<Button>::new();
    let has_more = Memo::new(move |_| {
        board.lists.with(|lists| {
            let (list, total) = if done {
                (&lists.completed, lists.completed_total)
            } else {
                (&lists.pending, lists.pending_total)
            };
            !list.is_empty() && list.len() < total
        })
    });
    Effect::new(move || {
        if let Some(button) = button.get() {
            let watch = StoredValue::new_local(Some(sight::when_seen(&button, move || board.more(done))));
            on_cleanup(move || drop(watch.try_update_value(Option::take)));
        }
    });
    (move || {
        has_more.get().then(|| {
            view! {
                <button
                    type="button"
                    class="button quiet wide"
                    data-testid=if done { "more-completed" } else { "more-pending" }
                    node_ref=button
                    on:click=move |_| board.more(done)
                >
                    {texts.more_threads}
                </button>
            }
            .into_any()
        })
    })
    .into_any()
}

/// A task that changes is drawn anew, whatever it is that changes.
fn key(task: &TaskView) -> String {
    format!("{}{PART}{task:?}", task.id)
}
