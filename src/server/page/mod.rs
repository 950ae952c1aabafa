//! Bodies of the server functions of [`crate::api`], for the page and for plain forms alike.
//!
//! Each begins by asking who is calling ([`caller`]). An error goes through [`refuse`], which gives the answer its status:
//!
//! | error | status |
//! | --- | --- |
//! | `Invalid` | 400 |
//! | `SignedOut`, `WrongCredentials` | 401 |
//! | `SignUpClosed`, `OtherAddress`, `Closed`, `ConfirmPassword`, `WrongPassword` | 403 |
//! | `NotFound` | 404 |
//! | `SignUpRefused`, `Busy` | 409 |
//! | `EmailInvalid`, `PasswordInvalid`, `PasswordWeak`, `Blank`, `TooLong` | 422 |
//! | `TooMany` | 429 with `Retry-After` |
//! | `QuotaReached` | 403 (files, tasks), 429 (answers, tokens) |
//! | `Unavailable` | 503 with `Retry-After` |
//! | `Internal`, `Network` | 500 |
//!
//! A plain form is an exception: its errors travel in the address of the page that the browser is sent back to, which needs a 302.

pub(crate) mod account;
pub(crate) mod acts;
pub(crate) mod changes;
pub(crate) mod chat;
mod form;
pub(crate) mod gallery;
pub(crate) mod markdown;
pub(crate) mod new_tasks;
mod parts;
pub(crate) mod security;
pub(crate) mod tasks;
pub(crate) mod tokens;
pub mod view;
pub(crate) mod widget;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::{
    auth::{current_user, session::cookie, tokens::Scopes},
    error::AppError,
    request_id,
    run::Person,
    state::AppState,
    store::{StoreError, accounts::User},
};
use crate::{
    api::{ApiError, view::Theme},
    domain::{
        locale::{Locale, Reader},
        task::Due,
        texts,
    },
};

/// Cookies that remember how the page looks for whoever is not signed in.
const LOCALE_COOKIE: &str = "kaam_locale";
const THEME_COOKIE: &str = "kaam_theme";

/// The tools that the page itself has.
const CLIENT_TOOLS: [&str; 1] = ["get_page_context"];

/// Seconds to wait while the database is away.
const RETRY_AFTER: u32 = 2;

/// Who is calling, and what they are served with.
#[derive(Clone)]
pub struct Caller {
    /// The parts.
    pub state: AppState,
    /// The person.
    pub user: User,
    /// The language in which they see the page.
    pub locale: Locale,
}

impl Caller {
    /// A moment in words, in the person's language and zone.
    fn when(&self, at: DateTime<Utc>, with_time: bool) -> String {
        let calendar = self.user.calendar();
        let (now, at) = (calendar.local(self.state.clock.now()), calendar.local(at));
        let due = Due {
            date: at.date(),
            time: with_time.then(|| at.time()),
        };
        self.user.digits.show(texts::due_words(&due, self.locale, now))
    }

    /// How they read.
    fn reader(&self) -> Reader {
        Reader {
            locale: self.locale,
            digits: self.user.digits,
        }
    }

    /// The person, as far as an answer depends on them.
    pub fn person(&self) -> Person {
        Person {
            id: self.user.id,
            calendar: self.user.calendar(),
            locale: self.locale,
            client_tools: CLIENT_TOOLS.map(str::to_owned).to_vec(),
            scopes: Scopes::ALL,
        }
    }
}

/// Who is calling.
///
/// # Errors
/// [`ApiError::SignedOut`], and [`ApiError::Unavailable`] if the database does not answer; the status is set.
pub async fn caller() -> Result<Caller, ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    let user = current_user::by_session(&parts, &state)
        .await
        .map_err(|error| refuse(of_app(error)))?;
    let user = user.ok_or_else(|| refuse(ApiError::SignedOut))?;
    let locale = locale_of(Some(&user), &parts.headers);
    Ok(Caller { state, user, locale })
}

/// What Leptos provides around every server function and every page that is drawn.
fn here() -> Result<(AppState, Parts), ApiError> {
    match (use_context::<AppState>(), use_context::<Parts>()) {
        (Some(state), Some(parts)) => Ok((state, parts)),
        _ => {
            tracing::error!("a server function was called without its context");
            Err(ApiError::Internal(request_id::current()))
        }
    }
}

/// The person's own choice, then the cookie, then what the browser asks for.
fn locale_of(user: Option<&User>, headers: &HeaderMap) -> Locale {
    user.and_then(|user| user.locale)
        .or_else(|| cookie(headers, LOCALE_COOKIE).and_then(Locale::from_tag))
        .or_else(|| {
            headers
                .get(header::ACCEPT_LANGUAGE)?
                .to_str()
                .ok()
                .and_then(Locale::from_accept_language)
        })
        .unwrap_or_default()
}

/// The person's own choice, then the cookie.
fn theme_of(user: Option<&User>, headers: &HeaderMap) -> Theme {
    let chosen = user
        .and_then(|user| user.theme.as_deref())
        .or_else(|| cookie(headers, THEME_COOKIE));
    chosen.map(Theme::from_name).unwrap_or_default()
}

/// Gives the answer the status of an error, and gives the error back.
pub fn refuse(error: ApiError) -> ApiError {
    let Some(response) = use_context::<ResponseOptions>() else {
        return error;
    };
    let retry_after = match error {
        ApiError::TooMany(seconds) => Some(seconds),
        ApiError::QuotaReached(quota) => quota.retry_after(),
        ApiError::Unavailable => Some(RETRY_AFTER),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        response.insert_header(header::RETRY_AFTER, seconds.into());
    }
    if !use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        response.set_status(status(&error));
    }
    error
}

