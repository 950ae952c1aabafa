//! Bad lines: between clients and the server, and between the server and the model.

use std::{
    error::Error,
    rc::Rc,
    time::{Duration, Instant},
};

use kaam_bench::server::Setup;
use tokio::task::JoinSet;

use crate::{
    check,
    client::{self, Door, Exchange, Habit, Person, SILENCE},
    kills::{people, start},
    model::Model,
    proxy::{Proxy, Rule, Target},
    random::Random,
    script,
    world::World,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Longer than anything that is tried here.
const NEVER: Duration = Duration::from_secs(80);
/// Messages of each client.
const MESSAGES: u64 = 6;

pub async fn run(setup: &Setup, model: &Model, seed: u64, world: Rc<World>) -> Outcome {
    let to_model = Proxy::start(Target::Port(model.port)).await?;
    let mut setup = setup.clone();
    setup.model_port = to_model.port;
    // Silence of the model is noticed soon.
    for name in ["AI_GAP_SECONDS", "AI_FIRST_TOKEN_SECONDS"] {
        setup.extra.push((name.into(), "4".into()));
    }
    let server = start(setup.clone()).await?;
    let to_server = Proxy::start(Target::Port(server.port)).await?;
    world.moved(to_server.port);
    let mut random = Random::new(seed);
    let mut accounts = people(&setup, server.port, "n", 12).await?.into_iter();
    let mut next = || -> Outcome<Person> { Ok(accounts.next().ok_or("not enough accounts")?) };

    let row = |name: &str, counts| world.row(format!("{name}, {MESSAGES} messages"), counts, String::new());

    eprintln!("  page, connections cut in the middle");
    to_server.bend((0..60).map(|number| match number % 3 {
        2 => Rule::Pass,
        _ => Rule::Cut(random.between(150, 9000) as usize),
    }));
    let counts = talk(&world, &next()?, Door::Page, "both", &mut random, SILENCE).await?;
    row("page, connections cut in the middle", counts);
    world.check(to_server.bent.get() > 6, || "nothing was cut".into());

    eprintln!("  /chatkit, connections cut in the middle: asked for again under its key, the answer goes on");
    to_server.bend((0..60).map(|number| match number % 3 {
        2 => Rule::Pass,
        _ => Rule::Cut(random.between(150, 9000) as usize),
    }));
    let counts = talk(&world, &next()?, Door::ChatKit, "both", &mut random, SILENCE).await?;
    row("/chatkit, connections cut in the middle", counts);

    eprintln!("  page, connections that hang half-open");
    let hang = random.between(300, 4000) as usize;
    to_server.bend((0..30).map(|number| if number % 2 == 0 { Rule::Hang(hang) } else { Rule::Pass }));
    let counts = talk(&world, &next()?, Door::Page, "add", &mut random, Duration::from_secs(1)).await?;
    row("page, connections that hang half-open", counts);

    eprintln!("  a slow line");
    to_server.bend((0..200).map(|_| Rule::Delay(Duration::from_millis(60))));
    let counts = talk(&world, &next()?, Door::Page, "add", &mut random, SILENCE).await?;
    row("page, a slow line", counts);
    let counts = talk(&world, &next()?, Door::ChatKit, "say", &mut random, SILENCE).await?;
    row("/chatkit, a slow line", counts);
    to_server.bend([]);

    for (what, rule, door) in [
        ("the model is cut in the middle", Rule::Cut(4000), Door::Page),
        ("the model falls silent", Rule::Hang(4000), Door::ChatKit),
        ("the model says nothing", Rule::Hang(0), Door::Page),
    ] {
        eprintln!("  {what}");
        // The first turn passes, so that its tool has taken effect.
        to_model.bend([Rule::Pass].into_iter().chain((0..3).map(|_| rule)));
        let person = next()?;
        let asked = Instant::now();
        let question = script::with_words("add", &format!("{}-0", person.name), 60);
        let broken = client::ask(&world, &person, door, question, None, Habit::of(SILENCE)).await;
        world.check(broken.heard.failed.as_ref().is_some_and(|why| !why.is_empty()), || {
            format!("{what}: the person is not told that there is no answer")
        });
        world.check(asked.elapsed() < Duration::from_secs(30), || {
            format!("{what}: told after {:?}", asked.elapsed())
        });
        to_model.bend([]);
        // The thread takes the next message.
        let question = script::with_words("say", &format!("{}-1", person.name), 10);
        let after = client::ask(&world, &person, door, question, broken.thread.clone(), Habit::of(SILENCE)).await;
        world.check(after.is_over && after.heard.failed.is_none(), || {
            format!("{what}: the next message has no answer")
        });
        let counts = check::check(&world, &person, &[broken, after]).await?;
        world.row(what.to_owned(), counts, "the person is told, and the thread goes on".into());
    }
    server.stop()?;
    Ok(())
}

async fn talk(world: &World, person: &Person, door: Door, kind: &str, random: &mut Random, silence: Duration) -> Outcome<check::Counts> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for number in 0..MESSAGES {
        let question = script::with_words(kind, &format!("{}-{number}", person.name), random.between(20, 60));
        let thread = exchanges.last().and_then(|last| last.thread.clone());
        exchanges.push(client::ask(world, person, door, question, thread, Habit::of(silence)).await);
    }
    Ok(check::check(world, person, &exchanges).await?)
}

/// Asks many questions at once, each in a thread of its own, and hears all of them out.
/// `kinds` come in turn (`script`); names begin with `prefix`.
pub fn many(
    world: &Rc<World>,
    people: &[Person],
    count: usize,
    prefix: &str,
    kinds: &[&str],
    words: u64,
    door: impl Fn(usize) -> Door,
) -> JoinSet<(usize, Exchange)> {
    let mut asked = JoinSet::new();
    for number in 0..count {
        let at = number % people.len();
        let (world, person, door) = (world.clone(), people[at].clone(), door(number));
        let kind = kinds[number % kinds.len()];
        let question = script::with_words(kind, &format!("{}-{prefix}{number}", person.name), words);
        // Whoever leaves `/chatkit` stops the answer; so nobody does, also where there is nothing to hear for long.
        let silence = if door == Door::ChatKit { NEVER } else { SILENCE };
        asked.spawn_local(async move { (at, client::ask(&world, &person, door, question, None, Habit::of(silence)).await) });
    }
    asked
}

/// All kinds of questions.
pub const MIXED: [&str; 3] = ["say", "add", "both"];

/// Waits for all of them and checks them.
pub async fn check_many(world: &World, people: &[Person], mut asked: JoinSet<(usize, Exchange)>) -> Outcome<check::Counts> {
    let mut exchanges: Vec<Vec<Exchange>> = people.iter().map(|_| Vec::new()).collect();
    while let Some(done) = asked.join_next().await {
        let (at, exchange) = done?;
        exchanges[at].push(exchange);
    }
    let mut counts = check::Counts::default();
    for (person, exchanges) in people.iter().zip(&exchanges) {
        counts.add(check::check(world, person, exchanges).await?);
    }
    Ok(counts)
}
