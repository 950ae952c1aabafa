//! Refuses what a foreign page makes a person's browser send (cross-site request forgery).
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` on secure origins, `Origin` with everything but GET and HEAD. A request
//! with neither comes from no browser, so no foreign page can have made it with the person's cookies. Requests with a bearer token do
//! not rest on cookies; other kinds of `Authorization` do not count, for browsers add `Basic` by themselves.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::current_user::bearer;
use crate::server::{error::AppError, state::AppState};

/// Middleware for what our own page calls: lets pass what comes from our own origin.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_own(request.method(), request.headers(), &state.config.public_origin(), &[]) {
        next.run(request).await
    } else {
        refused()
    }
}

/// Middleware for `/chatkit`: lets pass our own origin, and those of `CORS_ALLOWED_ORIGINS`.
pub async fn known_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_own(
        request.method(),
        request.headers(),
        &state.config.public_origin(),
        &state.config.cors_allowed_origins,
    ) {
        next.run(request).await
    } else {
        refused()
    }
}

fn refused() -> Response {
    AppError::Forbidden("This request comes from another site. Open Kaam itself, or set KAAM_PUBLIC_URL to the address that people see.")
        .into_response()
}

fn is_own(method: &Method, headers: &HeaderMap, public_origin: &str, allowed: &[String]) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || bearer(headers).is_some() {
        return true;
    }
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let origin = text(header::ORIGIN);
    if origin.is_some_and(|origin| allowed.iter().any(|allowed| allowed == origin)) {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (origin, text(header::HOST)) {
        (None, _) => true,
        (Some(origin), host) => origin == public_origin || host.is_some_and(|host| is_at(origin, host)),
    }
}

/// Whether the origin is that of the host asked, whatever the scheme: a proxy may have taken the TLS off.
fn is_at(origin: &str, host: &str) -> bool {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    !host.is_empty() && authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(method: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        is_own(
            &method.parse().unwrap(),
            &map,
            "https://kaam.example",
            &["https://app.example".into()],
        )
    }

    #[test]
    fn what_only_reads_passes() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(passes(
                method,
                &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]
            ));
        }
    }

    #[test]
    fn a_browser_says_where_it_comes_from() {
        for (site, passing) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
        ] {
            assert_eq!(passes("POST", &[("sec-fetch-site", site)]), passing, "{site}");
            assert_eq!(passes("DELETE", &[("sec-fetch-site", site)]), passing, "{site}");
        }
        assert!(
            !passes("POST", &[("sec-fetch-site", "cross-site"), ("origin", "https://kaam.example")]),
            "the stricter word counts"
        );
    }

    #[test]
    fn without_sec_fetch_site_the_origin_decides() {
        for (origin, host, passing) in [
            ("https://kaam.example", "10.0.0.1:3000", true),
            ("http://192.168.1.5:3000", "192.168.1.5:3000", true),
            ("https://192.168.1.5:3000", "192.168.1.5:3000", true),
            ("http://kaam.example", "10.0.0.1:3000", false),
            ("https://kaam.example.evil.example", "kaam.example", false),
            ("https://evil.example", "kaam.example", false),
            ("http://192.168.1.5:3001", "192.168.1.5:3000", false),
            ("null", "kaam.example", false),
            ("", "", false),
            ("http://", "", false),
        ] {
            assert_eq!(passes("POST", &[("origin", origin), ("host", host)]), passing, "{origin} at {host}");
        }
        assert!(passes("POST", &[("host", "kaam.example")]), "no browser");
    }

    #[test]
    fn a_bearer_token_needs_no_origin() {
        let evil = ("origin", "https://evil.example");
        assert!(passes("POST", &[evil, ("authorization", "Bearer kaam_x")]));
        assert!(passes("POST", &[evil, ("authorization", "bearer kaam_x")]));
        assert!(
            !passes("POST", &[evil, ("authorization", "Basic eDp5")]),
            "browsers add Basic by themselves"
        );
        assert!(!passes("POST", &[evil, ("authorization", "")]));
    }

    #[test]
    fn allowed_origins_pass_where_they_are_given() {
        assert!(passes(
            "POST",
            &[("origin", "https://app.example"), ("sec-fetch-site", "cross-site")]
        ));
        let mut map = HeaderMap::new();
        map.insert("origin", "https://app.example".parse().unwrap());
        assert!(!is_own(&Method::POST, &map, "https://kaam.example", &[]));
    }
}
