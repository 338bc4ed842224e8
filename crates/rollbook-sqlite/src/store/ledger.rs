use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rollbook_store::{
    Attempt, Batch, Lease, Ledger, Link, LinkCounts, ResourceId, Seq, StoreError, TargetId,
};

use super::SqliteStore;
use crate::read::ledger;

#[async_trait]
impl Ledger for SqliteStore {
    async fn cursor(&self, target: &TargetId) -> Result<Seq, StoreError> {
        self.pool.point(|db| ledger::cursor(db, target))
    }

    async fn lease(
        &self,
        target: &TargetId,
        node: &str,
        lasts: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        let last = self.leases.fence(target);
        let lease = self.leases.lease(target, node, lasts, now);
        if lease.fence != last && last != 0 {
            // What the last holder has handed over comes first.
            self.writer.commit(Batch::global(now)).await?;
        }
        Ok(lease)
    }

    async fn release(&self, target: &TargetId, fence: u64) -> Result<(), StoreError> {
        self.leases.release(target, fence);
        self.writer.commit(Batch::global(DateTime::UNIX_EPOCH)).await.map(drop)
    }

    async fn link(&self, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError> {
        self.pool.point(|db| ledger::link(db, target, resource))
    }

    async fn links(&self, target: &TargetId, resources: &[ResourceId]) -> Result<Vec<Link>, StoreError> {
        let (target, resources) = (target.clone(), resources.to_vec());
        self.pool.page(move |db| ledger::links(db, &target, &resources)).await
    }

    async fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        let (target, resource_type) = (target.clone(), resource_type.to_owned());
        self.pool.page(move |db| ledger::due(db, &target, &resource_type, now, limit)).await
    }

    async fn next_due(&self, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.pool.point(|db| ledger::next_due(db, target))
    }

    async fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        let (target, resource) = (target.clone(), resource.clone());
        self.pool.page(move |db| ledger::waiting(db, &target, &resource)).await
    }

    async fn counts(&self, target: &TargetId, _now: DateTime<Utc>) -> Result<LinkCounts, StoreError> {
        let target = target.clone();
        self.pool.page(move |db| ledger::counts(db, &target)).await
    }

    async fn troubled(&self, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError> {
        let target = target.clone();
        self.pool.page(move |db| ledger::troubled(db, &target, limit)).await
    }

    async fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        let (target, resource) = (target.clone(), resource.cloned());
        self.pool.page(move |db| ledger::attempts(db, &target, resource.as_ref(), limit)).await
    }
}
