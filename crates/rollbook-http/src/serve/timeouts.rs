//! How long a peer may take.

use std::time::Duration;

/// How long the peers of [`serve`](crate::serve) may take; how long a body may take is
/// [`HttpLimits::body_timeout`](crate::HttpLimits::body_timeout).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// How long a request head may take to arrive, and how long an idle connection is kept: 30 s.
    pub head: Duration,
    /// How long open requests may go on after the end was asked for: 10 s.
    pub grace: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), grace: Duration::from_secs(10) }
    }
}
