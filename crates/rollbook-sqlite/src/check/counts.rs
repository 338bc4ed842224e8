//! What a database holds, in numbers.

use std::collections::BTreeMap;

use rollbook_store::StoreError;
use serde::Serialize;

use crate::db::Db;

/// How much a database holds.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Directories.
    pub directories: u64,
    /// Resources that live, by type.
    pub resources: BTreeMap<String, u64>,
    /// Deleted resources that are still known.
    pub tombstones: u64,
    /// Members of groups.
    pub members: u64,
    /// Rows of the change log.
    pub changes: u64,
    /// The last sequence number of all directories together.
    pub sequence: u64,
    /// Targets.
    pub targets: u64,
    /// What is known of resources at targets.
    pub links: u64,
    /// Rows of the delivery log.
    pub attempts: u64,
    /// Tokens.
    pub tokens: u64,
    /// OAuth clients.
    pub clients: u64,
    /// Rows of the inbound request log.
    pub requests: u64,
}

pub(super) fn read(db: Db<'_>) -> Result<Counts, StoreError> {
    let count = |sql| Ok::<u64, StoreError>(db.one(sql, [], |row| row.get(0))?.unwrap_or_default());
    let resources =
        db.all("SELECT type, count(*) FROM resources WHERE deleted IS NULL GROUP BY type", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(Counts {
        directories: count("SELECT count(*) FROM directories")?,
        resources: resources.into_iter().collect(),
        tombstones: count("SELECT count(*) FROM resources WHERE deleted IS NOT NULL")?,
        members: count("SELECT count(*) FROM edges WHERE present = 1")?,
        changes: count("SELECT count(*) FROM changes")?,
        sequence: count("SELECT coalesce(sum(seq), 0) FROM counters")?,
        targets: count("SELECT count(*) FROM targets")?,
        links: count("SELECT count(*) FROM links")?,
        attempts: count("SELECT count(*) FROM attempts")?,
        tokens: count("SELECT count(*) FROM tokens")?,
        clients: count("SELECT count(*) FROM clients")?,
        requests: count("SELECT count(*) FROM requests")?,
    })
}
