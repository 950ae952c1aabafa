//! Faults of a database from outside, and of one of two servers on it.

use std::{error::Error, rc::Rc, time::Duration};

use kaam_bench::server::{self, Setup};
use tokio::time::sleep;

use crate::{
    client::Door,
    kills::{people, start},
    model::Model,
    network::{check_many, many},
    postgres::Postgres,
    world::{World, percentile},
};

type Outcome = Result<(), Box<dyn Error>>;

/// Streams that are open when the database goes.
const STREAMS: usize = 100;
/// Longer than the flusher waits for the database (30 s).
const LONG_OUTAGE: Duration = Duration::from_secs(33);

pub async fn run(setup: &Setup, model: &Model, world: Rc<World>) -> Outcome {
    let mut postgres = Postgres::make(&setup.folder.join("cluster"))?;
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
        let people = people(&setup, server.port, prefix, 5).await?;
        model.pace(Duration::from_millis(20));
        let asked = many(&world, &people, STREAMS, 150, both);
        sleep(Duration::from_millis(1500)).await;
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
        println!(
            "database {what}: {} acknowledged, {} lost, {} doubled, {} equal to what is stored, {} told that they failed",
            counts.messages, counts.lost, counts.doubled, counts.equal, counts.given_up
        );
    }
    server.stop()?;
    twins(&setup, model, &world).await
}

/// Two servers on one database: one is killed, then one hangs.
async fn twins(setup: &Setup, model: &Model, world: &Rc<World>) -> Outcome {
    let (one, other) = (start(setup.clone()).await?, start(setup.clone()).await?);
    let folk = people(setup, one.port, "t", 4).await?;
    eprintln!("  one of two servers is killed");
    world.moved(one.port);
    model.pace(Duration::from_millis(50));
    *world.figures.borrow_mut() = crate::world::Figures::default();
    let asked = many(world, &folk, 12, 80, |_| Door::Page);
    sleep(Duration::from_millis(1500)).await;
    world.moved(other.port);
    one.kill(false)?;
    let counts = check_many(world, &folk, asked).await?;
    let mut next_word = std::mem::take(&mut world.figures.borrow_mut().next_word);
    println!(
        "one of two servers killed: {} acknowledged, {} lost, {} doubled; the other goes on after p50 {:.1} s, most {:.1} s",
        counts.messages,
        counts.lost,
        counts.doubled,
        percentile(&mut next_word, 50).as_secs_f64(),
        percentile(&mut next_word, 100).as_secs_f64(),
    );
    // The first new frame may come up to a round of looking (3 s) after the lease (10 s) has ended.
    world.check(percentile(&mut next_word, 100) < Duration::from_secs(14), || {
        "taking over took too long".into()
    });

    eprintln!("  one of two servers hangs, and comes back");
    let hanging = start(setup.clone()).await?;
    let folk = people(setup, hanging.port, "u", 4).await?;
    world.moved(hanging.port);
    // Half of the answers have not begun when it hangs.
    model.pace(Duration::from_millis(150));
    let asked = many(world, &folk, 12, 60, |_| Door::Page);
    sleep(Duration::from_millis(1500)).await;
    hanging.signal(libc::SIGSTOP);
    sleep(Duration::from_millis(14_500)).await;
    hanging.signal(libc::SIGCONT);
    let counts = check_many(world, &folk, asked).await?;
    println!(
        "one of two servers hangs for 14.5 s: {} acknowledged, {} lost, {} doubled, {} equal to what is stored",
        counts.messages, counts.lost, counts.doubled, counts.equal
    );
    hanging.stop()?;
    other.stop()?;
    Ok(())
}
