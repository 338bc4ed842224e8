//! What one connection may cost: large heads and bodies, peers that do not read, idle ones, too many of them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rollbook_http::{HttpLimits, Listen, Timeouts, serve_with};
use rollbook_protocol::ClientKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{BASE, Hub, TOKEN};

async fn start(listen: Listen) -> SocketAddr {
    let hub = Hub::with(ClientKind::Generic, HttpLimits::default()).await;
    hub.user("ann").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_with(listener, hub.service, listen, std::future::pending()));
    address
}

fn head(method: &str, more: &str) -> String {
    format!("{method} {BASE}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{more}\r\n")
}

/// Reads what comes until the peer closes, or until `enough` is there.
async fn read(stream: &mut TcpStream, enough: &str) -> String {
    let mut out = Vec::new();
    let reading = async {
        let mut chunk = [0; 4096];
        loop {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(length) => out.extend_from_slice(&chunk[..length]),
            }
            if !enough.is_empty() && String::from_utf8_lossy(&out).contains(enough) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the peer does not close");
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn a_large_head_is_431() {
    let address = start(Listen::default()).await;
    for more in [format!("X-Large: {}\r\n", "x".repeat(200_000)), "A: b\r\n".repeat(200)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // It may be cut off before all of it is written.
        drop(stream.write_all(head("GET", &more).as_bytes()).await);
        let answer = read(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    // What real clients send passes: 64 kB of headers.
    let mut stream = TcpStream::connect(address).await.unwrap();
    let more = format!("X-Large: {}\r\n", "x".repeat(64_000));
    stream.write_all(head("GET", &more).as_bytes()).await.unwrap();
    assert!(read(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_that_sends_all_of_a_large_body_before_it_reads_gets_its_413() {
    let address = start(Listen::default()).await;
    let large = vec![b' '; 20 * 1024 * 1024];
    let mut stream = TcpStream::connect(address).await.unwrap();
    let more = format!("Content-Length: {}\r\n", large.len());
    stream.write_all(head("POST", &more).as_bytes()).await.unwrap();
    stream.write_all(&large).await.unwrap();
    let answer = read(&mut stream, "").await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("\"status\":\"413\""), "{answer}");
    // So does one whose body has no length.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head("POST", "Transfer-Encoding: chunked\r\n").as_bytes()).await.unwrap();
    let chunk = [b"100000\r\n", &large[..0x10_0000], b"\r\n"].concat();
    for _ in 0..20 {
        stream.write_all(&chunk).await.unwrap();
    }
    let answer = read(&mut stream, "").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_client_that_waits_for_the_go_ahead_sends_no_large_body() {
    let address = start(Listen::default()).await;
    for (length, wanted) in [("30000000", "HTTP/1.1 413"), ("18", "HTTP/1.1 100")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let more = format!("Expect: 100-continue\r\nContent-Length: {length}\r\n");
        stream.write_all(head("POST", &more).as_bytes()).await.unwrap();
        let answer = read(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with(wanted), "{answer}");
    }
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_answer_is_cut_off() {
    let timeouts = Timeouts { stall: Duration::from_millis(300), ..Timeouts::default() };
    let address = start(Listen::from(timeouts)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Thousands of answers, none of them read: at some time the server stops to write, and then gives up.
    let requests = head("GET", "").repeat(100);
    let started = Instant::now();
    let gave_up = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(60), gave_up).await.expect("it is never cut off");
    assert!(started.elapsed() >= Duration::from_millis(250));
}

#[tokio::test]
async fn an_idle_connection_of_http_2_ends() {
    let timeouts = Timeouts { idle: Duration::from_millis(300), ..Timeouts::default() };
    let address = start(Listen::from(timeouts)).await;
    let io = hyper_util::rt::TokioIo::new(TcpStream::connect(address).await.unwrap());
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    let connection = tokio::spawn(connection);
    let started = Instant::now();
    // As long as there are requests it goes on.
    for _ in 0..4 {
        let request = http::Request::get(format!("http://x{BASE}/Users"))
            .header("Authorization", format!("Bearer {TOKEN}"))
            .body(http_body_util::Empty::<bytes::Bytes>::new());
        assert_eq!(sender.send_request(request.unwrap()).await.unwrap().status(), 200);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert!(started.elapsed() >= Duration::from_millis(550));
    tokio::time::timeout(Duration::from_secs(20), connection)
        .await
        .expect("it does not end")
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn no_more_connections_than_allowed_are_served_at_once() {
    let address = start(Listen { max_connections: 2, ..Listen::default() }).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head("GET", "").as_bytes()).await.unwrap();
        assert!(read(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    third.write_all(head("GET", "").as_bytes()).await.unwrap();
    let mut byte = [0];
    let waited = tokio::time::timeout(Duration::from_millis(200), third.read(&mut byte)).await;
    assert!(waited.is_err(), "a third connection was served");
    open.pop();
    assert!(read(&mut third, "\r\n\r\n").await.starts_with("HTTP/1.1 200"), "its turn comes");
}
