//! Line icons on a grid of 24. Always beside a text or in something with a label, so they are hidden from screen readers.

use leptos::prelude::*;

pub(in crate::app) const MENU: &str = "M4 7h16M4 12h16M4 17h10";
pub(in crate::app) const PLUS: &str = "M12 5v14M5 12h14";
pub(in crate::app) const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub(in crate::app) const SEND: &str = "M12 19V5M5.5 11.5L12 5l6.5 6.5";
pub(in crate::app) const STOP: &str = "M7.5 7.5h9v9h-9z";
pub(in crate::app) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
pub(in crate::app) const TRASH: &str = "M4.5 7h15M10 11v6M14 11v6M6 7l1 12.5h10L18 7M9 7V4.5h6V7";
pub(in crate::app) const DOTS: &str = "M6 12h.01M12 12h.01M18 12h.01";
pub(in crate::app) const TASKS: &str = "M4 6.5l1.5 1.5L8.5 5M4 16.5l1.5 1.5 3-3M12 7h8M12 17h8";
pub(in crate::app) const GEAR: &str = "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0";
pub(in crate::app) const SYSTEM: &str = "M4 5h16v11H4zM9 20h6M12 16v4";
pub(in crate::app) const SUN: &str =
    "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4";
pub(in crate::app) const MOON: &str = "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z";
pub(in crate::app) const DOWN: &str = "M12 5v14M5.5 12.5L12 19l6.5-6.5";
pub(in crate::app) const ALERT: &str = "M12 8v5M12 16.5h.01M12 3.5l9 16H3z";
pub(in crate::app) const CLOCK: &str = "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 7.5V12l3 2";
pub(in crate::app) const FLAG: &str = "M6 20V5M6 5h11l-2 4 2 4H6";
pub(in crate::app) const LEAVE: &str = "M10 5H5v14h5M14 8l4 4-4 4M18 12H9";
pub(in crate::app) const COPY: &str = "M9 9h10v10H9zM15 9V5H5v10h4";
pub(in crate::app) const GOOD: &str =
    "M7.5 11v8.5H4V11zM7.5 11l4-7c1.6 0 2.4 1 2.2 2.5L13 10h5.5c1.2 0 1.9 1 1.6 2.1l-1.5 6c-.2.9-.9 1.4-1.8 1.4H7.5";
pub(in crate::app) const BAD: &str =
    "M7.5 13V4.5H4V13zM7.5 13l4 7c1.6 0 2.4-1 2.2-2.5L13 14h5.5c1.2 0 1.9-1 1.6-2.1l-1.5-6c-.2-.9-.9-1.4-1.8-1.4H7.5";
pub(in crate::app) const AGAIN: &str = "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9M20 4.5V9h-4.5";
pub(in crate::app) const CLIP: &str = "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L9.8 17a1.7 1.7 0 0 1-2.4-2.4L15 7";
pub(in crate::app) const AT: &str = "M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M15.5 8.5V13a2.5 2.5 0 0 0 5 0v-1a8.5 8.5 0 1 0-3.5 6.9";
pub(in crate::app) const MICROPHONE: &str = "M9 6.5a3 3 0 0 1 6 0V12a3 3 0 0 1-6 0zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3";
pub(in crate::app) const SPEAKER: &str = "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.2 4.2 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11";
pub(in crate::app) const REPLY: &str = "M9 7L4 12l5 5M4 12h9a7 7 0 0 1 7 7";
pub(in crate::app) const FILE: &str = "M7 3.5h7l4 4V20.5H7zM14 3.5v4h4";
pub(in crate::app) const TOOL: &str = "M14.5 6.5a4 4 0 0 0-5 5L4 17l3 3 5.5-5.5a4 4 0 0 0 5-5L15 12l-3-3z";
pub(in crate::app) const SPARK: &str = "M12 4l1.8 6.2L20 12l-6.2 1.8L12 20l-1.8-6.2L4 12l6.2-1.8z";

/// Draws an icon.
pub(in crate::app) fn icon(path: &'static str) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
    .into_any()
}
