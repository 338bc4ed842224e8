//! The rows of one resource type.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, TypeRef, keys};
use rollbook_schema::Resource;

/// A resource as it is stored: without `id`, `meta`, `members` and `groups`.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) body: Resource,
    pub(crate) created: DateTime<Utc>,
    pub(crate) modified: DateTime<Utc>,
    pub(crate) version: u64,
    keys: Vec<Key>,
}

/// The resources of one type by id; ids sort by creation.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rows: BTreeMap<String, Row>,
    index: BTreeMap<(Box<str>, Box<str>), BTreeSet<String>>,
}

impl Table {
    /// Stores a body under a new id or in the place of an older one.
    pub(crate) fn put(&mut self, id: &str, body: Resource, ty: TypeRef<'_>, now: DateTime<Utc>) {
        let before = self.remove(id);
        let keys = keys(&body, ty);
        for key in &keys {
            let entry = (key.attribute.clone(), key.value.clone());
            self.index.entry(entry).or_default().insert(id.to_owned());
        }
        let (created, version) = before.map_or((now, 1), |row| (row.created, row.version + 1));
        self.rows.insert(id.to_owned(), Row { body, created, modified: now, version, keys });
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Row> {
        let row = self.rows.remove(id)?;
        for key in &row.keys {
            let entry = (key.attribute.clone(), key.value.clone());
            if let Some(ids) = self.index.get_mut(&entry) {
                ids.remove(id);
                if ids.is_empty() {
                    self.index.remove(&entry);
                }
            }
        }
        Some(row)
    }

    /// The ids of the resources that have a key, in the order of their creation.
    pub(crate) fn with_key(&self, attribute: &str, value: &str) -> impl Iterator<Item = &str> {
        self.index.get(&(attribute.into(), value.into())).into_iter().flatten().map(String::as_str)
    }
}
