//! `kaam token ...`: API tokens.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;

use super::{CliError, output, user};
use crate::{
    domain::{
        id::TokenId,
        text::{self, TextError},
        time::Clock,
    },
    server::{
        auth::{
            EmailAddress, secret,
            tokens::{self, DAYS_MAX, Scope},
        },
        clock::SystemClock,
        db::Pools,
        store::{
            Store, StoreError,
            accounts::{ApiToken, NewToken},
        },
    },
};

/// The longest name, in characters.
const NAME_MAX: usize = 100;

/// How long a token lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    Days(u32),
    Endless,
}

impl FromStr for Lifetime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days) if (1..=DAYS_MAX).contains(&days) => Ok(Self::Days(days)),
            Err(_) if text == "never" => Ok(Self::Endless),
            _ => Err("a number of days from 1 to 3650, or `never`"),
        }
    }
}

impl Lifetime {
    fn end(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Days(days) => Some(now + TimeDelta::days(days.into())),
            Self::Endless => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Makes a token and prints it, this once
    Add {
        /// The address of the account that it acts for
        email: EmailAddress,
        /// What it is for, to know it again
        #[arg(long)]
        name: String,
        /// What it may do; several may be given, and all is the default
        #[arg(long = "scope", num_args = 1.., value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Ends after so many days, or `never`
        #[arg(long, value_name = "DAYS", default_value = "90")]
        expires: Lifetime,
    },
    /// Lists an account's tokens: id, name, scopes, made, ends, last used, separated by tabs
    List {
        /// The address of the account
        email: EmailAddress,
    },
    /// Ends a token at once
    Revoke {
        /// Its id, as `kaam token list` shows it
        id: TokenId,
    },
}

pub(super) async fn run(command: TokenCommand, pools: Pools) -> Result<(), CliError> {
    let store = Store::new(pools);
    match command {
        TokenCommand::Add {
            email,
            name,
            scopes,
            expires,
        } => add(&store, &email, &name, &scopes, expires).await,
        TokenCommand::List { email } => {
            let user = user::find(&store, &email).await?;
            store.tokens(user.id).await?.iter().try_for_each(|token| output::line(line(token)))
        }
        TokenCommand::Revoke { id } => match store.revoke_token(id).await {
            Ok(()) => {
                output::remark(format_args!("Revoked {id}."));
                Ok(())
            }
            Err(StoreError::NotFound) => Err(CliError::NoSuchToken(id)),
            Err(error) => Err(error.into()),
        },
    }
}

async fn add(store: &Store, email: &EmailAddress, name: &str, scopes: &[Scope], expires: Lifetime) -> Result<(), CliError> {
    let name = match text::line(name, NAME_MAX) {
        Ok(name) => name,
        Err(TextError::Blank) => String::new(),
        Err(TextError::TooLong) => return Err(CliError::NameTooLong),
    };
    let user = user::find(store, email).await?;
    let now = SystemClock.now();
    let secret = tokens::random();
    let token = NewToken {
        id: SystemClock.token_id(),
        user: user.id,
        name: &name,
        secret_hash: &secret::hash(&secret),
        scopes: &names(scopes),
        at: now,
        expires_at: expires.end(now),
    };
    store.create_token(&token).await?;
    output::remark(format_args!(
        "{} for {email}. It is shown this once; send it as `Authorization: Bearer`.",
        token.id
    ));
    output::line(secret)
}

/// Each once, in their own order; all where none was named.
fn names(scopes: &[Scope]) -> Vec<&'static str> {
    let all = [Scope::Read, Scope::Write, Scope::Delete];
    all.into_iter()
        .filter(|scope| scopes.is_empty() || scopes.contains(scope))
        .map(Scope::name)
        .collect()
}

fn line(token: &ApiToken) -> String {
    let day = |at: Option<DateTime<Utc>>| at.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d").to_string());
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        token.id,
        token.name,
        token.scopes.join(","),
        day(Some(token.created_at)),
        day(token.expires_at),
        day(token.last_used_at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_for_days_or_for_ever() {
        for (text, read) in [
            ("90", Ok(Lifetime::Days(90))),
            ("3650", Ok(Lifetime::Days(3650))),
            ("never", Ok(Lifetime::Endless)),
        ] {
            assert_eq!(text.parse::<Lifetime>(), read, "{text}");
        }
        for text in ["0", "3651", "-1", "", "ever", "99999999999"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_scope_means_all() {
        assert_eq!(names(&[]), ["read", "write", "delete"]);
        assert_eq!(names(&[Scope::Delete, Scope::Read, Scope::Read]), ["read", "delete"]);
    }
}
