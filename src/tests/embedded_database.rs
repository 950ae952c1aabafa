//! The embedded database against a real PostgreSQL: whichever the binary would use here.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use kaam::server::db::embedded::{Embedded, EmbeddedError, Opened, Role, open};
use sqlx::{Connection, PgConnection};

/// Names the data directory for [`a_server_process`].
const DATA_DIR: &str = "KAAM_TEST_SERVER_DATA_DIR";

/// A data directory in a folder that only we may enter: as root, the database's user may not walk to it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("kaam-embedded-{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
        Self(folder)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn opened(data: &Path, role: Role) -> Opened {
    open(data, role).unwrap_or_else(|error| panic!("{error}"))
}

fn server(data: &Path) -> (String, Embedded) {
    let opened = opened(data, Role::Server);
    (opened.url, opened.guard.expect("a server runs its own"))
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

async fn make_table(url: &str) {
    let mut connection = connect(url).await;
    sqlx::query("CREATE TABLE rows (n int PRIMARY KEY)")
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn insert(url: &str, n: i32) {
    sqlx::query("INSERT INTO rows VALUES ($1)")
        .bind(n)
        .execute(&mut connect(url).await)
        .await
        .unwrap();
}

async fn rows(url: &str) -> Vec<i32> {
    sqlx::query_scalar("SELECT n FROM rows ORDER BY n")
        .fetch_all(&mut connect(url).await)
        .await
        .unwrap()
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "waited too long for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn a_later_start_is_quick_and_finds_everything() {
    let folder = Folder::new("start");
    let begin = Instant::now();
    let (url, guard) = server(&folder.data());
    println!("first start: {:?}", begin.elapsed());
    make_table(&url).await;
    insert(&url, 1).await;
    let settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN \
                    ('fsync', 'data_checksums', 'server_encoding', 'listen_addresses', 'unix_socket_permissions', 'max_connections')";
    let settings: String = sqlx::query_scalar(settings).fetch_one(&mut connect(&url).await).await.unwrap();
    assert_eq!(
        settings,
        "data_checksums=on fsync=on listen_addresses= max_connections=60 server_encoding=UTF8 unix_socket_permissions=0700"
    );
    let begin = Instant::now();
    guard.stop();
    println!("stop: {:?}", begin.elapsed());

    let begin = Instant::now();
    let (url, _guard) = server(&folder.data());
    println!("later start: {:?}", begin.elapsed());
    assert_eq!(rows(&url).await, [1]);
}

#[tokio::test]
async fn one_server_per_data_directory_and_commands_join_it() {
    let folder = Folder::new("lock");
    let (url, guard) = server(&folder.data());
    make_table(&url).await;
    match open(&folder.data(), Role::Server) {
        Err(error @ EmbeddedError::AlreadyRunning { .. }) => {
            assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
            assert!(error.to_string().contains("KAAM_DATA_DIR"), "{error}");
        }
        other => panic!("{other:?}"),
    }

    let joined = opened(&folder.data(), Role::Command);
    assert!(joined.guard.is_none());
    insert(&joined.url, 1).await;
    drop(joined);
    assert_eq!(rows(&url).await, [1], "a command that ends leaves the server's database running");
    guard.stop();

    let own = opened(&folder.data(), Role::Command);
    assert!(own.guard.is_some());
    assert_eq!(rows(&own.url).await, [1]);
}

#[test]
fn commands_and_a_server_wait_for_one_another() {
    let folder = Folder::new("turns");
    let at_work = AtomicUsize::new(3);
    thread::scope(|scope| {
        for role in [Role::Command, Role::Command, Role::Server, Role::Command] {
            let data = folder.data();
            let at_work = &at_work;
            scope.spawn(move || {
                let opened = opened(&data, role);
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let one: i32 = runtime.block_on(async {
                    sqlx::query_scalar("SELECT 1")
                        .fetch_one(&mut connect(&opened.url).await)
                        .await
                        .unwrap()
                });
                assert_eq!(one, 1);
                // A command that has joined the server may still be at work.
                match role {
                    Role::Command => _ = at_work.fetch_sub(1, Ordering::SeqCst),
                    Role::Server => wait_for("the commands", || (at_work.load(Ordering::SeqCst) == 0).then_some(())),
                }
            });
        }
    });
}

#[tokio::test]
async fn a_postmaster_that_dies_is_started_again() {
    let folder = Folder::new("watcher");
    let (url, guard) = server(&folder.data());
    make_table(&url).await;
    for n in 0..3 {
        insert(&url, n).await;
        let dead = guard.pid().unwrap();
        let begin = Instant::now();
        kill(dead);
        wait_for("another postmaster", || guard.pid().filter(|pid| *pid != dead));
        println!("after kill -9 of the postmaster: {:?}", begin.elapsed());
        assert_eq!(rows(&url).await, (0..=n).collect::<Vec<_>>());
    }
}

/// Not a test: the process that the next one kills. It says which rows are committed.
#[tokio::test]
#[ignore = "started by other tests, in a process of its own"]
async fn a_server_process() {
    let Some(data) = std::env::var_os(DATA_DIR) else { return };
    let (url, guard) = server(Path::new(&data));
    println!("postmaster {}", guard.pid().unwrap());
    let mut connection = connect(&url).await;
    sqlx::query("CREATE TABLE IF NOT EXISTS rows (n int PRIMARY KEY)")
        .execute(&mut connection)
        .await
        .unwrap();
    let from: i32 = sqlx::query_scalar("SELECT coalesce(max(n) + 1, 0) FROM rows")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    // A long query of another connection is at work when the kill comes.
    let busy = tokio::spawn({
        let url = url.clone();
        async move {
            sqlx::query("SELECT count(*) FROM generate_series(1, 1000000000)")
                .execute(&mut connect(&url).await)
                .await
        }
    });
    for n in from..from + 1_000_000 {
        sqlx::query("INSERT INTO rows VALUES ($1)")
            .bind(n)
            .execute(&mut connection)
            .await
            .unwrap();
        println!("committed {n}");
    }
    drop(busy);
}

/// Starts a server process and lets it commit some rows.
fn working_server(data: &Path) -> (Child, u32, i32) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "embedded_database::a_server_process",
            "--ignored",
            "--nocapture",
            "--test-threads=2",
        ])
        .env(DATA_DIR, data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut postmaster = 0;
    let mut committed = -1;
    for seen in 0..200 {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("the process ended after {seen} lines"))
            .unwrap();
        match line.split_once(' ') {
            Some(("postmaster", pid)) => postmaster = pid.parse().unwrap(),
            Some(("committed", n)) => committed = n.parse().unwrap(),
            _ => {}
        }
    }
    // Number 0 would be this whole process group.
    assert!(postmaster > 1, "the process did not say which postmaster it has");
    // Read on, or the process would wait for us; what it commits after this is not counted.
    thread::spawn(move || lines.for_each(drop));
    (process, postmaster, committed)
}

