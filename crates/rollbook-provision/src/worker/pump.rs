//! Delivering what is due: users first, groups next, several at a time, one resource never twice at once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rollbook_store::{ResourceId, StoreError};

use super::Worker;
use crate::deliver::{Context, GROUP, deliver};
use crate::gate::{Passage, later};

/// The fewest links to read ahead.
const READ_AHEAD: usize = 64;
/// How many deliveries may fail for the store's sake until the rest is left for later.
const STORE_FAILURES: usize = 3;
/// How long groups wait for a user's delivery that is under way; one that hangs must not hold them up.
const PATIENCE: TimeDelta = TimeDelta::seconds(1);
/// How long to wait for more after a hint while calls are under way.
const GATHER: Duration = Duration::from_millis(20);

/// What is under way and what comes next.
#[derive(Debug)]
struct Load {
    queue: VecDeque<ResourceId>,
    /// Whether the queue holds groups.
    groups: bool,
    /// What is under way (users with the time they began), or was tried in vain for the store's sake: not to be
    /// taken again.
    taken: HashMap<ResourceId, Option<DateTime<Utc>>>,
    /// When groups get their turn although users are still due.
    groups_at: DateTime<Utc>,
}

impl Worker {
    /// Delivers until nothing is due or the gate closes; answers how many deliveries there were.
    ///
    /// Users (and other resources) come first, since groups need their members to be there. They keep groups waiting
    /// for [`crate::Policy::users_first`] at most, so that a long import does not hold up a removal from a group.
    pub(super) async fn deliver_all(&mut self, context: &Arc<Context>) -> Result<usize, StoreError> {
        let concurrency = context.capabilities().concurrency.max(1);
        let mut commits = self.shared.store.commits();
        let mut running = FuturesUnordered::new();
        let mut load = Load {
            queue: VecDeque::new(),
            groups: false,
            taken: HashMap::new(),
            groups_at: later(self.now(), self.shared.policy.users_first),
        };
        let mut broken: Vec<StoreError> = Vec::new();
        let mut delivered = 0;
        loop {
            let mut go = !self.stopping()
                && broken.len() < STORE_FAILURES
                && self.gate.passage(self.now()) == Passage::Open;
            while go && running.len() < concurrency {
                commits.borrow_and_update();
                if load.queue.is_empty()
                    && let Err(error) = self.refill(&mut load, concurrency).await
                {
                    // What is under way is seen to its end first.
                    broken.push(error);
                    go = false;
                }
                let Some(resource) = load.queue.pop_front() else { break };
                load.taken.insert(resource.clone(), (!load.groups).then(|| self.now()));
                let context = Arc::clone(context);
                running.push(async move {
                    let result = deliver(&context, &resource).await;
                    (resource, result)
                });
            }
            if running.is_empty() {
                break;
            }
            let hint = async {
                let _ = tokio::time::timeout(self.shared.policy.tick, commits.changed()).await;
                tokio::time::sleep(GATHER).await;
            };
            let (resource, result) = tokio::select! {
                biased;
                Some(ended) = running.next() => ended,
                () = hint, if go && running.len() < concurrency => continue,
            };
            match result {
                Ok(signal) => {
                    delivered += 1;
                    load.taken.remove(&resource);
                    let now = self.now();
                    self.gate.hear(signal, now, &self.shared.policy);
                }
                // Another node works on the target: nothing more may be done here.
                Err(error @ StoreError::Fenced { .. }) => return Err(error),
                Err(error) => broken.push(error),
            }
        }
        match broken.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(delivered),
        }
    }

    /// Reads the log, then what is due: users, and when there are none or it is their turn, groups.
    async fn refill(&mut self, load: &mut Load, concurrency: usize) -> Result<(), StoreError> {
        self.advance().await?;
        let now = self.now();
        let turn = now >= load.groups_at;
        if turn {
            load.groups_at = later(now, self.shared.policy.users_first);
            self.take(load, GROUP, now, concurrency).await?;
        }
        let registry = Arc::clone(&self.shared.registry);
        for resource_type in registry.resource_types().filter(|known| known.name != GROUP) {
            if load.queue.is_empty() {
                self.take(load, &resource_type.name, now, concurrency).await?;
            }
        }
        let fresh = |began: &DateTime<Utc>| *began + PATIENCE > now;
        if load.queue.is_empty() && !turn && !load.taken.values().flatten().any(fresh) {
            load.groups_at = later(now, self.shared.policy.users_first);
            self.take(load, GROUP, now, concurrency).await?;
        }
        Ok(())
    }

    async fn take(
        &self,
        load: &mut Load,
        resource_type: &str,
        now: DateTime<Utc>,
        concurrency: usize,
    ) -> Result<(), StoreError> {
        let limit = load.taken.len() + READ_AHEAD.max(4 * concurrency);
        let due = self.shared.store.due(&self.target.id, resource_type, now, limit).await?;
        let free =
            due.into_iter().map(|link| link.resource).filter(|resource| !load.taken.contains_key(resource));
        load.queue.extend(free);
        load.groups = resource_type == GROUP;
        Ok(())
    }
}
