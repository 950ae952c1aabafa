//! The names in `KAAM_ALLOWED_HOSTS`.

use url::Url;

use super::Problem;

/// A name that a request's `Host` may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    /// The name, or with `below` what the names end with.
    name: String,
    /// `*.name`: whatever is below it.
    below: bool,
    /// The only port, where one is given.
    port: Option<u16>,
}

impl AllowedHost {
    /// Reads `name`, `name:port` or `*.name`; an address of the web that somebody has pasted counts as its name.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let text = ["https://", "http://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .unwrap_or(text);
        let text = text.trim_end_matches('/');
        let (below, text) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let bracketed = match text.parse::<std::net::Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => text.to_owned(),
        };
        // Of a scheme without a port of its own, so that port 80 is told from none.
        let url = Url::parse(&format!("host://{bracketed}")).map_err(|_| Problem::NotAHost)?;
        let bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
        if !bare || name.is_empty() || name.contains(['*', '%']) {
            return Err(Problem::NotAHost);
        }
        Ok(Self {
            name,
            below,
            port: url.port(),
        })
    }

    /// Whether it is the name of this host, which is written in small letters.
    pub fn fits(&self, host: &str, port: Option<u16>) -> bool {
        let is_named = match self.below {
            false => host == self.name,
            true => host
                .strip_suffix(&self.name)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        };
        is_named && (self.port.is_none() || self.port == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        for (text, host, port, fits) in [
            ("kaam", "kaam", Some(3000), true),
            ("kaam:3000", "kaam", Some(3000), true),
            ("kaam:3000", "kaam", None, false),
            ("kaam:80", "kaam", Some(3000), false),
            ("Kaam.LAN", "kaam.lan", None, true),
            ("https://kaam.example.com/", "kaam.example.com", Some(443), true),
            ("*.example.com", "kaam.example.com", None, true),
            ("*.example.com", "example.com", None, false),
            ("*.example.com", ".example.com", None, false),
            ("*.example.com", "evilexample.com", None, false),
            ("kaam.lan", "kaam.lan.evil.example", None, false),
            ("::1", "[::1]", Some(3000), true),
            ("[fd00::5]:3000", "[fd00::5]", Some(3000), true),
        ] {
            assert_eq!(AllowedHost::read(text).unwrap().fits(host, port), fits, "{text} {host} {port:?}");
        }
        for wrong in ["*", "*.", "", "a b", "kaam/chat", "kaam:port", "me@kaam", "ka*m", "kaam?x"] {
            assert!(AllowedHost::read(wrong).is_err(), "{wrong}");
        }
    }
}
