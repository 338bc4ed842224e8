//! References to other resources: whoever is not at the service yet is waited for, and wakes those who wait.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_schema::Resource;
use rollbook_store::{Batch, LedgerWrite, Link, LinkState, ResourceId, StoreError, Stored};

use super::{Context, Trouble, USER, map};
use crate::connector::Desired;
use crate::mapping;

use super::work::Work;

/// How many links are read at once.
const PAGE: usize = 500;

/// What the service should hold; a manager without an account there is left out and waited for.
pub(super) async fn desired(
    context: &Context,
    work: &mut Work,
    stored: &Stored,
    body: &Resource,
) -> Result<Desired, Trouble> {
    let manager = if stored.resource_type == USER { mapping::manager_of(body) } else { None };
    // Nothing is stored as waited for by a user that is tried for the first time: the most common delivery saves a look.
    let first = work.link.state == LinkState::New && work.link.mark <= 1 && work.link.attempts == 0;
    if stored.resource_type == USER && (manager.is_some() || !first) {
        load(context, work).await?;
        work.waits = Some(BTreeSet::new());
    }
    let Some(manager) = manager else { return map(context, stored, body, None) };
    let wanted = BTreeSet::from([manager]);
    let found = resolve(context, work, &wanted).await?;
    let account = found.values().find_map(present_id);
    if account.is_none() {
        let named = wanted.first().map(ResourceId::as_str).unwrap_or_default();
        work.note = Some(format!("the manager {named} has no account there yet and is added when it has"));
        work.waits = Some(wanted.clone());
    }
    map(context, stored, body, account)
}

/// Reads what the resource waits for.
pub(super) async fn load(context: &Context, work: &mut Work) -> Result<(), StoreError> {
    let waiting = context.store().waiting(&context.target.id, &work.link.resource).await?;
    work.waited = waiting.into_iter().collect();
    Ok(())
}

/// The links of `wanted`. Those that have no account are stored as waited for before they are looked up for the last
/// time: an account that arrives while the delivery is under way then finds somebody to wake.
pub(super) async fn resolve(
    context: &Context,
    work: &mut Work,
    wanted: &BTreeSet<ResourceId>,
) -> Result<BTreeMap<ResourceId, Link>, StoreError> {
    let mut found = links(context, wanted.iter().cloned().collect()).await?;
    let absent = |found: &BTreeMap<ResourceId, Link>| -> Vec<ResourceId> {
        wanted.iter().filter(|id| found.get(*id).and_then(present_id).is_none()).cloned().collect()
    };
    let missing = absent(&found);
    if missing.iter().any(|id| !work.waited.contains(id)) {
        let _edges = context.edges.lock().await;
        load(context, work).await?;
        work.waited.extend(missing.iter().cloned());
        let on = work.waited.iter().cloned().collect();
        let write = LedgerWrite::SetWaiting {
            target: context.target.id.clone(),
            resource: work.link.resource.clone(),
            on,
        };
        context.commit(Batch::global(context.now()).ledger(write)).await?;
        found.extend(links(context, missing).await?);
    }
    Ok(found)
}

/// The id of an account that others may refer to.
pub(super) fn present_id(link: &Link) -> Option<&str> {
    if link.state == LinkState::Linked { link.remote_id.as_deref() } else { None }
}

pub(super) async fn links(
    context: &Context,
    wanted: Vec<ResourceId>,
) -> Result<BTreeMap<ResourceId, Link>, StoreError> {
    let mut found = BTreeMap::new();
    for page in wanted.chunks(PAGE) {
        let links = context.store().links(&context.target.id, page).await?;
        found.extend(links.into_iter().map(|link| (link.resource.clone(), link)));
    }
    Ok(found)
}
