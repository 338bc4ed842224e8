//! Writes the collected records and keeps the log small.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Batch, Directory, DirectoryId, RequestRecord, SettingsWrite, StoreError};

use super::Shared;
use super::pending::{Counts, Entry, Owner, Pending};
use super::redact::DIRECTORY;

/// How often one directory's log is cut to its size.
const PRUNE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How often all logs are cut to their age, and expired access tokens dropped.
const SWEEP_EVERY: TimeDelta = TimeDelta::hours(1);

/// The most expired tokens that are dropped in one go.
const DROPPED_AT_ONCE: usize = 1_000;

/// When what was cleaned last.
#[derive(Debug, Default)]
pub(super) struct Housekeeping {
    pruned: HashMap<Option<DirectoryId>, DateTime<Utc>>,
    swept: Option<DateTime<Utc>>,
}

/// The directories that the records of one write belong to.
#[derive(Default)]
struct Directories {
    known: BTreeMap<String, Option<Directory>>,
}

/// Writes what is pending; what cannot be written is dropped, and the server's log says so.
pub(super) async fn write(shared: &Shared, housekeeping: &mut Housekeeping) {
    let pending = {
        let mut pending = shared.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut *pending)
    };
    if pending.dropped > 0 {
        tracing::warn!(requests = pending.dropped, "too many requests at once for the request log");
    }
    if let Err(error) = try_write(shared, housekeeping, pending).await {
        tracing::warn!(%error, "the request log was not written");
    }
}

async fn try_write(
    shared: &Shared,
    housekeeping: &mut Housekeeping,
    pending: Pending,
) -> Result<(), StoreError> {
    let now = shared.environment.now();
    let mut directories = Directories::default();
    let mut batch = Batch::global(now);
    let mut touched = BTreeSet::new();
    for record in records(shared, pending, &mut directories, now).await? {
        touched.insert(record.directory.clone());
        batch = batch.setting(SettingsWrite::AppendRequest(record));
    }
    if housekeeping.swept.is_none_or(|swept| now - swept >= SWEEP_EVERY) {
        housekeeping.swept = Some(now);
        housekeeping.pruned.clear();
        touched.insert(None);
        touched.extend(shared.store.directories().await?.into_iter().map(|directory| Some(directory.id)));
        batch = batch
            .setting(SettingsWrite::DropExpiredTokens { before: now - SWEEP_EVERY, limit: DROPPED_AT_ONCE });
    }
    for directory in touched {
        let pruned = housekeeping.pruned.get(&directory);
        if pruned.is_none_or(|pruned| now - *pruned >= PRUNE_EVERY) {
            housekeeping.pruned.insert(directory.clone(), now);
            let (keep, before) = (shared.limits.rows, shared.oldest());
            batch = batch.setting(SettingsWrite::PruneRequests { directory, keep, before });
        }
    }
    if !batch.settings.is_empty() {
        shared.store.commit(batch).await?;
    }
    Ok(())
}

/// The records as they are kept, each with the directory that it belongs to.
async fn records(
    shared: &Shared,
    pending: Pending,
    directories: &mut Directories,
    now: DateTime<Utc>,
) -> Result<Vec<RequestRecord>, StoreError> {
    let mut records = Vec::with_capacity(pending.entries.len());
    for Entry { owner, named, mut record } in pending.entries {
        let own = directories.owner(shared, &owner).await?;
        let is_own = |named: &str| own.is_some_and(|own| own.slug == named || own.id.as_str() == named);
        // The directory in the path is told where it is the log's own; any other word there may be a secret.
        let shown = named.as_deref().filter(|named| is_own(named)).unwrap_or("…");
        record.path = record.path.replacen(DIRECTORY, shown, 1);
        record.directory = own.map(|own| own.id.clone());
        records.push(record);
    }
    let thinned: BTreeMap<Owner, Counts> = pending.counts.into_iter().collect();
    for (owner, counts) in thinned {
        let own = directories.owner(shared, &owner).await?.map(|own| own.id.clone());
        let (answered, refused) = counts.thinned();
        for (count, status, words) in [(answered, 200, "answered"), (refused, 429, "refused")] {
            if count > 0 {
                records.push(summary(
                    own.clone(),
                    now,
                    status,
                    format!("{count} more were {words} at this time"),
                ));
            }
        }
    }
    Ok(records)
}

/// A record for requests that have none of their own.
fn summary(directory: Option<DirectoryId>, at: DateTime<Utc>, status: u16, reason: String) -> RequestRecord {
    RequestRecord {
        at,
        directory,
        client: None,
        token: None,
        method: "*".to_owned(),
        path: "*".to_owned(),
        status,
        reason: Some(reason),
        micros: 0,
    }
}

impl Directories {
    /// The directory behind an owner; `None` when there is no such, or it is being deleted.
    async fn owner(&mut self, shared: &Shared, owner: &Owner) -> Result<Option<&Directory>, StoreError> {
        let name = match owner {
            Owner::Known(id) => id.as_str(),
            Owner::Named(name) => name.as_str(),
            Owner::Nobody => return Ok(None),
        };
        if !self.known.contains_key(name) {
            let found = shared.store.directory(name).await?;
            let found = found.filter(|directory| directory.deleting.is_none());
            self.known.insert(name.to_owned(), found);
        }
        Ok(self.known.get(name).and_then(Option::as_ref))
    }
}
