//! By which names this server is called (the header `Host`).
//!
//! A page whose name leads to this server since a moment ago (DNS rebinding) is of one origin with it, for the browser. So sessions count only
//! under names that the operator knows. What no such page can have is let pass: an IP address as the host, which is no name, and with a
//! token of the API, under any name.
//!
//! Names of this machine and that of `KAAM_PUBLIC_URL` are always known; `KAAM_ALLOWED_HOSTS` has more.

use std::net::{IpAddr, Ipv6Addr};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Uri, header, request::Parts, uri::Authority};

use crate::server::{config::Config, error::AppError, state::AppState};

/// Why a browser is at the wrong address, and which is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elsewhere {
    /// This name is not known.
    Unknown(String),
    /// It came by plain HTTP from afar, and a cookie that is for HTTPS alone would be lost.
    Unsafe,
}

/// What `Host` says.
struct Host {
    /// In small letters, without a port.
    name: String,
    port: Option<u16>,
}

impl Host {
    /// `None` without a header, which no browser leaves out, and for one that is no host.
    fn of(headers: &HeaderMap, uri: &Uri) -> Option<Self> {
        let authority = match headers.get(header::HOST) {
            Some(host) => Authority::try_from(host.as_bytes()).ok()?,
            None => uri.authority()?.clone(),
        };
        Some(Self {
            name: authority.host().trim_end_matches('.').to_ascii_lowercase(),
            port: authority.port_u16(),
        })
    }

    fn address(&self) -> Option<IpAddr> {
        match self.name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => self.name.parse().ok(),
        }
    }

    fn is_this_machine(&self) -> bool {
        self.name == "localhost" || self.name.ends_with(".localhost") || self.address().is_some_and(|ip| ip.to_canonical().is_loopback())
    }

    fn is_public(&self, config: &Config) -> bool {
        config
            .public_url
            .host_str()
            .is_some_and(|host| host.eq_ignore_ascii_case(&self.name))
    }

    fn is_known(&self, config: &Config) -> bool {
        let is_listed = || config.allowed_hosts.iter().any(|allowed| allowed.fits(&self.name, self.port));
        self.is_this_machine() || self.is_public(config) || is_listed()
    }

    /// As it stood in the header.
    fn written(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What is wrong with the address at which a browser is; nothing, mostly. Where the operator has said nothing of addresses, any name will do.
pub fn elsewhere(parts: &Parts, config: &Config) -> Option<Elsewhere> {
    let host = Host::of(&parts.headers, &parts.uri)?;
    let is_guarded = config.names_its_address() || !config.allowed_hosts.is_empty();
    if is_guarded && !host.is_known(config) && host.address().is_none() {
        return Some(Elsewhere::Unknown(host.written()));
    }
    (config.is_https() && came_by_http(&parts.headers, &host, config)).then_some(Elsewhere::Unsafe)
}

/// Whether sessions count at the address at which a browser is.
pub(super) fn is_for_people(parts: &Parts, config: &Config) -> bool {
    !matches!(elsewhere(parts, config), Some(Elsewhere::Unknown(_)))
}

/// Whether a browser has come by plain HTTP from another machine, as far as can be told: a proxy in between may have taken the TLS off, and
/// changed the host.
fn came_by_http(headers: &HeaderMap, host: &Host, config: &Config) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Browsers send it to safe origins only.
    if headers.contains_key("sec-fetch-site") {
        return false;
    }
    if let Some(origin) = text("origin").and_then(|origin| origin.parse::<Uri>().ok()) {
        match (origin.scheme_str(), Host::of(&HeaderMap::new(), &origin)) {
            (Some("https"), _) => return false,
            (Some("http"), Some(from)) => return !from.is_this_machine(),
            _ => {}
        }
    }
    if host.is_this_machine() {
        return false;
    }
    match text("x-forwarded-proto").and_then(|chain| chain.split(',').next()) {
        Some(first) => first.trim().eq_ignore_ascii_case("http"),
        None => !host.is_public(config),
    }
}

/// Middleware for `/mcp`: lets pass who names this server by a name that it knows. An IP address is one only where the operator has not said
/// what the address is.
pub async fn known_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let config = &state.config;
    match Host::of(request.headers(), request.uri()) {
        Some(host) if !host.is_known(config) && (config.names_its_address() || host.address().is_none()) => {
            let host = host.written();
            tracing::warn!(host, "a request by a name that is not in KAAM_ALLOWED_HOSTS was refused");
            AppError::HostNotAllowed {
                host,
                is_first: config.allowed_hosts.is_empty(),
            }
            .into_response()
        }
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(set: &[(&str, &str)], headers: &[(&'static str, &str)]) -> Option<Elsewhere> {
        let config = Config::read(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())).unwrap();
        let mut request = http::Request::new(()).into_parts().0;
        for (name, value) in headers {
            request.headers.insert(*name, value.parse().unwrap());
        }
        elsewhere(&request, &config)
    }

    #[test]
    fn names_that_nobody_has_listed_are_unknown_once_an_address_is_said() {
        let public = ("KAAM_PUBLIC_URL", "http://kaam.example");
        let listed = ("KAAM_ALLOWED_HOSTS", "kaam.lan, kaam:3000");
        for (set, host, known) in [
            (&[][..], "anything.example", true),
            (&[public], "anything.example", false),
            (&[listed], "anything.example", false),
            (&[public], "kaam.example", true),
            (&[public], "KAAM.example.:8080", true),
            (&[public], "kaam.lan", false),
            (&[public, listed], "kaam.lan:3000", true),
            (&[public, listed], "kaam:3000", true),
            (&[public, listed], "kaam:3001", false),
            (&[public], "192.168.1.5:3000", true),
            (&[public], "[fd00::5]:3000", true),
            (&[public], "localhost:3000", true),
            (&[public], "dev.localhost", true),
            (&[public], "192.168.1.5.evil.example", false),
            (&[public], "localhost.evil.example", false),
        ] {
            let expected = (!known).then(|| Elsewhere::Unknown(host.to_owned()));
            assert_eq!(found(set, &[("host", host)]), expected, "{set:?} {host}");
        }
        assert_eq!(found(&[public], &[]), None, "no browser");
    }

    #[test]
    fn plain_http_from_afar_loses_the_cookie_of_an_https_address() {
        let lan = ("host", "192.168.1.5:3000");
        for (headers, lost) in [
            (&[lan][..], true),
            (&[lan, ("origin", "http://192.168.1.5:3000")], true),
            (&[("host", "kaam.example"), ("origin", "http://kaam.example")], true),
            (&[("host", "kaam.example"), ("x-forwarded-proto", "http")], true),
            // Behind a proxy that takes the TLS off, and one that changes the host besides.
            (&[("host", "kaam.example")], false),
            (&[lan, ("origin", "https://kaam.example")], false),
            (&[lan, ("sec-fetch-site", "none")], false),
            (&[lan, ("x-forwarded-proto", "https, http")], false),
            (&[("host", "127.0.0.1:3000")], false),
            (&[("host", "localhost:3000"), ("origin", "http://localhost:3000")], false),
        ] {
            let expected = lost.then_some(Elsewhere::Unsafe);
            assert_eq!(
                found(&[("KAAM_PUBLIC_URL", "https://kaam.example")], headers),
                expected,
                "{headers:?}"
            );
            assert_eq!(found(&[("KAAM_PUBLIC_URL", "http://kaam.example")], headers), None, "{headers:?}");
        }
    }
}
