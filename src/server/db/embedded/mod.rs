//! The embedded database: a real PostgreSQL of our own, run as a child process on a unix socket under the data directory.
//!
//! [`open`] goes through these steps, a file each:
//! `lock` (one server process per data directory) -> `identity` (Postgres refuses root, so who runs it) -> `programs` and
//! `bundle` (where `postgres` and `initdb` come from) -> `cluster` (make it once, start it) -> `watcher` (a thread that owns
//! the child, starts it again when it dies and stops it with us).
//!
//! ```text
//! data/kaam.lock       held by the server process
//! data/postgres.lock   held by whoever runs the child: the server, or a command while no server runs
//! data/postgres/       the cluster, with its socket
//! data/postgres.tmp/   a cluster being made; thrown away when found
//! data/postgres.log    what Postgres says, and .1 before it
//! ```

#[cfg(feature = "bundled-postgres")]
mod bundle;
mod cluster;
mod error;
mod identity;
mod leftover;
mod lock;
mod log;
mod programs;
mod socket;
mod status;
mod watcher;

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

pub use error::EmbeddedError;

use cluster::Cluster;
use identity::Identity;
use watcher::Watcher;

/// The bootstrap role. The name `kaam` stays free for a role with fewer rights.
const USER: &str = "postgres";
/// `initdb` makes this database, so there is nothing to create and nothing to find half-created.
const DATABASE: &str = "postgres";
/// Part of the socket's file name only: no TCP port is opened.
const PORT: u16 = 5432;

/// On whose behalf the database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `kaam serve`: one per data directory.
    Server,
    /// `kaam user add` and the like: joins the running server's database, or runs it for the time of the command.
    Command,
}

/// A database that accepts connections.
#[derive(Debug)]
#[must_use = "the database stops when the guard is dropped"]
pub struct Opened {
    /// A `postgres://` URL that reaches it through its socket.
    pub url: String,
    /// Runs the child. `None` when the database belongs to another process.
    pub guard: Option<Embedded>,
}

/// The running child. Dropping it stops the database; if the process dies without that, the kernel tells the child to stop.
#[derive(Debug)]
pub struct Embedded {
    // The order matters: the child is gone before the locks are.
    watcher: Watcher,
    _locks: lock::Locks,
}

impl Embedded {
    /// The process id of the postmaster that runs now, or `None` while it is being started again.
    pub fn pid(&self) -> Option<u32> {
        self.watcher.pid()
    }

    /// Stops the database: open connections end, a checkpoint is written. Takes about 100 ms, at most about 6 s.
    pub fn stop(self) {
        drop(self);
    }
}

/// Opens the database in `data_dir`, making it on the first start.
///
/// It may be called from any thread, and blocks for 0.1 s (1 to 2 s on the first start).
///
/// # Errors
///
/// Every variant says what to do, as far as we can know it.
pub fn open(data_dir: &Path, role: Role) -> Result<Opened, EmbeddedError> {
    open_with(data_dir, role, &[])
}

/// As [`open`], with Postgres settings that go before ours. For databases that may be lost, such as those of tests.
///
/// # Errors
///
/// As [`open`].
pub fn open_with(data_dir: &Path, role: Role, settings: &[(&str, &str)]) -> Result<Opened, EmbeddedError> {
    let data_dir = make_data_dir(data_dir).map_err(|cause| EmbeddedError::data_dir(data_dir, cause))?;
    let dir = data_dir.join("postgres");
    let locks = match lock::acquire(&data_dir, &dir, role)? {
        lock::Acquired::Ours(locks) => locks,
        lock::Acquired::Join { socket_dir } => {
            return Ok(Opened {
                url: socket::url(&socket_dir),
                guard: None,
            });
        }
    };

    let temporary = data_dir.join("postgres.tmp");
    match fs::remove_dir_all(&temporary) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(EmbeddedError::data_dir(&temporary, cause)),
        _ => {}
    }
    let identity = Identity::choose(&data_dir, &dir)?;
    let existing = cluster::major_version(&dir)?;
    let programs = programs::find(existing.map(|major| (major, dir.as_path())), identity, &data_dir)?;
    if existing.is_none() {
        cluster::make(&programs, identity, &temporary, &dir)?;
    }
    identity.own_cluster(&dir)?;

    let socket_dir = socket::place(&dir, identity)?;
    leftover::stop(&dir)?;
    let cluster = Cluster {
        log: log::Log::new(data_dir.join("postgres.log")),
        dir,
        socket_dir: socket_dir.clone(),
        identity,
        programs,
        settings: settings.iter().map(|(name, value)| format!("{name}={value}")).collect(),
    };
    let watcher = Watcher::start(cluster)?;
    Ok(Opened {
        url: socket::url(&socket_dir),
        guard: Some(Embedded { watcher, _locks: locks }),
    })
}

/// Creates the folder for ourselves alone. As root others may walk through it, for the programs may lie in it and run as another user.
fn make_data_dir(path: &Path) -> std::io::Result<PathBuf> {
    let mode = if identity::is_root() { 0o711 } else { 0o700 };
    fs::DirBuilder::new().recursive(true).mode(mode).create(path)?;
    path.canonicalize()
}
