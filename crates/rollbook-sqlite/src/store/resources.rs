use std::sync::Arc;

use async_trait::async_trait;
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Query, ResourceId,
    Resources, Seq, StoreError, Stored,
};
use tokio::sync::watch;

use super::SqliteStore;
use crate::cache::Entry;
use crate::read::query::Effort;
use crate::read::{members, query, resources};

impl SqliteStore {
    fn cached_resource(
        &self,
        directory: &DirectoryId,
        id: &ResourceId,
    ) -> Result<Option<Stored>, StoreError> {
        let ticket = match self.cache.resource(directory, id) {
            Ok(stored) => return Ok(Some(stored)),
            Err(ticket) => ticket,
        };
        let Some(number) = self.number(directory)? else { return Ok(None) };
        let found = self.pool.point(|db| resources::get(db, number, id))?;
        if let Some(stored) = &found {
            self.cache.put(ticket, Entry::Resource(directory.clone(), stored.clone()));
        }
        Ok(found)
    }

    fn cached_groups(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Arc<[GroupRef]>, StoreError> {
        let ticket = match self.cache.groups(directory, id) {
            Ok(groups) => return Ok(groups),
            Err(ticket) => ticket,
        };
        let Some(number) = self.number(directory)? else { return Ok(Arc::default()) };
        let groups = self.pool.point(|db| members::groups_of(db, number, id))?;
        self.cache.put(ticket, Entry::Groups(directory.clone(), id.clone(), Arc::clone(&groups)));
        Ok(groups)
    }
}

#[async_trait]
impl Resources for SqliteStore {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        self.cached_resource(directory, id)
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        let effort = query::effort(query)?;
        let Some(number) = self.number(directory)? else { return query::nothing(query) };
        if effort == Effort::Few
            && let Some(page) = self.pool.point(|db| db.snapshot(|db| query::few(db, number, query)))?
        {
            return Ok(page);
        }
        let query = query.clone();
        let read = move |db: crate::db::Db<'_>| query::query(db, number, &query);
        if effort == Effort::Wide { self.pool.scan(read).await } else { self.pool.page(read).await }
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(Vec::new()) };
        let (group, after) = (group.clone(), after.map(str::to_owned));
        self.pool.page(move |db| members::page(db, number, &group, after.as_deref(), limit)).await
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(Vec::new()) };
        let (group, values) = (group.clone(), values.to_vec());
        self.pool.page(move |db| members::among(db, number, &group, &values)).await
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        self.cached_groups(directory, id).map(|groups| groups.to_vec())
    }

    async fn groups_of_each(
        &self,
        directory: &DirectoryId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
        ids.iter().map(|id| self.cached_groups(directory, id)).collect()
    }

    async fn get_with_groups(
        &self,
        directory: &DirectoryId,
        id: &ResourceId,
    ) -> Result<Option<(Stored, Arc<[GroupRef]>)>, StoreError> {
        match self.cached_resource(directory, id)? {
            Some(stored) => Ok(Some((stored, self.cached_groups(directory, id)?))),
            None => Ok(None),
        }
    }

    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(Vec::new()) };
        let (resource_type, attribute) = (resource_type.to_owned(), attribute.to_owned());
        let values = values.to_vec();
        self.pool.page(move |db| resources::ids_by_key(db, number, &resource_type, &attribute, &values)).await
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(Vec::new()) };
        let group = group.clone();
        self.pool.page(move |db| members::changes(db, number, &group, after, limit)).await
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(Vec::new()) };
        self.pool.page(move |db| resources::changes(db, number, after, limit)).await
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        let Some(number) = self.number(directory)? else { return Ok(0) };
        self.pool.point(|db| resources::last_seq(db, number))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.writer.commit(batch).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }
}
