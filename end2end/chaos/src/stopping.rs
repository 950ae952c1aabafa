//! SIGTERM with many open streams, and what the next server makes of them.

use std::{
    error::Error,
    rc::Rc,
    time::{Duration, Instant},
};

use kaam_bench::server::{self, Setup};
use tokio::time::sleep;

use crate::{
    client::Door,
    kills::{AT_ONCE, people, start},
    model::Model,
    network::{MIXED, check_many, many},
    world::{World, percentile},
};

pub async fn run(setup: &Setup, model: &Model, streams: usize, world: Rc<World>) -> Result<(), Box<dyn Error>> {
    let mut server = start(setup.clone()).await?;
    let people = people(setup, server.port, "s", streams.div_ceil(AT_ONCE)).await?;
    world.moved(server.port);
    model.pace(Duration::from_millis(500));
    let asked = many(&world, &people, streams, "m", &MIXED, 160, |_| Door::Page);
    let began = Instant::now();
    while model.open() < streams && began.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(50)).await;
    }
    let open = model.open();
    world.check(open >= streams, || format!("only {open} of {streams} answers are being written"));
    let port = server.port;
    let first_other = std::thread::spawn(move || {
        // Until it says something else than that it is ready, or nothing.
        loop {
            match server::readiness(port) {
                Ok(200) => std::thread::sleep(Duration::from_millis(1)),
                other => return other.map_err(|error| error.to_string()),
            }
        }
    });
    world.ready.set(None);
    let asked_to = Instant::now();
    server.signal(libc::SIGTERM);
    let limit = Duration::from_secs(10);
    while !server.has_ended() && asked_to.elapsed() < limit {
        sleep(Duration::from_millis(5)).await;
    }
    let took = asked_to.elapsed();
    world.check(took <= Duration::from_secs(3), || {
        format!("stopping took {took:?} with {open} open streams")
    });
    drop(server);
    let readiness = first_other.join().map_err(|_| "asking /readyz panicked")?;
    world.check(readiness == Ok(503), || {
        format!("/readyz said {readiness:?} when the server stopped, and not 503")
    });
    let server = start(setup.clone()).await?;
    world.moved(server.port);
    // As fast as before, until all of them are gone on with: what is measured is taking over, and not what a model could say.
    let began = Instant::now();
    while world.figures.borrow().take_over.len() < open && began.elapsed() < Duration::from_secs(30) {
        sleep(Duration::from_millis(20)).await;
    }
    model.pace(Duration::from_millis(20));
    let counts = check_many(&world, &people, asked).await?;
    let all = percentile(&mut world.figures.borrow_mut().take_over, 100);
    let note = format!("ended after {:.2} s, `/readyz` said 503 first", took.as_secs_f64());
    world.row(format!("SIGTERM with {open} open streams"), counts, note);
    world.check(all < Duration::from_secs(12), || {
        format!("the last answer was gone on with {all:?} after the restart")
    });
    server.stop()?;
    Ok(())
}
