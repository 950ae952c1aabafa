//! Faults of a database from outside.

use std::{
    error::Error,
    ffi::CString,
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use kaam_bench::server::{self, Setup};
use tokio::time::sleep;

use crate::{
    client::Door,
    kills::{AT_ONCE, people, start, stop},
    model::Model,
    network::{MIXED, check_many, many},
    postgres::Postgres,
    proxy::{Proxy, Target},
    world::World,
};

type Outcome = Result<(), Box<dyn Error>>;

/// Streams that are open when the database goes.
const STREAMS: usize = 100;
/// Longer than the flusher waits for the database (30 s).
const LONG_OUTAGE: Duration = Duration::from_secs(33);

pub async fn run(setup: &Setup, model: &Model, world: Rc<World>) -> Outcome {
    let mut postgres = Postgres::make(&setup.folder.join("cluster"), &[])?;
    let mut setup = setup.clone();
    setup.database_url = Some(postgres.url());
    let server = start(setup.clone()).await?;
    world.moved(server.port);
    let both = |number: usize| if number.is_multiple_of(2) { Door::Page } else { Door::ChatKit };

    for (what, prefix, gone, as_a_crash) in [
        ("restarted in the middle of 100 streams", "d", Duration::from_millis(500), false),
        ("crashed in the middle of 100 streams", "e", Duration::from_millis(500), true),
        ("gone for 33 s in the middle of 100 streams", "f", LONG_OUTAGE, true),
    ] {
        eprintln!("  the database is {what}");
        let people = people(&setup, server.port, prefix, STREAMS.div_ceil(AT_ONCE)).await?;
        model.pace(Duration::from_millis(20));
        let asked = many(&world, &people, STREAMS, "m", &MIXED, 150, both);
        let began = Instant::now();
        while model.open() <= STREAMS / 2 && began.elapsed() < Duration::from_secs(10) {
            sleep(Duration::from_millis(50)).await;
        }
        let open = model.open();
        world.check(open > STREAMS / 2, || {
            format!("only {open} answers are being written when the database goes")
        });
        postgres.stop(as_a_crash)?;
        sleep(gone / 2).await;
        let port = server.port;
        let status = tokio::task::spawn_blocking(move || server::readiness(port)).await?;
        world.check(matches!(status, Ok(503)), || {
            format!("/readyz says {status:?} while the database is away")
        });
        sleep(gone / 2).await;
        postgres.start()?;
        let counts = check_many(&world, &people, asked).await?;
        world.row(format!("database {what}"), counts, String::new());
    }
    stop(server).await?;
    dead_line(&setup, &postgres, model, &world).await?;
    full_disk(&setup, model, &world).await
}

/// All lines to the database die without a word, in the middle of transactions; new ones can be had.
async fn dead_line(setup: &Setup, postgres: &Postgres, model: &Model, world: &Rc<World>) -> Outcome {
    eprintln!("  the lines to the database hang half-open");
    let line = Proxy::start(Target::Socket(postgres.socket())).await?;
    let mut setup = setup.clone();
    setup.database_url = Some(Postgres::url_by(line.port));
    let server = start(setup.clone()).await?;
    world.moved(server.port);
    let people = people(&setup, server.port, "w", STREAMS.div_ceil(AT_ONCE)).await?;
    model.pace(Duration::from_millis(20));
    // Nobody leaves: what a page does not hear for long it asks for again, which is not what is tried here.
    let asked = many(world, &people, STREAMS, "m", &MIXED, 150, |_| Door::ChatKit);
    let began = Instant::now();
    while model.open() <= STREAMS / 2 && began.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(50)).await;
    }
    line.freeze();
    let counts = check_many(world, &people, asked).await?;
    let took = began.elapsed();
    world.check(line.since.get() > 0, || "no new line was wanted".into());
    world.check(took < Duration::from_secs(60), || format!("it took {took:?}"));
    world.row(
        format!("lines to the database hang half-open, {STREAMS} streams"),
        counts,
        format!("all over after {:.0} s", took.as_secs_f64()),
    );
    stop(server).await
}

/// The disk of the database is full, and has room again. It is a small file system of ours, in memory.
async fn full_disk(setup: &Setup, model: &Model, world: &Rc<World>) -> Outcome {
    let Some(disk) = Disk::mount(&setup.folder.join("disk"))? else {
        println!("the disk of the database is not filled: only root can mount a small one");
        return Ok(());
    };
    eprintln!("  the disk of the database is full");
    // Small pieces of its own log, so that it needs room for the next one soon.
    let mut postgres = Postgres::make(&disk.0.join("cluster"), &["--wal-segsize=1"])?;
    let mut setup = setup.clone();
    setup.database_url = Some(postgres.url());
    let server = start(setup.clone()).await?;
    let people = people(&setup, server.port, "v", STREAMS.div_ceil(AT_ONCE)).await?;
    world.moved(server.port);
    model.pace(Duration::from_millis(20));
    let both = |number: usize| if number.is_multiple_of(2) { Door::Page } else { Door::ChatKit };
    let asked = many(world, &people, STREAMS, "m", &MIXED, 250, both);
    sleep(Duration::from_millis(1500)).await;
    let filler = disk.0.join("filler");
    let filled = std::fs::write(&filler, vec![0; DISK]);
    world.check(filled.is_err(), || "the disk cannot be filled".into());
    // Somebody who comes now is told so, or is taken in: never half.
    let late = many(world, &people, 5, "late", &MIXED, 20, |_| Door::Page);
    sleep(Duration::from_secs(8)).await;
    let log = std::fs::read_to_string(disk.0.join("cluster.log"))?;
    let complaints = log.matches("No space left on device").count();
    world.check(complaints > 0, || "the database did not notice that its disk is full".into());
    std::fs::remove_file(&filler)?;
    // A Postgres that cannot write its own log stops, and waits for somebody who makes room and starts it again.
    let has_stopped = postgres.has_ended();
    if has_stopped {
        postgres.start()?;
    }
    let mut counts = check_many(world, &people, asked).await?;
    counts.add(check_many(world, &people, late).await?);
    let note = if has_stopped {
        "Postgres stopped, and was started again"
    } else {
        "Postgres went on"
    };
    world.row(
        format!("the database's disk full for 8 s, {STREAMS} streams and 5 new ones"),
        counts,
        note.into(),
    );
    stop(server).await
}

/// A file system in memory, which goes with this.
struct Disk(PathBuf);

const DISK: usize = 160 << 20;

impl Disk {
    /// `None` where that is not allowed.
    fn mount(folder: &Path) -> Result<Option<Self>, Box<dyn Error>> {
        std::fs::create_dir_all(folder)?;
        let path = CString::new(folder.as_os_str().as_encoded_bytes())?;
        let size = CString::new(format!("size={DISK},mode=755"))?;
        // SAFETY: the strings live longer than the call, which copies what it needs.
        let done = unsafe { libc::mount(c"none".as_ptr(), path.as_ptr(), c"tmpfs".as_ptr(), 0, size.as_ptr().cast()) };
        Ok((done == 0).then(|| Self(folder.to_owned())))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Ok(path) = CString::new(self.0.as_os_str().as_encoded_bytes()) {
            // SAFETY: only reads the string; the file system is the one that was mounted above.
            unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
        }
    }
}
