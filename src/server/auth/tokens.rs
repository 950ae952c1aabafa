//! API tokens: `kaam_` and 43 letters, shown once. What is kept is a hash.

use chrono::{DateTime, TimeDelta, Utc};
use clap::builder::PossibleValue;

use super::{
    current_user::{ApiCaller, Via},
    secret,
};
pub use crate::domain::scope::{Scope, Scopes};
use crate::server::store::{Store, StoreError};

/// What a token begins with, so that people and scanners know it when they see it.
pub const PREFIX: &str = "kaam_";

/// A token ends after so many days, where nothing else was said.
pub const DAYS: u32 = 90;
/// The most days until one ends; without an end it must be asked for in so many words.
pub const DAYS_MAX: u32 = 3650;

/// The use of a token is noted at most so often.
const NOTE_EVERY: TimeDelta = TimeDelta::minutes(1);

impl clap::ValueEnum for Scope {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Read, Self::Write, Self::Delete]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// A new token, to be shown once.
pub fn random() -> String {
    format!("{PREFIX}{}", secret::random())
}

/// Whether it has the form of a token of ours. Others are not looked up.
pub fn is_token(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.len() == 43 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
}

/// Who calls with this token, if it is good now.
///
/// # Errors
/// If the database does not answer.
pub async fn caller(store: &Store, token: &str, now: DateTime<Utc>) -> Result<Option<ApiCaller>, StoreError> {
    if !is_token(token) {
        return Ok(None);
    }
    let found = match store.token_by_secret(&secret::hash(token)).await {
        Err(StoreError::NotFound) => return Ok(None),
        found => found?,
    };
    let info = &found.token;
    if info.expires_at.is_some_and(|at| at <= now) {
        return Ok(None);
    }
    if info.last_used_at.is_none_or(|at| now - at >= NOTE_EVERY) {
        store.note_token_use(found.user.id, info.id, now).await?;
    }
    let scopes = Scopes::of(info.scopes.iter().map(String::as_str));
    Ok(Some(ApiCaller {
        via: Via::Token(info.id),
        until: info.expires_at,
        scopes,
        user: found.user,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form() {
        let token = random();
        assert!(is_token(&token), "{token}");
        assert_eq!(token.len(), 48);
        for other in [
            "",
            "kaam_",
            &token[..47],
            &format!("{token}x"),
            &token.replace("kaam_", "kaam-"),
            &format!("kaam_{}", "é".repeat(21)),
        ] {
            assert!(!is_token(other), "{other}");
        }
    }
}
