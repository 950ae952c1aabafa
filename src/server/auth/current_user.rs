//! Extractors: who is calling. Somebody whose account is gone is nobody.

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::{HeaderMap, header, request::Parts};
use tower_sessions::Session;

use super::{
    host,
    jwt::{self, Entrance},
    session,
    tokens::{self, Scope, Scopes},
};
use crate::{
    domain::id::TokenId,
    server::{error::AppError, state::AppState, store::StoreError, store::accounts::User},
};

/// The person whose session cookie came with the request. Tokens do not count: this is for the page.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub User);

/// Whoever calls the API, by session or by token.
#[derive(Debug, Clone)]
pub struct ApiCaller {
    /// On whose behalf.
    pub user: User,
    /// What they may do.
    pub scopes: Scopes,
    /// How they showed who they are.
    pub via: Via,
    /// When that ends, if it does by itself.
    pub until: Option<DateTime<Utc>>,
}

/// How a caller showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By the session cookie.
    Session,
    /// By a JWT of a front end that shares `JWT_SECRET`.
    Jwt,
    /// By being at the machine: `kaam mcp --user`.
    CommandLine,
    /// By an API token.
    Token(TokenId),
}

impl ApiCaller {
    /// Refuses callers whose token does not go that far.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub fn must(&self, scope: Scope) -> Result<(), AppError> {
        if self.scopes.allow(scope) {
            return Ok(());
        }
        Err(lacks(scope))
    }
}

/// The refusal of a token that does not go that far.
pub fn lacks(scope: Scope) -> AppError {
    AppError::Forbidden(match scope {
        Scope::Read => "This token lacks the scope `read`.",
        Scope::Write => "This token lacks the scope `write`.",
        Scope::Delete => "This token lacks the scope `delete`.",
    })
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        by_session(parts, state).await?.map(Self).ok_or(AppError::Unauthorized)
    }
}

impl FromRequestParts<AppState> for ApiCaller {
    type Rejection = AppError;

    /// Whoever calls `/chatkit`. A request with an `Authorization` header stands or falls with it: the cookie is not asked then.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return by_token(parts, state, Entrance::Chat).await?.ok_or(AppError::Unauthorized);
        }
        let user = by_session(parts, state).await?.ok_or(AppError::Unauthorized)?;
        Ok(Self {
            user,
            scopes: Scopes::ALL,
            via: Via::Session,
            until: None,
        })
    }
}

/// The person of the session cookie, if there is one, and if it came under a name of this server. Also for the page's server functions, which have the request's parts only.
///
/// # Errors
/// If the database does not answer.
pub async fn by_session(parts: &Parts, state: &AppState) -> Result<Option<User>, AppError> {
    let Some(session) = parts
        .extensions
        .get::<Session>()
        .filter(|_| host::is_for_people(parts, &state.config))
    else {
        return Ok(None);
    };
    let Some(id) = session::user(session)
        .await
        .map_err(|cause| AppError::Unavailable(Box::new(cause)))?
    else {
        return Ok(None);
    };
    known(state.store.user(id).await)
}

/// The caller of the bearer token, if it is good at this entrance: one of ours, or, with `JWT_SECRET`, a JWT.
///
/// # Errors
/// If the database does not answer.
pub async fn by_token(parts: &Parts, state: &AppState, entrance: Entrance) -> Result<Option<ApiCaller>, AppError> {
    let Some(token) = bearer(&parts.headers) else { return Ok(None) };
    if let Some(secret) = &state.config.jwt_secret
        && !tokens::is_token(token)
    {
        let Some(jwt) = jwt::read(token, secret, &audiences(state), entrance) else {
            return Ok(None);
        };
        let user = known(state.store.user(jwt.user).await)?;
        return Ok(user.map(|user| ApiCaller {
            user,
            scopes: jwt.scopes,
            via: Via::Jwt,
            until: jwt.until,
        }));
    }
    Ok(tokens::caller(&state.store, token, state.clock.now()).await?)
}

/// The names of this server in a JWT's `aud`.
fn audiences(state: &AppState) -> [String; 3] {
    let origin = state.config.public_origin();
    [format!("{origin}/mcp"), format!("{origin}/"), origin]
}

/// What follows `Authorization: Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn known<T>(found: Result<T, StoreError>) -> Result<Option<T>, AppError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bearer_token_is() {
        for (value, expected) in [
            ("Bearer kaam_x", Some("kaam_x")),
            ("bearer  kaam_x ", Some("kaam_x")),
            ("Basic eDp5", None),
            ("Bearer", None),
            ("kaam_x", None),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(bearer(&headers), expected, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
