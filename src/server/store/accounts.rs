//! Accounts (tables `users` and `user_emails`). What people sign in with lies beside: sessions, tokens, set-up links.

mod devices;
mod sessions;
mod setup_links;
mod tokens;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

pub use sessions::StoredSession;
pub use tokens::{ApiToken, NewToken, TokenOwner};

use super::{Store, StoreError};
use crate::{
    domain::{
        id::UserId,
        locale::{Digits, Locale, WeekStart},
    },
    server::calendar::Calendar,
};

/// Why an account cannot be made.
#[derive(Debug)]
pub enum NewUserError {
    /// Somebody has that address.
    EmailTaken,
    /// The set-up link is wrong, or was used.
    SetupLinkUsed,
    /// The database does not answer, or refuses.
    Store(StoreError),
}

impl From<sqlx::Error> for NewUserError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<StoreError> for NewUserError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What becomes of a person's API tokens when the password changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// They go on.
    Keep,
    /// They end: whoever knew the password may have made some.
    Revoke,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Login address.
    pub email: String,
    /// Name to show; may be empty.
    pub name: String,
    /// IANA name of their zone.
    pub zone: String,
    /// Language of the page, if they chose one.
    pub locale: Option<Locale>,
    /// Colours of the page, if they chose them.
    pub theme: Option<String>,
    /// The digits of the page.
    pub digits: Digits,
    /// The first day of their week.
    pub week_start: WeekStart,
    /// Whether they may do what concerns everybody.
    pub is_admin: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

impl User {
    /// Their calendar.
    pub fn calendar(&self) -> Calendar {
        Calendar {
            week_start: self.week_start,
            ..Calendar::new(&self.zone, None)
        }
    }
}

/// An account to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// Their id.
    pub id: UserId,
    /// Login address, lower-cased.
    pub email: &'a str,
    /// Name to show; may be empty.
    pub name: &'a str,
    /// Hash of their password.
    pub password_hash: &'a str,
    /// IANA name of their zone.
    pub zone: &'a str,
    /// Whether they may do what concerns everybody.
    pub is_admin: bool,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What a [`Row`] is made of: of `users u` and `user_emails e`.
const COLUMNS: &str = "u.id, e.email, u.name, u.zone, u.locale, u.theme, u.digits, u.week_start, u.is_admin, u.created_at";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    zone: String,
    locale: Option<String>,
    theme: Option<String>,
    digits: Option<String>,
    week_start: Option<String>,
    is_admin: bool,
    created_at: DateTime<Utc>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            name: row.name,
            zone: row.zone,
            locale: row.locale.as_deref().and_then(Locale::from_tag),
            theme: row.theme,
            digits: row.digits.as_deref().map(Digits::from_name).unwrap_or_default(),
            week_start: row.week_start.as_deref().map(WeekStart::from_name).unwrap_or_default(),
            is_admin: row.is_admin,
            created_at: row.created_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: Row,
    password_hash: Option<String>,
}

impl Store {
    /// A person by their id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user(&self, id: UserId) -> Result<User, StoreError> {
        let sql = format!("select {COLUMNS} from users u join user_emails e on e.user_id = u.id where u.id = $1 order by e.email limit 1");
        let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(id.0).fetch_one(&self.pool).await?;
        Ok(row.into())
    }

    /// A person by their address, with the hash of their password.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn credentials(&self, email: &str) -> Result<(User, Option<String>), StoreError> {
        let sql = format!("select {COLUMNS}, u.password_hash from user_emails e join users u on u.id = e.user_id where e.email = $1");
        let row: CredentialsRow = sqlx::query_as(AssertSqlSafe(sql)).bind(email).fetch_one(&self.pool).await?;
        Ok((row.user.into(), row.password_hash))
    }

    /// Whether anybody has an account.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("select exists (select 1 from users)")
            .fetch_one(&self.pool)
            .await?)
    }

    /// All accounts, by address. For the command line.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("select {COLUMNS} from user_emails e join users u on u.id = e.user_id order by e.email");
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// Makes an account. With `setup_link` it is made only if that link is good, and uses it up. Any account ends the link, for it is
    /// for the first one.
    ///
    /// # Errors
    /// See [`NewUserError`].
    pub async fn create_user(&self, user: &NewUser<'_>, setup_link: Option<&[u8]>) -> Result<(), NewUserError> {
        let mut transaction = self.pool.begin().await?;
        if let Some(secret_hash) = setup_link
            && !setup_links::use_up(&mut transaction, secret_hash, user.at).await?
        {
            return Err(NewUserError::SetupLinkUsed);
        }
        setup_links::end_unused(&mut transaction).await?;
        insert(&mut transaction, user).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Changes what a person is called, where they are, and how they count.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_profile(&self, id: UserId, name: &str, zone: &str, digits: Digits, week_start: WeekStart) -> Result<(), StoreError> {
        let done = sqlx::query("update users set name = $2, zone = $3, digits = $4, week_start = $5 where id = $1")
            .bind(id.0)
            .bind(name)
            .bind(zone)
            .bind(digits.name())
            .bind(week_start.name())
            .execute(&self.pool)
            .await?;
        one(done.rows_affected())
    }

    /// Changes how a person sees the page.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_appearance(&self, id: UserId, locale: Locale, theme: &str) -> Result<(), StoreError> {
        let done = sqlx::query("update users set locale = $2, theme = $3 where id = $1")
            .bind(id.0)
            .bind(locale.tag())
            .bind(theme)
            .execute(&self.pool)
            .await?;
        one(done.rows_affected())
    }

    /// Gives a person another password, signs them out everywhere and forgets the browsers that the account knew. Says how many tokens were
    /// revoked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_password(&self, id: UserId, password_hash: &str, tokens: Tokens, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let done = sqlx::query("update users set password_hash = $2, password_changed_at = $3 where id = $1")
            .bind(id.0)
            .bind(password_hash)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        one(done.rows_affected())?;
        sessions::delete_all_of(&mut transaction, id).await?;
        devices::forget_all_of(&mut transaction, id).await?;
        let revoked = match tokens {
            Tokens::Revoke => tokens::delete_all_of(&mut transaction, id).await?,
            Tokens::Keep => 0,
        };
        transaction.commit().await?;
        Ok(revoked)
    }

    /// Deletes a person with everything that is theirs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_user(&self, id: UserId) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sessions::delete_all_of(&mut transaction, id).await?;
        sqlx::query("delete from run_events where user_id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        let done = sqlx::query("delete from users where id = $1")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        one(done.rows_affected())?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert(connection: &mut PgConnection, user: &NewUser<'_>) -> Result<(), NewUserError> {
    sqlx::query(
        "insert into users (id, name, password_hash, zone, is_admin, created_at, password_changed_at) \
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(user.id.0)
    .bind(user.name)
    .bind(user.password_hash)
    .bind(user.zone)
    .bind(user.is_admin)
    .bind(user.at)
    .execute(&mut *connection)
    .await?;
    let done = sqlx::query("insert into user_emails (email, user_id) values ($1, $2) on conflict (email) do nothing")
        .bind(user.email)
        .bind(user.id.0)
        .execute(connection)
        .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(NewUserError::EmailTaken)
    }
}

/// Nobody is there to be changed.
fn one(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}
