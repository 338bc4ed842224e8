//! Deletion: only what the hub has linked is touched (promise P7), and a failure never loses what it needs (the link
//! outlives the resource).

use rollbook_schema::Resource;
use rollbook_store::{FailureClass, LinkState, Outcome, StepName};

use super::work::Work;
use super::{Context, GROUP, Trouble, confirmed};
use crate::connector::{CallError, DeleteStyle, Desired};
use crate::ownership;

/// Removes the counterpart of a deleted resource, as the service's profile says.
pub(super) async fn remove(context: &Context, work: &mut Work) -> Result<Outcome, Trouble> {
    work.waits = Some(std::collections::BTreeSet::new());
    super::references::load(context, work).await?;
    work.success(StepName::Scope, "no longer wanted there");
    if work.link.state == LinkState::Gone {
        work.success(StepName::Match, "gone already");
        return Ok(Outcome::Unchanged);
    }
    let Some(remote_id) = account(context, work).await? else {
        work.success(StepName::Match, "it never had an account there");
        gone(work, false);
        return Ok(Outcome::Unchanged);
    };
    let resource_type = work.link.resource_type.clone();
    let claim = context.claims.claim(&resource_type, &remote_id).ok_or_else(Trouble::busy)?;
    work.claims.push(claim);
    // Now that nobody else can act on the account: it may have been handed over meanwhile.
    let target = &context.target.id;
    if let Some(owner) = ownership::owner(context.store(), target, &resource_type, &remote_id).await?
        && owner.resource != work.link.resource
    {
        work.success(StepName::Match, format!("the account {remote_id} belongs to {} now", owner.resource));
        gone(work, false);
        return Ok(Outcome::Unchanged);
    }
    work.success(StepName::Match, format!("linked to {remote_id}"));
    let keep = resource_type != GROUP && context.capabilities.delete == DeleteStyle::Deactivate;
    work.success(StepName::Plan, if keep { "switch off" } else { "delete" });
    let result = if keep {
        context.connector.deactivate(&resource_type, &remote_id).await
    } else {
        context.connector.delete(&resource_type, &remote_id).await
    };
    match result {
        Ok(()) => {}
        Err(CallError { missing: true, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    work.called = true;
    work.departed = true;
    context.claims.departed();
    work.success(StepName::Act, if keep { "switched off" } else { "deleted" });
    gone(work, true);
    if !keep {
        work.settings.push(ownership::own(target, &resource_type, &remote_id, None));
    }
    Ok(if keep { Outcome::Deactivated } else { Outcome::Deleted })
}

/// The account to remove: the linked one, or one whose creation was never answered and that bears our `externalId`.
async fn account(context: &Context, work: &mut Work) -> Result<Option<String>, Trouble> {
    if work.link.state != LinkState::Intent {
        return Ok(work.link.remote_id.clone());
    }
    let attributes = confirmed(context, work)?;
    let desired = Desired {
        resource: work.link.resource.clone(),
        resource_type: work.link.resource_type.clone(),
        attributes,
    };
    let ours = |attributes: &Resource| {
        attributes.external_id().is_some_and(|id| Some(id) == desired.attributes.external_id())
    };
    let mut hits = context.connector.find(&desired).await?;
    work.called = true;
    hits.retain(|remote| ours(&remote.attributes));
    let Some(remote) = hits.pop() else { return Ok(None) };
    if hits.is_empty() {
        return Ok(Some(remote.id));
    }
    Err(Trouble::object(
        FailureClass::Conflict,
        format!("{} accounts bear the `externalId` of the deleted resource", hits.len() + 1),
        "delete the one that was meant at the service",
    ))
}

/// Marks the link as gone. An account that was ours keeps its id: groups that still hold it must be able to drop it,
/// whether it was switched off or deleted, since not every service takes a deleted account out of its groups.
fn gone(work: &mut Work, ours: bool) {
    work.link.state = LinkState::Gone;
    work.link.confirmed = None;
    work.link.confirmed_seq = 0;
    if !ours {
        work.link.remote_id = None;
    }
}
