//! Directories, as the API shows and takes them.

use chrono::{DateTime, Utc};
use rollbook_protocol::ClientKind;
use rollbook_store::{
    DirectoryProfile, DirectorySettings, MemberValue, PatchAnswer, RateLimit, RequiredAttribute, Source,
};
use serde::{Deserialize, Deserializer, Serialize};

/// A directory to make.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewDirectory {
    /// Its name for people: 1 to 128 characters.
    pub name: String,
    /// Its address, `[a-z0-9-]{1,63}`; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Which client pushes to it: `generic`, `entra`, `okta`, `strict`; what the source proposes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientKind>,
    /// Settings that are not to be the defaults; the source is what the client kind proposes when absent.
    #[serde(default, skip_serializing_if = "SettingsChange::is_empty")]
    pub settings: SettingsChange,
}

/// A change of a directory: what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirectoryChange {
    /// Its name for people: 1 to 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which client pushes to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientKind>,
    /// Settings to change.
    #[serde(skip_serializing_if = "SettingsChange::is_empty")]
    pub settings: SettingsChange,
}

/// A change of [`DirectorySettings`]: what is absent stays, `null` goes back to the default; lists are replaced whole.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsChange {
    /// Where its resources come from; without a client kind beside it, it proposes that too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The domains, at most 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
    /// The domain of users without one.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<Option<String>>,
    /// Which attributes are required beyond the schema's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<DirectoryProfile>,
    /// More required attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Vec<RequiredAttribute>>,
    /// Whether an `externalId` in base64 is mapped as a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decode_external_id_as_ms_guid: Option<bool>,
    /// What a successful PATCH answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_answer: Option<PatchAnswer>,
    /// Whether two groups may not have the same `displayName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_group_names: Option<bool>,
    /// What a member's `value` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_value: Option<MemberValue>,
    /// Whether a PATCH `remove` of `members` alone takes all members out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_all_members: Option<bool>,
    /// How many requests its clients may send.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<Option<RateLimit>>,
    /// How long a new token is good for, in minutes: 1 to 1,051,200.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub token_minutes: Option<Option<u32>>,
    /// How long the previous token stays good after a rotation, in minutes: 0 to 10,080.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_token_minutes: Option<u32>,
}

impl SettingsChange {
    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A directory.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DirectoryView {
    /// Its id.
    pub id: String,
    /// Its address.
    pub slug: String,
    /// Its name.
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
    /// Whether it is being deleted: its tokens open nothing any more, and what it holds goes bit by bit.
    #[serde(default)]
    pub delete_in_progress: bool,
    /// What is set for it.
    #[serde(default)]
    pub settings: DirectorySettings,
}

/// Tells a `null` from a field that is not there.
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
