//! Connections: how many there may be, and how long each may take to say what it wants. Whoever opens connections and says nothing, or
//! says it slowly, takes none from others:
//!
//! - a request's head has to be there in [`HEAD`], a connection without a request is closed after [`IDLE`];
//! - a body comes at [`BODY_RATE`] at least ([`Paced`]);
//! - of one address so many bodies are waited for at a time ([`BODIES`]), because a request that waits for its body costs a quarter of a megabyte;
//! - there are so many connections in all and so many from one address ([`Bounds`]), and some are kept for this machine, so that the operator
//!   gets in when all others are taken.

use std::{
    collections::HashMap,
    future::Future,
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{
        StatusCode,
        header::{CONNECTION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep},
};
use tower::ServiceExt;

use super::proxies::{TrustedProxies, subscriber};

/// How long the head of a request may take, from its first byte; and the first byte of a new connection.
const HEAD: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request. Longer than proxies keep theirs, so that it is they who close.
const IDLE: Duration = Duration::from_secs(90);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// What may be read ahead of a connection: also the longest head.
const READ_AHEAD: usize = 64 * 1024;
/// A body may take this long,
const BODY_START: Duration = Duration::from_secs(20);
/// and a second more for each so many bytes that have come.
const BODY_RATE: u64 = 512;
/// So many bodies from one address are waited for at a time. Most come with their head.
const BODIES: usize = 32;

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// In all.
    pub all: usize,
    /// From one address that is no trusted proxy's and not this machine's; of IPv6 from one network of a subscriber (/64).
    pub per_address: usize,
}

/// Of all connections so many are kept for this machine and its proxies.
const KEPT: usize = 16;
/// More connections than this are of no use to one server.
const MOST: usize = 16_384;
/// Descriptors for everything else: database, models, files.
const OTHER_FILES: u64 = 256;

impl Bounds {
    /// As many as the system has descriptors for. Takes as many of them as the process may have.
    pub fn of_system() -> Self {
        let files = descriptors().unwrap_or(1024);
        let all = usize::try_from(files.saturating_sub(OTHER_FILES).max(files / 2))
            .unwrap_or(MOST)
            .min(MOST);
        Self {
            all,
            per_address: (all / 4).clamp(32, 512),
        }
    }
}

/// Raises the limit of descriptors to what the system lets the process have. Gives the limit.
#[cfg(unix)]
fn descriptors() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a struct of this frame, of the type that the call asks for.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return None;
    }
    let before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: as above; the call only reads.
    let raised = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } == 0;
    Some(if raised { limit.rlim_cur } else { before })
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}

/// The connections there are.
#[derive(Debug)]
struct Seats {
    bounds: Bounds,
    taken: Mutex<HashMap<Option<IpAddr>, usize>>,
    /// Bodies that are waited for.
    bodies: Mutex<HashMap<IpAddr, usize>>,
    all: AtomicUsize,
}

/// A connection's place; free again when it is dropped.
#[derive(Debug)]
struct Seat {
    seats: Arc<Seats>,
    key: Option<IpAddr>,
}

