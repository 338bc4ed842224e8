//! Tests of the public interface, one module per subject.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy lets only functions marked as tests do so"
)]

mod bulk;
mod compliance;
mod cursor;
mod discovery;
mod error;
mod etag;
mod evaluate;
mod examples;
mod fixtures;
mod keys;
mod list;
mod naive;
mod params;
mod patch;
mod prepare;
mod project;
mod render;
mod resolve;
mod robust;
mod sort;
