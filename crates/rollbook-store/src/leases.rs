//! Leases in memory, for stores that one process owns.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::contract::{Fence, Lease};
use crate::error::StoreError;
use crate::ids::TargetId;

/// The leases of a store that one process owns: kept in memory, since they end with the process.
///
/// It serves [`Ledger::lease`](crate::Ledger::lease), [`Ledger::release`](crate::Ledger::release) and
/// [`Batch::fences`](crate::Batch::fences). A store that hands commits over to be made elsewhere checks them there, and
/// answers a lease that has changed hands, or was given back, once those that were handed over before are done.
#[derive(Debug, Default)]
pub struct Leases {
    held: Mutex<BTreeMap<TargetId, Held>>,
}

#[derive(Debug)]
struct Held {
    node: String,
    fence: u64,
    /// `None` once it was given back.
    until: Option<DateTime<Utc>>,
}

impl Leases {
    /// Takes, renews or shows the lease of a target.
    pub fn lease(&self, target: &TargetId, node: &str, lasts: Duration, now: DateTime<Utc>) -> Lease {
        let mut held = self.held();
        let last = held.get(target).map_or(0, |held| held.fence);
        let live = held.get_mut(target).filter(|held| held.until.is_some_and(|until| now < until));
        let until = TimeDelta::from_std(lasts).ok().and_then(|lasts| now.checked_add_signed(lasts));
        let until = Some(until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        match live {
            Some(held) if held.node == node => {
                held.until = until;
                Lease { node: node.to_owned(), fence: held.fence, left: lasts }
            }
            Some(held) => {
                let left = held.until.map(|until| (until - now).to_std().unwrap_or_default());
                Lease { node: held.node.clone(), fence: held.fence, left: left.unwrap_or_default() }
            }
            None => {
                let (node, fence) = (node.to_owned(), last.saturating_add(1));
                held.insert(target.clone(), Held { node: node.clone(), fence, until });
                Lease { node, fence, left: lasts }
            }
        }
    }

    /// The fence of a target's last tenure, which may be over; 0 when there was none.
    #[must_use]
    pub fn fence(&self, target: &TargetId) -> u64 {
        self.held().get(target).map_or(0, |held| held.fence)
    }

    /// Gives a lease back; one of an older tenure changes nothing.
    pub fn release(&self, target: &TargetId, fence: u64) {
        if let Some(held) = self.held().get_mut(target).filter(|held| held.fence == fence) {
            held.until = None;
        }
    }

    /// Checks the fences of a batch: each target must be in the tenure that the batch names.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] for the first that is not. One that has run out and was not taken by another node passes.
    pub fn check(&self, fences: &[Fence]) -> Result<(), StoreError> {
        if fences.is_empty() {
            return Ok(());
        }
        let held = self.held();
        let stale = |fence: &&Fence| {
            held.get(&fence.target).is_none_or(|held| held.fence != fence.fence || held.until.is_none())
        };
        match fences.iter().find(stale) {
            Some(fence) => Err(StoreError::Fenced { target: fence.target.clone() }),
            None => Ok(()),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<TargetId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
