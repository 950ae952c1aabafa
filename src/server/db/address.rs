//! The address of a Postgres, as people bring it: from psql, from SQLAlchemy (`postgresql+asyncpg://`), from Prisma, from a provider's
//! page. What other programs put into it and Kaam has no use for is left out, for the driver would log it, and a password that was cut off
//! at a letter with a meaning of its own ends up among it.

use std::{fmt, str::FromStr};

use sqlx::postgres::PgConnectOptions;
use url::{Url, form_urlencoded};

/// An address that can be read. Never shown: it holds a password.
#[derive(Clone)]
pub struct Address(PgConnectOptions);

impl Address {
    /// What a connection to it needs.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.0.clone()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// Why an address cannot be read. Nothing of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressError {
    /// Of something else than a Postgres.
    Scheme,
    /// A letter of the user's name or password ends them.
    Reserved,
    /// More than one host.
    SeveralHosts,
    /// Not a URL.
    Unreadable(url::ParseError),
    /// What is percent-encoded is no text.
    Encoding,
    /// `sslmode` has a value that there is not.
    SslMode,
    /// A parameter has a value that there is not.
    Parameter(&'static str),
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("must begin with postgres:// or postgresql://"),
            Self::Reserved => f.write_str(
                "cannot be read, because its user or password has a letter that means something else there: percent-encode them \
                 (@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25)",
            ),
            Self::SeveralHosts => f.write_str("names several hosts: name the one that takes writes"),
            Self::Unreadable(cause) => write!(
                f,
                "is not a URL ({cause}). If the user or password has letters such as @ : / ? # %, percent-encode them (# is %23)"
            ),
            Self::Encoding => f.write_str("has a percent-encoding that is no text in UTF-8 (a % by itself is %25)"),
            Self::SslMode => {
                f.write_str("has an `sslmode` that there is not; it may be disable, allow, prefer, require, verify-ca or verify-full")
            }
            Self::Parameter(name) => write!(f, "has a wrong value for `{name}`"),
        }
    }
}
impl std::error::Error for AddressError {}

/// Parameters that the driver has.
const KNOWN: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(AddressError::Scheme)?;
        if !is_postgres(scheme) {
            return Err(AddressError::Scheme);
        }
        // Of the URL's parts, none but the user and the password has these letters.
        let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before_query.split_once('/').unwrap_or((before_query, ""));
        if rest.contains('#') || path.contains('@') {
            return Err(AddressError::Reserved);
        }
        let query = parameters(query)?;
        let mut url = Url::parse(&format!("postgres://{before_query}")).map_err(|cause| match authority.rsplit('@').next() {
            Some(hosts) if hosts.contains(',') => AddressError::SeveralHosts,
            _ => AddressError::Unreadable(cause),
        })?;
        url.set_query(Some(&query).filter(|query| !query.is_empty()).map(String::as_str));
        // All that is left to be wrong are texts that are none.
        let options = PgConnectOptions::from_str(url.as_str()).map_err(|_| AddressError::Encoding)?;
        Ok(Self(options))
    }
}

/// With or without the driver that SQLAlchemy wants named.
fn is_postgres(scheme: &str) -> bool {
    let (database, driver) = scheme.split_once('+').unwrap_or((scheme, "-"));
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    ["postgres", "postgresql"].iter().any(|name| name.eq_ignore_ascii_case(database)) && is_word(driver)
}

/// The parameters that mean something here, in the driver's words.
fn parameters(query: &str) -> Result<String, AddressError> {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        // Decoded by hand: a `+` is no space in what libpq reads.
        let pair = piece.replace('+', "%2B");
        let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else {
            continue;
        };
        let (name, value) = match (&*name, &*value) {
            ("database", _) => ("dbname", value),
            ("ssl", _) => ("sslmode", value),
            _ => (&*name, value),
        };
        match name {
            "sslmode" | "ssl-mode" => _ = kept.append_pair("sslmode", ssl_mode(&value)?),
            // That of the system is the driver's own choice.
            "sslrootcert" if value == "system" => {}
            "port" if value.parse::<u16>().is_err() => return Err(AddressError::Parameter("port")),
            "hostaddr" if value.parse::<std::net::IpAddr>().is_err() => return Err(AddressError::Parameter("hostaddr")),
            "statement-cache-capacity" if value.parse::<usize>().is_err() => {
                return Err(AddressError::Parameter("statement-cache-capacity"));
            }
            "host" | "hostaddr" if value.contains(',') => return Err(AddressError::SeveralHosts),
            name if KNOWN.contains(&name) || name.starts_with("options[") => _ = kept.append_pair(name, &value),
            // The rest of a password that has a `?`.
            _ if piece.contains('@') => return Err(AddressError::Reserved),
            _ => {}
        }
    }
    Ok(kept.finish())
}

