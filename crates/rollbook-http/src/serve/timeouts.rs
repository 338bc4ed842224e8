//! How long a peer may take.

use std::time::Duration;

/// How long the peers of [`serve`](crate::serve) may take; how long a body may take is
/// [`HttpLimits::body_timeout`](crate::HttpLimits::body_timeout).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// How long a request head may take to arrive, and how long an idle connection of HTTP/1.1 is kept: 30 s.
    pub head: Duration,
    /// How long open requests may go on after the end was asked for: 10 s.
    pub grace: Duration,
    /// How long the TLS handshake may take: 10 s.
    pub handshake: Duration,
    /// How long a peer may take none of an answer before its connection is cut: 30 s.
    pub stall: Duration,
    /// After how long without a new request a connection of HTTP/2 is ended: 5 min.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            idle: Duration::from_secs(300),
        }
    }
}
