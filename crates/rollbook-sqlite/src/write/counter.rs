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
    /// Reads the counter of a directory; makes it when nothing was written to the directory yet.
    pub(super) fn read(db: Db<'_>, directory: &DirectoryId) -> Result<Self, StoreError> {
        let found =
            db.one("SELECT n, seq FROM counters WHERE directory = ?1", params![directory.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        if let Some((directory, seq)) = found {
            return Ok(Self { directory, seq, stored: seq });
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
