//! The bar at the top of a page of somebody who is signed in.

use leptos::prelude::*;

use super::icon::{MENU, icon};
use crate::app::here;
use crate::domain::text::direction;

/// The way to the menu on small screens, the page's heading, and what else the page puts there.
#[component]
pub(in crate::app) fn Bar(
    /// The page's heading; text of the person.
    #[prop(into)]
    title: Signal<String>,
    /// Buttons at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="bar">
            <button type="button" class="round only-narrow" popovertarget="sidebar" aria-label=here().menu>
                {icon(MENU)}
            </button>
            <h1 class="bar-title">
                <bdi dir=move || title.with(|title| direction(title))>{title}</bdi>
            </h1>
            {children.map(|children| view! { <div class="bar-end">{children()}</div> }.into_any())}
        </header>
    }
}
