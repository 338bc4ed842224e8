//! The gate in front of a target: open, paused by the service, or closed until a probe succeeds.
//!
//! It tells a target that is down from an object that is refused: a failure that may be either makes the target
//! *suspect*, and one cheap probe decides.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Failure, FailureClass, TargetHealth};

use crate::backoff::Policy;

/// Whether calls may go out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Passage {
    /// Calls may go out.
    Open,
    /// None before this time; then calls go out again.
    Paused(DateTime<Utc>),
    /// None before this time; then one probe.
    Closed(DateTime<Utc>),
    /// A probe must decide now.
    Suspect,
}

/// What one delivery showed about the target.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Signal {
    /// No call was made, or the failure is the object's own.
    Nothing,
    /// The service answered well.
    Answered,
    /// The service asked for fewer calls.
    Throttled(Failure, Option<Duration>),
    /// The service or the network failed.
    Failed(Failure),
    /// The credential or the set-up seems wrong.
    Refused(Failure),
}

/// The gate's state; what must survive a restart is in its [`TargetHealth`].
#[derive(Debug)]
pub(crate) struct Gate {
    health: TargetHealth,
    suspicion: Option<Failure>,
    probes: u32,
    pause: Duration,
    saved: TargetHealth,
}

/// How old the stored time of the last success may become while nothing else changes.
const SUCCESS_GRAIN: TimeDelta = TimeDelta::seconds(30);

impl Gate {
    pub(crate) fn new(health: TargetHealth) -> Self {
        Self { saved: health.clone(), health, suspicion: None, probes: 0, pause: Duration::ZERO }
    }

    pub(crate) fn passage(&self, now: DateTime<Utc>) -> Passage {
        match self.health.closed_until {
            Some(until) if self.is_pause() => {
                if now < until {
                    Passage::Paused(until)
                } else {
                    Passage::Open
                }
            }
            Some(until) => Passage::Closed(until),
            None if self.suspicion.is_some() => Passage::Suspect,
            None => Passage::Open,
        }
    }

    /// Lets the next probe happen at once: the target was changed.
    pub(crate) fn probe_now(&mut self, now: DateTime<Utc>) {
        if let Some(until) = &mut self.health.closed_until {
            *until = now.min(*until);
            self.probes = 0;
        }
    }

    pub(crate) fn hear(&mut self, signal: Signal, now: DateTime<Utc>, policy: &Policy) {
        match signal {
            Signal::Nothing => {}
            Signal::Answered => self.answered(now),
            Signal::Throttled(failure, retry_after) => self.throttled(failure, retry_after, now, policy),
            Signal::Failed(failure) => {
                self.health.failures = self.health.failures.saturating_add(1);
                if self.health.failures >= policy.trip_after {
                    self.suspicion = Some(failure);
                }
            }
            Signal::Refused(failure) => {
                self.health.failures = self.health.failures.saturating_add(1);
                self.suspicion = Some(failure);
            }
        }
    }

    /// The probe went well. Answers whether the target was closed until now; after a mere suspicion it was not.
    pub(crate) fn probe_passed(&mut self, now: DateTime<Utc>) -> bool {
        let was_closed = self.health.closed_until.is_some() && !self.is_pause();
        self.health = TargetHealth { last_success: Some(now), ..TargetHealth::default() };
        self.suspicion = None;
        self.probes = 0;
        was_closed
    }

    /// The probe failed too (or the connector cannot be made): the target is closed until the next one.
    pub(crate) fn probe_failed(&mut self, failure: Failure, now: DateTime<Utc>, policy: &Policy) {
        self.probes = self.probes.saturating_add(1);
        self.health.failures = self.health.failures.saturating_add(1);
        self.health.closed_until = Some(later(now, policy.probe_wait(self.probes)));
        self.health.failure = Some(failure);
        self.suspicion = None;
    }

    /// What to store, when it differs enough from what is stored.
    pub(crate) fn unsaved(&self) -> Option<TargetHealth> {
        let (old, new) = (&self.saved, &self.health);
        let quiet =
            TargetHealth { last_success: old.last_success, failures: old.failures, ..new.clone() } == *old;
        let fresh = match (old.last_success, new.last_success) {
            (Some(old), Some(new)) => new - old < SUCCESS_GRAIN,
            (old, new) => old == new,
        };
        (!quiet || !fresh).then(|| new.clone())
    }

    pub(crate) fn saved(&mut self, health: TargetHealth) {
        self.saved = health;
    }

    fn answered(&mut self, now: DateTime<Utc>) {
        self.health.last_success = Some(now);
        // A call that was under way when the gate closed says nothing about now.
        if self.health.closed_until.is_some_and(|until| !self.is_pause() || now < until) {
            return;
        }
        self.health.closed_until = None;
        self.health.failure = None;
        self.health.failures = 0;
        self.pause = Duration::ZERO;
    }

