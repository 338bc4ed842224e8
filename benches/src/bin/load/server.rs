//! A server that is measured: where it is, how to ask it, what it costs.

use std::net::SocketAddr;
use std::process::Child;
use std::time::{Duration, Instant};

use rollbook_testing::{Answer, Client, Process};
use serde_json::Value;

use crate::machine;
use crate::wire::Wire;

/// A server under measurement; dropped, it is killed.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// The path before `/Users`.
    pub(crate) base: String,
    pub(crate) token: String,
    /// How many connections it can be asked over at once.
    pub(crate) most_connections: usize,
    spawned: Option<Spawned>,
}

/// Who holds the process.
pub(crate) enum Spawned {
    Child(Child),
    Rollbook(Process),
}

impl Server {
    pub(crate) fn new(
        name: &'static str,
        address: SocketAddr,
        base: &str,
        token: &str,
        spawned: Spawned,
    ) -> Self {
        Self {
            name,
            address,
            base: base.to_owned(),
            token: token.to_owned(),
            most_connections: usize::MAX,
            spawned: Some(spawned),
        }
    }

    /// The same process seen with another directory's path and token, for one request at a time.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        head(method, &self.base, path, &self.token)
    }

    /// A request without a body.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        (self.head("GET", path) + "\r\n").into_bytes()
    }

    /// A client for requests that are not measured.
    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}{}", self.address, self.base), &self.token)
    }

    /// Asks once and fails unless the status is this one.
    pub(crate) fn expect(&self, status: u16, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.client().send(method, path, body);
        assert_eq!(answer.status, status, "{}: {method} {path}: {}", self.name, answer.text());
        answer
    }

    pub(crate) fn pid(&self) -> u32 {
        match &self.spawned {
            Some(Spawned::Child(child)) => child.id(),
            Some(Spawned::Rollbook(process)) => process.pid(),
            None => 0,
        }
    }

    /// Processor time used so far.
    pub(crate) fn cpu(&self) -> Duration {
        machine::cpu(self.pid())
    }

    /// Resident memory now and at its highest, in MB.
    pub(crate) fn memory(&self) -> (f64, f64) {
        machine::memory(self.pid())
    }

    /// Waits until it accepts connections and answers with any status.
    pub(crate) fn wait_until_up(&mut self, path: &str) -> Result<(), String> {
        let begun = Instant::now();
        let request = self.get(path);
        loop {
            if Wire::open(self.address).and_then(|mut wire| wire.ask(&request)).is_ok() {
                return Ok(());
            }
            if let Some(Spawned::Child(child)) = &mut self.spawned
                && let Ok(Some(status)) = child.try_wait()
            {
                return Err(format!("it ended at once: {status}"));
            }
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("it does not answer within 30 s".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends rollbook in an orderly way, so that its database is whole in one file.
    pub(crate) fn stop(mut self) {
        if let Some(Spawned::Rollbook(process)) = self.spawned.take() {
            let (status, _, log) = process.stop();
            assert!(status.success(), "{log}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Spawned::Child(child)) = &mut self.spawned {
            kill(child);
        }
    }
}

/// The head of a request up to its last header, without the empty line.
pub(crate) fn head(method: &str, base: &str, path: &str, token: &str) -> String {
    format!(
        "{method} {base}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: \
         application/scim+json\r\n"
    )
}

/// A request with a body.
pub(crate) fn write_with_body(out: &mut Vec<u8>, head: &str, body: &[u8]) {
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(
        format!("Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(),
    );
    out.extend_from_slice(body);
}

fn kill(child: &mut Child) {
    // It may have ended already; there is nobody to tell.
    let _ = child.kill();
    let _ = child.wait();
}
