//! `/chat` and `/chat/{thread}`: one page, so that a new thread gets its address while its first answer is being written.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::api::chat as door;
use crate::api::{
    ApiError,
    view::{Access, ThreadView},
};
use crate::app::chat::driver::Chat;
use crate::app::chat::state::{Again, Phase, ThreadState};
use crate::app::components::bar::Bar;
use crate::app::components::composer::Composer;
use crate::app::components::icon::{CLOSE, TASKS, icon};
use crate::app::components::log::Log;
use crate::app::components::problem::FormProblem;
use crate::app::components::tasks::Tasks;
use crate::app::components::tasks::toast::{self, Place, Toast};
use crate::app::first::{First, Json, first};
use crate::app::live::Live;
use crate::app::{Threads, browser, here};

/// The chat, with the tasks beside it.
#[component]
pub(in crate::app) fn ChatPage(threads: Threads, live: Live) -> impl IntoView {
    let texts = here();
    let params = use_params_map();
    let thread = Memo::new(move |_| params.with(|params| params.get("thread")));
    // For the first render only: from then on the conversation follows the address by itself.
    let asked = thread.get_untracked();
    let first = first(move || {
        let asked = asked.clone();
        async move {
            First::Thread(match asked {
                Some(id) => door::thread(id, None).await.map(Some),
                None => Ok(None),
            })
        }
    });
    let tasks_told = RwSignal::new(0);
    let shows_tasks = RwSignal::new(true);
    let toast = Toast::new();

    view! {
        <div class="page chat" class:with-tasks=shows_tasks>
            <Suspense fallback=move || {
                view! {
                    <main id="main" class="main">
                        <p class="empty">{texts.loading}</p>
                    </main>
                }
            }>{move || Suspend::new(async move {
                let Json(First::Thread(first)) = first.await else { return ().into_any() };
                view! { <Conversation first thread threads live tasks_told shows_tasks toast /> }.into_any()
            })}</Suspense>
            <aside id="tasks" class="panel" popover="auto" aria-labelledby="tasks-title" data-testid="task-panel">
                <div class="panel-top">
                    <h2 id="tasks-title" tabindex="-1">
                        {texts.task_panel}
                    </h2>
                    <button type="button" class="round only-narrow" popovertarget="tasks" popovertargetaction="hide" aria-label=texts.close>
                        {icon(CLOSE)}
                    </button>
                </div>
                <Tasks changed=live.tasks told=tasks_told toast />
            </aside>
            {toast::view(toast, Place::Page)}
        </div>
    }
    .into_any()
}

/// Everything that concerns the open thread.
#[component]
fn Conversation(
    first: Result<Option<ThreadView>, ApiError>,
    thread: Memo<Option<String>>,
    threads: Threads,
    live: Live,
    tasks_told: RwSignal<u32>,
    shows_tasks: RwSignal<bool>,
    toast: Toast,
) -> impl IntoView {
    let texts = here();
    let mut known = ThreadState::default();
    match first {
        Ok(Some(view)) => known = ThreadState::loaded(view),
        Ok(None) => {}
        Err(error) => {
            known.id = thread.get_untracked();
            known.missing = error == ApiError::NotFound;
            if !known.missing {
                known.fail(texts.error(&error), Again::Look);
            }
        }
    }
    let is_live = known.phase == Phase::Answering;
    let navigate = use_navigate();
    let show = Callback::new(move |path: String| {
        if location().pathname().is_ok_and(|now| now != path) {
            navigate(
                &path,
                NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let chat = Chat::new(known, texts, live, toast, show);
    let state = chat.state;
    Effect::new(move |before: Option<()>| {
        let wanted = thread.get();
        let is_other = state.with_untracked(|state| state.id != wanted);
        if before.is_none() && is_live && !is_other {
            chat.follow();
        } else if before.is_none() && !is_other {
            chat.serve_call();
        } else if is_other {
            chat.open(wanted);
            if !browser::is_touch() {
                browser::focus("#composer");
            }
        }
    });
    Effect::new(move || {
        if let Some((id, title)) = threads.renamed.get()
            && state.with_untracked(|state| state.id.as_ref() == Some(&id))
        {
            state.update(|state| state.title = title);
        }
    });
    Effect::new(move || {
        if let Some((id, archived)) = threads.archived.get()
            && state.with_untracked(|state| state.id.as_ref() == Some(&id))
        {
            state.update(|state| state.access = if archived { Access::Archived } else { Access::Open });
        }
    });
    // What happens elsewhere in this thread happens here.
    Effect::new(move |before: Option<()>| {
        let runs = live.runs.get();
        if before.is_some() {
            chat.look(runs);
        }
    });
    Effect::new(move |before: Option<()>| {
        live.thread.track();
        if before.is_some() {
            chat.look_at_thread();
        }
    });
    // A first message that had to wait has made its thread.
    Effect::new(move || {
        if let Some(id) = live.outbox.made.get()
            && state.with_untracked(ThreadState::blank)
            && thread.get_untracked().is_none()
        {
            chat.move_draft(&id);
            chat.compose.draft.set(Default::default());
            show.run(["/chat/", &id].concat());
        }
    });
    // Lists of tasks in the conversation stay true, whoever changes a task.
    Effect::new(move |before: Option<()>| {
        tasks_told.track();
        live.tasks.track();
        if before.is_some() {
            chat.refresh_widgets();
        }
    });
    let access = Memo::new(move |_| state.with(|state| state.access.clone()));
    let title = Memo::new(move |_| state.with(|state| texts.thread_title(&state.title)));
    // On the server the head is written after this component is gone, and its signals with it.
    let first_title = title.get_untracked();
    let head_title = move || title.try_get().unwrap_or_else(|| first_title.clone());
    let tasks_label = move || if shows_tasks.get() { texts.hide_tasks } else { texts.show_tasks };

    view! {
        <Title text=head_title />
        <div class="middle">
            <Bar title>
                <button type="button" class="round only-narrow" popovertarget="tasks" aria-label=texts.show_tasks>
                    {icon(TASKS)}
                </button>
                <button
                    type="button"
                    class="round only-wide"
                    aria-label=tasks_label
                    title=tasks_label
                    aria-expanded=move || shows_tasks.get().to_string()
                    aria-controls="tasks"
                    on:click=move |_| shows_tasks.update(|shows| *shows = !*shows)
                >
                    {icon(TASKS)}
                </button>
            </Bar>
            <main id="main" class="main">
                <FormProblem />
                <Log chat>
                    {move || match access.get() {
                        Access::Open => view! { <Composer chat /> }.into_any(),
                        Access::Archived => {
                            view! {
                                <div class="closed" data-testid="closed">
                                    <p>{texts.archived_note}</p>
                                    <button type="button" class="button" data-testid="reopen" on:click=move |_| chat.reopen()>
                                        {texts.reopen}
                                    </button>
                                </div>
                            }
                                .into_any()
                        }
                        Access::Locked(reason) => {
                            view! {
                                <div class="closed" data-testid="closed">
                                    <p>{texts.locked_note}</p>
                                    <p dir="auto">{reason}</p>
                                </div>
                            }
                                .into_any()
                        }
                    }}
                </Log>
            </main>
        </div>
    }
    .into_any()
}
