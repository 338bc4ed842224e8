//! Administration of the rollbook hub: one set of functions behind the API and the command line.
//!
//! [`Admin`] holds the functions; [`Api`] serves them as JSON under `/provisioning/v1`. The server listens with it on
//! `admin.sock` in its data directory; the command line sends its requests there, or hands them to an [`Api`] of its own
//! when no server runs, so that a verb does the same thing either way.

mod admin;
mod api;
mod error;
mod view;

pub use admin::Admin;
pub use api::Api;
pub use error::AdminError;
pub use view::{
    DirectoryView, NewDirectory, NewTarget, NewToken, StatusView, TargetStatusView, TargetView, TokenView,
    TroubledView,
};
