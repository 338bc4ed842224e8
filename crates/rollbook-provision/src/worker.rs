//! A target's worker: read the log, mark what is due, deliver it, sleep.

mod advance;
mod pump;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rollbook_store::{Batch, FailureClass, LedgerWrite, Seq, SettingsWrite, StoreError, Target};
use tokio::sync::watch;

use crate::connector::{CallError, Connector};
use crate::deliver::Context;
use crate::engine::{Chain, Shared};
use crate::gate::{Gate, Passage, Signal};
use crate::mapping::Rules;
use crate::ownership::Claims;
use crate::resync::resync_with;
use crate::tenure::{Tenure, Tenured};

/// Why a worker starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Start {
    /// The engine has just started, or the target is new.
    Same,
    /// Somebody changed the target: probe at once and look at every resource again.
    Changed,
    /// It has started.
    Begun,
}

/// Why a worker has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// It was told to stop, and has recorded what was under way.
    Stopped,
    /// Its tenure is over.
    Fenced,
}

/// A worker of one tenure.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    target: Arc<Target>,
    stop: watch::Receiver<bool>,
    start: Start,
    rules: Arc<Rules>,
    tenure: Arc<Tenure>,
    gate: Gate,
    connector: Option<Arc<dyn Connector>>,
    claims: Arc<Claims>,
    /// How far the log is read; `None` until the store was asked.
    cursor: Option<Seq>,
}

/// The wait after an error of the store.
const STORE_WAIT: Duration = Duration::from_secs(1);
/// How long to wait for more after a hint, so that a flood of commits costs few looks.
const GATHER: Duration = Duration::from_millis(5);
/// How many troubled links a reopened target looks at again at once; the rest keep their own times.
const REVIVED: usize = 1_000;

