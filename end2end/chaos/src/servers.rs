//! Two servers on one Postgres, and clients on both: again and again one of them is killed, hangs for longer than a lease, or is ended in
//! order, and the other one goes on with its answers.

use std::{
    error::Error,
    rc::Rc,
    time::{Duration, Instant},
};

use kaam_bench::server::{Server, Setup};
use tokio::time::sleep;

use crate::{
    client::{self, Door, Habit, Person, SILENCE},
    kills::{Talks, people, start, stop},
    model::Model,
    orphans::Way,
    postgres::Postgres,
    random::Random,
    script,
    world::World,
};

/// Clients that talk at the same time, half of them through each door, half of them to each server.
const CLIENTS: usize = 24;
/// Between two tokens of the model.
const PACE: Duration = Duration::from_millis(50);
/// Answers that last longer than `/chatkit` waits for whoever has left one (15 s): every sixth client asks for such.
const LONG: (u64, u64) = (330, 370);
/// Silence after which clients go to the other server.
const IMPATIENCE: Duration = Duration::from_secs(4);
/// After so long no new connection is led to a server that hangs, as by something before both that asks them how they are.
const NOTICED: Duration = Duration::from_secs(2);
/// A lease of 10 s, up to 2 s until somebody looks, and time for the first word.
const TAKEN_WITHIN: Duration = Duration::from_secs(14);

/// How often a server went in a way, and the times until clients heard the next word of the answers that it was writing.
pub struct Went {
    pub way: Way,
    pub times: usize,
    pub taken: Vec<Duration>,
}

/// A server, and the name by which its leases go.
struct Owner {
    server: Server,
    name: String,
}

/// What is needed to start one.
struct Place {
    setup: Setup,
    postgres: Postgres,
    /// Who asks each server something when it has started.
    asker: Person,
    started: usize,
}

pub async fn run(setup: &Setup, model: &Model, rounds: usize, seed: u64, world: Rc<World>) -> Result<Vec<Went>, Box<dyn Error>> {
    let postgres = Postgres::make(&setup.folder.join("cluster"), &[])?;
    let mut setup = setup.clone();
    setup.database_url = Some(postgres.url());
    model.pace(PACE);
    let first = start(setup.clone()).await?;
    let folk = people(&setup, first.port, "r", CLIENTS).await?;
    let asker = people(&setup, first.port, "asker", 1).await?.remove(0);
    let mut place = Place {
        setup,
        postgres,
        asker,
        started: 0,
    };
    let mut servers = vec![place.know(first).await?, place.start().await?];
    let mut random = Random::new(seed);
    world.lead_to(ports(&servers));
    let talks = Talks::begin(&world, folk, &mut random, habit);
    let mut times = [0; Way::ALL.len()];
    for round in 0..rounds {
        // All of chance first, so that a seed gives the same rounds whatever comes of them.
        let (moment, kind, victim) = (
            random.millis(1500, 6000),
            random.between(0, 3) as usize,
            random.between(0, 2) as usize,
        );
        let (hangs, is_back_at_once, pause) = (random.millis(12_500, 15_500), random.between(0, 2) == 0, random.millis(0, 1000));
        sleep(moment).await;
        for owner in &mut servers {
            let has_ended = owner.server.has_ended();
            world.check(!has_ended, || format!("a server ended by itself before round {round}"));
        }
        let Owner { server, name } = servers.remove(victim);
        let way = Way::ALL[kind];
        times[kind] += 1;
        let (since, other) = (Instant::now(), ports(&servers));
        let hanging = match way {
            Way::Killed => {
                world.lead_to(other);
                server.kill(false)?;
                place.orphan(&world, &name, way, since)?;
                None
            }
            Way::Hung => {
                server.signal(libc::SIGSTOP);
                place.orphan(&world, &name, way, since)?;
                sleep(NOTICED).await;
                world.lead_to(other);
                Some(server)
            }
            Way::Stopped => {
                // Before it lets them go: then nobody has them.
                place.orphan(&world, &name, way, since)?;
                let asked = Instant::now();
                stop(server).await?;
                let took = asked.elapsed();
                world.check(took <= Duration::from_secs(3), || format!("stopping took {took:?}"));
                world.lead_to(other);
                None
            }
        };
        let went = world.orphans.count();
        let back = if let Some(server) = hanging {
            sleep(hangs.saturating_sub(since.elapsed())).await;
            server.signal(libc::SIGCONT);
            Owner { server, name }
        } else {
            if is_back_at_once {
                sleep(pause).await;
            } else {
                while world.orphans.count() > 0 && since.elapsed() < 2 * TAKEN_WITHIN {
                    sleep(Duration::from_millis(20)).await;
                }
            }
            place.start().await?
        };
        servers.insert(victim, back);
        world.lead_to(ports(&servers));
        if std::env::var_os("CHAOS_VERBOSE").is_some() {
            eprintln!(
                "  round {round}: {way:?} after {moment:?} with {went} answers; back after {:?}",
                since.elapsed()
            );
        }
        if (round + 1).is_multiple_of(10) {
            eprintln!("  {} of {rounds} rounds", round + 1);
        }
    }
    let counts = talks.end(&world).await?;
    let taken = world.orphans.taken.take();
    let most = taken.iter().map(|(_, after)| *after).max().unwrap_or_default();
    world.check(most < TAKEN_WITHIN, || format!("taking over took {most:?}"));
    world.figures.borrow_mut().take_over = taken.iter().map(|(_, after)| *after).collect();
    let note = format!(
        "seed {seed}; {} answers taken over, {} not counted",
        taken.len(),
        world.orphans.not_heard.get()
    );
    world.row(format!("one of two servers killed, hung or stopped {rounds} times"), counts, note);
    for Owner { server, .. } in servers {
        stop(server).await?;
    }
    let went = Way::ALL.into_iter().zip(times).map(|(way, times)| {
        let taken: Vec<Duration> = taken.iter().filter(|(how, _)| *how == way).map(|(_, after)| *after).collect();
        world.check(times == 0 || !taken.is_empty(), || format!("{way:?}: no answer was taken over"));
        Went { way, times, taken }
    });
    Ok(went.collect())
}

