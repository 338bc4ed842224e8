//! The tests of the storage contract, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod edits;
mod keyring;
mod memory;
mod position;
mod query;
mod secret;
mod suite;

use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use rollbook_store::Environment;

/// A clock that stands still and random numbers that count.
#[derive(Debug, Default)]
struct Fixed(AtomicU8);

impl Environment for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600, 0).unwrap()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(1, Ordering::Relaxed));
    }
}
