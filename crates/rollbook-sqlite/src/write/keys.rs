//! The keys of a resource: what lookups find it by, and what only one resource may hold.

use std::borrow::Cow;

use rollbook_protocol::Key;
use rollbook_store::StoreError;
use rollbook_store::edits::{key_changes, wire_path};
use rusqlite::params;

use super::row::Row;
use crate::db::Db;

/// Makes `keys` the keys of a resource; leaves alone those that it has already.
///
/// `body` is where the error finds the client's spelling of an attribute; `touched` is shown attribute and value of
/// each key that comes or goes.
pub(super) fn replace(
    db: Db<'_>,
    directory: i64,
    row: &Row,
    keys: &[Key],
    body: &[u8],
    mut touched: impl FnMut(&str, &str),
) -> Result<(), StoreError> {
    let stored =
        db.all("SELECT attribute, value, only_one FROM keys WHERE resource = ?1", params![row.n], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let changes = key_changes(&stored, keys, Cow::from);
    for (attribute, value) in changes.removed {
        touched(attribute, value);
        db.run(
            "DELETE FROM keys
             WHERE directory = ?1 AND type = ?2 AND attribute = ?3 AND value = ?4 AND resource = ?5",
            params![directory, row.resource_type, attribute, value, row.n],
        )?;
    }
    for (key, value, unique) in changes.added {
        touched(&key.attribute, &value);
        let written = db.run(
            "INSERT INTO keys (directory, type, attribute, value, resource, only_one)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            params![directory, row.resource_type, &*key.attribute, value, row.n, unique],
        )?;
        if written == 0 {
            let (what, attribute) = (row.resource_type.clone(), wire_path(body, &key.attribute));
            return Err(StoreError::Uniqueness { what, attribute });
        }
    }
    Ok(())
}

/// Removes all keys of a resource, with this number in the tables; shows them as [`replace`] does, and answers how many
/// there were.
pub(super) fn remove(
    db: Db<'_>,
    resource: i64,
    mut touched: impl FnMut(&str, &str),
) -> Result<usize, StoreError> {
    let remove = "DELETE FROM keys WHERE resource = ?1 RETURNING attribute, value";
    let gone = db.all(remove, params![resource], |row| {
        touched(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        Ok(())
    })?;
    Ok(gone.len())
}
