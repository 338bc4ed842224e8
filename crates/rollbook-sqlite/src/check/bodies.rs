//! Whether every body can be read, and whether the keys beside it are its own.

use std::collections::BTreeSet;

use rollbook_store::StoreError;
use rusqlite::params;

use super::{KeysOf, MOST};
use crate::db::Db;

/// What is read of a resource.
struct Row {
    n: i64,
    id: String,
    resource_type: String,
    live: bool,
    body: Vec<u8>,
}

/// A sentence for each resource whose body or keys are wrong; one more than are told, at most.
pub(super) fn wrong(db: Db<'_>, keys: &KeysOf<'_>) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            n: row.get(0)?,
            id: row.get(1)?,
            resource_type: row.get(2)?,
            live: row.get(3)?,
            body: row.get(4)?,
        })
    };
    let all = "SELECT n, id, type, deleted IS NULL, body FROM resources";
    db.each(all, [], read, |row| {
        if found.len() <= MOST
            && let Some(sentence) = look(db, keys, &row)?
        {
            found.push(format!("resource {}: {sentence}", row.id));
        }
        Ok(())
    })?;
    Ok(found)
}

fn look(db: Db<'_>, keys: &KeysOf<'_>, row: &Row) -> Result<Option<String>, StoreError> {
    let wanted = match keys(&row.resource_type, &row.body) {
        Ok(Some(wanted)) if row.live => wanted,
        Ok(_) => return Ok(None),
        Err(problem) => return Ok(Some(format!("its body cannot be read: {problem}"))),
    };
    let wanted: BTreeSet<(String, String)> =
        wanted.into_iter().map(|key| (key.attribute.into(), key.value.into())).collect();
    let stored = "SELECT attribute, value FROM keys WHERE resource = ?1";
    let stored: BTreeSet<(String, String)> =
        db.all(stored, params![row.n], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
    Ok(wanted
        .symmetric_difference(&stored)
        .next()
        .map(|(attribute, _)| format!("its key `{attribute}` is not that of its body")))
}
