//! The measurements, each bounded in time and count.

use std::{
    cell::{Cell, RefCell},
    error::Error,
    fmt,
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    http::{Connection, find},
    millis,
    model::Model,
    server::{self, Server, Setup},
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The rows to print: a name, and one value a run.
#[derive(Default)]
pub struct Table(Vec<(String, Vec<f64>)>);

impl Table {
    pub fn row(&mut self, name: impl Into<String>, values: &[f64]) {
        let (name, mut values) = (name.into(), values.to_vec());
        values.sort_by(f64::total_cmp);
        self.0.push((name, values));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measured | min | median | max | runs |\n| --- | ---: | ---: | ---: | ---: |")?;
        for (name, values) in &self.0 {
            let (min, median, max) = (values[0], values[values.len() / 2], values[values.len() - 1]);
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} |",
                Number(min),
                Number(median),
                Number(max),
                values.len()
            )?;
        }
        Ok(())
    }
}

struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1000.0 || self.0.fract() == 0.0 {
            write!(f, "{:.0}", self.0)
        } else if self.0 >= 10.0 {
            write!(f, "{:.1}", self.0)
        } else {
            write!(f, "{:.3}", self.0)
        }
    }
}

/// Time from start to ready on what is there already, and memory then.
pub fn starts(setup: &Setup, runs: usize, database: &str, table: &mut Table) -> Outcome {
    let (mut ready, mut memory) = (Vec::new(), Vec::new());
    // The first one of a database that others made migrates it, and does not count.
    if setup.database_url.is_some() {
        setup.start()?.stop()?;
    }
    for _ in 0..runs {
        let server = setup.start()?;
        ready.push(millis(server.ready_after));
        std::thread::sleep(Duration::from_secs(1));
        memory.push(server.memory());
        server.stop()?;
    }
    table.row(format!("start to ready, {database} (ms)"), &ready);
    table.row(format!("memory after start, {database}, without Postgres (MiB)"), &memory);
    Ok(())
}

/// Sizes of the binary and of what a browser is sent.
pub async fn sizes(binary: &Path, port: u16, table: &mut Table) -> Outcome {
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    table.row("binary (MiB)", &[std::fs::metadata(binary)?.len() as f64 / 1_048_576.0]);
    let mut connection = Connection::open(port).await?;
    connection.send("GET", "/sign-in", "Accept: text/html\r\n", "").await?;
    let page = String::from_utf8_lossy(&connection.body().await?).into_owned();
    let mut total = 0.0;
    for extension in ["wasm", "js", "css"] {
        let Some(path) = assets(&page).find(|path| path.split('?').next().is_some_and(|path| path.ends_with(&format!(".{extension}"))))
        else {
            eprintln!("the page names no .{extension} file");
            continue;
        };
        connection.send("GET", path, "Accept-Encoding: br\r\n", "").await?;
        #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
        let size = connection.body().await?.len() as f64;
        total += if extension == "css" { 0.0 } else { size };
        table.row(format!("page: .{extension}, brotli (bytes)"), &[size]);
    }
    table.row("page: WASM and JS together, brotli (bytes)", &[total]);
    Ok(())
}

/// The paths below `/pkg/` that a page names.
fn assets(page: &str) -> impl Iterator<Item = &str> {
    page.match_indices("/pkg/")
        .map(|(at, _)| page[at..].split(['"', '\'', '>', ' ']).next().unwrap_or(""))
}

/// CPU time of a turn of 64 tokens: each a message to the ChatKit endpoint, its answer read to the end.
pub async fn turns(server: &Server, model: &Model, tokens: &[String], runs: usize, table: &mut Table) -> Outcome {
    const TURNS: usize = 240;
    const AT_ONCE: usize = 8;
    model.pace(64, Duration::from_millis(1));
    let (mut first, mut later) = (Vec::new(), Vec::new());
    // The first run warms up and does not count.
    for run in 0..=runs {
        let threads = Rc::new(RefCell::new(Vec::new()));
        let created = threads.clone();
        let create = cpu_of_each(
            server,
            TURNS,
            AT_ONCE,
            |connection, token| {
                let created = created.clone();
                Box::pin(async move {
                    let id = turn(connection, token, None).await?.ok_or("no thread.created in the answer")?;
                    created.borrow_mut().push((token.to_owned(), id));
                    Ok(())
                })
            },
            tokens,
        )
        .await?;
        let next = Rc::new(Cell::new(0));
        let add = cpu_of_each(
            server,
            TURNS,
            AT_ONCE,
            |connection, _| {
                let (threads, next) = (threads.clone(), next.clone());
                Box::pin(async move {
                    // Every turn in a thread of its own, so that none waits for another.
                    let at = next.replace(next.get() + 1);
                    let (token, id) = threads.borrow()[at % TURNS].clone();
                    turn(connection, &token, Some(&id)).await?;
                    Ok(())
                })
            },
            tokens,
        )
        .await?;
        if run > 0 {
            first.push(create);
            later.push(add);
        }
    }
    table.row("turn of 64 tokens, new thread (CPU ms)", &first);
    table.row("turn of 64 tokens, existing thread (CPU ms)", &later);
    Ok(())
}

