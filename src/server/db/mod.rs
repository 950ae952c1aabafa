//! The ways to the database, the migrations, and the embedded database.

pub mod address;
pub mod doubt;
pub mod embedded;
mod error;
mod pooler;

use std::{fmt, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::timeout;

use address::Address;
use pooler::{Hint, Way};

pub use error::{DbError, Refusal, Remedy};
pub use pooler::Pooled;

/// What is in `migrations/`, inside the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How a transaction begins. One whose client is gone without a word must not keep its locks: whoever does its work again would wait for
/// them. With the transaction, for poolers take no such setting with a connection, and it goes in the same packet.
pub const BEGIN: &str = "begin; set local idle_in_transaction_session_timeout = '10s'";

/// How long a first connection may take; a database that was asleep takes seconds.
const FIRST: Duration = Duration::from_secs(30);
/// How long what is asked at the start may take.
const ASKED: Duration = Duration::from_secs(15);
/// How long a notification may take.
const HEARD: Duration = Duration::from_secs(5);
/// The channel by which it is found out whether one way hears the other.
const ECHO: &str = "kaam_echo";
/// Connections of the direct way: one listens, and one migrates.
const DIRECT_CONNECTIONS: u32 = 2;

/// Which of the two ways to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// That of the questions, which may lead through a pooler.
    Pool,
    /// That of what needs a session: LISTEN, and the lock of the migrations.
    Direct,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pool => "DATABASE_URL",
            Self::Direct => "DATABASE_DIRECT_URL",
        })
    }
}

/// The connections of a process.
#[derive(Debug, Clone)]
pub struct Pools {
    /// For questions.
    pub pool: PgPool,
    /// For what needs a session of its own; the same one where nothing stands between.
    pub direct: PgPool,
}

impl From<PgPool> for Pools {
    fn from(pool: PgPool) -> Self {
        Self {
            direct: pool.clone(),
            pool,
        }
    }
}

/// Opens the ways to somebody's database, and finds out whether they are what Kaam needs.
///
/// # Errors
/// All but [`DbError::Migrate`].
pub async fn open(url: &str, direct: Option<&str>, max: u32) -> Result<Pools, DbError> {
    let url = options(Which::Pool, url)?;
    let way = way(Which::Pool, &url).await?;
    let Some(direct) = direct else {
        return match way {
            Way::Sessions => Ok(pool(url, max).into()),
            Way::Transactions { keeps_statements } => Err(match (Hint::of(&url), keeps_statements) {
                (hint, true) => Pooled::NoSession { which: Which::Pool, hint },
                (hint, false) => Pooled::NoStatements(hint),
            }
            .into()),
        };
    };
    let direct = options(Which::Direct, direct)?;
    if let Way::Transactions { .. } = self::way(Which::Direct, &direct).await? {
        return Err(Pooled::NoSession {
            which: Which::Direct,
            hint: Hint::of(&direct),
        }
        .into());
    }
    if let Way::Transactions { keeps_statements: false } = way {
        return Err(Pooled::NoStatements(Hint::of(&url)).into());
    }
    let pools = Pools {
        pool: pool(url, max),
        direct: pool(direct, DIRECT_CONNECTIONS),
    };
    if !asked(hears(&pools)).await? {
        return Err(Pooled::Apart.into());
    }
    Ok(pools)
}

/// Opens a pool and makes its first connection, so that a wrong address is found now. Nothing stands between, as with the embedded database.
///
/// # Errors
/// [`DbError::Address`] and [`DbError::Connect`].
pub async fn connect(url: &str, max: u32) -> Result<PgPool, DbError> {
    let options = options(Which::Pool, url)?;
    let first = first(Which::Pool, &options).await?;
    first.close().await.map_err(|cause| DbError::connect(Which::Pool, cause))?;
    Ok(pool(options, max))
}

/// What is sent with a connection is what every pooler takes: user, database, encoding, forms of dates, zone (always UTC) and name.
fn options(which: Which, url: &str) -> Result<PgConnectOptions, DbError> {
    let address: Address = url.parse().map_err(|wrong| DbError::Address(which, wrong))?;
    Ok(address.options().extra_float_digits(None).application_name(match which {
        Which::Pool => "kaam",
        Which::Direct => "kaam direct",
    }))
}

