//! The cookie, and what a session holds: who signed in, and when the session was last prolonged.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, header};
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite, session};

use super::session_store::{self, DbSessions, LIFETIME};
use crate::{
    domain::{id::UserId, time::Clock},
    server::{
        config::Config,
        state::AppState,
        store::{Store, StoreError},
    },
};

/// The key of the user's id in a session's data.
pub(super) const USER: &str = "user";
/// The key of the time when it was last prolonged, in seconds.
const TOUCHED: &str = "touched";
/// The key of the time when the person last showed who they are, in seconds.
const AUTHENTICATED: &str = "authenticated";
/// What outlasts a session (tokens, another password) is made only so soon after that: a session that was left open, or stolen, is not enough.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// A session is prolonged at most so often, so that reading writes nothing.
const TOUCH_EVERY: TimeDelta = TimeDelta::hours(1);

/// The layer that gives requests their `Session` and answers their cookie. Costs nothing until the session is read.
pub fn layer(config: &Config, store: Store, clock: Arc<dyn Clock>) -> SessionManagerLayer<DbSessions> {
    SessionManagerLayer::new(DbSessions::new(store, clock))
        .with_name(cookie_name(config))
        .with_secure(config.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(LIFETIME.num_seconds())))
}

/// The prefix makes browsers refuse the cookie where it could have been set by a neighbour; it needs HTTPS.
fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-kaam_session" } else { "kaam_session" }
}

/// The value of a request's cookie with this name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Whether a request brings the cookie, good or not.
pub fn has_cookie(headers: &HeaderMap, config: &Config) -> bool {
    cookie(headers, cookie_name(config)).is_some()
}

/// Takes the cookie back. The layer does so, too, but without `Secure`, and then browsers do not listen where the name has the prefix.
pub fn ended_cookie(config: &Config) -> String {
    let secure = if config.is_https() { "; Secure" } else { "" };
    format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}", cookie_name(config))
}

/// Middleware, inside of [`layer`]: prolongs the session of a person who is here, at most once an hour.
pub async fn touch(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(session) = request.extensions().get::<Session>()
        && let Err(cause) = prolong(session, state.clock.now()).await
    {
        tracing::debug!(%cause, "a session could not be prolonged");
    }
    next.run(request).await
}

async fn prolong(session: &Session, now: DateTime<Utc>) -> Result<(), session::Error> {
    // Without a cookie there is nothing to prolong, and nothing to load.
    if session.id().is_none() || user(session).await?.is_none() {
        return Ok(());
    }
    let touched: Option<i64> = session.get(TOUCHED).await?;
    if touched.is_none_or(|at| now.timestamp() - at >= TOUCH_EVERY.num_seconds()) {
        session.insert(TOUCHED, now.timestamp()).await?;
    }
    Ok(())
}

/// Who signed in. The account may be gone since: look it up.
///
/// # Errors
/// If the database does not answer.
pub async fn user(session: &Session) -> Result<Option<UserId>, session::Error> {
    if session.id().is_none() {
        return Ok(None);
    }
    let id: Option<String> = session.get(USER).await?;
    Ok(id.and_then(|id| id.parse().ok()))
}

/// Signs in, under a new id: one that somebody planted before is worth nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn begin(session: &Session, user: UserId, now: DateTime<Utc>) -> Result<(), session::Error> {
    session.cycle_id().await?;
    session.clear().await;
    session.insert(USER, user.to_string()).await?;
    session.insert(AUTHENTICATED, now.timestamp()).await?;
    session.insert(TOUCHED, now.timestamp()).await
}

/// Notes that the person showed once more who they are.
///
/// # Errors
/// If the database does not answer.
pub async fn confirm(session: &Session, now: DateTime<Utc>) -> Result<(), session::Error> {
    session.insert(AUTHENTICATED, now.timestamp()).await
}

/// Whether the person showed who they are only minutes ago.
///
/// # Errors
/// If the database does not answer.
pub async fn is_fresh(session: &Session, now: DateTime<Utc>) -> Result<bool, session::Error> {
    let at: Option<i64> = session.get(AUTHENTICATED).await?;
    Ok(at.is_some_and(|at| (0..FRESH.num_seconds()).contains(&(now.timestamp() - at))))
}

/// Whether the session is still there: it may have been ended elsewhere since it was read.
///
/// # Errors
/// If the database does not answer.
pub async fn is_there(session: &Session, store: &Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let Some(id) = session.id() else { return Ok(false) };
    let kept = store.session(&session_store::hash(&id)).await?;
    Ok(kept.is_some_and(|kept| kept.user.is_some() && kept.expires_at > now))
}

/// Signs out: the row is deleted, the cookie taken back.
///
/// # Errors
/// If the database does not answer.
pub async fn end(session: &Session) -> Result<(), session::Error> {
    session.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_bound_to_the_host_where_there_is_https() {
        for (public, name) in [
            ("http://localhost:3000", "kaam_session"),
            ("https://kaam.example", "__Host-kaam_session"),
        ] {
            let config = Config::read(|variable| (variable == "KAAM_PUBLIC_URL").then(|| public.to_owned())).unwrap();
            assert_eq!(cookie_name(&config), name);
        }
    }
}
