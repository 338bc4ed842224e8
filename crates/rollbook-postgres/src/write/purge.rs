//! Removing a directory that is being deleted, a part at a time.

use rollbook_store::{DirectoryId, StoreError};

use crate::columns::number;
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

/// What belongs to a directory, each with the statement that removes some rows of it: what hangs on targets first, the
/// directory itself last.
const STEPS: &[&str] = &[
    "DELETE FROM links WHERE (target, resource) IN (
         SELECT l.target, l.resource FROM links l JOIN targets t ON t.id = l.target WHERE t.directory = $1 LIMIT $2)",
    "DELETE FROM waiting WHERE (target, resource, awaited) IN (
         SELECT w.target, w.resource, w.awaited FROM waiting w JOIN targets t ON t.id = w.target
         WHERE t.directory = $1 LIMIT $2)",
    "DELETE FROM attempts WHERE (target, n) IN (
         SELECT a.target, a.n FROM attempts a JOIN targets t ON t.id = a.target WHERE t.directory = $1 LIMIT $2)",
    "DELETE FROM marks WHERE name IN (
         SELECT m.name FROM marks m JOIN targets t ON split_part(m.name, '/', 2) = t.id WHERE t.directory = $1 LIMIT $2)",
    "DELETE FROM marks WHERE name IN (SELECT name FROM marks WHERE split_part(name, '/', 2) = $1 LIMIT $2)",
    "DELETE FROM cursors WHERE target IN (SELECT id FROM targets WHERE directory = $1 LIMIT $2)",
    "DELETE FROM leases WHERE target IN (
         SELECT l.target FROM leases l JOIN targets t ON t.id = l.target WHERE t.directory = $1 LIMIT $2)",
    "WITH gone AS (
         DELETE FROM targets WHERE id IN (SELECT id FROM targets WHERE directory = $1 LIMIT $2) RETURNING id)
     INSERT INTO purged (id) SELECT id FROM gone ON CONFLICT DO NOTHING",
    "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE directory = $1 LIMIT $2)",
    "DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE directory = $1 LIMIT $2)",
    "DELETE FROM requests WHERE directory = $1 AND n IN (
         SELECT n FROM requests WHERE directory = $1 LIMIT $2)",
    "DELETE FROM edges WHERE directory = $1 AND (grp, member_key) IN (
         SELECT grp, member_key FROM edges WHERE directory = $1 LIMIT $2)",
    "DELETE FROM keys WHERE directory = $1 AND (type, attribute, value, resource) IN (
         SELECT type, attribute, value, resource FROM keys WHERE directory = $1 LIMIT $2)",
    "DELETE FROM resources WHERE directory = $1 AND id IN (
         SELECT id FROM resources WHERE directory = $1 LIMIT $2)",
    "DELETE FROM changes WHERE directory = $1 AND seq IN (
         SELECT seq FROM changes WHERE directory = $1 LIMIT $2)",
    "DELETE FROM totals WHERE directory = $1 AND type IN (
         SELECT type FROM totals WHERE directory = $1 LIMIT $2)",
    "DELETE FROM commits WHERE directory = $1 AND id IN (
         SELECT id FROM commits WHERE directory = $1 LIMIT $2)",
    "DELETE FROM counters WHERE directory IN (SELECT directory FROM counters WHERE directory = $1 LIMIT $2)",
    "WITH gone AS (
         DELETE FROM directories WHERE id IN (SELECT id FROM directories WHERE id = $1 LIMIT $2) RETURNING id)
     INSERT INTO purged (id) SELECT id FROM gone ON CONFLICT DO NOTHING",
];

/// Whether a directory or target was purged.
pub(super) async fn is_purged(db: Db<'_>, id: &str) -> Result<bool, Fault> {
    let purged = "SELECT 1 FROM purged WHERE id = $1";
    Ok(db.one(purged, &[&plain(id)], |_| Ok(())).await?.is_some())
}

/// Refuses what belongs to a directory that was purged.
pub(super) async fn refuse_purged(db: Db<'_>, directory: &DirectoryId) -> Result<(), Fault> {
    if is_purged(db, directory.as_str()).await? { Err(gone(directory)) } else { Ok(()) }
}

/// Refuses resources for a directory that is being deleted, or was purged.
pub(super) async fn refuse_leaving(db: Db<'_>, directory: &DirectoryId) -> Result<(), Fault> {
    let leaving = "SELECT 1 FROM directories WHERE id = $1 AND deleting IS NOT NULL
                   UNION ALL SELECT 1 FROM purged WHERE id = $1 LIMIT 1";
    match db.one(leaving, &[&plain(directory.as_str())], |_| Ok(())).await? {
        Some(()) => Err(gone(directory)),
        None => Ok(()),
    }
}

fn gone(directory: &DirectoryId) -> Fault {
    StoreError::NotFound { what: "directory", id: directory.to_string() }.into()
}

/// Removes up to `limit` rows, at least one; refuses a directory that is not being deleted.
pub(super) async fn step(db: Db<'_>, directory: &DirectoryId, limit: usize) -> Result<(), Fault> {
    let directory = plain(directory.as_str());
    let deleting = "SELECT deleting IS NOT NULL FROM directories WHERE id = $1";
    if db.one(deleting, &[&directory], |row| Ok(row.try_get::<_, bool>(0)?)).await? == Some(false) {
        let mistake = "a directory is purged only while it is being deleted";
        return Err(StoreError::Backend(mistake.into()).into());
    }
    let mut left = number(limit.max(1));
    for sql in STEPS {
        if left <= 0 {
            break;
        }
        left = left.saturating_sub(number(db.run(sql, &[&directory, &left]).await?));
    }
    Ok(())
}
