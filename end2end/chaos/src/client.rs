//! A person's client: asks, hears, and after every break asks again, with the same key, until it has been told the end.

use std::{
    io::Result,
    time::{Duration, Instant},
};

use kaam_bench::{
    http::{Connection, Head, find},
    server::PASSWORD,
};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    chatkit, page,
    random::Random,
    script::{self, Question},
    world::World,
};

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    /// For `/chatkit` and the tools.
    pub token: String,
    /// For the page's server functions.
    pub cookie: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    ChatKit,
    Page,
}

/// A message, and what its sender was told.
pub struct Exchange {
    pub question: Question,
    pub key: String,
    pub door: Door,
    pub thread: Option<String>,
    pub is_new_thread: bool,
    pub heard: Heard,
    /// The server said that it has the message.
    pub acknowledged: bool,
    pub is_over: bool,
    pub habit: Habit,
}

/// How a client talks.
#[derive(Clone, Copy)]
pub struct Habit {
    /// Silence after which it takes its connection for dead.
    pub silence: Duration,
    /// Which of two servers it sends its messages to; after a break it goes to the other one, until the answer's end.
    pub side: usize,
    /// How often it leaves in the middle of an answer, and follows it on the other server.
    pub moves: usize,
    /// How long the answers are that it asks for, in words: from, below.
    pub words: (u64, u64),
}

impl Habit {
    pub fn of(silence: Duration) -> Self {
        Self {
            silence,
            side: 0,
            moves: 0,
            words: (8, 70),
        }
    }

    /// Whether a client leaves that has seen so much that is new over this connection.
    pub fn leaves(&self, seen: usize) -> bool {
        self.moves > 0 && seen >= SEEN_BEFORE_IT_LEAVES
    }
}

/// What a client was told, as it would show it.
#[derive(Default)]
pub struct Heard {
    /// Frames, byte by byte as they came (`/chatkit`, which tells all of them again).
    pub frames: Vec<String>,
    /// The place of the newest frame (the page, which resumes behind it).
    pub after: Option<String>,
    /// Items in order: their ids, and what they look like.
    pub items: Vec<(String, Value)>,
    /// Items that were told as whole.
    pub done: Vec<String>,
    /// Why there is no answer, or only a part of one.
    pub failed: Option<String>,
    /// What must not happen.
    pub wrong: Vec<String>,
}

impl Heard {
    pub fn put(&mut self, id: &str, item: Value) {
        match self.items.iter_mut().find(|(known, _)| known == id) {
            Some((_, place)) => *place = item,
            None => self.items.push((id.to_owned(), item)),
        }
    }

    pub fn item(&mut self, id: &str) -> Option<&mut Value> {
        self.items.iter_mut().find(|(known, _)| known == id).map(|(_, item)| item)
    }

    pub fn remove(&mut self, id: &str) {
        self.items.retain(|(known, _)| known != id);
        self.done.retain(|known| known != id);
    }
}

/// How long one message may take, with all its breaks.
const PATIENCE: Duration = Duration::from_secs(240);
/// Silence after which a client takes its connection for dead. (The page's heartbeat comes every 15 s.)
pub const SILENCE: Duration = Duration::from_secs(20);
/// New frames over one connection, after which a client that moves leaves.
const SEEN_BEFORE_IT_LEAVES: usize = 12;
/// Messages in a thread.
const IN_A_THREAD: usize = 5;

/// Sends messages one after the other until the world stops.
pub async fn converse(world: &World, person: &Person, door: Door, habit: Habit, mut random: Random) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    while !world.stop.get() {
        let number = exchanges.len();
        let question = script::question(&format!("{}-{number}", person.name), &mut random, habit.words);
        let thread = if number.is_multiple_of(IN_A_THREAD) {
            None
        } else {
            exchanges.last().and_then(|last| last.thread.clone())
        };
        exchanges.push(ask(world, person, door, question, thread, habit).await);
        sleep(random.millis(0, 60)).await;
    }
    exchanges
}

/// Sends one message and hears it out.
pub async fn ask(world: &World, person: &Person, door: Door, question: Question, thread: Option<String>, habit: Habit) -> Exchange {
    let mut exchange = Exchange {
        key: format!("key {}", question.text),
        question,
        door,
        is_new_thread: thread.is_none(),
        thread,
        heard: Heard::default(),
        acknowledged: false,
        is_over: false,
        habit,
    };
    let began = Instant::now();
    let mut broken = None;
    while began.elapsed() < PATIENCE {
        let attempt = match door {
            Door::ChatKit => chatkit::attempt(world, person, &mut exchange, broken).await,
            Door::Page => page::attempt(world, person, &mut exchange, broken).await,
        };
        match attempt {
            Ok(Attempt::Over) => {
                exchange.is_over = true;
                break;
            }
            Ok(Attempt::Later) => exchange.habit.side += 1,
            Ok(Attempt::Left) => {
                broken = Some(Instant::now());
                exchange.habit.side += 1;
                exchange.habit.moves -= 1;
            }
            Ok(Attempt::Refused(why)) => {
                exchange.heard.wrong.push(why);
                break;
            }
            Err(_) => {
                exchange.habit.side += 1;
                // What is refused while the server is away belongs to the break before it.
                if broken.is_none_or(|broken| world.ready.get().is_some_and(|ready| ready >= broken)) {
                    broken = Some(Instant::now());
                    let mut figures = world.figures.borrow_mut();
                    figures.breaks += 1;
                    figures.unconfirmed += usize::from(!exchange.acknowledged);
                }
            }
        }
        sleep(Duration::from_millis(40)).await;
    }
    world.orphans.over(exchange.thread.as_deref());
    exchange
}

