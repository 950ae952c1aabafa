//! The menu: a new chat, the other pages, the threads, the account. On small screens a popover.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use super::confirm::{Confirm, Question};
use super::each::each;
use super::icon::{CLOSE, GEAR, LEAVE, PLUS, TASKS, icon};
use super::problem::Problem;
use super::switches::{Switches, word_mark};
use super::thread_row::ThreadRow;
use crate::api::view::ThreadPage;
use crate::api::{ApiError, chat as door};
use crate::app::first::{First, Json, first};
use crate::app::{Session, Threads, browser, here};

/// The menu.
#[component]
pub(in crate::app) fn Sidebar(
    /// What the rest of the page tells about threads.
    threads: Threads,
) -> impl IntoView {
    let Session { viewer, texts } = Session::here();
    let first = first(|| async { First::Threads(door::threads(None).await) });
    let path = use_location().pathname;
    let current = move |page: &'static str| move || path.with(|path| path == page).then_some("page");
    let leave = |_| browser::hide_popover("sidebar");
    let name = viewer.me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    let email = viewer.me.as_ref().map(|me| me.email.clone()).filter(|email| *email != name);

    view! {
        <nav id="sidebar" class="sidebar" popover="auto" aria-label=texts.navigation>
            <div class="sidebar-top">
                <a href="/chat" class="home" on:click=leave>
                    {word_mark()}
                </a>
                <button type="button" class="round only-narrow" popovertarget="sidebar" popovertargetaction="hide" aria-label=texts.close>
                    {icon(CLOSE)}
                </button>
            </div>
            <ul class="menu">
                <li>
                    <a href="/chat" class="button wide" data-testid="new-thread" aria-current=current("/chat") on:click=leave>
                        {icon(PLUS)}
                        {texts.new_thread}
                    </a>
                </li>
                <li>
                    <a href="/tasks" class="menu-link" aria-current=current("/tasks") on:click=leave>
                        {icon(TASKS)}
                        {texts.tasks}
                    </a>
                </li>
                <li>
                    <a href="/settings" class="menu-link" aria-current=current("/settings") on:click=leave>
                        {icon(GEAR)}
                        {texts.settings}
                    </a>
                </li>
            </ul>
            <section class="threads" aria-labelledby="threads-title">
                <h2 id="threads-title" class="small-title">
                    {texts.threads}
                </h2>
                <Suspense fallback=move || {
                    view! { <p class="faint">{texts.loading}</p> }
                }>{move || Suspend::new(async move {
                    let Json(First::Threads(first)) = first.await else { return ().into_any() };
                    view! { <ThreadList first threads /> }.into_any()
                })}</Suspense>
            </section>
            <div class="sidebar-end">
                <Switches />
                <div class="who">
                    <div class="who-name">
                        <bdi>{name}</bdi>
                        {email.map(|email| view! { <bdi class="faint">{email}</bdi> }.into_any())}
                    </div>
                    <form method="post" action="/api/account/sign-out">
                        <button class="round" aria-label=texts.sign_out title=texts.sign_out>
                            {icon(LEAVE)}
                        </button>
                    </form>
                </div>
            </div>
        </nav>
    }
    .into_any()
}

