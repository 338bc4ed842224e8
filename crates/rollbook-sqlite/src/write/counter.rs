//! The sequence numbers of one directory, gapless: read before the first change of a batch, written after the last.

use rollbook_store::{DirectoryId, Seq, StoreError};
use rusqlite::params;

use crate::db::Db;

/// A directory's place in the tables and its last sequence number.
#[derive(Debug)]
pub(super) struct Counter {
    /// What stands for the directory in the tables.
    pub(super) directory: i64,
    seq: Seq,
    stored: Seq,
}

impl Counter {
    /// Reads the counter of a directory; makes it when nothing was written to the directory yet. One that is being
    /// deleted, or is gone, takes no resources.
    pub(super) fn read(db: Db<'_>, directory: &DirectoryId) -> Result<Self, StoreError> {
        let found = db.one(
            "SELECT n, seq, closed FROM counters WHERE directory = ?1",
            params![directory.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        if let Some((number, seq, closed)) = found {
            return if closed {
                Err(missing(directory))
            } else {
                Ok(Self { directory: number, seq, stored: seq })
            };
        }
        db.run("INSERT INTO counters (directory, seq) VALUES (?1, 0)", params![directory.as_str()])?;
        Ok(Self { directory: db.last_key(), seq: 0, stored: 0 })
    }

    /// The number of the next change.
    pub(super) const fn next(&mut self) -> Seq {
        self.seq += 1;
        self.seq
    }

    /// Writes the counter back, if it was used.
    pub(super) fn write(&self, db: Db<'_>) -> Result<(), StoreError> {
        if self.seq != self.stored {
            db.run("UPDATE counters SET seq = ?2 WHERE n = ?1", params![self.directory, self.seq])?;
        }
        Ok(())
    }
}

/// Opens or closes a directory for resources.
pub(super) fn close(db: Db<'_>, directory: &DirectoryId, closed: bool) -> Result<(), StoreError> {
    if closed {
        db.run(
            "INSERT INTO counters (directory, seq, closed) VALUES (?1, 0, 1)
             ON CONFLICT (directory) DO UPDATE SET closed = 1",
            params![directory.as_str()],
        )?;
    } else {
        db.run("UPDATE counters SET closed = 0 WHERE directory = ?1", params![directory.as_str()])?;
    }
    Ok(())
}

/// Begins the numbers of a directory anew; it stays closed.
pub(super) fn reset(db: Db<'_>, directory: &DirectoryId) -> Result<(), StoreError> {
    let reset = "UPDATE counters SET seq = 0, closed = 1 WHERE directory = ?1";
    db.run(reset, params![directory.as_str()]).map(drop)
}

/// Whether a directory was there and has been purged.
pub(super) fn is_purged(db: Db<'_>, directory: &DirectoryId) -> Result<bool, StoreError> {
    let purged = "SELECT 1 FROM counters WHERE directory = ?1 AND closed = 1
         AND NOT EXISTS (SELECT 1 FROM directories WHERE id = ?1)";
    Ok(db.one(purged, params![directory.as_str()], |_| Ok(()))?.is_some())
}

/// There is no such directory, or not for long.
pub(super) fn missing(directory: &DirectoryId) -> StoreError {
    StoreError::NotFound { what: "directory", id: directory.to_string() }
}
