//! Writing resources: rows, keys, edges and the change log, in one go.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, MemberEdit};
use rollbook_store::edits::check_unresolved;
use rollbook_store::{
    Batch, ChangeKind, DirectoryId, Precondition, ResourceId, ResourceWrite, Seq, StoreError, WriteResult,
};
use rusqlite::params;

use super::counter::Counter;
use super::row::Row;
use super::{Effects, edges, keys};
use crate::columns::{Json, Millis, Word};
use crate::db::Db;

/// Writes the resources of one batch.
#[derive(Debug)]
pub(super) struct Resources<'b> {
    db: Db<'b>,
    directory: DirectoryId,
    counter: Counter,
    now: DateTime<Utc>,
    limit: usize,
    unresolved: BTreeMap<ResourceId, Vec<String>>,
    effects: Effects,
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
    pub(super) fn new(db: Db<'b>, batch: &Batch) -> Result<Self, StoreError> {
        let directory = batch.directory.as_ref();
        let directory =
            directory.ok_or_else(|| StoreError::Backend("resource writes without a directory".into()))?;
        Ok(Self {
            db,
            directory: directory.clone(),
            counter: Counter::read(db, directory)?,
            now: Millis(batch.now).kept(),
            limit: batch.unresolved_members,
            unresolved: BTreeMap::new(),
            effects: Effects::default(),
        })
    }

    pub(super) fn write(&mut self, write: &ResourceWrite) -> Result<WriteResult, StoreError> {
        match write {
            ResourceWrite::Create { id, resource_type, body, keys, display, members, attributes } => {
                let display = display.as_deref();
                self.create(id, resource_type, &Wanted { body, keys, display, members, attributes })
            }
            ResourceWrite::Replace { id, body, keys, display, members, attributes, expected } => {
                let display = display.as_deref();
                self.replace(id, *expected, &Wanted { body, keys, display, members, attributes })
            }
            ResourceWrite::EditMembers { id, edits, expected } => self.edit_members(id, *expected, edits),
            ResourceWrite::Delete { id, expected } => self.delete(id, *expected),
        }
    }

    /// Checks the members that name nothing (decision D6) and writes the counter.
    pub(super) fn finish(self) -> Result<Effects, StoreError> {
        self.check_unresolved()?;
        self.counter.write(self.db)?;
        Ok(self.effects)
    }

    fn create(
        &mut self,
        id: &ResourceId,
        resource_type: &str,
        wanted: &Wanted<'_>,
    ) -> Result<WriteResult, StoreError> {
        let directory = self.counter.directory;
        let stored = Row::read(self.db, directory, id)?;
        if stored.as_ref().is_some_and(|row| !row.deleted) {
            return Err(StoreError::Uniqueness {
                what: resource_type.to_owned(),
                attribute: "id".to_owned(),
            });
        }
        let seq = self.counter.next();
        self.db.run(
            "INSERT INTO resources (directory, id, type, version, created, modified, display, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)
             ON CONFLICT (directory, id) DO UPDATE SET type = excluded.type, version = excluded.version,
                 created = excluded.created, modified = excluded.modified, display = excluded.display,
                 body = excluded.body, deleted = NULL, members = 0, unresolved = 0",
            params![
                directory,
                id.as_str(),
                resource_type,
                seq,
                Millis(self.now),
                wanted.display,
                &**wanted.body
            ],
        )?;
        let mut row = Row {
            n: stored.map_or_else(|| self.db.last_key(), |row| row.n),
            id: id.clone(),
            resource_type: resource_type.to_owned(),
            version: seq,
            created: self.now,
            modified: self.now,
            deleted: false,
            members: 0,
            unresolved: 0,
        };
        self.effects.order.added(directory, resource_type, self.now, id);
        self.effects.touched.resource(&self.directory, id);
        self.effects.touched.total(&self.directory, resource_type);
        edges::resolve(self.db, directory, id)?;
        self.write_keys(&row, wanted)?;
        let changes = edges::plan(self.db, row.n, wanted.members)?;
        if !changes.is_empty() {
            self.write_edges(&mut row, &changes, seq)?;
            row.write_head(self.db)?;
        }
        self.log(&row, ChangeKind::Created, wanted.attributes)?;
        Ok(row.result(true))
    }

    fn replace(
        &mut self,
        id: &ResourceId,
        expected: Precondition,
        wanted: &Wanted<'_>,
    ) -> Result<WriteResult, StoreError> {
        let directory = self.counter.directory;
        let mut row = Row::read_live(self.db, directory, id, expected)?;
        let changes = edges::plan(self.db, row.n, wanted.members)?;
        let (body, display) = row.content(self.db)?;
        if body == *wanted.body {
            return self.edit(row, &changes);
        }
        if row.members > 0 && display.as_deref() != wanted.display {
            self.effects.touched.all_groups(&self.directory);
        }
        let seq = self.touch(&mut row);
        self.db.run(
            "UPDATE resources SET display = ?2, body = ?3 WHERE n = ?1",
            params![row.n, wanted.display, &**wanted.body],
        )?;
        self.write_keys(&row, wanted)?;
        self.write_edges(&mut row, &changes, seq)?;
        row.write_head(self.db)?;
        self.log(&row, ChangeKind::Replaced, wanted.attributes)?;
        Ok(row.result(true))
    }

    fn edit_members(
        &mut self,
        id: &ResourceId,
        expected: Precondition,
        edits: &[MemberEdit],
    ) -> Result<WriteResult, StoreError> {
        let row = Row::read_live(self.db, self.counter.directory, id, expected)?;
        let changes = edges::plan(self.db, row.n, edits)?;
        self.edit(row, &changes)
    }

    /// Writes a change of the members alone, if it is one.
    fn edit(&mut self, mut row: Row, changes: &edges::EdgeChanges) -> Result<WriteResult, StoreError> {
        if changes.is_empty() {
            return Ok(row.result(false));
        }
        let seq = self.touch(&mut row);
        self.write_edges(&mut row, changes, seq)?;
        self.log_members(&row)?;
        Ok(row.result(true))
    }

    fn delete(&mut self, id: &ResourceId, expected: Precondition) -> Result<WriteResult, StoreError> {
        let directory = self.counter.directory;
        let mut row = Row::read_live(self.db, directory, id, expected)?;
        let seq = self.touch(&mut row);
        if row.members > 0 {
            self.effects.touched.all_groups(&self.directory);
        }
        (row.members, row.unresolved) = (0, 0);
        row.write_head(self.db)?;
        self.db.run("UPDATE resources SET deleted = ?2 WHERE n = ?1", params![row.n, Millis(self.now)])?;
        edges::remove_all(self.db, row.n, seq)?;
        let (of, resource_type, touched) = (&self.directory, &row.resource_type, &mut self.effects.touched);
        touched.total(of, resource_type);
        keys::remove(self.db, row.n, |attribute, value| touched.value(of, resource_type, attribute, value))?;
        self.effects.order.removed(directory, resource_type, row.created, id);
        self.log(&row, ChangeKind::Deleted, &[])?;
        for holder in edges::holders(self.db, directory, id)? {
            let mut group = Row::read_live(self.db, directory, &holder, Precondition::Any)?;
            let seq = self.touch(&mut group);
            self.effects.touched.groups_of(&self.directory, std::iter::once(id.as_str()));
            edges::remove(self.db, group.n, id.as_str(), seq)?;
            group.members = group.members.saturating_sub(1);
            self.log_members(&group)?;
        }
        Ok(row.result(true))
    }

    /// Gives the row the next version.
    fn touch(&mut self, row: &mut Row) -> Seq {
        self.effects.touched.resource(&self.directory, &row.id);
        row.version = self.counter.next();
        row.modified = self.now;
        row.version
    }

    fn write_keys(&mut self, row: &Row, wanted: &Wanted<'_>) -> Result<(), StoreError> {
        let (of, touched) = (&self.directory, &mut self.effects.touched);
        keys::replace(self.db, self.counter.directory, row, wanted.keys, wanted.body, |attribute, value| {
            touched.value(of, &row.resource_type, attribute, value);
        })
    }

    fn write_edges(
        &mut self,
        row: &mut Row,
        changes: &edges::EdgeChanges,
        seq: Seq,
    ) -> Result<(), StoreError> {
        for members in [&changes.added, &changes.removed] {
            self.effects.touched.groups_of(&self.directory, members.iter().map(String::as_str));
        }
        let unresolved = edges::write(self.db, self.counter.directory, row, changes, seq)?;
        if !unresolved.is_empty() {
            self.unresolved.entry(row.id.clone()).or_default().extend(unresolved);
        }
        Ok(())
    }

    fn log_members(&self, row: &Row) -> Result<(), StoreError> {
        row.write_head(self.db)?;
        self.log(row, ChangeKind::Members, &["members".to_owned()])
    }

    fn log(&self, row: &Row, kind: ChangeKind, attributes: &[String]) -> Result<(), StoreError> {
        self.db.run(
            "INSERT INTO changes (directory, seq, resource, type, kind, attributes, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                self.counter.directory,
                row.version,
                row.id.as_str(),
                row.resource_type,
                Word(kind),
                Json(attributes),
                Millis(self.now)
            ],
        )?;
        Ok(())
    }

    /// Looks only at groups to which this batch added members that named nothing when they came.
    fn check_unresolved(&self) -> Result<(), StoreError> {
        self.unresolved.iter().try_for_each(|(group, added)| self.check_group(group, added))
    }

    fn check_group(&self, group: &ResourceId, added: &[String]) -> Result<(), StoreError> {
        let directory = self.counter.directory;
        let Some(row) = Row::read(self.db, directory, group)?.filter(|row| !row.deleted) else {
            return Ok(());
        };
        if usize::try_from(row.unresolved).is_ok_and(|all| all <= self.limit) {
            return Ok(());
        }
        let (mut seen, mut left) = (BTreeSet::new(), Vec::new());
        for member in added {
            if seen.insert(member)
                && edges::is_present(self.db, row.n, member)?
                && !edges::lives(self.db, directory, member)?
            {
                left.push(member);
            }
        }
        check_unresolved(group, row.unresolved, &left, self.limit)
    }
}
