//! The conversation: everything that was said, and what is happening now.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use super::confirm::Confirm;
use super::each::{PART, each};
use super::icon::{AGAIN, ALERT, DOWN, icon};
use super::message::{Entry, sending, waiting};
use super::start::Start;
use super::{built_in, zone_offer};
use crate::app::chat::driver::Chat;
use crate::app::chat::state::{Again, Failure, Phase, ThreadState};
use crate::app::outbox::Kept;
use crate::app::{browser, here};

/// How far from the end the reader still counts as being there, in pixels.
const NEAR: i32 = 96;
/// What ids of entries begin with.
const ITEM: &str = "itm_";

/// The scrolling part of the chat. What stands at its end, in sight wherever the reader is, is as wide as the messages are.
#[component]
pub(in crate::app) fn Log(chat: Chat, children: Children) -> impl IntoView {
    let texts = here();
    let state = chat.state;
    let scroller = NodeRef::<Div>::new();
    let at_end = RwSignal::new(true);
    let to_end = move || {
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(scroller.scroll_height());
        }
    };
    // In the next frame the reader may have gone up.
    let stay_at_end = move || {
        request_animation_frame(move || {
            if at_end.try_get_untracked() == Some(true) {
                to_end();
            }
        });
    };
    let be_at_end = move |is: bool| {
        if at_end.get_untracked() != is {
            at_end.set(is);
        }
    };
    // Any step up is meant: what comes after it must not take it back. A jump of ours only goes down.
    let top = StoredValue::new(0);
    let scrolled = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            let now = scroller.scroll_top();
            let below = scroller.scroll_height() - now - scroller.client_height();
            let before = top.try_update_value(|top| std::mem::replace(top, now)).unwrap_or_default();
            if below <= 1 || (now > before && below < NEAR) {
                be_at_end(true);
            } else if now < before {
                be_at_end(false);
            }
        }
    };
    // Told before the box has moved, so that not even the first step is lost.
    let goes_up = move || {
        if let Some(scroller) = scroller.get_untracked()
            && scroller.scroll_top() > 0
        {
            be_at_end(false);
        }
    };
    let wheel = move |event: leptos::ev::WheelEvent| {
        if event.delta_y() < 0.0 && !event.ctrl_key() && !browser::comes_from(&event, ".dock") {
            goes_up();
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        let goes = match event.key().as_str() {
            "PageUp" | "Home" | "ArrowUp" => true,
            " " => event.shift_key(),
            _ => false,
        };
        if goes && !browser::comes_from(&event, "input, select, .dock") {
            goes_up();
        }
    };
    // Another thread, or a message of one's own: to the end, wherever the reader was.
    let turn = Memo::new(move |_| {
        let own = chat.waiting().len();
        state.with(|state| {
            (
                state.id.clone(),
                own + usize::from(state.sending.is_some()),
                state.phase == Phase::Opening,
            )
        })
    });
    // Or, at first, to the entry that the address names.
    Effect::new(move |before: Option<()>| {
        turn.track();
        let named = before.is_none().then(browser::fragment).flatten().filter(|id| id.starts_with(ITEM));
        at_end.set(named.is_none());
        match named {
            None => stay_at_end(),
            Some(id) => chat.reach(id.clone(), move || {
                request_animation_frame(move || {
                    if !browser::show(&id) {
                        to_end();
                    }
                });
            }),
        }
    });
    Effect::new(move || {
        state.track();
        if at_end.get_untracked() {
            stay_at_end();
        }
    });
    // A voice does not stay behind on a page that is left.
    Effect::new(move || on_cleanup(move || chat.hush()));
    let earlier = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        let from_end = element.scroll_height() - element.scroll_top();
        chat.earlier(move || request_animation_frame(move || element.set_scroll_top(element.scroll_height() - from_end)));
    };

    // Tasks that are named anywhere in the conversation open beside it.
    let open_task = move |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[data-task]").ok().flatten());
        if let Some(task) = link.and_then(|link| link.get_attribute("data-task"))
            && !event.ctrl_key()
            && !event.meta_key()
        {
            event.prevent_default();
            browser::open_task(&task);
        }
    };

    let ids = Memo::new(move |_| state.with(|state| state.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>()));
    // One that is refused is drawn anew.
    let kept = Memo::new(move |_| {
        let key = |kept: Kept| [kept.key.as_str(), if kept.refused.is_some() { "\0" } else { "" }].concat();
        chat.waiting().into_iter().map(key).collect::<Vec<_>>()
    });
    let is_blank = Memo::new(move |_| kept.with(Vec::is_empty) && state.with(ThreadState::blank));
    let is_busy = Memo::new(move |_| state.with(ThreadState::busy));
    let has_earlier = Memo::new(move |_| state.with(|state| state.earlier.is_some()));

    view! {
        <div class="scroller" node_ref=scroller on:scroll=scrolled on:wheel=wheel on:keydown=key>
            <div class="column">
                {move || is_blank.get().then(|| view! { <Start chat /> }.into_any())}
                {move || {
                    has_earlier
                        .get()
                        .then(|| {
                            view! {
                                <button type="button" class="button quiet earlier" on:click=earlier>
                                    {texts.earlier}
                                </button>
                            }
                            .into_any()
                        })
                }}
                <div
                    class="log"
                    role="log"
                    aria-live="polite"
                    aria-label=texts.conversation
                    aria-busy=move || is_busy.get().to_string()
                    tabindex="-1"
                    on:click=open_task
                >
                    {each(move || ids.get(), move |id| view! { <Entry chat id /> }.into_any())}
                    {move || state.with(|state| state.sending.clone()).map(sending)}
                    {each(move || kept.get(), move |key| waiting(chat, key.split(PART).next().unwrap_or_default()))}
                </div>
                <Happening chat />
            </div>
            <div class="dock">{children()}</div>
        </div>
        <Confirm asked=chat.asked id="answer-again" />
        {move || {
            (!at_end.get())
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="round newest"
                            aria-label=texts.newest
                            title=texts.newest
                            on:click=move |_| {
                                at_end.set(true);
                                to_end();
                            }
                        >
                            {icon(DOWN)}
                        </button>
                    }
                    .into_any()
                })
        }}
    }
    .into_any()
}

