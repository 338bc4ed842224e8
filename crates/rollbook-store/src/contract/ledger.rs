//! The ledger: what each target holds, what is due, what was tried.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Lease, Resources, Seq};
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId, TargetId};

/// Reads links, waiting edges, cursors and the delivery log.
#[async_trait]
pub trait Ledger: Resources {
    /// How far the target has read the change log: everything up to here is marked in its links.
    async fn cursor(&self, target: &TargetId) -> Result<Seq, StoreError>;

    /// Takes a free lease of a target for a node, or renews the node's own; answers who holds it now.
    ///
    /// The lease is good for `lasts` from now. It is free when nobody has had it yet, when it was given back, and when it
    /// has run out; taking it raises the fence, renewing keeps it. Another node's live lease is answered as it is.
    /// Node names are made anew by each process, so that two never share one.
    ///
    /// Time is that of the store, as nodes' clocks differ; only a store without a clock of its own goes by `now`.
    ///
    /// A store that serves one engine at a time may leave this as it is: everybody gets every lease, with the fence 0,
    /// which no batch names. A store that wraps another one hands this on, and [`Ledger::release`].
    async fn lease(
        &self,
        target: &TargetId,
        node: &str,
        lasts: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        let _ = (target, now);
        Ok(Lease { node: node.to_owned(), fence: 0, left: lasts })
    }

    /// Gives the lease of a tenure back, so that another node can have it at once; does nothing when the target has
    /// changed hands since.
    async fn release(&self, target: &TargetId, fence: u64) -> Result<(), StoreError> {
        let _ = (target, fence);
        Ok(())
    }

    /// The link of (target, resource).
    async fn link(&self, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError>;

    /// The links of several resources at a target; those without one are left out.
    async fn links(&self, target: &TargetId, resources: &[ResourceId]) -> Result<Vec<Link>, StoreError>;

    /// Up to `limit` links that are due at `now`, of one resource type; by `due_at`, then resource.
    async fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Link>, StoreError>;

    /// When the target's next link falls due; `None` when none ever does.
    async fn next_due(&self, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// What a resource waits for at a target.
    async fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Result<Vec<ResourceId>, StoreError>;

    /// How many links there are in each condition, as [`LinkCounts::add`] counts them.
    async fn counts(&self, target: &TargetId, now: DateTime<Utc>) -> Result<LinkCounts, StoreError>;

    /// Up to `limit` links of a target that have a failure or wait for something; by `changed_at` (those without
    /// one last), then resource.
    async fn troubled(&self, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError>;

    /// The newest `limit` rows of the delivery log of a target, newest first (of the same
    /// instant, the one appended last first); of one resource when given.
    async fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError>;
}

/// What is known of one resource at one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The target.
    pub target: TargetId,
    /// The resource.
    pub resource: ResourceId,
    /// The resource type's name.
    pub resource_type: String,
    /// How far it is.
    pub state: LinkState,
    /// The service's own id of the account or group.
    pub remote_id: Option<String>,
    /// The attributes as last confirmed by a 2xx, as a JSON object; members are not in it. While the state is
    /// [`LinkState::Intent`], what is about to be sent: when the answer is lost and the resource deleted meanwhile, the
    /// account can still be looked up by it.
    pub confirmed: Option<Bytes>,
    /// Member edges up to this sequence number are confirmed or waiting.
    pub confirmed_seq: Seq,
    /// Raised each time the link is marked due; tells a newer mark from the one being worked on.
    pub mark: u64,
    /// When to act next; `None` when nothing is to be done.
    pub due_at: Option<DateTime<Utc>>,
    /// When the oldest change that is not delivered yet was accepted.
    pub changed_at: Option<DateTime<Utc>>,
    /// Failed attempts since the last success.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
}

/// How far a link is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Nothing was sent yet.
    New,
    /// A create may be under way: look the account up before creating again (promise P3).
    Intent,
    /// The service holds it.
    Linked,
    /// It was deleted or deactivated there, or never belonged there.
    Gone,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Failure {
    /// The class, which drives the retry.
    pub class: FailureClass,
    /// One plain sentence.
    pub sentence: String,
    /// The service's own words, shortened; no secrets.
    pub words: Option<String>,
    /// What to do.
    pub next_step: String,
}

/// What kind of failure it is (design §3 "Fan-out").
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The service or the network failed; tried again with growing gaps.
    Transient,
    /// The service asked for fewer calls (429 or `Retry-After`).
    Throttled,
    /// 401 or 403: the credential must be renewed.
    Credentials,
    /// The target is set up wrongly: address, TLS, missing endpoint.
    Configuration,
    /// The service refuses this object's data.
    Data,
    /// Another account is in the way, or two match.
    Conflict,
    /// It refers to something that is not there yet.
    Reference,
}

impl FailureClass {
    /// Whether trying again helps only after somebody has changed something.
    #[must_use]
    pub const fn needs_somebody(self) -> bool {
        matches!(self, Self::Data | Self::Conflict | Self::Configuration)
    }
}

/// How many links of a target are in each condition; a link counts once, in the first that fits in this order:
/// failed, retrying, pending, gone, waiting, in sync.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct LinkCounts {
    /// Linked, nothing due and nothing awaited.
    pub in_sync: u64,
    /// Due without a failure, or never sent and not due either.
    pub pending: u64,
    /// Nothing is due, but references that are not there yet are awaited.
    pub waiting: u64,
    /// Failed and due again: any other class than those of `failed`.
    pub retrying: u64,
    /// Failed until somebody acts (or the daily look): class data, conflict or configuration, or any class when
    /// nothing is due and nothing is awaited.
    pub failed: u64,
    /// Removed there, nothing due.
    pub gone: u64,
}

