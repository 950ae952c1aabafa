//! Showing once more who one is, and changing the password.
//!
//! What outlasts a session asks for the password, unless the person signed in only minutes ago: a session that somebody else got hold of is
//! not enough to make a token, nor to keep the owner out.

use http::request::Parts;
use leptos_axum::redirect;
use tower_sessions::Session;

use super::{
    Caller,
    account::{enter, password_failed, session_failed},
    caller, failed, here, refuse,
};
use crate::{
    api::ApiError,
    server::{
        auth::{About, limits::Whence, session},
        request_id,
        state::AppState,
        store::{
            accounts::{Tokens, User},
            changes::Hint,
        },
    },
};

/// Where the change is told.
const CHANGED: &str = "/settings?changed=password#security";

/// Gives the person another password, signs out everywhere else, and revokes the tokens where that is wanted.
pub async fn set_password(current: String, new: String, revoke_tokens: bool) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let (_, parts) = here().map_err(refuse)?;
    check(&state, &user, current).await?;
    let about = About {
        email: &user.email,
        name: &user.name,
    };
    let hash = state.passwords.hash(new.into(), about).await.map_err(password_failed)?;
    let tokens = if revoke_tokens { Tokens::Revoke } else { Tokens::Keep };
    let set = state.store.set_password(user.id, &hash, tokens, state.clock.now()).await;
    let revoked = set.map_err(failed)?;
    tracing::info!(user = %user.id, revoked, "a password was changed");
    state.store.changed(user.id, Hint::SignedOut);
    // This browser goes on, in a new session.
    enter(&state, &parts, user.id).await?;
    redirect(CHANGED);
    Ok(())
}

/// Lets pass whoever signed in only minutes ago, or gives the password now.
pub async fn confirm(state: &AppState, user: &User, password: String) -> Result<(), ApiError> {
    let (_, parts) = here().map_err(refuse)?;
    let session = session_of(&parts)?;
    if session::is_fresh(session, state.clock.now()).await.map_err(session_failed)? {
        return Ok(());
    }
    if password.is_empty() {
        return Err(refuse(ApiError::ConfirmPassword));
    }
    check(state, user, password).await?;
    session::confirm(session, state.clock.now()).await.map_err(session_failed)
}

/// Whether [`confirm`] would ask for the password now.
pub async fn must_confirm(state: &AppState, parts: &Parts) -> Result<bool, ApiError> {
    let is_fresh = session::is_fresh(session_of(parts)?, state.clock.now()).await;
    Ok(!is_fresh.map_err(session_failed)?)
}

/// Whether this is the person's password. Guesses are counted, those of this person alone.
async fn check(state: &AppState, user: &User, password: String) -> Result<(), ApiError> {
    let begun = state.attempts.begin(state.clock.now(), &user.email, Whence::SignedIn);
    let attempt = begun.map_err(|too_many| refuse(ApiError::TooMany(too_many.retry_after)))?;
    let (_, hash) = state.store.credentials(&user.email).await.map_err(failed)?;
    if !state.passwords.verify(password.into(), hash).await.map_err(password_failed)? {
        return Err(refuse(ApiError::WrongPassword));
    }
    attempt.forgive();
    Ok(())
}

fn session_of(parts: &Parts) -> Result<&Session, ApiError> {
    parts.extensions.get::<Session>().ok_or_else(|| {
        tracing::error!("a server function was called without a session");
        refuse(ApiError::Internal(request_id::current()))
    })
}
