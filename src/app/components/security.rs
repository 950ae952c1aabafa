//! The password on the settings page, by a plain form: what it changes, the server draws.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::fields::{new_password_field, password_field};
use super::icon::{CHECK, icon};
use super::problem::{Problem, told_by};
use crate::app::Session;

/// The path of the form, which errors are told by.
const FORM: &str = "/api/account/password";

/// The card.
#[component]
pub(in crate::app) fn Security() -> impl IntoView {
    let Session { viewer, texts } = Session::here();
    let email = viewer.me.map(|me| me.email).unwrap_or_default();
    let was_changed = use_query_map().with_untracked(|query| query.get("changed").is_some());
    let error = told_by(FORM);
    let search = use_location().search;
    let problem = Signal::derive(move || error.clone().filter(|_| search.with(|search| search.contains("__err="))));
    let changed = was_changed.then(|| {
        view! { <p class="notice" role="status" data-testid="password-changed">{icon(CHECK)} {texts.password_changed}</p> }.into_any()
    });
    view! {
        <section class="card" id="security" aria-labelledby="security-title">
            <h2 id="security-title">{texts.security}</h2>
            <Problem error=problem />
            {changed}
            <form method="post" action=FORM data-testid="password-form">
                // For password managers, which keep the password under it.
                <input type="text" name="username" autocomplete="username" hidden value=email />
                {password_field("current-password", "current", texts.current_password)}
                {new_password_field("new-password", texts.new_password)}
                <label class="choice">
                    <input type="checkbox" name="revoke" value="true" checked />
                    {texts.revoke_tokens}
                </label>
                <p class="hint">{texts.change_password_note}</p>
                <button class="button strong" data-testid="password-change">
                    {texts.change_password}
                </button>
            </form>
        </section>
    }
    .into_any()
}
