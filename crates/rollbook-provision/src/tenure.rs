//! A node's tenure of a target: the lease is taken, renewed while the worker works, and given back when it stops.
//!
//! The end of a tenure is counted by this node's own clock from the moment at which it began to ask, so it never believes
//! in a lease for longer than the store does. Three things keep two nodes from acting at once: calls start only while
//! enough of the lease is left; everything that is under way is abandoned when it ends; and what is committed late is
//! refused by the store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rollbook_store::{Batch, Target, TargetHealth, TargetId};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::connector::{AttributeChange, CallError, Capabilities, Connector, Desired, Remote};
use crate::engine::{Chain, Shared};
use crate::mapping::Rules;
use crate::worker::{Ended, Start, Worker};

/// The wait after an error of the store.
const STORE_WAIT: Duration = Duration::from_secs(1);
/// How long after another node's lease has run out it is asked for, and after one was lost.
const GRACE: Duration = Duration::from_millis(10);

/// The right to work on a target.
#[derive(Debug)]
pub(crate) struct Tenure {
    target: TargetId,
    fence: u64,
    /// Raised with each renewal.
    until: watch::Sender<Instant>,
    /// How much must be left for a call to start.
    margin: Duration,
}

impl Tenure {
    /// Makes a batch depend on the tenure.
    pub(crate) fn sign(&self, batch: Batch) -> Batch {
        // A store that serves one engine at a time gives no fences.
        if self.fence == 0 { batch } else { batch.fenced(self.target.clone(), self.fence) }
    }

    /// Waits until a call may start: at once, unless the last renewals have failed.
    async fn admit(&self) {
        let enough = |until: &Instant| Instant::now() + self.margin <= *until;
        if !enough(&self.until.borrow()) {
            // An error means that nobody renews any more, and this future is dropped too.
            let _ = self.until.subscribe().wait_for(enough).await;
        }
    }
}

/// Who works on a target, and on what terms.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) shared: Arc<Shared>,
    /// The name of this node, made anew for each run of the engine.
    pub(crate) node: Arc<str>,
    pub(crate) target: Target,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) start: Start,
    pub(crate) rules: Rules,
}

impl Post {
    /// Works on the target whenever this node has the lease, until told to stop.
    pub(crate) async fn run(mut self) {
        while let Some(tenure) = self.take().await {
            tracing::info!(target = %self.target.name, connector = %self.target.connector, "provisioning starts");
            let target = Target { health: self.health().await, ..self.target.clone() };
            let mut worker = Worker::new(
                Arc::clone(&self.shared),
                target,
                self.stop.clone(),
                self.start,
                self.rules.clone(),
                Arc::clone(&tenure),
            );
            let ended = tokio::select! {
                biased;
                () = self.keep(&tenure) => Ended::Fenced,
                ended = worker.run() => ended,
            };
            self.start = worker.start();
            drop(worker);
            match ended {
                Ended::Stopped => {
                    self.give_back(&tenure).await;
                    return;
                }
                Ended::Fenced => {
                    tracing::warn!(target = %self.target.name, "the lease is lost; what was under way is abandoned");
                    sleep(GRACE).await;
                }
            }
        }
    }

    /// Waits for the lease; `None` when told to stop.
    async fn take(&self) -> Option<Arc<Tenure>> {
        let mut stop = self.stop.clone();
        let policy = &self.shared.policy;
        loop {
            // A dropped sender is a dropped engine.
            if *stop.borrow() || stop.has_changed().is_err() {
                return None;
            }
            let asked = Instant::now();
            let now = self.shared.environment.now();
            let wait = match self.shared.store.lease(&self.target.id, &self.node, policy.lease, now).await {
                Ok(lease) if *lease.node == *self.node => {
                    return Some(Arc::new(Tenure {
                        target: self.target.id.clone(),
                        fence: lease.fence,
                        until: watch::Sender::new(asked + lease.left),
                        margin: policy.lease / 2,
                    }));
                }
                Ok(lease) => lease.left.min(policy.renew) + GRACE,
                Err(error) => {
                    tracing::warn!(target = %self.target.name, error = %Chain(&error), "no lease; trying again");
                    STORE_WAIT
                }
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return None,
                () = sleep(wait) => {}
            }
        }
    }

    /// Renews the lease; done when it is lost.
    async fn keep(&self, tenure: &Tenure) {
        let policy = &self.shared.policy;
        let mut pause = policy.renew;
        loop {
            let until = *tenure.until.borrow();
            sleep_until(until.min(Instant::now() + pause)).await;
            let asked = Instant::now();
            if asked >= until {
                return;
            }
            let now = self.shared.environment.now();
            let renewed = self.shared.store.lease(&tenure.target, &self.node, policy.lease, now);
            match timeout_at(until, renewed).await {
                Ok(Ok(lease)) if *lease.node == *self.node && lease.fence == tenure.fence => {
                    tenure.until.send_replace(asked + lease.left);
                    pause = policy.renew;
                }
                Ok(Ok(_)) | Err(_) => return,
                Ok(Err(error)) => {
                    tracing::warn!(target = %self.target.name, error = %Chain(&error), "the lease is not renewed; trying again");
                    pause = policy.renew.min(STORE_WAIT);
                }
            }
        }
    }

    /// Lets another node have the target at once.
    async fn give_back(&self, tenure: &Tenure) {
        let until = *tenure.until.borrow();
        let given_back = self.shared.store.release(&tenure.target, tenure.fence);
        if let Ok(Err(error)) = timeout_at(until, given_back).await {
            tracing::debug!(target = %self.target.name, error = %Chain(&error), "the lease was not given back");
        }
    }

    /// What the node before has learnt.
    async fn health(&self) -> TargetHealth {
        match self.shared.store.target(&self.target.id).await {
            Ok(Some(target)) => target.health,
            Ok(None) | Err(_) => self.target.health.clone(),
        }
    }
}

/// A connector whose calls start only in a tenure.
pub(crate) struct Tenured {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) tenure: Arc<Tenure>,
}

impl fmt::Debug for Tenured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connector.fmt(f)
    }
}

#[async_trait]
impl Connector for Tenured {
    fn capabilities(&self) -> Capabilities {
        self.connector.capabilities()
    }

    async fn find(&self, desired: &Desired) -> Result<Vec<Remote>, CallError> {
        self.tenure.admit().await;
        self.connector.find(desired).await
    }

    async fn create(&self, desired: &Desired) -> Result<Remote, CallError> {
        self.tenure.admit().await;
        self.connector.create(desired).await
    }

    async fn update(
        &self,
        remote_id: &str,
        desired: &Desired,
        changes: &[AttributeChange],
    ) -> Result<(), CallError> {
        self.tenure.admit().await;
        self.connector.update(remote_id, desired, changes).await
    }

    async fn edit_members(
        &self,
        remote_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CallError> {
        self.tenure.admit().await;
        self.connector.edit_members(remote_id, add, remove).await
    }

    async fn read_members(&self, remote_id: &str) -> Result<Option<Vec<String>>, CallError> {
        self.tenure.admit().await;
        self.connector.read_members(remote_id).await
    }

    async fn deactivate(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        self.tenure.admit().await;
        self.connector.deactivate(resource_type, remote_id).await
    }

    async fn delete(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        self.tenure.admit().await;
        self.connector.delete(resource_type, remote_id).await
    }

    async fn probe(&self) -> Result<(), CallError> {
        self.tenure.admit().await;
        self.connector.probe().await
    }
}
