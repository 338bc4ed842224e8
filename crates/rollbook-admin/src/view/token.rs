//! Tokens, as the API shows and takes them.

use chrono::{DateTime, Utc};
use rollbook_store::Scope;
use serde::{Deserialize, Serialize};

/// A token to make.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewToken {
    /// A note for people: at most 128 characters.
    pub label: String,
    /// How long it is good for, in minutes: 1 to 1,051,200 (2 years); what the directory says when absent, 262,800
    /// (6 months) when it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_minutes: Option<i64>,
    /// What it may do: `scim` (everything, the default) or `scim.read`.
    pub scope: Scope,
    /// The id of the resource that `/Me` answers to its bearer (decision D10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<String>,
}

/// How a token is to be rotated.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rotation {
    /// How long the new token is good for, in minutes; as for [`NewToken::lifetime_minutes`].
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// What it may do.
    #[serde(default)]
    pub scope: Scope,
    /// From when on it is refused.
    pub expires: DateTime<Utc>,
    /// After a rotation: until when the token before it is good; the time of the rotation when it ended at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for TokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenView")
            .field("id", &self.id)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

/// A token's record; the token itself is not kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TokenRecordView {
    /// Its id.
    pub id: String,
    /// The token's first characters.
    pub prefix: String,
    /// The note.
    pub label: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// From when on it is refused.
    pub expires: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used: Option<DateTime<Utc>>,
    /// The resource that `/Me` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub me: Option<String>,
    /// The OAuth client that it was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// How it is.
    pub state: TokenState,
}

/// How a token is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenState {
    /// Good, and the newest of its line.
    Live,
    /// Rotated away, and good until it expires.
    Previous,
    /// Not good any more.
    Expired,
}
