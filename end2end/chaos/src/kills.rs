//! The server is killed at random moments, again and again, while clients talk to it.

use std::{cell::RefCell, error::Error, rc::Rc, time::Duration};

use kaam_bench::server::{Server, Setup};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    check::{self, Counts},
    client::{self, Door, Exchange, Habit, Person, SILENCE},
    random::Random,
    world::World,
};

/// Clients that talk at the same time, half of them through each door.
pub const CLIENTS: usize = 6;

/// What the kills came to, beside the world's figures.
#[derive(Default)]
pub struct Kills {
    pub done: usize,
    pub with_database: usize,
    pub database_alone: usize,
    pub stopped: usize,
    pub breaks: usize,
    pub unconfirmed: usize,
    pub restart: Vec<Duration>,
    pub next_word: Vec<Duration>,
}

pub async fn run(setup: &Setup, count: usize, seed: u64, world: Rc<World>) -> Result<Kills, Box<dyn Error>> {
    let mut random = Random::new(seed);
    let mut kills = Kills::default();
    let mut server = start(setup.clone()).await?;
    let people = people(setup, server.port, "k", CLIENTS).await?;
    world.moved(server.port);
    let talks = Talks::begin(&world, people, &mut random, |_| Habit::of(SILENCE));
    for number in 0..count {
        let moment = random.millis(250, 1600);
        let way = random.between(0, 100);
        wait(&mut server, moment).await;
        world.check(!server.has_ended(), || format!("the server ended by itself before kill {number}"));
        match way {
            0..55 => server.kill(false)?,
            55..80 => {
                kills.with_database += 1;
                server.kill(true)?;
            }
            80..90 => {
                kills.stopped += 1;
                stop(server).await?;
            }
            _ => {
                kills.database_alone += 1;
                server.kill_database();
                wait(&mut server, random.millis(300, 900)).await;
                server.kill(false)?;
            }
        }
        world.ready.set(None);
        kills.done += 1;
        server = start(setup.clone()).await?;
        kills.restart.push(server.ready_after);
        if std::env::var_os("CHAOS_VERBOSE").is_some() {
            eprintln!(
                "  kill {number}: way {way} after {moment:?}; ready again after {:?}",
                server.ready_after
            );
        }
        world.moved(server.port);
        if (number + 1).is_multiple_of(10) {
            eprintln!("  {} of {count} kills", number + 1);
        }
    }
    let counts = talks.end(&world).await?;
    {
        let figures = world.figures.borrow();
        (kills.breaks, kills.unconfirmed) = (figures.breaks, figures.unconfirmed);
        kills.next_word.clone_from(&figures.next_word);
    }
    world.row(format!("{count} kills at random moments"), counts, format!("seed {seed}"));
    stop(server).await?;
    Ok(kills)
}

type Said = Vec<(Person, Vec<Exchange>)>;

/// Clients that talk until the world stops, half of them through each door.
pub struct Talks {
    clients: JoinSet<()>,
    said: Rc<RefCell<Said>>,
}

impl Talks {
    pub fn begin(world: &Rc<World>, people: Vec<Person>, random: &mut Random, habit: impl Fn(usize) -> Habit) -> Self {
        let said = Rc::new(RefCell::new(Vec::new()));
        let mut clients = JoinSet::new();
        for (number, person) in people.into_iter().enumerate() {
            let (world, said, random) = (world.clone(), said.clone(), Random::new(random.next()));
            let door = if number.is_multiple_of(2) { Door::ChatKit } else { Door::Page };
            let habit = habit(number);
            clients.spawn_local(async move {
                let exchanges = client::converse(&world, &person, door, habit, random).await;
                said.borrow_mut().push((person, exchanges));
            });
        }
        Self { clients, said }
    }

    /// Lets everyone hear their last answer out, and checks all that was told.
    pub async fn end(mut self, world: &World) -> Result<Counts, Box<dyn Error>> {
        world.stop.set(true);
        while let Some(ended) = self.clients.join_next().await {
            ended?;
        }
        let mut counts = Counts::default();
        for (person, exchanges) in &self.said.take() {
            counts.add(check::check(world, person, exchanges).await?);
        }
        Ok(counts)
    }
}

/// Stops a server in order. Clients hear of it afterwards, as they would over a slow line.
pub async fn stop(server: Server) -> Result<(), Box<dyn Error>> {
    Ok(tokio::task::spawn_blocking(move || server.stop()).await??)
}

/// Waits, but no longer than the server lives.
pub async fn wait(server: &mut Server, time: Duration) {
    let until = tokio::time::Instant::now() + time;
    while tokio::time::Instant::now() < until && !server.has_ended() {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Starts a server without holding the clients and the model up.
pub async fn start(setup: Setup) -> Result<Server, Box<dyn Error>> {
    Ok(tokio::task::spawn_blocking(move || setup.start()).await??)
}

/// Answers that one person follows at once; the server lets them have 20 streams for that, and does not notice at once which are gone.
pub const AT_ONCE: usize = 15;

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
