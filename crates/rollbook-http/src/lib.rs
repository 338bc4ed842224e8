#![doc = include_str!("../README.md")]

mod auth;
mod body;
mod error;
mod gate;
mod handler;
mod kinds;
mod limits;
mod memory;
mod oauth;
mod proxies;
mod rate;
mod render;
mod request_log;
mod response;
mod route;
mod serve;
mod service;
mod trace;

pub use auth::{AuthError, Authenticator, Principal, Refusal, StoreAuthenticator, TokenAuthenticator};
pub use limits::HttpLimits;
pub use proxies::{InvalidRange, TrustedProxies};
pub use request_log::{LogLimits, RequestLog};
pub use response::{BodyError, ResponseBody};
pub use serve::{Listen, Peer, Timeouts, Tls, TlsError, serve, serve_with};
pub use service::{Builder, Service};
