use async_trait::async_trait;
use bytes::Bytes;
use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, Settings, StoreError, Target, TargetId,
    Token, TokenHash,
};

use super::{PostgresStore, read};
use crate::read::settings;

#[async_trait]
impl Settings for PostgresStore {
    async fn directories(&self) -> Result<Vec<Directory>, StoreError> {
        read!(self, db => settings::directories(db))
    }

    async fn directory(&self, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
        read!(self, db => settings::directory(db, slug_or_id))
    }

    async fn token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        read!(self, db => settings::token(db, hash))
    }

    async fn tokens(&self, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
        read!(self, db => settings::tokens(db, directory))
    }

    async fn targets(&self, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError> {
        read!(self, db => settings::targets(db, directory))
    }

    async fn target(&self, id: &TargetId) -> Result<Option<Target>, StoreError> {
        read!(self, db => settings::target(db, id))
    }

    async fn client(&self, id: &ClientId) -> Result<Option<OauthClient>, StoreError> {
        read!(self, db => settings::client(db, id))
    }

    async fn clients(&self, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError> {
        read!(self, db => settings::clients(db, directory))
    }

    async fn requests(
        &self,
        directory: Option<&DirectoryId>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, StoreError> {
        read!(self, db => settings::requests(db, directory, limit))
    }

    async fn mark(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        read!(self, db => settings::mark(db, name))
    }
}
