//! Removal of members by a filter, turned into removal by value: `members[type eq "Group"]`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollbook_filter::{AttrPath, Filter, ValuePath};
use rollbook_protocol::{Member, MemberEdit, Predicate, display_of, invalid_path};
use rollbook_schema::{Complex, Resource, ResourceType, Value};
use rollbook_store::{MemberRow, ResourceId, Stored};

use super::{Call, Refused, external};
use crate::render::{self, MEMBER_PAGE};

/// Replaces each [`MemberEdit::RemoveMatching`] by the values that it selects: among the members that the group has,
/// and those that earlier edits of the request add. Of the members, only those selected are held in memory.
pub(crate) async fn resolve(
    call: &Call,
    ty: &ResourceType,
    group: &Stored,
    edits: Vec<MemberEdit>,
) -> Result<Vec<MemberEdit>, Refused> {
    if !edits.iter().any(|edit| matches!(edit, MemberEdit::RemoveMatching(_))) {
        return Ok(edits);
    }
    let mut earlier = Earlier::default();
    let mut resolved = Vec::with_capacity(edits.len());
    for edit in edits {
        resolved.push(match edit {
            MemberEdit::RemoveMatching(filter) => {
                let predicate = predicate(call, ty, filter).await?;
                let values = selected(call, group, &predicate, &earlier).await?;
                earlier.remove(&values);
                MemberEdit::Remove(values)
            }
            MemberEdit::Add(members) => {
                earlier.add(call, &members).await?;
                MemberEdit::Add(members)
            }
            MemberEdit::ReplaceAll(members) => {
                earlier.clear();
                earlier.add(call, &members).await?;
                MemberEdit::ReplaceAll(members)
            }
            MemberEdit::RemoveAll => {
                earlier.clear();
                MemberEdit::RemoveAll
            }
            MemberEdit::Remove(values) => {
                earlier.remove(&values);
                MemberEdit::Remove(values)
            }
        });
    }
    Ok(resolved)
}

/// What the edits before this one did to the members.
#[derive(Default)]
struct Earlier {
    cleared: bool,
    added: BTreeMap<String, MemberRow>,
    removed: BTreeSet<String>,
}

impl Earlier {
    fn clear(&mut self) {
        *self = Self { cleared: true, ..Self::default() };
    }

    fn remove(&mut self, values: &[String]) {
        for value in values {
            self.added.remove(value);
            self.removed.insert(value.clone());
        }
    }

    /// Notes members that the request itself adds, as the group will show them.
    async fn add(&mut self, call: &Call, members: &[Member]) -> Result<(), Refused> {
        for member in members {
            if self.added.contains_key(&member.value) {
                continue;
            }
            let found = call.store().get(call.directory(), &ResourceId::new(member.value.as_str())).await?;
            let display = match &found {
                Some(stored) => display_of(&render::parse(call.registry(), stored)?),
                None => None,
            };
            let resource_type = found.map(|stored| stored.resource_type);
            let row = MemberRow { value: member.value.clone(), resource_type, display, seq: 0 };
            self.removed.remove(&member.value);
            self.added.insert(member.value.clone(), row);
        }
        Ok(())
    }
}

/// The values of the members that a filter selects.
async fn selected(
    call: &Call,
    group: &Stored,
    predicate: &Predicate,
    earlier: &Earlier,
) -> Result<Vec<String>, Refused> {
    let selects = |row: &MemberRow| predicate.matches(&with_member(row));
    let added = earlier.added.values().filter(|row| selects(row)).map(|row| row.value.clone());
    let mut values: BTreeSet<String> = added.collect();
    let mut after: Option<String> = None;
    // What an earlier edit cleared away is not there to be selected.
    let mut is_last = earlier.cleared;
    while !is_last {
        let rows = call.store().members(call.directory(), &group.id, after.as_deref(), MEMBER_PAGE).await?;
        is_last = rows.len() < MEMBER_PAGE;
        after = rows.last().map(|row| row.value.clone());
        let kept = rows.into_iter().filter(|row| !earlier.removed.contains(&row.value) && selects(row));
        values.extend(kept.map(|row| row.value));
    }
    Ok(values.into_iter().collect())
}

/// The filter over a member, as a filter over a group: `members[…]`.
async fn predicate(call: &Call, ty: &ResourceType, filter: Filter<'static>) -> Result<Predicate, Refused> {
    let path = AttrPath::new("members").map_err(|error| invalid_path(&error))?.into_owned();
    let filter = Filter::ValuePath(ValuePath { path, filter: Box::new(filter) });
    let filter = external::filter(call, ty, filter).await?;
    Ok(Predicate::new(filter, Arc::clone(call.registry()), &ty.name, &call.quirks)?)
}

/// A group that has this one member.
fn with_member(row: &MemberRow) -> Resource {
    let mut member = Complex::new();
    member.insert("value", row.value.as_str());
    if let Some(ty) = &row.resource_type {
        member.insert("type", ty.as_str());
    }
    if let Some(display) = &row.display {
        member.insert("display", display.as_str());
    }
    let mut group = Complex::new();
    group.insert("members", Value::Array(vec![Value::Complex(member)]));
    Resource::from(group)
}
