//! Everything that is not a page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::app::components::switches::{Switches, word_mark};
use crate::app::here;

/// Says so, and shows the way back.
#[component]
pub(in crate::app) fn NotFoundPage() -> impl IntoView {
    let texts = here();
    view! {
        <Title text=texts.not_found />
        <main id="main" class="door">
            <div class="door-box">
                {word_mark()}
                <h1>{texts.not_found}</h1>
                <p>{texts.not_found_note}</p>
                // Loaded anew: whoever is not signed in is sent to sign in.
                <a class="button" href="/chat" rel="external">
                    {texts.to_chat}
                </a>
            </div>
            <Switches />
        </main>
    }
    .into_any()
}