/// One connection by itself says why there is none; a pool would only say that it waited.
async fn first(which: Which, options: &PgConnectOptions) -> Result<PgConnection, DbError> {
    let silent = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    let connected = timeout(FIRST, PgConnection::connect_with(options)).await.unwrap_or_else(silent);
    connected.map_err(|cause| DbError::connect(which, cause))
}

/// What the connections of an address are.
async fn way(which: Which, options: &PgConnectOptions) -> Result<Way, DbError> {
    let (mut one, mut other) = tokio::try_join!(first(which, options), first(which, options))?;
    let way = asked(pooler::find_out(&mut one, &mut other)).await?;
    // They have answered; how they end is nobody's concern.
    let _ = tokio::join!(one.close(), other.close());
    Ok(way)
}

async fn asked<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, DbError> {
    let silent = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    timeout(ASKED, answer).await.unwrap_or_else(silent).map_err(DbError::Asking)
}

/// Whether what is said by the pool is heard by the direct way.
async fn hears(pools: &Pools) -> Result<bool, sqlx::Error> {
    let mut listener = PgListener::connect_with(&pools.direct).await?;
    listener.listen(ECHO).await?;
    let word: String = sqlx::query_scalar("select gen_random_uuid()::text").fetch_one(&pools.pool).await?;
    let said = sqlx::query("select pg_notify($1, $2)").bind(ECHO).bind(&word);
    said.execute(&pools.pool).await?;
    let heard = async {
        loop {
            // Other processes may be starting, too.
            if listener.recv().await?.payload() == word {
                return Ok(true);
            }
        }
    };
    timeout(HEARD, heard).await.unwrap_or(Ok(false))
}

/// A pool that makes its connections when they are wanted.
fn pool(options: PgConnectOptions, max: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max)
        .acquire_timeout(Duration::from_secs(5))
        .max_lifetime(Duration::from_secs(30 * 60))
        // A ping before each use would cost a round trip; a connection that lay idle is asked whether it still lives.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > Duration::from_millis(500) || doubt::is_raised() {
                    doubt::ask(connection).await?;
                }
                Ok(true)
            })
        })
        // The pool asks by itself here, but would wait for ever.
        .after_release(|connection, _| {
            Box::pin(async move {
                if doubt::is_raised() {
                    doubt::ask(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Brings the schema up to date, under an advisory lock, so that several processes may start at once.
///
/// # Errors
/// [`DbError::Migrate`].
pub async fn migrate(direct: &PgPool) -> Result<(), DbError> {
    let migrating = async {
        let mut connection = direct.acquire().await?;
        // As [`BEGIN`] does for transactions of ours.
        sqlx::raw_sql("set idle_in_transaction_session_timeout = '10s'")
            .execute(&mut *connection)
            .await?;
        MIGRATIONS.run_direct(None, &mut *connection, false).await
    };
    migrating.await.map_err(|cause| DbError::migrate(cause, &direct.connect_options()))
}

/// How the schema of a database stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// It has all migrations.
    UpToDate,
    /// It lacks so many migrations.
    Behind {
        /// How many.
        missing: usize,
    },
    /// It has migrations that this program does not know.
    Ahead,
}

/// How the schema stands. Changes nothing.
///
/// # Errors
/// [`DbError::Asking`] if the database does not answer.
pub async fn schema(pool: &PgPool) -> Result<Schema, DbError> {
    let is_new: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is null")
        .fetch_one(pool)
        .await
        .map_err(DbError::Asking)?;
    let applied: Vec<i64> = match is_new {
        true => Vec::new(),
        false => sqlx::query_scalar("select version from _sqlx_migrations where success")
            .fetch_all(pool)
            .await
            .map_err(DbError::Asking)?,
    };
    if applied.iter().any(|version| !MIGRATIONS.version_exists(*version)) {
        return Ok(Schema::Ahead);
    }
    let missing = MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.version)).count();
    Ok(if missing == 0 {
        Schema::UpToDate
    } else {
        Schema::Behind { missing }
    })
}
