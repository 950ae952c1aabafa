//! Any JSON either is drawn or is refused: no panic, no endless loop, and nothing in the HTML that a widget must not put there.
#![no_main]

use kaam_fuzz::{domain::locale::Locale, protocol::widget::Component, server::page::widget::html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let Ok(html) = html(&value, "fuzz", Locale::Ur) else { return };
    for bad in ["<script", "<iframe", "<style", "<object", "<embed", "<link", "<meta", "<base"] {
        assert!(!html.contains(bad), "{html}");
    }
    // What was read can be written and read again.
    let read = Component::read(&value).expect("it was drawn");
    assert_eq!(Component::read(&read.to_value()).as_ref(), Ok(&read));
});