/// The error of the page for an error of the store, with the status set. The cause goes to the log.
pub fn failed(error: StoreError) -> ApiError {
    refuse(of_store(error))
}

fn of_store(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound => ApiError::NotFound,
        StoreError::Conflict(_) => ApiError::Invalid,
        StoreError::Unavailable(cause) => {
            tracing::warn!(error = %cause, "database unavailable");
            ApiError::Unavailable
        }
        StoreError::Other(cause) => internal(cause.as_ref()),
    }
}

fn of_app(error: AppError) -> ApiError {
    match error {
        AppError::Unauthorized => ApiError::SignedOut,
        AppError::NotFound => ApiError::NotFound,
        AppError::QuotaReached(quota) => ApiError::QuotaReached(quota),
        AppError::TooMany { retry_after } => ApiError::TooMany(retry_after),
        AppError::Unavailable(cause) => {
            tracing::warn!(error = %cause, "database unavailable");
            ApiError::Unavailable
        }
        AppError::UpstreamFailed(cause) | AppError::UpstreamUnavailable(cause) => {
            tracing::warn!(%cause, "an upstream service failed");
            ApiError::Unavailable
        }
        AppError::Internal(cause) => internal(cause.as_ref()),
        _ => ApiError::Invalid,
    }
}

fn internal(cause: &(dyn std::error::Error + 'static)) -> ApiError {
    tracing::error!(error = %cause, debug = ?cause, "request failed");
    ApiError::Internal(request_id::current())
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::Invalid => StatusCode::BAD_REQUEST,
        ApiError::SignedOut | ApiError::WrongCredentials => StatusCode::UNAUTHORIZED,
        ApiError::SignUpClosed | ApiError::OtherAddress(_) | ApiError::Closed | ApiError::ConfirmPassword | ApiError::WrongPassword => {
            StatusCode::FORBIDDEN
        }
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::SignUpRefused | ApiError::Busy => StatusCode::CONFLICT,
        ApiError::EmailInvalid | ApiError::PasswordInvalid | ApiError::PasswordWeak(_) | ApiError::Blank | ApiError::TooLong => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ApiError::QuotaReached(quota) if quota.retry_after().is_none() => StatusCode::FORBIDDEN,
        ApiError::TooMany(_) | ApiError::QuotaReached(_) => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Internal(_) | ApiError::Network => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// As Leptos tells them apart: browsers that submit a form accept `text/html`.
fn is_plain_form(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    parts.method == Method::POST && accept.is_some_and(|value| value.contains("text/html"))
}

/// What the answer of a stream must say so that nothing on the way keeps it back.
pub fn stream_headers() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.insert_header(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    }
}

/// Goes to a path that came with the request; nowhere if there is none, home if it is not a path of ours.
pub fn go_back(back: &str) {
    if !back.is_empty() {
        leptos_axum::redirect(if is_our_path(back) { back } else { "/" });
    }
}

/// A single slash at its front, and nothing by which a browser could read it as another site or a header as two.
fn is_our_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn back_is_a_path_of_ours() {
        for path in ["/", "/chat", "/chat/thr_1?x=1#y", "/tasks?q=%D8%A7"] {
            assert!(is_our_path(path), "{path}");
        }
        for path in [
            "",
            "chat",
            "//evil.example",
            "/\\evil.example",
            "/a\\b",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nb: c",
            "/کام",
            "/a b",
        ] {
            assert!(!is_our_path(path), "{path:?}");
        }
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let headers = headers(&[(header::COOKIE, "xkaam_locale=en; kaam_locale=ur;kaam_theme=dark")]);
        assert_eq!(cookie(&headers, LOCALE_COOKIE), Some("ur"));
        assert_eq!(cookie(&headers, THEME_COOKIE), Some("dark"));
        assert_eq!(cookie(&headers, "kaam"), None);
        assert_eq!(theme_of(None, &headers), Theme::Dark);
    }

    #[test]
    fn the_language_is_the_persons_then_the_cookies_then_the_browsers() {
        let asked = (header::ACCEPT_LANGUAGE, "de, ur-PK;q=0.9, en;q=0.8");
        assert_eq!(locale_of(None, &headers(&[])), Locale::En);
        assert_eq!(locale_of(None, &headers(std::slice::from_ref(&asked))), Locale::Ur);
        assert_eq!(
            locale_of(None, &headers(&[asked.clone(), (header::COOKIE, "kaam_locale=en")])),
            Locale::En
        );
        assert_eq!(
            locale_of(None, &headers(&[asked.clone(), (header::COOKIE, "kaam_locale=<script>")])),
            Locale::Ur
        );
        let user = User {
            id: crate::domain::id::UserId(uuid::Uuid::nil()),
            email: "a@x".into(),
            name: String::new(),
            zone: "UTC".into(),
            locale: Some(Locale::Ur),
            theme: Some("light".into()),
            digits: Default::default(),
            week_start: Default::default(),
            is_admin: false,
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        let cookies = headers(&[(header::COOKIE, "kaam_locale=en; kaam_theme=dark")]);
        assert_eq!(
            (locale_of(Some(&user), &cookies), theme_of(Some(&user), &cookies)),
            (Locale::Ur, Theme::Light)
        );
    }

    #[test]
    fn a_browser_that_submits_a_form_is_told_apart() {
        let parts = |method: &str, accept: &str| {
            http::Request::builder()
                .method(method)
                .header("accept", accept)
                .body(())
                .unwrap()
                .into_parts()
                .0
        };
        assert!(is_plain_form(&parts("POST", "text/html,application/xhtml+xml")));
        assert!(!is_plain_form(&parts("POST", "application/json")));
        assert!(!is_plain_form(&parts("GET", "text/html")));
    }
}
