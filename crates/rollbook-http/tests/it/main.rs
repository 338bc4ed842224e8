//! The SCIM service: every decision that concerns it, real clients' habits, hostile input, the listener.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod changes;
mod clients;
mod credentials;
mod discovery;
mod groups;
mod hostile;
mod input;
mod kinds;
mod lists;
mod logs;
mod paths;
mod projection;
mod property;
mod races;
mod serve;
mod store_errors;
mod support;
mod versions;
