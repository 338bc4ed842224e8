use async_trait::async_trait;
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Query, ResourceId,
    Resources, Seq, StoreError, Stored,
};
use tokio::sync::watch;

use super::SqliteStore;
use crate::read::{members, query, resources};

#[async_trait]
impl Resources for SqliteStore {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        self.pool.point(|db| resources::get(db, directory, id))
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        let narrow = query::is_narrow(query);
        let (directory, query) = (directory.clone(), query.clone());
        let read = move |db: crate::db::Db<'_>| query::query(db, &directory, &query);
        if narrow { self.pool.page(read).await } else { self.pool.scan(read).await }
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let (directory, group, after) = (directory.clone(), group.clone(), after.map(str::to_owned));
        self.pool.page(move |db| members::page(db, &directory, &group, after.as_deref(), limit)).await
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        let (directory, group, values) = (directory.clone(), group.clone(), values.to_vec());
        self.pool.page(move |db| members::among(db, &directory, &group, &values)).await
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        self.pool.point(|db| members::groups_of(db, directory, id))
    }

    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        let (directory, resource_type) = (directory.clone(), resource_type.to_owned());
        let (attribute, values) = (attribute.to_owned(), values.to_vec());
        self.pool
            .page(move |db| resources::ids_by_key(db, &directory, &resource_type, &attribute, &values))
            .await
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        let (directory, group) = (directory.clone(), group.clone());
        self.pool.page(move |db| members::changes(db, &directory, &group, after, limit)).await
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        let directory = directory.clone();
        self.pool.page(move |db| resources::changes(db, &directory, after, limit)).await
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        self.pool.point(|db| resources::last_seq(db, directory))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.writer.commit(batch).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }
}
