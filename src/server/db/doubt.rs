//! Whether the lines to the database are in doubt. A line that has died without a word (a host that is gone, a firewall that forgets) takes
//! what it is given and never answers; TCP notices after a quarter of an hour. Whoever waited in vain says so here, and for a while every
//! connection of the pool is asked whether it lives before it is used and after.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, timeout};

/// How long a doubt lasts.
const LASTS: Duration = Duration::from_secs(60);
/// How long a connection may take to say that it lives.
const PING: Duration = Duration::from_secs(2);

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
/// Until when there is a doubt, in milliseconds from [`BEGAN`].
static UNTIL: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An answer did not come in time: raises the doubt, and gives the error for whoever waited.
pub fn timed_out() -> sqlx::Error {
    let until = now().saturating_add(LASTS.as_millis() as u64);
    if UNTIL.swap(until, Ordering::Relaxed) < now() {
        tracing::warn!("the database did not answer in time; its connections are looked at");
    }
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// Whether there is a doubt.
pub(super) fn is_raised() -> bool {
    UNTIL.load(Ordering::Relaxed) > now()
}

/// Whether a connection lives. An error means that it is to be thrown away.
pub(super) async fn ask(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    timeout(PING, connection.ping()).await.unwrap_or_else(|_| Err(timed_out()))
}