/// Both doors, both servers, short answers and long ones, and clients that stay or go to and fro: in all ways together.
fn habit(number: usize) -> Habit {
    let is_long = matches!(number % 12, 0 | 7);
    Habit {
        silence: IMPATIENCE,
        side: number / 2 % 2,
        moves: if number.is_multiple_of(4) || is_long { 2 } else { 0 },
        words: if is_long { LONG } else { (20, 120) },
    }
}

fn ports(servers: &[Owner]) -> Vec<u16> {
    servers.iter().map(|owner| owner.server.port).collect()
}

impl Place {
    async fn start(&mut self) -> Result<Owner, Box<dyn Error>> {
        let server = start(self.setup.clone()).await?;
        self.know(server).await
    }

    /// Learns by which name a server's leases go: from the run of a message that it is sent.
    async fn know(&mut self, server: Server) -> Result<Owner, Box<dyn Error>> {
        self.started += 1;
        let question = script::with_words("say", &format!("{}-{}", self.asker.name, self.started), 40);
        let asked_for = format!(
            "select lease_owner from runs r join messages m on m.user_id = r.user_id and m.id = r.user_item_id \
             where r.status = 'running' and m.content = '{}'",
            question.text
        );
        let (own, asker) = (World::default(), self.asker.clone());
        own.moved(server.port);
        let asking =
            tokio::task::spawn_local(async move { client::ask(&own, &asker, Door::ChatKit, question, None, Habit::of(SILENCE)).await });
        let mut name = Vec::new();
        while name.is_empty() && !asking.is_finished() {
            sleep(Duration::from_millis(20)).await;
            name = self.postgres.ask(&asked_for)?;
        }
        asking.await?;
        let name = name.pop().ok_or("a server that has started has no lease on what it answers")?;
        Ok(Owner { server, name })
    }

    /// The answers that this server is writing lose it now.
    fn orphan(&self, world: &World, owner: &str, way: Way, since: Instant) -> Result<(), Box<dyn Error>> {
        let row = self.postgres.ask(&format!(
            "select string_agg('thr_' || replace(thread_id::text, '-', ''), ' ') from runs \
             where status = 'running' and lease_owner = '{owner}'"
        ))?;
        for thread in row.iter().flat_map(|threads| threads.split_whitespace()) {
            world.orphans.lost(thread.to_owned(), way, since);
        }
        Ok(())
    }
}
