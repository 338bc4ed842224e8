//! A node that can be paused: its store and its services stand still, and what it has handed over to the store comes late.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_provision::{
    AttributeChange, CallError, Capabilities, Connector, ConnectorFactory, Desired, Remote,
};
use rollbook_store::{
    Attempt, Batch, Change, ClientId, Committed, Directory, DirectoryId, Failure, GroupRef, Lease, Ledger,
    Link, LinkCounts, MemberChange, MemberRow, MemoryStore, OauthClient, Page, Query, RequestRecord,
    ResourceId, Resources, Seq, Settings, StoreError, Stored, Target, TargetId, Token, TokenHash,
};
use tokio::sync::watch;

use crate::service::Services;

/// What one node sees of the store and the services that all share.
#[derive(Debug)]
pub(crate) struct Node {
    store: Arc<MemoryStore>,
    services: Arc<Services>,
    paused: Arc<watch::Sender<bool>>,
    /// Only commits and renewals stand still.
    stuck: Arc<watch::Sender<bool>>,
    /// How many commits came after the end of their tenure.
    pub(crate) refused: Arc<AtomicUsize>,
}

impl Node {
    pub(crate) fn new(store: &Arc<MemoryStore>, services: &Arc<Services>) -> Arc<Self> {
        let (store, services) = (Arc::clone(store), Arc::clone(services));
        Arc::new(Self {
            store,
            services,
            paused: Arc::default(),
            stuck: Arc::default(),
            refused: Arc::default(),
        })
    }

    pub(crate) fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// Has commits and renewals wait.
    pub(crate) fn pause_commits(&self, stuck: bool) {
        self.stuck.send_replace(stuck);
    }

    async fn awake(&self) {
        awake(&self.paused).await;
    }
}

async fn awake(paused: &watch::Sender<bool>) {
    paused.subscribe().wait_for(|paused| !*paused).await.unwrap();
}

#[async_trait]
impl Resources for Node {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        self.awake().await;
        self.store.get(directory, id).await
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        self.awake().await;
        self.store.query(directory, query).await
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.awake().await;
        self.store.members(directory, group, after, limit).await
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.awake().await;
        self.store.members_among(directory, group, values).await
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        self.awake().await;
        self.store.groups_of(directory, id).await
    }

    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        self.awake().await;
        self.store.ids_by_key(directory, resource_type, attribute, values).await
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        self.awake().await;
        self.store.member_changes(directory, group, after, limit).await
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.awake().await;
        self.store.changes(directory, after, limit).await
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        self.awake().await;
        self.store.last_seq(directory).await
    }

    /// Like the stores with a queue: the commit is made even when nobody waits for it any more.
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let (store, refused) = (Arc::clone(&self.store), Arc::clone(&self.refused));
        let (paused, stuck) = (Arc::clone(&self.paused), Arc::clone(&self.stuck));
        let made = tokio::spawn(async move {
            awake(&paused).await;
            awake(&stuck).await;
            // On its way.
            tokio::time::sleep(Duration::from_micros(100)).await;
            let answer = store.commit(batch).await;
            if matches!(answer, Err(StoreError::Fenced { .. })) {
                refused.fetch_add(1, Ordering::Relaxed);
            }
            answer
        });
        let answer = made.await.unwrap();
        self.awake().await;
        answer
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.store.commits()
    }
}

#[async_trait]
impl Ledger for Node {
    async fn cursor(&self, target: &TargetId) -> Result<Seq, StoreError> {
        self.awake().await;
        self.store.cursor(target).await
    }

    async fn lease(
        &self,
        target: &TargetId,
        node: &str,
        lasts: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        self.awake().await;
        awake(&self.stuck).await;
        self.store.lease(target, node, lasts, now).await
    }

    async fn release(&self, target: &TargetId, fence: u64) -> Result<(), StoreError> {
        self.awake().await;
        self.store.release(target, fence).await
    }