impl LinkCounts {
    /// Counts one link; `waits` tells whether it waits for anything.
    pub const fn add(&mut self, link: &Link, waits: bool) {
        let failure = match &link.failure {
            Some(failure) => Some(failure.class),
            None => None,
        };
        self.add_alike(link.state, failure, link.due_at.is_some(), waits, 1);
    }

    /// Counts so many links that are alike in all that counts: state, failure, whether they are due, whether they wait.
    pub const fn add_alike(
        &mut self,
        state: LinkState,
        failure: Option<FailureClass>,
        due: bool,
        waits: bool,
        links: u64,
    ) {
        let count = match (failure, due, state) {
            (Some(class), ..) if class.needs_somebody() => &mut self.failed,
            (Some(_), true, _) => &mut self.retrying,
            (Some(_), false, _) if !waits => &mut self.failed,
            (None, true, _) => &mut self.pending,
            (_, false, LinkState::Gone) => &mut self.gone,
            _ if waits => &mut self.waiting,
            (_, _, LinkState::Linked) => &mut self.in_sync,
            _ => &mut self.pending,
        };
        *count += links;
    }
}

/// A row of the delivery log: one attempt with its five steps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Attempt {
    /// A random id.
    pub id: String,
    /// The directory.
    pub directory: DirectoryId,
    /// The target.
    pub target: TargetId,
    /// The resource.
    pub resource: ResourceId,
    /// Its type's name.
    pub resource_type: String,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The steps that were taken, in order.
    pub steps: Vec<Step>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An account or group was made.
    Created,
    /// One was found and linked.
    Linked,
    /// It was changed.
    Updated,
    /// It was switched off.
    Deactivated,
    /// It was deleted.
    Deleted,
    /// Nothing had to be done.
    Unchanged,
    /// It is not in the target's scope.
    Skipped,
    /// It failed; see the failure.
    Failed,
}

/// One step of an attempt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Step {
    /// Which of the five.
    pub name: StepName,
    /// How it went.
    pub status: StepStatus,
    /// What was found or done, in words; attribute names, no secret values.
    pub detail: String,
}

/// The five steps of a delivery, in order (design §2).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Read the resource.
    Import,
    /// Decide whether it belongs to the target.
    Scope,
    /// Find its counterpart.
    Match,
    /// Compare desired and confirmed state.
    Plan,
    /// Call the service.
    Act,
}

/// How a step went.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Done.
    Success,
    /// Done, with something to know (a member waits).
    Warning,
    /// Not needed.
    Skipped,
    /// Failed.
    Failure,
}
