//! The rollbook SCIM 2.0 hub: configuration, wiring and command line around the libraries.
//!
//! Nothing here decides anything about SCIM: this crate reads the configuration, opens the store, starts the SCIM
//! service, the engine and the administration socket, and turns command-line verbs into requests of the
//! administration API.

mod address;
mod client;
mod command;
mod config;
mod data;
mod demo;
mod error;
mod hub;
mod key;
mod logs;
mod print;
mod schemas;
mod serve;

pub use command::{Arguments, run};
pub use error::ServerError;
