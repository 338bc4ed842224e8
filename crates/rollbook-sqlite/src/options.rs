//! How a store is opened.

use std::time::Duration;

/// Settings of a [`crate::SqliteStore`]; the defaults fit a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How many scans (queries with a filter, lists) run at the same time; more wait. At least 1; 4 unless set.
    pub readers: usize,
    /// How many waiting commits share one transaction at most. At least 1; 128 unless set.
    pub group: usize,
    /// How long to wait for another process that holds the database; 5 seconds unless set.
    pub busy_timeout: Duration,
    /// How many bytes of what was read lately are kept in memory; 24 MiB unless set, 0 for none.
    ///
    /// A store that keeps any has the file to itself: what another one writes would go unseen.
    pub cache: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, group: 128, busy_timeout: Duration::from_secs(5), cache: 24 * 1024 * 1024 }
    }
}

impl Options {
    /// Sets how many scans run at the same time.
    #[must_use]
    pub const fn readers(mut self, readers: usize) -> Self {
        self.readers = readers;
        self
    }

    /// Sets how many waiting commits share one transaction at most.
    #[must_use]
    pub const fn group(mut self, group: usize) -> Self {
        self.group = group;
        self
    }

    /// Sets how long to wait for another process that holds the database.
    #[must_use]
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets how many bytes of what was read lately are kept in memory; 0 for none.
    #[must_use]
    pub const fn cache(mut self, bytes: usize) -> Self {
        self.cache = bytes;
        self
    }
}
