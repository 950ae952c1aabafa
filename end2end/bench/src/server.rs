//! The server under load: one process of the release binary, and what the kernel says of it.

use std::{
    fs,
    io::{Error, Read, Result, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub struct Server {
    pub port: u16,
    /// From the start of the process to the first 200 of `/readyz`.
    pub ready_after: Duration,
    child: Child,
}

/// How servers are started.
#[derive(Clone)]
pub struct Setup {
    pub binary: PathBuf,
    pub folder: PathBuf,
    pub model_port: u16,
    pub database_url: Option<String>,
    /// More variables, after all others.
    pub extra: Vec<(String, String)>,
}

/// The password of all accounts.
pub const PASSWORD: &str = "correct horse battery";

impl Setup {
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .current_dir(&self.folder)
            .env("KAAM_DATA_DIR", self.folder.join("data"))
            .env("KAAM_SIGN_UP", "closed")
            // The load comes from few accounts.
            .env("KAAM_MESSAGES_PER_MINUTE", "1000000")
            .env("KAAM_RUNS_PER_PERSON", "100000")
            .env("AI_BASE_URL", format!("http://127.0.0.1:{}/v1", self.model_port))
            .env("AI_MODEL", "scripted")
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()))
            .env_remove("AI_API_KEY")
            .env_remove("GEMINI_API_KEY")
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_DIRECT_URL");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command.envs(self.extra.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Makes an account by the binary's own commands, and gives an API token of it.
    pub fn account(&self, email: &str) -> Result<String> {
        self.tell(&["user", "add", email, "--password-stdin"], &format!("{PASSWORD}\n"))?;
        let token = self.tell(&["token", "add", email, "--name", "load"], "")?.trim().to_owned();
        if token.starts_with("kaam_") {
            Ok(token)
        } else {
            Err(Error::other(format!("not a token: {token}")))
        }
    }

    /// Runs one of the binary's commands, and gives what it prints.
    fn tell(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::other(format!("kaam {}: {said}", arguments.join(" "))));
        }
        String::from_utf8(output.stdout).map_err(Error::other)
    }

    /// How the embedded database is reached while the server runs.
    pub fn embedded_url(&self) -> String {
        format!(
            "postgres://postgres@localhost:5432/postgres?sslmode=disable&host={}",
            self.embedded_folder().display()
        )
    }

    /// Where the embedded database and its socket are.
    pub fn embedded_folder(&self) -> PathBuf {
        self.folder.join("data/postgres")
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))?;
        let mut command = self.command();
        command
            .arg("serve")
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .env("KAAM_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let started = Instant::now();
        let mut child = command.spawn()?;
        loop {
            if matches!(readiness(port), Ok(200)) {
                return Ok(Server {
                    port,
                    ready_after: started.elapsed(),
                    child,
                });
            }
            if let Some(status) = child.try_wait()? {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                return Err(Error::other(format!("the server ended ({status}):\n{log}")));
            }
            if started.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                return Err(Error::other("the server is not ready after 60 s"));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The status of `/readyz`; an error where nobody answers.
pub fn readiness(port: u16) -> Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    std::str::from_utf8(&answer[9..])
        .ok()
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| Error::other("no status"))
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU time of the process and its threads so far. Postgres has processes of its own, which are not in it.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        // The name, in brackets, may hold anything; user and system time are the 12th and 13th words behind it.
        let words: Vec<u64> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|word| word.parse().ok())
            .collect();
        // SAFETY: sysconf reads a constant of the system.
        let ticks = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).unwrap_or(100);
        Duration::from_millis(words.iter().sum::<u64>() * 1000 / ticks)
    }

    /// Memory in use, in MiB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace()
            .next()
            .and_then(|kilobytes| kilobytes.parse::<f64>().ok())
            .unwrap_or(0.0)
            / 1024.0
    }

    /// Puts all threads of the server on one core, and its database on the others.
    pub fn pin(&self, core: usize) {
        for thread in threads(self.pid()) {
            set_cores(thread, &[core]);
        }
        let others: Vec<usize> = (0..cores()).filter(|&other| other != core).collect();
        for process in descendants(self.pid()) {
            for thread in threads(process) {
                set_cores(thread, &others);
            }
        }
    }

    /// Ends it as a crash does, its database with it where `with_database`.
    pub fn kill(mut self, with_database: bool) -> Result<()> {
        let others = if with_database { descendants(self.pid()) } else { Vec::new() };
        self.child.kill()?;
        for other in others {
            signal(other, libc::SIGKILL);
        }
        self.child.wait()?;
        Ok(())
    }

    /// Ends its database as a crash does.
    pub fn kill_database(&self) {
        for process in descendants(self.pid()) {
            signal(process, libc::SIGKILL);
        }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends it a signal.
    pub fn signal(&self, number: i32) {
        signal(self.pid(), number);
    }

    /// Stops as a service manager would; kills after ten seconds.
    pub fn stop(mut self) -> Result<()> {
        self.signal(libc::SIGTERM);
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > Duration::from_secs(10) {
                eprintln!("the server did not stop within 10 s and was killed");
                self.child.kill()?;
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(process: u32, number: i32) {
    // Never to 0, which is a whole group.
    if let Ok(process @ 1..) = i32::try_from(process) {
        // SAFETY: kill takes plain values; the processes are those that this program started.
        unsafe { libc::kill(process, number) };
    }
}

pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Puts one thread (0: the calling one) on these cores.
pub fn set_cores(thread: u32, cores: &[usize]) {
    if cores.is_empty() {
        return;
    }
    // SAFETY: an all-zero cpu_set_t is the empty set, and CPU_SET stays inside it for the cores there are.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        for &core in cores {
            libc::CPU_SET(core, &mut set);
        }
        libc::sched_setaffinity(i32::try_from(thread).unwrap_or(0), size_of::<libc::cpu_set_t>(), &set);
    }
}

/// Lets this process, and those it starts, open as many files as the system allows.
pub fn raise_file_limit() {
    // SAFETY: plain values are read and written.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}

fn threads(process: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

fn descendants(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for thread in threads(process) {
        let children = fs::read_to_string(format!("/proc/{process}/task/{thread}/children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            found.push(child);
            found.extend(descendants(child));
        }
    }
    found
}

/// A folder of ours that is removed again.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("kaam-{name}-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}
