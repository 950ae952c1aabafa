//! The server is killed at random moments, again and again, while clients talk to it.

use std::{cell::RefCell, error::Error, rc::Rc, time::Duration};

use kaam_bench::server::{Server, Setup};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    check::{self, Counts, Expect},
    client::{self, Door, Person},
    random::Random,
    world::World,
};

/// Clients that talk at the same time, half of them through each door.
const CLIENTS: usize = 6;

pub struct Plan {
    pub kills: usize,
    pub seed: u64,
    /// Points of the code at which the server kills itself, for a binary that has them.
    pub points: Vec<String>,
}

/// What the kills came to, beside the world's figures.
#[derive(Default)]
pub struct Kills {
    pub done: usize,
    pub with_database: usize,
    pub database_alone: usize,
    pub by_itself: usize,
    pub stopped: usize,
    pub restart: Vec<Duration>,
    pub counts: Counts,
}

pub async fn run(setup: &Setup, plan: &Plan, world: Rc<World>) -> Result<Kills, Box<dyn Error>> {
    let mut random = Random::new(plan.seed);
    let mut kills = Kills::default();
    let mut server = start(setup.clone()).await?;
    let people = people(setup, server.port, "k", CLIENTS).await?;
    world.moved(server.port);
    let talks = Rc::new(RefCell::new(Vec::new()));
    let mut clients = JoinSet::new();
    for (number, person) in people.into_iter().enumerate() {
        let (world, talks, random) = (world.clone(), talks.clone(), Random::new(random.next()));
        let door = if number.is_multiple_of(2) { Door::ChatKit } else { Door::Page };
        clients.spawn_local(async move {
            let exchanges = client::converse(&world, &person, door, random).await;
            talks.borrow_mut().push((person, exchanges));
        });
    }
    for number in 0..plan.kills {
        let moment = random.millis(250, 1600);
        let way = random.between(0, 100);
        let mut setup = setup.clone();
        if let Some(point) = pick(&plan.points, &mut random) {
            // One in four of those who come by.
            setup.extra.push(("FAILPOINTS".into(), format!("{point}=25%return")));
        }
        wait(&mut server, moment).await;
        if server.has_ended() {
            kills.by_itself += 1;
        } else {
            match way {
                0..55 => server.kill(false)?,
                55..80 => {
                    kills.with_database += 1;
                    server.kill(true)?;
                }
                80..90 => {
                    kills.stopped += 1;
                    // Blocks: clients hear of it afterwards, as they would over a slow line.
                    let stopping = tokio::task::spawn_blocking(move || server.stop());
                    stopping.await??;
                }
                _ => {
                    kills.database_alone += 1;
                    server.kill_database();
                    wait(&mut server, random.millis(300, 900)).await;
                    server.kill(false)?;
                }
            }
        }
        world.ready.set(None);
        kills.done += 1;
        server = start(setup).await?;
        kills.restart.push(server.ready_after);
        if std::env::var_os("CHAOS_VERBOSE").is_some() {
            eprintln!(
                "  kill {number}: way {way} after {moment:?}; ready again after {:?}",
                server.ready_after
            );
        }
        world.moved(server.port);
        if (number + 1).is_multiple_of(10) {
            eprintln!("  {} of {} kills", number + 1, plan.kills);
        }
    }
    // The last one has no points at which it dies.
    if server.has_ended() || !plan.points.is_empty() {
        server.kill(false)?;
        server = start(setup.clone()).await?;
        world.moved(server.port);
    }
    world.stop.set(true);
    while let Some(ended) = clients.join_next().await {
        ended?;
    }
    let talks = talks.take();
    for (person, exchanges) in &talks {
        kills.counts.add(check::check(&world, person, exchanges, Expect::Whole).await?);
    }
    server.stop()?;
    Ok(kills)
}

fn pick<'p>(points: &'p [String], random: &mut Random) -> Option<&'p str> {
    let at = random.next() as usize;
    points.get(at.checked_rem(points.len())?).map(String::as_str)
}

/// Waits, but no longer than the server lives.
async fn wait(server: &mut Server, time: Duration) {
    let until = tokio::time::Instant::now() + time;
    while tokio::time::Instant::now() < until && !server.has_ended() {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Starts a server without holding the clients and the model up.
pub async fn start(setup: Setup) -> Result<Server, Box<dyn Error>> {
    Ok(tokio::task::spawn_blocking(move || setup.start()).await??)
}

/// Makes accounts and signs their owners in.
pub async fn people(setup: &Setup, port: u16, prefix: &str, count: usize) -> Result<Vec<Person>, Box<dyn Error>> {
    let mut people = Vec::new();
    for number in 0..count {
        let (name, email) = (format!("{prefix}{number}"), format!("{prefix}{number}@example.com"));
        let (setup, address) = (setup.clone(), email.clone());
        let token = tokio::task::spawn_blocking(move || setup.account(&address)).await??;
        people.push(client::sign_in(port, &name, &email, token).await?);
    }
    Ok(people)
}