/// CPU time of one page of the thread list, among a thousand.
pub async fn lists(server: &Server, model: &Model, tokens: &[String], runs: usize, table: &mut Table) -> Outcome {
    const THREADS: usize = 1000;
    const LISTS: usize = 2000;
    model.pace(1, Duration::from_millis(1));
    cpu_of_each(
        server,
        THREADS,
        8,
        |connection, token| Box::pin(async move { turn(connection, token, None).await.map(|_| ()) }),
        tokens,
    )
    .await?;
    let mut values = Vec::new();
    for run in 0..=runs {
        let cpu = cpu_of_each(
            server,
            LISTS,
            8,
            |connection, token| {
                Box::pin(async move {
                    let body = json!({"type": "threads.list", "params": {"limit": 20, "order": "desc"}, "metadata": {}});
                    let status = connection
                        .send("POST", "/chatkit", &headers(token), &body.to_string())
                        .await?
                        .status;
                    let answer: Value = serde_json::from_slice(&connection.body().await?)?;
                    let rows = answer["data"].as_array().map_or(0, Vec::len);
                    if status == 200 && rows == 20 {
                        Ok(())
                    } else {
                        Err(format!("threads.list: status {status}, {rows} rows").into())
                    }
                })
            },
            tokens,
        )
        .await?;
        if run > 0 {
            values.push(cpu);
        }
    }
    table.row("threads.list, 20 of 1,000 (CPU ms)", &values);
    Ok(())
}

