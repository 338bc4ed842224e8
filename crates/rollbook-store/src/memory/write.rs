//! Writing resources.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, MemberEdit};

use super::resources::{Edge, Record, ResourceTables};
use crate::contract::{Change, ChangeKind, Precondition, ResourceWrite, Seq, Stored, WriteResult};
use crate::edits::{self, EdgeChanges, Touched};
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId};

/// The resource writes of one batch.
#[derive(Debug)]
pub(super) struct Writer<'t> {
    tables: &'t mut ResourceTables,
    directory: DirectoryId,
    now: DateTime<Utc>,
    unresolved_limit: usize,
    /// The members that the batch added, by group, in request order.
    added: BTreeMap<ResourceId, Vec<String>>,
}

/// The part of a resource that a write sets.
struct Content {
    body: Bytes,
    keys: Vec<Key>,
    display: Option<String>,
}

impl<'t> Writer<'t> {
    pub(super) const fn new(
        tables: &'t mut ResourceTables,
        directory: DirectoryId,
        now: DateTime<Utc>,
        unresolved_limit: usize,
    ) -> Self {
        Self { tables, directory, now, unresolved_limit, added: BTreeMap::new() }
    }

    pub(super) fn write(&mut self, write: ResourceWrite) -> Result<WriteResult, StoreError> {
        match write {
            ResourceWrite::Create { id, resource_type, body, keys, display, members, attributes } => {
                self.create(id, resource_type, Content { body, keys, display }, &members, attributes)
            }
            ResourceWrite::Replace { id, body, keys, display, members, attributes, expected } => {
                let content = Content { body, keys, display };
                self.change(&id, Some((content, attributes)), &members, expected)
            }
            ResourceWrite::EditMembers { id, edits, expected } => self.change(&id, None, &edits, expected),
            ResourceWrite::Delete { id, expected } => self.delete(&id, expected),
        }
    }

    /// Refuses the batch when it leaves too many members that name nothing (decision D6).
    pub(super) fn check_unresolved(&self) -> Result<(), StoreError> {
        for (group, added) in &self.added {
            let Some(tally) = self.tables.tallies.get(&self.key(group)) else { continue };
            let dangling = |value: &&String| self.is_member(group, value) && !self.exists(value);
            let mut seen = BTreeSet::new();
            let dangling: Vec<_> =
                added.iter().filter(dangling).filter(|value| seen.insert(*value)).collect();
            edits::check_unresolved(group, tally.unresolved, &dangling, self.unresolved_limit)?;
        }
        Ok(())
    }

    fn create(
        &mut self,
        id: ResourceId,
        resource_type: String,
        content: Content,
        members: &[MemberEdit],
        attributes: Vec<String>,
    ) -> Result<WriteResult, StoreError> {
        if self.exists(id.as_str()) {
            return Err(StoreError::Uniqueness { what: resource_type, attribute: "id".to_owned() });
        }
        let version = self.log(&id, &resource_type, ChangeKind::Created, attributes);
        self.claim(&id, &resource_type, &content)?;
        let order = (self.directory.clone(), resource_type.clone(), self.now, id.clone());
        self.tables.order.put(order, ());
        self.count(&resource_type, |total| total.saturating_add(1));
        let stored = Stored {
            id: id.clone(),
            resource_type,
            version,
            created: self.now,
            modified: self.now,
            body: content.body,
        };
        let record = Record { stored: stored.clone(), keys: content.keys, display: content.display };
        self.tables.records.put(self.key(&id), record);
        self.resolve(&id);
        let changes = edits::apply(members, &BTreeSet::new())?;
        self.set_edges(&id, changes, version);
        Ok(self.result(&stored, true))
    }

