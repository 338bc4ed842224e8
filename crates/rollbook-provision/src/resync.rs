//! Looking at everything again.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rollbook_schema::Registry;
use rollbook_store::{Batch, LedgerWrite, Query, Start, Store, StoreError, Target};

/// How many resources are marked in one transaction.
const PAGE: usize = 500;

/// Marks every resource of the target's directory due, and everything that failed; answers how many.
///
/// A delivery that finds nothing to change makes no call, so this costs the service little. What was deleted in the
/// hub and is still to be deleted there stays due anyway.
///
/// # Errors
///
/// Those of the store; pages that were marked before stay marked.
pub async fn resync(
    store: &dyn Store,
    registry: &Registry,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    resync_with(store, registry, target, Batch::global(now)).await
}

/// The same with batches like this empty one.
pub(crate) async fn resync_with(
    store: &dyn Store,
    registry: &Registry,
    target: &Target,
    empty: Batch,
) -> Result<u64, StoreError> {
    let now = empty.now;
    let due = |resource, resource_type| LedgerWrite::MarkDue {
        target: target.id.clone(),
        resource,
        resource_type,
        at: now,
        changed_at: now,
    };
    let mut marked = 0;
    for known in registry.resource_types() {
        let (mut start_index, mut total) = (1, 0);
        loop {
            let resource_type = known.name.clone();
            let query = Query {
                resource_type,
                predicate: None,
                sort: None,
                start: Start::Index(start_index),
                count: PAGE,
            };
            let page = store.query(&target.directory, &query).await?;
            if page.total < total {
                // Some were deleted meanwhile, and the rest moved up.
                start_index = start_index.saturating_sub(total - page.total).max(1);
                total = page.total;
                continue;
            }
            total = page.total;
            if page.items.is_empty() {
                break;
            }
            let count = page.items.len() as u64;
            let mut batch = empty.clone();
            batch.ledger =
                page.items.into_iter().map(|stored| due(stored.id, stored.resource_type)).collect();
            store.commit(batch).await?;
            start_index += count;
            marked += count;
        }
    }
    let mut batch = empty;
    let mut seen = HashSet::new();
    for link in store.troubled(&target.id, PAGE).await? {
        if link.failure.is_some() && seen.insert(link.resource.clone()) {
            batch.ledger.push(due(link.resource, link.resource_type));
        }
    }
    if !batch.ledger.is_empty() {
        store.commit(batch).await?;
    }
    Ok(marked)
}
