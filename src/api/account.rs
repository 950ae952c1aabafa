//! Accounts and preferences.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use leptos::prelude::*;

use super::ApiError;
use super::view::{SignUpMode, Theme, Viewer};
use crate::domain::locale::{Digits, Locale, WeekStart};

/// Who is looking at the page, and in which language and colours.
#[server(endpoint = "account/viewer", input = leptos::server_fn::codec::Json)]
pub async fn current_viewer() -> Result<Viewer, ApiError> {
    crate::server::page::account::viewer().await
}

/// Whether an account can be made; `setup` is the token of the set-up link.
#[server(endpoint = "account/sign-up-state", input = leptos::server_fn::codec::Json)]
pub async fn sign_up_state(setup: Option<String>) -> Result<SignUpMode, ApiError> {
    crate::server::page::account::sign_up_state(setup).await
}

/// Signs in and goes to `/chat`.
#[server(endpoint = "account/sign-in")]
pub async fn sign_in(email: String, password: String) -> Result<(), ApiError> {
    crate::server::page::account::sign_in(email, password).await
}

/// Makes an account, signs in and goes to `/chat`. `zone` is the browser's IANA zone, empty where it is not known.
#[server(endpoint = "account/sign-up")]
pub async fn sign_up(
    email: String,
    password: String,
    #[server(default)] name: String,
    #[server(default)] zone: String,
    #[server(default)] setup: String,
) -> Result<(), ApiError> {
    crate::server::page::account::sign_up(email, password, name, zone, setup).await
}

/// Changes the password, signs out everywhere else, and goes back to the settings.
#[server(endpoint = "account/password")]
pub async fn set_password(current: String, password: String, #[server(default)] revoke: bool) -> Result<(), ApiError> {
    crate::server::page::security::set_password(current, password, revoke).await
}

/// Signs out and goes to `/sign-in`.
#[server(endpoint = "account/sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    crate::server::page::account::sign_out().await
}

/// Sets the language and the colours (also for people who are not signed in), then goes back to `back` (a path of ours).
#[server(endpoint = "account/appearance")]
pub async fn set_appearance(locale: Locale, theme: Theme, #[server(default)] back: String) -> Result<(), ApiError> {
    crate::server::page::account::set_appearance(locale, theme, back).await
}

/// Sets the person's zone, an IANA name.
#[server(endpoint = "account/zone")]
pub async fn set_zone(zone: String) -> Result<(), ApiError> {
    crate::server::page::account::set_zone(zone).await
}

/// Sets the person's name, zone, digits and first day of the week, then goes back to `/settings`.
#[server(endpoint = "account/profile")]
pub async fn set_profile(
    name: String,
    zone: String,
    #[server(default)] digits: Digits,
    #[server(default)] week_start: WeekStart,
) -> Result<(), ApiError> {
    crate::server::page::account::set_profile(name, zone, digits, week_start).await
}
