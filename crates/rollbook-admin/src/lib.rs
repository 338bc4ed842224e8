#![doc = include_str!("../README.md")]

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
