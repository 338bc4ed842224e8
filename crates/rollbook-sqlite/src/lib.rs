//! The embedded SQLite store of the rollbook SCIM 2.0 hub: one file, no server, nothing to set up.
//!
//! [`SqliteStore`] implements the whole contract of `rollbook-store` over one database file in WAL mode with
//! `synchronous=FULL`: a commit that was answered survives a power cut.
//!
//! One thread writes. It takes all commits that are waiting into one transaction, each in a savepoint of its own, so
//! that many writers share one `fsync` and a refused commit leaves no trace and no gap in the change log. Reads run
//! beside it on read-only connections and see the last commit.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use rollbook_sqlite::{Options, SqliteStore};
//!
//! # fn main() -> Result<(), rollbook_sqlite::OpenError> {
//! let store = SqliteStore::open(Path::new("data/rollbook.db"), Options::default())?;
//! # drop(store);
//! # Ok(())
//! # }
//! ```

mod columns;
mod db;
mod error;
mod migrate;
mod options;
#[cfg(test)]
mod plans;
mod pool;
mod read;
mod store;
mod write;
mod writer;

pub use error::OpenError;
pub use options::Options;
pub use store::SqliteStore;
