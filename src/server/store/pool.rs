//! The pool, with a bound on every answer: a line that has died without a word must not hold whoever asks, nor its place in the pool.

use std::time::Duration;

use futures::{TryStreamExt, future::BoxFuture, stream::BoxStream};
use sqlx::{
    Either, Execute, Executor, PgPool, Postgres, SqlStr, Transaction,
    pool::PoolConnection,
    postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};
use tokio::time::timeout;

use super::StoreError;
use crate::server::db::{BEGIN, doubt};

/// How long one answer may take. No question of ours takes a tenth of it.
pub const ANSWER: Duration = Duration::from_secs(10);

/// The pool. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::server) struct Pool(PgPool);

impl Pool {
    pub(super) fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// Begins a transaction. Its questions have no bound of their own: see [`bounded`].
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        answered(self.0.begin_with(BEGIN)).await
    }

    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.0.acquire().await
    }
}

impl<'p> Executor<'p> for &Pool {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.0.clone();
        Box::pin(async_stream::try_stream! {
            let mut connection = pool.acquire().await?;
            let mut rows = connection.fetch_many(query);
            while let Some(row) = answered(rows.try_next()).await? {
                yield row;
            }
        })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.0.clone();
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            answered(connection.fetch_optional(query)).await
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'p: 'e,
    {
        let pool = self.0.clone();
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            answered(connection.prepare_with(sql, parameters)).await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Postgres>, sqlx::Error>>
    where
        'p: 'e,
    {
        let pool = self.0.clone();
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            answered(connection.describe(sql)).await
        })
    }
}

/// Waits for one answer, for [`ANSWER`] at the most.
async fn answered<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(ANSWER, answer).await.unwrap_or_else(|_| Err(doubt::timed_out()))
}

/// Waits for several answers, a whole transaction for example. Given up, it may have been done all the same.
///
/// # Errors
/// Those of what is asked, and [`StoreError::Unavailable`] when the time is over.
pub async fn bounded<T>(limit: Duration, asking: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(limit, asking)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unavailable(doubt::timed_out())))
}
