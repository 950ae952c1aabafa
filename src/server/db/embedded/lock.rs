//! Who may run the database: two lock files, which the kernel frees when their holder dies.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{EmbeddedError, Role, identity, status};

/// How long a command's use of the database may keep others waiting.
const PATIENCE: Duration = Duration::from_secs(60);
/// A command that asks whether a server runs holds the server's lock for an instant. A server overlooks that.
const ASKING: Duration = Duration::from_millis(200);
/// What a server leaves in the file of the database's lock; a command leaves nothing.
const OF_A_SERVER: &str = "server\n";
const POLL: Duration = Duration::from_millis(10);

/// Held as long as the child may run.
#[derive(Debug)]
pub(super) struct Locks {
    _server: Option<File>,
    _database: File,
}

#[derive(Debug)]
pub(super) enum Acquired {
    /// We run the database.
    Ours(Locks),
    /// A server does, and its database is ready.
    Join { socket_dir: PathBuf },
}

pub(super) fn acquire(data_dir: &Path, cluster: &Path, role: Role) -> Result<Acquired, EmbeddedError> {
    let server_path = data_dir.join("kaam.lock");
    let database_path = data_dir.join("postgres.lock");
    let server = open(&server_path).map_err(|cause| EmbeddedError::data_dir(&server_path, cause))?;
    let database = open(&database_path).map_err(|cause| EmbeddedError::data_dir(&database_path, cause))?;
    let server_lock = |cause| EmbeddedError::data_dir(&server_path, cause);
    let database_lock = |cause| EmbeddedError::data_dir(&database_path, cause);

    if role == Role::Server {
        if !within(ASKING, || try_lock(&server)).map_err(server_lock)? {
            let pid = fs::read_to_string(&server_path).ok().and_then(|text| text.trim().parse().ok());
            return Err(EmbeddedError::AlreadyRunning {
                data_dir: data_dir.to_owned(),
                pid,
            });
        }
        note(&server, &format!("{}\n", std::process::id())).map_err(server_lock)?;
        // Only a command can hold this one now.
        if !within(PATIENCE, || try_lock(&database)).map_err(database_lock)? {
            return Err(EmbeddedError::Busy {
                data_dir: data_dir.to_owned(),
            });
        }
        note(&database, OF_A_SERVER).map_err(database_lock)?;
        return Ok(Acquired::Ours(Locks {
            _server: Some(server),
            _database: database,
        }));
    }

    let until = Instant::now() + PATIENCE;
    loop {
        if try_lock(&database).map_err(database_lock)? {
            note(&database, "").map_err(database_lock)?;
            return Ok(Acquired::Ours(Locks {
                _server: None,
                _database: database,
            }));
        }
        if is_held(&server).map_err(server_lock)? {
            identity::may_enter(cluster)?;
            let ready = status::read(cluster).filter(|status| status.ready);
            // Another command's database would end under us. The note is older than the readiness, so it is read after it.
            let lasts = fs::read_to_string(&database_path).is_ok_and(|note| note == OF_A_SERVER);
            if let (Some(status), true) = (ready, lasts) {
                return Ok(Acquired::Join {
                    socket_dir: cluster.join(status.socket_dir).components().collect(),
                });
            }
        }
        if Instant::now() > until {
            return Err(EmbeddedError::Busy {
                data_dir: data_dir.to_owned(),
            });
        }
        thread::sleep(POLL);
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    identity::give_to_owner_of_parent(path)?;
    Ok(file)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}

fn is_held(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}

fn within(patience: Duration, mut attempt: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    let until = Instant::now() + patience;
    loop {
        if attempt()? {
            return Ok(true);
        }
        if Instant::now() > until {
            return Ok(false);
        }
        thread::sleep(POLL);
    }
}

/// Leaves a word for those who find the file locked.
fn note(mut file: &File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}
