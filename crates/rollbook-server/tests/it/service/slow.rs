//! Slow clients cost nobody but themselves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rollbook_testing::{Process, user};

use crate::binary;

/// How many there are that send slowly.
const EACH: usize = 60;

/// How many that take nothing of their answers; each costs the server some lists first, which a debug build makes slowly.
const READERS: usize = 20;

#[test]
fn slow_heads_bodies_and_readers_do_not_slow_others_down() {
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    for number in 0..50 {
        client.send("POST", "/Users", Some(&user(&format!("user-{number}")))).id(201);
    }
    let connect = || {
        let stream = TcpStream::connect(hub.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    };
    let mut heads = Vec::new();
    let mut bodies = Vec::new();
    let mut readers = Vec::new();
    let head = client.head("POST", "/Users");
    let list = client.head("GET", "/Users?count=50");
    for number in 0..EACH {
        if number < READERS {
            let mut stream = connect();
            stream.write_all(format!("{list}\r\n").repeat(10).as_bytes()).unwrap();
            readers.push(stream);
        }
        // Half a head; half a body; and an answer that nobody takes, asked for again and again.
        let mut stream = connect();
        stream.write_all(&head.as_bytes()[..head.len() / 2]).unwrap();
        heads.push(stream);
        let body = user(&format!("slow-{number}")).to_string();
        let mut stream = connect();
        let whole = format!(
            "{head}Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(&whole.as_bytes()[..whole.len() - 10]).unwrap();
        bodies.push((stream, whole));
    }
    // Meanwhile another client does its work.
    let mut session = client.session();
    let mut slowest = Duration::ZERO;
    for number in 0..200 {
        let started = Instant::now();
        if number % 10 == 0 {
            session.send("POST", "/Users", Some(&user(&format!("fast-{number}")))).unwrap().id(201);
        } else {
            assert_eq!(session.get("/Users?count=1").unwrap().status, 200);
        }
        slowest = slowest.max(started.elapsed());
    }
    assert!(slowest < Duration::from_secs(10), "a request took {slowest:?} beside slow clients");

    // Who is slow but goes on is served.
    for (stream, whole) in &mut bodies {
        stream.write_all(&whole.as_bytes()[whole.len() - 10..]).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 201");
    }
    // Who sends no whole head is cut off after 30 s, with 408 or without a word.
    let started = Instant::now();
    for mut stream in heads {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = stream.read_to_end(&mut rest);
        let said = String::from_utf8_lossy(&rest).into_owned();
        assert!(rest.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    assert!(started.elapsed() < Duration::from_secs(45), "they were cut off after {:?}", started.elapsed());
    assert_eq!(session.get("/Users?count=1").map_or(200, |answer| answer.status), 200);
}
