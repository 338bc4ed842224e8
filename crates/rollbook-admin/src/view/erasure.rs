//! The erasing of a person, as data.

use serde::{Deserialize, Serialize};

/// Who is to be erased.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The `userName`, or the id.
    pub user: String,
    /// Whether it is erased in the end though a service was not told, and keeps the account.
    #[serde(default)]
    pub without_services: bool,
    /// How long to wait for the services: up to 600 seconds, 30 unless set.
    #[serde(default = "half_a_minute")]
    pub wait_seconds: u64,
}

const fn half_a_minute() -> u64 {
    30
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ErasedView {
    /// The directory's address.
    pub directory: String,
    /// The id of who was meant, which stays known.
    pub resource: String,
    /// Whether it was still there, and was deleted now.
    pub deleted: bool,
    /// Whether it is erased.
    pub erased: bool,
    /// The services that were not told yet that it is gone; where it is erased, those that never will be.
    pub waits_for: Vec<String>,
}
