//! A server that an earlier process of ours left behind.
//!
//! On Linux the kernel tells it to stop when its parent dies, so at most it is on its way; on macOS it runs on. We hold the lock, so
//! whoever answers at the socket has to go.

use std::{
    io,
    os::{fd::AsRawFd, unix::net::UnixStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{EmbeddedError, cluster, socket, status};

const POLL: Duration = Duration::from_millis(5);
const FAST: Duration = Duration::from_secs(20);
const IMMEDIATE: Duration = Duration::from_secs(5);

/// Returns when no server answers any more.
pub(super) fn stop(dir: &Path) -> Result<(), EmbeddedError> {
    let Some(status) = status::read(dir) else { return Ok(()) };
    // Where it is, which is not where ours will be if the temporary folder has changed.
    let path = socket::file(&dir.join(status.socket_dir));
    for (signal, patience) in [(libc::SIGINT, FAST), (libc::SIGQUIT, IMMEDIATE)] {
        let until = Instant::now() + patience;
        let mut told = false;
        while let Ok(stream) = UnixStream::connect(&path) {
            // The kernel's word, not the status file's: the number in there may by now be somebody else's.
            if let (false, Some(pid)) = (told, peer(&stream)) {
                cluster::send(pid, signal);
                told = true;
            }
            if Instant::now() > until {
                break;
            }
            drop(stream);
            thread::sleep(POLL);
        }
        if UnixStream::connect(&path).is_err() {
            return forget_a_stranger(dir, &path);
        }
    }
    Err(EmbeddedError::Leftover { dir: dir.to_owned() })
}

/// After a kill, above all in a container that starts again with the same small process ids, the number in the status file may belong to
/// a process that has nothing to do with it, and Postgres would believe that its predecessor still runs.
#[cfg(target_os = "linux")]
fn forget_a_stranger(dir: &Path, socket: &Path) -> Result<(), EmbeddedError> {
    let Some(status) = status::read(dir) else { return Ok(()) };
    let name = std::fs::read_to_string(format!("/proc/{}/comm", status.pid)).unwrap_or_default();
    if name.is_empty() || name.trim() == "postgres" {
        return Ok(());
    }
    let mut socket_lock = socket.as_os_str().to_owned();
    socket_lock.push(".lock");
    for file in [dir.join("postmaster.pid").as_path(), Path::new(&socket_lock)] {
        match std::fs::remove_file(file) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(EmbeddedError::data_dir(file, cause)),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn forget_a_stranger(_dir: &Path, _socket: &Path) -> Result<(), EmbeddedError> {
    Ok(())
}

/// The process that listens at the other end: the postmaster. `None` if it is in another container.
#[cfg(target_os = "linux")]
fn peer(stream: &UnixStream) -> Option<u32> {
    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    option(stream, libc::SOL_SOCKET, libc::SO_PEERCRED, &mut peer).ok()?;
    peer.pid.try_into().ok().filter(|pid| *pid > 0)
}

#[cfg(target_os = "macos")]
fn peer(stream: &UnixStream) -> Option<u32> {
    let mut pid: libc::pid_t = 0;
    option(stream, libc::SOL_LOCAL, libc::LOCAL_PEERPID, &mut pid).ok()?;
    pid.try_into().ok().filter(|pid| *pid > 0)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn peer(_stream: &UnixStream) -> Option<u32> {
    None
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn option<T: Copy>(stream: &UnixStream, level: libc::c_int, name: libc::c_int, value: &mut T) -> io::Result<()> {
    let mut length = libc::socklen_t::try_from(size_of::<T>()).map_err(io::Error::other)?;
    // SAFETY: the kernel writes at most `length` bytes to `value`, a plain C structure whose every bit pattern is valid.
    let result = unsafe { libc::getsockopt(stream.as_raw_fd(), level, name, (&raw mut *value).cast(), &mut length) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::net::UnixListener};

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_status_file_with_a_strangers_number_is_forgotten() {
        let dir = std::env::temp_dir().join(format!("kaam-leftover-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        stop(&dir).unwrap();
        fs::write(dir.join("postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
        stop(&dir).unwrap();
        assert!(!dir.join("postmaster.pid").exists());
        fs::write(dir.join("postmaster.pid"), "999999999\n").unwrap();
        stop(&dir).unwrap();
        assert!(
            dir.join("postmaster.pid").exists(),
            "Postgres itself clears the file of a dead server"
        );
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_peer_of_a_socket_is_who_listens() {
        let path = std::env::temp_dir().join(format!("kaam-peer-{}", std::process::id()));
        let _listener = UnixListener::bind(&path).unwrap();
        assert_eq!(peer(&UnixStream::connect(&path).unwrap()), Some(std::process::id()));
        fs::remove_file(&path).unwrap();
    }
}
