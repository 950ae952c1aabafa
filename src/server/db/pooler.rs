//! Whether a pooler in transaction mode stands before a database, found out by what it does, not by its name: every transaction of one
//! client may be on another connection to the database.
//!
//! LISTEN, advisory locks and settings of a session are lost there, the first two without a word: notifications reach whoever uses that
//! connection next, and a lock stays with a connection that nobody has. So Kaam asks before it does any of that.

use std::fmt;

use sqlx::{Connection, PgConnection, Row, postgres::PgConnectOptions};

use super::Which;

/// What the connections of an address are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Each is a session of the database: without a pooler, or by one in session mode.
    Sessions,
    /// Each transaction is on whichever is free.
    Transactions {
        /// A statement that was prepared on one can be run on another.
        keeps_statements: bool,
    },
}

/// Finds out, by two connections that are open at once. Everything is asked by the simple protocol, which every pooler passes on.
///
/// A session has one process of the server, and no other session has the same one. A pooler that gives out the connection used last gives
/// the second client that of the first; one that takes turns gives the first client another one each time.
pub(super) async fn find_out(one: &mut PgConnection, other: &mut PgConnection) -> Result<Way, sqlx::Error> {
    let first = process(one).await?;
    let is_session = process(one).await? == first && {
        // Kept in a transaction, so that the first client cannot be given the same again.
        match begin(other).await? {
            false => false,
            true => {
                let second = process(other).await?;
                let is_same = second != first && process(one).await? == first;
                sqlx::raw_sql("rollback").execute(&mut *other).await?;
                is_same
            }
        }
    };
    match is_session {
        true => Ok(Way::Sessions),
        false => Ok(Way::Transactions {
            keeps_statements: keeps_statements(one, other).await,
        }),
    }
}

/// The process of the server that answers.
async fn process(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::raw_sql("select pg_backend_pid()").fetch_one(connection).await?.try_get(0)
}

/// Whether a transaction can be begun: where each statement is on another connection, none can.
async fn begin(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match sqlx::raw_sql("begin").execute(connection).await {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether statements can be prepared: both clients give theirs the same name, as the driver does, and the one stands where the other wants
/// to be. The answer is no also where an earlier client has left one of that name behind.
async fn keeps_statements(one: &mut PgConnection, other: &mut PgConnection) -> bool {
    let asked = async {
        let first: i32 = sqlx::query_scalar("select $1::int4").bind(1).fetch_one(&mut *one).await?;
        let mut transaction = other.begin().await?;
        let second: i32 = sqlx::query_scalar("select 1 + $1::int4")
            .bind(1)
            .fetch_one(&mut *transaction)
            .await?;
        let again: i32 = sqlx::query_scalar("select $1::int4").bind(3).fetch_one(&mut *one).await?;
        transaction.rollback().await?;
        Ok::<_, sqlx::Error>((first, second, again))
    };
    matches!(asked.await, Ok((1, 2, 3)))
}

/// What is wrong with the ways to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pooled {
    /// No other way than by a pooler in transaction mode.
    NoSession {
        /// The variable that leads there.
        which: Which,
        /// What to do at this provider.
        hint: Hint,
    },
    /// The pooler mixes up prepared statements.
    NoStatements(Hint),
    /// What is said on one way is not heard on the other.
    Apart,
}

impl fmt::Display for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSession {
                which: Which::Pool,
                hint,
            } => write!(
                f,
                "DATABASE_URL leads through a pooler in transaction mode, by which Kaam can neither listen nor migrate. Set DATABASE_DIRECT_URL \
                 to the database itself{hint}; a pooler in session mode is as good"
            ),
            Self::NoSession {
                which: Which::Direct,
                hint,
            } => write!(
                f,
                "DATABASE_DIRECT_URL leads through a pooler in transaction mode, too. Set it to the database itself{hint}; a pooler in \
                 session mode is as good"
            ),
            Self::NoStatements(hint) => write!(
                f,
                "DATABASE_URL leads through a pooler in transaction mode that does not keep prepared statements, which Kaam needs. Set \
                 DATABASE_URL to the database itself{hint} or to a pooler in session mode; PgBouncer keeps them from 1.21 on with \
                 max_prepared_statements = 200 (from 1.24 on by itself), and then DATABASE_DIRECT_URL must lead to the database"
            ),
            Self::Apart => f.write_str(
                "what is said by DATABASE_URL (NOTIFY) is not heard by DATABASE_DIRECT_URL (LISTEN). Both must lead to the same database of the \
                 same server, the one that takes writes",
            ),
        }
    }
}
impl std::error::Error for Pooled {}

