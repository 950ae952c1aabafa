//! What the reader sees of a long page.

use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::prelude::wasm_bindgen;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::Element;
use leptos::web_sys::js_sys::{Array, Reflect};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IntersectionObserver)]
    type Observer;
    #[wasm_bindgen(constructor, js_class = "IntersectionObserver")]
    fn new(seen: &JsValue) -> Observer;
    #[wasm_bindgen(method)]
    fn observe(this: &Observer, element: &Element);
    #[wasm_bindgen(method)]
    fn disconnect(this: &Observer);
}

/// As long as it lives, the element is watched.
pub(in crate::app) struct Watch {
    observer: Observer,
    _seen: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls whenever an element comes into sight.
pub(in crate::app) fn when_seen(element: &Element, seen: impl Fn() + 'static) -> Watch {
    let told = Closure::<dyn FnMut(JsValue)>::new(move |entries: JsValue| {
        let is_seen = |entry: JsValue| Reflect::get(&entry, &"isIntersecting".into()).is_ok_and(|is| is.is_truthy());
        if Array::from(&entries).iter().any(is_seen) {
            seen();
        }
    });
    let observer = Observer::new(told.as_ref().unchecked_ref());
    observer.observe(element);
    Watch { observer, _seen: told }
}
