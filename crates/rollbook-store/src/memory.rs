//! The store that keeps everything in memory: for tests, for trying things out, and as the contract's model.

mod erase;
mod ledger;
mod purge;
mod read;
mod resources;
mod settings;
mod state;
mod table;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::contract::{
    Attempt, Batch, Change, Committed, Directory, GroupRef, Lease, Ledger, Link, LinkCounts, MemberChange,
    MemberRow, OauthClient, Page, Query, RequestRecord, Resources, Seq, Settings, Stored, Target, Token,
};
use crate::error::StoreError;
use crate::ids::{ClientId, DirectoryId, ResourceId, TargetId};
use crate::leases::Leases;
use crate::secret::TokenHash;
use state::State;

/// A whole store in memory; it is gone when it is dropped.
///
/// Every method takes one lock for as long as it works, and none waits for anything else. A directory or target
/// needs no settings to hold resources or links.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<State>,
    leases: Leases,
    commits: watch::Sender<u64>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Mutex::default(), leases: Leases::default(), commits: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic within a commit leaves its journal, which the next commit takes back first.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Resources for MemoryStore {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        Ok(self.state().resources.get(directory, id))
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        self.state().resources.query(directory, query)
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        Ok(self.state().resources.members(directory, group, after, limit))
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        Ok(self.state().resources.members_among(directory, group, values))
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        Ok(self.state().resources.groups_of(directory, id))
    }

    async fn groups_of_each(
        &self,
        directory: &DirectoryId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
        let state = self.state();
        Ok(ids.iter().map(|id| state.resources.groups_of(directory, id).into()).collect())
    }

    async fn get_with_groups(
        &self,
        directory: &DirectoryId,
        id: &ResourceId,
    ) -> Result<Option<(Stored, Arc<[GroupRef]>)>, StoreError> {
        let state = self.state();
        let stored = state.resources.get(directory, id);
        Ok(stored.map(|stored| (stored, state.resources.groups_of(directory, id).into())))
    }

    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        Ok(self.state().resources.ids_by_key(directory, resource_type, attribute, values))
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        Ok(self.state().resources.member_changes(directory, group, after, limit))
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        Ok(self.state().resources.changes(directory, after, limit))
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        Ok(self.state().resources.last_seq(directory))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let mut state = self.state();
        self.leases.check(&batch.fences)?;
        let committed = state.commit(batch)?;
        // Before anybody reads what it changed.
        self.commits.send_modify(|count| *count = count.wrapping_add(1));
        drop(state);
        Ok(committed)
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn cursor(&self, target: &TargetId) -> Result<Seq, StoreError> {
        Ok(self.state().ledger.cursor(target))
    }

    async fn lease(
        &self,
        target: &TargetId,
        node: &str,
        lasts: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        // Not while a commit is made that may name the tenure which ends here.
        let _state = self.state();
        Ok(self.leases.lease(target, node, lasts, now))
    }

    async fn release(&self, target: &TargetId, fence: u64) -> Result<(), StoreError> {
        let _state = self.state();
        self.leases.release(target, fence);
        Ok(())
    }

    async fn link(&self, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError> {
        Ok(self.state().ledger.link(target, resource).cloned())
    }

    async fn links(&self, target: &TargetId, resources: &[ResourceId]) -> Result<Vec<Link>, StoreError> {
        let state = self.state();
        Ok(resources.iter().filter_map(|resource| state.ledger.link(target, resource).cloned()).collect())
    }

    async fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        Ok(self.state().ledger.due(target, resource_type, now, limit))
    }

    async fn next_due(&self, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.state().ledger.next_due(target))
    }

    async fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        Ok(self.state().ledger.waiting(target, resource))
    }

    async fn counts(&self, target: &TargetId, _now: DateTime<Utc>) -> Result<LinkCounts, StoreError> {
        Ok(self.state().ledger.counts(target))
    }

    async fn troubled(&self, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError> {
        Ok(self.state().ledger.troubled(target, limit))
    }

    async fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        Ok(self.state().ledger.attempts(target, resource, limit))
    }
}

#[async_trait]
impl Settings for MemoryStore {
    async fn directories(&self) -> Result<Vec<Directory>, StoreError> {
        Ok(self.state().settings.directories())
    }

    async fn directory(&self, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
        Ok(self.state().settings.directory(slug_or_id))
    }

    async fn token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        Ok(self.state().settings.token(hash))
    }

    fn generation(&self) -> Option<u64> {
        Some(*self.commits.borrow())
    }

    async fn tokens(&self, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
        Ok(self.state().settings.tokens(directory))
    }

    async fn targets(&self, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError> {
        Ok(self.state().settings.targets(directory))
    }

    async fn target(&self, id: &TargetId) -> Result<Option<Target>, StoreError> {
        Ok(self.state().settings.target(id))
    }

    async fn client(&self, id: &ClientId) -> Result<Option<OauthClient>, StoreError> {
        Ok(self.state().settings.client(id))
    }

    async fn clients(&self, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError> {
        Ok(self.state().settings.clients(directory))
    }

    async fn requests(
        &self,
        directory: Option<&DirectoryId>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, StoreError> {
        Ok(self.state().settings.requests(directory, limit))
    }

    async fn mark(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.state().settings.mark(name))
    }
}
