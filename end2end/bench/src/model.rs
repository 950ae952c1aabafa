//! The scripted model: an OpenAI-compatible endpoint that says tokens at a steady pace. One ticker serves all streams, so that a
//! thousand of them cost few wake-ups.

use std::{
    cell::{Cell, RefCell},
    io::Result,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::MissedTickBehavior,
};

use crate::http;

/// One token; its time in the chunk makes it as long as real ones.
const TOKEN: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"scripted\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"finish_reason\":null}]}\n\n";
const END: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"scripted\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":64,\"total_tokens\":164}}\n\ndata: [DONE]\n\n";

struct Stream {
    socket: TcpStream,
    left: u32,
}

/// Streams that get their tokens in the same millisecond of each gap.
type Slot = Vec<Stream>;

pub struct Model {
    pub port: u16,
    shared: Rc<Shared>,
}

struct Shared {
    /// Tokens of the answers to come.
    tokens: Cell<u32>,
    slots: RefCell<Vec<Slot>>,
    next: Cell<usize>,
    /// How late the ticker was, by the millisecond, since the last `lateness`.
    late: RefCell<Vec<Duration>>,
    stop: Cell<bool>,
}

impl Model {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shared = Rc::new(Shared {
            tokens: Cell::new(1),
            slots: RefCell::new(vec![Vec::new()]),
            next: Cell::new(0),
            late: RefCell::new(Vec::new()),
            stop: Cell::new(false),
        });
        let accepting = shared.clone();
        tokio::task::spawn_local(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = accepting.clone();
                tokio::task::spawn_local(async move {
                    if let Err(error) = receive(socket, &shared).await {
                        eprintln!("scripted model: {error}");
                    }
                });
            }
        });
        let ticking = shared.clone();
        tokio::task::spawn_local(async move { tick(&ticking).await });
        Ok(Self { port, shared })
    }

    /// Sets how many tokens the answers to come have, and the time between two of them.
    pub fn pace(&self, tokens: u32, gap: Duration) {
        self.shared.tokens.set(tokens);
        let slots = usize::try_from(gap.as_millis()).unwrap_or(1).max(1);
        let streams: Vec<Stream> = self.shared.slots.borrow_mut().drain(..).flatten().collect();
        assert!(streams.is_empty(), "the pace is changed while answers are being written");
        *self.shared.slots.borrow_mut() = (0..slots).map(|_| Vec::new()).collect();
        self.shared.stop.set(false);
    }

    /// Ends all answers at their next token.
    pub fn finish_all(&self) {
        self.shared.stop.set(true);
    }

    /// How late the ticker was (sorted), since the last time this was asked.
    pub fn lateness(&self) -> Vec<Duration> {
        let mut late = std::mem::take(&mut *self.shared.late.borrow_mut());
        late.sort();
        late
    }

    pub fn streams(&self) -> usize {
        self.shared.slots.borrow().iter().map(Vec::len).sum()
    }
}

/// Reads one request, sends the head of the answer and gives the socket to the ticker.
async fn receive(mut socket: TcpStream, shared: &Shared) -> Result<()> {
    socket.set_nodelay(true)?;
    if http::request(&mut socket).await?.is_none() {
        return Ok(());
    }
    socket
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        .await?;
    let left = shared.tokens.get();
    let mut slots = shared.slots.borrow_mut();
    let next = (shared.next.get() + 1) % slots.len();
    shared.next.set(next);
    slots[next].push(Stream { socket, left });
    Ok(())
}

async fn tick(shared: &Shared) {
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut number = 0;
    loop {
        let due = ticks.tick().await;
        shared
            .late
            .borrow_mut()
            .push(Instant::now().saturating_duration_since(due.into_std()));
        number += 1;
        let mut slots = shared.slots.borrow_mut();
        let stop = shared.stop.get();
        let slot = number % slots.len();
        // A socket whose buffer is full, or that is closed, loses its stream: the measurement says so by its missing tokens.
        slots[slot].retain_mut(|stream| {
            let last = stop || stream.left == 0;
            stream.left = stream.left.saturating_sub(1);
            let text = if last { END } else { TOKEN };
            let sent = stream.socket.try_write(text.as_bytes());
            !last && matches!(sent, Ok(length) if length == text.len())
        });
    }
}
