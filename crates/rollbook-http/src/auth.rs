//! Who may call: bearer tokens (RFC 6750).

mod fixed;
mod hint;
mod stored;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rollbook_protocol::ClientKind;
use rollbook_store::{DirectoryId, DirectorySettings, ResourceId, Scope, StoreError};

pub use self::fixed::TokenAuthenticator;
pub(crate) use self::hint::{is_uuid, of_header, of_token};
pub use self::stored::StoreAuthenticator;

/// Tells which directory a bearer token opens.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// The caller behind a bearer token.
    ///
    /// # Errors
    /// [`AuthError::Refused`] for an unknown or expired token; its reason is for the logs, the client gets one and the
    /// same 401 for all of them.
    async fn authenticate(&self, token: &str) -> Result<Arc<Principal>, AuthError>;
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The directory that the caller writes to.
    pub directory: DirectoryId,
    /// The directory's slug.
    pub slug: String,
    /// Which client it is: decides the quirks.
    pub client: ClientKind,
    /// What is set for the directory.
    pub settings: Arc<DirectorySettings>,
    /// What the caller may do.
    pub scope: Scope,
    /// The resource that `/Me` answers (decision D10).
    pub resource: Option<ResourceId>,
    /// The first characters of the token, for the request log; never the whole token.
    pub token: Option<String>,
}

impl Principal {
    /// A caller that may do everything in a directory with the default settings.
    #[must_use]
    pub fn new(directory: DirectoryId, slug: impl Into<String>, client: ClientKind) -> Self {
        Self {
            directory,
            slug: slug.into(),
            client,
            settings: Arc::default(),
            scope: Scope::Write,
            resource: None,
            token: None,
        }
    }

    /// Whether a path's directory part, slug or id, means this caller's directory.
    #[must_use]
    pub fn opens(&self, slug_or_id: &str) -> bool {
        slug_or_id == self.slug || slug_or_id == self.directory.as_str()
    }
}

/// Why a caller was not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is not good.
    #[error("{0}")]
    Refused(Refusal),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthError {
    /// A token that belongs to nobody; the reason is for the logs.
    #[must_use]
    pub fn refused(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal { reason: reason.into(), directory: None, token: None })
    }
}

/// What is known of a token that was not let in; the client is told none of it.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Why, in words, for the logs.
    pub reason: Cow<'static, str>,
    /// The directory whose token it is, when it is known: its request log gets the record.
    pub directory: Option<DirectoryId>,
    /// The token's first characters, when it is one of that directory.
    pub token: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
