//! Finding a resource's counterpart, or making it: the lookup before every creation keeps promise P3.

use rollbook_schema::Resource;
use rollbook_store::{Batch, FailureClass, LedgerWrite, Link, LinkState, StepName};

use super::work::Work;
use super::{Context, Trouble, confirmed, desired_bytes};
use crate::connector::{Desired, Remote};
use crate::ownership;
use crate::plan::merged;

/// How often to look again when accounts go meanwhile.
const LOOKS: usize = 3;

/// A resource's counterpart at the service.
#[derive(Debug)]
pub(super) enum Match {
    /// It was linked before.
    Held(String),
    /// It was there and is linked now.
    Adopted {
        /// The account.
        remote: Remote,
        /// What the hub may have sent there itself, in a creation that was not answered.
        sent: Resource,
    },
    /// It was made now.
    Created(Remote),
}

/// Finds the counterpart or makes it. From here on the link holds its id, whatever happens next.
pub(super) async fn find(context: &Context, work: &mut Work, desired: &Desired) -> Result<Match, Trouble> {
    if work.link.state == LinkState::Linked
        && let Some(remote_id) = work.link.remote_id.clone()
    {
        work.success(StepName::Match, format!("linked to {remote_id}"));
        return Ok(Match::Held(remote_id));
    }
    let sent = if work.link.state == LinkState::Intent { confirmed(context, work)? } else { Resource::new() };
    if let Some(remote) = look_up(context, work, desired).await? {
        return Ok(adopted(remote, sent, desired));
    }
    work.success(StepName::Match, "no account there yet");
    // The intent is durable before the call. Its `confirmed` is what is about to be sent (and was before), so that the
    // account can be found even when the resource is deleted before an answer comes.
    let sent = merged(&desired.attributes, &sent);
    work.link.state = LinkState::Intent;
    work.link.remote_id = None;
    work.link.confirmed = Some(sent.to_vec().into());
    work.link.confirmed_seq = 0;
    context.commit(Batch::global(context.now()).ledger(LedgerWrite::PutLink(work.link.clone()))).await?;
    work.plan("create");
    match context.connector.create(desired).await {
        Ok(remote) => {
            work.success(StepName::Act, format!("created as {}", remote.id));
            // Another resource of the same `externalId` may have found the new account first.
            let claim = context.claims.claim(&desired.resource_type, &remote.id).ok_or_else(Trouble::busy)?;
            work.claims.push(claim);
            link(context, work, &remote);
            work.link.confirmed = Some(desired_bytes(desired));
            Ok(Match::Created(remote))
        }
        // Somebody else was faster, or the lookup does not see everything: look once more.
        Err(refused) if refused.failure.class == FailureClass::Conflict => {
            match look_up(context, work, desired).await? {
                Some(remote) => Ok(adopted(remote, sent, desired)),
                None => Err(refused.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// An account that bears our `externalId` may hold what we sent; any other holds nothing of ours.
fn adopted(remote: Remote, sent: Resource, desired: &Desired) -> Match {
    let ours = remote.attributes.external_id() == desired.attributes.external_id();
    Match::Adopted { remote, sent: if ours { sent } else { Resource::new() } }
}

/// Looks for an account that may be linked, and links it.
async fn look_up(context: &Context, work: &mut Work, desired: &Desired) -> Result<Option<Remote>, Trouble> {
    for _ in 0..LOOKS {
        let departures = context.claims.departures();
        let Some(remote) = single(context, work, desired).await? else { return Ok(None) };
        let claim = context.claims.claim(&desired.resource_type, &remote.id).ok_or_else(Trouble::busy)?;
        if context.claims.departures() != departures {
            // An account went between the look and the claim, perhaps this one.
            continue;
        }
        work.claims.push(claim);
        take_over(context, work, desired, &remote).await?;
        work.success(StepName::Match, format!("found {} there", remote.id));
        link(context, work, &remote);
        // What it holds is not confirmed yet: were the update to fail, the next plan must start from nothing.
        work.link.confirmed = None;
        return Ok(Some(remote));
    }
    Err(Trouble::busy())
}

/// The only account that matches, if it may be ours: it has our `externalId` or none.
async fn single(context: &Context, work: &mut Work, desired: &Desired) -> Result<Option<Remote>, Trouble> {
    let mut hits = context.connector.find(desired).await?;
    work.called = true;
    let Some(remote) = hits.pop() else { return Ok(None) };
    if !hits.is_empty() {
        let count = hits.len() + 1;
        return Err(Trouble::object(
            FailureClass::Conflict,
            format!("{count} accounts match at the service"),
            "remove or change all but one of them there",
        ));
    }
    let theirs = remote.attributes.external_id().filter(|id| !id.is_empty());
    if theirs.is_some() && theirs != desired.attributes.external_id() {
        let id = &remote.id;
        return Err(Trouble::object(
            FailureClass::Conflict,
            format!(
                "the account {id} has the same name but belongs to somebody else: its `externalId` differs"
            ),
            "change the name here, or clear `externalId` there to hand the account over",
        ));
    }
    Ok(Some(remote))
}

/// Makes sure that the account is nobody else's: a deleted resource hands it over, a living one keeps it.
async fn take_over(
    context: &Context,
    work: &mut Work,
    desired: &Desired,
    remote: &Remote,
) -> Result<(), Trouble> {
    let store = context.store();
    let owner = ownership::owner(store, &context.target.id, &desired.resource_type, &remote.id).await?;
    let Some(owner) = owner.filter(|owner| owner.resource != work.link.resource) else { return Ok(()) };
    if store.get(&context.target.directory, &owner.resource).await?.is_some() {
        return Err(Trouble::object(
            FailureClass::Conflict,
            format!(
                "the account {} belongs to {} already: both have the same `externalId`",
                remote.id, owner.resource
            ),
            "give one of the two another `externalId`",
        ));
    }
    let released = Link { state: LinkState::Gone, remote_id: None, confirmed: None, ..owner };
    work.ledger.push(LedgerWrite::PutLink(released));
    Ok(())
}

fn link(context: &Context, work: &mut Work, remote: &Remote) {
    work.called = true;
    work.arrived = true;
    work.link.state = LinkState::Linked;
    work.link.remote_id = Some(remote.id.clone());
    work.link.confirmed_seq = 0;
    let (target, resource) = (&context.target.id, &work.link.resource);
    work.settings.push(ownership::own(target, &work.link.resource_type, &remote.id, Some(resource)));
}
