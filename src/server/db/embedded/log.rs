//! The file that Postgres writes its messages to.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::identity;

/// How long the file may become. One earlier file is kept beside it.
const LIMIT: u64 = 8 * 1024 * 1024;

/// An error message quotes this much of it.
const QUOTED: u64 = 2000;

#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// For a child to write to. Everyone appends, so that [`Self::rotate`] may cut the file under them.
    pub fn open(&self) -> io::Result<File> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        identity::give_to_owner_of_parent(&self.path)?;
        Ok(file)
    }

    pub fn len(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Moves a long log to `.1`. The file stays the same one, for the running server holds it open: its content is copied, then cut.
    /// A line written between the two is lost.
    pub fn rotate(&self) -> io::Result<()> {
        if self.len() <= LIMIT {
            return Ok(());
        }
        let mut earlier = self.path.clone().into_os_string();
        earlier.push(".1");
        fs::copy(&self.path, &earlier)?;
        OpenOptions::new().write(true).open(&self.path)?.set_len(0)?;
        identity::give_to_owner_of_parent(Path::new(&earlier))
    }

    /// What was written after the first `from` bytes, its last part if it is long, on one line.
    pub fn since(&self, from: u64) -> String {
        let mut text = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(from.max(self.len().saturating_sub(QUOTED))))?;
            file.read_to_end(&mut text)
        });
        match read {
            Ok(_) => one_line(&String::from_utf8_lossy(&text)),
            Err(cause) => format!("its log cannot be read ({cause})"),
        }
    }
}

/// Puts the words of a program into one sentence of ours.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        "it said nothing".to_owned()
    } else {
        lines.join(" | ")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_long_log_is_cut_under_its_writer_and_kept_once() {
        let folder = std::env::temp_dir().join(format!("kaam-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let log = Log::new(folder.join("postgres.log"));
        let mut writer = log.open().unwrap();
        writer.write_all(b"short\n").unwrap();
        log.rotate().unwrap();
        assert_eq!(log.len(), 6);

        writer.write_all(&vec![b'x'; LIMIT as usize]).unwrap();
        log.rotate().unwrap();
        assert_eq!(log.len(), 0);
        assert_eq!(fs::metadata(folder.join("postgres.log.1")).unwrap().len(), LIMIT + 6);
        writer.write_all(b"one\n\ntwo\n").unwrap();
        assert_eq!((log.len(), log.since(0)), (9, "one | two".to_owned()));
        assert_eq!(log.since(9), "it said nothing");
        fs::remove_dir_all(&folder).unwrap();
    }
}
