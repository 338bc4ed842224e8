//! Tests of the public face, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows these in #[test] functions only; the helpers beside them are tests too"
)]

mod allocations;
mod build;
mod compliance;
mod errors;
mod filters;
mod limits;
mod patch_paths;
mod paths;
mod precedence;
mod properties;
mod spans;
mod strategy;
mod text;
mod translate;
mod values;
mod vectors;
