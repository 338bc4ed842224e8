//! Tests of the connectors over real HTTP: against the stand-in service, and against canned answers.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do its helpers"
)]

mod address;
mod canned;
mod classify;
mod client;
mod connector;
mod factory;
mod failures;
mod filter;
mod http;
mod members;
mod profile;
mod put;
mod support;
