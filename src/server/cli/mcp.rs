//! `kaam mcp`: the Model Context Protocol over standard input and output, for assistants on this machine.

use std::sync::Arc;

use clap::Args;
use rmcp::{ServiceExt, transport::stdio};
use secrecy::ExposeSecret;

use super::{CliError, user};
use crate::{
    domain::time::Clock,
    server::{
        auth::{EmailAddress, tokens},
        calls::Calls,
        clock::SystemClock,
        config::Config,
        db::Pools,
        mcp::{Kaam, Who},
        store::Store,
        tools::Registry,
    },
};

#[derive(Debug, Args)]
pub(super) struct McpCommand {
    /// The address of the account to work for; without it, the token in KAAM_TOKEN says whose
    #[arg(long, value_name = "EMAIL")]
    user: Option<EmailAddress>,
}

/// Answers until standard input ends.
pub(super) async fn run(command: McpCommand, config: &Config, pools: Pools) -> Result<(), CliError> {
    let calls = Calls {
        store: Store::new(pools),
        tools: Registry::within(&config.quotas),
        clock: Arc::new(SystemClock),
    };
    let store = calls.store.clone();
    let who = match (&command.user, &config.token) {
        (Some(email), _) => Who::Account(user::find(&calls.store, email).await?.id),
        (None, Some(token)) => {
            // Asked now, so that a wrong token is told at once, and with every request, so that a revoked one is good for nothing.
            let caller = tokens::caller(&calls.store, token.expose_secret(), SystemClock.now()).await?;
            caller.ok_or(CliError::WrongToken)?;
            Who::Token(token.clone())
        }
        (None, None) => return Err(CliError::NobodyNamed),
    };
    let service = Kaam::new(calls, who)
        .serve(stdio())
        .await
        .map_err(|error| CliError::Mcp(Box::new(error)))?;
    service.waiting().await.map_err(|error| CliError::Mcp(Box::new(error)))?;
    store.changes_told().await;
    Ok(())
}
