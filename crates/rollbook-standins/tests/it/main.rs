//! Tests of the stand-in over real HTTP, by a client that knows nothing of SCIM.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do its helpers"
)]

mod faults;
mod groups;
mod support;
mod users;
