//! An account that vanished at the service: forget it, make it again, and put it back where it was referred to.

use std::sync::Arc;

use rollbook_filter::Limits;
use rollbook_protocol::{ClientKind, Predicate, Quirks};
use rollbook_schema::uri;
use rollbook_store::{Batch, LedgerWrite, LinkState, Query, ResourceId, Start, StepName, StoreError};

use super::work::Work;
use super::{Context, GROUP, Trouble, USER};
use crate::connector::CallError;
use crate::ownership;

/// How many users are looked through at once for those who have this manager.
const PAGE: usize = 500;

/// Forgets the counterpart and makes everything due that refers to it; the caller then delivers from the beginning.
pub(super) async fn forget(context: &Context, work: &mut Work, error: &CallError) -> Result<(), Trouble> {
    let Some(remote_id) = work.link.remote_id.take() else { return Ok(()) };
    let what = error.failure.words.as_deref().unwrap_or(&error.failure.sentence);
    work.warn(StepName::Act, format!("{remote_id} is no longer there, it is made again: {what}"));
    work.link.state = LinkState::New;
    work.link.confirmed = None;
    work.link.confirmed_seq = 0;
    work.claims.clear();
    work.settings.clear();
    let (target, resource) = (context.target.id.clone(), work.link.resource.clone());
    let now = context.now();
    let due = |resource: &ResourceId, resource_type: &str| LedgerWrite::MarkDue {
        target: target.clone(),
        resource: resource.clone(),
        resource_type: resource_type.to_owned(),
        at: now,
        changed_at: now,
    };
    // The store's waiting edges are read and written back: nobody else may do so meanwhile.
    let _edges = context.edges.lock().await;
    let mut batch = Batch::global(now)
        .ledger(LedgerWrite::PutLink(work.link.clone()))
        .setting(ownership::own(&target, &work.link.resource_type, &remote_id, None));
    for group in context.store().groups_of(&context.target.directory, &resource).await? {
        let mut on = context.store().waiting(&target, &group.id).await?;
        if !on.contains(&resource) {
            on.push(resource.clone());
        }
        batch = batch.ledger(due(&group.id, GROUP)).ledger(LedgerWrite::SetWaiting {
            target: target.clone(),
            resource: group.id,
            on,
        });
    }
    if work.link.resource_type == USER {
        for report in reports(context, &resource).await? {
            batch = batch.ledger(due(&report, USER));
        }
    }
    context.commit(batch).await?;
    Ok(())
}

/// The users whose manager the resource is.
async fn reports(context: &Context, manager: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
    let quoted = rollbook_schema::Value::from(manager.as_str()).to_json_string();
    let filter = format!("{}:manager.value eq {quoted}", uri::ENTERPRISE_USER);
    let quirks = Quirks::of(ClientKind::Generic);
    let registry = Arc::clone(&context.shared.registry);
    let Ok(predicate) = Predicate::parse(&filter, &Limits::default(), registry, USER, &quirks) else {
        return Ok(Vec::new());
    };
    let mut query = Query { predicate: Some(Arc::new(predicate)), ..Query::of(USER, PAGE) };
    let mut first = 1;
    let mut found = Vec::new();
    loop {
        let page = match context.store().query(&context.target.directory, &query).await {
            Ok(page) => page,
            Err(StoreError::TooMany { .. }) => {
                tracing::warn!(target = %context.target.name, %manager, "too many users to find those with this manager; synchronise the target again");
                return Ok(found);
            }
            Err(error) => return Err(error),
        };
        first += page.items.len() as u64;
        query.start = Start::Index(first);
        let last = page.items.len() < PAGE;
        found.extend(page.items.into_iter().map(|stored| stored.id));
        if last {
            return Ok(found);
        }
    }
}
