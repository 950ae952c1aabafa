//! What pages of the named foreign origins (`CORS_ALLOWED_ORIGINS`) may send and read.
//!
//! The front ends of others send headers of their own, and more of them with each version: ChatKit's user interface some that begin with
//! `chatkit-`, clients of the Model Context Protocol some that begin with `mcp-`. So a preflight is answered with those headers that it asks
//! for and that are known by their name or by how it begins, not with a list that ages. The origins are exact, always.

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::server::{config::Config, state::AppState};

/// How long browsers may keep the answer to a preflight.
const KEPT: std::time::Duration = std::time::Duration::from_secs(600);

/// Headers that clients send at every door.
const COMMON: [&str; 7] = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-requested-with",
];

/// What foreign pages may do at one door.
#[derive(Debug, Clone, Copy)]
pub struct Foreign {
    /// The methods that need a preflight, or may.
    pub methods: &'static [Method],
    /// How the headers begin that are let through beside the common ones.
    pub prefixes: &'static [&'static str],
    /// Whether the browser may send the person's cookies.
    pub with_cookies: bool,
}

/// The routes, open to the pages of the named origins.
pub fn open_to(foreign: Foreign, config: &Config, routes: Router<AppState>) -> Router<AppState> {
    let origins = config.cors_allowed_origins.iter().filter_map(|origin| origin.parse().ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(foreign.with_cookies)
        .allow_methods(foreign.methods.to_vec())
        // Of what is asked for, `only_known` has left what is known.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(KEPT);
    routes
        .layer(layer)
        .layer(from_fn(move |request, next| only_known(foreign.prefixes, request, next)))
}

/// Leaves those headers in a preflight's question that a client may send.
async fn only_known(prefixes: &'static [&'static str], mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let asked = headers.remove(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(asked) = asked.as_ref().and_then(|asked| asked.to_str().ok())
        && let Ok(known) = HeaderValue::from_str(&known(asked, prefixes))
        && !known.is_empty()
    {
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, known);
    }
    next.run(request).await
}

fn known(asked: &str, prefixes: &[&str]) -> String {
    let names = asked.split(',').map(|name| name.trim().to_ascii_lowercase());
    let known = names.filter(|name| COMMON.contains(&name.as_str()) || prefixes.iter().any(|prefix| name.starts_with(prefix)));
    known.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_by_their_name_or_by_how_it_begins() {
        for (asked, answered) in [
            ("content-type, Authorization", "content-type,authorization"),
            (
                "chatkit-device-id,chatkit-of-next-year,x-chatkit",
                "chatkit-device-id,chatkit-of-next-year",
            ),
            ("x-forwarded-for,mcp-name,cookie", ""),
            ("", ""),
        ] {
            assert_eq!(known(asked, &["chatkit-"]), answered, "{asked}");
        }
    }
}
