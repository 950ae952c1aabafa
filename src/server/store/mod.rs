//! The only SQL. Rows are private to their file; domain and protocol types go in and come out. One file per aggregate, one method per
//! question. Every statement on a person's rows names `user_id`; `tests/statements.rs` reads them, and has those that may not.

pub mod accounts;
pub mod attachments;
pub mod changes;
mod compaction;
pub mod feedback;
pub mod flush;
pub mod history;
pub mod items;
pub mod journal;
pub mod orphans;
mod pool;
pub mod runs;
pub mod tasks;
pub mod threads;
pub mod tool_calls;
mod usage;

pub use pool::{ANSWER, bounded};

use pool::Pool;
use sqlx::{PgPool, error::DatabaseError};

use super::db::Pools;

/// How long the database may take to say that it answers.
const PING: std::time::Duration = std::time::Duration::from_secs(3);

/// The database, as the rest of the server sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(in crate::server) pool: Pool,
    /// For what needs a session of its own.
    direct: PgPool,
    changes: changes::Changes,
}

impl Store {
    /// Over a database that is migrated.
    pub fn new(pools: impl Into<Pools>) -> Self {
        let Pools { pool, direct } = pools.into();
        Self {
            pool: Pool::new(pool),
            direct,
            changes: changes::Changes::default(),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        bounded(PING, async {
            sqlx::query("select 1").execute(&self.pool).await?;
            Ok(())
        })
        .await
    }
}

/// Whether a rule of this name, under which something is there once only, forbids it. Where tables are kept in parts (Citus), the error names
/// no rule, and its text that of the part: `"runs_live_102160"`.
fn breaks(error: &dyn DatabaseError, rule: &str) -> bool {
    error.constraint() == Some(rule) || (error.is_unique_violation() && error.message().contains(&format!("\"{rule}_")))
}

/// Why a question to the store has no answer.
#[derive(Debug)]
pub enum StoreError {
    /// No such row, or somebody else's.
    NotFound,
    /// A rule of the data forbids it; the text says which.
    Conflict(&'static str),
    /// The database cannot be reached, or no connection was free in time.
    Unavailable(sqlx::Error),
    /// Anything else.
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Conflict(what) => f.write_str(what),
            Self::Unavailable(cause) => write!(f, "the database is unavailable: {cause}"),
            Self::Other(cause) => write!(f, "the database refused: {cause}"),
        }
    }
}
impl std::error::Error for StoreError {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(ref cause) => match cause.code().as_deref() {
                // Class 08: connection; 57P0x: shutting down, starting up; class 53: no room for connections, on the disk, in memory;
                // 25006: read-only stand-by; 25P03: we were silent in a transaction for too long; 40001, 40P01: two were in each other's way.
                // 23505 on the journal: the same call was done a moment ago, by a commit whose answer we gave up.
                Some(code)
                    if ["08", "57P0", "53"].iter().any(|class| code.starts_with(class))
                        || ["25006", "25P03", "40001", "40P01"].contains(&code)
                        || breaks(&**cause, "tool_effects_pkey") =>
                {
                    Self::Unavailable(error)
                }
                _ => Self::Other(Box::new(error)),
            },
            other => Self::Other(Box::new(other)),
        }
    }
}