/// What is happening now, under the last entry.
#[component]
fn Happening(chat: Chat) -> impl IntoView {
    let texts = here();
    let state = chat.state;
    let line = Memo::new(move |_| {
        state.with(|state| match state.phase {
            Phase::Reconnecting => Some(texts.reconnecting.to_owned()),
            Phase::Opening if state.items.is_empty() => Some(texts.loading.to_owned()),
            _ if state.waiting() => Some(state.progress.clone().unwrap_or_else(|| texts.thinking.to_owned())),
            _ => None,
        })
    });
    let notice = Memo::new(move |_| state.with(|state| state.notice.clone()));
    let failure = Memo::new(move |_| state.with(|state| state.failure.clone()));
    let missing = Memo::new(move |_| state.with(|state| state.missing));
    let failed = move |Failure { message, again }: Failure| {
        view! {
            <div class="failed" role="alert" data-testid="failed">
                <p>{icon(ALERT)} <span>{message}</span></p>
                {(again != Again::No)
                    .then(|| {
                        view! {
                            <button type="button" class="button small" data-testid="retry" on:click=move |_| chat.again(again)>
                                {icon(AGAIN)}
                                {texts.try_again}
                            </button>
                        }
                    })}
            </div>
        }
        .into_any()
    };
    view! {
        <div role="status">
            {move || {
                line.get()
                    .map(|line| {
                        view! {
                            <p class="happening" data-testid="progress">
                                <span class="dots" aria-hidden="true">
                                    <span></span>
                                    <span></span>
                                    <span></span>
                                </span>
                                <span>{line}</span>
                            </p>
                        }
                        .into_any()
                    })
            }}
            {move || notice.get().map(|notice| view! { <div class="notice" data-testid="notice" inner_html=notice></div> }.into_any())}
            {move || {
                missing
                    .get()
                    .then(|| {
                        view! {
                            <div class="empty">
                                <p>{texts.thread_missing}</p>
                                <a class="button" href="/chat">
                                    {texts.new_thread}
                                </a>
                            </div>
                        }
                        .into_any()
                    })
            }}
        </div>
        {zone_offer::offer()}
        {built_in::notice(chat)}
        {move || failure.get().map(failed)}
    }
    .into_any()
}
