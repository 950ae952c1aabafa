//! Where an endpoint is: people name it with `/v1` and without, on this machine and elsewhere.

use std::{net::IpAddr, path::Path};

use url::{Host, Url};

use super::BuildError;

/// Where chats are completed and models are listed.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// The part that both have.
    pub(super) base: Url,
    pub(super) chat: Url,
    pub(super) list: Url,
}

impl Address {
    fn of(base: Url) -> Result<Self, BuildError> {
        Ok(Self {
            chat: under(&base, &["chat", "completions"])?,
            list: under(&base, &["models"])?,
            base,
        })
    }

    /// The address as it was named and, where that says nothing else of versions, the same with `/v1` or without.
    pub(super) fn all(base: &Url) -> Result<Vec<Self>, BuildError> {
        let mut all = vec![Self::of(base.clone())?];
        let segments: Vec<&str> = base.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let is_version = |part: &str| {
            part.strip_prefix('v')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let other = match segments.split_last() {
            Some((&"v1", rest)) => Some(rest.to_vec()),
            _ if segments.iter().any(|part| is_version(part)) => None,
            _ => Some([segments.as_slice(), &["v1"]].concat()),
        };
        if let Some(other) = other {
            let mut base = base.clone();
            base.set_path(&other.join("/"));
            all.push(Self::of(base)?);
        }
        Ok(all)
    }

    /// The address without what is secret in it, to be kept with what came from there.
    pub(super) fn name(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        let port = self.base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{host}{port}{}", self.base.path().trim_end_matches('/'))
    }
}

/// An address under another, which may or may not end in a slash.
pub(super) fn under(base_url: &Url, path: &[&str]) -> Result<Url, BuildError> {
    let mut url = base_url.clone();
    url.path_segments_mut()
        .map_err(|()| BuildError::BadBaseUrl)?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}

/// Whether an address is on this machine: no proxy can lead there.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => is_own(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_own(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)),
        None => false,
    }
}

fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

/// Whether this process runs in a container, as Docker, Podman and Kubernetes mark it.
pub fn is_in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io"]
        .iter()
        .any(|mark| Path::new(mark).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(base: &str) -> Vec<String> {
        let all = Address::all(&Url::parse(base).unwrap()).unwrap();
        all.iter().map(|address| address.chat.to_string()).collect()
    }

    #[test]
    fn with_the_version_and_without() {
        assert_eq!(
            urls("http://h:1"),
            ["http://h:1/chat/completions", "http://h:1/v1/chat/completions"]
        );
        assert_eq!(
            urls("http://h:1/"),
            ["http://h:1/chat/completions", "http://h:1/v1/chat/completions"]
        );
        assert_eq!(urls("http://h/v1/"), ["http://h/v1/chat/completions", "http://h/chat/completions"]);
        assert_eq!(
            urls("https://h/api"),
            ["https://h/api/chat/completions", "https://h/api/v1/chat/completions"]
        );
        assert_eq!(urls("https://h/v1beta/openai/"), ["https://h/v1beta/openai/chat/completions"]);
        assert_eq!(urls("https://h/api/paas/v4"), ["https://h/api/paas/v4/chat/completions"]);
    }

    #[test]
    fn what_is_on_this_machine() {
        for (url, is_here) in [
            ("http://localhost:1/v1", true),
            ("http://LOCALHOST./v1", true),
            ("http://ollama.localhost", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:1", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://0.0.0.0:1", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
            ("http://host.docker.internal", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), is_here, "{url}");
        }
    }

    #[test]
    fn what_is_kept_of_an_address_has_no_secret() {
        let all = Address::all(&Url::parse("https://me:secret@h:8/v1/?key=x").unwrap()).unwrap();
        assert_eq!(all[0].name(), "h:8/v1");
    }
}
