//! Strangers at the door: connections that say nothing, requests that come letter by letter, more connections than there is room for, and
//! wrong passwords for somebody's account. People who are signed in go on talking, and the owner of the account signs in, all the while.

use std::{
    error::Error,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use kaam_bench::{http::Connection, server::Setup};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    check,
    client::{self, Door, Exchange, Habit, Person},
    kills::{people, start},
    script,
    world::World,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Connections of strangers that are half open, and as many whose requests come slowly.
const STRANGERS: usize = 1500;
/// Connections from one address.
const CROWD: usize = 5000;
/// A stranger's address has no more connections than this here, so that they are not refused for their number.
const OF_ONE: usize = 250;
/// Until when whoever says nothing has been sent away. The server gives them 10 s, a slow body 20 s.
const SENT_AWAY: Duration = Duration::from_secs(40);
/// No message takes this long, whatever happens at the door.
const ANSWERED: Duration = Duration::from_secs(10);
/// The server's own memory, without its database's.
const MEMORY_MAX: f64 = 150.0;

pub async fn run(setup: &Setup, world: Rc<World>) -> Outcome {
    let mut setup = setup.clone();
    // Else all of the loopback network is trusted, from which the strangers come.
    setup.extra.push(("KAAM_TRUSTED_PROXIES".into(), "127.0.0.1".into()));
    let server = start(setup.clone()).await?;
    world.moved(server.port);
    let people = people(&setup, server.port, "d", 4).await?;
    let at_first = server.memory();
    let mut memory = at_first;

    let half = "POST /chatkit HTTP/1.1\r\nHost: localhost\r\n";
    let slow = format!(
        "POST /chatkit HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{",
        people[3].token
    );
    for (what, first, trickle) in [
        ("1,500 connections that say nothing", "", false),
        ("1,500 requests that stop in their head", half, false),
        ("1,500 requests whose body comes letter by letter", slow.as_str(), true),
    ] {
        eprintln!("  {what}");
        let strangers = strangers(server.port, STRANGERS, OF_ONE, first, trickle);
        let gone = talk_while(&world, &people, strangers, what, || memory = memory.max(server.memory())).await?;
        eprintln!("    memory: {:.0} MiB", server.memory());
        // Of one address only some bodies are waited for.
        world.check(gone.refused == 0 || trickle, || {
            format!("{what}: {} were refused at once", gone.refused)
        });
        world.check(gone.stayed == 0, || {
            format!("{what}: {} are still there after {SENT_AWAY:?}", gone.stayed)
        });
    }

    let what = "5,000 connections from one address";
    eprintln!("  {what}");
    let crowd = strangers(server.port, CROWD, CROWD, "", false);
    let gone = talk_while(&world, &people, crowd, what, || memory = memory.max(server.memory())).await?;
    world.check(gone.refused > CROWD / 2, || format!("{what}: only {} were refused", gone.refused));
    world.check(gone.stayed == 0, || {
        format!("{what}: {} are still there after {SENT_AWAY:?}", gone.stayed)
    });

    let what = "wrong passwords for one account from 100 addresses";
    eprintln!("  {what}");
    guess(&world, server.port, &people[0]).await?;
    let port = server.port;
    let (owner, email) = (people[0].clone(), email_of(&people[0]));
    let signed_in = client::sign_in_from(port, &owner.name, &email, owner.token.clone(), &owner.cookie).await;
    world.check(signed_in.is_ok(), || {
        format!("{what}: the owner cannot sign in: {:?}", signed_in.as_ref().err())
    });
    world.row(what.to_owned(), check::Counts::default(), "the owner signs in".into());

    world.check(memory < MEMORY_MAX, || format!("memory grew from {at_first:.0} to {memory:.0} MiB"));
    eprintln!("  memory: {at_first:.0} MiB before, {memory:.0} MiB at most");
    server.stop()?;
    Ok(())
}

fn email_of(person: &Person) -> String {
    format!("{}@example.com", person.name)
}

/// What became of strangers.
#[derive(Default)]
struct Gone {
    /// Closed at once, before they had said anything.
    refused: usize,
    /// Not closed in time.
    stayed: usize,
}

/// Whether and when a connection was closed.
enum Fate {
    Refused,
    SentAway,
    Stayed,
}

/// Opens connections, so many from each address, and waits for what becomes of them.
fn strangers(port: u16, count: usize, of_one: usize, first: &str, trickle: bool) -> JoinSet<Fate> {
    let mut strangers = JoinSet::new();
    for number in 0..count {
        // 127.0.0.1 is the people's own.
        let from = SocketAddr::from(([127, 0, 1, u8::try_from(2 + number / of_one).unwrap_or(2)], 0));
        let first = first.to_owned();
        strangers.spawn_local(async move {
            sleep(Duration::from_micros(500 * number as u64)).await;
            let Ok(mut stream) = connect(from, port).await else {
                return Fate::Refused;
            };
            let begun = Instant::now();
            let _ = stream.write_all(first.as_bytes()).await;
            let fate = timeout(SENT_AWAY, closed(&mut stream, trickle)).await;
            match fate {
                Err(_) => Fate::Stayed,
                Ok(()) if begun.elapsed() < Duration::from_secs(5) => Fate::Refused,
                Ok(()) => Fate::SentAway,
            }
        });
    }
    strangers
}

async fn connect(from: SocketAddr, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(from)?;
    socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Waits until the server closes a connection, saying a letter a second meanwhile if it trickles.
async fn closed(stream: &mut TcpStream, trickle: bool) {
    let mut answer = [0; 1024];
    loop {
        let pause = if trickle { Duration::from_secs(1) } else { SENT_AWAY };
        match timeout(pause, stream.read(&mut answer)).await {
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {}
            Err(_) => {
                if stream.write_all(b" ").await.is_err() {
                    return;
                }
            }
        }
    }
}

/// People talk until the strangers have gone.
async fn talk_while(world: &World, people: &[Person], mut strangers: JoinSet<Fate>, what: &str, mut look: impl FnMut()) -> Outcome<Gone> {
    let mut gone = Gone::default();
    let mut exchanges: Vec<Vec<Exchange>> = people.iter().map(|_| Vec::new()).collect();
    let mut number = 0;
    let mut slowest = Duration::ZERO;
    while !strangers.is_empty() {
        let person = &people[number % people.len()];
        let door = if number % 2 == 0 { Door::Page } else { Door::ChatKit };
        let question = script::with_words("both", &format!("{}-{}{number}", person.name, what.len()), 20);
        let asked = Instant::now();
        let exchange = client::ask(world, person, door, question, None, Habit::of(ANSWERED)).await;
        slowest = slowest.max(asked.elapsed());
        exchanges[number % people.len()].push(exchange);
        look();
        while let Some(fate) = strangers.try_join_next() {
            match fate? {
                Fate::Refused => gone.refused += 1,
                Fate::Stayed => gone.stayed += 1,
                Fate::SentAway => {}
            }
        }
        number += 1;
        sleep(Duration::from_millis(200)).await;
    }
    world.check(slowest < ANSWERED, || format!("{what}: a message took {slowest:?}"));
    let mut counts = check::Counts::default();
    for (person, exchanges) in people.iter().zip(&exchanges) {
        counts.add(check::check(world, person, exchanges).await?);
    }
    world.row(what.to_owned(), counts, format!("slowest message {:.1} s", slowest.as_secs_f64()));
    Ok(gone)
}

/// Tries wrong passwords, each from another address, as a proxy passes them on.
async fn guess(world: &World, port: u16, person: &Person) -> Outcome {
    let mut let_in = 0;
    for number in 0..100 {
        let mut connection = Connection::open(port).await?;
        for attempt in 0..3 {
            let headers = format!("X-Forwarded-For: 203.0.113.{number}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
            let body = format!(
                "email={}&password=guess+number+{number}+{attempt}",
                email_of(person).replace('@', "%40")
            );
            let head = connection.send("POST", "/api/account/sign-in", &headers, &body).await?;
            connection.body().await?;
            let_in += usize::from(head.header("set-cookie").is_some_and(|cookie| cookie.contains("session")));
        }
    }
    world.check(let_in == 0, || format!("{let_in} guesses were let in"));
    Ok(())
}
