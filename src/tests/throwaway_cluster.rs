//! One throw-away Postgres for all tests of a process, and a database of its own for every test.
//!
//! The cluster lies in memory where there is such a place, and is as careless as Postgres allows. The migrations are applied once, to a
//! template that every new database is a copy of.

use std::{
    ffi::CString,
    fs::{self, File},
    mem::MaybeUninit,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use kaam::server::db::embedded::{Embedded, Role, open_with};
use sqlx::{AssertSqlSafe, Connection, PgConnection, migrate::Migrator};

const CARELESS: [(&str, &str); 8] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_connections", "400"),
    ("log_checkpoints", "off"),
];

/// About 8 MB a database. Containers often have 64 MB of memory there.
const ROOM: u64 = 4 << 30;

const PREFIX: &str = "kaam-tests-";

/// A fresh database with the migrations applied. It is thrown away with the cluster, when the tests end.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// Where it is.
    pub url: String,
}

/// Makes one; the first call of a process starts the cluster.
pub async fn new_database() -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    static CLUSTER: OnceLock<String> = OnceLock::new();
    // A thread, for every test has a runtime of its own, and this needs one that belongs to none.
    let admin = CLUSTER.get_or_init(|| thread::spawn(start).join().expect("the tests' Postgres did not start"));

    let name = format!("t_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(admin).await.unwrap();
    run(
        &mut connection,
        format!("CREATE DATABASE {name} TEMPLATE kaam_template STRATEGY file_copy"),
    )
    .await;
    connection.close().await.unwrap();
    TestDatabase {
        url: in_database(admin, &name),
    }
}

/// The running cluster and its folder, for the end of the process.
static RUNNING: Mutex<Option<(Embedded, PathBuf)>> = Mutex::new(None);

fn start() -> String {
    let memory = Path::new("/dev/shm");
    let base = if free_bytes(memory) >= ROOM {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    sweep(&base);
    let folder = base.join(format!("{PREFIX}{}", std::process::id()));
    let opened = open_with(&folder, Role::Server, &CARELESS).unwrap_or_else(|error| panic!("{error}"));
    *RUNNING.lock().unwrap() = Some((opened.guard.expect("a server runs its own"), folder));
    // SAFETY: the handler takes no argument, and cleans up after itself only.
    unsafe { libc::atexit(throw_away) };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(&opened.url).await.unwrap();
        run(&mut connection, "CREATE DATABASE kaam_template STRATEGY file_copy".to_owned()).await;
        connection.close().await.unwrap();
        let mut template = PgConnection::connect(&in_database(&opened.url, "kaam_template")).await.unwrap();
        // Read now, not when this was compiled: a new migration file alone does not make Cargo compile this again.
        let migrations = Migrator::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")))
            .await
            .unwrap();
        migrations.run(&mut template).await.unwrap();
        template.close().await.unwrap();
    });
    opened.url
}

extern "C" fn throw_away() {
    let running = RUNNING.lock().ok().and_then(|mut running| running.take());
    if let Some((cluster, folder)) = running {
        cluster.stop();
        _ = fs::remove_dir_all(folder);
    }
}

/// Zero where there is no such folder.
fn free_bytes(folder: &Path) -> u64 {
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else {
        return 0;
    };
    let mut found = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path is a C string; the structure is plain numbers, for which zero is a value too.
    unsafe {
        match libc::statvfs(path.as_ptr(), found.as_mut_ptr()) {
            0 => found.assume_init().f_bavail * found.assume_init().f_frsize,
            _ => 0,
        }
    }
}

/// Removes what test processes that were killed have left. Their server died with them, and their lock is free.
fn sweep(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && File::open(entry.path().join("kaam.lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
            _ = fs::remove_dir_all(entry.path());
        }
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// The embedded database's URL names the database between the port and the question mark.
fn in_database(url: &str, name: &str) -> String {
    url.replacen("/postgres?", &format!("/{name}?"), 1)
}

#[tokio::test]
async fn every_test_has_a_migrated_database_of_its_own() {
    let (one, two) = (new_database().await, new_database().await);
    assert_ne!(one.url, two.url);
    let mut connection = PgConnection::connect(&one.url).await.unwrap();
    run(&mut connection, "CREATE TABLE only_here (n int)".to_owned()).await;
    let mut other = PgConnection::connect(&two.url).await.unwrap();
    let exists = "SELECT to_regclass($1) IS NOT NULL";
    assert!(
        !sqlx::query_scalar::<_, bool>(exists)
            .bind("only_here")
            .fetch_one(&mut other)
            .await
            .unwrap()
    );
    assert!(
        sqlx::query_scalar::<_, bool>(exists)
            .bind("_sqlx_migrations")
            .fetch_one(&mut other)
            .await
            .unwrap()
    );
}
