//! The cluster: made once by `initdb`, started by `postgres`, stopped by a signal.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    EmbeddedError, PORT, USER,
    identity::{Identity, spawn_error},
    log::{Log, one_line},
    programs::Programs,
    status,
};

/// Ours, above `postgresql.conf`, which stays free for an administrator's own.
const SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=60",
    "max_wal_size=512MB",
    "fsync=on",
    // A query whose client has died ends soon, or it would keep the next server from starting.
    "client_connection_check_interval=1s",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_destination=stderr",
    "logging_collector=off",
];

const POLL: Duration = Duration::from_millis(2);
/// Recovery after a power cut can take long on a slow disk.
const READY: Duration = Duration::from_secs(300);
/// Server processes whose postmaster was killed finish their work before they notice, and keep the cluster busy until then.
const ORPHANS: Duration = Duration::from_secs(20);
const FAST_SHUTDOWN: Duration = Duration::from_secs(5);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(1);

/// A cluster, and all that is needed to run it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub dir: PathBuf,
    pub log: Log,
    pub socket_dir: PathBuf,
    pub identity: Identity,
    pub programs: Programs,
    pub settings: Vec<String>,
}

enum Outcome {
    Ready,
    Ended(ExitStatus),
    Cancelled,
    Late,
}

/// `None` when there is no cluster yet.
pub(super) fn major_version(dir: &Path) -> Result<Option<u32>, EmbeddedError> {
    let file = dir.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| EmbeddedError::NotACluster { dir: dir.to_owned() }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
            Ok(false) => Err(EmbeddedError::NotACluster { dir: dir.to_owned() }),
            _ => Ok(None),
        },
        Err(cause) => Err(EmbeddedError::data_dir(&file, cause)),
    }
}

/// Makes a cluster beside its place, then renames it: a kill in between leaves nothing half-made.
pub(super) fn make(programs: &Programs, identity: Identity, temporary: &Path, dir: &Path) -> Result<(), EmbeddedError> {
    let failed = |cause| EmbeddedError::data_dir(temporary, cause);
    fs::DirBuilder::new().mode(0o700).create(temporary).map_err(failed)?;
    identity.give(temporary)?;
    let program = programs.bin.join("initdb");
    let door = identity.door(temporary).map_err(failed)?;
    let mut command = identity.command(&program, Some(&door));
    command
        .arg("-D")
        .arg(&door.path)
        .args(["-U", USER, "--auth-local=trust", "--auth-host=reject"]);
    command.args(["--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"]);
    let output = command.output().map_err(|cause| spawn_error(identity, &program, cause))?;
    if !output.status.success() {
        let said = one_line(&String::from_utf8_lossy(&output.stderr));
        return Err(match said.contains("could not look up effective user ID") {
            true => EmbeddedError::NoPasswordEntry { uid: identity.uid },
            false => EmbeddedError::Initdb { said },
        });
    }
    fs::rename(temporary, dir).map_err(|cause| EmbeddedError::data_dir(dir, cause))?;
    match dir.parent() {
        Some(parent) => File::open(parent)
            .and_then(|parent| parent.sync_all())
            .map_err(|cause| EmbeddedError::data_dir(parent, cause)),
        None => Ok(()),
    }
}

impl Cluster {
    /// Starts the server and waits until it accepts connections, or until `cancelled`.
    ///
    /// The server dies with the thread that calls this.
    pub fn start(&self, cancelled: &dyn Fn() -> bool) -> Result<Child, EmbeddedError> {
        let until = Instant::now() + ORPHANS;
        loop {
            let written = self.log.len();
            let mut child = self.spawn()?;
            match self
                .wait(&mut child, cancelled)
                .map_err(|cause| EmbeddedError::data_dir(&self.dir, cause))?
            {
                Outcome::Ready => return Ok(child),
                Outcome::Late | Outcome::Cancelled => {
                    stop(&mut child);
                    return Err(EmbeddedError::NotReady {
                        log: self.log.path().to_owned(),
                    });
                }
                Outcome::Ended(status) => {
                    let said = self.log.since(written);
                    if Instant::now() > until || cancelled() || !is_busy(&said) {
                        return Err(EmbeddedError::Start {
                            said: format!("{status}: {said}"),
                            log: self.log.path().to_owned(),
                        });
                    }
                    thread::sleep(POLL * 25);
                }
            }
        }
    }

    fn spawn(&self) -> Result<Child, EmbeddedError> {
        let log = self.log.open().map_err(|cause| EmbeddedError::data_dir(self.log.path(), cause))?;
        let door = self
            .identity
            .door(&self.dir)
            .map_err(|cause| EmbeddedError::data_dir(&self.dir, cause))?;
        let program = self.programs.bin.join("postgres");
        // The server is at home in the cluster, and may not be able to walk there from the root.
        let socket_dir = if self.socket_dir == self.dir {
            Path::new(".")
        } else {
            &self.socket_dir
        };
        let mut command = self.identity.command(&program, Some(&door));
        command.arg("-D").arg(&door.path).arg("-c").arg(format!("port={PORT}"));
        command
            .arg("-c")
            .arg(format!("unix_socket_directories=\"{}\"", socket_dir.display()));
        for setting in SETTINGS.into_iter().chain(self.settings.iter().map(String::as_str)) {
            command.arg("-c").arg(setting);
        }
        command.stdout(Stdio::null()).stderr(log);
        command.spawn().map_err(|cause| spawn_error(self.identity, &program, cause))
    }

    /// Ends the server, and with it the folder that was made for its socket.
    pub fn stop(&self, child: &mut Child) {
        stop(child);
        if self.socket_dir != self.dir {
            // If something else is in there, it stays.
            _ = fs::remove_dir(&self.socket_dir);
        }
    }

    /// Ready is what the server itself writes to its status file: no connection has to be tried.
    fn wait(&self, child: &mut Child, cancelled: &dyn Fn() -> bool) -> io::Result<Outcome> {
        let until = Instant::now() + READY;
        loop {
            // An earlier server's file may still lie there.
            if status::read(&self.dir).is_some_and(|status| status.ready && status.pid == child.id()) {
                return Ok(Outcome::Ready);
            }
            if let Some(status) = child.try_wait()? {
                return Ok(Outcome::Ended(status));
            }
            if cancelled() {
                return Ok(Outcome::Cancelled);
            }
            if Instant::now() > until {
                return Ok(Outcome::Late);
            }
            thread::sleep(POLL);
        }
    }
}

/// Whether the server gave up because processes of an earlier one are still there.
fn is_busy(said: &str) -> bool {
    said.contains("is still in use") || said.contains("already exists")
}

/// A fast shutdown; if that takes too long an immediate one, after which the next start recovers from the log of changes.
fn stop(child: &mut Child) {
    for (signal, patience) in [(libc::SIGINT, FAST_SHUTDOWN), (libc::SIGQUIT, IMMEDIATE_SHUTDOWN)] {
        send(child.id(), signal);
        let until = Instant::now() + patience;
        while Instant::now() < until {
            // An error means that there is no child to wait for.
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(POLL);
        }
    }
    if child.kill().is_ok() {
        // It fails only where there is no child to wait for.
        _ = child.wait();
    }
}

pub(super) fn send(pid: u32, signal: libc::c_int) {
    // SAFETY: takes plain numbers. The process is our child that was not waited for yet, or the peer of a socket that is open.
    unsafe { libc::kill(pid.cast_signed(), signal) };
}
