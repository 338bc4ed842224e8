//! One delivery: import, scope, match, plan, act; then one batch that settles the link and logs the attempt.

mod forget;
mod matching;
mod members;
mod references;
mod removal;
mod settle;
mod work;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use rollbook_schema::{JsonLimits, Resource};
use rollbook_store::{
    Batch, Failure, FailureClass, LinkState, Outcome, ResourceId, StepName, Store, StoreError, Stored, Target,
};
use tokio::sync::Mutex;

use crate::connector::{AttributeChange, CallError, Capabilities, Connector, Desired};
use crate::engine::Shared;
use crate::gate::Signal;
use crate::mapping::{self, ForeignDomain, Rules};
use crate::ownership::Claims;
use crate::plan::{in_doubt, merged, plan, plan_adoption};
use crate::tenure::Tenure;
use matching::Match;
use work::Work;

/// The name of the resource type that has members.
pub(crate) const GROUP: &str = "Group";
/// The name of the resource type that groups wait for.
pub(crate) const USER: &str = "User";

/// What the deliveries of a target share.
#[derive(Debug)]
pub(crate) struct Context {
    shared: Arc<Shared>,
    target: Arc<Target>,
    connector: Arc<dyn Connector>,
    capabilities: Capabilities,
    claims: Arc<Claims>,
    rules: Arc<Rules>,
    tenure: Arc<Tenure>,
    /// Held while waiting edges are read and written back, since a write replaces them all.
    edges: Mutex<()>,
}

impl Context {
    pub(crate) fn new(
        shared: Arc<Shared>,
        target: Arc<Target>,
        connector: Arc<dyn Connector>,
        claims: Arc<Claims>,
        rules: Arc<Rules>,
        tenure: Arc<Tenure>,
    ) -> Self {
        let capabilities = connector.capabilities();
        Self { shared, target, connector, capabilities, claims, rules, tenure, edges: Mutex::new(()) }
    }

    pub(crate) const fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn store(&self) -> &dyn Store {
        &*self.shared.store
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.environment.now()
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.shared.store.commit(self.tenure.sign(batch)).await.map(drop)
    }

    fn takes(&self, resource_type: &str) -> bool {
        match resource_type {
            USER => self.capabilities.users,
            GROUP => self.capabilities.groups,
            _ => false,
        }
    }

    fn parse(&self, body: &Bytes) -> Result<Resource, Trouble> {
        let limits = JsonLimits { max_bytes: usize::MAX, ..JsonLimits::default() };
        Resource::from_slice(body, &limits, &self.shared.registry).map_err(|error| {
            Trouble::object(
                FailureClass::Data,
                format!("the stored resource cannot be read: {error}"),
                "write the resource again at the identity provider",
            )
        })
    }
}

/// Why a delivery stopped short.
#[derive(Debug)]
enum Trouble {
    /// The store failed: nothing is settled, the link stays due.
    Store(StoreError),
    /// A call failed.
    Call(CallError),
    /// The object cannot be delivered as things are; no call showed it.
    Object {
        failure: Failure,
        /// When to try again, where the class alone does not say it.
        again: Option<Duration>,
    },
}

impl Trouble {
    fn object(class: FailureClass, sentence: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::Object { failure: CallError::new(class, sentence, next_step).failure, again: None }
    }

