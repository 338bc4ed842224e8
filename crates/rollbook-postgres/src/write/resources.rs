//! Writing resources: rows, keys, edges and the change log, in one go.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, MemberEdit};
use rollbook_store::edits::check_unresolved;
use rollbook_store::{
    Batch, ChangeKind, Precondition, ResourceId, ResourceWrite, Seq, StoreError, WriteResult,
};

use super::counter::Counter;
use super::row::Row;
use super::{edges, keys};
use crate::columns::{json, kept, millis, number, word};
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

/// Writes the resources of one batch.
pub(super) struct Resources<'b> {
    db: Db<'b>,
    counter: &'b mut Counter,
    now: DateTime<Utc>,
    limit: usize,
    unresolved: BTreeMap<ResourceId, Vec<String>>,
}

/// A resource as a client wants it to be.
struct Wanted<'w> {
    body: &'w Bytes,
    keys: &'w [Key],
    display: Option<&'w str>,
    members: &'w [MemberEdit],
    attributes: &'w [String],
}

impl<'b> Resources<'b> {
    pub(super) fn new(db: Db<'b>, counter: &'b mut Counter, batch: &Batch) -> Self {
        let (now, limit) = (kept(batch.now), batch.unresolved_members);
        Self { db, counter, now, limit, unresolved: BTreeMap::new() }
    }

    pub(super) async fn write(&mut self, write: &ResourceWrite) -> Result<WriteResult, Fault> {
        match write {
            ResourceWrite::Create { id, resource_type, body, keys, display, members, attributes } => {
                let display = display.as_deref();
                self.create(id, resource_type, &Wanted { body, keys, display, members, attributes }).await
            }
            ResourceWrite::Replace { id, body, keys, display, members, attributes, expected } => {
                let display = display.as_deref();
                self.replace(id, *expected, &Wanted { body, keys, display, members, attributes }).await
            }
            ResourceWrite::EditMembers { id, edits, expected } => {
                self.edit_members(id, *expected, edits).await
            }
            ResourceWrite::Delete { id, expected } => self.delete(id, *expected).await,
        }
    }

