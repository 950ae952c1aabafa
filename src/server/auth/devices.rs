//! Browsers that an account knows: each has a cookie with a secret for every account that was signed in to with it; the server keeps hashes. What
//! others get wrong for the account does not slow such a browser (`limits`). By itself the cookie opens nothing.

use chrono::TimeDelta;
use http::HeaderMap;

use super::{
    secret::{self, SecretHash},
    session,
};
use crate::server::config::Config;

/// How long a browser is known without being used to sign in: the longest that browsers keep a cookie.
pub const LIFETIME: TimeDelta = TimeDelta::days(400);
/// So many accounts are known to one browser at once; the one that was signed in to the longest ago is forgotten first.
const ACCOUNTS: usize = 5;
/// The letters of one secret.
const LETTERS: usize = 43;

/// The secrets that a browser has shown, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Devices(Vec<String>);

impl Devices {
    /// Those of a request. What has not the form of a secret of ours is passed over.
    pub fn of(headers: &HeaderMap, config: &Config) -> Self {
        let secrets = session::cookie(headers, cookie_name(config)).unwrap_or_default().split('.');
        Self(secrets.filter(|text| is_secret(text)).take(ACCOUNTS).map(str::to_owned).collect())
    }

    /// What is kept of them.
    pub fn hashes(&self) -> Vec<SecretHash> {
        self.0.iter().map(|text| secret::hash(text)).collect()
    }

    /// Adds a secret for an account, and gives what is kept of it.
    pub fn add(&mut self) -> SecretHash {
        let new = secret::random();
        let hash = secret::hash(&new);
        self.0.insert(0, new);
        self.0.truncate(ACCOUNTS);
        hash
    }

    /// The cookie with all of them.
    pub fn cookie(&self, config: &Config) -> String {
        let secure = if config.is_https() { "; Secure" } else { "" };
        format!(
            "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
            cookie_name(config),
            self.0.join("."),
            LIFETIME.num_seconds()
        )
    }
}

fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-kaam_device" } else { "kaam_device" }
}

fn is_secret(text: &str) -> bool {
    text.len() == LETTERS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    fn config() -> Config {
        Config::read(|_| None).unwrap()
    }

    fn sent(cookie: &str) -> Devices {
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        Devices::of(&headers, &config())
    }

    #[test]
    fn a_browser_knows_the_last_accounts() {
        let mut devices = Devices::default();
        let hashes: Vec<SecretHash> = (0..ACCOUNTS + 2).map(|_| devices.add()).collect();
        let cookie = devices.cookie(&config());
        let back = sent(&format!("a=b; {}", cookie.split(';').next().unwrap()));
        assert_eq!(back, devices);
        let newest: Vec<SecretHash> = hashes.into_iter().rev().take(ACCOUNTS).collect();
        assert_eq!(back.hashes(), newest);
    }

    #[test]
    fn what_is_no_secret_is_passed_over() {
        let long = "x".repeat(10_000);
        for cookie in ["", "kaam_device=", "kaam_device=x.y", &format!("kaam_device={long}"), "other=1"] {
            assert_eq!(sent(cookie), Devices::default(), "{cookie}");
        }
        let many = vec!["A".repeat(LETTERS); 50].join(".");
        assert_eq!(sent(&format!("kaam_device={many}")).hashes().len(), ACCOUNTS);
    }

    #[test]
    fn behind_https_the_cookie_is_bound_to_the_host() {
        let https = Config::read(|name| (name == "KAAM_PUBLIC_URL").then(|| "https://kaam.example".to_owned())).unwrap();
        let cookie = Devices::default().cookie(&https);
        assert!(
            cookie.starts_with("__Host-kaam_device=") && cookie.ends_with("; Secure"),
            "{cookie}"
        );
    }
}
