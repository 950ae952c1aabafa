//! API tokens (table `api_tokens`), found by a hash of their secret.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{COLUMNS, User};
use crate::{
    domain::id::{TokenId, UserId},
    server::store::{Store, StoreError},
};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id, which is no secret.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for, by name.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; `None` means never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: &'a str,
    /// SHA-256 of its secret.
    pub secret_hash: &'a [u8],
    /// What it may be used for, by name.
    pub scopes: &'a [&'a str],
    /// Now.
    pub at: DateTime<Utc>,
    /// When it ends; `None` means never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// The token.
    pub token: ApiToken,
    /// Its owner.
    pub user: User,
}

#[derive(sqlx::FromRow)]
struct Row {
    token_id: Uuid,
    token_name: String,
    scopes: Vec<String>,
    token_created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<Row> for ApiToken {
    fn from(row: Row) -> Self {
        Self {
            id: TokenId(row.token_id),
            name: row.token_name,
            scopes: row.scopes,
            created_at: row.token_created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    #[sqlx(flatten)]
    token: Row,
    #[sqlx(flatten)]
    user: super::Row,
}

impl Store {
    /// Keeps a new token.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn create_token(&self, token: &NewToken<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "insert into api_tokens (user_id, id, name, secret_hash, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(token.user.0)
        .bind(token.id.0)
        .bind(token.name)
        .bind(token.secret_hash)
        .bind(token.scopes)
        .bind(token.at)
        .bind(token.expires_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The token with this secret, also one that has ended, and its owner.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn token_by_secret(&self, secret_hash: &[u8]) -> Result<TokenOwner, StoreError> {
        let sql = format!(
            "select t.id as token_id, t.name as token_name, t.scopes, t.created_at as token_created_at, t.expires_at, t.last_used_at, {COLUMNS} \
             from api_tokens t join users u on u.id = t.user_id join user_emails e on e.user_id = u.id \
             where t.secret_hash = $1 order by e.email limit 1"
        );
        let row: OwnedRow = sqlx::query_as(AssertSqlSafe(sql)).bind(secret_hash).fetch_one(&self.pool).await?;
        Ok(TokenOwner {
            token: row.token.into(),
            user: row.user.into(),
        })
    }

    /// A person's tokens, the oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tokens(&self, user: UserId) -> Result<Vec<ApiToken>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id as token_id, name as token_name, scopes, created_at as token_created_at, expires_at, last_used_at \
             from api_tokens where user_id = $1 order by created_at, id",
        )
        .bind(user.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(ApiToken::from).collect())
    }

    /// Whether a person has this token, ended or not.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn has_token(&self, user: UserId, id: TokenId) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar("select exists (select 1 from api_tokens where user_id = $1 and id = $2)")
                .bind(user.0)
                .bind(id.0)
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn note_token_use(&self, user: UserId, id: TokenId, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("update api_tokens set last_used_at = $3 where user_id = $1 and id = $2")
            .bind(user.0)
            .bind(id.0)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes a person's token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_token(&self, user: UserId, id: TokenId) -> Result<(), StoreError> {
        let done = sqlx::query("delete from api_tokens where user_id = $1 and id = $2")
            .bind(user.0)
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        super::one(done.rows_affected())
    }

    /// Deletes a token, whosever it is. For the command line.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_token(&self, id: TokenId) -> Result<(), StoreError> {
        let done = sqlx::query("delete from api_tokens where id = $1")
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        super::one(done.rows_affected())
    }
}

pub(super) async fn delete_all_of(connection: &mut PgConnection, user: UserId) -> Result<u64, StoreError> {
    let done = sqlx::query("delete from api_tokens where user_id = $1")
        .bind(user.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
