//! One stream for all tabs of a browser: HTTP/1.1 has six connections a host, and every tab would take one for itself, and one more for
//! every answer that it follows.
//!
//! The tab that was shown last leads: it takes a lock from whichever tab has it, holds the stream, and passes every event on. Which answers
//! the stream tells of, tabs say by name; it is made anew where that changes. When the leading tab closes, the browser gives the lock to
//! another one. (A tab that is out of sight may be frozen, lock and all; so the lock is taken, not asked for.) Where there are no locks
//! (pages that came over plain HTTP from another machine) a tab has a stream of its own while it is seen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::{AbortHandle, Abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::prelude::wasm_bindgen;
use leptos::web_sys::js_sys::{Object, Promise, Reflect};

use super::{Sleep, is_hidden};
use crate::api::ApiError;
use crate::api::changes::{Following, changes};
use crate::api::sse::{Event, Events, Frame};
use crate::app::chat::follow::{in_time, unless_silent};

/// Wishes that come together make one stream.
const GATHER: Duration = Duration::from_millis(10);
/// The first wait after a stream that came to nothing; each one after it is twice as long, up to 64 times.
const REFUSED: Duration = Duration::from_secs(1);
/// As many answers as the server follows in one stream.
const FOLLOWED: usize = 20;
/// The hint that stands for every other: some may have been missed.
const ALL: &str = "all";
/// The same, where the stream was lost: what was asked for meanwhile may be lost, too.
pub(in crate::app) const AGAIN: &str = "again";
/// What the tab that leads says when its stream is there; a hint of this tab alone.
pub(in crate::app) const OPEN: &str = "open";

/// What tabs say to each other; anything else is a hint.
const WHO: &str = "who\n";
const WANT: &str = "want\n";
const EVENT: &str = "event\n";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = BroadcastChannel)]
    type Channel;
    #[wasm_bindgen(constructor, js_class = "BroadcastChannel")]
    fn new(name: &str) -> Channel;
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post(this: &Channel, word: &str);
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Channel, then: &JsValue);

    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn lock(name: &str, options: &JsValue, then: &JsValue) -> Result<Promise, JsValue>;
}

/// This tab among the others.
struct Tab {
    /// Of the channel and of the lock.
    name: String,
    channel: Channel,
    /// Hears the hints.
    hear: Box<dyn Fn(String)>,
    has_locks: Cell<bool>,
    leads: Cell<bool>,
    /// Whether this tab is among those to whom the browser may give the lock.
    is_waiting: Cell<bool>,
}

/// The answer that this tab follows.
struct Follower {
    thread: String,
    seen: Option<String>,
    tell: UnboundedSender<Event>,
}

thread_local! {
    static TAB: RefCell<Option<Rc<Tab>>> = const { RefCell::new(None) };
    static FOLLOWER: RefCell<Option<Follower>> = const { RefCell::new(None) };
    /// The place of the last hint that was heard.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// What the stream of this tab is to tell of, where it leads.
    static WANTED: RefCell<Vec<Following>> = const { RefCell::new(Vec::new()) };
    /// Ends the stream of this tab.
    static READER: RefCell<Option<AbortHandle>> = const { RefCell::new(None) };
    /// The streams that came to nothing since the last that did not.
    static FAILURES: Cell<u32> = const { Cell::new(0) };
}

/// Hears the hints of the person's stream, and the words that other tabs [`tell`]. Call it once.
pub(in crate::app) fn listen(name: &str, hear: impl Fn(String) + 'static) {
    let tab = Rc::new(Tab {
        name: name.to_owned(),
        channel: Channel::new(name),
        hear: Box::new(hear),
        has_locks: Cell::new(true),
        leads: Cell::new(false),
        is_waiting: Cell::new(false),
    });
    TAB.set(Some(Rc::clone(&tab)));
    let passed = {
        let tab = Rc::clone(&tab);
        Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
            let data = Reflect::get(&message, &"data".into()).ok();
            if let Some(text) = data.and_then(|data| data.as_string()) {
                tab.hear_other(text);
            }
        })
    };
    tab.channel.set_onmessage(&passed.into_js_value());
    tab.shown();
    // For the life of the page.
    let _ = window_event_listener_untyped("visibilitychange", move |_| tab.shown());
}

