//! One fixed token.

use std::sync::Arc;

use async_trait::async_trait;
use rollbook_store::{Secret, TokenHash};
use subtle::ConstantTimeEq as _;

use super::{AuthError, Authenticator, Principal, of_token};

/// Authenticates one fixed token: for the smallest server, and for tests of an embedder.
#[derive(Debug)]
pub struct TokenAuthenticator {
    hash: TokenHash,
    principal: Arc<Principal>,
}

impl TokenAuthenticator {
    /// Lets the bearer of `token` in as `principal`.
    #[must_use]
    pub fn new(token: &Secret, principal: Principal) -> Self {
        Self { hash: TokenHash::of(token.expose()), principal: Arc::new(principal) }
    }
}

#[async_trait]
impl Authenticator for TokenAuthenticator {
    async fn authenticate(&self, token: &str) -> Result<Arc<Principal>, AuthError> {
        if bool::from(TokenHash::of(token).as_bytes().ct_eq(self.hash.as_bytes())) {
            Ok(Arc::clone(&self.principal))
        } else {
            Err(AuthError::refused(of_token(token).unwrap_or("not the token of this server")))
        }
    }
}
