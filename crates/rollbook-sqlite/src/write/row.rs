//! The row of one resource while it is being written.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_store::{Precondition, ResourceId, Seq, StoreError, WriteResult};
use rusqlite::params;

use crate::columns::Millis;
use crate::db::Db;

/// What a write needs to know of the resource that is stored, tombstones included.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) n: i64,
    pub(super) id: ResourceId,
    pub(super) resource_type: String,
    pub(super) version: Seq,
    pub(super) created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
    pub(super) deleted: bool,
    pub(super) members: u64,
    pub(super) unresolved: u64,
}

impl Row {
    /// Reads a row, whether the resource lives or not.
    pub(super) fn read(db: Db<'_>, directory: i64, id: &ResourceId) -> Result<Option<Self>, StoreError> {
        db.one(
            "SELECT n, type, version, created, modified, deleted IS NOT NULL, members, unresolved
             FROM resources WHERE directory = ?1 AND id = ?2",
            params![directory, id.as_str()],
            |row| {
                Ok(Self {
                    n: row.get(0)?,
                    id: id.clone(),
                    resource_type: row.get(1)?,
                    version: row.get(2)?,
                    created: row.get::<_, Millis>(3)?.0,
                    modified: row.get::<_, Millis>(4)?.0,
                    deleted: row.get(5)?,
                    members: row.get(6)?,
                    unresolved: row.get(7)?,
                })
            },
        )
    }

    /// Reads the row of a resource that lives, in the version that the writer expects.
    pub(super) fn read_live(
        db: Db<'_>,
        directory: i64,
        id: &ResourceId,
        expected: Precondition,
    ) -> Result<Self, StoreError> {
        let row = Self::read(db, directory, id)?.filter(|row| !row.deleted);
        let row = row.ok_or_else(|| StoreError::NotFound { what: "resource", id: id.to_string() })?;
        expected.check(row.version)?;
        Ok(row)
    }

    /// The stored body, and what others show for the resource.
    pub(super) fn content(&self, db: Db<'_>) -> Result<(Bytes, Option<String>), StoreError> {
        let content = db.one("SELECT body, display FROM resources WHERE n = ?1", params![self.n], |row| {
            Ok((Bytes::from(row.get::<_, Vec<u8>>(0)?), row.get(1)?))
        })?;
        Ok(content.unwrap_or_default())
    }

    /// Writes what a change of any kind changes: version, time, counts of members.
    pub(super) fn write_head(&self, db: Db<'_>) -> Result<(), StoreError> {
        db.run(
            "UPDATE resources SET version = ?2, modified = ?3, members = ?4, unresolved = ?5 WHERE n = ?1",
            params![self.n, self.version, Millis(self.modified), self.members, self.unresolved],
        )?;
        Ok(())
    }

    /// The answer to a write.
    pub(super) fn result(&self, changed: bool) -> WriteResult {
        WriteResult {
            id: self.id.clone(),
            version: self.version,
            changed,
            created: self.created,
            modified: self.modified,
            members: self.members,
        }
    }
}
