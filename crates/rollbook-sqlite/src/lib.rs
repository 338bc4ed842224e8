#![doc = include_str!("../README.md")]

mod backup;
mod cache;
mod check;
mod columns;
mod db;
mod error;
mod migrate;
mod options;
#[cfg(test)]
mod plans;
mod pool;
mod queue;
mod read;
mod store;
mod write;
mod writer;

pub use backup::{BackupError, backup};
pub use check::{Counts, Finding, KeysOf, Report, check};
pub use error::OpenError;
pub use options::Options;
pub use store::SqliteStore;
