//! A TCP proxy that treats its connections badly: cuts them, delays them, or lets them hang half-open.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::Result,
    path::PathBuf,
    rc::Rc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream, UnixStream},
    time::sleep,
};

/// What becomes of a connection.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    Pass,
    /// Everything comes so much later.
    Delay(Duration),
    /// Both sides are closed after so many bytes of the answer.
    Cut(usize),
    /// Nothing passes after so many bytes of the answer, and nobody is told.
    Hang(usize),
}

/// How long a connection hangs: longer than any patience that is tried here.
const HANGS: Duration = Duration::from_secs(120);

#[derive(Clone)]
pub struct Proxy {
    pub port: u16,
    /// The rules of the connections to come; all others pass.
    rules: Rc<RefCell<VecDeque<Rule>>>,
    /// How many connections got a rule other than `Pass`.
    pub bent: Rc<Cell<usize>>,
    /// How often all connections were frozen, and how many have been made since.
    freezes: Rc<Cell<usize>>,
    pub since: Rc<Cell<usize>>,
}

/// Where a proxy leads.
#[derive(Debug, Clone)]
pub enum Target {
    Port(u16),
    Socket(PathBuf),
}

impl Proxy {
    pub async fn start(target: Target) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let proxy = Self {
            port: listener.local_addr()?.port(),
            rules: Rc::default(),
            bent: Rc::default(),
            freezes: Rc::default(),
            since: Rc::default(),
        };
        let accepting = proxy.clone();
        tokio::task::spawn_local(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let rule = accepting.rules.borrow_mut().pop_front().unwrap_or(Rule::Pass);
                accepting.bent.set(accepting.bent.get() + usize::from(!matches!(rule, Rule::Pass)));
                accepting.since.set(accepting.since.get() + 1);
                let (target, freezes) = (target.clone(), accepting.freezes.clone());
                tokio::task::spawn_local(async move {
                    // A connection that breaks is what this is for.
                    let _ = carry(socket, target, rule, freezes).await;
                });
            }
        });
        Ok(proxy)
    }

    /// The rules of the next connections, in order.
    pub fn bend(&self, rules: impl IntoIterator<Item = Rule>) {
        *self.rules.borrow_mut() = rules.into_iter().collect();
    }

    /// Nothing passes on the connections that there are any more, either way, and nobody is told. New ones pass.
    pub fn freeze(&self) {
        self.freezes.set(self.freezes.get() + 1);
        self.since.set(0);
    }
}

async fn carry(client: TcpStream, target: Target, rule: Rule, freezes: Rc<Cell<usize>>) -> Result<()> {
    client.set_nodelay(true)?;
    match target {
        Target::Port(port) => {
            let server = TcpStream::connect(("127.0.0.1", port)).await?;
            server.set_nodelay(true)?;
            join(client, server, rule, freezes).await
        }
        Target::Socket(path) => join(client, UnixStream::connect(path).await?, rule, freezes).await,
    }
}

async fn join<Server: AsyncRead + AsyncWrite>(client: TcpStream, server: Server, rule: Rule, freezes: Rc<Cell<usize>>) -> Result<()> {
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    let late = if let Rule::Delay(late) = rule { late } else { Duration::ZERO };
    let born = freezes.get();
    // Whichever way ends first ends both.
    tokio::select! {
        ended = pump(from_client, to_server, Rule::Delay(late), born, &freezes) => ended,
        ended = pump(from_server, to_client, rule, born, &freezes) => ended,
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    rule: Rule,
    born: usize,
    freezes: &Cell<usize>,
) -> Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    let mut left = match rule {
        Rule::Cut(bytes) | Rule::Hang(bytes) => bytes,
        Rule::Pass | Rule::Delay(_) => usize::MAX,
    };
    loop {
        let read = from.read(&mut buffer).await?;
        if freezes.get() > born {
            sleep(HANGS).await;
        }
        if read == 0 {
            return Ok(());
        }
        if let Rule::Delay(late) = rule
            && !late.is_zero()
        {
            sleep(late).await;
        }
        to.write_all(&buffer[..read.min(left)]).await?;
        left = left.saturating_sub(read);
        if left == 0 {
            if matches!(rule, Rule::Hang(_)) {
                sleep(HANGS).await;
            }
            return Ok(());
        }
    }
}
