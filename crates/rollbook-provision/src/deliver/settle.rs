//! The end of a delivery: link, waiting edges, woken neighbours and the log row, in one batch.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rollbook_store::{
    Attempt, Batch, Failure, FailureClass, LedgerWrite, Outcome, ResourceId, Step, StepName, StepStatus,
    StoreError,
};

use super::work::Work;
use super::{Context, GROUP, Trouble};
use crate::connector::CallError;
use crate::engine::Settled;
use crate::gate::{Signal, later};

/// How many links in conflict may be tried again when an account goes.
const CONFLICTS: usize = 100;

/// Records how a delivery ended.
pub(super) async fn settle(
    context: &Context,
    mut work: Work,
    ended: Result<Outcome, Trouble>,
    began: DateTime<Utc>,
) -> Result<Signal, StoreError> {
    let now = context.now();
    let changed_at = work.link.changed_at;
    let answered = if work.called { Signal::Answered } else { Signal::Nothing };
    let (outcome, failure, signal) = match ended {
        Ok(outcome) => {
            work.link.attempts = 0;
            work.link.failure = None;
            work.link.due_at = None;
            work.link.changed_at = None;
            (outcome, None, answered)
        }
        Err(Trouble::Store(error)) => return Err(error),
        Err(Trouble::Call(error)) => {
            let error = softened(error);
            let failure = error.failure.clone();
            fail(context, &mut work, &error, None);
            (Outcome::Failed, Some(failure), signal(error, answered))
        }
        Err(Trouble::Object { failure, again }) => {
            let error =
                CallError { failure: failure.clone(), retry_after: None, ambiguous: false, missing: false };
            fail(context, &mut work, &error, again);
            (Outcome::Failed, Some(failure), answered)
        }
    };
    let lag =
        changed_at.filter(|_| failure.is_none()).map(|changed| (now - changed).to_std().unwrap_or_default());
    tell(&mut work.steps, failure.as_ref(), lag);
    let resource = work.link.resource.clone();
    let resource_type = work.link.resource_type.clone();
    tracing::debug!(
        target = %context.target.name, %resource, outcome = ?outcome,
        reason = failure.as_ref().map(|failure| failure.sentence.as_str()), "delivered"
    );
    let attempt = Attempt {
        id: context.shared.environment.new_id(),
        directory: context.target.directory.clone(),
        target: context.target.id.clone(),
        resource: resource.clone(),
        resource_type: resource_type.clone(),
        at: began,
        millis: u64::try_from((now - began).num_milliseconds()).unwrap_or_default(),
        outcome,
        steps: std::mem::take(&mut work.steps),
        failure,
    };
    commit(context, work, attempt, now).await?;
    if let Some(observer) = &context.shared.on_settled {
        observer.0(&Settled { target: context.target.id.clone(), resource, resource_type, outcome, lag });
    }
    Ok(signal)
}

/// Writes the link as it is before a call, with all that belongs to its being linked.
pub(super) async fn note_link(context: &Context, work: &mut Work) -> Result<(), StoreError> {
    let now = context.now();
    let mut batch = Batch::global(now);
    batch.ledger = std::mem::take(&mut work.ledger);
    batch.settings = std::mem::take(&mut work.settings);
    batch.ledger.push(LedgerWrite::PutLink(work.link.clone()));
    if work.arrived && !work.woken {
        work.woken = true;
        let (target, on) = (context.target.id.clone(), work.link.resource.clone());
        batch.ledger.push(LedgerWrite::Wake { target, on, at: now });
    }
    context.commit(batch).await
}

