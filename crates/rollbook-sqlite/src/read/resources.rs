//! Single resources and the change log.

use bytes::Bytes;
use rollbook_store::{Change, DirectoryId, ResourceId, Seq, StoreError, Stored};
use rusqlite::{Row, params};

use crate::columns::{Json, Millis, Word, number};
use crate::db::Db;

pub(crate) fn get(db: Db<'_>, directory: i64, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
    db.one(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = ?1 AND id = ?2 AND deleted IS NULL",
        params![directory, id.as_str()],
        stored,
    )
}

/// The resource with this number in the tables.
pub(super) fn by_number(db: Db<'_>, n: i64) -> Result<Option<Stored>, StoreError> {
    let row =
        "SELECT id, type, version, created, modified, body FROM resources WHERE n = ?1 AND deleted IS NULL";
    db.one(row, params![n], stored)
}

pub(crate) fn changes(
    db: Db<'_>,
    directory: i64,
    after: Seq,
    limit: usize,
) -> Result<Vec<Change>, StoreError> {
    db.all(
        "SELECT seq, resource, type, kind, attributes, at FROM changes
         WHERE directory = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        params![directory, number(after), number(limit)],
        |row| {
            Ok(Change {
                seq: row.get(0)?,
                resource: id(row, 1)?,
                resource_type: row.get(2)?,
                kind: row.get::<_, Word<_>>(3)?.0,
                attributes: row.get::<_, Json<_>>(4)?.0,
                at: row.get::<_, Millis>(5)?.0,
            })
        },
    )
}

pub(crate) fn ids_by_key(
    db: Db<'_>,
    directory: i64,
    resource_type: &str,
    attribute: &str,
    values: &[String],
) -> Result<Vec<(String, ResourceId)>, StoreError> {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_unstable();
    values.dedup();
    let mut pairs = Vec::with_capacity(values.len());
    for value in values {
        let ids = db.all(
            "SELECT r.id FROM keys k JOIN resources r ON r.n = k.resource
             WHERE k.directory = ?1 AND k.type = ?2 AND k.attribute = ?3
                 AND k.value = ?4 AND r.deleted IS NULL
             ORDER BY r.id",
            params![directory, resource_type, attribute, value],
            |row| id(row, 0),
        )?;
        pairs.extend(ids.into_iter().map(|id| (value.clone(), id)));
    }
    Ok(pairs)
}

pub(crate) fn last_seq(db: Db<'_>, directory: i64) -> Result<Seq, StoreError> {
    let seq = "SELECT seq FROM counters WHERE n = ?1";
    Ok(db.one(seq, params![directory], |row| row.get(0))?.unwrap_or(0))
}

/// What stands for a directory in the tables; `None` while nothing was written to it.
pub(crate) fn number_of(db: Db<'_>, directory: &DirectoryId) -> Result<Option<i64>, StoreError> {
    let number = "SELECT n FROM counters WHERE directory = ?1";
    db.one(number, params![directory.as_str()], |row| row.get(0))
}

/// Reads `id, type, version, created, modified, body`.
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        id: id(row, 0)?,
        resource_type: row.get(1)?,
        version: row.get(2)?,
        created: row.get::<_, Millis>(3)?.0,
        modified: row.get::<_, Millis>(4)?.0,
        body: Bytes::copy_from_slice(row.get_ref(5)?.as_blob()?),
    })
}

/// Reads the id in a column.
pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<ResourceId> {
    Ok(ResourceId::new(row.get_ref(column)?.as_str()?))
}
