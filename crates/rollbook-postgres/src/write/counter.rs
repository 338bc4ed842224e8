//! The sequence numbers of one directory, gapless: locked before the first change of a transaction, written after the
//! last.

use rollbook_store::{DirectoryId, Seq};

use crate::columns::{count, number};
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

/// A directory's last sequence number, locked.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    /// The directory as it stands in the tables.
    pub(super) directory: String,
    seq: Seq,
}

impl Counter {
    /// Locks the counter of a directory until the transaction ends; makes it when nothing was written there yet.
    pub(crate) async fn lock(db: Db<'_>, directory: &DirectoryId) -> Result<Self, Fault> {
        let directory = plain(directory.as_str()).into_owned();
        let lock = "SELECT seq FROM counters WHERE directory = $1 FOR UPDATE";
        if let Some(seq) = db.one(lock, &[&directory], |row| count(row.try_get(0)?)).await? {
            return Ok(Self { directory, seq });
        }
        let make = "INSERT INTO counters (directory, seq) VALUES ($1, 0) ON CONFLICT (directory) DO NOTHING";
        db.run(make, &[&directory]).await?;
        let seq = db.one(lock, &[&directory], |row| count(row.try_get(0)?)).await?;
        Ok(Self { directory, seq: seq.unwrap_or(0) })
    }

    /// The number of the next change.
    pub(super) const fn next(&mut self) -> Seq {
        self.seq += 1;
        self.seq
    }

    /// Writes the counter back, with the mark of the transaction.
    pub(crate) async fn write(&self, db: Db<'_>) -> Result<(), Fault> {
        let write = "UPDATE counters SET seq = $2 WHERE directory = $1";
        db.run(write, &[&self.directory, &number(self.seq)]).await.map(drop)
    }
}