/// As libpq, asyncpg, node-postgres and JDBC say it.
fn ssl_mode(value: &str) -> Result<&'static str, AddressError> {
    match value.to_ascii_lowercase().as_str() {
        "disable" | "false" | "0" => Ok("disable"),
        "allow" => Ok("allow"),
        "prefer" => Ok("prefer"),
        "require" | "no-verify" | "true" | "1" => Ok("require"),
        "verify-ca" => Ok("verify-ca"),
        "verify-full" => Ok("verify-full"),
        _ => Err(AddressError::SslMode),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgSslMode;

    use super::*;

    fn read(text: &str) -> Result<PgConnectOptions, AddressError> {
        text.parse::<Address>().map(|address| address.options())
    }

    #[test]
    fn what_people_bring_is_read() {
        for url in [
            "postgres://kaam:s%40crt@db.example:5433/tasks?sslmode=require",
            "postgresql://kaam:s%40crt@db.example:5433/tasks?sslmode=require",
            "postgresql+asyncpg://kaam:s%40crt@db.example:5433/tasks?ssl=require",
            "postgresql+psycopg2://kaam:s%40crt@db.example:5433/tasks?sslmode=require",
            " POSTGRES://kaam:s%40crt@db.example:5433/tasks?ssl=true\n",
            "postgres://kaam:s@crt@db.example:5433/tasks?sslmode=no-verify",
            "postgres://db.example/tasks?user=kaam&password=s@crt&port=5433&sslmode=require",
            // As Neon, Prisma and Supabase give them.
            "postgresql://kaam:s%40crt@db.example:5433/tasks?sslmode=require&channel_binding=require&connect_timeout=10",
            "postgresql://kaam:s%40crt@db.example:5433/tasks?pgbouncer=true&connection_limit=1&schema=public&sslmode=require",
        ] {
            let options = read(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(
                (
                    options.get_host(),
                    options.get_port(),
                    options.get_username(),
                    options.get_database()
                ),
                ("db.example", 5433, "kaam", Some("tasks")),
                "{url}"
            );
            assert!(matches!(options.get_ssl_mode(), PgSslMode::Require), "{url}");
            assert!(format!("{options:?}").contains(r#"password: Some("s@crt")"#), "{url}");
        }
        let socket = read("postgres://kaam@localhost/postgres?host=%2Frun%2Fpg+x&port=5434").unwrap();
        assert_eq!(socket.get_socket().unwrap().to_str(), Some("/run/pg+x"));
        assert_eq!(
            read("postgres://h/k?options=-c%20search_path%3Dx").unwrap().get_options(),
            Some("-c search_path=x")
        );
    }

    #[test]
    fn what_cannot_be_read_says_why_and_shows_nothing() {
        use AddressError as Wrong;
        let port = AddressError::Unreadable(url::ParseError::InvalidPort);
        for (url, why) in [
            ("mysql://k:hunter2@db/k", Wrong::Scheme),
            ("postgresqlx://k:hunter2@db/k", Wrong::Scheme),
            ("postgresql+://k:hunter2@db/k", Wrong::Scheme),
            ("db.example/hunter2", Wrong::Scheme),
            ("postgres://k:p@ss#w/rd%@db/hunter2", Wrong::Reserved),
            ("postgres://k:hunter2#@db/k", Wrong::Reserved),
            ("postgres://k:hun/ter2@db/k", Wrong::Reserved),
            ("postgres://k:12/hunter2@db/k", Wrong::Reserved),
            ("postgres://k:12?hunter2@db/k", Wrong::Reserved),
            ("postgres://k:12?hunter=2@db/k", Wrong::Reserved),
            ("postgres://k:hunter2@a:5432,b:5432/k", Wrong::SeveralHosts),
            ("postgres://k:hunter2", port),
            ("postgres://k:%ff@db/k", Wrong::Encoding),
            ("postgres://k:x@db/k?sslmode=hunter2", Wrong::SslMode),
            ("postgres://k:x@db/k?port=hunter2", Wrong::Parameter("port")),
        ] {
            let error = url.parse::<Address>().expect_err(url);
            assert_eq!(error, why, "{url}");
            assert!(!error.to_string().contains("hunter"), "{error}");
        }
        let shown = format!("{:?}", "postgres://k:hunter2@db/k".parse::<Address>().unwrap());
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
