//! The row of one resource while it is being written.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_store::{Precondition, ResourceId, Seq, StoreError, WriteResult};

use crate::columns::{count, millis, number, time};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{original, plain};

/// What a write needs to know of the resource that is stored, tombstones included.
#[derive(Clone, Debug)]
pub(super) struct Row {
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
    pub(super) async fn read(db: Db<'_>, directory: &str, id: &ResourceId) -> Result<Option<Self>, Fault> {
        db.one(
            "SELECT type, version, created, modified, deleted IS NOT NULL, members, unresolved
             FROM resources WHERE directory = $1 AND id = $2",
            &[&directory, &plain(id.as_str())],
            |row| {
                Ok(Self {
                    id: id.clone(),
                    resource_type: original(row.try_get(0)?),
                    version: count(row.try_get(1)?)?,
                    created: time(row.try_get(2)?)?,
                    modified: time(row.try_get(3)?)?,
                    deleted: row.try_get(4)?,
                    members: count(row.try_get(5)?)?,
                    unresolved: count(row.try_get(6)?)?,
                })
            },
        )
        .await
    }

    /// Reads the row of a resource that lives, in the version that the writer expects.
    pub(super) async fn read_live(
        db: Db<'_>,
        directory: &str,
        id: &ResourceId,
        expected: Precondition,
    ) -> Result<Self, Fault> {
        let row = Self::read(db, directory, id).await?.filter(|row| !row.deleted);
        let row = row.ok_or_else(|| StoreError::NotFound { what: "resource", id: id.to_string() })?;
        expected.check(row.version)?;
        Ok(row)
    }

    /// The stored body.
    pub(super) async fn body(&self, db: Db<'_>, directory: &str) -> Result<Option<Bytes>, Fault> {
        let body = "SELECT body FROM resources WHERE directory = $1 AND id = $2";
        let id = plain(self.id.as_str());
        db.one(body, &[&directory, &id], |row| Ok(Bytes::from(row.try_get::<_, Vec<u8>>(0)?))).await
    }

    /// Writes what a change of any kind changes: version, time, counts of members.
    pub(super) async fn write_head(&self, db: Db<'_>, directory: &str) -> Result<(), Fault> {
        db.run(
            "UPDATE resources SET version = $3, modified = $4, members = $5, unresolved = $6
             WHERE directory = $1 AND id = $2",
            &[
                &directory,
                &plain(self.id.as_str()),
                &number(self.version),
                &millis(self.modified),
                &number(self.members),
                &number(self.unresolved),
            ],
        )
        .await
        .map(drop)
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
