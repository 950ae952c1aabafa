//! Language and colours. Plain forms: a change loads the page anew, because everything on it changes.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::icon::{MOON, SUN, SYSTEM, icon};
use crate::api::view::Theme;
use crate::app::Session;
use crate::domain::locale::Locale;

const ACTION: &str = "/api/account/appearance";

/// The switches.
#[component]
pub(in crate::app) fn Switches() -> impl IntoView {
    let Session { viewer, texts } = Session::here();
    let back = use_location().pathname;
    let locale = |value: Locale, name: &'static str| {
        view! {
            <button name="locale" value=value.tag() lang=value.tag() aria-pressed=(viewer.locale == value).to_string()>
                {name}
            </button>
        }
    };
    let theme = |value: Theme, name: &'static str, path: &'static str| {
        view! {
            <button name="theme" value=value.name() aria-label=name title=name aria-pressed=(viewer.theme == value).to_string()>
                {icon(path)}
            </button>
        }
    };
    view! {
        <div class="switches">
            <form method="post" action=ACTION>
                <input type="hidden" name="theme" value=viewer.theme.name() />
                <input type="hidden" name="back" value=move || back.get() />
                <div class="switch" role="group" aria-label=texts.language>
                {locale(Locale::En, "English")}
                {locale(Locale::Ur, "اردو")}
                </div>
            </form>
            <form method="post" action=ACTION>
                <input type="hidden" name="locale" value=viewer.locale.tag() />
                <input type="hidden" name="back" value=move || back.get() />
                <div class="switch" role="group" aria-label=texts.colours>
                {theme(Theme::System, texts.colours_system, SYSTEM)}
                {theme(Theme::Light, texts.colours_light, SUN)}
                {theme(Theme::Dark, texts.colours_dark, MOON)}
                </div>
            </form>
        </div>
    }
    .into_any()
}

/// The word-mark.
pub(in crate::app) fn word_mark() -> impl IntoView {
    view! {
        <span class="word-mark" translate="no" dir="ltr">
            <span lang="en">"Kaam"</span>
            <span aria-hidden="true">"·"</span>
            <span lang="ur" dir="rtl">
                "کام"
            </span>
        </span>
    }
}
