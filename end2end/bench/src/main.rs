//! Load on a release binary of Kaam, and the figures of the README as a Markdown table.
//!
//! Starts the binary with a database of its own in a temporary folder and a scripted model in this process; all of it on the loopback
//! interface, all of it bounded. CPU time and memory are those of the server's process; Postgres runs in processes of its own.
//!
//!     kaam-bench --binary PATH [--runs 5] [--only start,sizes,turns,list,streams] [--streams 100,250,500,1000] [--database-url URL]

mod measure;
mod model;

use std::{error::Error, path::PathBuf, time::Duration};

use kaam_bench::{http, server};
use measure::Table;
use model::Model;
use server::{Scratch, Setup};

pub struct Options {
    binary: PathBuf,
    runs: usize,
    only: Vec<String>,
    streams: Vec<usize>,
    database_url: Option<String>,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self {
            binary: PathBuf::new(),
            runs: 5,
            only: Vec::new(),
            streams: vec![100, 250, 500, 1000],
            database_url: std::env::var("BENCH_DATABASE_URL").ok(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = |text: &str| text.parse::<usize>().map_err(|_| format!("{name}: {text} is not a number"));
            match name.as_str() {
                "--binary" => options.binary = value.into(),
                "--runs" => options.runs = number(&value)?.clamp(1, 20),
                "--only" => options.only = value.split(',').map(str::to_owned).collect(),
                "--streams" => options.streams = value.split(',').map(number).collect::<Result<_, _>>()?,
                "--database-url" => options.database_url = Some(value),
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

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read()?;
    server::raise_file_limit();
    // One thread for load and model, away from the core that the server is put on while streams are counted.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(options))
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let model = Model::start().await?;
    let scratch = Scratch::new("bench")?;
    let setup = Setup {
        binary: options.binary.clone(),
        folder: scratch.path().to_owned(),
        model_port: model.port,
        database_url: None,
        extra: Vec::new(),
    };
    let mut table = Table::default();

    eprintln!("first start (makes the database)");
    let server = setup.start()?;
    table.row("first start to ready, new data directory (ms)", &[millis(server.ready_after)]);
    let tokens = accounts(
        &setup,
        if options.wants("streams") || options.wants("turns") {
            100
        } else {
            1
        },
    )?;
    server.stop()?;

    if options.wants("start") {
        eprintln!("start on an existing data directory, {} times", options.runs);
        measure::starts(&setup, options.runs, "embedded", &mut table)?;
        // Without another Postgres, the one of a server that is running serves as one from outside.
        let lender = if options.database_url.is_none() {
            Some(setup.start()?)
        } else {
            None
        };
        let url = options.database_url.clone().unwrap_or_else(|| setup.embedded_url());
        let other = Setup {
            folder: scratch.path().join("other"),
            database_url: Some(url),
            ..setup.clone()
        };
        std::fs::create_dir_all(&other.folder)?;
        measure::starts(&other, options.runs, "DATABASE_URL", &mut table)?;
        lender.map_or(Ok(()), server::Server::stop)?;
    }
    let server = setup.start()?;
    if options.wants("sizes") {
        measure::sizes(&options.binary, server.port, &mut table).await?;
    }
    if options.wants("turns") {
        eprintln!("turns of 64 tokens");
        measure::turns(&server, &model, &tokens, options.runs, &mut table).await?;
    }
    if options.wants("list") {
        eprintln!("threads.list among 1,000 threads");
        if let Err(error) = measure::lists(&server, &model, &tokens[..1], options.runs, &mut table).await {
            eprintln!("threads.list: not measured: {error}");
        }
    }
    server.stop()?;
    if options.wants("streams") {
        for &count in &options.streams {
            eprintln!("{count} streams of 50 tokens a second, the server on one core");
            measure::streams(&setup, &model, &tokens, count, &mut table).await?;
        }
    }
    print!("{table}");
    Ok(())
}

/// Makes accounts while the server runs, and gives an API token of each.
fn accounts(setup: &Setup, count: usize) -> std::io::Result<Vec<String>> {
    (0..count)
        .map(|number| setup.account(&format!("bench{number}@example.com")))
        .collect()
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
