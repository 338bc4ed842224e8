//! Integration tests of the fan-out engine, against the store in memory and a service that fails on command.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy.toml allows these in #[test] functions only; the helpers beside them are tests too"
)]

mod backoff;
mod delivery;
mod directories;
mod failures;
mod hub;
mod identity;
mod node;
mod nodes;
mod planner;
mod references;
mod service;
mod simulation;
mod targets;
