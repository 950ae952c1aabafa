//! One stream of hints for all tabs of a browser: HTTP/1.1 has six connections a host, and every tab would take one for itself.
//!
//! The tab that holds a lock has the stream and passes every word on; when it closes, the browser gives the lock to another one. Where there
//! are no locks (pages that came over plain HTTP from another machine) a tab has a stream of its own while it is seen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::prelude::wasm_bindgen;
use leptos::web_sys::js_sys::{Object, Promise, Reflect};

/// The server gives a sign of life every 15 s; without any for so long the connection is dead.
const SILENCE: Duration = Duration::from_secs(35);
/// The first wait after a refusal; each one after it is twice as long, up to 64 times.
const REFUSED: Duration = Duration::from_secs(3);
/// The sign of life.
const ALIVE: &str = "alive";
/// The word that stands for every other: some may have been missed.
const ALL: &str = "all";
/// `EventSource.CLOSED`: the browser does not try again by itself.
const CLOSED: u16 = 2;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = EventSource)]
    type Source;
    #[wasm_bindgen(constructor, js_class = "EventSource")]
    fn new(url: &str) -> Source;
    #[wasm_bindgen(method, getter, js_name = readyState)]
    fn ready_state(this: &Source) -> u16;
    #[wasm_bindgen(method)]
    fn close(this: &Source);
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Source, then: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Source, then: &JsValue);

    #[wasm_bindgen(js_name = BroadcastChannel)]
    type Channel;
    #[wasm_bindgen(constructor, js_class = "BroadcastChannel")]
    fn new(name: &str) -> Channel;
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post(this: &Channel, word: &str);
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Channel, then: &JsValue);

    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn lock(name: &str, options: &JsValue, then: &JsValue) -> Result<JsValue, JsValue>;
}

/// Hears the words.
type Hear = Rc<dyn Fn(String)>;

/// The stream that this tab holds, with what hears it.
struct Held {
    source: Source,
    _heard: Closure<dyn FnMut(JsValue)>,
    _failed: Closure<dyn FnMut()>,
}

thread_local! {
    static CHANNEL: RefCell<Option<(Channel, Hear)>> = const { RefCell::new(None) };
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
    /// Makes the stream anew when it is over.
    static AGAIN: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    static REFUSALS: Cell<u32> = const { Cell::new(0) };
}

/// Hears the words of the stream at `url`, and those that other tabs [`tell`]. Begins with [`ALL`]. Call it once.
pub(in crate::app) fn listen(name: &str, url: &'static str, hear: Hear) {
    let channel = Channel::new(name);
    let passed = {
        let hear = Rc::clone(&hear);
        Closure::<dyn FnMut(JsValue)>::new(move |event| {
            if let Some(word) = data(&event) {
                hear(word);
            }
        })
    };
    channel.set_onmessage(&passed.into_js_value());
    CHANNEL.set(Some((channel, Rc::clone(&hear))));

    let held = {
        let hear = Rc::clone(&hear);
        let wait = name.to_owned();
        Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |granted: JsValue| {
            if !granted.is_null() {
                return hold(url, &hear);
            }
            // Another tab has the stream. What changed between the making of this page and now was passed to nobody.
            hear(ALL.to_owned());
            let hear = Rc::clone(&hear);
            let later = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| hold(url, &hear));
            let _ = lock(&wait, &Object::new(), &later.into_js_value());
            JsValue::UNDEFINED
        })
    };
    let now = Object::new();
    let _ = Reflect::set(&now, &"ifAvailable".into(), &true.into());
    if lock(name, &now, &held.into_js_value()).is_err() {
        let follow = move || if document().hidden() { close() } else { open(url, &hear) };
        follow();
        // For the life of the page.
        let _ = window_event_listener_untyped("visibilitychange", move |_| follow());
    }
}

/// Tells the other tabs a word.
pub(in crate::app) fn tell(word: &str) {
    CHANNEL.with_borrow(|channel| {
        if let Some((channel, _)) = channel {
            channel.post(word);
        }
    });
}

/// Tells all tabs a word, this one too.
pub(in crate::app) fn say(word: String) {
    tell(&word);
    let hear = CHANNEL.with_borrow(|channel| channel.as_ref().map(|(_, hear)| Rc::clone(hear)));
    if let Some(hear) = hear {
        hear(word);
    }
}

/// Whether this tab has the stream.
pub(in crate::app) fn holds() -> bool {
    HELD.with_borrow(Option::is_some)
}

/// The lock is kept as long as what is given here is not settled: for the life of the page.
fn hold(url: &'static str, hear: &Hear) -> JsValue {
    open(url, hear);
    Promise::new(&mut |_, _| {}).into()
}

fn close() {
    if let Some(timer) = AGAIN.take() {
        timer.clear();
    }
    if let Some(held) = HELD.take() {
        held.source.close();
    }
}

fn open(url: &'static str, hear: &Hear) {
    close();
    let source = Source::new(url);
    let heard = {
        let hear = Rc::clone(hear);
        Closure::<dyn FnMut(JsValue)>::new(move |event| {
            REFUSALS.set(0);
            open_after(SILENCE, url, &hear);
            if let Some(word) = data(&event).filter(|word| word != ALIVE) {
                tell(&word);
                hear(word);
            }
        })
    };
    let failed = {
        let hear = Rc::clone(hear);
        Closure::<dyn FnMut()>::new(move || {
            // What is only broken off the browser connects again by itself.
            let is_closed = HELD.with_borrow(|held| held.as_ref().is_some_and(|held| held.source.ready_state() == CLOSED));
            if is_closed {
                let refusals = REFUSALS.get();
                REFUSALS.set((refusals + 1).min(6));
                open_after(REFUSED * (1 << refusals), url, &hear);
            }
        })
    };
    source.set_onmessage(heard.as_ref());
    source.set_onerror(failed.as_ref());
    HELD.set(Some(Held {
        source,
        _heard: heard,
        _failed: failed,
    }));
    open_after(SILENCE, url, hear);
}

fn open_after(wait: Duration, url: &'static str, hear: &Hear) {
    let hear = Rc::clone(hear);
    let timer = set_timeout_with_handle(move || open(url, &hear), wait).ok();
    if let Some(before) = AGAIN.replace(timer) {
        before.clear();
    }
}

fn data(event: &JsValue) -> Option<String> {
    Reflect::get(event, &"data".into()).ok()?.as_string()
}
