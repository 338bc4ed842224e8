//! Which resource an account at a service belongs to: an account never has two owners (promises P3 and P7).
//!
//! A mark in the store names the owner of each account that was created or adopted. It is a hint: the owner's link
//! decides. Claims, in memory, keep two deliveries from acting on one account at the same time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rollbook_store::{Link, ResourceId, SettingsWrite, Store, StoreError, TargetId};

/// The link that owns an account of a type at a target, if any does.
pub(crate) async fn owner(
    store: &dyn Store,
    target: &TargetId,
    resource_type: &str,
    remote_id: &str,
) -> Result<Option<Link>, StoreError> {
    let Some(value) = store.mark(&mark_name(target, resource_type, remote_id)).await? else {
        return Ok(None);
    };
    let Some(resource) = std::str::from_utf8(&value).ok().filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let link = store.link(target, &ResourceId::new(resource)).await?;
    Ok(link.filter(|link| link.remote_id.as_deref() == Some(remote_id)))
}

/// The write that names an account's owner, or that it has none any more.
pub(crate) fn own(
    target: &TargetId,
    resource_type: &str,
    remote_id: &str,
    resource: Option<&ResourceId>,
) -> SettingsWrite {
    let value =
        resource.map(|resource| Bytes::copy_from_slice(resource.as_str().as_bytes())).unwrap_or_default();
    SettingsWrite::PutMark { name: mark_name(target, resource_type, remote_id), value }
}

/// The accounts that a target's deliveries act on right now.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    held: Mutex<HashSet<(String, String)>>,
    departures: AtomicU64,
    /// Whether all conflicts that there were have been tried again, and none has come since.
    no_conflicts: AtomicBool,
}

impl Claims {
    /// Claims an account until the claim is dropped; `None` while another delivery holds it.
    pub(crate) fn claim(self: &Arc<Self>, resource_type: &str, remote_id: &str) -> Option<Claim> {
        let account = (resource_type.to_owned(), remote_id.to_owned());
        let free = self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone());
        free.then(|| Claim { claims: Arc::clone(self), account })
    }

    /// Notes that a link ended in a conflict, or that none is left.
    pub(crate) fn conflicts(&self, any: bool) {
        self.no_conflicts.store(!any, Ordering::SeqCst);
    }

    /// Whether links may be in conflict; looking for them is worth it then only.
    pub(crate) fn may_conflict(&self) -> bool {
        !self.no_conflicts.load(Ordering::SeqCst)
    }

    /// How many accounts have been removed so far.
    pub(crate) fn departures(&self) -> u64 {
        self.departures.load(Ordering::SeqCst)
    }

    /// Notes that an account was removed; before its claim is dropped.
    pub(crate) fn departed(&self) {
        self.departures.fetch_add(1, Ordering::SeqCst);
    }
}

/// An account that is claimed.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Arc<Claims>,
    account: (String, String),
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

fn mark_name(target: &TargetId, resource_type: &str, remote_id: &str) -> String {
    format!("owner/{target}/{resource_type}/{remote_id}")
}
