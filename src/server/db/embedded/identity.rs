//! Which user the child runs as: ourselves, or, since Postgres refuses root, somebody else when we are root.

use std::{
    fs::{self, File},
    io,
    os::fd::{AsRawFd, RawFd},
    os::unix::{
        fs::{MetadataExt, chown, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    ptr,
};

use super::EmbeddedError;

/// What the child may know of our environment: it holds secrets that are none of its business.
const KEPT_VARIABLES: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub uid: u32,
    pub gid: u32,
    /// Whether the child must become this user, because we are root.
    pub switch: bool,
}

pub(super) fn is_root() -> bool {
    Identity::of_this_process().uid == 0
}

impl Identity {
    pub fn of_this_process() -> Self {
        // SAFETY: these two only return a number.
        let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
        Self { uid, gid, switch: false }
    }

    /// Not root: ourselves. Root: the owner of the cluster, else the owner of the data directory, else `postgres`, else `nobody`.
    pub fn choose(data_dir: &Path, cluster: &Path) -> Result<Self, EmbeddedError> {
        let me = Self::of_this_process();
        if me.uid != 0 {
            may_enter(cluster)?;
            return Ok(me);
        }
        if fs::read_to_string("/proc/self/status").is_ok_and(|status| !may_kill(&status)) {
            // Found out now, for later nothing could stop the database: neither we nor the kernel when we die.
            return Err(EmbeddedError::RootWithoutRights {
                cause: io::Error::from_raw_os_error(libc::EPERM),
            });
        }
        if let Some((uid, gid)) = owner(cluster).filter(|(uid, _)| *uid != 0) {
            return Ok(Self { uid, gid, switch: true });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let of_data_dir =
            owner(data_dir).filter(|(uid, _)| *uid != 0 && users.lines().any(|line| user(line).is_some_and(|it| it.1 == *uid)));
        let (uid, gid) = of_data_dir
            .or_else(|| find(&users, "postgres"))
            .or_else(|| find(&users, "nobody"))
            .ok_or(EmbeddedError::NoUser)?;
        Ok(Self { uid, gid, switch: true })
    }

    /// Makes the child the owner of a file or folder.
    pub fn give(self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.switch {
            return Ok(());
        }
        lchown(path, Some(self.uid), Some(self.gid)).map_err(|cause| match cause.raw_os_error() {
            Some(libc::EPERM | libc::EINVAL) => EmbeddedError::RootWithoutRights { cause },
            _ => EmbeddedError::data_dir(path, cause),
        })
    }

    /// A cluster that root has copied here, from a backup say, belongs to root, and the child could not read it.
    pub fn own_cluster(self, cluster: &Path) -> Result<(), EmbeddedError> {
        match owner(cluster) {
            Some((0, _)) if self.switch => self.give_tree(cluster),
            _ => Ok(()),
        }
    }

    fn give_tree(self, path: &Path) -> Result<(), EmbeddedError> {
        let failed = |cause| EmbeddedError::data_dir(path, cause);
        if fs::symlink_metadata(path).map_err(failed)?.is_dir() {
            for entry in fs::read_dir(path).map_err(failed)? {
                self.give_tree(&entry.map_err(failed)?.path())?;
            }
        }
        // The folder itself comes last: it is what the next start looks at.
        self.give(path)
    }

    /// Whether the child may walk down to this folder, as far as owners and modes tell.
    #[cfg(feature = "bundled-postgres")]
    pub fn may_walk(self, folder: &Path) -> bool {
        !self.switch
            || folder.ancestors().all(|part| {
                fs::metadata(part).is_ok_and(|part| {
                    let shift = match (part.uid() == self.uid, part.gid() == self.gid) {
                        (true, _) => 6,
                        (false, true) => 3,
                        (false, false) => 0,
                    };
                    (part.mode() >> shift) & 1 == 1
                })
            })
    }

    /// A folder as the child will name it. Root opens it for the child: so the child gets to a cluster in a folder that it may not
    /// walk to, such as `/root/data`, and needs no capability for that.
    pub fn door(self, folder: &Path) -> io::Result<Door> {
        if !self.switch || !Path::new("/proc/self/fd").exists() {
            return Ok(Door {
                path: folder.to_owned(),
                open: None,
            });
        }
        let open = File::open(folder)?;
        Ok(Door {
            path: format!("/proc/self/fd/{}", open.as_raw_fd()).into(),
            open: Some(open),
        })
    }

    /// A program that runs as this user, with an almost empty environment, and that does not outlive the thread that starts it (on
    /// Linux, where the kernel offers that). The door must still be there when it is started.
    pub fn command(self, program: &Path, door: Option<&Door>) -> Command {
        let kept = door.and_then(|door| door.open.as_ref()).map(AsRawFd::as_raw_fd);
        let parent = std::process::id().cast_signed();
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).current_dir("/");
        command.envs(KEPT_VARIABLES.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // `initdb` tries every time zone in turn to find out the local one, unless it is told.
        command.env("TZ", "UTC").env("LC_ALL", "C");
        // Ctrl-C in a terminal goes to the whole group; the database must outlive our last requests.
        command.process_group(0);
        // SAFETY: between fork and exec the closure makes system calls only, and allocates nothing.
        unsafe { command.pre_exec(move || self.become_child(kept, parent)) };
        command
    }

    fn become_child(self, kept: Option<RawFd>, parent: libc::pid_t) -> io::Result<()> {
        // SAFETY: plain numbers, and an empty list of groups, which has no address.
        unsafe {
            if let Some(kept) = kept {
                checked(libc::fcntl(kept, libc::F_SETFD, 0))?;
            }
            if self.switch {
                checked(libc::setgroups(0, ptr::null()))?;
                checked(libc::setgid(self.gid))?;
                checked(libc::setuid(self.uid))?;
            }
        }
        die_with(parent)
    }
}

/// A folder that a child may enter: see [`Identity::door`].
#[derive(Debug)]
pub(super) struct Door {
    /// What the child calls it.
    pub path: PathBuf,
    open: Option<File>,
}

/// Asks for SIGINT, Postgres' fast shutdown, when the parent dies. After the change of user, for that takes the wish back.
#[cfg(target_os = "linux")]
fn die_with(parent: libc::pid_t) -> io::Result<()> {
    // SAFETY: both take and return plain numbers.
    unsafe {
        checked(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT))?;
        if libc::getppid() != parent {
            // It has died already.
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
    }
    Ok(())
}

/// Elsewhere the child stays, and the next start stops it: see `leftover`.
#[cfg(not(target_os = "linux"))]
fn die_with(_parent: libc::pid_t) -> io::Result<()> {
    Ok(())
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What starting a program failed with.
pub(super) fn spawn_error(identity: Identity, program: &Path, cause: io::Error) -> EmbeddedError {
    match cause.raw_os_error() {
        Some(libc::EPERM | libc::EINVAL) if identity.switch => EmbeddedError::RootWithoutRights { cause },
        _ => EmbeddedError::data_dir(program, cause),
    }
}

/// Whether we may use a cluster, if there is one.
pub(super) fn may_enter(cluster: &Path) -> Result<(), EmbeddedError> {
    match owner(cluster) {
        Some((owner, _)) if !is_root() && owner != Identity::of_this_process().uid => Err(EmbeddedError::ForeignOwner {
            dir: cluster.to_owned(),
            owner,
        }),
        _ => Ok(()),
    }
}

/// A command that root runs must not leave files that the server's user cannot open.
pub(super) fn give_to_owner_of_parent(path: &Path) -> io::Result<()> {
    match path.parent().and_then(owner) {
        Some((uid, gid)) if uid != 0 && is_root() => chown(path, Some(uid), Some(gid)),
        _ => Ok(()),
    }
}

fn owner(path: &Path) -> Option<(u32, u32)> {
    fs::metadata(path).ok().map(|found| (found.uid(), found.gid()))
}

/// Whether the effective capabilities in `/proc/self/status` hold CAP_KILL: signals to another user's processes.
fn may_kill(status: &str) -> bool {
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    capabilities
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
        .is_none_or(|bits| bits >> 5 & 1 == 1)
}

fn find(users: &str, name: &str) -> Option<(u32, u32)> {
    users
        .lines()
        .filter_map(user)
        .find(|it| it.0 == name && it.1 != 0)
        .map(|it| (it.1, it.2))
}

/// Name, user id and group id of a line of the password file.
fn user(line: &str) -> Option<(&str, u32, u32)> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?, fields.next()?);
    Some((name, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name_and_never_root() {
        let users = "root:x:0:0:root:/root:/bin/sh\n\nbroken\npostgresql:x:9:9::/:\npostgres:x:101:104::/var/lib/postgresql:/bin/sh\nnobody:x:0:0::/:\n";
        assert_eq!(find(users, "postgres"), Some((101, 104)));
        assert_eq!(find(users, "nobody"), None, "a `nobody` that is root is of no use");
        assert_eq!(find(users, "somebody"), None);
    }

    #[test]
    fn the_right_to_send_signals_is_one_bit() {
        assert!(may_kill("Name:\tkaam\nCapEff:\t00000000a80425fb\n"));
        assert!(!may_kill("CapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425db\n"));
        assert!(may_kill("Name:\tkaam\n"), "where nothing is said nothing is missing");
    }

    #[test]
    fn a_plain_user_runs_it_as_itself() {
        let me = Identity::of_this_process();
        let chosen = Identity::choose(Path::new("/nowhere"), Path::new("/nowhere/postgres"));
        if me.uid == 0 {
            assert!(matches!(chosen, Err(EmbeddedError::NoUser) | Ok(Identity { switch: true, .. })));
        } else {
            assert_eq!(chosen.unwrap(), me);
        }
    }

    #[test]
    fn a_child_knows_none_of_our_variables() {
        let out = Identity::of_this_process()
            .command(Path::new("/usr/bin/env"), None)
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(text.contains("TZ=UTC") && !text.contains("CARGO"), "{text}");
    }
}