/// The threads, newest first.
#[component]
fn ThreadList(first: Result<ThreadPage, ApiError>, threads: Threads) -> impl IntoView {
    let texts = here();
    let error = RwSignal::new(first.as_ref().err().cloned());
    let list = RwSignal::new(first.unwrap_or_default());
    let asked = RwSignal::new(None::<Question>);
    let latest = StoredValue::new(0_u32);

    let refresh = move || {
        let turn = latest.try_update_value(|latest| {
            *latest += 1;
            *latest
        });
        spawn_local(async move {
            let answer = door::threads(None).await;
            if latest.try_get_value() != turn {
                return;
            }
            match answer {
                Ok(page) => {
                    error.set(None);
                    list.update(|list| renew(list, page));
                }
                Err(ApiError::SignedOut) => browser::go("/sign-in"),
                Err(problem) => error.set(Some(problem)),
            }
        });
    };
    Effect::new(move |before: Option<u32>| {
        let now = threads.changed.get();
        if before.is_some_and(|before| before != now) {
            refresh();
        }
        now
    });
    // What could not be loaded without a connection is loaded when it is back.
    Effect::new(move || {
        let online = window_event_listener_untyped("online", move |_| {
            if error.with_untracked(Option::is_some) {
                refresh();
            }
        });
        on_cleanup(move || online.remove());
    });
    // Without an event, too: another look, as long as it failed.
    Effect::new(move || {
        if error.with(Option::is_some)
            && let Ok(timer) = set_timeout_with_handle(refresh, std::time::Duration::from_secs(5))
        {
            on_cleanup(move || timer.clear());
        }
    });
    // Answers that are written elsewhere end some time.
    Effect::new(move || {
        if list.with(|list| list.threads.iter().any(|thread| thread.live))
            && let Ok(timer) = set_timeout_with_handle(refresh, std::time::Duration::from_secs(5))
        {
            on_cleanup(move || timer.clear());
        }
    });
    let more = move |_| {
        let Some(after) = list.with_untracked(|list| list.after.clone()) else {
            return;
        };
        spawn_local(async move {
            match door::threads(Some(after)).await {
                Ok(page) => {
                    let _ = list.try_update(|list| extend(list, page));
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    };
    let ids_of = move |archived: bool| {
        list.with(|list| {
            let those = list.threads.iter().filter(|thread| thread.archived == archived);
            those.map(|thread| thread.id.clone()).collect::<Vec<_>>()
        })
    };
    let ids = Memo::new(move |_| ids_of(false));
    let archived = Memo::new(move |_| ids_of(true));

    view! {
        <Problem error />
        <ul class="thread-list">
            {each(move || ids.get(), move |id| view! { <ThreadRow id list threads asked error /> }.into_any())}
        </ul>
        {move || ids.with(Vec::is_empty).then(|| view! { <p class="faint">{texts.no_threads}</p> }.into_any())}
        <details class="archived" hidden=move || archived.with(Vec::is_empty) data-testid="archived">
            <summary>{texts.archived}</summary>
            <ul class="thread-list">
                {each(move || archived.get(), move |id| view! { <ThreadRow id list threads asked error /> }.into_any())}
            </ul>
        </details>
        {move || {
            list.with(|list| list.after.is_some())
                .then(|| {
                    view! {
                        <button type="button" class="button quiet wide" on:click=more>
                            {texts.more_threads}
                        </button>
                    }
                    .into_any()
                })
        }}
        <Confirm asked id="delete-thread" />
    }
    .into_any()
}

/// Takes over a new first page, and keeps what had been loaded behind the old one.
fn renew(list: &mut ThreadPage, mut page: ThreadPage) {
    if page.after.is_some() && list.threads.len() > page.threads.len() {
        list.threads.retain(|old| page.threads.iter().all(|new| new.id != old.id));
        page.threads.append(&mut list.threads);
        page.after = list.after.take();
    }
    *list = page;
}

/// Puts the next page behind what is there.
fn extend(list: &mut ThreadPage, mut page: ThreadPage) {
    page.threads.retain(|new| list.threads.iter().all(|old| new.id != old.id));
    list.threads.append(&mut page.threads);
    list.after = page.after;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::view::ThreadSummary;

    fn page(ids: &str, after: Option<&str>) -> ThreadPage {
        let thread = |id: char| ThreadSummary {
            id: id.into(),
            title: String::new(),
            live: false,
            archived: false,
        };
        ThreadPage {
            threads: ids.chars().map(thread).collect(),
            after: after.map(str::to_owned),
        }
    }

    #[test]
    fn pages_join_without_doubles() {
        let mut list = page("ab", Some("b"));
        extend(&mut list, page("bcd", None));
        assert_eq!(list, page("abcd", None));
        renew(&mut list, page("xa", Some("a")));
        assert_eq!(list, page("xabcd", None));
        renew(&mut list, page("xd", None));
        assert_eq!(list, page("xd", None));
    }
}
