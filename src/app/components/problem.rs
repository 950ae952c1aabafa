//! Says that something went wrong.

use leptos::prelude::*;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_router::hooks::use_location;

use super::icon::{ALERT, icon};
use crate::api::ApiError;
use crate::app::here;

/// A line that is read out at once. Empty, it is not there.
#[component]
pub(in crate::app) fn Problem(#[prop(into)] error: Signal<Option<ApiError>>) -> impl IntoView {
    let texts = here();
    move || {
        error.get().map(|error| {
            view! {
                <p class="problem" role="alert">
                    {icon(ALERT)}
                    <span>{texts.error(&error)}</span>
                </p>
            }
            .into_any()
        })
    }
}

/// What the address tells of a form that was sent without JavaScript.
pub(in crate::app) fn told() -> Option<ApiError> {
    use_context::<ServerActionError>().map(|error| ServerFnUrlError::<ApiError>::decode_err(error.err()))
}

/// As [`told`], of the forms whose path begins so.
pub(in crate::app) fn told_by(forms: &str) -> Option<ApiError> {
    use_context::<ServerActionError>()
        .filter(|error| error.path().starts_with(forms))
        .map(|error| ServerFnUrlError::<ApiError>::decode_err(error.err()))
}

/// What went wrong with a form that was sent without JavaScript: the server tells it in the address.
#[component]
pub(in crate::app) fn FormProblem() -> impl IntoView {
    let told = told();
    let search = use_location().search;
    let error = Signal::derive(move || told.clone().filter(|_| search.with(|search| search.contains("__err="))));
    view! { <Problem error /> }
}
