//! Tests of the SQLite store: the contract's conformance suite, and what only a store on a disk must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod conformance;
mod durability;
mod fixture;
mod grouping;
mod migration;
mod open;
mod order;
mod same_as_memory;