/// The answer that is written in a thread, behind the event `after`, from the stream of all tabs. Instead of the one that was followed
/// before. It ends with its final frame or an error; while it is silent longer than any stream, nobody leads who could tell.
pub(in crate::app) fn follow(thread: String, after: Option<String>) -> Events {
    let (tell, events) = unbounded();
    FOLLOWER.set(Some(Follower { thread, seen: after, tell }));
    if let Some(tab) = tab() {
        tab.ask();
    }
    Events::new(events)
}

/// A connection may be there again.
pub(in crate::app) fn try_again() {
    if let Some(tab) = tab().filter(|tab| tab.leads.get() && FAILURES.get() > 0) {
        tab.open();
    }
}

/// Hears nothing more: whoever is here is about to sign out.
pub(in crate::app) fn leave() {
    if let Some(tab) = tab() {
        tab.rest();
    }
}

/// Whether another tab leads, so that an answer is better followed by its stream than by one more.
pub(in crate::app) fn is_led() -> bool {
    tab().is_some_and(|tab| tab.has_locks.get() && !tab.leads.get())
}

/// Whether this tab leads.
pub(in crate::app) fn leads() -> bool {
    tab().is_some_and(|tab| tab.leads.get())
}

/// Tells the other tabs a word.
pub(in crate::app) fn tell(word: &str) {
    if let Some(tab) = tab() {
        tab.channel.post(word);
    }
}

/// Tells all tabs a word, this one too.
pub(in crate::app) fn say(word: String) {
    if let Some(tab) = tab() {
        tab.channel.post(&word);
        (tab.hear)(word);
    }
}

fn tab() -> Option<Rc<Tab>> {
    TAB.with_borrow(Clone::clone)
}

impl Tab {
    /// The page is shown, or is no more.
    fn shown(self: &Rc<Self>) {
        let hidden = is_hidden();
        if !hidden {
            try_again();
        }
        if self.has_locks.get() {
            if !self.leads.get() {
                self.compete(!hidden);
            }
        } else if hidden {
            self.rest();
        } else {
            self.lead();
        }
    }

    /// Takes the lock, or waits for it.
    fn compete(self: &Rc<Self>, take: bool) {
        if !take && self.is_waiting.replace(true) {
            return;
        }
        let granted = {
            let tab = Rc::clone(self);
            Closure::once_into_js(move || {
                if !take {
                    tab.is_waiting.set(false);
                }
                tab.lead();
                // The lock is kept as long as this is not settled.
                Promise::new(&mut |_, _| {})
            })
        };
        let options = Object::new();
        let _ = Reflect::set(&options, &"steal".into(), &take.into());
        let Ok(held) = lock(&self.name, &options, &granted) else {
            self.has_locks.set(false);
            return self.shown();
        };
        let taken = {
            let tab = Rc::clone(self);
            Closure::once(move |_: JsValue| {
                tab.rest();
                tab.compete(false);
            })
        };
        let _ = held.catch(&taken);
        // The browser calls it once, if at all.
        taken.forget();
    }

    fn lead(self: &Rc<Self>) {
        self.leads.set(true);
        FAILURES.set(0);
        // Those who follow an answer say so again.
        self.pass(WHO);
        if !self.ask() {
            self.open();
        }
    }

    fn rest(&self) {
        self.leads.set(false);
        WANTED.take();
        if let Some(reader) = READER.take() {
            reader.abort();
        }
    }

    /// Says to whoever leads what this tab follows. Whether it does.
    fn ask(self: &Rc<Self>) -> bool {
        let wanted = FOLLOWER.with_borrow(|follower| {
            follower
                .as_ref()
                .filter(|follower| !follower.tell.is_closed())
                .map(|follower| Following {
                    thread: follower.thread.clone(),
                    after: follower.seen.clone(),
                })
        });
        let Some(Following { thread, after }) = wanted else {
            return false;
        };
        if self.leads.get() {
            self.want(thread, after);
        } else {
            self.pass(&[WANT, &thread, "\n", after.as_deref().unwrap_or_default()].concat());
        }
        true
    }

