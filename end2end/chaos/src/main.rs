//! Kills the server, its database and its connections while clients talk to it, and checks that nothing that was acknowledged is lost,
//! nothing is done twice, and every client ends with exactly what is stored.
//!
//! Starts the binary with a database of its own in a temporary folder and a scripted model in this process; all of it on the loopback
//! interface, all of it bounded.
//!
//!     kaam-chaos --binary PATH [--kills 50] [--seed 1] [--only kills,network,database,stop] [--points NAME,NAME] [--streams 1000]

mod chatkit;
mod check;
mod client;
mod database;
mod kills;
mod model;
mod network;
mod page;
mod postgres;
mod proxy;
mod random;
mod script;
mod stopping;
mod world;

use std::{error::Error, path::PathBuf, process::ExitCode, rc::Rc, time::Duration};

use kaam_bench::server::{self, Scratch, Setup};
use model::Model;
use world::{World, percentile};

struct Options {
    binary: PathBuf,
    kills: usize,
    seed: u64,
    only: Vec<String>,
    points: Vec<String>,
    streams: usize,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self {
            binary: PathBuf::new(),
            kills: 50,
            seed: 1,
            only: Vec::new(),
            points: Vec::new(),
            streams: 1000,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = |text: &str| text.parse::<usize>().map_err(|_| format!("{name}: {text} is not a number"));
            let list = |text: &str| text.split(',').map(str::to_owned).collect();
            match name.as_str() {
                "--binary" => options.binary = value.into(),
                "--kills" => options.kills = number(&value)?.min(100_000),
                "--seed" => options.seed = number(&value)? as u64,
                "--only" => options.only = list(&value),
                "--points" => options.points = list(&value),
                "--streams" => options.streams = number(&value)?.clamp(1, 5000),
                _ => return Err(format!("unknown argument {name}")),
            }
        }
        if !options.binary.is_file() {
            return Err(format!("--binary: there is no file {}", options.binary.display()));
        }
        options.binary = options.binary.canonicalize().map_err(|error| error.to_string())?;
        Ok(options)
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == part)
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::read()?;
    server::raise_file_limit();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(options))
}

async fn run(options: Options) -> Result<ExitCode, Box<dyn Error>> {
    let model = Model::start().await?;
    let scratch = Scratch::new("chaos")?;
    let mut total = (0, 0);
    let setup = |name: &str| -> std::io::Result<Setup> {
        let folder = scratch.path().join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(Setup {
            binary: options.binary.clone(),
            folder,
            model_port: model.port,
            database_url: None,
            extra: Vec::new(),
        })
    };
    if options.wants("kills") {
        eprintln!("{} kills, seed {}", options.kills, options.seed);
        let world = Rc::new(World::default());
        let plan = kills::Plan {
            kills: options.kills,
            seed: options.seed,
            points: options.points.clone(),
        };
        let done = kills::run(&setup("kills")?, &plan, world.clone()).await?;
        report(&done, &world);
        total = sum(total, world.tally());
    }
    // Kills first: the others set the model's pace.
    if options.wants("network") {
        eprintln!("bad lines, seed {}", options.seed);
        let world = Rc::new(World::default());
        network::run(&setup("network")?, &model, options.seed, world.clone()).await?;
        total = sum(total, world.tally());
    }
    if options.wants("stop") {
        eprintln!("SIGTERM with {} open streams", options.streams);
        let world = Rc::new(World::default());
        stopping::run(&setup("stop")?, &model, options.streams, world.clone()).await?;
        total = sum(total, world.tally());
    }
    if options.wants("database") {
        eprintln!("faults of the database");
        let world = Rc::new(World::default());
        database::run(&setup("database")?, &model, world.clone()).await?;
        total = sum(total, world.tally());
    }
    let strange = model.strange.get();
    if strange > 0 {
        println!("{strange} requests to the model held no message of ours");
        total.1 += 1;
    }
    println!("{} passed, {} failed", total.0, total.1);
    Ok(if total.1 == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn sum(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0 + other.0, one.1 + other.1)
}

fn report(done: &kills::Kills, world: &World) {
    let mut figures = world.figures.borrow_mut();
    let figures = &mut *figures;
    let mut restart = done.restart.clone();
    let counts = done.counts;
    println!("| after {} kills | |\n| --- | ---: |", done.done);
    for (name, count) in [
        ("of them with the database", done.with_database),
        ("of them after the database alone was killed", done.database_alone),
        ("of them SIGTERM", done.stopped),
        ("of them by the server itself, at a named point", done.by_itself),
        ("messages acknowledged", counts.messages),
        ("tool effects", counts.effects),
        ("lost", counts.lost),
        ("doubled", counts.doubled),
        ("answers that the client ended with exactly as stored", counts.equal),
        ("answers given up after three attempts, as the person was told", counts.given_up),
        ("connections that broke", figures.breaks),
        ("of them before the message was acknowledged", figures.unconfirmed),
    ] {
        println!("| {name} | {count} |");
    }
    for (name, values) in [
        ("start to ready", &mut restart),
        ("take-over: ready to the next new word", &mut figures.take_over),
        ("break to the next new word, with the restart", &mut figures.next_word),
        ("resume: request to its first new frame", &mut figures.resume),
    ] {
        let [p50, p99, most] = [50, 99, 100].map(|percent| millis(percentile(values, percent)));
        println!(
            "| {name}, p50 / p99 / most (ms), of {} | {p50:.0} / {p99:.0} / {most:.0} |",
            values.len()
        );
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
