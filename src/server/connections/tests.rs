use axum::routing::{get, post};
use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
};

use super::*;

const BOUNDS: Bounds = Bounds {
    all: KEPT + 4,
    per_address: 2,
};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_address_takes_no_more_than_its_part_and_this_machine_always_gets_in() {
    let seats = Seats::new(BOUNDS);
    let far = |text: &str| seats.take(ip(text), false);
    let mut taken = vec![far("203.0.113.7"), far("203.0.113.7")];
    assert!(taken.iter().all(Option::is_some));
    assert!(far("203.0.113.7").is_none(), "it has its part");
    taken.extend([far("2001:db8::1"), far("2001:db8::2:1")]);
    assert!(far("2001:db8::3").is_none(), "one subscriber of IPv6 is one address");
    assert!(far("198.51.100.1").is_none(), "the others are kept for this machine");
    let near: Vec<_> = std::iter::from_fn(|| seats.take(ip("127.0.0.1"), true)).collect();
    assert_eq!(near.len(), KEPT);
    taken.remove(0);
    assert!(far("198.51.100.1").is_none());
    drop(near);
    assert!(far("198.51.100.1").is_some());
    drop(taken);
    assert!(seats.taken().is_empty());
    assert_eq!(seats.all.load(Ordering::Relaxed), 0);
}

#[test]
fn one_address_has_so_many_bodies_waited_for_at_a_time() {
    let seats = Seats::new(Bounds {
        all: 100,
        per_address: 100,
    });
    let far = |text: &str| seats.take(ip(text), false).unwrap();
    let (one, other) = (far("203.0.113.7"), far("198.51.100.1"));
    let mut waited: Vec<_> = (0..BODIES).map(|_| one.body().unwrap()).collect();
    assert!(one.body().is_none() && other.body().is_some());
    waited.pop();
    assert!(one.body().is_some());
    let near = seats.take(ip("127.0.0.1"), true).unwrap();
    let of_near: Vec<_> = (0..10 * BODIES).map(|_| near.body()).collect();
    assert!(of_near.iter().all(Option::is_some));
    drop(waited);
    assert!(seats.bodies().is_empty());
}

#[test]
fn there_are_descriptors_for_more_than_connections() {
    let bounds = Bounds::of_system();
    assert!(bounds.all > KEPT && bounds.all <= MOST);
    assert!(bounds.per_address < bounds.all);
}

/// A server, and what ends it.
async fn server() -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let slow = || async {
        let words = futures::stream::iter(0..40).then(|n| async move {
            sleep(Duration::from_secs(10)).await;
            Ok::<_, io::Error>(format!("{n} "))
        });
        Body::from_stream(words)
    };
    let router = Router::new()
        .route(
            "/",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
        )
        .route("/slow", get(slow))
        .route("/length", post(|body: Bytes| async move { body.len().to_string() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let bounds = Bounds { all: 100, per_address: 10 };
    let serving = tokio::spawn(async move {
        let stop = async { drop(stopped.await) };
        serve(vec![listener], router, bounds, Arc::default(), |_| {}, stop).await;
    });
    (address, stop, serving)
}

/// What comes until the server closes the connection, and how long that takes.
async fn all_of(connection: &mut TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut all = Vec::new();
    let _ = connection.read_to_end(&mut all).await;
    (String::from_utf8_lossy(&all).into_owned(), begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_sent_away() {
    let (address, _stop, _serving) = server().await;
    for begin in ["", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(begin.as_bytes()).await.unwrap();
        let (said, after) = all_of(&mut connection).await;
        assert!(said.is_empty() && after <= HEAD + 2 * LOOK, "{begin:?}: {said} after {after:?}");
    }
    // A head that comes letter by letter is not there in time either.
    let mut connection = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    let long = format!("GET / HTTP/1.1\r\nHost: {}", "x".repeat(100));
    for letter in long.bytes() {
        if connection.write_all(&[letter]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    let (said, _) = all_of(&mut connection).await;
    assert!(said.is_empty() && begun.elapsed() < Duration::from_secs(100), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_the_next_request_and_for_a_slow_answer() {
    let (address, _stop, _serving) = server().await;
    let mut connection = TcpStream::connect(address).await.unwrap();
    let mut buffer = [0; 1024];
    for _ in 0..2 {
        connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let read = connection.read(&mut buffer).await.unwrap();
        assert!(String::from_utf8_lossy(&buffer[..read]).ends_with("127.0.0.1"));
        sleep(IDLE / 2).await;
    }
    connection
        .write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let (said, after) = all_of(&mut connection).await;
    assert!(said.contains("39 ") && after >= Duration::from_secs(400), "{said} after {after:?}");

    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let (_, after) = all_of(&mut idle).await;
    assert!(after >= IDLE - LOOK && after <= IDLE + 2 * LOOK, "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_refused_and_one_at_a_rate_is_not() {
    let (address, _stop, _serving) = server().await;
    for (piece, pause, whole) in [(1, 1, false), (4096, 4, true)] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let length = piece * 40;
        let head = format!("POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..40 {
            sleep(Duration::from_secs(pause)).await;
            if connection.write_all(&vec![b'x'; piece]).await.is_err() {
                break;
            }
        }
        let (said, _) = all_of(&mut connection).await;
        assert_eq!(said.ends_with(&format!("\r\n\r\n{length}")), whole, "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_being_given_ends_before_the_server_does() {
    let (address, stop, serving) = server().await;
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 256];
    let read = connection.read(&mut first).await.unwrap();
    assert!(read > 0);
    stop.send(()).unwrap();
    let (said, _) = all_of(&mut connection).await;
    assert!(said.contains("39 "), "{said}");
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
