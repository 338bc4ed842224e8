//! How far a target is (promise P2).

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Environment, LinkCounts, Seq, Store, StoreError, Target, TargetHealth};

use crate::deliver::{GROUP, USER};

/// How far a target is.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetStatus {
    /// How many resources are in each condition.
    pub counts: LinkCounts,
    /// How far the target has read its directory's log.
    pub cursor: Seq,
    /// The directory's last change.
    pub last_seq: Seq,
    /// What is known of its health.
    pub health: TargetHealth,
    /// When the oldest change was accepted that is not delivered yet, among the first hundred that are due, that
    /// failed or that wait; `None` when nothing is open.
    pub oldest: Option<DateTime<Utc>>,
}

impl TargetStatus {
    /// How many changes of the log are not marked in the target's links yet.
    #[must_use]
    pub const fn unread(&self) -> u64 {
        self.last_seq.saturating_sub(self.cursor)
    }

    /// Whether everything that was accepted has arrived: nothing unread, due, failed or waiting.
    #[must_use]
    pub const fn is_in_sync(&self) -> bool {
        let LinkCounts { pending, waiting, retrying, failed, .. } = self.counts;
        self.unread() == 0 && pending == 0 && waiting == 0 && retrying == 0 && failed == 0
    }
}

/// How many links are looked at for the oldest change.
const LOOKED_AT: usize = 100;
/// Later than any due time that the engine sets.
const AHEAD: TimeDelta = TimeDelta::days(3_650);

/// Reads how far a target is; `rollbook status` shows it, and progress bars count by it.
///
/// # Errors
///
/// Those of the store.
pub async fn target_status(
    store: &dyn Store,
    target: &Target,
    environment: &dyn Environment,
) -> Result<TargetStatus, StoreError> {
    let now = environment.now();
    // The cursor first: what is read later can only be further.
    let cursor = store.cursor(&target.id).await?;
    let last_seq = store.last_seq(&target.directory).await?;
    let counts = store.counts(&target.id, now).await?;
    let health =
        store.target(&target.id).await?.map_or_else(|| target.health.clone(), |target| target.health);
    let unread = store.changes(&target.directory, cursor, 1).await?;
    let mut oldest = unread.first().map(|change| change.at);
    let mut links = store.troubled(&target.id, LOOKED_AT).await?;
    for resource_type in [USER, GROUP] {
        links.extend(store.due(&target.id, resource_type, now + AHEAD, LOOKED_AT).await?);
    }
    for changed in links.iter().filter_map(|link| link.changed_at) {
        oldest = Some(oldest.map_or(changed, |oldest| oldest.min(changed)));
    }
    Ok(TargetStatus { counts, cursor, last_seq, health, oldest })
}
