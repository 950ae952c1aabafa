//! `kaam migrate`.

use sqlx::PgPool;

use super::{CliError, output};
use crate::server::db;

/// Brings the schema up to date.
pub(super) async fn run(pool: &PgPool) -> Result<(), CliError> {
    db::migrate(pool).await?;
    output::line("The database is up to date.")
}
