//! The pool, the migrations, and the embedded database.

pub mod doubt;
pub mod embedded;

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// What is in `migrations/`, inside the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why there is no database.
#[derive(Debug)]
pub enum DbError {
    /// The address cannot be read.
    Address(sqlx::Error),
    /// Nobody answers, or the server refuses.
    Connect(sqlx::Error),
    /// A migration failed.
    Migrate(sqlx::migrate::MigrateError),
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(cause) => write!(
                f,
                "DATABASE_URL cannot be read: {cause}. Example: postgres://user:password@host:5432/kaam?sslmode=require"
            ),
            Self::Connect(cause) => write!(
                f,
                "the database cannot be reached: {cause}. Look at DATABASE_URL (host, port, user, password, sslmode), or unset it to use the embedded database"
            ),
            Self::Migrate(cause) => write!(f, "the database could not be migrated: {cause}"),
        }
    }
}
impl std::error::Error for DbError {}

/// Opens a pool and makes its first connection, so that a wrong address is found now.
///
/// # Errors
/// [`DbError::Address`] and [`DbError::Connect`].
pub async fn connect(url: &str, max: u32) -> Result<PgPool, DbError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(DbError::Address)?
        .application_name("kaam")
        // A transaction whose client is gone without a word must not keep its locks: whoever does its work again would wait for them.
        .options([("timezone", "UTC"), ("idle_in_transaction_session_timeout", "10s")]);
    // One connection by itself says why there is none; a pool would only say that it waited.
    let first = PgConnection::connect_with(&options).await.map_err(DbError::Connect)?;
    first.close().await.map_err(DbError::Connect)?;
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
        .connect_with(options)
        .await
        .map_err(DbError::Connect)
}

/// Brings the schema up to date, under an advisory lock, so that several processes may start at once.
///
/// # Errors
/// [`DbError::Migrate`].
pub async fn migrate(pool: &PgPool) -> Result<(), DbError> {
    MIGRATIONS.run(pool).await.map_err(DbError::Migrate)
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
/// [`DbError::Connect`] if the database does not answer.
pub async fn schema(pool: &PgPool) -> Result<Schema, DbError> {
    let is_new: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is null")
        .fetch_one(pool)
        .await
        .map_err(DbError::Connect)?;
    let applied: Vec<i64> = match is_new {
        true => Vec::new(),
        false => sqlx::query_scalar("select version from _sqlx_migrations where success")
            .fetch_all(pool)
            .await
            .map_err(DbError::Connect)?,
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
