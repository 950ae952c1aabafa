//! Where the socket lies, and the URL that reaches it.

use std::{
    fmt::Write,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::{DATABASE, EmbeddedError, PORT, USER, identity::Identity};

/// The longest path that the kernel accepts for a unix socket, without the closing zero.
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// The cluster's own folder, which nobody else may enter. If its path is too long for a socket, a private folder under the temporary one.
pub(super) fn place(cluster: &Path, identity: Identity) -> Result<PathBuf, EmbeddedError> {
    if fits(cluster) {
        return Ok(cluster.to_owned());
    }
    let mut hash = DefaultHasher::new();
    cluster.hash(&mut hash);
    let name = format!("kaam-{}-{:016x}", identity.uid, hash.finish());
    let own = std::env::temp_dir().join(&name);
    // The child may not be able to walk to root's own temporary folder.
    let folder = if identity.switch || !fits(&own) {
        Path::new("/tmp").join(&name)
    } else {
        own
    };
    make_private(&folder, identity)?;
    Ok(folder)
}

fn fits(folder: &Path) -> bool {
    let path = file(folder);
    path.as_os_str().len() <= LONGEST && path.to_str().is_some()
}

/// Anybody may have made a folder of that name before us, so what counts is what is there now.
fn make_private(folder: &Path, identity: Identity) -> Result<(), EmbeddedError> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => identity.give(folder)?,
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(EmbeddedError::data_dir(folder, cause)),
    }
    let found = fs::symlink_metadata(folder).map_err(|cause| EmbeddedError::data_dir(folder, cause))?;
    if found.is_dir() && found.uid() == identity.uid && found.mode() & 0o777 == 0o700 {
        Ok(())
    } else {
        Err(EmbeddedError::SocketFolder { path: folder.to_owned() })
    }
}

/// A socket has no use for TLS, so the question whether the server has it is not asked.
pub(super) fn url(socket_dir: &Path) -> String {
    let mut url = format!("postgres://{USER}@localhost:{PORT}/{DATABASE}?sslmode=disable&host=");
    for byte in socket_dir.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => url.push(char::from(*byte)),
            // Writing to a String does not fail.
            _ => _ = write!(url, "%{byte:02X}"),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_survives_any_folder_name() {
        let url = url(Path::new("/var/lib/kaam & co/کام/postgres"));
        assert_eq!(
            url,
            "postgres://postgres@localhost:5432/postgres?sslmode=disable&host=/var/lib/kaam%20%26%20co/%DA%A9%D8%A7%D9%85/postgres"
        );
    }

    #[test]
    fn a_long_path_gets_a_private_folder_that_is_checked() {
        let identity = Identity::of_this_process();
        let short = Path::new("/data/postgres");
        assert_eq!(place(short, identity).unwrap(), short);

        let long = PathBuf::from(format!("/{}/{}", "x".repeat(100), std::process::id()));
        let folder = place(&long, identity).unwrap();
        assert!(fits(&folder), "{}", folder.display());
        assert_eq!(place(&long, identity).unwrap(), folder, "found again");

        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert!(matches!(place(&long, identity), Err(EmbeddedError::SocketFolder { .. })));
        fs::remove_dir(&folder).unwrap();
        std::os::unix::fs::symlink("/tmp", &folder).unwrap();
        assert!(matches!(place(&long, identity), Err(EmbeddedError::SocketFolder { .. })));
        fs::remove_file(&folder).unwrap();
    }
}
