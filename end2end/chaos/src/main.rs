//! Kills the server, its database and its connections while clients talk to it, and checks that nothing that was acknowledged is lost,
//! nothing is done twice, and every client ends with exactly what is stored.
//!
//! Starts the binary with a database of its own in a temporary folder and a scripted model in this process; all of it on the loopback
//! interface, all of it bounded.
//!
//!     kaam-chaos --binary PATH [--kills 50] [--seed 1] [--only kills,network,stop,database,servers,door,log,points] [--streams 1000]
//!         [--points all|NAME,NAME --points-binary PATH] [--rounds N: 3 for each point, 20 for servers]

mod chatkit;
mod check;
mod client;
mod database;
mod door;
mod kills;
mod log;
mod model;
mod network;
mod orphans;
mod page;
mod points;
mod postgres;
mod proxy;
mod random;
mod report;
mod script;
mod servers;
mod stopping;
mod world;

use std::{error::Error, path::PathBuf, process::ExitCode, rc::Rc};

use kaam_bench::server::{self, Scratch, Setup};
use model::Model;
use world::World;

struct Options {
    binary: PathBuf,
    kills: usize,
    seed: u64,
    only: Vec<String>,
    points: Vec<String>,
    points_binary: PathBuf,
    /// How often each point is come by, and a server goes.
    rounds: Option<usize>,
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
            points_binary: PathBuf::new(),
            rounds: None,
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
                "--points" if value == "all" => options.points = points::ALL.map(str::to_owned).to_vec(),
                "--points" => options.points = list(&value),
                "--points-binary" => options.points_binary = value.into(),
                "--rounds" => options.rounds = Some(number(&value)?.clamp(1, 1000)),
                "--streams" => options.streams = number(&value)?.clamp(1, 5000),
                _ => return Err(format!("unknown argument {name}")),
            }
        }
        if !options.binary.is_file() {
            return Err(format!("--binary: there is no file {}", options.binary.display()));
        }
        options.binary = options.binary.canonicalize().map_err(|error| error.to_string())?;
        if let Some(unknown) = options.points.iter().find(|point| !points::ALL.contains(&point.as_str())) {
            return Err(format!("--points: there is no {unknown}; there are {}", points::ALL.join(", ")));
        }
        if !options.points.is_empty() {
            let binary = &options.points_binary;
            options.points_binary = binary
                .canonicalize()
                .map_err(|error| format!("--points-binary: {}: {error}", binary.display()))?;
        }
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
    let mut rows = Vec::new();
    let mut gather = |world: Rc<World>| {
        let (passed, failed) = world.tally();
        total = (total.0 + passed, total.1 + failed);
        rows.append(&mut world.rows.borrow_mut());
    };
    let (mut kills, mut ended, mut went, mut loads) = (None, Vec::new(), Vec::new(), Vec::new());
    // Kills and points first: the others set the model's pace.
    if options.wants("kills") {
        eprintln!("{} kills, seed {}", options.kills, options.seed);
        let world = Rc::new(World::default());
        kills = Some(kills::run(&setup("kills")?, options.kills, options.seed, world.clone()).await?);
        gather(world);
    }
    if options.wants("points") && !options.points.is_empty() {
        let rounds = options.rounds.unwrap_or(3);
        eprintln!("{} fail points, {rounds} times each, seed {}", options.points.len(), options.seed);
        let world = Rc::new(World::default());
        let mut setup = setup("points")?;
        setup.binary.clone_from(&options.points_binary);
        ended = points::run(&setup, &options.points, rounds, options.seed, world.clone()).await?;
        gather(world);
    }
    if options.wants("network") {
        eprintln!("bad lines, seed {}", options.seed);
        let world = Rc::new(World::default());
        network::run(&setup("network")?, &model, options.seed, world.clone()).await?;
        gather(world);
    }
    if options.wants("stop") {
        eprintln!("SIGTERM with {} open streams", options.streams);
        let world = Rc::new(World::default());
        stopping::run(&setup("stop")?, &model, options.streams, world.clone()).await?;
        gather(world);
    }
    if options.wants("database") {
        eprintln!("faults of the database");
        let world = Rc::new(World::default());
        database::run(&setup("database")?, &model, world.clone()).await?;
        gather(world);
    }
    if options.wants("servers") {
        let rounds = options.rounds.unwrap_or(20);
        eprintln!("one of two servers goes, {rounds} times, seed {}", options.seed);
        let world = Rc::new(World::default());
        went = servers::run(&setup("servers")?, &model, rounds, options.seed, world.clone()).await?;
        gather(world);
    }
    if options.wants("door") {
        eprintln!("strangers at the door");
        let world = Rc::new(World::default());
        door::run(&setup("door")?, world.clone()).await?;
        gather(world);
    }
    if options.wants("log") {
        eprintln!("what the log costs");
        let world = Rc::new(World::default());
        loads = log::run(&setup("log")?, &model, world.clone()).await?;
        gather(world);
    }
    report::scenarios(&mut rows);
    if let Some(kills) = &mut kills {
        report::kills(kills);
    }
    if !ended.is_empty() {
        report::points(&ended);
    }
    if !went.is_empty() {
        report::servers(&mut went);
    }
    if !loads.is_empty() {
        report::log(&loads);
    }
    let strange = model.strange.get();
    if strange > 0 {
        println!("{strange} requests to the model held no message of ours");
        total.1 += 1;
    }
    println!("{} passed, {} failed", total.0, total.1);
    Ok(if total.1 == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
