//! The tokens that a store keeps.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rollbook_store::{Batch, Directory, Environment, SettingsWrite, Store, Token, TokenHash};

use super::{AuthError, Authenticator, Principal, Refusal, of_token};

/// Authenticates by the tokens that a store keeps as hashes.
///
/// A token is looked up by its SHA-256 hash, so that the time it takes tells nothing about the tokens there are.
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
    fn touch(&self, token: &Token, now: DateTime<Utc>) {
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
            let reason = "no token like this one: it was revoked, or it is of another server";
            return Err(AuthError::refused(of_token(token).unwrap_or(reason)));
        };
        let now = self.environment.now();
        let Some(Directory { id, slug, client, settings, deleting: None, .. }) =
            self.store.directory(record.directory.as_str()).await?
        else {
            return Err(AuthError::refused("the token's directory is gone, or is being deleted"));
        };
        if record.expires <= now {
            let since = record.expires.to_rfc3339_opts(SecondsFormat::Secs, true);
            let next =
                if record.client.is_some() { "ask `/acs/token` for a new one" } else { "make a new one" };
            return Err(AuthError::Refused(Refusal {
                reason: format!("the token has expired on {since}; {next}").into(),
                directory: Some(id),
                token: Some(record.prefix),
            }));
        }
        self.touch(&record, now);
        Ok(Principal {
            directory: id,
            slug,
            client,
            settings: Arc::new(settings),
            scope: record.scope,
            resource: record.resource,
            token: Some(record.prefix),
        })
    }
}
