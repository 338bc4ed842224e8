//! Members of groups on the wire (RFC 7643 §4.2).

use std::collections::HashSet;

use rollbook_schema::{Complex, Resource, Value};

use crate::scim::client::ScimOperation;
use crate::scim::filter::member_path;
use crate::scim::profile::RemoveMembers;

/// The ids of a group's members, in the service's order.
pub(super) fn ids(group: &Resource) -> Vec<String> {
    let members = group.get("members").map(Value::elements).unwrap_or_default();
    let ids = members.filter_map(|member| match member {
        Value::Complex(member) => member.get("value").and_then(Value::as_str),
        // Some services answer bare ids.
        bare => bare.as_str(),
    });
    ids.map(ToOwned::to_owned).collect()
}

/// Members as they are sent: `[{"value": "…"}]`.
pub(super) fn value(ids: &[String]) -> Value {
    let member = |id: &String| Value::Complex(Complex::from_iter([("value", id)]));
    ids.iter().map(member).collect()
}

/// The members after an edit; those that stay keep their order.
pub(super) fn edited(current: &[String], add: &[String], remove: &[String]) -> Vec<String> {
    let removed: HashSet<_> = remove.iter().collect();
    let mut seen = HashSet::new();
    let kept = current.iter().filter(|id| !removed.contains(id)).chain(add);
    kept.filter(|id| seen.insert(*id)).cloned().collect()
}

/// The operations of one PATCH: one that adds, then those that remove.
pub(super) fn operations(add: &[String], remove: &[String], style: RemoveMembers) -> Vec<ScimOperation> {
    let mut operations = Vec::new();
    if !add.is_empty() {
        operations.push(ScimOperation { op: "add", path: "members".into(), value: Some(value(add)) });
    }
    match style {
        RemoveMembers::Filter => {
            let each = |id: &String| ScimOperation { op: "remove", path: member_path(id), value: None };
            operations.extend(remove.iter().map(each));
        }
        // An empty list must not become `remove members`, which means all of them.
        RemoveMembers::Value if remove.is_empty() => (),
        RemoveMembers::Value => {
            operations.push(ScimOperation {
                op: "remove",
                path: "members".into(),
                value: Some(value(remove)),
            });
        }
    }
    operations
}
