//! The settings: directories, targets, tokens, OAuth clients, and the inbound request log.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Directory, Failure, OauthClient, RequestRecord, Resources, Token};
use crate::error::StoreError;
use crate::ids::{ClientId, DirectoryId, TargetId};
use crate::secret::TokenHash;

/// Reads directories, targets, tokens, OAuth clients, the inbound request log and marks.
#[async_trait]
pub trait Settings: Resources {
    /// All directories, by name.
    async fn directories(&self) -> Result<Vec<Directory>, StoreError>;

    /// A directory by its id, else by its slug: where one's slug is another's id, the id wins.
    async fn directory(&self, slug_or_id: &str) -> Result<Option<Directory>, StoreError>;

    /// The token with this hash, expired ones included.
    async fn token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError>;

    /// A number that is another one after each commit that changed a token or a directory, told without asking a
    /// database; `None` where the store cannot know, since others write to the same data.
    ///
    /// What was read after asking for the number is so for as long as it stays the same. Other commits may change it too.
    fn generation(&self) -> Option<u64> {
        None
    }

    /// The tokens of a directory, newest first.
    async fn tokens(&self, directory: &DirectoryId) -> Result<Vec<Token>, StoreError>;

    /// All targets of a directory, or of all of them, by name.
    async fn targets(&self, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError>;

    /// A target by id.
    async fn target(&self, id: &TargetId) -> Result<Option<Target>, StoreError>;

    /// An OAuth client by its `client_id`.
    async fn client(&self, id: &ClientId) -> Result<Option<OauthClient>, StoreError>;

    /// The OAuth clients of a directory, newest first.
    async fn clients(&self, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError>;

    /// Up to `limit` rows of the inbound request log of a directory, newest first: the one appended last comes first,
    /// whatever the clock said. For `None`, of those that belong to no directory.
    async fn requests(
        &self,
        directory: Option<&DirectoryId>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, StoreError>;

    /// A small named value.
    async fn mark(&self, name: &str) -> Result<Option<Bytes>, StoreError>;
}

/// A service that a directory is provisioned to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// The directory that it belongs to.
    pub directory: DirectoryId,
    /// Its name within the directory: `[a-z0-9-]{1,63}`.
    pub name: String,
    /// The connector: `scim2`.
    pub connector: String,
    /// The service's base address, such as `https://service.example/scim/v2`.
    pub url: String,
    /// The connector's profile: a JSON object that the connector understands.
    pub profile: Bytes,
    /// The credential, sealed by the [`crate::Keyring`] with [`Target::credential_context`]; `None` for none.
    pub credential: Option<Bytes>,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// What is known of its health.
    pub health: TargetHealth,
}

impl Target {
    /// What binds a sealed credential to its place: directory, target, field.
    #[must_use]
    pub fn credential_context(directory: &DirectoryId, target: &TargetId) -> String {
        format!("{directory}/{target}/credential")
    }
}

/// What is known of a target's health.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct TargetHealth {
    /// Calls that failed in a row for reasons of the service (not of one object).
    pub failures: u32,
    /// No calls before this time, but for one probe then.
    pub closed_until: Option<DateTime<Utc>>,
    /// Why it is closed, or why the last call failed.
    pub failure: Option<Failure>,
    /// When it last answered well.
    pub last_success: Option<DateTime<Utc>>,
}
