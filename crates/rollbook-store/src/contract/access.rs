//! Who may call, and who did: tokens, OAuth clients, the inbound request log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, DirectoryId, ResourceId, TokenId};
use crate::secret::TokenHash;

/// A bearer token's record.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The directory that it opens.
    pub directory: DirectoryId,
    /// SHA-256 of the token; the token itself is not kept.
    pub hash: TokenHash,
    /// Its first characters, to tell it from others.
    pub prefix: String,
    /// A note for people.
    pub label: String,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// From when on it is refused.
    pub expires: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used: Option<DateTime<Utc>>,
    /// What it may do.
    pub scope: Scope,
    /// The token that it replaces, which stays good for a while (rotation).
    pub replaces: Option<TokenId>,
    /// The OAuth client that it was issued to at `/acs/token`; `None` for one that an administrator made.
    pub client: Option<ClientId>,
    /// The resource that `/Me` answers (decision D10).
    pub resource: Option<ResourceId>,
}

impl Token {
    /// A token that may do everything, without a note, never used.
    #[must_use]
    pub const fn new(
        id: TokenId,
        directory: DirectoryId,
        hash: TokenHash,
        created: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            directory,
            hash,
            prefix: String::new(),
            label: String::new(),
            created,
            expires,
            last_used: None,
            scope: Scope::Write,
            replaces: None,
            client: None,
            resource: None,
        }
    }
}

/// What a token may do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Scope {
    /// `scim.read`: GET, HEAD and `.search`.
    #[serde(rename = "scim.read")]
    Read,
    /// `scim`: everything of the SCIM service.
    #[default]
    #[serde(rename = "scim")]
    Write,
}

impl Scope {
    /// The word for it, as in OAuth's `scope`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "scim.read",
            Self::Write => "scim",
        }
    }
}

/// An OAuth 2.0 client that gets access tokens for a directory by client credentials (RFC 6749 §4.4).
#[derive(Clone, Debug, PartialEq)]
pub struct OauthClient {
    /// Its `client_id`.
    pub id: ClientId,
    /// The directory that its tokens open.
    pub directory: DirectoryId,
    /// A note for people.
    pub label: String,
    /// Its secrets, newest first: two while one is rotated.
    pub secrets: Vec<ClientSecret>,
    /// The most that its tokens may do.
    pub scope: Scope,
    /// How long its access tokens are good for, in seconds: 60 to 86,400.
    pub token_seconds: u32,
    /// When it was created.
    pub created: DateTime<Utc>,
}

/// One secret of a client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ClientSecret {
    /// SHA-256 of the secret; the secret itself is not kept.
    pub hash: TokenHash,
    /// Its first characters, to tell it from others.
    pub prefix: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it is refused; `None` for never.
    pub expires: Option<DateTime<Utc>>,
}

/// One request that came in, for the directory's inbound log; it holds no value of a header, query or body.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RequestRecord {
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// The directory that the token opens, else the one that the path names; `None` when there is no such.
    pub directory: Option<DirectoryId>,
    /// The address of the client, as far as it is known.
    pub client: Option<String>,
    /// The first characters of the token, when it is one of this directory.
    pub token: Option<String>,
    /// The method.
    pub method: String,
    /// The path, without the query; secrets in it are left out, and at most 256 bytes of it.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// Why it was refused, in words; `None` for a success.
    pub reason: Option<String>,
    /// How long it took, in microseconds.
    pub micros: u64,
}