/// How one connection ended; an error where it broke.
pub enum Attempt {
    /// The end was told.
    Over,
    /// The server asks to come again.
    Later,
    /// The client left of its own accord.
    Left,
    /// The server does not want this message, which is wrong of it.
    Refused(String),
}

/// The next piece of a stream, or an error after this much silence.
pub async fn piece(connection: &mut Connection, silence: Duration) -> Result<Option<Vec<u8>>> {
    timeout(silence, connection.piece()).await?
}

/// Sends a request to a server; an error where no answer begins for long.
pub async fn post(port: u16, path: &str, headers: &str, body: &str, silence: Duration) -> Result<(Connection, Head)> {
    timeout(silence, async {
        let mut connection = Connection::open(port).await?;
        let head = connection
            .send("POST", path, &format!("Content-Type: application/json\r\n{headers}"), body)
            .await?;
        Ok((connection, head))
    })
    .await?
}

/// What an answer that is no stream says of a message.
pub async fn refusal(mut connection: Connection, status: u16) -> Result<Attempt> {
    let body = String::from_utf8_lossy(&timeout(SILENCE, connection.body()).await??).into_owned();
    Ok(match status {
        502..=504 => Attempt::Later,
        _ => Attempt::Refused(format!("status {status}: {}", body.trim())),
    })
}

/// Lines up to the blank one that ends a frame, from bytes that may be cut anywhere.
#[derive(Default)]
pub struct Frames(Vec<u8>);

impl Frames {
    pub fn push(&mut self, piece: &[u8]) -> Vec<String> {
        self.0.extend_from_slice(piece);
        let mut frames = Vec::new();
        while let Some(end) = find(&self.0, b"\n\n") {
            frames.push(String::from_utf8_lossy(&self.0[..end]).into_owned());
            self.0.drain(..end + 2);
        }
        frames
    }
}

/// JSON from a server function or `/chatkit`, asked again while the server is away.
pub async fn json(world: &World, path: &str, headers: &str, body: &Value) -> Result<Value> {
    let began = Instant::now();
    loop {
        let asked: Result<(u16, Vec<u8>)> = async {
            let (mut connection, head) = post(world.port(0), path, headers, &body.to_string(), SILENCE).await?;
            Ok((head.status, timeout(SILENCE, connection.body()).await??))
        }
        .await;
        match asked {
            Ok((200, body)) => return serde_json::from_slice(&body).map_err(Into::into),
            Ok((status, body)) if began.elapsed() > PATIENCE || !(500..600).contains(&status) => {
                let body = String::from_utf8_lossy(&body).into_owned();
                return Err(std::io::Error::other(format!("{path}: status {status}: {body}")));
            }
            Err(error) if began.elapsed() > PATIENCE => return Err(error),
            _ => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// An account's owner, signed in.
pub async fn sign_in(port: u16, name: &str, email: &str, token: String) -> Result<Person> {
    sign_in_from(port, name, email, token, "").await
}

/// The same in a browser that has cookies.
pub async fn sign_in_from(port: u16, name: &str, email: &str, token: String, cookies: &str) -> Result<Person> {
    let mut connection = Connection::open(port).await?;
    let form = format!("email={}&password={}", email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let head = connection
        .send(
            "POST",
            "/api/account/sign-in",
            &format!("Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\nCookie: {cookies}\r\n"),
            &form,
        )
        .await?;
    let pairs: Vec<&str> = head.all("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
    if !pairs.iter().any(|pair| pair.contains("session")) {
        return Err(std::io::Error::other(format!(
            "no session after signing in: status {}",
            head.status
        )));
    }
    Ok(Person {
        name: name.to_owned(),
        token,
        cookie: pairs.join("; "),
    })
}

impl Person {
    pub fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    pub fn session(&self) -> String {
        format!("Cookie: {}\r\nAccept-Language: en\r\n", self.cookie)
    }
}

/// A request of the ChatKit protocol.
pub fn operation(kind: &str, params: &Value) -> Value {
    json!({ "type": kind, "params": params })
}
