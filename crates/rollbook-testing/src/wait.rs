//! Waiting for something that happens elsewhere.

use std::time::{Duration, Instant};

/// Asks `done` every 20 ms until it answers something; `None` once the time is over.
pub fn wait_until<T>(limit: Duration, mut done: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(value) = done() {
            return Some(value);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
