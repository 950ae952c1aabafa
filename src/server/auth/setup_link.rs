//! The one-time link by which the first person makes an account. The account and the end of the link are one transaction
//! (`Store::create_user`).

use chrono::{DateTime, Utc};

use super::secret;
use crate::server::{
    config::{Config, SignUp},
    store::{Store, StoreError},
};

/// Makes a set-up link if one is wanted: nobody has an account, and `KAAM_SIGN_UP` is `setup`. Earlier links end with it.
///
/// # Errors
/// If the database does not answer.
pub async fn offer(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<Option<String>, StoreError> {
    if config.sign_up != SignUp::Setup || store.has_users().await? {
        return Ok(None);
    }
    let token = secret::random();
    store.replace_setup_link(&secret::hash(&token), now).await?;
    Ok(Some(format!("{}/sign-up?setup={token}", config.public_origin())))
}
