use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rollbook_store::{Attempt, Lease, Ledger, Link, LinkCounts, ResourceId, Seq, StoreError, TargetId};

use super::{PostgresStore, read};
use crate::read::ledger;
use crate::write::leases;

#[async_trait]
impl Ledger for PostgresStore {
    async fn cursor(&self, target: &TargetId) -> Result<Seq, StoreError> {
        read!(self, db => ledger::cursor(db, target))
    }

    async fn lease(
        &self,
        target: &TargetId,
        node: &str,
        lasts: Duration,
        _now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        read!(self, db => leases::lease(db, target, node, lasts))
    }

    async fn release(&self, target: &TargetId, fence: u64) -> Result<(), StoreError> {
        read!(self, db => leases::release(db, target, fence))
    }

    async fn link(&self, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError> {
        read!(self, db => ledger::link(db, target, resource))
    }

    async fn links(&self, target: &TargetId, resources: &[ResourceId]) -> Result<Vec<Link>, StoreError> {
        read!(self, db => ledger::links(db, target, resources))
    }

    async fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError> {
        read!(self, db => ledger::due(db, target, resource_type, now, limit))
    }

    async fn next_due(&self, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError> {
        read!(self, db => ledger::next_due(db, target))
    }

    async fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
        read!(self, db => ledger::waiting(db, target, resource))
    }

    async fn counts(&self, target: &TargetId, _now: DateTime<Utc>) -> Result<LinkCounts, StoreError> {
        read!(self, db => ledger::counts(db, target))
    }

    async fn troubled(&self, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError> {
        read!(self, db => ledger::troubled(db, target, limit))
    }

    async fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        read!(self, db => ledger::attempts(db, target, resource, limit))
    }
}
