//! Tests of the PostgreSQL store: the contract's conformance suite, and what only a server can do to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod conformance;
mod fixture;
mod server;
