//! Where `postgres` and `initdb` come from: the bundle inside this binary, then `KAAM_PG_BIN`, then what the system has.

use std::{
    cmp::Reverse,
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use super::{
    EmbeddedError,
    identity::{Identity, spawn_error},
    log::one_line,
};

/// Older ones are not tried.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// Folders whose entries are named for a version: the folder, what stands before the number, and where the programs are below.
const VERSIONED: [(&str, &str, &str); 9] = [
    ("usr/lib/postgresql", "", "bin"),
    ("usr", "pgsql-", "bin"),
    ("usr/libexec", "postgresql", ""),
    ("usr/lib", "postgresql", "bin"),
    ("usr/lib64", "postgresql-", "bin"),
    ("opt/homebrew/opt", "postgresql@", "bin"),
    ("usr/local/opt", "postgresql@", "bin"),
    ("home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A PostgreSQL that runs here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub bin: PathBuf,
    pub major: u32,
}

/// The first that can be run, or, where a cluster exists, the first of its version.
pub(super) fn find(cluster: Option<(u32, &Path)>, identity: Identity, data_dir: &Path) -> Result<Programs, EmbeddedError> {
    let mut tried = Vec::new();
    let mut other_versions = Vec::new();
    let mut consider = |bin: PathBuf, tried: &mut Vec<(PathBuf, String)>| -> Result<Option<Programs>, EmbeddedError> {
        match version_of(&bin, identity)? {
            Ok(major) if cluster.is_none_or(|(wanted, _)| wanted == major) && (cluster.is_some() || major >= OLDEST_MAJOR) => {
                return Ok(Some(Programs { bin, major }));
            }
            Ok(major) => other_versions.push((major, bin)),
            Err(reason) => tried.push((bin, reason)),
        }
        Ok(None)
    };

    for candidate in bundled(data_dir, identity) {
        match candidate {
            Ok(bin) => {
                if let Some(found) = consider(bin, &mut tried)? {
                    return Ok(found);
                }
            }
            Err(failed) => tried.push(failed),
        }
    }
    if let Some(folder) = std::env::var_os("KAAM_PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from) {
        let before = tried.len();
        if let Some(found) = consider(folder.clone(), &mut tried)? {
            return Ok(found);
        }
        // Whoever names a folder wants to hear that it is wrong.
        if let Some((_, reason)) = tried.drain(before..).next() {
            return Err(EmbeddedError::BadPrograms { folder, reason });
        }
    }
    for bin in of_the_system(Path::new("/")).into_iter().chain(on_the_path()) {
        if let Some(found) = consider(bin, &mut tried)? {
            return Ok(found);
        }
    }

    match cluster {
        Some((cluster, dir)) if !other_versions.is_empty() => {
            let mut seen = HashSet::new();
            other_versions.retain(|(major, _)| seen.insert(*major));
            Err(EmbeddedError::VersionMismatch {
                dir: dir.to_owned(),
                cluster,
                found: other_versions,
            })
        }
        _ => {
            tried.extend(
                other_versions
                    .into_iter()
                    .map(|(major, bin)| (bin, format!("version {major} is too old"))),
            );
            Err(EmbeddedError::NoPrograms { tried })
        }
    }
}

#[cfg(feature = "bundled-postgres")]
fn bundled(data_dir: &Path, identity: Identity) -> impl Iterator<Item = Result<PathBuf, (PathBuf, String)>> {
    super::bundle::folders(data_dir, identity)
}

#[cfg(not(feature = "bundled-postgres"))]
fn bundled(_data_dir: &Path, _identity: Identity) -> impl Iterator<Item = Result<PathBuf, (PathBuf, String)>> {
    std::iter::empty()
}

/// The major version, or why these programs cannot be run. Asked as the user who is to run them.
pub(super) fn version_of(bin: &Path, identity: Identity) -> Result<Result<u32, String>, EmbeddedError> {
    let program = bin.join("postgres");
    if !program.is_file() || !bin.join("initdb").is_file() {
        return Ok(Err("holds no postgres and initdb".to_owned()));
    }
    let output = identity.command(&program, None).arg("-V").output();
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            Ok(major_version(&text).ok_or_else(|| format!("says of itself: {}", one_line(&text))))
        }
        Ok(output) => Ok(Err(format!("does not run: {}", one_line(&String::from_utf8_lossy(&output.stderr))))),
        Err(cause) => match spawn_error(identity, &program, cause) {
            EmbeddedError::DataDir { cause, .. } => Ok(Err(format!("does not run: {cause}"))),
            error => Err(error),
        },
    }
}

/// `postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)` -> 15; `18beta1` -> 18.
fn major_version(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

/// Newest first.
fn of_the_system(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (folder, prefix, below) in VERSIONED {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
            let bin = entry.path().join(below);
            if let Some(number) = number.filter(|_| bin.join("postgres").is_file()) {
                found.push((number, bin));
            }
        }
    }
    found.sort_by_key(|(number, _)| Reverse(*number));
    found.into_iter().map(|(_, bin)| bin).collect()
}

fn on_the_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A link in /usr/bin leads to the folder where the rest is.
    let links = std::env::split_paths(&path).filter_map(|folder| folder.join("postgres").canonicalize().ok());
    links.filter_map(|program| program.parent().map(Path::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_postgres_says() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("postgres (PostgreSQL) ", None),
            ("command not found", None),
        ] {
            assert_eq!(major_version(text), major, "{text}");
        }
    }

    #[test]
    fn the_newest_of_the_system_comes_first() {
        let root = std::env::temp_dir().join(format!("kaam-programs-{}", std::process::id()));
        for folder in [
            "usr/lib/postgresql/9/bin",
            "usr/lib/postgresql/15/bin",
            "usr/pgsql-17/bin",
            "usr/libexec/postgresql16",
            "usr/pgsql-/bin",
        ] {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join("postgres"), "").unwrap();
        }
        fs::create_dir_all(root.join("usr/lib/postgresql/18/lib")).unwrap();
        let found: Vec<_> = of_the_system(&root)
            .iter()
            .map(|bin| bin.strip_prefix(&root).unwrap().display().to_string())
            .collect();
        assert_eq!(
            found,
            [
                "usr/pgsql-17/bin",
                "usr/libexec/postgresql16",
                "usr/lib/postgresql/15/bin",
                "usr/lib/postgresql/9/bin"
            ]
        );
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn programs_that_do_not_run_say_why() {
        let folder = std::env::temp_dir().join(format!("kaam-broken-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let me = Identity::of_this_process();
        assert_eq!(version_of(&folder, me).unwrap(), Err("holds no postgres and initdb".to_owned()));
        for name in ["postgres", "initdb"] {
            fs::write(folder.join(name), "#!/bin/sh\necho no such library >&2\nexit 127\n").unwrap();
        }
        assert!(version_of(&folder, me).unwrap().unwrap_err().contains("ermission denied"));
        fs::set_permissions(folder.join("postgres"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(version_of(&folder, me).unwrap(), Err("does not run: no such library".to_owned()));
        fs::remove_dir_all(&folder).unwrap();
    }
}
