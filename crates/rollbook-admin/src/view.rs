//! What the API takes and answers, as data.

use chrono::{DateTime, Utc};
use rollbook_protocol::ClientKind;
use rollbook_store::{Failure, LinkCounts, TargetHealth};
use serde::{Deserialize, Serialize};

/// A directory to make.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewDirectory {
    /// Its name for people.
    pub name: String,
    /// Its address, `[a-z0-9-]{1,63}`; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Which client pushes to it: `generic` (the default), `entra`, `okta`, `strict`.
    #[serde(default)]
    pub client: ClientKind,
}

/// A directory.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DirectoryView {
    /// Its id.
    pub id: String,
    /// Its address.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Which client pushes to it.
    pub client: ClientKind,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// The SCIM address to give to the identity provider.
    pub scim_url: String,
    /// How many users it holds.
    pub users: u64,
    /// How many groups it holds.
    pub groups: u64,
}

/// A token to make.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewToken {
    /// A note for people.
    pub label: String,
    /// How long it is good for, in minutes: 1 to 1,051,200 (2 years); 262,800 (6 months) when absent.
    pub lifetime_minutes: Option<i64>,
}

/// A token that was just made: the only time that it is shown.
#[derive(Clone, Deserialize, Serialize)]
pub struct TokenView {
    /// Its record's id.
    pub id: String,
    /// The token itself.
    pub token: String,
    /// The directory that it opens.
    pub directory: String,
    /// The SCIM address that it opens.
    pub scim_url: String,
    /// From when on it is refused.
    pub expires: DateTime<Utc>,
}

impl std::fmt::Debug for TokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenView")
            .field("id", &self.id)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

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

/// How every target is doing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct StatusView {
    /// The program's version.
    pub version: String,
    /// The directories.
    pub directories: Vec<DirectoryView>,
    /// The targets.
    pub targets: Vec<TargetStatusView>,
}

/// How one target is doing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TargetStatusView {
    /// Its directory's slug.
    pub directory: String,
    /// Its name.
    pub name: String,
    /// Changes that it has not looked at yet.
    pub unread: u64,
    /// Its links by condition.
    pub counts: LinkCounts,
    /// When the oldest change was accepted that has not arrived.
    pub oldest_change: Option<DateTime<Utc>>,
    /// Its health.
    pub health: TargetHealth,
    /// What fails or waits, oldest first; ten at most.
    pub troubled: Vec<TroubledView>,
}

/// A resource that has not arrived.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TroubledView {
    /// The resource's type.
    pub resource_type: String,
    /// Its id.
    pub resource: String,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it waits for: ids of resources without an account there.
    pub waits_for: Vec<String>,
    /// When it is tried again.
    pub next_attempt: Option<DateTime<Utc>>,
}