    /// Somebody follows this answer: the stream is made anew, and tells of it from there on.
    fn want(self: &Rc<Self>, thread: String, after: Option<String>) {
        WANTED.with_borrow_mut(|wanted| {
            let known = wanted.iter().position(|following| following.thread == thread);
            let after = match known.map(|at| wanted.remove(at)) {
                // Somebody else may not have heard what is behind that.
                Some(known) => earlier(known.after, after),
                None => after,
            };
            wanted.push(Following { thread, after });
            if wanted.len() > FOLLOWED {
                wanted.remove(0);
            }
        });
        self.open();
    }

    fn open(self: &Rc<Self>) {
        let (handle, registration) = AbortHandle::new_pair();
        if let Some(before) = READER.replace(Some(handle)) {
            before.abort();
        }
        let tab = Rc::clone(self);
        spawn_local(async move {
            let _ = Abortable::new(tab.read_on(), registration).await;
        });
    }

    /// Reads one stream after the other.
    async fn read_on(&self) {
        Sleep::new(GATHER).over().await;
        loop {
            let error = self.read().await;
            let failures = FAILURES.get();
            FAILURES.set((failures + 1).min(7));
            // Every stream ends some time, which nobody needs to know where the next one goes on.
            if failures == 0 && error == ApiError::Network {
                continue;
            }
            let is_over = error == ApiError::SignedOut;
            for Following { thread, .. } in WANTED.take() {
                self.hear_event(Frame::event(Err(error.clone())).of(&thread));
            }
            // Nothing is told any more, until somebody looks at the page again.
            if is_over {
                return;
            }
            Sleep::new(REFUSED * (1 << failures.saturating_sub(1))).over().await;
        }
    }

    /// Reads a stream to its end.
    async fn read(&self) -> ApiError {
        let mut events = match in_time(changes(WANTED.with_borrow(Clone::clone))).await {
            Ok(events) => events,
            Err(error) => return error,
        };
        (self.hear)(OPEN.to_owned());
        let mut is_first = true;
        loop {
            match unless_silent(events.next().boxed_local()).await.flatten() {
                Some(mut event) => {
                    if let Some(error) = event.failure() {
                        return error;
                    }
                    if is_first && FAILURES.get() > 0 {
                        event.data = AGAIN.to_owned();
                    }
                    self.hear_event(event);
                }
                None => return ApiError::Network,
            }
            if !std::mem::take(&mut is_first) {
                FAILURES.set(0);
            }
        }
    }

    /// The stream of this tab tells of something.
    fn hear_event(&self, event: Event) {
        WANTED.with_borrow_mut(|wanted| match (event.thread(), &event.id) {
            (Some(thread), Some(id)) => {
                let known = wanted.iter_mut().find(|following| following.thread == thread);
                if let Some(known) = known {
                    known.after = Some(id.clone());
                }
            }
            (Some(thread), None) => wanted.retain(|following| following.thread != thread),
            (None, _) => {}
        });
        self.pass(&[EVENT, &event.to_text()].concat());
        self.take_in(event);
    }

    /// Says something to the other tabs, if they have no streams of their own.
    fn pass(&self, text: &str) {
        if self.has_locks.get() {
            self.channel.post(text);
        }
    }

    fn hear_other(self: &Rc<Self>, text: String) {
        if let Some(event) = text.strip_prefix(EVENT) {
            if let Some(event) = Event::from_text(event) {
                self.take_in(event);
            }
        } else if let Some(wanted) = text.strip_prefix(WANT) {
            if let Some((thread, after)) = wanted.split_once('\n').filter(|_| self.leads.get()) {
                self.want(thread.to_owned(), Some(after.to_owned()).filter(|after| !after.is_empty()));
            }
        } else if text == WHO {
            self.ask();
        } else {
            (self.hear)(text);
        }
    }

