//! A Postgres of the harness, which it stops and starts as it likes. Its programs are those that `KAAM_PG_BIN` names.

use std::{
    fs,
    io::{Error, Result},
    os::unix::{
        fs::{PermissionsExt, chown},
        net::UnixStream,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Postgres refuses root: then it runs as nobody.
const NOBODY: u32 = 65534;

pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    child: Option<Child>,
}

impl Postgres {
    /// Makes a cluster in a new folder and starts it.
    pub fn make(folder: &Path) -> Result<Self> {
        let programs = std::env::var_os("KAAM_PG_BIN").ok_or_else(|| Error::other("KAAM_PG_BIN names no folder of Postgres' programs"))?;
        let mut postgres = Self {
            programs: programs.into(),
            folder: folder.to_owned(),
            child: None,
        };
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        if is_root() {
            chown(folder, Some(NOBODY), Some(NOBODY))?;
        }
        let output = postgres
            .command("initdb")
            .args([
                "--username=postgres",
                "--auth=trust",
                "--no-sync",
                "--no-instructions",
                "--locale=C",
                "--encoding=UTF8",
            ])
            .output()?;
        if !output.status.success() {
            return Err(Error::other(format!("initdb: {}", String::from_utf8_lossy(&output.stderr))));
        }
        postgres.start()?;
        Ok(postgres)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(&self.folder).current_dir("/").stdin(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@localhost:5432/postgres?sslmode=disable&host={}",
            self.folder.display()
        )
    }

    pub fn start(&mut self) -> Result<()> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.with_extension("log"))?;
        let child = self
            .command("postgres")
            .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-c"])
            .arg(format!("unix_socket_directories={}", self.folder.display()))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        let began = Instant::now();
        while UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_err() {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(Error::other("Postgres did not start within 60 s"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Ends it: at once and without a checkpoint, as a crash, or in order.
    pub fn stop(&mut self, as_a_crash: bool) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let signal = if as_a_crash { libc::SIGQUIT } else { libc::SIGINT };
        if let Ok(process @ 1..) = i32::try_from(child.id()) {
            // SAFETY: the process is our child and has not been waited for.
            unsafe { libc::kill(process, signal) };
        }
        child.wait()?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.stop(true);
    }
}

fn is_root() -> bool {
    // SAFETY: geteuid only reads.
    unsafe { libc::geteuid() == 0 }
}