    async fn link(&self, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError> {
        self.awake().await;
        self.store.link(target, resource).await
    }

    async fn links(&self, target: &TargetId, resources: &[ResourceId]) -> Result<Vec<Link>, StoreError> {
        self.awake().await;
        self.store.links(target, resources).await
    }

    async fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        self.awake().await;
        self.store.due(target, resource_type, now, limit).await
    }

    async fn next_due(&self, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.awake().await;
        self.store.next_due(target).await
    }

    async fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        self.awake().await;
        self.store.waiting(target, resource).await
    }

    async fn counts(&self, target: &TargetId, now: DateTime<Utc>) -> Result<LinkCounts, StoreError> {
        self.awake().await;
        self.store.counts(target, now).await
    }

    async fn troubled(&self, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError> {
        self.awake().await;
        self.store.troubled(target, limit).await
    }

    async fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        self.awake().await;
        self.store.attempts(target, resource, limit).await
    }
}

#[async_trait]
impl Settings for Node {
    async fn directories(&self) -> Result<Vec<Directory>, StoreError> {
        self.awake().await;
        self.store.directories().await
    }

    async fn directory(&self, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
        self.awake().await;
        self.store.directory(slug_or_id).await
    }

    async fn token(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        self.store.token(hash).await
    }

    async fn tokens(&self, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
        self.store.tokens(directory).await
    }

    async fn targets(&self, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError> {
        self.awake().await;
        self.store.targets(directory).await
    }

    async fn target(&self, id: &TargetId) -> Result<Option<Target>, StoreError> {
        self.awake().await;
        self.store.target(id).await
    }

    async fn client(&self, id: &ClientId) -> Result<Option<OauthClient>, StoreError> {
        self.store.client(id).await
    }

    async fn clients(&self, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError> {
        self.store.clients(directory).await
    }

    async fn requests(
        &self,
        directory: Option<&DirectoryId>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, StoreError> {
        self.store.requests(directory, limit).await
    }

    async fn mark(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.awake().await;
        self.store.mark(name).await
    }
}

impl ConnectorFactory for Node {
    fn connect(&self, target: &Target) -> Result<Arc<dyn Connector>, Failure> {
        let connector = self.services.connect(target)?;
        Ok(Arc::new(Pausing { connector, paused: Arc::clone(&self.paused) }))
    }
}

/// A connector of a node: while that is paused no call leaves it, and no answer reaches it.
#[derive(Debug)]
struct Pausing {
    connector: Arc<dyn Connector>,
    paused: Arc<watch::Sender<bool>>,
}

impl Pausing {
    async fn call<T>(&self, call: impl Future<Output = Result<T, CallError>> + Send) -> Result<T, CallError> {
        awake(&self.paused).await;
        let answer = call.await;
        awake(&self.paused).await;
        answer
    }
}

#[async_trait]
impl Connector for Pausing {
    fn capabilities(&self) -> Capabilities {
        self.connector.capabilities()
    }

    async fn find(&self, desired: &Desired) -> Result<Vec<Remote>, CallError> {
        self.call(self.connector.find(desired)).await
    }

    async fn create(&self, desired: &Desired) -> Result<Remote, CallError> {
        self.call(self.connector.create(desired)).await
    }

    async fn update(
        &self,
        remote_id: &str,
        desired: &Desired,
        changes: &[AttributeChange],
    ) -> Result<(), CallError> {
        self.call(self.connector.update(remote_id, desired, changes)).await
    }

    async fn edit_members(
        &self,
        remote_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CallError> {
        self.call(self.connector.edit_members(remote_id, add, remove)).await
    }

    async fn read_members(&self, remote_id: &str) -> Result<Option<Vec<String>>, CallError> {
        self.call(self.connector.read_members(remote_id)).await
    }

    async fn deactivate(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        self.call(self.connector.deactivate(resource_type, remote_id)).await
    }

    async fn delete(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        self.call(self.connector.delete(resource_type, remote_id)).await
    }

    async fn probe(&self) -> Result<(), CallError> {
        self.call(self.connector.probe()).await
    }
}
