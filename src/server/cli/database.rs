//! The database of a command: the one that `DATABASE_URL` names, or the embedded one.

use super::CliError;
use crate::server::{
    config::Config,
    db::{
        self, Pools,
        embedded::{self, Embedded, Role},
    },
};
use secrecy::{ExposeSecret, SecretString};

/// Connections of a server. Where no pooler stands between, the listener for notices has one of them.
const SERVER_CONNECTIONS: u32 = 10;
/// Connections of a command.
const COMMAND_CONNECTIONS: u32 = 2;

/// Whose database it is.
enum At {
    /// Kaam's own: nothing stands between.
    Embedded,
    /// The operator's; the second address is that for what needs a session.
    Outside(Option<SecretString>),
}

/// A database that can be connected to, as long as this lives.
pub(super) struct Database {
    url: SecretString,
    at: At,
    _guard: Option<Embedded>,
}

impl Database {
    /// Brings the embedded database up, if it is that which is wanted. Blocks; call it before the runtime is built.
    pub(super) fn open(config: &Config, role: Role) -> Result<Self, CliError> {
        match &config.database_url {
            Some(url) => Ok(Self {
                url: url.clone(),
                at: At::Outside(config.database_direct_url.clone()),
                _guard: None,
            }),
            None => {
                let opened = embedded::open(&config.data_dir, role)?;
                Ok(Self {
                    url: opened.url.into(),
                    at: At::Embedded,
                    _guard: opened.guard,
                })
            }
        }
    }

    /// Opens the ways to it and brings the schema up to date.
    pub(super) async fn connect(&self, role: Role) -> Result<Pools, CliError> {
        let pools = self.open_ways(role).await?;
        db::migrate(&pools.direct).await?;
        Ok(pools)
    }

    /// Opens the ways to it.
    pub(super) async fn open_ways(&self, role: Role) -> Result<Pools, CliError> {
        let connections = match role {
            Role::Server => SERVER_CONNECTIONS,
            Role::Command => COMMAND_CONNECTIONS,
        };
        let url = self.url.expose_secret();
        Ok(match &self.at {
            At::Embedded => db::connect(url, connections).await?.into(),
            At::Outside(direct) => db::open(url, direct.as_ref().map(SecretString::expose_secret), connections).await?,
        })
    }
}
