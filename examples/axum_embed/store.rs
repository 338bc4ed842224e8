//! A store of the application's own: a `HashMap` behind one lock.
//!
//! It shows what a store has to do and where the shared rules are: `rollbook_store::edits` for members,
//! `rollbook_store::query` for filters, sorting and pages. It is all or nothing by working on a copy, which a real store
//! does by a transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use rollbook_protocol::{Key, Lookup, MemberEdit};
use rollbook_store::edits::{self, Touched};
use rollbook_store::query::{Members, Scan, creation_order};
use rollbook_store::{
    Batch, Change, ChangeKind, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, Page, Precondition,
    Query, ResourceId, ResourceWrite, Resources, Seq, StoreError, Stored, WriteResult,
};
use tokio::sync::watch;

/// Directories by their id.
#[derive(Debug)]
pub(crate) struct HashStore {
    directories: Mutex<HashMap<DirectoryId, Directory>>,
    commits: watch::Sender<u64>,
}

impl Default for HashStore {
    fn default() -> Self {
        Self { directories: Mutex::default(), commits: watch::Sender::new(0) }
    }
}

#[derive(Clone, Debug, Default)]
struct Directory {
    rows: HashMap<ResourceId, Row>,
    /// By group, then member value. They outlive their group, so that one that is restored knows who has left.
    edges: HashMap<ResourceId, BTreeMap<String, Edge>>,
    log: Vec<Change>,
}

/// Whether a value is a member now, and when that last changed.
#[derive(Clone, Copy, Debug)]
struct Edge {
    present: bool,
    seq: Seq,
}

#[derive(Clone, Debug)]
struct Row {
    stored: Stored,
    keys: Vec<Key>,
    display: Option<String>,
}

/// What a replace writes beside members.
struct Content<'w> {
    body: &'w Bytes,
    keys: &'w [Key],
    display: Option<&'w String>,
    attributes: &'w [String],
}

impl HashStore {
    fn lock(&self) -> MutexGuard<'_, HashMap<DirectoryId, Directory>> {
        self.directories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a directory; one that nothing was written to is empty.
    fn read<T>(&self, directory: &DirectoryId, read: impl FnOnce(&Directory) -> T) -> T {
        match self.lock().get(directory) {
            Some(known) => read(known),
            None => read(&Directory::default()),
        }
    }
}

#[async_trait]
impl Resources for HashStore {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        Ok(self.read(directory, |all| all.rows.get(id).map(|row| row.stored.clone())))
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        self.read(directory, |all| all.query(query))
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        Ok(self.read(directory, |all| {
            let later = all.members(group).filter(|value| after.is_none_or(|after| value.as_str() > after));
            later.take(limit).filter_map(|value| all.member(group, value)).collect()
        }))
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        let values: BTreeSet<_> = values.iter().collect();
        Ok(self
            .read(directory, |all| values.into_iter().filter_map(|value| all.member(group, value)).collect()))
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        Ok(self.read(directory, |all| all.groups_of(id.as_str())))
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        Ok(self.read(directory, |all| {
            let edges = all.edges.get(group).into_iter().flatten();
            let mut changes: Vec<_> = edges
                .filter(|(_, edge)| edge.seq > after)
                .map(|(value, edge)| MemberChange {
                    value: value.clone(),
                    present: edge.present,
                    seq: edge.seq,
                })
                .collect();
            changes.sort_by_key(|change| change.seq);
            changes.truncate(limit);
            changes
        }))
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        Ok(self.read(directory, |all| {
            all.log.iter().filter(|change| change.seq > after).take(limit).cloned().collect()
        }))
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        Ok(self.read(directory, Directory::last_seq))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        if !batch.ledger.is_empty() || !batch.settings.is_empty() {
            return Err(StoreError::Unsupported("what is not a resource"));
        }
        let mut committed = Committed::default();
        let mut all = self.lock();
        if let Some(directory) = batch.directory.clone() {
            let mut copy = all.get(&directory).cloned().unwrap_or_default();
            let mut added = Vec::new();
            for write in &batch.resources {
                committed.results.push(copy.write(write, &batch, &mut added)?);
            }
            copy.check_unresolved(&added, batch.unresolved_members)?;
            all.insert(directory, copy);
        } else if !batch.resources.is_empty() {
            return Err(StoreError::Backend("a batch with resources names its directory".into()));
        }
        self.commits.send_modify(|count| *count += 1);
        Ok(committed)
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }
}

impl Directory {
    fn last_seq(&self) -> Seq {
        self.log.last().map_or(0, |change| change.seq)
    }

    fn holds(&self, group: &ResourceId, value: &str) -> bool {
        self.edges.get(group).and_then(|edges| edges.get(value)).is_some_and(|edge| edge.present)
    }

    fn members(&self, group: &ResourceId) -> impl Iterator<Item = &String> {
        let edges = self.edges.get(group).into_iter().flatten();
        edges.filter(|(_, edge)| edge.present).map(|(value, _)| value)
    }

