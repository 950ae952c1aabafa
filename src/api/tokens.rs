//! API tokens, as their owner manages them on the settings page.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use leptos::prelude::*;

use super::ApiError;
use super::view::TokensView;

/// The person's tokens, the one that was just made (this once), and how programs are set up with it.
#[server(endpoint = "tokens/list", input = leptos::server_fn::codec::Json)]
pub async fn load_tokens() -> Result<TokensView, ApiError> {
    crate::server::page::tokens::list().await
}

/// Makes a token and goes back to the settings, which show it once. `days` is how long it lasts (90 where nothing is said); 0 means until it is
/// revoked. `password` is asked for where the person signed in some time ago.
#[server(endpoint = "tokens/add")]
pub async fn add_token(
    #[server(default)] name: String,
    #[server(default)] read: bool,
    #[server(default)] write: bool,
    #[server(default)] delete: bool,
    #[server(default)] days: Option<u32>,
    #[server(default)] password: String,
) -> Result<(), ApiError> {
    crate::server::page::tokens::add(name, [read, write, delete], days, password).await
}

/// Ends a token at once and goes back to the settings.
#[server(endpoint = "tokens/revoke")]
pub async fn revoke_token(id: String) -> Result<(), ApiError> {
    crate::server::page::tokens::revoke(id).await
}