    /// Another delivery acts on the same account right now.
    fn busy() -> Self {
        let sentence = "another resource is being delivered to the same account";
        let failure =
            CallError::new(FailureClass::Conflict, sentence, "nothing: it is tried again at once").failure;
        Self::Object { failure, again: Some(Duration::from_secs(1)) }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Delivers one resource to one target and records how it went; answers what that says about the target.
///
/// An error means that the store failed: nothing is recorded and the link is still due.
pub(crate) async fn deliver(context: &Context, resource: &ResourceId) -> Result<Signal, StoreError> {
    let began = context.now();
    // The link is read before the resource: a change that comes in between raises its mark and keeps it due.
    let Some(link) = context.store().link(&context.target.id, resource).await? else {
        return Ok(Signal::Nothing);
    };
    if link.due_at.is_none_or(|due| due > began) {
        return Ok(Signal::Nothing);
    }
    let mut work = Work::new(link);
    let ended = match AssertUnwindSafe(attempt(context, &mut work)).catch_unwind().await {
        Ok(Err(Trouble::Store(error))) => return Err(error),
        Ok(ended) => ended,
        Err(_) => Err(Trouble::object(
            FailureClass::Data,
            "the delivery broke inside the hub",
            "report it with the hub's log of this time; it is tried again each day",
        )),
    };
    settle::settle(context, work, ended, began).await
}

async fn attempt(context: &Context, work: &mut Work) -> Result<Outcome, Trouble> {
    let stored = context.store().get(&context.target.directory, &work.link.resource).await?;
    let detail = match &stored {
        Some(stored) => format!("version {}", stored.version),
        None => "deleted in the hub".to_owned(),
    };
    work.success(StepName::Import, detail);
    if !context.takes(&work.link.resource_type) {
        let reason = format!("the service takes no resources of type {}", work.link.resource_type);
        work.skip(StepName::Scope, reason);
        work.link.state = LinkState::Gone;
        return Ok(Outcome::Skipped);
    }
    let Some(stored) = stored else { return removal::remove(context, work).await };
    work.success(StepName::Scope, "in scope");
    let body = context.parse(&stored.body)?;
    match synchronise(context, work, &stored, &body).await {
        Err(Trouble::Call(error)) if error.missing && !work.arrived && work.link.remote_id.is_some() => {
            forget::forget(context, work, &error).await?;
            synchronise(context, work, &stored, &body).await
        }
        ended => ended,
    }
}

/// Match, plan and act for a resource that should be there.
async fn synchronise(
    context: &Context,
    work: &mut Work,
    stored: &Stored,
    body: &Resource,
) -> Result<Outcome, Trouble> {
    let desired = references::desired(context, work, stored, body).await?;
    let matched = matching::find(context, work, &desired).await?;
    let (remote_id, mut outcome, observed) = match matched {
        Match::Held(remote_id) => {
            let confirmed = confirmed(context, work)?;
            let changes = plan(&desired.attributes, &confirmed);
            let doubt = in_doubt(&desired.attributes, &confirmed);
            let outcome = update(context, work, &remote_id, &desired, &changes, &doubt).await?;
            (remote_id, outcome, None)
        }
        Match::Adopted { remote, sent } => {
            let observed = members::observe(context, work, &remote.id).await?;
            let changes = plan_adoption(&desired.attributes, &remote.attributes, &sent);
            let doubt = in_doubt(&merged(&desired.attributes, &sent), &Resource::new());
            update(context, work, &remote.id, &desired, &changes, &doubt).await?;
            (remote.id, Outcome::Linked, observed)
        }
        Match::Created(remote) => (remote.id, Outcome::Created, Some(Vec::new())),
    };
    if work.link.resource_type == GROUP {
        let edited = members::deliver(context, work, &remote_id, stored.version, observed).await?;
        if edited && outcome == Outcome::Unchanged {
            outcome = Outcome::Updated;
        }
    }
    if outcome == Outcome::Unchanged {
        work.skip(StepName::Act, "nothing to do");
    }
    Ok(outcome)
}

/// What the service has confirmed; nothing when that is not known.
fn confirmed(context: &Context, work: &Work) -> Result<Resource, Trouble> {
    work.link.confirmed.as_ref().map_or_else(|| Ok(Resource::new()), |bytes| context.parse(bytes))
}

/// Changes attributes, where there are any to change, and confirms them.
///
/// What is in doubt until the answer comes is stored before the call: the change may be taken back before it is tried
/// again, and then must be taken back at the service too.
async fn update(
    context: &Context,
    work: &mut Work,
    remote_id: &str,
    desired: &Desired,
    changes: &[AttributeChange],
    doubt: &Resource,
) -> Result<Outcome, Trouble> {
    let mut outcome = Outcome::Unchanged;
    if changes.is_empty() {
        work.plan("no attribute differs");
    } else {
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        work.plan(format!("change {}", paths.join(", ")));
        work.link.confirmed = Some(doubt.to_vec().into());
        settle::note_link(context, work).await?;
        context.connector.update(remote_id, desired, changes).await?;
        work.called = true;
        work.success(StepName::Act, "updated");
        let off = |change: &AttributeChange| {
            change.path.eq_ignore_ascii_case("active")
                && change.value.as_ref().and_then(|value| value.as_bool()) == Some(false)
        };
        outcome = if changes.iter().any(off) { Outcome::Deactivated } else { Outcome::Updated };
    }
    work.link.confirmed = Some(desired_bytes(desired));
    Ok(outcome)
}

fn desired_bytes(desired: &Desired) -> Bytes {
    desired.attributes.to_vec().into()
}

/// What a service should hold for a body, given its manager's account.
fn map(
    context: &Context,
    stored: &Stored,
    body: &Resource,
    manager: Option<&str>,
) -> Result<Desired, Trouble> {
    let (registry, rules) = (&context.shared.registry, &context.rules);
    let resource_type = stored.resource_type.clone();
    let attributes = mapping::desired(body.clone(), &stored.id, &resource_type, registry, rules, manager);
    Ok(Desired { resource: stored.id.clone(), resource_type, attributes: attributes? })
}

impl From<ForeignDomain> for Trouble {
    fn from(ForeignDomain { domain, allowed }: ForeignDomain) -> Self {
        Self::object(
            FailureClass::Data,
            format!(
                "`domain` is `{domain}`, which is not one of the directory's domains: {}",
                allowed.join(", ")
            ),
            "correct the domain at the identity provider, or add it to the directory with `rollbook directory set`",
        )
    }
}
