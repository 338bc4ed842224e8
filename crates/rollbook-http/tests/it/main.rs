//! The SCIM service: every decision that concerns it, real clients' habits, hostile input, the listener.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod access;
mod bulk;
mod changes;
mod checklist;
mod clients;
mod connections;
mod corners;
mod credentials;
mod cursors;
mod custom;
mod discovery;
mod fairness;
mod groups;
mod hostile;
mod input;
mod kinds;
mod large;
mod lists;
mod logs;
mod me;
mod paths;
mod projection;
mod property;
mod races;
mod search;
mod serve;
mod settings;
mod store_errors;
mod support;
mod tls;
mod versions;
