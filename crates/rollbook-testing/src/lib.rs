//! Test support of the rollbook workspace (unpublished): the started binary, a small HTTP client, fixtures, tools.
//!
//! Everything blocks and panics on failure: it is for tests and measurements, where a panic is the report.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a failing harness is a failing test, and its report is the panic"
)]

mod cli;
mod fixture;
mod holdings;
mod http;
pub mod oracle;
mod place;
mod postgres;
mod process;
mod random;
mod wait;

pub use cli::{Cli, Outcome};
pub use fixture::{ENTERPRISE, GROUP, PATCH_OP, USER, group, member_edit, patch, user};
pub use holdings::{Holdings, holdings};
pub use http::{Answer, Client, Session};
pub use place::{not_run, run_python, shared_dir, tool, tools_demanded, workspace_dir};
pub use postgres::Postgres;
pub use process::{Process, Serve, command};
pub use random::Random;
pub use wait::wait_until;
