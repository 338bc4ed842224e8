use async_trait::async_trait;
use bytes::Bytes;
use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, Settings, StoreError, Target, TargetId,
    Token, TokenHash,
};

use super::SqliteStore;
use crate::cache::Entry;
use crate::read::settings;

#[async_trait]
impl Settings for SqliteStore {
    async fn directories(&self) -> Result<Vec<Directory>, StoreError> {
        self.pool.page(settings::directories).await
    }

    async fn directory(&self, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
        let ticket = match self.cache.directory(slug_or_id) {
            Ok(directory) => return Ok(Some(directory)),
            Err(ticket) => ticket,
        };
        let found = self.pool.point(|db| settings::directory(db, slug_or_id))?;
        if let Some(directory) = &found {
            self.cache.put(ticket, Entry::Directory(slug_or_id.into(), Box::new(directory.clone())));
        }
        Ok(found)
    }

    async fn token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        let ticket = match self.cache.token(hash) {
            Ok(token) => return Ok(Some(token)),
            Err(ticket) => ticket,
        };
        let found = self.pool.point(|db| settings::token(db, hash))?;
        if let Some(token) = &found {
            self.cache.put(ticket, Entry::Token(Box::new(token.clone())));
        }
        Ok(found)
    }

    fn generation(&self) -> Option<u64> {
        self.cache.access()
    }

    async fn tokens(&self, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
        let directory = directory.clone();
        self.pool.page(move |db| settings::tokens(db, &directory)).await
    }

    async fn targets(&self, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError> {
        let directory = directory.cloned();
        self.pool.page(move |db| settings::targets(db, directory.as_ref())).await
    }

    async fn target(&self, id: &TargetId) -> Result<Option<Target>, StoreError> {
        self.pool.point(|db| settings::target(db, id))
    }

    async fn client(&self, id: &ClientId) -> Result<Option<OauthClient>, StoreError> {
        self.pool.point(|db| settings::client(db, id))
    }

    async fn clients(&self, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError> {
        let directory = directory.clone();
        self.pool.page(move |db| settings::clients(db, &directory)).await
    }

    async fn requests(
        &self,
        directory: Option<&DirectoryId>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, StoreError> {
        let directory = directory.cloned();
        self.pool.page(move |db| settings::requests(db, directory.as_ref(), limit)).await
    }

    async fn mark(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.pool.point(|db| settings::mark(db, name))
    }
}
