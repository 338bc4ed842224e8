//! Targets, as the API shows and takes them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A target to make.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewTarget {
    /// Its name, `[a-z0-9-]{1,63}`.
    pub name: String,
    /// The service's SCIM base address.
    pub url: String,
    /// The bearer token for it; kept encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The service's habits: a profile as JSON; all defaults when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<serde_json::Value>,
}

impl std::fmt::Debug for NewTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewTarget").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

/// A target.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TargetView {
    /// Its id.
    pub id: String,
    /// Its directory's slug.
    pub directory: String,
    /// Its name.
    pub name: String,
    /// Its connector.
    pub connector: String,
    /// The service's address.
    pub url: String,
    /// Whether a credential is kept for it.
    pub has_credential: bool,
    /// When it was created.
    pub created: DateTime<Utc>,
}
