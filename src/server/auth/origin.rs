//! Refuses what a foreign page makes a person's browser send (cross-site request forgery).
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` on secure origins, `Origin` with everything but GET and HEAD. A request
//! with neither comes from no browser, so no foreign page can have made it with the person's cookies. Requests to `/chatkit`
//! with a bearer token and without the session's cookie do not rest on cookies; other kinds of `Authorization` do not count, for browsers add
//! `Basic` by themselves.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use super::{current_user::bearer, session};
use crate::server::{error::AppError, state::AppState};

/// Middleware for what our own page calls: lets pass what comes from our own origin, whatever else it says of itself, because it rests on
/// cookies alone.
pub async fn same_origin(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let origin = state.config.public_origin();
    if is_own(request.method(), request.headers(), &origin, &[]) {
        own_referer(request.headers_mut(), &origin);
        next.run(request).await
    } else {
        refused()
    }
}

/// A form is answered by a redirect to where it was sent from, as `Referer` says: that is a page of ours, or our front page.
fn own_referer(headers: &mut HeaderMap, public_origin: &str) {
    let Some(referer) = headers.get(header::REFERER) else { return };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = referer.to_str().ok().and_then(|text| Url::parse(text).ok()).is_some_and(|url| {
        let origin = url.origin().ascii_serialization();
        origin == public_origin || host.is_some_and(|host| is_at(&origin, host))
    });
    if !is_own && let Ok(front) = HeaderValue::from_str(&format!("{public_origin}/")) {
        headers.insert(header::REFERER, front);
    }
}

/// Middleware for `/chatkit`: lets pass our own origin, those of `CORS_ALLOWED_ORIGINS`, and whoever has a token instead of a cookie.
pub async fn known_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let by_token = bearer(request.headers()).is_some() && !session::has_cookie(request.headers(), &state.config);
    if by_token
        || is_own(
            request.method(),
            request.headers(),
            &state.config.public_origin(),
            &state.config.cors_allowed_origins,
        )
    {
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
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
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
    fn a_bearer_token_does_not_open_what_rests_on_cookies() {
        let evil = ("origin", "https://evil.example");
        for value in ["Bearer kaam_x", "bearer kaam_x", "Basic eDp5", ""] {
            assert!(!passes("POST", &[evil, ("authorization", value)]), "{value}");
        }
    }

    #[test]
    fn a_form_goes_back_to_a_page_of_ours() {
        for (referer, host, expected) in [
            (
                "https://kaam.example/settings?x=1",
                "10.0.0.1:3000",
                "https://kaam.example/settings?x=1",
            ),
            ("http://192.168.1.5:3000/chat", "192.168.1.5:3000", "http://192.168.1.5:3000/chat"),
            ("https://evil.example/", "kaam.example", "https://kaam.example/"),
            ("https://kaam.example.evil.example/", "kaam.example", "https://kaam.example/"),
            ("https://kaam.example@evil.example/", "kaam.example", "https://kaam.example/"),
            ("javascript:alert(1)", "kaam.example", "https://kaam.example/"),
            ("/chat", "kaam.example", "https://kaam.example/"),
            ("", "", "https://kaam.example/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("referer", referer.parse().unwrap());
            headers.insert("host", host.parse().unwrap());
            own_referer(&mut headers, "https://kaam.example");
            assert_eq!(headers["referer"], expected, "{referer}");
        }
        let mut none = HeaderMap::new();
        own_referer(&mut none, "https://kaam.example");
        assert!(none.is_empty());
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