async fn commit(
    context: &Context,
    work: Work,
    attempt: Attempt,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let target = context.target.id.clone();
    let resource = work.link.resource.clone();
    let mut batch = Batch::global(now);
    batch.ledger = work.ledger;
    batch.settings = work.settings;
    let edges = context.edges.lock().await;
    if let Some(waits) = work.waits {
        let group = work.link.resource_type == GROUP;
        let stored: BTreeSet<ResourceId> = if group {
            // A member whose account vanished meanwhile was added by the member's own delivery.
            context.store().waiting(&target, &resource).await?.into_iter().collect()
        } else {
            work.waited.clone()
        };
        let on: BTreeSet<ResourceId> =
            waits.into_iter().chain(stored.difference(&work.waited).cloned()).collect();
        if on != stored {
            let on = on.into_iter().collect();
            batch.ledger.push(LedgerWrite::SetWaiting {
                target: target.clone(),
                resource: resource.clone(),
                on,
            });
        }
    }
    batch.ledger.push(LedgerWrite::Settle(work.link));
    if work.arrived && !work.woken {
        batch.ledger.push(LedgerWrite::Wake { target: target.clone(), on: resource, at: now });
    }
    if work.departed && context.claims.may_conflict() {
        context.claims.conflicts(false);
        for link in context.store().troubled(&target, CONFLICTS).await? {
            if link.failure.is_some_and(|failure| failure.class == FailureClass::Conflict) {
                batch.ledger.push(LedgerWrite::MarkDue {
                    target: target.clone(),
                    resource: link.resource,
                    resource_type: link.resource_type,
                    at: now,
                    changed_at: link.changed_at.unwrap_or(now),
                });
            }
        }
    }
    if attempt.failure.as_ref().is_some_and(|failure| failure.class == FailureClass::Conflict) {
        context.claims.conflicts(true);
    }
    batch.ledger.push(LedgerWrite::Append(attempt));
    let committed = context.commit(batch).await;
    drop(edges);
    committed
}

/// An account that was linked a moment ago and is not known yet: the service needs time, not a new account.
fn softened(mut error: CallError) -> CallError {
    if error.missing {
        error.failure.class = FailureClass::Transient;
    }
    error
}

/// Sets when to try again, and why.
fn fail(context: &Context, work: &mut Work, error: &CallError, again: Option<Duration>) {
    let policy = &context.shared.policy;
    let now = context.now();
    let link = &mut work.link;
    let mut dice = [0];
    context.shared.environment.fill(&mut dice);
    let [dice] = dice;
    let wait = match error.failure.class {
        // The target pauses; the object is not at fault and keeps its count.
        FailureClass::Throttled => {
            let wait = policy.throttle_wait(Duration::ZERO, error.retry_after);
            link.due_at = Some(later(now, wait));
            return;
        }
        FailureClass::Transient | FailureClass::Credentials | FailureClass::Configuration => {
            // The service may still be at work on a call that was not answered: never look at once.
            let count = link.attempts.saturating_add(if error.ambiguous { 2 } else { 1 });
            policy.retry_wait(count, error.retry_after, dice)
        }
        FailureClass::Data | FailureClass::Conflict | FailureClass::Reference => policy.look_again,
    };
    link.attempts = link.attempts.saturating_add(1);
    link.failure = Some(error.failure.clone());
    link.due_at = Some(later(now, again.unwrap_or(wait)));
}

/// What a failed call says about the target.
fn signal(error: CallError, answered: Signal) -> Signal {
    match error.failure.class {
        FailureClass::Throttled => Signal::Throttled(error.failure, error.retry_after),
        FailureClass::Transient if error.missing => Signal::Answered,
        FailureClass::Transient => Signal::Failed(error.failure),
        FailureClass::Credentials | FailureClass::Configuration => Signal::Refused(error.failure),
        FailureClass::Data | FailureClass::Conflict => Signal::Answered,
        FailureClass::Reference => answered,
    }
}

/// Completes the steps: the one that failed, and how long the change took.
fn tell(steps: &mut Vec<Step>, failure: Option<&Failure>, lag: Option<Duration>) {
    if let Some(failure) = failure {
        let name = match steps.last().map(|step| step.name) {
            None | Some(StepName::Import) => StepName::Import,
            Some(StepName::Scope) => StepName::Match,
            Some(StepName::Match | StepName::Plan | StepName::Act) => StepName::Act,
        };
        let words = failure.words.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
        steps.push(Step {
            name,
            status: StepStatus::Failure,
            detail: format!("{}{words}", failure.sentence),
        });
    }
    if let Some(lag) = lag
        && let Some(act) =
            steps.iter_mut().rfind(|step| step.name == StepName::Act && step.status == StepStatus::Success)
    {
        act.detail.push_str(&format!(", {} ms after the change", lag.as_millis()));
    }
}
