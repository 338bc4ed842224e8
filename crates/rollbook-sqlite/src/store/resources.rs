use std::sync::Arc;

use async_trait::async_trait;
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Query, ResourceId,
    Resources, Seq, StoreError, Stored,
};
use tokio::sync::watch;

use super::SqliteStore;
use super::pages::SHORT;
use crate::cache::Entry;
use crate::db::Db;
use crate::read::{members, resources};

impl SqliteStore {
    pub(super) fn cached_resource(
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

    pub(super) fn cached_groups(
        &self,
        directory: &DirectoryId,
        id: &ResourceId,
    ) -> Result<Arc<[GroupRef]>, StoreError> {
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
        self.answer(directory, query).await
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
        let kept: Vec<_> = ids.iter().map(|id| (id, self.cache.groups(directory, id))).collect();
        let missing: Vec<_> =
            kept.iter().filter_map(|(id, groups)| groups.is_err().then_some(*id)).cloned().collect();
        let found = match (missing.as_slice(), self.number(directory)?) {
            ([], _) | (_, None) => Vec::new(),
            ([id], Some(number)) => vec![self.pool.point(|db| members::groups_of(db, number, id))?],
            (_, Some(number)) => {
                let short = missing.len() <= SHORT;
                let read = move |db: Db<'_>| members::groups_of_each(db, number, &missing);
                if short { self.pool.point(|db| db.snapshot(read))? } else { self.pool.page(read).await? }
            }
        };
        let mut found = found.into_iter();
        let each = kept.into_iter().map(|(id, groups)| {
            groups.unwrap_or_else(|ticket| {
                let groups = found.next().unwrap_or_default();
                self.cache.put(ticket, Entry::Groups(directory.clone(), id.clone(), Arc::clone(&groups)));
                groups
            })
        });
        Ok(each.collect())
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
