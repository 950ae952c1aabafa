//! The browser's voice. By reflection: naming these types would need features of web-sys that the server's build does not have.

use std::cell::RefCell;

use leptos::prelude::window;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, Reflect};

use super::speech::{call, get};

/// What is being said. Kept here because browsers forget the events of what nobody holds.
struct Speech {
    utterances: Vec<JsValue>,
    _over: Closure<dyn FnMut(JsValue)>,
}

thread_local! {
    static SPEECH: RefCell<Option<Speech>> = const { RefCell::new(None) };
}

/// Whether the browser can speak.
pub(in crate::app) fn can_speak() -> bool {
    get(&window(), "speechSynthesis").is_object() && get(&window(), "SpeechSynthesisUtterance").is_function()
}

/// Says texts, each in its language, one after the other; `over` is called at the end, or where that fails.
pub(in crate::app) fn say(texts: Vec<(String, &'static str)>, mut over: impl FnMut() + 'static) {
    let Ok(class) = get(&window(), "SpeechSynthesisUtterance").dyn_into::<Function>() else {
        return over();
    };
    let utterance = |(text, language): (String, &str)| {
        let utterance = Reflect::construct(&class, &Array::of1(&text.into())).ok()?;
        Reflect::set(&utterance, &"lang".into(), &language.into()).ok()?;
        Some(utterance)
    };
    let utterances: Vec<JsValue> = texts.into_iter().filter_map(utterance).collect();
    let Some(last) = utterances.last() else { return over() };
    let over = Closure::<dyn FnMut(JsValue)>::new(move |_| over());
    let _ = Reflect::set(last, &"onend".into(), over.as_ref());
    for utterance in &utterances {
        let _ = Reflect::set(utterance, &"onerror".into(), over.as_ref());
        let _ = call(&get(&window(), "speechSynthesis"), "speak", Some(utterance));
    }
    SPEECH.set(Some(Speech { utterances, _over: over }));
}

/// Stops at once. Nobody is told.
pub(in crate::app) fn hush() {
    if let Some(speech) = SPEECH.take() {
        for utterance in &speech.utterances {
            for event in ["onend", "onerror"] {
                let _ = Reflect::set(utterance, &event.into(), &JsValue::NULL);
            }
        }
        let _ = call(&get(&window(), "speechSynthesis"), "cancel", None);
    }
}
