//! Why there is no database, in sentences for whoever runs Kaam: what the server or the network said, and what to do about it.

use std::{fmt, io::ErrorKind};

use sqlx::{error::DatabaseError, migrate::MigrateError, postgres::PgConnectOptions};

use super::{Which, address::AddressError, pooler::Pooled};

/// Why there is no database.
#[derive(Debug)]
pub enum DbError {
    /// The address cannot be read.
    Address(Which, AddressError),
    /// Nobody answers, or the server refuses.
    Connect {
        /// The variable that leads there.
        which: Which,
        /// What was said.
        cause: sqlx::Error,
        /// What that means.
        why: Refusal,
    },
    /// A question at the start has no answer.
    Asking(sqlx::Error),
    /// A pooler stands where none may.
    Pooled(Pooled),
    /// A migration failed.
    Migrate {
        /// What was said.
        cause: MigrateError,
        /// What to do, where it is known.
        remedy: Option<Remedy>,
    },
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(which, wrong) => write!(
                f,
                "{which} {wrong}. Example: {which}=postgres://user:password@host:5432/kaam?sslmode=require"
            ),
            Self::Connect { which, cause, why } => {
                write!(f, "the database cannot be reached: {cause}. {}", Advice { which: *which, why })
            }
            Self::Asking(cause) => write!(f, "the database does not answer as it should: {cause}"),
            Self::Pooled(pooled) => pooled.fmt(f),
            Self::Migrate { cause, remedy: None } => write!(f, "the database could not be migrated: {cause}"),
            Self::Migrate {
                cause,
                remedy: Some(remedy),
            } => write!(f, "the database could not be migrated: {cause}. {remedy}"),
        }
    }
}
impl std::error::Error for DbError {}

impl From<Pooled> for DbError {
    fn from(pooled: Pooled) -> Self {
        Self::Pooled(pooled)
    }
}

impl DbError {
    pub(super) fn connect(which: Which, cause: sqlx::Error) -> Self {
        Self::Connect {
            which,
            why: Refusal::of(&cause),
            cause,
        }
    }

    pub(super) fn migrate(cause: MigrateError, options: &PgConnectOptions) -> Self {
        Self::Migrate {
            remedy: Remedy::of(&cause, options),
            cause,
        }
    }
}

/// What it means that there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No host has that name.
    NoSuchHost,
    /// There is no way to it.
    Unreachable,
    /// Nobody listens there.
    NobodyThere,
    /// It does not answer.
    Silent,
    /// Wrong user or password.
    Credentials,
    /// There is no such database.
    NoSuchDatabase,
    /// The server wants TLS.
    WantsTls,
    /// The server has no TLS.
    HasNoTls,
    /// Its certificate is of nobody who is known here.
    Certificate,
    /// The server's rules leave this client out.
    NotAllowed,
    /// All its connections are taken.
    Full,
    /// It is not ready yet.
    Starting,
    /// A pooler does not take what is sent with the connection.
    Parameter,
    /// Anything else.
    Other,
}

impl Refusal {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(said) => Self::of_server(&**said),
            sqlx::Error::Tls(cause) if cause.to_string().contains("does not support TLS") => Self::HasNoTls,
            sqlx::Error::Tls(_) => Self::Certificate,
            sqlx::Error::Io(cause) => match cause.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::NotFound => Self::NobodyThere,
                ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => Self::Unreachable,
                ErrorKind::TimedOut => Self::Silent,
                // What rustls finds wrong while it shakes hands.
                ErrorKind::InvalidData => Self::Certificate,
                // The resolver's errors have a kind that cannot be named.
                _ if cause.to_string().contains("failed to lookup address") => Self::NoSuchHost,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    fn of_server(said: &dyn DatabaseError) -> Self {
        let text = said.message();
        let is_about = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match said.code().as_deref().unwrap_or_default() {
            // The words are Postgres' and PgBouncer's, which has no codes of its own.
            _ if is_about(&["unsupported startup parameter"]) => Self::Parameter,
            _ if is_about(&["no encryption", "SSL off", "SSL required", "connection is insecure"]) => Self::WantsTls,
            "28P01" => Self::Credentials,
            "28000" if is_about(&["pg_hba.conf"]) => Self::NotAllowed,
            "28000" => Self::Credentials,
            "3D000" => Self::NoSuchDatabase,
            "53300" => Self::Full,
            "57P03" => Self::Starting,
            _ if is_about(&["no such user", "password authentication failed", "auth failed"]) => Self::Credentials,
            _ if is_about(&["no such database"]) => Self::NoSuchDatabase,
            _ => Self::Other,
        }
    }
}

