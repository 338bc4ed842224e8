#![doc = include_str!("../README.md")]

mod auth;
mod body;
mod error;
mod handler;
mod limits;
mod render;
mod response;
mod route;
mod serve;
mod service;

pub use auth::{AuthError, Authenticator, Principal, StoreAuthenticator, TokenAuthenticator};
pub use limits::HttpLimits;
pub use response::ResponseBody;
pub use serve::{Timeouts, serve, serve_with};
pub use service::{Builder, Service};
