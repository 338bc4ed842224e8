//! The started binary, end to end: one test program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "clippy.toml allows these in #[test] functions only; the helpers beside them are tests too"
)]

mod administration;
mod bad_input;
mod cases;
mod cli;
mod crash;
mod ephemeral;
mod fanout;
mod server;
mod service;
mod store;

use std::path::Path;

/// The binary under test.
fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_rollbook"))
}
