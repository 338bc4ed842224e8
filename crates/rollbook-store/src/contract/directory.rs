//! Directories (tenants) and what may be set for each.

use chrono::{DateTime, Utc};
use rollbook_protocol::ClientKind;
use serde::{Deserialize, Serialize};

use crate::ids::DirectoryId;

/// The most domains that a directory may have.
pub const MAX_DOMAINS: usize = 30;

/// A directory (tenant) with its own users, groups, tokens and targets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Directory {
    /// Its id.
    pub id: DirectoryId,
    /// Its address: `[a-z0-9-]{1,63}`, fixed for life.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Which client pushes to it: decides the quirks.
    pub client: ClientKind,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// What is set for it.
    #[serde(default)]
    pub settings: DirectorySettings,
    /// Since when it is being deleted; its tokens open nothing any more and its targets get no calls.
    #[serde(default)]
    pub deleting: Option<DateTime<Utc>>,
}

impl Directory {
    /// A directory with the default settings.
    #[must_use]
    pub fn new(
        id: DirectoryId,
        slug: impl Into<String>,
        name: impl Into<String>,
        client: ClientKind,
        created: DateTime<Utc>,
    ) -> Self {
        let settings = DirectorySettings::default();
        Self { id, slug: slug.into(), name: name.into(), client, created, settings, deleting: None }
    }
}

/// What may be set for a directory; every field has a default, so that older stored settings stay readable.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct DirectorySettings {
    /// Where its resources come from.
    pub source: Source,
    /// The domains that its users may have, at most [`MAX_DOMAINS`]; empty allows all.
    pub domains: Vec<String>,
    /// The domain of a user without one, used when the user is mapped; the stored value stays untouched.
    pub default_domain: Option<String>,
    /// Which attributes are required beyond the schema's (decision D29).
    pub profile: DirectoryProfile,
    /// More required attributes.
    pub required: Vec<RequiredAttribute>,
    /// Whether an `externalId` in base64 is mapped as the GUID that it encodes (the vendor's
    /// `attemptDecodeExternalIdAsMSGuid`); the stored value stays untouched.
    pub decode_external_id_as_ms_guid: bool,
    /// What a successful PATCH answers (decision D1).
    pub patch_answer: PatchAnswer,
    /// Whether two groups may not have the same `displayName` (decision D4).
    pub unique_group_names: bool,
    /// What a member's `value` names (decision D6).
    pub member_value: MemberValue,
    /// Whether a PATCH `remove` of `members` with neither filter nor value takes all members out (decision D11);
    /// `false` refuses it.
    pub remove_all_members: bool,
    /// How many requests its clients may send; `None` for any number.
    pub rate_limit: Option<RateLimit>,
    /// How long a new token is good for, in minutes: 1 to 1,051,200 (2 years); `None` for 6 months.
    pub token_minutes: Option<u32>,
    /// How long the previous token stays good after a rotation, in minutes: 0 to 10,080; 1,440 unless set.
    pub previous_token_minutes: u32,
}

impl Default for DirectorySettings {
    fn default() -> Self {
        Self {
            source: Source::default(),
            domains: Vec::new(),
            default_domain: None,
            profile: DirectoryProfile::default(),
            required: Vec::new(),
            decode_external_id_as_ms_guid: false,
            patch_answer: PatchAnswer::default(),
            unique_group_names: true,
            member_value: MemberValue::default(),
            remove_all_members: true,
            rate_limit: None,
            token_minutes: None,
            previous_token_minutes: 1_440,
        }
    }
}

/// Which identity provider a directory's resources come from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Microsoft Entra ID.
    Entra,
    /// Okta.
    Okta,
    /// Any other.
    #[default]
    Generic,
}

/// A named set of required attributes (decision D29).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryProfile {
    /// Those of the schemas alone.
    #[default]
    Plain,
    /// The vendor's too: `userName`, `externalId`, `emails[type eq "work"].value`, `name.givenName`,
    /// `name.familyName` and `active` of users; `displayName` of groups, and of Entra's groups `externalId`.
    WorkspaceOne,
}

/// An attribute that a resource type must have.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RequiredAttribute {
    /// The resource type's name, such as `User`.
    pub resource_type: String,
    /// The attribute's path, such as `name.givenName` or `emails[type eq "work"].value`.
    pub attribute: String,
}

/// What a successful PATCH answers (decision D1).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchAnswer {
    /// 200 with the resource; 204 for a large group.
    #[default]
    Resource,
    /// 204, unless `attributes` or `excludedAttributes` asks for a body.
    NoContent,
}

/// What the `value` of a member names (decision D6).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberValue {
    /// The member's `id`.
    #[default]
    Id,
    /// The member's `externalId` where one has it, else its `id`.
    ExternalId,
}

/// How many requests are taken.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RateLimit {
    /// Requests a second, on average: 1 to 100,000.
    pub per_second: u32,
    /// How many may come at once: 1 to 100,000.
    pub burst: u32,
}
