//! OAuth clients, as the API shows and takes them.

use chrono::{DateTime, Utc};
use rollbook_store::Scope;
use serde::{Deserialize, Serialize};

/// An OAuth client to make (RFC 6749 §4.4).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewClient {
    /// Its `client_id`: 1 to 256 of letters, digits and `-_.@`; `syncClient…` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// A note for people: at most 128 characters.
    pub label: String,
    /// The most that its access tokens may do: `scim` (the default) or `scim.read`.
    pub scope: Scope,
    /// How long its access tokens are good for, in seconds: 60 to 86,400; 3,600 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_seconds: Option<u32>,
    /// How long its secret is good for, in minutes: 1 to 1,051,200 (2 years); for ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_minutes: Option<i64>,
}

/// How a client's secret is to be rotated.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientRotation {
    /// How long the secret before it stays good, in minutes: 0 to 10,080; 1,440 (a day) when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_minutes: Option<u32>,
    /// How long the new secret is good for; as for [`NewClient::secret_minutes`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_minutes: Option<i64>,
}

/// A client's secret that was just made: the only time that it is shown.
#[derive(Clone, Deserialize, Serialize)]
pub struct ClientSecretView {
    /// The `client_id`.
    pub client_id: String,
    /// The `client_secret` itself.
    pub client_secret: String,
    /// The directory that its access tokens open.
    pub directory: String,
    /// Where it gets its access tokens.
    pub token_url: String,
    /// The SCIM address that they open.
    pub scim_url: String,
    /// What they may do.
    pub scope: Scope,
    /// How long they are good for, in seconds.
    pub token_seconds: u32,
    /// From when on the secret is refused; `None` for never.
    pub expires: Option<DateTime<Utc>>,
    /// After a rotation: until when the secret before it is good; the time of the rotation when it ended at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for ClientSecretView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientSecretView")
            .field("client_id", &self.client_id)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

/// An OAuth client.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ClientView {
    /// Its `client_id`.
    pub client_id: String,
    /// The directory that its access tokens open.
    pub directory: String,
    /// The note.
    pub label: String,
    /// The most that its access tokens may do.
    pub scope: Scope,
    /// How long they are good for, in seconds.
    pub token_seconds: u32,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// Where it gets its access tokens.
    pub token_url: String,
    /// Its secrets, newest first; the secrets themselves are not kept.
    pub secrets: Vec<SecretView>,
}

/// A client's secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SecretView {
    /// Its first characters.
    pub prefix: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it is refused; `None` for never.
    pub expires: Option<DateTime<Utc>>,
    /// Whether it is refused already.
    pub expired: bool,
}
