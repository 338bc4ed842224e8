//! The listener, over real sockets: D35, timeouts, keep-alive, the graceful end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rollbook_http::{HttpLimits, Timeouts, serve_with};
use rollbook_protocol::ClientKind;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{BASE, Hub, TOKEN};

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(timeouts: Timeouts, limits: HttpLimits) -> Server {
    let hub = Hub::with(ClientKind::Generic, limits).await;
    hub.user("ann").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let stopped = async { stopped.await.unwrap() };
        serve_with(listener, hub.service, timeouts, stopped).await;
    });
    Server { address, stop, task }
}

async fn patient() -> Server {
    start(Timeouts::default(), HttpLimits::default()).await
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

fn request(method: &str, path: &str, more: &str) -> String {
    format!("{method} {BASE}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{more}\r\n")
}

/// Reads until the peer closes.
async fn to_end(stream: &mut TcpStream) -> String {
    let mut out = Vec::new();
    let read =
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut out)).await.expect("the peer does not close");
    // A reset is a close too.
    drop(read);
    String::from_utf8(out).unwrap()
}

/// Reads one answer: head and body.
async fn one(stream: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    let mut read = async || {
        let mut byte = [0];
        tokio::time::timeout(PATIENCE, stream.read_exact(&mut byte))
            .await
            .expect("no answer")
            .expect("closed early");
        byte[0]
    };
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(read().await);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = Vec::new();
    for _ in 0..length.map_or(0, |length| length.parse().unwrap()) {
        body.push(read().await);
    }
    (head, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn d35_raw_quotes_in_the_first_request_line() {
    let server = patient().await;
    let quoted = request("GET", "/Users?filter=userName+eq+\"ann\"&x=\"", "");
    let mut stream = server.connect().await;
    // In pieces, as a slow client sends it.
    for piece in quoted.as_bytes().chunks(20) {
        stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let answer = to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.contains("\"userName\":\"ann\""), "{answer}");
    // A later request of a connection is hyper's: it refuses such a line by itself.
    let mut stream = server.connect().await;
    stream.write_all(request("GET", "/Users", "").as_bytes()).await.unwrap();
    assert!(one(&mut stream).await.0.starts_with("HTTP/1.1 200"));
    stream.write_all(quoted.as_bytes()).await.unwrap();
    assert!(to_end(&mut stream).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let server = patient().await;
    let mut stream = server.connect().await;
    for number in 0..5 {
        let body = format!("{{\"userName\":\"u{number}\"}}");
        let head = request("POST", "/Users", &format!("Content-Length: {}\r\n", body.len()));
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let (head, user) = one(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 201"), "{head}");
        assert!(head.contains("\r\ncontent-type: application/scim+json\r\n"), "{head}");
        assert_eq!(user["userName"], format!("u{number}"));
    }
    // Two at once, answered in order.
    let two = [
        request("GET", "/Users?count=0", ""),
        request("HEAD", "/Users", ""),
        request("GET", "/Users?count=1", ""),
    ];
    stream.write_all(two.concat().as_bytes()).await.unwrap();
    assert_eq!(one(&mut stream).await.1["itemsPerPage"], 0);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert_eq!(one(&mut stream).await.1["itemsPerPage"], 1);
}

#[tokio::test]
async fn a_slow_body_is_408() {
    let limits = HttpLimits { body_timeout: Duration::from_millis(200), ..Default::default() };
    let server = start(Timeouts::default(), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(request("POST", "/Users", "Content-Length: 50\r\n").as_bytes()).await.unwrap();
    stream.write_all(b"{\"userName\"").await.unwrap();
    let (head, error) = one(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 408"), "{head}");
    assert_eq!(error["status"], "408");
}

#[tokio::test]
async fn a_slow_head_ends_the_connection() {
    let timeouts = Timeouts { head: Duration::from_millis(300), ..Default::default() };
    let server = start(timeouts, HttpLimits::default()).await;
    let head = request("GET", "/Users", "");
    for start in ["", "GET /scim", "PRI * HTTP/2.0\r\n", &head[..head.len() - 2]] {
        let started = Instant::now();
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        let answer = to_end(&mut stream).await;
        assert!(!answer.contains("200 OK"), "{start}: {answer}");
        assert!(
            started.elapsed() >= Duration::from_millis(250),
            "{start}: cut off after {:?}",
            started.elapsed()
        );
    }
    // So does a connection that is idle after an answer.
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(one(&mut stream).await.0.starts_with("HTTP/1.1 200"));
    assert_eq!(to_end(&mut stream).await, "");
}

#[tokio::test]
async fn the_end_lets_open_requests_finish_and_takes_no_new_ones() {
    let server = patient().await;
    let (mut idle, mut open, silent) =
        (server.connect().await, server.connect().await, server.connect().await);
    idle.write_all(request("GET", "/Users", "").as_bytes()).await.unwrap();
    one(&mut idle).await;
    let body = "{\"userName\":\"late\"}";
    let head = request("POST", "/Users", &format!("Content-Length: {}\r\n", body.len()));
    open.write_all(head.as_bytes()).await.unwrap();
    open.write_all(&body.as_bytes()[..5]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let Server { address, stop, task } = server;
    stop.send(()).unwrap();
    assert_eq!(to_end(&mut idle).await, "", "an idle connection is closed");
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
    assert!(!task.is_finished());
    open.write_all(&body.as_bytes()[5..]).await.unwrap();
    let (head, user) = one(&mut open).await;
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    assert_eq!(user["userName"], "late");
    tokio::time::timeout(PATIENCE, task).await.expect("it does not end").unwrap();
    drop(silent);
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let timeouts = Timeouts { grace: Duration::from_millis(200), ..Default::default() };
    let Server { address, stop, task } = start(timeouts, HttpLimits::default()).await;
    let mut open = TcpStream::connect(address).await.unwrap();
    open.write_all(request("POST", "/Users", "Content-Length: 50\r\n").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, task).await.expect("it does not end").unwrap();
}

#[tokio::test]
async fn what_hyper_refuses_by_itself_does_no_harm() {
    let server = patient().await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(1_000_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200));
    for junk in [
        "\r\n\r\n\r\n",
        "\0\0\0\0\n",
        "GET\n\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\0\n",
        &long,
        &many,
    ] {
        let mut stream = server.connect().await;
        // It may close before it has read everything.
        drop(stream.write_all(junk.as_bytes()).await);
        drop(stream.shutdown().await);
        let answer = to_end(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let mut stream = server.connect().await;
    stream.write_all(request("GET", "/Users", "").as_bytes()).await.unwrap();
    assert!(one(&mut stream).await.0.starts_with("HTTP/1.1 200"));
}
