//! `postmaster.pid`, the file in which a PostgreSQL server says how it is.

use std::{fs, path::Path, path::PathBuf};

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub pid: u32,
    /// Where the socket is, as the server was told: relative to the cluster, or absolute.
    pub socket_dir: PathBuf,
    /// Whether connections are accepted.
    pub ready: bool,
}

/// `None` when no server runs there, or when it has only begun to write.
pub(super) fn read(cluster: &Path) -> Option<Status> {
    parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
}

fn parse(text: &str) -> Option<Status> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Status {
        pid: lines.first()?.parse().ok().filter(|pid| *pid > 0)?,
        socket_dir: lines.get(4).copied().unwrap_or_default().into(),
        ready: lines.get(7) == Some(&"ready"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_when_line_eight_says_so() {
        let ready = "4242\n/data/postgres\n1700000000\n5432\n.\n\n  8675309   32768\nready   \n";
        assert_eq!(
            parse(ready),
            Some(Status {
                pid: 4242,
                socket_dir: ".".into(),
                ready: true
            })
        );
        assert_eq!(
            parse(&ready.replace("ready   ", "starting")).map(|status| status.ready),
            Some(false)
        );
        assert_eq!(parse("4242\n/data/postgres\n").map(|status| status.ready), Some(false));
    }

    #[test]
    fn a_file_half_written_is_no_status() {
        for text in ["", "\n", "x\n", "0\n", "-1\n"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