impl Worker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        target: Target,
        stop: watch::Receiver<bool>,
        start: Start,
        rules: Rules,
        tenure: Arc<Tenure>,
    ) -> Self {
        let mut gate = Gate::new(target.health.clone());
        if start == Start::Changed {
            gate.probe_now(shared.environment.now());
        }
        let claims = Arc::new(Claims::default());
        let (target, rules) = (Arc::new(target), Arc::new(rules));
        Self { shared, target, stop, start, rules, tenure, gate, connector: None, claims, cursor: None }
    }

    /// Why the worker of the next tenure starts.
    pub(crate) const fn start(&self) -> Start {
        match self.start {
            Start::Changed => Start::Changed,
            Start::Same | Start::Begun => Start::Same,
        }
    }

    /// Works until told to stop, or the tenure is over.
    pub(crate) async fn run(&mut self) -> Ended {
        let mut commits = self.shared.store.commits();
        while !self.stopping() {
            commits.borrow_and_update();
            let ended = self.round().await;
            // After a failure of the store a commit is no reason to try at once: its failures would be tried in a loop.
            let hints_count = ended.is_ok();
            let wait = match ended {
                Ok(wait) => wait,
                Err(StoreError::Fenced { .. }) => return Ended::Fenced,
                Err(error) => {
                    tracing::warn!(target = %self.target.name, error = %Chain(&error), "the store failed; trying again");
                    commits.borrow_and_update();
                    STORE_WAIT
                }
            };
            let mut stop = self.stop.clone();
            let hint = async {
                if commits.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(GATHER).await;
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(wait) => {}
                () = hint, if hints_count => {}
            }
        }
        Ended::Stopped
    }

    /// Does what can be done now; answers how long there is nothing to do, unless something changes.
    async fn round(&mut self) -> Result<Duration, StoreError> {
        self.begin().await?;
        self.advance().await?;
        let mut delivered = 0;
        if let Some(context) = self.open().await? {
            delivered = self.deliver_all(&context).await?;
        }
        self.save_health().await?;
        self.idle(delivered).await
    }

    /// Looks at every resource again when the target has changed, or what its directory says about the mapping: since
    /// this worker's predecessor, or while no engine ran.
    async fn begin(&mut self) -> Result<(), StoreError> {
        if self.start == Start::Begun {
            return Ok(());
        }
        let mark = format!("mapping/{}", self.target.id);
        let last = self.shared.store.mark(&mark).await?;
        let rules = self.rules.fingerprint();
        let mapped_otherwise = last.unwrap_or_else(|| Rules::default().fingerprint()) != rules;
        if self.start == Start::Changed || mapped_otherwise {
            resync_with(&*self.shared.store, &self.shared.registry, &self.target, self.batch()).await?;
        }
        if mapped_otherwise {
            let write = SettingsWrite::PutMark { name: mark, value: rules };
            self.shared.store.commit(self.batch().setting(write)).await?;
        }
        self.start = Start::Begun;
        Ok(())
    }

    async fn idle(&self, delivered: usize) -> Result<Duration, StoreError> {
        let now = self.now();
        let tick = self.shared.policy.tick;
        let next = match self.gate.passage(now) {
            Passage::Open => self.shared.store.next_due(&self.target.id).await?,
            Passage::Paused(until) | Passage::Closed(until) => Some(until),
            Passage::Suspect => Some(now),
        };
        let wait = next.map_or(tick, |next| (next - now).to_std().unwrap_or_default());
        // What is due and was not taken (a type that the registry has lost) must not keep the worker spinning.
        Ok(if wait.is_zero() && delivered == 0 { tick } else { wait.min(tick) })
    }

    /// What deliveries need, when the gate is open; probes when it is time.
    async fn open(&mut self) -> Result<Option<Arc<Context>>, StoreError> {
        let now = self.now();
        match self.gate.passage(now) {
            Passage::Paused(_) => return Ok(None),
            Passage::Closed(until) if now < until => return Ok(None),
            Passage::Closed(_) | Passage::Suspect => self.probe().await?,
            Passage::Open => {}
        }
        if self.connector.is_none() && self.gate.passage(self.now()) == Passage::Open {
            self.connect();
        }
        if self.gate.passage(self.now()) != Passage::Open {
            return Ok(None);
        }
        let Some(connector) = &self.connector else { return Ok(None) };
        Ok(Some(Arc::new(Context::new(
            Arc::clone(&self.shared),
            Arc::clone(&self.target),
            Arc::clone(connector),
            Arc::clone(&self.claims),
            Arc::clone(&self.rules),
            Arc::clone(&self.tenure),
        ))))
    }

    /// Makes the connector; when that fails the gate closes.
    fn connect(&mut self) {
        match self.shared.connectors.connect(&self.target) {
            Ok(connector) => {
                let tenure = Arc::clone(&self.tenure);
                self.connector = Some(Arc::new(Tenured { connector, tenure }));
            }
            Err(failure) => {
                tracing::warn!(target = %self.target.name, reason = %failure.sentence, "the target cannot be set up");
                let now = self.now();
                self.gate.probe_failed(failure, now, &self.shared.policy);
            }
        }
    }

    async fn probe(&mut self) -> Result<(), StoreError> {
        if self.connector.is_none() {
            self.connect();
        }
        let Some(connector) = &self.connector else { return Ok(()) };
        let answer = connector.probe().await;
        let now = self.now();
        match answer {
            Ok(()) => self.reopen(now).await,
            Err(CallError { failure, retry_after, .. }) if failure.class == FailureClass::Throttled => {
                self.reopen(now).await?;
                self.gate.hear(Signal::Throttled(failure, retry_after), now, &self.shared.policy);
                Ok(())
            }
            Err(CallError { failure, .. }) => {
                tracing::warn!(target = %self.target.name, reason = %failure.sentence, "the target is closed");
                self.gate.probe_failed(failure, now, &self.shared.policy);
                Ok(())
            }
        }
    }

    /// Opens the gate. What failed because the target was down is due again at once.
    async fn reopen(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.gate.probe_passed(now) {
            return Ok(());
        }
        tracing::info!(target = %self.target.name, "the target answers again");
        let mut batch = self.batch();
        for link in self.shared.store.troubled(&self.target.id, REVIVED).await? {
            let class = link.failure.as_ref().map(|failure| failure.class);
            if matches!(
                class,
                Some(FailureClass::Transient | FailureClass::Credentials | FailureClass::Configuration)
            ) {
                batch = batch.ledger(LedgerWrite::MarkDue {
                    target: link.target,
                    resource: link.resource,
                    resource_type: link.resource_type,
                    at: now,
                    changed_at: link.changed_at.unwrap_or(now),
                });
            }
        }
        if !batch.ledger.is_empty() {
            self.shared.store.commit(batch).await?;
        }
        Ok(())
    }

    /// Stores what the gate has learnt, so that a restart keeps it.
    async fn save_health(&mut self) -> Result<(), StoreError> {
        let Some(health) = self.gate.unsaved() else { return Ok(()) };
        let write = SettingsWrite::PutHealth { target: self.target.id.clone(), health: health.clone() };
        self.shared.store.commit(self.batch().setting(write)).await?;
        self.gate.saved(health);
        Ok(())
    }

    /// An empty batch that is refused when the tenure is over.
    fn batch(&self) -> Batch {
        self.tenure.sign(Batch::global(self.now()))
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.environment.now()
    }

    fn stopping(&self) -> bool {
        // A dropped sender is a dropped engine.
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }
}
