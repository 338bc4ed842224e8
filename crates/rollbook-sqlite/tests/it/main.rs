//! Tests of the SQLite store: the contract's conformance suite, and what only a store on a disk must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod check;
mod conformance;
mod durability;
mod fixture;
mod grouping;
mod migration;
mod open;
mod order;
mod released;
mod same_as_memory;
mod staleness;
mod torn;