#[tokio::test]
async fn what_was_committed_survives_kill_9_of_the_app_and_of_both() {
    let folder = Folder::new("kill");
    for both in [false, true, false, true] {
        let (mut process, postmaster, committed) = working_server(&folder.data());
        let begin = Instant::now();
        process.kill().unwrap();
        if both {
            kill(postmaster);
        }
        process.wait().unwrap();
        let (url, _guard) = server(&folder.data());
        println!(
            "start after kill -9 of {}: {:?}",
            if both { "both" } else { "the app" },
            begin.elapsed()
        );
        let rows = rows(&url).await;
        assert!(rows.last() >= Some(&committed), "{:?} of {committed}", rows.last());
        assert_eq!(rows.len() as i32, rows.last().unwrap() + 1, "none is missing in between");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_postmaster_dies_with_the_app() {
    let folder = Folder::new("orphan");
    let (mut process, postmaster, _) = working_server(&folder.data());
    process.kill().unwrap();
    process.wait().unwrap();
    wait_for("the end of the postmaster", || {
        (!Path::new(&format!("/proc/{postmaster}")).exists()).then_some(())
    });
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let folder = Folder::new("half");
    fs::create_dir_all(folder.data().join("postgres.tmp/base")).unwrap();
    fs::write(folder.data().join("postgres.tmp/PG_VERSION"), "15\n").unwrap();
    let (url, _guard) = server(&folder.data());
    make_table(&url).await;
    assert!(!folder.data().join("postgres.tmp").exists());
}

#[test]
fn what_is_no_cluster_of_ours_is_left_alone() {
    let folder = Folder::new("foreign");
    let dir = folder.data().join("postgres");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("holiday.jpg"), "").unwrap();
    let error = open(&folder.data(), Role::Server).unwrap_err();
    assert!(matches!(error, EmbeddedError::NotACluster { .. }), "{error}");

    fs::write(dir.join("PG_VERSION"), "9\n").unwrap();
    let error = open(&folder.data(), Role::Server).unwrap_err();
    assert!(matches!(error, EmbeddedError::VersionMismatch { cluster: 9, .. }), "{error}");
    assert!(error.to_string().contains("KAAM_PG_BIN"), "{error}");
    assert!(dir.join("holiday.jpg").exists());
}

#[tokio::test]
async fn a_long_path_and_strange_names_work() {
    let folder = Folder::new("path");
    let data = folder.0.join("x".repeat(120)).join("کام, & \"co\" ?");
    let (url, guard) = server(&data);
    make_table(&url).await;
    let joined = opened(&data, Role::Command);
    insert(&joined.url, 1).await;
    assert_eq!(rows(&url).await, [1]);
    guard.stop();

    let data = folder.0.join("کام, & \"co\" ?");
    let (url, _guard) = server(&data);
    make_table(&url).await;
}

#[test]
fn nobody_else_may_read_the_data() {
    let folder = Folder::new("modes");
    let (_, _guard) = server(&folder.data());
    for (name, mode) in [
        ("postgres", 0o700),
        ("postgres.log", 0o600),
        ("kaam.lock", 0o600),
        ("postgres.lock", 0o600),
    ] {
        let found = fs::metadata(folder.data().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{name}: {found:o}");
    }
}
