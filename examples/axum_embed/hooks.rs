//! Hooks: a wrapper around any store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rollbook_protocol::ScimError;
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Query, ResourceId,
    ResourceWrite, Resources, Seq, StoreError, Stored,
};
use serde_json::Value;
use tokio::sync::watch;

/// What an application does with writes.
pub(crate) trait Hooks: fmt::Debug + Send + Sync + 'static {
    /// Looks at the body that is about to be stored, after PATCH and validation; an error refuses the whole write.
    fn before(&self, body: &Value) -> Result<(), ScimError>;

    /// Sees a change after it was committed.
    fn after(&self, written: &Written);
}

/// A change that was committed.
#[derive(Debug)]
pub(crate) struct Written {
    /// `created`, `replaced`, `members` or `deleted`.
    pub(crate) kind: &'static str,
    /// The resource.
    pub(crate) id: ResourceId,
    /// Its version, which is also the place in the change log.
    pub(crate) version: Seq,
}

/// A store with hooks.
#[derive(Debug)]
pub(crate) struct Hooked<S, H> {
    store: S,
    hooks: Arc<H>,
}

impl<S, H> Hooked<S, H> {
    /// Wraps a store.
    pub(crate) fn new(store: S, hooks: Arc<H>) -> Self {
        Self { store, hooks }
    }
}

#[async_trait]
impl<S: Resources, H: Hooks> Resources for Hooked<S, H> {
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        for write in &batch.resources {
            if let ResourceWrite::Create { body, .. } | ResourceWrite::Replace { body, .. } = write {
                let body = serde_json::from_slice(body).map_err(|error| StoreError::Backend(error.into()))?;
                self.hooks.before(&body).map_err(|error| StoreError::Refused(Box::new(error)))?;
            }
        }
        let kinds: Vec<_> = batch.resources.iter().map(kind).collect();
        let committed = self.store.commit(batch).await?;
        for (kind, result) in kinds.into_iter().zip(&committed.results).filter(|(_, result)| result.changed) {
            self.hooks.after(&Written { kind, id: result.id.clone(), version: result.version });
        }
        Ok(committed)
    }

    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        self.store.get(directory, id).await
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        self.store.query(directory, query).await
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.store.members(directory, group, after, limit).await
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.store.members_among(directory, group, values).await
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        self.store.groups_of(directory, id).await
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        self.store.member_changes(directory, group, after, limit).await
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.store.changes(directory, after, limit).await
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        self.store.last_seq(directory).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.store.commits()
    }
}

fn kind(write: &ResourceWrite) -> &'static str {
    match write {
        ResourceWrite::Create { .. } => "created",
        ResourceWrite::Replace { .. } => "replaced",
        ResourceWrite::EditMembers { .. } => "members",
        ResourceWrite::Delete { .. } => "deleted",
    }
}