    fn throttled(
        &mut self,
        failure: Failure,
        retry_after: Option<Duration>,
        now: DateTime<Utc>,
        policy: &Policy,
    ) {
        let paused = match self.health.closed_until {
            Some(_) if !self.is_pause() => return,
            until => until.filter(|until| now < *until),
        };
        if paused.is_none() {
            self.pause = policy.throttle_wait(self.pause, None);
        }
        // Calls that run at the same time are refused together: they lengthen a pause but do not double it.
        let until = later(now, policy.throttle_wait(Duration::ZERO, retry_after).max(self.pause));
        self.health.closed_until = Some(paused.map_or(until, |paused| paused.max(until)));
        self.health.failure = Some(Failure { class: FailureClass::Throttled, ..failure });
    }

    fn is_pause(&self) -> bool {
        self.health.failure.as_ref().is_some_and(|failure| failure.class == FailureClass::Throttled)
    }
}

/// `now` plus `wait`, or as late as can be said.
pub(crate) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::CallError;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> DateTime<Utc> {
        later(DateTime::UNIX_EPOCH, SECOND * u32::try_from(seconds).unwrap())
    }

    fn failure(class: FailureClass) -> Failure {
        CallError::new(class, "it failed", "wait").failure
    }

    fn throttled(retry_after: Option<u64>) -> Signal {
        Signal::Throttled(failure(FailureClass::Throttled), retry_after.map(Duration::from_secs))
    }

    fn failed() -> Signal {
        Signal::Failed(failure(FailureClass::Transient))
    }

    #[test]
    fn calls_that_are_throttled_together_make_one_pause() {
        let (mut gate, policy) = (Gate::new(TargetHealth::default()), Policy::default());
        for _ in 0..4 {
            gate.hear(throttled(None), at(0), &policy);
        }
        assert_eq!(gate.passage(at(0)), Passage::Paused(at(1)));
        gate.hear(Signal::Answered, at(0), &policy);
        assert_eq!(gate.passage(at(0)), Passage::Paused(at(1)), "an answer to an older call");
        assert_eq!(gate.passage(at(1)), Passage::Open);
        gate.hear(throttled(Some(30)), at(1), &policy);
        gate.hear(throttled(None), at(1), &policy);
        assert_eq!(gate.passage(at(1)), Passage::Paused(at(31)));
        gate.hear(throttled(None), at(31), &policy);
        assert_eq!(gate.passage(at(31)), Passage::Paused(at(35)));
        gate.hear(Signal::Answered, at(35), &policy);
        gate.hear(throttled(None), at(36), &policy);
        assert_eq!(gate.passage(at(36)), Passage::Paused(at(37)), "an answer ends the doubling");
    }

    #[test]
    fn only_failures_in_a_row_are_suspect() {
        let (mut gate, policy) = (Gate::new(TargetHealth::default()), Policy::default());
        for round in 0..3 {
            for _ in 0..4 {
                gate.hear(failed(), at(round), &policy);
            }
            assert_eq!(gate.passage(at(round)), Passage::Open);
            gate.hear(Signal::Answered, at(round), &policy);
        }
        for _ in 0..5 {
            gate.hear(failed(), at(9), &policy);
        }
        assert_eq!(gate.passage(at(9)), Passage::Suspect);
        assert!(!gate.probe_passed(at(9)), "it was never closed");
        assert_eq!(gate.passage(at(9)), Passage::Open);
    }

    #[test]
    fn a_closed_gate_opens_by_a_probe_alone() {
        let (mut gate, policy) = (Gate::new(TargetHealth::default()), Policy::default());
        gate.hear(Signal::Refused(failure(FailureClass::Credentials)), at(0), &policy);
        assert_eq!(gate.passage(at(0)), Passage::Suspect);
        gate.probe_failed(failure(FailureClass::Credentials), at(0), &policy);
        gate.hear(Signal::Answered, at(1), &policy);
        gate.hear(throttled(None), at(1), &policy);
        assert_eq!(gate.passage(at(1)), Passage::Closed(at(5)));
        assert_eq!(gate.passage(at(99)), Passage::Closed(at(5)));
        gate.probe_failed(failure(FailureClass::Credentials), at(5), &policy);
        assert_eq!(gate.passage(at(5)), Passage::Closed(at(20)));
        let mut restarted = Gate::new(gate.unsaved().unwrap());
        assert_eq!(restarted.passage(at(6)), Passage::Closed(at(20)));
        restarted.probe_now(at(6));
        assert_eq!(restarted.passage(at(6)), Passage::Closed(at(6)));
        assert!(restarted.probe_passed(at(6)));
        assert_eq!(restarted.passage(at(6)), Passage::Open);
    }

    #[test]
    fn health_is_stored_when_it_says_something_new() {
        let (mut gate, policy) = (Gate::new(TargetHealth::default()), Policy::default());
        assert_eq!(gate.unsaved(), None);
        gate.hear(Signal::Answered, at(0), &policy);
        let health = gate.unsaved().unwrap();
        assert_eq!(health.last_success, Some(at(0)));
        gate.saved(health);
        gate.hear(Signal::Answered, at(29), &policy);
        gate.hear(failed(), at(29), &policy);
        assert_eq!(gate.unsaved(), None);
        gate.hear(Signal::Answered, at(30), &policy);
        assert!(gate.unsaved().is_some());
    }
}
