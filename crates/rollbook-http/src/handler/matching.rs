//! Removal of members by a filter, turned into removal by value: `members[type eq "Group"]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollbook_filter::{AttrPath, Filter, ValuePath};
use rollbook_protocol::{Member, MemberEdit, Predicate, display_of, invalid_path};
use rollbook_schema::{Complex, Resource, ResourceType, Value};
use rollbook_store::{MemberRow, ResourceId, Stored};

use super::{Call, Refused};
use crate::render;

/// Replaces each [`MemberEdit::RemoveMatching`] by the values that it selects: among the members that the group has,
/// and those that earlier edits of the request add.
pub(crate) async fn resolve(
    call: &Call<'_>,
    ty: &ResourceType,
    group: &Stored,
    edits: Vec<MemberEdit>,
) -> Result<Vec<MemberEdit>, Refused> {
    if !edits.iter().any(|edit| matches!(edit, MemberEdit::RemoveMatching(_))) {
        return Ok(edits);
    }
    let mut rows: BTreeMap<String, MemberRow> = BTreeMap::new();
    for row in render::all_members(call, group).await? {
        rows.insert(row.value.clone(), row);
    }
    let mut resolved = Vec::with_capacity(edits.len());
    for edit in edits {
        resolved.push(match edit {
            MemberEdit::RemoveMatching(filter) => {
                let predicate = predicate(call, ty, filter)?;
                let selected = rows.values().filter(|row| predicate.matches(&with_member(row)));
                let values: Vec<_> = selected.map(|row| row.value.clone()).collect();
                for value in &values {
                    rows.remove(value);
                }
                MemberEdit::Remove(values)
            }
            MemberEdit::Add(members) => {
                add(call, &mut rows, &members).await?;
                MemberEdit::Add(members)
            }
            MemberEdit::ReplaceAll(members) => {
                rows.clear();
                add(call, &mut rows, &members).await?;
                MemberEdit::ReplaceAll(members)
            }
            other => other,
        });
    }
    Ok(resolved)
}

/// Notes members that the request itself adds, as the group will show them.
async fn add(
    call: &Call<'_>,
    rows: &mut BTreeMap<String, MemberRow>,
    members: &[Member],
) -> Result<(), Refused> {
    for member in members {
        if rows.contains_key(&member.value) {
            continue;
        }
        let found =
            call.store().get(&call.principal.directory, &ResourceId::new(member.value.as_str())).await?;
        let display = match &found {
            Some(stored) => display_of(&render::parse(call, stored)?),
            None => None,
        };
        let resource_type = found.map(|stored| stored.resource_type);
        let row = MemberRow { value: member.value.clone(), resource_type, display, seq: 0 };
        rows.insert(member.value.clone(), row);
    }
    Ok(())
}

/// The filter over a member, as a filter over a group: `members[…]`.
fn predicate(call: &Call<'_>, ty: &ResourceType, filter: Filter<'static>) -> Result<Predicate, Refused> {
    let path = AttrPath::new("members").map_err(|error| invalid_path(&error))?.into_owned();
    let path = ValuePath { path, filter: Box::new(filter) };
    let registry = Arc::clone(&call.inner.registry);
    Ok(Predicate::new(Filter::ValuePath(path), registry, &ty.name, &call.quirks)?)
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
