//! Members that are named by their `externalId` (decision D6, `member_value = "external_id"`).
//!
//! Edges are kept by id alone. What a client names is looked up when it comes in; an `externalId` that names nothing
//! yet is kept as it is, and turned into the id when somebody gets that `externalId`.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_filter::{AttrExp, AttrPath, CompValue, Filter, Test, ValuePath};
use rollbook_protocol::{Member, MemberEdit, Resolved, resolve};
use rollbook_schema::{Resource, ResourceType};
use rollbook_store::{Precondition, ResourceId, ResourceWrite, StoreError};

use super::Call;

/// The key of `externalId` in a store.
const EXTERNAL_ID: &str = "externalid";

/// Edits with ids in place of the `externalId`s that name something; as they are in a directory that names ids.
pub(crate) async fn named(call: &Call, edits: Vec<MemberEdit>) -> Result<Vec<MemberEdit>, StoreError> {
    if !call.names_by_external_id() {
        return Ok(edits);
    }
    let mut values = BTreeSet::new();
    for edit in &edits {
        match edit {
            MemberEdit::Add(members) | MemberEdit::ReplaceAll(members) => {
                values.extend(members.iter().map(|member| member.value.clone()));
            }
            MemberEdit::Remove(removed) => values.extend(removed.iter().cloned()),
            MemberEdit::RemoveAll | MemberEdit::RemoveMatching(_) => {}
        }
    }
    let ids = ids(call, values).await?;
    let mut named = Vec::with_capacity(edits.len());
    for edit in edits {
        match edit {
            MemberEdit::Add(members) => {
                // One that was added before it had this name is not kept beside its id.
                let old: Vec<_> =
                    members.iter().map(|it| &it.value).filter(|it| ids.contains_key(*it)).cloned().collect();
                if !old.is_empty() {
                    named.push(MemberEdit::Remove(old));
                }
                named.push(MemberEdit::Add(members_by_id(members, &ids)));
            }
            MemberEdit::ReplaceAll(members) => {
                named.push(MemberEdit::ReplaceAll(members_by_id(members, &ids)))
            }
            MemberEdit::Remove(values) => {
                let found: Vec<_> = values.iter().filter_map(|value| ids.get(value)).cloned().collect();
                named.push(MemberEdit::Remove(values.into_iter().chain(found).collect()));
            }
            other => named.push(other),
        }
    }
    Ok(named)
}

/// What else is to be written when a resource gets an `externalId` that groups already name.
pub(crate) async fn came_to_be(
    call: &Call,
    id: &ResourceId,
    before: Option<&Resource>,
    after: &Resource,
) -> Result<Vec<ResourceWrite>, StoreError> {
    let Some(name) = after.external_id().filter(|_| call.names_by_external_id()) else {
        return Ok(Vec::new());
    };
    let as_id = ResourceId::new(name);
    let was_named = before.and_then(Resource::external_id) == Some(name);
    if was_named || as_id == *id || call.store().get(call.directory(), &as_id).await?.is_some() {
        return Ok(Vec::new());
    }
    let groups = call.store().groups_of(call.directory(), &as_id).await?;
    let edits = |member: &str| {
        vec![MemberEdit::Remove(vec![name.to_owned()]), MemberEdit::Add(vec![Member::new(member)])]
    };
    let writes = groups.into_iter().filter(|group| group.id != *id).map(|group| ResourceWrite::EditMembers {
        id: group.id,
        edits: edits(id.as_str()),
        expected: Precondition::Any,
    });
    Ok(writes.collect())
}

/// A filter in which `members` are compared with ids.
pub(crate) async fn filter(
    call: &Call,
    ty: &ResourceType,
    mut filter: Filter<'static>,
) -> Result<Filter<'static>, StoreError> {
    if !call.names_by_external_id() {
        return Ok(filter);
    }
    let mut values = BTreeSet::new();
    each_member_value(call, ty, &mut filter, &mut |value| {
        values.insert(value.to_owned());
        None
    });
    let ids = ids(call, values).await?;
    each_member_value(call, ty, &mut filter, &mut |value| ids.get(value).cloned());
    Ok(filter)
}

/// The id behind each `externalId` that names something. Where it names several, users come before groups, and
/// the lowest id wins.
async fn ids(call: &Call, values: BTreeSet<String>) -> Result<BTreeMap<String, String>, StoreError> {
    let values: Vec<_> = values.into_iter().collect();
    let mut ids = BTreeMap::new();
    if values.is_empty() {
        return Ok(ids);
    }
    for ty in call.registry().resource_types() {
        let found = call.store().ids_by_key(call.directory(), &ty.name, EXTERNAL_ID, &values).await?;
        for (value, id) in found {
            ids.entry(value).or_insert_with(|| id.as_str().to_owned());
        }
    }
    Ok(ids)
}

/// Members by id, each once.
fn members_by_id(members: Vec<Member>, ids: &BTreeMap<String, String>) -> Vec<Member> {
    let mut seen = BTreeSet::new();
    let named = members.into_iter().map(|member| match ids.get(&member.value) {
        Some(id) => Member { value: id.clone(), ..member },
        None => member,
    });
    named.filter(|member| seen.insert(member.value.clone())).collect()
}

/// Calls `change` with each text that a member's value is compared with, and puts what it returns in its place.
fn each_member_value(
    call: &Call,
    ty: &ResourceType,
    filter: &mut Filter<'static>,
    change: &mut dyn FnMut(&str) -> Option<String>,
) {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => {
            for filter in filters {
                each_member_value(call, ty, filter, change);
            }
        }
        Filter::Not(filter) => each_member_value(call, ty, filter, change),
        Filter::Attr(AttrExp { path, test }) => {
            if names_members(call, ty, path) {
                change_test(test, change);
            }
        }
        Filter::ValuePath(ValuePath { path, filter }) => {
            if names_members(call, ty, path) {
                each_value(filter, change);
            }
        }
        Filter::ValueAttr { path: ValuePath { path, filter }, sub, test } => {
            if names_members(call, ty, path) {
                each_value(filter, change);
                if sub.eq_ignore_ascii_case("value") {
                    change_test(test, change);
                }
            }
        }
    }
}

/// As [`each_member_value`], within `members[…]`.
fn each_value(filter: &mut Filter<'static>, change: &mut dyn FnMut(&str) -> Option<String>) {
    match filter {
        Filter::And(filters) | Filter::Or(filters) => {
            for filter in filters {
                each_value(filter, change);
            }
        }
        Filter::Not(filter) => each_value(filter, change),
        Filter::Attr(AttrExp { path, test }) if path.as_str().eq_ignore_ascii_case("value") => {
            change_test(test, change);
        }
        _ => {}
    }
}

fn change_test(test: &mut Test<'static>, change: &mut dyn FnMut(&str) -> Option<String>) {
    if let Test::Compare(_, CompValue::String(text)) = test
        && let Some(new) = change(text)
    {
        *text = new.into();
    }
}

/// Whether a path means the value of members: `members` or `members.value`.
fn names_members(call: &Call, ty: &ResourceType, path: &AttrPath<'_>) -> bool {
    match resolve(path, call.type_ref(ty)) {
        Resolved::Attribute { extension: None, attribute, sub } => {
            attribute.name == *"members" && sub.is_none_or(|sub| sub.name == *"value")
        }
        _ => false,
    }
}
