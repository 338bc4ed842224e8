//! From the start of the process to the first answer.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::figures::{Row, millis, quantile};

/// How many starts of each kind.
const STARTS: usize = 20;

/// Starts the hub over each data directory, in turn.
pub(crate) fn measure(binary: &Path, directories: &[(&str, &Path)]) -> Vec<Row> {
    let rows = directories.iter().map(|(name, data)| {
        let mut times: Vec<Duration> = (0..STARTS).map(|_| once(binary, data)).collect();
        let (median, slowest) = (quantile(&mut times, 0.5), quantile(&mut times, 1.0));
        Row {
            what: format!("process start to the first 200 of /livez, {name}, median of {STARTS}"),
            seen: format!("{} (slowest {})", millis(median), millis(slowest)),
            goal: "200 ms",
        }
    });
    rows.collect()
}

fn once(binary: &Path, data: &Path) -> Duration {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port");
    let started = Instant::now();
    let mut child = Command::new(binary)
        .arg("--data")
        .arg(data)
        .args(["serve", "--listen", &address.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the hub starts");
    let time = loop {
        if let Ok(mut stream) = TcpStream::connect(address) {
            stream
                .write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .expect("it reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("it answers");
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            break started.elapsed();
        }
        assert!(started.elapsed() < Duration::from_secs(10), "it does not serve");
        std::thread::sleep(Duration::from_micros(200));
    };
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    time
}