    fn member(&self, group: &ResourceId, value: &str) -> Option<MemberRow> {
        let edge = self.edges.get(group)?.get(value)?;
        let member = self.rows.get(&ResourceId::new(value));
        edge.present.then(|| MemberRow {
            value: value.to_owned(),
            resource_type: member.map(|row| row.stored.resource_type.clone()),
            display: member.and_then(|row| row.display.clone()),
            seq: edge.seq,
        })
    }

    fn groups_of(&self, value: &str) -> Vec<GroupRef> {
        let groups = self.rows.values().filter(|row| self.holds(&row.stored.id, value));
        let mut groups: Vec<_> =
            groups.map(|row| GroupRef { id: row.stored.id.clone(), display: row.display.clone() }).collect();
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        groups
    }

    fn query(&self, query: &Query) -> Result<Page, StoreError> {
        let mut scan = Scan::new(query)?;
        let lookup = scan.lookup().cloned();
        let mut rows: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.stored.resource_type == query.resource_type)
            .filter(|row| lookup.as_ref().is_none_or(|lookup| self.answers(row, lookup)))
            .collect();
        rows.sort_by(|a, b| creation_order(&a.stored, &b.stored));
        for row in rows {
            let id = &row.stored.id;
            let member = |value: &String| self.member(id, value);
            let members = match scan.members() {
                Members::None => Vec::new(),
                Members::Among(values) => values.iter().filter_map(member).collect(),
                Members::All => self.members(id).filter_map(member).collect(),
            };
            let groups = if scan.groups() { self.groups_of(id.as_str()) } else { Vec::new() };
            scan.push(row.stored.clone(), &members, &groups)?;
        }
        Ok(scan.finish())
    }

    fn answers(&self, row: &Row, lookup: &Lookup) -> bool {
        match lookup {
            Lookup::Id(id) => row.stored.id.as_str() == id,
            Lookup::Key { attribute, value } => {
                row.keys.iter().any(|key| *key.attribute == **attribute && *key.value == **value)
            }
            Lookup::Member(value) => self.holds(&row.stored.id, value),
        }
    }

    /// Does a write; notes the members that it adds.
    fn write(
        &mut self,
        write: &ResourceWrite,
        batch: &Batch,
        added: &mut Vec<(ResourceId, String)>,
    ) -> Result<WriteResult, StoreError> {
        match write {
            ResourceWrite::Create { id, resource_type, body, keys, display, members, attributes } => {
                if self.rows.contains_key(id) {
                    let (what, attribute) = (resource_type.clone(), "id".to_owned());
                    return Err(StoreError::Uniqueness { what, attribute });
                }
                self.check_keys(id, resource_type, keys, body)?;
                let version = self.log(id, resource_type, ChangeKind::Created, attributes, batch);
                let stored = Stored {
                    id: id.clone(),
                    resource_type: resource_type.clone(),
                    version,
                    created: batch.now,
                    modified: batch.now,
                    body: body.clone(),
                };
                let row = Row { stored, keys: keys.clone(), display: display.clone() };
                self.rows.insert(id.clone(), row.clone());
                added.extend(self.edit(id, members, version)?.1);
                Ok(self.result(&row, true))
            }
            ResourceWrite::Replace { id, body, keys, display, members, attributes, expected } => {
                let content = Some(Content { body, keys, display: display.as_ref(), attributes });
                let (result, new) = self.change(id, content, members, *expected, batch)?;
                added.extend(new);
                Ok(result)
            }
            ResourceWrite::EditMembers { id, edits, expected } => {
                let (result, new) = self.change(id, None, edits, *expected, batch)?;
                added.extend(new);
                Ok(result)
            }
            ResourceWrite::Delete { id, expected } => self.delete(id, *expected, batch),
        }
    }

    fn change(
        &mut self,
        id: &ResourceId,
        content: Option<Content<'_>>,
        members: &[MemberEdit],
        expected: Precondition,
        batch: &Batch,
    ) -> Result<(WriteResult, Vec<(ResourceId, String)>), StoreError> {
        let mut row = self.expect(id, expected)?;
        let next = self.last_seq() + 1;
        let content = content.filter(|content| *content.body != row.stored.body);
        let (edited, added) = self.edit(id, members, next)?;
        if content.is_none() && !edited {
            return Ok((self.result(&row, false), added));
        }
        let resource_type = row.stored.resource_type.clone();
        row.stored.modified = batch.now;
        row.stored.version = match content {
            Some(Content { body, keys, display, attributes }) => {
                self.check_keys(id, &resource_type, keys, body)?;
                (row.stored.body, row.keys, row.display) = (body.clone(), keys.to_vec(), display.cloned());
                self.log(id, &resource_type, ChangeKind::Replaced, attributes, batch)
            }
            None => self.log_members(id, &resource_type, batch),
        };
        self.rows.insert(id.clone(), row.clone());
        Ok((self.result(&row, true), added))
    }

    fn delete(
        &mut self,
        id: &ResourceId,
        expected: Precondition,
        batch: &Batch,
    ) -> Result<WriteResult, StoreError> {
        let mut row = self.expect(id, expected)?;
        let version = self.log(id, &row.stored.resource_type, ChangeKind::Deleted, &[], batch);
        self.rows.remove(id);
        self.edit(id, &[MemberEdit::RemoveAll], version)?;
        // Every other group that held it changes too.
        for group in self.groups_of(id.as_str()) {
            let Some(mut holder) = self.rows.get(&group.id).cloned() else { continue };
            let seq = self.log_members(&group.id, &holder.stored.resource_type, batch);
            self.edit(&group.id, &[MemberEdit::Remove(vec![id.to_string()])], seq)?;
            (holder.stored.version, holder.stored.modified) = (seq, batch.now);
            self.rows.insert(group.id, holder);
        }
        (row.stored.version, row.stored.modified) = (version, batch.now);
        Ok(self.result(&row, true))
    }

    fn expect(&self, id: &ResourceId, expected: Precondition) -> Result<Row, StoreError> {
        let missing = || StoreError::NotFound { what: "resource", id: id.as_str().to_owned() };
        let row = self.rows.get(id).ok_or_else(missing)?;
        match expected {
            Precondition::Version(version) if version != row.stored.version => {
                Err(StoreError::PreconditionFailed { current: row.stored.version })
            }
            _ => Ok(row.clone()),
        }
    }

    fn check_keys(
        &self,
        id: &ResourceId,
        resource_type: &str,
        keys: &[Key],
        body: &[u8],
    ) -> Result<(), StoreError> {
        for key in keys.iter().filter(|key| key.unique) {
            let mut others = self.rows.values().filter(|row| row.stored.id != *id);
            if others.any(|row| row.stored.resource_type == resource_type && row.keys.contains(key)) {
                let attribute = edits::wire_path(body, &key.attribute);
                return Err(StoreError::Uniqueness { what: resource_type.to_owned(), attribute });
            }
        }
        Ok(())
    }

    /// Refuses more members that name nothing than the batch allows, in groups to which it added such.
    fn check_unresolved(&self, added: &[(ResourceId, String)], limit: usize) -> Result<(), StoreError> {
        let dangling = |value: &str| !self.rows.contains_key(&ResourceId::new(value));
        let mut new: BTreeMap<&ResourceId, Vec<&String>> = BTreeMap::new();
        for (group, value) in added {
            let known = new.entry(group).or_default();
            if dangling(value) && self.holds(group, value) && !known.contains(&value) {
                known.push(value);
            }
        }
        for (group, new) in new {
            let all = self.members(group).filter(|value| dangling(value)).count();
            // Those that the group had already stay, though they be over a lowered limit.
            let room = limit.saturating_sub(all - new.len());
            if let Some(member) = new.get(room) {
                let (group, member) = (group.clone(), (*member).clone());
                return Err(StoreError::UnresolvedMember { group, member, limit });
            }
        }
        Ok(())
    }

    /// Edits the members of a group; answers whether any edge changed, and which were added.
    fn edit(
        &mut self,
        group: &ResourceId,
        edits: &[MemberEdit],
        seq: Seq,
    ) -> Result<(bool, Vec<(ResourceId, String)>), StoreError> {
        let present = match edits::touched(edits)? {
            Touched::All => self.members(group).cloned().collect(),
            Touched::Named(values) => {
                values.into_iter().filter(|value| self.holds(group, value)).map(str::to_owned).collect()
            }
        };
        let changes = edits::apply(edits, &present)?;
        if changes.is_empty() {
            return Ok((false, Vec::new()));
        }
        let edges = self.edges.entry(group.clone()).or_default();
        let edge = |present| move |value| (value, Edge { present, seq });
        edges.extend(changes.removed.into_iter().map(edge(false)));
        edges.extend(changes.added.iter().cloned().map(edge(true)));
        Ok((true, changes.added.into_iter().map(|value| (group.clone(), value)).collect()))
    }

    fn result(&self, row: &Row, changed: bool) -> WriteResult {
        WriteResult {
            id: row.stored.id.clone(),
            version: row.stored.version,
            changed,
            created: row.stored.created,
            modified: row.stored.modified,
            members: self.members(&row.stored.id).count() as u64,
        }
    }

    fn log(
        &mut self,
        id: &ResourceId,
        resource_type: &str,
        kind: ChangeKind,
        attributes: &[String],
        batch: &Batch,
    ) -> Seq {
        let seq = self.last_seq() + 1;
        self.log.push(Change {
            seq,
            resource: id.clone(),
            resource_type: resource_type.to_owned(),
            kind,
            attributes: attributes.to_vec(),
            at: batch.now,
        });
        seq
    }

    fn log_members(&mut self, id: &ResourceId, resource_type: &str, batch: &Batch) -> Seq {
        self.log(id, resource_type, ChangeKind::Members, &["members".to_owned()], batch)
    }
}

#[cfg(test)]
mod tests {
    use super::HashStore;

    // Every behaviour that the contract asks of a store like this one.
    rollbook_store::store_conformance!(resources: async || (HashStore::default(), ()));
}
