//! Erasing what is kept of somebody who was deleted.
//!
//! Deleting rows leaves their bytes in free pages, in gaps of others and in the write-ahead log; the thread that writes
//! removes those with [`scrub`] after the commit.

use rollbook_store::edits::names_in;
use rollbook_store::{Batch, DirectoryId, Failure, ResourceId, SettingsWrite, StoreError};
use rusqlite::params;

use super::row::Row;
use crate::columns::Json;
use crate::db::Db;
use crate::error::unavailable;
use crate::read::resources::number_of;

/// What is left of a failure that named the person.
const ERASED: &str = "the words were erased together with a person";

/// Whether a batch erases somebody, so that [`scrub`] is due after its commit.
pub(crate) fn erases(batch: &Batch) -> bool {
    batch.settings.iter().any(|write| matches!(write, SettingsWrite::Erase { .. }))
}

/// Writes the whole database anew, without what was deleted, and empties the write-ahead log.
///
/// It takes as long as copying the file, and as much room again until it is done; meanwhile nothing else is written.
pub(crate) fn scrub(db: Db<'_>) -> Result<(), StoreError> {
    // The copy would be held in memory otherwise.
    db.run("PRAGMA temp_store = file", [])?;
    let vacuumed = db.run("VACUUM", []);
    db.run("PRAGMA temp_store = memory", [])?;
    vacuumed?;
    let busy = db.one("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
    if busy == Some(false) {
        return Ok(());
    }
    Err(unavailable(
        "somebody reads the database for long, so that its log cannot be emptied yet",
        "checkpoint",
    ))
}

pub(super) fn person(db: Db<'_>, directory: &DirectoryId, id: &ResourceId) -> Result<(), StoreError> {
    let mut names = vec![id.as_str().to_owned()];
    if let Some(number) = number_of(db, directory)?
        && let Some(row) = Row::read(db, number, id)?
    {
        if !row.deleted {
            return Err(StoreError::Backend("what lives is deleted before it is erased".into()));
        }
        names.extend(names_in(&row.content(db)?.0));
        db.run(
            "UPDATE resources SET body = CAST('{}' AS BLOB), display = NULL WHERE n = ?1",
            params![row.n],
        )?;
    }
    let targets = "SELECT id FROM targets WHERE directory = ?1";
    let targets = db.all(targets, params![directory.as_str()], |row| row.get::<_, String>(0))?;
    for target in &targets {
        at_target(db, target, id)?;
    }
    let owned = "DELETE FROM marks WHERE name >= 'owner/' AND name < 'owner0' AND value = CAST(?1 AS BLOB)";
    db.run(owned, params![id.as_str()])?;
    for name in &names {
        in_logs(db, directory, &targets, name)?;
    }
    Ok(())
}

fn at_target(db: Db<'_>, target: &str, id: &ResourceId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM links WHERE target = ?1 AND resource = ?2",
        "DELETE FROM waiting WHERE target = ?1 AND resource = ?2",
        "DELETE FROM waiting WHERE target = ?1 AND awaited = ?2",
        "DELETE FROM attempts WHERE target = ?1 AND resource = ?2",
    ] {
        db.run(sql, params![target, id.as_str()])?;
    }
    Ok(())
}

/// The rows of the logs that hold a name, and the failures of other links that do.
fn in_logs(db: Db<'_>, directory: &DirectoryId, targets: &[String], name: &str) -> Result<(), StoreError> {
    // As it stands within JSON.
    let quoted = serde_json::to_string(name).map_err(|error| StoreError::Backend(error.into()))?;
    let quoted = quoted.trim_matches('"');
    let attempts = "DELETE FROM attempts WHERE target = ?1
         AND (instr(steps, ?2) > 0 OR instr(coalesce(failure, ''), ?2) > 0)";
    let failed =
        "SELECT n, failure FROM links WHERE target = ?1 AND class IS NOT NULL AND instr(failure, ?2) > 0";
    for target in targets {
        db.run(attempts, params![target, quoted])?;
        let links = db.all(failed, params![target, quoted], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Json<Failure>>(1)?.0))
        })?;
        for (n, failure) in links {
            let failure = Failure { sentence: ERASED.to_owned(), words: None, ..failure };
            db.run("UPDATE links SET failure = ?2 WHERE n = ?1", params![n, Json(&failure)])?;
        }
    }
    let requests = "DELETE FROM requests WHERE directory = ?1 AND instr(record, ?2) > 0";
    db.run(requests, params![directory.as_str(), quoted]).map(drop)
}
