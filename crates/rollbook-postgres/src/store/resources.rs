use std::sync::Arc;

use async_trait::async_trait;
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Query, ResourceId,
    Resources, Seq, StoreError, Stored,
};
use tokio::sync::watch;

use super::{PostgresStore, read};
use crate::pool::Transaction;
use crate::read::{members, query, resources};

#[async_trait]
impl Resources for PostgresStore {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        read!(self, db => resources::get(db, directory, id))
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        // Page and total are of one moment.
        let mut snapshot = Transaction::begin_snapshot(&self.pool).await?;
        let page = query::query(snapshot.db()?, directory, query).await;
        snapshot.roll_back().await?;
        Ok(page?)
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        read!(self, db => members::page(db, directory, group, after, limit))
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        read!(self, db => members::among(db, directory, group, values))
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        read!(self, db => members::groups_of(db, directory, id))
    }

    async fn groups_of_each(
        &self,
        directory: &DirectoryId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
        read!(self, db => members::groups_of_each(db, directory, ids))
    }

    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        read!(self, db => resources::ids_by_key(db, directory, resource_type, attribute, values))
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        read!(self, db => members::changes(db, directory, group, after, limit))
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        read!(self, db => resources::changes(db, directory, after, limit))
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        read!(self, db => resources::last_seq(db, directory))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.writer.commit(batch).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }
}