    /// Changes body, members or both; nothing when both end as they were (decision D23).
    fn change(
        &mut self,
        id: &ResourceId,
        content: Option<(Content, Vec<String>)>,
        members: &[MemberEdit],
        expected: Precondition,
    ) -> Result<WriteResult, StoreError> {
        let mut record = self.expect(id, expected)?;
        let content = content.filter(|(content, _)| content.body != record.stored.body);
        let changes = self.edge_changes(id, members)?;
        if content.is_none() && changes.is_empty() {
            return Ok(self.result(&record.stored, false));
        }
        let resource_type = record.stored.resource_type.clone();
        record.stored.modified = self.now;
        if let Some((content, attributes)) = content {
            record.stored.version = self.log(id, &resource_type, ChangeKind::Replaced, attributes);
            self.release(id, &resource_type, &record.keys);
            self.claim(id, &resource_type, &content)?;
            record.stored.body = content.body;
            record.keys = content.keys;
            record.display = content.display;
        } else {
            record.stored.version = self.log_members(id, &resource_type);
        }
        let stored = record.stored.clone();
        self.tables.records.put(self.key(id), record);
        self.set_edges(id, changes, stored.version);
        Ok(self.result(&stored, true))
    }

    fn delete(&mut self, id: &ResourceId, expected: Precondition) -> Result<WriteResult, StoreError> {
        let record = self.expect(id, expected)?;
        let Stored { resource_type, created, .. } = record.stored;
        let version = self.log(id, &resource_type, ChangeKind::Deleted, Vec::new());
        let own = EdgeChanges {
            removed: self.present(id, &Touched::All).into_iter().collect(),
            ..Default::default()
        };
        self.set_edges(id, own, version);
        let holders: Vec<_> = self.tables.holders_of(&self.directory, id.as_str()).cloned().collect();
        for holder in holders {
            let Some(mut group) = self.tables.record(&self.directory, &holder).cloned() else { continue };
            let seq = self.log_members(&holder, &group.stored.resource_type);
            self.set_edge(&holder, id.as_str(), Edge { present: false, seq });
            group.stored.version = seq;
            group.stored.modified = self.now;
            self.tables.records.put(self.key(&holder), group);
        }
        self.release(id, &resource_type, &record.keys);
        let key = self.key(id);
        self.tables.records.remove(&key);
        self.tables.tallies.remove(&key);
        self.count(&resource_type, |total| total.saturating_sub(1));
        self.tables.order.remove(&(self.directory.clone(), resource_type, created, id.clone()));
        Ok(WriteResult { id: id.clone(), version, changed: true, created, modified: self.now, members: 0 })
    }

    fn count(&mut self, resource_type: &str, change: impl Fn(u64) -> u64) {
        let key = (self.directory.clone(), resource_type.to_owned());
        let total = self.tables.totals.get(&key).copied().unwrap_or(0);
        self.tables.totals.put(key, change(total));
    }

    fn expect(&self, id: &ResourceId, expected: Precondition) -> Result<Record, StoreError> {
        let record = self.tables.record(&self.directory, id);
        let record =
            record.ok_or_else(|| StoreError::NotFound { what: "resource", id: id.as_str().to_owned() })?;
        expected.check(record.stored.version)?;
        Ok(record.clone())
    }

    fn log(
        &mut self,
        id: &ResourceId,
        resource_type: &str,
        kind: ChangeKind,
        attributes: Vec<String>,
    ) -> Seq {
        let seq = self.tables.last_seq(&self.directory).saturating_add(1);
        let resource_type = resource_type.to_owned();
        let change = Change { seq, resource: id.clone(), resource_type, kind, attributes, at: self.now };
        self.tables.seqs.put(self.directory.clone(), seq);
        self.tables.log.put((self.directory.clone(), seq), change);
        seq
    }

    fn log_members(&mut self, id: &ResourceId, resource_type: &str) -> Seq {
        self.log(id, resource_type, ChangeKind::Members, vec!["members".to_owned()])
    }

    fn claim(&mut self, id: &ResourceId, resource_type: &str, content: &Content) -> Result<(), StoreError> {
        for key in &content.keys {
            let mut rows = self.tables.key_rows(&self.directory, resource_type, &key.attribute, &key.value);
            if key.unique && rows.any(|(holder, unique)| unique && holder != id) {
                let attribute = edits::wire_path(&content.body, &key.attribute);
                return Err(StoreError::Uniqueness { what: resource_type.to_owned(), attribute });
            }
            drop(rows);
            self.tables.keys.put(self.row_of(id, resource_type, key), key.unique);
        }
        Ok(())
    }

    fn release(&mut self, id: &ResourceId, resource_type: &str, keys: &[Key]) {
        for key in keys {
            self.tables.keys.remove(&self.row_of(id, resource_type, key));
        }
    }

