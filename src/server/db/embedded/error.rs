//! What can go wrong before the database accepts connections. Each sentence ends with what the reader can do.

use std::{fmt, io, path::Path, path::PathBuf};

use super::programs::OLDEST_MAJOR;

/// Why the embedded database cannot be opened.
#[derive(Debug)]
pub enum EmbeddedError {
    /// A file or folder of ours cannot be used.
    DataDir {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another server process uses this data directory.
    AlreadyRunning {
        /// The directory both want.
        data_dir: PathBuf,
        /// The other process, if it left its number.
        pid: Option<u32>,
    },
    /// Another command has held the database for too long.
    Busy {
        /// The directory both want.
        data_dir: PathBuf,
    },
    /// There is no PostgreSQL to run.
    NoPrograms {
        /// The folders looked at, each with what is wrong with it.
        tried: Vec<(PathBuf, String)>,
    },
    /// `KAAM_PG_BIN` is set, but what it names cannot be run.
    BadPrograms {
        /// The value of `KAAM_PG_BIN`.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data was written by another major version of PostgreSQL than those that can be found.
    VersionMismatch {
        /// The folder of the cluster.
        dir: PathBuf,
        /// Its version.
        cluster: u32,
        /// The versions found, and where.
        found: Vec<(u32, PathBuf)>,
    },
    /// A folder with the name of the cluster holds something else.
    NotACluster {
        /// That folder.
        dir: PathBuf,
    },
    /// The cluster belongs to another user, and we are not root.
    ForeignOwner {
        /// The folder of the cluster.
        dir: PathBuf,
        /// The user id of its owner.
        owner: u32,
    },
    /// We are root, PostgreSQL refuses root, and there is no user to run it as.
    NoUser,
    /// We are root in name only and may not become another user.
    RootWithoutRights {
        /// What the system said.
        cause: io::Error,
    },
    /// `initdb` wants its user to have a name.
    NoPasswordEntry {
        /// The user id without one.
        uid: u32,
    },
    /// A new cluster could not be made.
    Initdb {
        /// The last words of `initdb`.
        said: String,
    },
    /// PostgreSQL ended instead of accepting connections.
    Start {
        /// The last words of `postgres`.
        said: String,
        /// Where the rest is.
        log: PathBuf,
    },
    /// PostgreSQL runs but does not accept connections.
    NotReady {
        /// Where it says why.
        log: PathBuf,
    },
    /// A server of an earlier process does not stop.
    Leftover {
        /// The folder of the cluster.
        dir: PathBuf,
    },
    /// The folder for the socket is not ours alone.
    SocketFolder {
        /// That folder.
        path: PathBuf,
    },
}

impl EmbeddedError {
    pub(super) fn data_dir(path: &Path, cause: io::Error) -> Self {
        Self::DataDir {
            path: path.to_owned(),
            cause,
        }
    }
}

impl fmt::Display for EmbeddedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataDir { path, cause } => {
                write!(f, "the embedded database cannot use {}: {cause}. ", path.display())?;
                f.write_str("Run Kaam as the user who owns that place, or choose another with KAAM_DATA_DIR")
            }
            Self::AlreadyRunning { data_dir, pid } => {
                write!(f, "another Kaam server ")?;
                if let Some(pid) = pid {
                    write!(f, "(process {pid}) ")?;
                }
                write!(
                    f,
                    "uses {}. Stop it first, or give this one its own KAAM_DATA_DIR",
                    data_dir.display()
                )
            }
            Self::Busy { data_dir } => {
                write!(
                    f,
                    "another Kaam command has been using {} for a minute. Try again when it has ended",
                    data_dir.display()
                )
            }
            Self::NoPrograms { tried } => {
                write!(
                    f,
                    "no PostgreSQL to run. Set DATABASE_URL to a database, or install PostgreSQL {OLDEST_MAJOR} or newer \
                     (KAAM_PG_BIN names the folder of its programs)"
                )?;
                tried
                    .iter()
                    .try_for_each(|(folder, reason)| write!(f, "; {}: {reason}", folder.display()))
            }
            Self::BadPrograms { folder, reason } => {
                write!(f, "KAAM_PG_BIN is {}: {reason}. ", folder.display())?;
                f.write_str("It must name a folder that holds the programs postgres and initdb, for example /usr/lib/postgresql/18/bin")
            }
            Self::VersionMismatch { dir, cluster, found } => {
                write!(f, "{} was written by PostgreSQL {cluster}, and only ", dir.display())?;
                for (i, (major, folder)) in found.iter().enumerate() {
                    write!(f, "{}version {major} in {}", if i == 0 { "" } else { ", " }, folder.display())?;
                }
                write!(
                    f,
                    " is here. Set KAAM_PG_BIN to the programs of version {cluster}; to move to a newer version, dump the data with the \
                     old one and load it into a new KAAM_DATA_DIR or into DATABASE_URL"
                )
            }
            Self::NotACluster { dir } => {
                write!(
                    f,
                    "{} is not empty and holds no database. Move it away, or choose another KAAM_DATA_DIR",
                    dir.display()
                )
            }
            Self::ForeignOwner { dir, owner } => {
                write!(
                    f,
                    "{} belongs to user {owner}. Run Kaam as that user, or choose another KAAM_DATA_DIR",
                    dir.display()
                )
            }
            Self::NoUser => f.write_str(
                "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as. \
                 Run Kaam as another user, or set DATABASE_URL",
            ),
            Self::RootWithoutRights { cause } => write!(
                f,
                "PostgreSQL refuses to run as root, and this root may not run it as another user ({cause}). \
                 Run Kaam as another user, give it the capabilities CHOWN, DAC_OVERRIDE, KILL, SETGID and SETUID, or set DATABASE_URL"
            ),
            Self::NoPasswordEntry { uid } => write!(
                f,
                "user {uid} has no entry in the password file, and PostgreSQL makes no database without one. \
                 Run Kaam as a user that has one, or set DATABASE_URL"
            ),
            Self::Initdb { said } => {
                write!(
                    f,
                    "the embedded database could not be made: {said}. Set another KAAM_DATA_DIR or a DATABASE_URL"
                )
            }
            Self::Start { said, log } => {
                write!(
                    f,
                    "the embedded database does not start: {said}. More is in {}; or set DATABASE_URL",
                    log.display()
                )
            }
            Self::NotReady { log } => {
                write!(
                    f,
                    "the embedded database has not become ready in time. {} says why; or set DATABASE_URL",
                    log.display()
                )
            }
            Self::Leftover { dir } => write!(
                f,
                "a PostgreSQL server of an earlier process still runs in {} and does not stop. End it, then start Kaam again",
                dir.display()
            ),
            Self::SocketFolder { path } => write!(
                f,
                "{} must be a folder of ours alone, and is not. Remove it, or choose a shorter KAAM_DATA_DIR, where it is not needed",
                path.display()
            ),
        }
    }
}

impl std::error::Error for EmbeddedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DataDir { cause, .. } | Self::RootWithoutRights { cause } => Some(cause),
            _ => None,
        }
    }
}
