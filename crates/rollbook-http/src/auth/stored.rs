//! The tokens that a store keeps.

mod memo;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rollbook_store::{Batch, Directory, Environment, SettingsWrite, Store, Token, TokenHash, TokenId};

use self::memo::{Known, Memo};
use super::{AuthError, Authenticator, Principal, Refusal, of_token};

/// Authenticates by the tokens that a store keeps as hashes.
///
/// A token is looked up by its SHA-256 hash, so that the time it takes tells nothing about the tokens there are. Who was
/// let in is remembered for as long as the store says that no token and no directory has changed
/// ([`generation`](rollbook_store::Settings::generation)).
#[derive(Debug)]
pub struct StoreAuthenticator {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    memo: Memo,
}

impl StoreAuthenticator {
    /// Authenticates by the tokens in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, environment: Arc<dyn Environment>) -> Self {
        Self { store, environment, memo: Memo::default() }
    }

    /// Notes the use of a token, at most once a minute: an answer never waits for this and never fails by it.
    fn touch(&self, id: &TokenId, last_used: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        if last_used.is_some_and(|last| now - last < TimeDelta::minutes(1)) {
            return;
        }
        let store = Arc::clone(&self.store);
        let write = SettingsWrite::TouchToken { id: id.clone(), at: now };
        tokio::spawn(async move {
            if let Err(error) = store.commit(Batch::global(now).setting(write)).await {
                tracing::warn!(%error, "the last use of a token was not noted");
            }
        });
    }

    /// Asks the store.
    async fn look_up(&self, hash: &TokenHash, token: &str) -> Result<Known, AuthError> {
        let generation = self.store.generation();
        let Some(record) = self.store.token(hash).await? else {
            let reason = "no token like this one: it was revoked, or it is of another server";
            return Err(AuthError::refused(of_token(token).unwrap_or(reason)));
        };
        let Some(Directory { id, slug, client, settings, deleting: None, .. }) =
            self.store.directory(record.directory.as_str()).await?
        else {
            return Err(AuthError::refused("the token's directory is gone, or is being deleted"));
        };
        let Token { id: token_id, prefix, client: of_client, expires, last_used, scope, resource, .. } =
            record;
        let principal = Principal {
            directory: id,
            slug,
            client,
            settings: Arc::new(settings),
            scope,
            resource,
            token: Some(prefix),
        };
        let is_issued = of_client.is_some();
        Ok(Known {
            generation,
            token: token_id,
            is_issued,
            expires,
            last_used,
            principal: Arc::new(principal),
        })
    }
}

#[async_trait]
impl Authenticator for StoreAuthenticator {
    async fn authenticate(&self, token: &str) -> Result<Arc<Principal>, AuthError> {
        let hash = TokenHash::of(token);
        let known = match self.memo.get(&hash, self.store.generation()) {
            Some(known) => known,
            None => self.memo.put(hash, self.look_up(&hash, token).await?),
        };
        let now = self.environment.now();
        let principal = Arc::clone(&known.principal);
        if known.expires <= now {
            let since = known.expires.to_rfc3339_opts(SecondsFormat::Secs, true);
            let next = if known.is_issued { "ask `/acs/token` for a new one" } else { "make a new one" };
            return Err(AuthError::Refused(Refusal {
                reason: format!("the token has expired on {since}; {next}").into(),
                directory: Some(principal.directory.clone()),
                token: principal.token.clone(),
            }));
        }
        self.touch(&known.token, known.last_used, now);
        Ok(principal)
    }
}