    fn row_of(
        &self,
        id: &ResourceId,
        resource_type: &str,
        key: &Key,
    ) -> (DirectoryId, String, String, String, ResourceId) {
        let attribute = key.attribute.as_ref().to_owned();
        (
            self.directory.clone(),
            resource_type.to_owned(),
            attribute,
            key.value.as_ref().to_owned(),
            id.clone(),
        )
    }

    fn edge_changes(&self, group: &ResourceId, edits: &[MemberEdit]) -> Result<EdgeChanges, StoreError> {
        if edits.is_empty() {
            return Ok(EdgeChanges::default());
        }
        edits::apply(edits, &self.present(group, &edits::touched(edits)?))
    }

    fn present(&self, group: &ResourceId, touched: &Touched<'_>) -> BTreeSet<String> {
        match touched {
            Touched::All => {
                let rows = self.tables.members(&self.directory, group, None, usize::MAX);
                rows.into_iter().map(|row| row.value).collect()
            }
            Touched::Named(values) => values
                .iter()
                .filter(|value| self.is_member(group, value))
                .map(|value| (*value).to_owned())
                .collect(),
        }
    }

    fn set_edges(&mut self, group: &ResourceId, changes: EdgeChanges, seq: Seq) {
        for value in &changes.removed {
            self.set_edge(group, value, Edge { present: false, seq });
        }
        for value in &changes.added {
            self.set_edge(group, value, Edge { present: true, seq });
        }
        if !changes.added.is_empty() {
            self.added.entry(group.clone()).or_default().extend(changes.added);
        }
    }

    fn set_edge(&mut self, group: &ResourceId, value: &str, edge: Edge) {
        let key = (self.directory.clone(), group.clone(), value.to_owned());
        if let Some(old) = self.tables.edges.get(&key) {
            let row = (self.directory.clone(), group.clone(), old.seq, value.to_owned());
            self.tables.edge_log.remove(&row);
        }
        self.tables.edge_log.put((self.directory.clone(), group.clone(), edge.seq, value.to_owned()), ());
        self.tables.edges.put(key, edge);
        let holder = (self.directory.clone(), value.to_owned(), group.clone());
        let mut tally = self.tables.tallies.get(&self.key(group)).copied().unwrap_or_default();
        let unresolved = u64::from(!self.exists(value));
        if edge.present {
            self.tables.holders.put(holder, ());
            tally.members = tally.members.saturating_add(1);
            tally.unresolved = tally.unresolved.saturating_add(unresolved);
        } else {
            self.tables.holders.remove(&holder);
            // Never below zero, even where a purge has taken the tally already.
            tally.members = tally.members.saturating_sub(1);
            tally.unresolved = tally.unresolved.saturating_sub(unresolved);
        }
        self.tables.tallies.put(self.key(group), tally);
    }

    /// The members that named nothing until now name this resource.
    fn resolve(&mut self, id: &ResourceId) {
        let holders: Vec<_> = self.tables.holders_of(&self.directory, id.as_str()).cloned().collect();
        for holder in holders {
            let key = self.key(&holder);
            let mut tally = self.tables.tallies.get(&key).copied().unwrap_or_default();
            tally.unresolved = tally.unresolved.saturating_sub(1);
            self.tables.tallies.put(key, tally);
        }
    }

    fn is_member(&self, group: &ResourceId, value: &str) -> bool {
        let edge = self.tables.edges.get(&(self.directory.clone(), group.clone(), value.to_owned()));
        edge.is_some_and(|edge| edge.present)
    }

    fn exists(&self, id: &str) -> bool {
        self.tables.records.contains(&(self.directory.clone(), ResourceId::new(id)))
    }

    fn key(&self, id: &ResourceId) -> (DirectoryId, ResourceId) {
        (self.directory.clone(), id.clone())
    }

    fn result(&self, stored: &Stored, changed: bool) -> WriteResult {
        let tally = self.tables.tallies.get(&self.key(&stored.id));
        WriteResult {
            id: stored.id.clone(),
            version: stored.version,
            changed,
            created: stored.created,
            modified: stored.modified,
            members: tally.map_or(0, |tally| tally.members),
        }
    }
}
