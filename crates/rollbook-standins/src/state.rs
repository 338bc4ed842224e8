//! What a stand-in holds.

mod edit;
mod members;
mod read;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rollbook_protocol::{ScimError, ScimType, TypeRef, keys};
use rollbook_schema::{Registry, Resource};

use members::Members;
use table::Table;

/// Users, groups and who is in which.
#[derive(Debug)]
pub(crate) struct State {
    registry: Arc<Registry>,
    base: String,
    salt: u16,
    users: Table,
    groups: Table,
    members: BTreeMap<String, Members>,
    /// The groups that hold a value, so that a user who goes leaves all of them.
    held_by: BTreeMap<String, BTreeSet<String>>,
    ticks: i64,
    last_id: u64,
}

impl State {
    /// Nothing yet; `salt` is part of every id, so that two stand-ins never have the same.
    pub(crate) fn new(base: &str, salt: u16) -> Self {
        Self {
            registry: Arc::new(Registry::standard()),
            base: base.to_owned(),
            salt,
            users: Table::default(),
            groups: Table::default(),
            members: BTreeMap::new(),
            held_by: BTreeMap::new(),
            ticks: 0,
            last_id: 0,
        }
    }

    pub(crate) const fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Stores a new resource and returns its id.
    pub(crate) fn create(&mut self, ty: TypeRef<'_>, body: Resource) -> String {
        self.last_id += 1;
        let kind = if ty.resource_type.name == "Group" { 'g' } else { 'u' };
        let id = format!("{kind}{:05}-{:08}", self.salt, self.last_id);
        self.replace(ty, &id, body);
        id
    }

    /// Stores a body in the place of another.
    pub(crate) fn replace(&mut self, ty: TypeRef<'_>, id: &str, body: Resource) {
        let now = self.tick();
        self.table_mut(&ty.resource_type.name).put(id, body, ty, now);
    }

    /// Deletes a resource; it leaves the groups that it is in, and a group loses its members.
    pub(crate) fn delete(&mut self, resource_type: &str, id: &str) -> Result<(), ScimError> {
        self.table_mut(resource_type).remove(id).ok_or_else(|| Self::no_such(id))?;
        let now = self.tick();
        for group in self.held_by.remove(id).unwrap_or_default() {
            if let Some(members) = self.members.get_mut(&group) {
                members.remove(id);
            }
            self.touch(&group, now);
        }
        for member in self.members.remove(id).unwrap_or_default().iter() {
            if let Some(groups) = self.held_by.get_mut(&member.value) {
                groups.remove(id);
            }
        }
        Ok(())
    }

    /// Refuses a body whose key another resource has (RFC 7644 §3.3: 409 `uniqueness`).
    pub(crate) fn check_unique(
        &self,
        resource_type: &str,
        id: Option<&str>,
        body: &Resource,
        attribute: &str,
    ) -> Result<(), ScimError> {
        let Some(known) = self.registry.resource_type(resource_type) else { return Ok(()) };
        let ty = TypeRef { registry: &self.registry, resource_type: known };
        let key = keys(body, ty).into_iter().find(|key| &*key.attribute == attribute);
        let taken = key.is_some_and(|key| {
            self.table(resource_type).with_key(attribute, &key.value).any(|other| Some(other) != id)
        });
        if taken {
            let detail = format!("another {resource_type} has this `{attribute}`");
            return Err(ScimError::new(409, Some(ScimType::Uniqueness), detail));
        }
        Ok(())
    }

    /// 404 (RFC 7644 §3.12).
    pub(crate) fn no_such(id: &str) -> ScimError {
        ScimError::not_found(format!("there is no resource `{id}`"))
    }

    fn table(&self, resource_type: &str) -> &Table {
        if resource_type == "Group" { &self.groups } else { &self.users }
    }

    fn table_mut(&mut self, resource_type: &str) -> &mut Table {
        if resource_type == "Group" { &mut self.groups } else { &mut self.users }
    }

    /// Marks a group as changed.
    fn touch(&mut self, group: &str, now: DateTime<Utc>) {
        if let Some(row) = self.groups.rows.get_mut(group) {
            row.modified = now;
            row.version += 1;
        }
    }

    /// The next second of a clock that begins with 2026.
    fn tick(&mut self) -> DateTime<Utc> {
        self.ticks += 1;
        DateTime::from_timestamp(1_767_225_600 + self.ticks, 0).unwrap_or_default()
    }
}
