//! Reading variables, and saying what is wrong with one.

use std::{fmt, time::Duration};

use secrecy::SecretString;

use crate::server::{db::address::AddressError, proxies::NotANetwork};

/// A variable and a value that it may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    example: &'static str,
}

impl Variable {
    pub(super) const fn new(name: &'static str, example: &'static str) -> Self {
        Self { name, example }
    }

    pub(super) fn wrong(self, problem: Problem) -> ConfigError {
        ConfigError {
            name: self.name,
            example: self.example,
            problem,
        }
    }
}

/// A variable that has a wrong value. The value itself is not told: it may be a secret.
#[derive(Debug)]
pub struct ConfigError {
    /// The variable's name.
    pub name: &'static str,
    /// What is wrong with its value.
    pub problem: Problem,
    example: &'static str,
}

/// What is wrong with a value.
#[derive(Debug)]
pub enum Problem {
    /// Not an IP address and a port.
    NotAnAddress,
    /// Not a port.
    NotAPort,
    /// Not a URL at all.
    NotAUrl(url::ParseError),
    /// A URL, but not of the web.
    NotHttp,
    /// More than scheme, host and port.
    NotAnOrigin,
    /// Not an address or a network among the proxies.
    NotANetwork(NotANetwork),
    /// Not the name of a host.
    NotAHost,
    /// `*` among the origins.
    Wildcard,
    /// Not an address of a Postgres.
    Database(AddressError),
    /// Of no use without the other address of the database.
    Alone,
    /// A list of models without a model.
    NoModel,
    /// Not an address of a bucket.
    NotABucket,
    /// Not set, though something else needs it.
    Missing,
    /// None of the words that it may be.
    NotOneOf(Vec<&'static str>),
    /// Not a number, or out of bounds.
    NotANumber {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// A secret that can be guessed.
    TooShort {
        /// How long it must be.
        bytes: usize,
    },
    /// Not a filter of log lines.
    NotAFilter(String),
    /// Both the variable and its `_FILE` are set.
    Twice,
    /// The file that `_FILE` names cannot be read.
    File(std::io::Error),
    /// The file that `_FILE` names has nothing in it.
    EmptyFile,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress => f.write_str("is not an IP address and a port"),
            Self::NotAPort => f.write_str("is not a port (0 to 65535)"),
            Self::NotAUrl(cause) => write!(f, "is not a URL ({cause})"),
            Self::NotHttp => f.write_str("must begin with http:// or https:// and name a host"),
            Self::NotAnOrigin => f.write_str("must be scheme, host and port only, without a path, a query or a user"),
            Self::NotANetwork(cause) => write!(f, "must be addresses and networks with commas between them, or none: {cause}"),
            Self::NotAHost => {
                f.write_str("must be names of hosts, each with a port or without, such as kaam.lan, kaam:3000 or *.example.com")
            }
            Self::Wildcard => f.write_str("must name each origin; `*` is not accepted"),
            Self::Database(wrong) => wrong.fmt(f),
            Self::Alone => f.write_str("is of no use without DATABASE_URL: set that one, or both"),
            Self::NotABucket => f.write_str("must be s3://bucket or s3://bucket/prefix, without keys"),
            Self::Missing => f.write_str("must be set, because AI_TRANSCRIBE_MODEL is and there is no AI_BASE_URL or key that says where"),
            Self::NoModel => f.write_str("names no model"),
            Self::NotOneOf(words) => write!(f, "must be one of: {}", words.join(", ")),
            Self::NotANumber { min, max } => write!(f, "must be a whole number from {min} to {max}"),
            Self::TooShort { bytes } => write!(f, "is too short to be safe: it needs at least {bytes} bytes"),
            Self::NotAFilter(cause) => write!(f, "is not a log filter ({cause})"),
            Self::Twice => f.write_str("is set twice: as a value and as a file (_FILE). Keep one of them"),
            Self::File(cause) => write!(f, "cannot be read from the file that its _FILE variable names ({cause})"),
            Self::EmptyFile => f.write_str("is empty in the file that its _FILE variable names"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}. Example: {}={}", self.name, self.problem, self.name, self.example)
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::NotAUrl(cause) => Some(cause),
            Problem::Database(wrong) => Some(wrong),
            Problem::File(cause) => Some(cause),
            _ => None,
        }
    }
}

/// Asks for variables.
pub(super) struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(get: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { get }
    }

    fn named(&self, name: &str) -> Option<String> {
        (self.get)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, variable: Variable) -> Option<String> {
        self.named(variable.name)
    }

    pub(super) fn parsed<T>(&self, variable: Variable, parse: impl Fn(&str) -> Result<T, Problem>) -> Result<Option<T>, ConfigError> {
        self.text(variable)
            .map(|value| parse(&value))
            .transpose()
            .map_err(|problem| variable.wrong(problem))
    }

    pub(super) fn one_of<T: Copy>(&self, variable: Variable, words: &[(&'static str, T)]) -> Result<Option<T>, ConfigError> {
        self.parsed(variable, |value| {
            let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
            found
                .map(|(_, meaning)| *meaning)
                .ok_or_else(|| Problem::NotOneOf(words.iter().map(|(word, _)| *word).collect()))
        })
    }

    pub(super) fn number(&self, variable: Variable, default: u32, max: u32) -> Result<u32, ConfigError> {
        let number = self.parsed(variable, |value| match value.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Problem::NotANumber { min: 1, max }),
        })?;
        Ok(number.unwrap_or(default))
    }

    pub(super) fn seconds(&self, variable: Variable, default: u32, max: u32) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs(self.number(variable, default, max)?.into()))
    }

    pub(super) fn secret(&self, variable: Variable) -> Result<Option<SecretString>, ConfigError> {
        self.secret_that(variable, |_| Ok(()))
    }

    /// A secret, from the variable or from the file that its `_FILE` names.
    pub(super) fn secret_that(
        &self,
        variable: Variable,
        check: impl Fn(&str) -> Result<(), Problem>,
    ) -> Result<Option<SecretString>, ConfigError> {
        let secret = match (self.text(variable), self.named(&format!("{}_FILE", variable.name))) {
            (Some(_), Some(_)) => return Err(variable.wrong(Problem::Twice)),
            (None, None) => return Ok(None),
            (Some(value), None) => value,
            (None, Some(path)) => {
                let content = std::fs::read_to_string(path).map_err(|cause| variable.wrong(Problem::File(cause)))?;
                match content.trim() {
                    "" => return Err(variable.wrong(Problem::EmptyFile)),
                    value => value.to_owned(),
                }
            }
        };
        check(&secret).map_err(|problem| variable.wrong(problem))?;
        Ok(Some(secret.into()))
    }
}
