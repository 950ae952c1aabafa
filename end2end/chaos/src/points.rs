//! The server ends itself at a named point, as a crash does, while clients talk to it: for a build with the feature `failpoints`.

use std::{error::Error, rc::Rc, time::Duration};

use kaam_bench::server::Setup;
use tokio::time::sleep;

use crate::{
    client::{Habit, SILENCE},
    kills::{CLIENTS, Talks, people, start, stop, wait},
    random::Random,
    world::World,
};

/// All of them, in the order in which a message comes by (`fail_point!` in `src/server/run`).
pub const ALL: [&str; 10] = [
    "accepting",
    "accepted",
    "turn-kept",
    "effect-written",
    "effect-done",
    "flushing",
    "flushed",
    "ending",
    "ended",
    "claimed",
];
/// How long six talking clients may need to come by.
const PATIENCE: Duration = Duration::from_secs(60);

/// A point, and how often the server ended itself there.
pub type Ended = (String, usize);

pub async fn run(setup: &Setup, points: &[String], rounds: usize, seed: u64, world: Rc<World>) -> Result<Vec<Ended>, Box<dyn Error>> {
    let mut random = Random::new(seed);
    let mut server = start(setup.clone()).await?;
    let people = people(setup, server.port, "p", CLIENTS).await?;
    world.moved(server.port);
    let talks = Talks::begin(&world, people, &mut random, |_| Habit::of(SILENCE));
    let mut ended = Vec::new();
    for point in points {
        let mut times = 0;
        for _ in 0..rounds {
            // What was left behind before is gone on with, or it would die three times and be given up. Stopping is no attempt, and leaves
            // something to take over.
            sleep(random.millis(800, 1300)).await;
            world.ready.set(None);
            stop(server).await?;
            let mut armed = setup.clone();
            let nth = if point == "claimed" { 1 } else { random.between(1, 5) };
            armed.extra.push(("KAAM_FAIL_POINT".into(), format!("{point}:{nth}")));
            // One that ends itself before it is ready came by while it started.
            let came_by = match start(armed).await {
                Err(_) => true,
                Ok(mut server) => {
                    world.moved(server.port);
                    wait(&mut server, PATIENCE).await;
                    let came_by = server.has_ended();
                    world.ready.set(None);
                    came_by
                }
            };
            world.check(came_by, || {
                format!("{point}: the server did not come by {nth} times within {PATIENCE:?}")
            });
            times += usize::from(came_by);
            server = start(setup.clone()).await?;
            world.moved(server.port);
        }
        ended.push((point.clone(), times));
    }
    let counts = talks.end(&world).await?;
    let times: usize = ended.iter().map(|(_, times)| times).sum();
    world.row(
        format!("ended itself {times} times at {} named points", ended.len()),
        counts,
        format!("seed {seed}"),
    );
    stop(server).await?;
    Ok(ended)
}
