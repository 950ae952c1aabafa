//! A Postgres of the harness, which it stops and starts as it likes. Its programs are those that `KAAM_PG_BIN` names.

use std::{
    fs,
    io::{Error, Read, Result, Write},
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

/// The name of its socket.
const SOCKET: &str = ".s.PGSQL.5432";

pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    child: Option<Child>,
}

impl Postgres {
    /// Makes a cluster in a new folder and starts it. `more` goes to `initdb`.
    pub fn make(folder: &Path, more: &[&str]) -> Result<Self> {
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
            .args(more)
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

    /// How it is reached through something that listens on a port of this machine and leads to its [`socket`](Self::socket).
    pub fn url_by(port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.join(SOCKET)
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
        // It listens before it is ready.
        while self.ask("select 1").is_err() {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(Error::other("Postgres did not start within 60 s"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)))
    }

    /// Asks it something; see [`ask`].
    pub fn ask(&self, sql: &str) -> Result<Vec<String>> {
        ask(&self.folder, sql)
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

/// Asks the Postgres whose socket is in this folder by the simple protocol, and gives the columns of the last row. Whoever comes over the
/// socket is let in.
pub fn ask(folder: &Path, sql: &str) -> Result<Vec<String>> {
    let mut socket = UnixStream::connect(folder.join(SOCKET))?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    // Protocol 3.0.
    let mut hello = 196_608_u32.to_be_bytes().to_vec();
    hello.extend_from_slice(b"user\0postgres\0database\0postgres\0\0");
    socket.write_all(&message(None, &hello))?;
    socket.write_all(&message(Some(b'Q'), format!("{sql}\0").as_bytes()))?;
    let (mut row, mut is_greeted) = (Vec::new(), false);
    loop {
        let mut head = [0; 5];
        socket.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length.saturating_sub(4)];
        socket.read_exact(&mut body)?;
        match head[0] {
            b'D' => row = columns(&body),
            b'E' => return Err(Error::other(String::from_utf8_lossy(&body).replace('\0', " "))),
            // Ready: once after the greeting, once after the answer.
            b'Z' if is_greeted => return Ok(row),
            b'Z' => is_greeted = true,
            _ => {}
        }
    }
}

fn message(kind: Option<u8>, body: &[u8]) -> Vec<u8> {
    let mut message: Vec<u8> = kind.into_iter().collect();
    message.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    message.extend_from_slice(body);
    message
}

/// The columns of a row, as text; what is null is empty.
fn columns(mut body: &[u8]) -> Vec<String> {
    let mut columns = Vec::new();
    body = body.get(2..).unwrap_or_default();
    while let Some((length, rest)) = body.split_first_chunk() {
        let length = i32::from_be_bytes(*length).max(0) as usize;
        let (column, rest) = rest.split_at(length.min(rest.len()));
        columns.push(String::from_utf8_lossy(column).into_owned());
        body = rest;
    }
    columns
}

pub fn is_root() -> bool {
    // SAFETY: geteuid only reads.
    unsafe { libc::geteuid() == 0 }
}