impl Seats {
    fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            taken: Mutex::default(),
            bodies: Mutex::default(),
            all: AtomicUsize::new(0),
        })
    }

    /// A place for a connection from an address; `is_near` if that is this machine's or a trusted proxy's, which is not limited by itself.
    fn take(self: &Arc<Self>, ip: IpAddr, is_near: bool) -> Option<Seat> {
        let key = (!is_near).then(|| subscriber(ip));
        let (most, most_of_key) = match is_near {
            true => (self.bounds.all, usize::MAX),
            false => (self.bounds.all.saturating_sub(KEPT), self.bounds.per_address),
        };
        let mut taken = self.taken();
        let of_key = taken.entry(key).or_default();
        if self.all.load(Ordering::Relaxed) >= most || *of_key >= most_of_key {
            if *of_key == 0 {
                taken.remove(&key);
            }
            return None;
        }
        *of_key += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        drop(taken);
        Some(Seat { seats: self.clone(), key })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bodies(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// A place for a body; `None` if the connection's address has too many. This machine and its proxies are not bound.
    fn body(&self) -> Option<BodySeat> {
        let seats = self.seats.clone();
        if let Some(ip) = self.key {
            let mut bodies = seats.bodies();
            let of_ip = bodies.entry(ip).or_default();
            if *of_ip >= BODIES {
                return None;
            }
            *of_ip += 1;
        }
        Some(BodySeat { seats, key: self.key })
    }
}

/// A place for a body; free again when it is dropped.
#[derive(Debug)]
struct BodySeat {
    seats: Arc<Seats>,
    key: Option<IpAddr>,
}

impl Drop for BodySeat {
    fn drop(&mut self) {
        let Some(ip) = self.key else { return };
        let mut bodies = self.seats.bodies();
        if let Some(of_ip) = bodies.get_mut(&ip) {
            *of_ip -= 1;
            if *of_ip == 0 {
                bodies.remove(&ip);
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(of_key) = taken.get_mut(&self.key) {
            *of_key -= 1;
            if *of_key == 0 {
                taken.remove(&self.key);
            }
        }
        self.seats.all.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves connections until `stop` comes; then those that there are end with what they are at.
pub async fn serve(
    listeners: Vec<TcpListener>,
    router: Router,
    bounds: Bounds,
    proxies: Arc<TrustedProxies>,
    prepare: fn(&TcpStream),
    stop: impl Future<Output = ()>,
) {
    let seats = Seats::new(bounds);
    let ending = GracefulShutdown::new();
    let refused = AtomicBool::new(false);
    tokio::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = accept(&listeners) => accepted,
            () = &mut stop => break,
        };
        let ip = address.ip().to_canonical();
        let Some(seat) = seats.take(ip, is_this_machine(ip) || proxies.trusts(ip)) else {
            // Once is enough: this is when the log must not grow.
            if !refused.swap(true, Ordering::Relaxed) {
                tracing::warn!(from = %ip, ?bounds, "connections are refused, because there are too many; it is not said again");
            }
            continue;
        };
        prepare(&stream);
        let use_of = Arc::new(Use::default());
        let router = router.clone();
        let service = service_fn({
            let use_of = use_of.clone();
            move |request: Request<Incoming>| {
                let place = match request.body().is_end_stream() {
                    true => Some(None),
                    false => seat.body().map(Some),
                };
                answer(router.clone(), use_of.clone(), address, request, place)
            }
        });
        let io = TokioIo::new(Counted {
            stream,
            use_of: use_of.clone(),
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .max_buf_size(READ_AHEAD)
            .serve_connection(io, service);
        let connection = ending.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                },
                () = use_of.overdue() => tracing::debug!(from = %ip, "a connection said nothing for too long"),
            }
        });
    }
    drop(listeners);
    ending.shutdown().await;
}

/// The one address of this machine that its own programs come from, not all of its loopback network.
fn is_this_machine(ip: IpAddr) -> bool {
    [IpAddr::from([127, 0, 0, 1]), std::net::Ipv6Addr::LOCALHOST.into()].contains(&ip)
}

/// The next connection at any of the addresses.
async fn accept(listeners: &[TcpListener]) -> (TcpStream, SocketAddr) {
    loop {
        let next = std::future::poll_fn(|context| {
            let mut ready = listeners.iter().map(|listener| listener.poll_accept(context));
            ready.find(Poll::is_ready).unwrap_or(Poll::Pending)
        });
        match next.await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            // No descriptors, as a rule: others will be closed.
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// Answers a request, which has a place for its body if it has one; without a place it is refused.
async fn answer(
    router: Router,
    use_of: Arc<Use>,
    address: SocketAddr,
    request: Request<Incoming>,
    place: Option<Option<BodySeat>>,
) -> Result<Response, std::convert::Infallible> {
    let begun = use_of.begin();
    let Some(place) = place else { return Ok(too_many_bodies()) };
    let mut request = request.map(|body| Body::new(Paced::new(body, place)));
    request.extensions_mut().insert(ConnectInfo(address));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Body::new(Answering { body, _begun: begun })))
}

fn too_many_bodies() -> Response {
    let words = "Too many requests from your address are waiting for their bodies. Try again shortly.\n";
    let headers = [(RETRY_AFTER, "1"), (CONNECTION, "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, words).into_response()
}

/// What a connection is at.
#[derive(Debug, Default)]
struct Use {
    /// Bytes that came.
    bytes: AtomicU64,
    /// Requests that are being answered.
    answering: AtomicUsize,
    /// Requests that have come.
    requests: AtomicU64,
}

impl Use {
    fn begin(self: &Arc<Self>) -> Begun {
        self.answering.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        Begun(self.clone())
    }

    /// Ends when the connection has waited for too long for a whole head of a request.
    async fn overdue(&self) {
        // What was known when the connection became idle: how much had come, and when.
        let mut idle: Option<(u64, Instant)> = Some((0, Instant::now()));
        // When the first byte of a head was seen.
        let mut head: Option<Instant> = None;
        let mut requests = 0;
        loop {
            sleep(LOOK).await;
            let now = Instant::now();
            let (bytes, of_now) = (self.bytes.load(Ordering::Relaxed), self.requests.load(Ordering::Relaxed));
            if self.answering.load(Ordering::Relaxed) > 0 || of_now != requests {
                (idle, head, requests) = (None, None, of_now);
                continue;
            }
            let (before, since) = *idle.get_or_insert((bytes, now));
            if bytes != before {
                head.get_or_insert(now);
            }
            let late = match head {
                Some(begun) => now - begun >= HEAD,
                None => now - since >= if requests == 0 { HEAD } else { IDLE },
            };
            if late {
                return;
            }
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
struct Begun(Arc<Use>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection whose bytes are counted.
struct Counted {
    stream: TcpStream,
    use_of: Arc<Use>,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let came = (buffer.filled().len() - before) as u64;
        self.use_of.bytes.fetch_add(came, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer, until whose end the connection is at work.
struct Answering {
    body: Body,
    _begun: Begun,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body that comes too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request's body came too slowly")]
pub struct TooSlow;

/// A body that has to come at a rate: [`BODY_START`] and a second for every [`BODY_RATE`] bytes, counted from when somebody reads it.
struct Paced<B> {
    body: B,
    begun: Option<Instant>,
    came: u64,
    late: Option<Pin<Box<Sleep>>>,
    /// Given back as soon as the body has come.
    place: Option<BodySeat>,
}

impl<B> Paced<B> {
    fn new(body: B, place: Option<BodySeat>) -> Self {
        Self {
            body,
            place,
            begun: None,
            came: 0,
            late: None,
        }
    }
}

impl<B> HttpBody for Paced<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                this.came += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            if frame.is_none() || this.body.is_end_stream() {
                this.place = None;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let begun = *this.begun.get_or_insert_with(Instant::now);
        let due = begun + BODY_START + Duration::from_secs(this.came / BODY_RATE);
        let late = this.late.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if late.deadline() != due {
            late.as_mut().reset(due);
        }
        ready!(late.as_mut().poll(context));
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
