//! Tests of the public interface, one module per subject.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy lets only functions marked as tests do so"
)]

mod convert;
mod datetime;
mod definition;
mod examples;
mod json;
mod name;
mod number;
mod properties;
mod registry;
mod resource;
mod validate;
mod value;
mod view;

use rollbook_schema::{JsonLimits, Registry, Resource, Value, parse_value};

/// Reads JSON that must be right.
fn value(text: &str) -> Value {
    parse_value(text.as_bytes(), &JsonLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Reads a resource that must be right.
fn resource(text: &str) -> Resource {
    Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns the text a resource is written as.
fn written(resource: &Resource) -> String {
    String::from_utf8(resource.to_vec()).unwrap()
}
