//! Who may call: bearer tokens (RFC 6750).

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use rollbook_protocol::ClientKind;
use rollbook_store::{
    Batch, Directory, DirectoryId, Environment, Secret, SettingsWrite, Store, StoreError, Token, TokenHash,
};

/// Tells which directory a bearer token opens.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// The caller behind a bearer token.
    ///
    /// # Errors
    /// [`AuthError::Refused`] for an unknown or expired token; its reason is for the log, the client gets one and the
    /// same 401 for all of them.
    async fn authenticate(&self, token: &str) -> Result<Principal, AuthError>;
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
}

impl Principal {
    /// Whether a path's directory part, slug or id, means this caller's directory.
    #[must_use]
    pub fn opens(&self, slug_or_id: &str) -> bool {
        slug_or_id == self.slug || slug_or_id == self.directory.as_str()
    }
}

/// Why a caller was not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is not good; the reason is for the log.
    #[error("{0}")]
    Refused(&'static str),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Authenticates by the tokens that a store keeps as hashes.
#[derive(Debug)]
pub struct StoreAuthenticator {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
}

impl StoreAuthenticator {
    /// Authenticates by the tokens in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, environment: Arc<dyn Environment>) -> Self {
        Self { store, environment }
    }

    /// Notes the use of a token, at most once a minute: an answer never waits for this and never fails by it.
    fn touch(&self, token: &Token) {
        let now = self.environment.now();
        if token.last_used.is_some_and(|last| now - last < TimeDelta::minutes(1)) {
            return;
        }
        let store = Arc::clone(&self.store);
        let write = SettingsWrite::TouchToken { id: token.id.clone(), at: now };
        tokio::spawn(async move {
            if let Err(error) = store.commit(Batch::global(now).setting(write)).await {
                tracing::warn!(%error, "the last use of a token was not noted");
            }
        });
    }
}

#[async_trait]
impl Authenticator for StoreAuthenticator {
    async fn authenticate(&self, token: &str) -> Result<Principal, AuthError> {
        let Some(record) = self.store.token(&TokenHash::of(token)).await? else {
            return Err(AuthError::Refused("no token like this one; `rollbook token create` makes one"));
        };
        if record.expires <= self.environment.now() {
            return Err(AuthError::Refused("the token has expired; `rollbook token create` makes a new one"));
        }
        let Some(Directory { id, slug, client, .. }) =
            self.store.directory(record.directory.as_str()).await?
        else {
            return Err(AuthError::Refused("the token's directory is gone"));
        };
        self.touch(&record);
        Ok(Principal { directory: id, slug, client })
    }
}

/// Authenticates one fixed token: for the smallest server, and for tests of an embedder.
#[derive(Debug)]
pub struct TokenAuthenticator {
    hash: TokenHash,
    principal: Principal,
}

impl TokenAuthenticator {
    /// Lets the bearer of `token` in as `principal`.
    #[must_use]
    pub fn new(token: &Secret, principal: Principal) -> Self {
        Self { hash: TokenHash::of(token.expose()), principal }
    }
}

#[async_trait]
impl Authenticator for TokenAuthenticator {
    async fn authenticate(&self, token: &str) -> Result<Principal, AuthError> {
        if TokenHash::of(token) == self.hash {
            Ok(self.principal.clone())
        } else {
            Err(AuthError::Refused("not the token of this server"))
        }
    }
}
