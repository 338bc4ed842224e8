//! Fairness: one flooding client does not keep the requests of other directories waiting.
//!
//! Requests of all connections come out of one queue of the runtime, first in, first out: a client with a thousand
//! connections would put a thousand requests in front of everybody else's next one. So a directory whose requests
//! come faster than they are answered has them queued here, and of each such directory a few are let through in turn.
//! A request of a directory that has no queue passes at once.
//!
//! As long as only one directory is active there is nobody to be fair to, and nothing is queued. Requests without
//! good credentials share one lane, as if they were a directory.

mod lane;
mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rollbook_store::DirectoryId;
use tokio::sync::{Notify, oneshot};

use self::lane::{Lanes, Passage};

/// The gate of one service.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    lanes: Mutex<Lanes>,
    /// The lane of requests without good credentials.
    nobody: DirectoryId,
    /// Something has changed for those who wait: one has left, or another has come.
    left: Notify,
}

/// A request's way through the gate: it is computed between [`Permit::enter`] and [`Permit::leave`].
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Gate,
    directory: DirectoryId,
    held: Mutex<Option<Held>>,
}

/// A place beyond the gate; it is given back when this is dropped.
#[derive(Debug)]
struct Held {
    gate: Gate,
    directory: DirectoryId,
}

impl Gate {
    /// A gate that lets about as many requests of a directory through at once as there are processors.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self::of(processors)
    }

    fn of(processors: usize) -> Self {
        let lanes = Mutex::new(Lanes::new(processors));
        let shared = Shared { lanes, nobody: DirectoryId::new(""), left: Notify::new() };
        Self { shared: Arc::new(shared) }
    }

    /// The way of one request of a directory, of none for requests without good credentials; it is still outside.
    pub(crate) fn permit(&self, directory: Option<&DirectoryId>) -> Permit {
        let directory = directory.unwrap_or(&self.shared.nobody).clone();
        Permit { gate: self.clone(), directory, held: Mutex::new(None) }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place; nobody is given one who need not share.
    async fn enter(&self, directory: &DirectoryId) -> Option<Held> {
        let waiting = {
            let mut lanes = self.lanes();
            match lanes.passage(directory, Instant::now()) {
                Passage::Free => return None,
                Passage::Counted => return Some(Held { gate: self.clone(), directory: directory.clone() }),
                Passage::Wait => {}
            }
            let (sender, receiver) = oneshot::channel();
            if lanes.wait(directory, sender) {
                tokio::spawn(turns::run(self.clone()));
            } else {
                // The turns may be waiting for somebody of another directory to leave.
                self.shared.left.notify_one();
            }
            receiver
        };
        // The sender goes only together with the gate.
        waiting.await.ok()
    }
}

impl Permit {
    /// Waits until the request may be computed; at once when nothing else of its directory waits.
    pub(crate) async fn enter(&self) {
        if self.held().is_none() {
            let held = self.gate.enter(&self.directory).await;
            *self.held() = held;
        }
    }

    /// Makes room for another request: this one waits for something else than a processor, or is over.
    pub(crate) fn leave(&self) {
        drop(self.held().take());
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.gate.lanes().leave(&self.directory) {
            self.gate.shared.left.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
