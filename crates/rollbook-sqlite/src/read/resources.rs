//! Single resources and the change log.

use bytes::Bytes;
use rollbook_store::{Change, DirectoryId, ResourceId, Seq, StoreError, Stored};
use rusqlite::{Row, params};

use crate::columns::{Json, Kind, Millis, number};
use crate::db::Db;

pub(crate) fn get(
    db: Db<'_>,
    directory: &DirectoryId,
    id: &ResourceId,
) -> Result<Option<Stored>, StoreError> {
    db.one(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = (SELECT n FROM counters WHERE directory = ?1) AND id = ?2 AND deleted IS NULL",
        params![directory.as_str(), id.as_str()],
        stored,
    )
}

pub(crate) fn changes(
    db: Db<'_>,
    directory: &DirectoryId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Change>, StoreError> {
    db.all(
        "SELECT seq, resource, type, kind, attributes, at FROM changes
         WHERE directory = (SELECT n FROM counters WHERE directory = ?1) AND seq > ?2 ORDER BY seq LIMIT ?3",
        params![directory.as_str(), number(after), number(limit)],
        |row| {
            Ok(Change {
                seq: row.get(0)?,
                resource: ResourceId::new(row.get::<_, String>(1)?),
                resource_type: row.get(2)?,
                kind: row.get::<_, Kind>(3)?.0,
                attributes: row.get::<_, Json<_>>(4)?.0,
                at: row.get::<_, Millis>(5)?.0,
            })
        },
    )
}

pub(crate) fn ids_by_key(
    db: Db<'_>,
    directory: &DirectoryId,
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
             WHERE k.directory = (SELECT n FROM counters WHERE directory = ?1) AND k.type = ?2 AND k.attribute = ?3
                 AND k.value = ?4 AND r.deleted IS NULL
             ORDER BY r.id",
            params![directory.as_str(), resource_type, attribute, value],
            |row| row.get::<_, String>(0).map(ResourceId::new),
        )?;
        pairs.extend(ids.into_iter().map(|id| (value.clone(), id)));
    }
    Ok(pairs)
}

pub(crate) fn last_seq(db: Db<'_>, directory: &DirectoryId) -> Result<Seq, StoreError> {
    let seq = "SELECT seq FROM counters WHERE directory = ?1";
    Ok(db.one(seq, params![directory.as_str()], |row| row.get(0))?.unwrap_or(0))
}

/// Reads `id, type, version, created, modified, body`.
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        id: ResourceId::new(row.get::<_, String>(0)?),
        resource_type: row.get(1)?,
        version: row.get(2)?,
        created: row.get::<_, Millis>(3)?.0,
        modified: row.get::<_, Millis>(4)?.0,
        body: Bytes::from(row.get::<_, Vec<u8>>(5)?),
    })
}
