//! The SCIM service as the started binary serves it: isolation, concurrency, restarts, proxies, TLS, own types.

mod concurrent;
mod isolation;
mod own_types;
mod proxy;
mod requests;
mod restart;
mod slow;
mod tls;
