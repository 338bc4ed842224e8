//! What a listener is given.

use super::{Timeouts, Tls};

/// How [`serve_with`](crate::serve_with) listens; [`Timeouts`] alone will do for one.
#[derive(Clone, Debug)]
pub struct Listen {
    /// How long the peers may take.
    pub timeouts: Timeouts,
    /// The certificate and key; `None` for HTTP without TLS.
    pub tls: Option<Tls>,
    /// How many connections are open at once: 4,096; more wait in the system's queue.
    pub max_connections: u32,
}

impl Default for Listen {
    fn default() -> Self {
        Self { timeouts: Timeouts::default(), tls: None, max_connections: 4_096 }
    }
}

impl From<Timeouts> for Listen {
    fn from(timeouts: Timeouts) -> Self {
        Self { timeouts, ..Self::default() }
    }
}
