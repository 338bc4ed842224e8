//! Who was let in, for as long as nothing has changed that decides about it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use rollbook_store::{TokenHash, TokenId};

use crate::auth::Principal;

/// The most tokens that are remembered; beyond it all are forgotten, and those in use are looked up once more.
const MOST: usize = 4_096;

/// What was read of a token and its directory.
#[derive(Debug)]
pub(super) struct Known {
    /// What the store said before it was read; `None` is never remembered.
    pub(super) generation: Option<u64>,
    pub(super) token: TokenId,
    /// Whether it was issued to an OAuth client.
    pub(super) is_issued: bool,
    pub(super) expires: DateTime<Utc>,
    pub(super) last_used: Option<DateTime<Utc>>,
    pub(super) principal: Arc<Principal>,
}

/// The tokens that were looked up lately.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: RwLock<HashMap<TokenHash, Arc<Known>>>,
}

impl Memo {
    /// What is known of a token, when the store still says what it said then.
    pub(super) fn get(&self, hash: &TokenHash, generation: Option<u64>) -> Option<Arc<Known>> {
        let generation = generation?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|known| known.generation == Some(generation)).cloned()
    }

    /// Remembers a token.
    pub(super) fn put(&self, hash: TokenHash, looked_up: Known) -> Arc<Known> {
        let looked_up = Arc::new(looked_up);
        if looked_up.generation.is_some() {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(hash, Arc::clone(&looked_up));
        }
        looked_up
    }
}
