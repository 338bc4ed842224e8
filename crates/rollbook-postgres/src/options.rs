//! How a store is opened.

use std::time::Duration;

/// Settings of a [`crate::PostgresStore`]; the defaults fit a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most connections of this process. At least 2; 16 unless set.
    pub connections: usize,
    /// How many waiting commits of one directory share a transaction at most. At least 1; 128 unless set.
    pub group: usize,
    /// How long a commit is tried again while the server is away, so that a failover is a pause and not an error; 20
    /// seconds unless set.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 16, group: 128, patience: Duration::from_secs(20) }
    }
}

impl Options {
    /// Sets the most connections of this process.
    #[must_use]
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Sets how many waiting commits of one directory share a transaction at most.
    #[must_use]
    pub const fn group(mut self, group: usize) -> Self {
        self.group = group;
        self
    }

    /// Sets how long a commit is tried again while the server is away.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}