    async fn create(
        &mut self,
        id: &ResourceId,
        resource_type: &str,
        wanted: &Wanted<'_>,
    ) -> Result<WriteResult, Fault> {
        let seq = self.counter.next();
        let directory = self.counter.directory.clone();
        // A tombstone is restored as a new resource; a live one is left alone, and no row is written.
        let written = self
            .db
            .run(
                "INSERT INTO resources (directory, id, type, version, created, modified, deleted, members, unresolved,
                     display, body)
                 VALUES ($1, $2, $3, $4, $5, $5, NULL, 0, 0, $6, $7)
                 ON CONFLICT (directory, id) DO UPDATE SET type = excluded.type, version = excluded.version,
                     created = excluded.created, modified = excluded.modified, display = excluded.display,
                     body = excluded.body, deleted = NULL, members = 0, unresolved = 0
                 WHERE resources.deleted IS NOT NULL",
                &[
                    &directory,
                    &plain(id.as_str()),
                    &plain(resource_type),
                    &number(seq),
                    &millis(self.now),
                    &wanted.display.map(plain),
                    &&**wanted.body,
                ],
            )
            .await?;
        if written == 0 {
            let (what, attribute) = (resource_type.to_owned(), "id".to_owned());
            return Err(StoreError::Uniqueness { what, attribute }.into());
        }
        let mut row = Row {
            id: id.clone(),
            resource_type: resource_type.to_owned(),
            version: seq,
            created: self.now,
            modified: self.now,
            deleted: false,
            members: 0,
            unresolved: 0,
        };
        self.count(resource_type, 1).await?;
        edges::resolve(self.db, &directory, id).await?;
        keys::replace(self.db, &directory, &row, wanted.keys, wanted.body).await?;
        let changes = edges::plan(self.db, &directory, id, wanted.members).await?;
        if !changes.is_empty() {
            self.write_edges(&mut row, &changes, seq).await?;
            row.write_head(self.db, &directory).await?;
        }
        self.log(&row, ChangeKind::Created, wanted.attributes).await?;
        Ok(row.result(true))
    }

    async fn replace(
        &mut self,
        id: &ResourceId,
        expected: Precondition,
        wanted: &Wanted<'_>,
    ) -> Result<WriteResult, Fault> {
        let directory = self.counter.directory.clone();
        let mut row = Row::read_live(self.db, &directory, id, expected).await?;
        let changes = edges::plan(self.db, &directory, id, wanted.members).await?;
        if row.body(self.db, &directory).await?.as_ref() == Some(wanted.body) {
            return self.edit(row, &changes).await;
        }
        let seq = self.touch(&mut row);
        self.db
            .run(
                "UPDATE resources SET display = $3, body = $4 WHERE directory = $1 AND id = $2",
                &[&directory, &plain(id.as_str()), &wanted.display.map(plain), &&**wanted.body],
            )
            .await?;
        keys::replace(self.db, &directory, &row, wanted.keys, wanted.body).await?;
        self.write_edges(&mut row, &changes, seq).await?;
        row.write_head(self.db, &directory).await?;
        self.log(&row, ChangeKind::Replaced, wanted.attributes).await?;
        Ok(row.result(true))
    }

    async fn edit_members(
        &mut self,
        id: &ResourceId,
        expected: Precondition,
        edits: &[MemberEdit],
    ) -> Result<WriteResult, Fault> {
        let directory = self.counter.directory.clone();
        let row = Row::read_live(self.db, &directory, id, expected).await?;
        let changes = edges::plan(self.db, &directory, id, edits).await?;
        self.edit(row, &changes).await
    }

    /// Writes a change of the members alone, if it is one.
    async fn edit(&mut self, mut row: Row, changes: &edges::EdgeChanges) -> Result<WriteResult, Fault> {
        if changes.is_empty() {
            return Ok(row.result(false));
        }
        let seq = self.touch(&mut row);
        self.write_edges(&mut row, changes, seq).await?;
        self.log_members(&row).await?;
        Ok(row.result(true))
    }

    async fn delete(&mut self, id: &ResourceId, expected: Precondition) -> Result<WriteResult, Fault> {
        let directory = self.counter.directory.clone();
        let mut row = Row::read_live(self.db, &directory, id, expected).await?;
        let seq = self.touch(&mut row);
        (row.members, row.unresolved) = (0, 0);
        row.write_head(self.db, &directory).await?;
        let delete = "UPDATE resources SET deleted = $3 WHERE directory = $1 AND id = $2";
        self.db.run(delete, &[&directory, &plain(id.as_str()), &millis(self.now)]).await?;
        edges::remove_all(self.db, &directory, id, seq).await?;
        keys::remove(self.db, &directory, &row).await?;
        self.count(&row.resource_type, -1).await?;
        self.log(&row, ChangeKind::Deleted, &[]).await?;
        for holder in edges::holders(self.db, &directory, id).await? {
            let mut group = Row::read_live(self.db, &directory, &holder, Precondition::Any).await?;
            let seq = self.touch(&mut group);
            edges::remove(self.db, &directory, &group.id, id.as_str(), seq).await?;
            group.members = group.members.saturating_sub(1);
            self.log_members(&group).await?;
        }
        Ok(row.result(true))
    }

    /// Gives the row the next version.
    const fn touch(&mut self, row: &mut Row) -> Seq {
        row.version = self.counter.next();
        row.modified = self.now;
        row.version
    }

    async fn write_edges(
        &mut self,
        row: &mut Row,
        changes: &edges::EdgeChanges,
        seq: Seq,
    ) -> Result<(), Fault> {
        let unresolved = edges::write(self.db, &self.counter.directory, row, changes, seq).await?;
        if !unresolved.is_empty() {
            self.unresolved.entry(row.id.clone()).or_default().extend(unresolved);
        }
        Ok(())
    }

    async fn log_members(&self, row: &Row) -> Result<(), Fault> {
        row.write_head(self.db, &self.counter.directory).await?;
        self.log(row, ChangeKind::Members, &["members".to_owned()]).await
    }

    async fn log(&self, row: &Row, what: ChangeKind, attributes: &[String]) -> Result<(), Fault> {
        self.db
            .run(
                "INSERT INTO changes (directory, seq, resource, type, kind, attributes, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &self.counter.directory,
                    &number(row.version),
                    &plain(row.id.as_str()),
                    &plain(&row.resource_type),
                    &word(&what)?,
                    &json(&attributes)?,
                    &millis(self.now),
                ],
            )
            .await
            .map(drop)
    }

    async fn count(&self, resource_type: &str, difference: i64) -> Result<(), Fault> {
        self.db
            .run(
                "INSERT INTO totals (directory, type, live) VALUES ($1, $2, $3)
                 ON CONFLICT (directory, type) DO UPDATE SET live = totals.live + excluded.live",
                &[&self.counter.directory, &plain(resource_type), &difference],
            )
            .await
            .map(drop)
    }

    /// Checks the members that name nothing (decision D6): looks only at groups to which this batch added members that
    /// named nothing when they came.
    pub(super) async fn check_unresolved(&self) -> Result<(), Fault> {
        for (group, added) in &self.unresolved {
            self.check_group(group, added).await?;
        }
        Ok(())
    }

    async fn check_group(&self, group: &ResourceId, added: &[String]) -> Result<(), Fault> {
        let directory = &self.counter.directory;
        let Some(row) = Row::read(self.db, directory, group).await?.filter(|row| !row.deleted) else {
            return Ok(());
        };
        if usize::try_from(row.unresolved).is_ok_and(|all| all <= self.limit) {
            return Ok(());
        }
        let present = edges::present(self.db, directory, group, added).await?;
        let live = edges::live(self.db, directory, added).await?;
        let mut seen = BTreeSet::new();
        let left: Vec<_> = added
            .iter()
            .filter(|member| seen.insert(*member) && present.contains(*member) && !live.contains(*member))
            .collect();
        Ok(check_unresolved(group, row.unresolved, &left, self.limit)?)
    }
}