/// Where the database itself is to be found, as far as the pooler's address tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Neon: the same host without `-pooler`.
    Neon(String),
    /// Supabase: the same host at the port of session mode.
    Supabase,
    /// Azure's built-in PgBouncer.
    Azure,
    /// The proxy of Amazon RDS.
    RdsProxy,
    /// Nothing is known.
    None,
}

impl Hint {
    pub(super) fn of(options: &PgConnectOptions) -> Self {
        let host = options.get_host().to_ascii_lowercase();
        let is_of = |domain: &str| host.ends_with(domain);
        match host.replacen("-pooler.", ".", 1) {
            direct if is_of(".neon.tech") && direct != host => Self::Neon(direct),
            _ if is_of(".pooler.supabase.com") || is_of(".supabase.co") => Self::Supabase,
            _ if is_of(".postgres.database.azure.com") => Self::Azure,
            _ if host.contains(".proxy-") && is_of(".rds.amazonaws.com") => Self::RdsProxy,
            _ => Self::None,
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Neon(host) => write!(f, " (Neon: the same address with the host {host})"),
            Self::Supabase => f.write_str(" (Supabase: the same address with port 5432, its session mode)"),
            Self::Azure => f.write_str(" (Azure: the same address with port 5432)"),
            Self::RdsProxy => f.write_str(" (RDS: the endpoint of the instance or the cluster instead of that of the proxy)"),
            Self::None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_known_by_their_hosts() {
        for (host, hint) in [
            (
                "ep-cool-rain-123456-pooler.eu-central-1.aws.neon.tech",
                Hint::Neon("ep-cool-rain-123456.eu-central-1.aws.neon.tech".into()),
            ),
            ("ep-cool-rain-123456.eu-central-1.aws.neon.tech", Hint::None),
            ("aws-0-eu-central-1.pooler.supabase.com", Hint::Supabase),
            ("db.abcdefgh.supabase.co", Hint::Supabase),
            ("kaam.postgres.database.azure.com", Hint::Azure),
            ("kaam.proxy-abcdefgh.eu-central-1.rds.amazonaws.com", Hint::RdsProxy),
            ("kaam.abcdefgh.eu-central-1.rds.amazonaws.com", Hint::None),
            ("my-pooler.example", Hint::None),
            ("127.0.0.1", Hint::None),
        ] {
            assert_eq!(Hint::of(&PgConnectOptions::new_without_pgpass().host(host)), hint, "{host}");
        }
    }

    #[test]
    fn what_to_set_is_said() {
        for (error, words) in [
            (
                Pooled::NoSession {
                    which: Which::Pool,
                    hint: Hint::Supabase,
                },
                &["DATABASE_URL leads", "Set DATABASE_DIRECT_URL", "port 5432", "session mode"][..],
            ),
            (
                Pooled::NoSession {
                    which: Which::Direct,
                    hint: Hint::None,
                },
                &["DATABASE_DIRECT_URL leads", "Set it to the database itself;"],
            ),
            (
                Pooled::NoStatements(Hint::None),
                &["Set DATABASE_URL", "session mode", "max_prepared_statements"],
            ),
            (Pooled::Apart, &["DATABASE_URL", "DATABASE_DIRECT_URL", "same database"]),
        ] {
            let said = error.to_string();
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
        }
    }
}