type Step<'a> = std::pin::Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// Does `step` so many times, a few at once, each on a connection that is kept; the server's CPU time for one, in ms.
async fn cpu_of_each<F>(server: &Server, times: usize, at_once: usize, step: F, tokens: &[String]) -> Outcome<f64>
where
    F: for<'a> Fn(&'a mut Connection, &'a str) -> Step<'a>,
{
    let left = Cell::new(times);
    let before = server.cpu();
    let workers = (0..at_once).map(|_| async {
        let mut connection = Connection::open(server.port).await?;
        while left.get() > 0 {
            left.set(left.get() - 1);
            tokio::time::timeout(Duration::from_secs(30), step(&mut connection, &tokens[left.get() % tokens.len()])).await??;
        }
        Outcome::Ok(())
    });
    for result in join_all(workers).await {
        result?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    Ok(millis(server.cpu() - before) / times as f64)
}

/// Runs all at once on this task.
async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        let mut ready = true;
        for (future, result) in &mut futures {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready {
            std::task::Poll::Ready(futures.iter_mut().filter_map(|(_, result)| result.take()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

fn headers(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\nAccept: text/event-stream, application/json\r\n")
}

fn message(thread: Option<&str>) -> String {
    let input = json!({
        "content": [{"type": "input_text", "text": "Tell me about my day."}],
        "attachments": [], "quoted_text": "", "inference_options": {},
    });
    match thread {
        None => json!({"type": "threads.create", "params": {"input": input}, "metadata": {}}),
        Some(id) => json!({"type": "threads.add_user_message", "params": {"thread_id": id, "input": input}, "metadata": {}}),
    }
    .to_string()
}

/// One message and its whole answer; the id of the thread where it is new.
async fn turn(connection: &mut Connection, token: &str, thread: Option<&str>) -> Outcome<Option<String>> {
    let head = connection.send("POST", "/chatkit", &headers(token), &message(thread)).await?;
    let answer = String::from_utf8_lossy(&connection.body().await?).into_owned();
    if head.status != 200 || !answer.contains("\"assistant_message\"") || answer.contains("\"type\":\"error\"") {
        return Err(format!("status {}: {}", head.status, answer.chars().take(600).collect::<String>()).into());
    }
    let created = answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .find(|line| line.contains("\"thread.created\""));
    let created: Option<Value> = created.map(serde_json::from_str).transpose()?;
    Ok(created.and_then(|event| event["thread"]["id"].as_str().map(str::to_owned)))
}

/// Streams of 50 tokens a second, all at once, the server on one core: the gaps between texts as a client sees them, and memory.
pub async fn streams(setup: &Setup, model: &Model, tokens: &[String], count: usize, table: &mut Table) -> Outcome {
    const SETTLE: Duration = Duration::from_secs(3);
    const WINDOW: Duration = Duration::from_secs(12);
    let server = setup.start()?;
    if server::cores() > 1 {
        server.pin(0);
        server::set_cores(0, &(1..server::cores()).collect::<Vec<_>>());
    }
    model.pace(50 * 60, Duration::from_millis(20));

    let measuring = Rc::new(Cell::new(false));
    let gaps: Rc<RefCell<Vec<Duration>>> = Rc::default();
    let mut running = JoinSet::new();
    for number in 0..count {
        let (measuring, gaps) = (measuring.clone(), gaps.clone());
        let (port, token) = (server.port, tokens[number % tokens.len()].clone());
        running.spawn_local(async move { listen(port, &token, &measuring, &gaps).await.map_err(|error| error.to_string()) });
        // 500 new streams a second.
        sleep(Duration::from_millis(2)).await;
    }
    let began = Instant::now();
    while model.streams() < count && began.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(20)).await;
    }
    let held = model.streams();
    sleep(SETTLE).await;

    model.lateness();
    measuring.set(true);
    let (cpu, from) = (server.cpu(), Instant::now());
    sleep(WINDOW).await;
    measuring.set(false);
    let used = (server.cpu() - cpu).as_secs_f64() / from.elapsed().as_secs_f64() * 100.0;
    let memory = server.memory();
    let late = model.lateness();
    let still = model.streams();
    model.finish_all();

    let mut failed = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), async {
        while let Some(result) = running.join_next().await {
            if let Err(error) = result.unwrap_or_else(|error| Err(error.to_string())) {
                failed.push(error);
            }
        }
    })
    .await;
    if ended.is_err() {
        failed.push(format!("{} answers did not end within 30 s", running.len()));
        running.abort_all();
    }
    if let Some(first) = failed.first() {
        eprintln!("{} of {count} streams failed, the first: {first}", failed.len());
    }
    server::set_cores(0, &(0..server::cores()).collect::<Vec<_>>());

    let mut gaps = std::mem::take(&mut *gaps.borrow_mut());
    gaps.sort();
    let at = |share: f64| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index into the gaps"
        )]
        let index = ((gaps.len() as f64 - 1.0) * share) as usize;
        gaps.get(index).copied().map_or(0.0, millis)
    };
    let name = format!("{count} streams of 50 tokens/s on one core");
    table.row(format!("{name}: gap p50 (ms)"), &[at(0.5)]);
    table.row(format!("{name}: gap p99 (ms)"), &[at(0.99)]);
    table.row(format!("{name}: gap max (ms)"), &[at(1.0)]);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    {
        table.row(
            format!("{name}: texts a second and stream"),
            &[gaps.len() as f64 / count as f64 / WINDOW.as_secs_f64()],
        );
        table.row(
            format!("{name}: streams open at the start and the end"),
            &[held as f64, still as f64],
        );
    }
    table.row(format!("{name}: CPU of the server (% of the core)"), &[used]);
    table.row(format!("{name}: memory, without Postgres (MiB)"), &[memory]);
    let lateness = late.get(late.len() * 99 / 100).copied().unwrap_or_default();
    table.row(format!("{name}: this load program's own lateness, p99 (ms)"), &[millis(lateness)]);
    server.stop()?;
    // The ticker takes what is left of the streams away before the pace changes.
    sleep(Duration::from_millis(100)).await;
    Ok(())
}

/// Sends one message and notes the time between the texts of its answer.
async fn listen(port: u16, token: &str, measuring: &Cell<bool>, gaps: &RefCell<Vec<Duration>>) -> Outcome {
    let mut connection = Connection::open(port).await?;
    let head = connection.send("POST", "/chatkit", &headers(token), &message(None)).await?;
    if head.status != 200 {
        let body = String::from_utf8_lossy(&connection.body().await?).into_owned();
        return Err(format!("status {}: {body}", head.status).into());
    }
    let mut last: Option<Instant> = None;
    while let Some(piece) = connection.piece().await? {
        if find(&piece, b"text_delta").is_some() {
            let now = Instant::now();
            if let Some(last) = last.filter(|_| measuring.get()) {
                gaps.borrow_mut().push(now - last);
            }
            last = Some(now);
        } else if find(&piece, b"\"type\":\"error\"").is_some() {
            return Err(String::from_utf8_lossy(&piece).into_owned().into());
        }
    }
    Ok(())
}