struct Advice<'a> {
    which: Which,
    why: &'a Refusal,
}

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = self.which;
        match self.why {
            Refusal::NoSuchHost => write!(
                f,
                "Look at the host in {which}. If the user or password before it has letters such as @ : / ? # %, percent-encode them (# is %23)"
            ),
            Refusal::Unreachable => write!(
                f,
                "There is no way from here to the host in {which}. Where it has an IPv6 address only (Supabase's db.*.supabase.co), take the \
                 address of the provider's pooler in session mode"
            ),
            Refusal::NobodyThere => write!(
                f,
                "Nobody listens there: look at {which} (host, port). In a container, localhost is the container itself"
            ),
            Refusal::Silent => write!(
                f,
                "Look at {which} (host, port), and whether a firewall or the provider's list of allowed addresses lets this machine in"
            ),
            Refusal::Credentials => write!(
                f,
                "Look at the user and password in {which}; letters such as @ : / ? # % in them must be percent-encoded (# is %23)"
            ),
            Refusal::NoSuchDatabase => write!(f, "Make it (`create database ...`), or name another one in {which}"),
            Refusal::WantsTls => write!(f, "The server wants TLS: put `sslmode=require` into {which}"),
            Refusal::HasNoTls => write!(f, "The server has no TLS: take `sslmode` out of {which}, or set it up there"),
            Refusal::Certificate => write!(
                f,
                "The server's certificate is not trusted: name the provider's authority in {which} (`sslrootcert=/path/to/ca.pem`), or encrypt \
                 without asking who it is (`sslmode=require`)"
            ),
            Refusal::NotAllowed => write!(
                f,
                "The server's rules (pg_hba.conf, or the provider's list of allowed addresses) leave out this machine, user or database: look at \
                 {which}"
            ),
            Refusal::Full => {
                f.write_str("The server has no connection free (a Kaam server takes up to 12): end others, or raise max_connections")
            }
            Refusal::Starting => f.write_str("The server is not ready yet: try again in a moment"),
            Refusal::Parameter => write!(
                f,
                "A pooler refuses what is sent with the connection: take `options` out of {which}, or set DATABASE_DIRECT_URL and give the role \
                 its settings in the database (`alter role ... set ...`)"
            ),
            Refusal::Other => write!(
                f,
                "Look at {which} (host, port, user, password, sslmode), or unset it to use the embedded database"
            ),
        }
    }
}

/// What to do about a migration that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// The role may not make tables.
    Grant {
        /// The role.
        role: String,
        /// The database; that of the role's name where none is set.
        database: String,
    },
    /// The schema is of a newer program.
    Newer,
    /// The database takes no writes.
    ReadOnly,
}

impl Remedy {
    fn of(error: &MigrateError, options: &PgConnectOptions) -> Option<Self> {
        match error {
            MigrateError::VersionMissing(_) => Some(Self::Newer),
            MigrateError::Execute(sqlx::Error::Database(said)) | MigrateError::ExecuteMigration(sqlx::Error::Database(said), _) => {
                match said.code().as_deref() {
                    Some("42501") => Some(Self::Grant {
                        role: options.get_username().into(),
                        database: options.get_database().unwrap_or(options.get_username()).into(),
                    }),
                    Some("25006") => Some(Self::ReadOnly),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant { role, database } => write!(
                f,
                "From Postgres 15 on, only the owner of a database may make tables in it. As its administrator, run: alter database \"{}\" owner \
                 to \"{role}\"; (or, connected to that database: grant create on schema public to \"{role}\";)",
                database.replace('"', "\"\""),
                role = role.replace('"', "\"\""),
            ),
            Self::Newer => f.write_str("The database is of a newer Kaam: install that version"),
            Self::ReadOnly => f.write_str("The database is a copy that takes no writes: name the primary"),
        }
    }
}
