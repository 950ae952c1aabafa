//! A TCP proxy that treats its connections badly: cuts them, delays them, or lets them hang half-open.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::Result,
    rc::Rc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
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
}

impl Proxy {
    pub async fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let proxy = Self {
            port: listener.local_addr()?.port(),
            rules: Rc::default(),
            bent: Rc::default(),
        };
        let accepting = proxy.clone();
        tokio::task::spawn_local(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let rule = accepting.rules.borrow_mut().pop_front().unwrap_or(Rule::Pass);
                accepting.bent.set(accepting.bent.get() + usize::from(!matches!(rule, Rule::Pass)));
                tokio::task::spawn_local(async move {
                    // A connection that breaks is what this is for.
                    let _ = carry(socket, target, rule).await;
                });
            }
        });
        Ok(proxy)
    }

    /// The rules of the next connections, in order.
    pub fn bend(&self, rules: impl IntoIterator<Item = Rule>) {
        *self.rules.borrow_mut() = rules.into_iter().collect();
    }
}

async fn carry(client: TcpStream, target: u16, rule: Rule) -> Result<()> {
    let server = TcpStream::connect(("127.0.0.1", target)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let late = if let Rule::Delay(late) = rule { late } else { Duration::ZERO };
    // Whichever way ends first ends both.
    tokio::select! {
        ended = pump(from_client, to_server, Rule::Delay(late)) => ended,
        ended = pump(from_server, to_client, rule) => ended,
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, rule: Rule) -> Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    let mut left = match rule {
        Rule::Cut(bytes) | Rule::Hang(bytes) => bytes,
        Rule::Pass | Rule::Delay(_) => usize::MAX,
    };
    loop {
        let read = from.read(&mut buffer).await?;
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
