//! How everything is doing, as the API shows it.

use chrono::{DateTime, Utc};
use rollbook_store::{Failure, LinkCounts, TargetHealth};
use serde::{Deserialize, Serialize};

use super::DirectoryView;

/// How every target is doing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct StatusView {
    /// The program's version.
    pub version: String,
    /// The directories.
    pub directories: Vec<DirectoryView>,
    /// The targets.
    pub targets: Vec<TargetStatusView>,
    /// What an administrator should do soon, most urgent first.
    #[serde(default)]
    pub warnings: Vec<WarningView>,
}

/// Something that will stop working unless somebody acts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WarningView {
    /// What it is about.
    pub kind: WarningKind,
    /// The directory's slug.
    pub directory: String,
    /// The first characters of the token or secret.
    pub prefix: String,
    /// When it stops working.
    pub at: DateTime<Utc>,
    /// What is the matter.
    pub sentence: String,
    /// What to do.
    pub next_step: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// The newest live token of a directory expires soon.
    TokenExpires,
    /// All tokens of a directory have expired, and it has no OAuth client.
    TokensExpired,
    /// A client's secret expires soon.
    SecretExpires,
    /// A client's secrets have all expired.
    SecretsExpired,
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
