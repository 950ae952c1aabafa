//! The server under load: one process of the release binary, and what the kernel says of it.

use std::{
    fs,
    io::{Read, Result, Write},
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
}

impl Setup {
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .current_dir(&self.folder)
            .env("KAAM_DATA_DIR", self.folder.join("data"))
            .env("KAAM_SIGN_UP", "closed")
            // The load comes from few accounts.
            .env("KAAM_MESSAGES_PER_MINUTE", "1000000")
            .env("AI_BASE_URL", format!("http://127.0.0.1:{}/v1", self.model_port))
            .env("AI_MODEL", "scripted")
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()))
            .env_remove("AI_API_KEY")
            .env_remove("GEMINI_API_KEY")
            .env_remove("DATABASE_URL");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// How the embedded database is reached while the server runs.
    pub fn embedded_url(&self) -> String {
        format!(
            "postgres://postgres@localhost:5432/postgres?sslmode=disable&host={}",
            self.folder.join("data/postgres").display()
        )
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(self.folder.join("server.log"))?;
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
            if is_ready(port) {
                return Ok(Server {
                    port,
                    ready_after: started.elapsed(),
                    child,
                });
            }
            if let Some(status) = child.try_wait()? {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                return Err(std::io::Error::other(format!("the server ended ({status}):\n{log}")));
            }
            if started.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                return Err(std::io::Error::other("the server is not ready after 60 s"));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
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

    /// Stops as a service manager would; kills after ten seconds.
    pub fn stop(mut self) -> Result<()> {
        // SAFETY: the process is our child and has not been waited for.
        unsafe { libc::kill(i32::try_from(self.pid()).unwrap_or(0), libc::SIGTERM) };
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
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("kaam-bench-{}", std::process::id()));
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
