//! What the log of running answers costs the database: bytes of its write-ahead log a token, and write transactions a second.

use std::{error::Error, path::Path, rc::Rc, time::Duration};

use kaam_bench::server::Setup;
use tokio::time::{Instant, sleep};

use crate::{
    client::Door,
    kills::{people, start, stop},
    model::Model,
    network::many,
    postgres::{Postgres, ask},
    world::World,
};

pub struct Load {
    pub database: &'static str,
    pub streams: usize,
    pub tokens_a_second: f64,
    pub bytes_a_token: f64,
    pub commits_a_second: f64,
    pub tokens_a_commit: f64,
}

const STREAMS: [usize; 3] = [1, 100, 500];
/// 50 tokens a second and stream.
const PACE: Duration = Duration::from_millis(20);
const MEASURED: Duration = Duration::from_secs(8);

/// The place in the write-ahead log, and the number of the next write transaction.
const PLACE: &str = "select pg_current_wal_lsn() - '0/0', pg_snapshot_xmax(pg_current_snapshot())";

/// With a Postgres from outside, and with the embedded one.
pub async fn run(setup: &Setup, model: &Model, world: Rc<World>) -> Result<Vec<Load>, Box<dyn Error>> {
    let cluster = setup.folder.join("cluster");
    let postgres = Postgres::make(&cluster, &[])?;
    let outside = Setup {
        database_url: Some(postgres.url()),
        ..setup.clone()
    };
    let mut loads = measure(&outside, "`DATABASE_URL`", &cluster, model, world.clone()).await?;
    drop(postgres);
    loads.append(&mut measure(setup, "embedded", &setup.embedded_folder(), model, world).await?);
    Ok(loads)
}

/// `socket` is the folder of the database's socket.
async fn measure(
    setup: &Setup,
    database: &'static str,
    socket: &Path,
    model: &Model,
    world: Rc<World>,
) -> Result<Vec<Load>, Box<dyn Error>> {
    let server = start(setup.clone()).await?;
    world.moved(server.port);
    let people = people(setup, server.port, "l", 10).await?;
    let mut loads = Vec::new();
    for (round, streams) in STREAMS.into_iter().enumerate() {
        model.pace(PACE);
        // Of one kind, and long enough to be written when the measuring ends: the log is measured, not accepting and ending.
        let asked = many(&world, &people, streams, &format!("l{round}-"), &["say"], 2000, |_| Door::ChatKit);
        let began = Instant::now();
        while model.open() < streams && began.elapsed() < Duration::from_secs(15) {
            sleep(Duration::from_millis(50)).await;
        }
        // What touches its page for the first time after a checkpoint is written whole, which is no property of the load.
        ask(socket, "checkpoint")?;
        sleep(Duration::from_secs(1)).await;
        // Counting reads all of it, and leaves its own marks in the pages: before the first place, and behind the second.
        let before = stored(socket)?;
        let (from, at) = (place(socket)?, Instant::now());
        sleep(MEASURED).await;
        let (to, took) = (place(socket)?, at.elapsed().as_secs_f64());
        let tokens = stored(socket)? - before;
        let open = model.open();
        world.check(open >= streams, || format!("only {open} of {streams} answers were being written"));
        let (bytes, commits) = (to.0 - from.0, to.1 - from.1);
        loads.push(Load {
            database,
            streams,
            tokens_a_second: tokens / took,
            bytes_a_token: bytes / tokens.max(1.0),
            commits_a_second: commits / took,
            tokens_a_commit: tokens / commits.max(1.0),
        });
        // An aborted request stops its answer.
        drop(asked);
        let began = Instant::now();
        while model.open() > 0 && began.elapsed() < Duration::from_secs(30) {
            sleep(Duration::from_millis(50)).await;
        }
    }
    stop(server).await?;
    Ok(loads)
}

/// Events in the log: a token each.
fn stored(socket: &Path) -> Result<f64, Box<dyn Error>> {
    let row = ask(
        socket,
        "select coalesce(sum(length(body) - length(replace(body, chr(10), '')) + 1), 0) from run_events",
    )?;
    Ok(row.first().ok_or("the database does not count")?.parse()?)
}

fn place(socket: &Path) -> Result<(f64, f64), Box<dyn Error>> {
    let row = ask(socket, PLACE)?;
    match &row[..] {
        [bytes, commits] => Ok((bytes.parse()?, commits.parse()?)),
        _ => Err("the database does not tell its place".into()),
    }
}
