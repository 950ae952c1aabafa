//! Errors on their way out over HTTP, for everything but the page (whose errors are `api::ApiError`).
//!
//! What the caller did wrong is said to the caller. What failed in here is logged once, with the request id, and shown as nothing but
//! that id. An error inside a stream that has begun travels as an event instead (`run::translate`).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{request_id, store::StoreError};
use crate::domain::quota::Quota;

/// Why a request is refused.
#[derive(Debug)]
pub enum AppError {
    /// Nobody is signed in, or the token is not (or no longer) good.
    Unauthorized,
    /// As `Unauthorized`, where only tokens count; the text says where they come from.
    NeedsToken(&'static str),
    /// The caller is known, but may not.
    Forbidden(&'static str),
    /// The server is not known by the name that the request calls it.
    HostNotAllowed {
        /// That name.
        host: String,
        /// Whether the operator has listed none yet.
        is_first: bool,
    },
    /// No answer of a kind that the client takes can be given; what is said says which can.
    NotAcceptable(&'static str),
    /// It does not exist, or is somebody else's.
    NotFound,
    /// The request is wrong; what is said says how.
    Invalid(String),
    /// There is such a path, but not for this method.
    MethodNotAllowed,
    /// The body is of another type than the one wanted.
    UnsupportedMediaType(&'static str),
    /// A file of a kind that is not taken.
    FileKindRefused,
    /// It was done already, or something else stands against it; what is said says what.
    Conflict(&'static str),
    /// The body is too large, in bytes.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// An answer is being written in that thread.
    RunIsLive,
    /// The same idempotency key came with another body.
    KeyReused,
    /// Too many requests.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// This person has as much as one person may have.
    QuotaReached(Quota),
    /// The operation exists in the protocol, but not here.
    NotImplemented(&'static str),
    /// A service behind this one refused, or answered what cannot be read; the cause is for the log.
    UpstreamFailed(String),
    /// A service behind this one is away, or too slow; the cause is for the log.
    UpstreamUnavailable(String),
    /// The database is away for a moment.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// Anything else.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The JSON of every error outside a stream.
#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'static str,
    message: &'a str,
    request_id: String,
}

impl AppError {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "Sign in, or send a valid token in `Authorization: Bearer`.".into(),
            ),
            Self::NeedsToken(whence) => (StatusCode::UNAUTHORIZED, "unauthorized", (*whence).into()),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, "forbidden", (*why).into()),
            Self::HostNotAllowed { host, is_first } => (StatusCode::FORBIDDEN, "host_not_allowed", {
                let what = if *is_first {
                    format!("set KAAM_ALLOWED_HOSTS={host}")
                } else {
                    format!("add {host} to KAAM_ALLOWED_HOSTS")
                };
                format!("Host {host} is not allowed; {what} (names are separated by commas) and restart Kaam.")
            }),
            Self::NotAcceptable(how) => (StatusCode::NOT_ACCEPTABLE, "not_acceptable", (*how).into()),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "There is no such thing, or it is not yours.".into(),
            ),
            Self::Invalid(why) => (StatusCode::BAD_REQUEST, "invalid", why.clone()),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path takes another method.".into(),
            ),
            Self::UnsupportedMediaType(wanted) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                format!("Send the body as `{wanted}`."),
            ),
            Self::FileKindRefused => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Files may be pictures (PNG, JPEG, GIF, WebP), PDF, and plain text (also Markdown, CSV and JSON).".into(),
            ),
            Self::Conflict(why) => (StatusCode::CONFLICT, "conflict", (*why).into()),
            Self::TooLarge { limit } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("The limit is {limit} bytes.")),
            Self::RunIsLive => (
                StatusCode::CONFLICT,
                "run_is_live",
                "An answer is being written in this thread. Wait for it, or stop it.".into(),
            ),
            Self::KeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_reused",
                "This idempotency key was used with another request. Use a new key.".into(),
            ),
            Self::TooMany { retry_after } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                format!("Too many requests. Try again in {retry_after} s."),
            ),
            Self::QuotaReached(quota) => (
                match quota.retry_after() {
                    None => StatusCode::FORBIDDEN,
                    Some(_) => StatusCode::TOO_MANY_REQUESTS,
                },
                "quota_reached",
                quota.told(),
            ),
            Self::NotImplemented(what) => (
                StatusCode::NOT_IMPLEMENTED,
                "not_implemented",
                format!("{what} is not available on this server."),
            ),
            Self::UpstreamFailed(_) => (
                StatusCode::BAD_GATEWAY,
                "upstream_failed",
                "A service that this one needs failed. The log has it under this request id.".into(),
            ),
            Self::UpstreamUnavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "upstream_unavailable",
                "A service that this one needs is away or too slow. Try again shortly.".into(),
            ),
            Self::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The database cannot be reached. Try again shortly.".into(),
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something failed. The log has it under this request id.".into(),
            ),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        match &self {
            Self::Internal(cause) => tracing::error!(error = %cause, debug = ?cause, "request failed"),
            Self::Unavailable(cause) => tracing::warn!(error = %cause, "database unavailable"),
            Self::UpstreamFailed(cause) | Self::UpstreamUnavailable(cause) => tracing::warn!(%cause, "an upstream service failed"),
            _ => {}
        }
        let body = Json(Body {
            error: Inner {
                code,
                message: &message,
                request_id: request_id::current(),
            },
        });
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Unauthorized | Self::NeedsToken(_) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kaam\""));
            }
            Self::TooMany { retry_after } => {
                headers.insert(header::RETRY_AFTER, retry_after.into());
            }
            Self::QuotaReached(quota) => {
                if let Some(seconds) = quota.retry_after() {
                    headers.insert(header::RETRY_AFTER, seconds.into());
                }
            }
            Self::Unavailable(_) | Self::UpstreamUnavailable(_) => {
                headers.insert(header::RETRY_AFTER, 2_u32.into());
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Conflict(what) => Self::Invalid(what.to_owned()),
            StoreError::Unavailable(cause) => Self::Unavailable(Box::new(cause)),
            StoreError::Other(cause) => Self::Internal(cause),
        }
    }
}
