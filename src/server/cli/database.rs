//! The database of a command: the one that `DATABASE_URL` names, or the embedded one.

use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use super::CliError;
use crate::server::{
    config::Config,
    db::{
        self,
        embedded::{self, Embedded, Role},
    },
};

/// Connections of a server, of which the listener for notices has one more of its own.
const SERVER_CONNECTIONS: u32 = 10;
/// Connections of a command.
const COMMAND_CONNECTIONS: u32 = 2;

/// A database that can be connected to, as long as this lives.
pub(super) struct Database {
    url: SecretString,
    _guard: Option<Embedded>,
}

impl Database {
    /// Brings the embedded database up, if it is that which is wanted. Blocks; call it before the runtime is built.
    pub(super) fn open(config: &Config, role: Role) -> Result<Self, CliError> {
        match &config.database_url {
            Some(url) => Ok(Self {
                url: url.clone(),
                _guard: None,
            }),
            None => {
                let opened = embedded::open(&config.data_dir, role)?;
                Ok(Self {
                    url: opened.url.into(),
                    _guard: opened.guard,
                })
            }
        }
    }

    /// Opens a pool and brings the schema up to date.
    pub(super) async fn connect(&self, role: Role) -> Result<PgPool, CliError> {
        let pool = self.pool(role).await?;
        db::migrate(&pool).await?;
        Ok(pool)
    }

    /// Opens a pool.
    pub(super) async fn pool(&self, role: Role) -> Result<PgPool, CliError> {
        let connections = match role {
            Role::Server => SERVER_CONNECTIONS,
            Role::Command => COMMAND_CONNECTIONS,
        };
        Ok(db::connect(self.url.expose_secret(), connections).await?)
    }
}
