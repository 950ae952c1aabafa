//! Fields that several forms have.

use leptos::prelude::*;

use crate::app::here;
use crate::domain::password::{MAX_CHARS, MIN_CHARS};

/// Where the password that one has goes.
pub(in crate::app) fn password_field(id: &'static str, name: &'static str, label: &'static str) -> AnyView {
    view! {
        <label class="label" for=id>
            {label}
        </label>
        <input id=id class="field" type="password" name=name dir="ltr" required autocomplete="current-password" />
    }
    .into_any()
}

/// Where a new password goes, with the rule for it.
pub(in crate::app) fn new_password_field(id: &'static str, label: &'static str) -> AnyView {
    view! {
        <label class="label" for=id>
            {label}
        </label>
        <input
            id=id
            class="field"
            type="password"
            name="password"
            dir="ltr"
            required
            minlength=MIN_CHARS
            maxlength=MAX_CHARS
            autocomplete="new-password"
            aria-describedby="password-rule"
        />
        <p id="password-rule" class="hint">
            {here().password_rule}
        </p>
    }
    .into_any()
}