    /// Takes in what the stream tells, whichever tab holds it.
    fn take_in(&self, event: Event) {
        let is_hint = event.thread().is_none() && !event.data.is_empty();
        FOLLOWER.with_borrow_mut(|follower| {
            if let Some(follower) = follower {
                follower.hear(&event);
            }
        });
        if is_hint {
            let is_known = event.id.is_some() && PLACE.with_borrow(|place| *place == event.id);
            // A stream that goes on where the last one ended says that some hints may have been missed, but none were.
            if !(is_known && event.data == ALL) {
                PLACE.set(event.id);
                (self.hear)(event.data);
            }
        }
    }
}

impl Follower {
    /// Hears what is of its thread; anything else says that the line is alive.
    fn hear(&mut self, event: &Event) {
        if event.thread() != Some(self.thread.as_str()) {
            let _ = self.tell.unbounded_send(Event::default());
        } else if !is_behind(event.id.as_deref(), self.seen.as_deref()) {
            if event.id.is_some() {
                self.seen.clone_from(&event.id);
            }
            // Nobody hears it where something else is shown by now.
            let _ = self.tell.unbounded_send(event.clone());
        }
    }
}

/// The place behind which both hear all that they have not seen: nowhere, the beginning of the answer, where they are of different ones.
fn earlier(one: Option<String>, other: Option<String>) -> Option<String> {
    if is_behind(one.as_deref(), other.as_deref()) {
        one
    } else {
        other.filter(|other| is_behind(Some(other), one.as_deref()))
    }
}

/// Whether an event is one that was seen: it is told again where another tab begins to follow later.
fn is_behind(id: Option<&str>, seen: Option<&str>) -> bool {
    let place = |id: &str| {
        let (run, seq) = id.split_once('.')?;
        Some((run.to_owned(), seq.parse::<u64>().ok()?))
    };
    match (id.and_then(place), seen.and_then(place)) {
        (Some((run, seq)), Some((seen_run, seen_seq))) => run == seen_run && seq <= seen_seq,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;

    use super::*;

    #[test]
    fn what_is_told_again_is_seen_once() {
        let behind = |id, seen| is_behind(Some(id), Some(seen));
        assert!(behind("run_1.9", "run_1.10"));
        assert!(behind("run_1.10", "run_1.10"));
        assert!(!behind("run_1.11", "run_1.10"));
        assert!(!behind("run_2.1", "run_1.10"), "another answer");
        assert!(!is_behind(None, Some("run_1.10")), "the end of an answer has no place");
        assert!(!is_behind(Some("run_1.1"), None));
    }

    #[test]
    fn whoever_comes_later_takes_nothing_from_those_who_wait() {
        let earlier = |one: Option<&str>, other: Option<&str>| earlier(one.map(str::to_owned), other.map(str::to_owned));
        let places = ["run_1.9", "run_1.10"].map(Some);
        for (one, other) in [(0, 1), (1, 0), (0, 0)] {
            assert_eq!(earlier(places[one], places[other]).as_deref(), places[0]);
        }
        for beginning in [None, Some("run_2.1")] {
            assert_eq!(earlier(places[0], beginning), None);
            assert_eq!(earlier(beginning, places[0]), None);
        }
    }

    #[test]
    fn a_follower_hears_its_thread_and_that_the_line_lives() {
        let (tell, mut events) = unbounded();
        let mut follower = Follower {
            thread: "thr_1".into(),
            seen: None,
            tell,
        };
        let progress = |seq: u32| {
            let update = crate::api::view::ChatUpdate::Progress(seq.to_string());
            Frame::Update(Some(format!("run_1.{seq}")), update)
        };
        let of = |frame, thread: &str| Frame::event(frame).of(thread);
        for event in [
            of(Ok(progress(1)), "thr_1"),
            of(Ok(progress(1)), "thr_2"),
            of(Ok(progress(1)), "thr_1"),
            of(Ok(progress(2)), "thr_1"),
            of(Err(ApiError::Unavailable), "thr_1"),
        ] {
            follower.hear(&event);
        }
        drop(follower);
        let heard = std::iter::from_fn(|| events.next().now_or_never().flatten());
        let heard: Vec<_> = heard.map(Frame::read).collect();
        assert_eq!(
            heard,
            [Ok(progress(1)), Ok(Frame::Heartbeat), Ok(progress(2)), Err(ApiError::Unavailable)]
        );
    }
}
