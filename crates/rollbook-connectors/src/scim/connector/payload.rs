//! What is sent of a resource.

use rollbook_provision::{AttributeChange, Desired};
use rollbook_schema::{Complex, Resource, Value, uri};

use crate::scim::client::ScimOperation;
use crate::scim::profile::Profile;

/// The whole resource, for POST and PUT: `schemas` first, then the attributes in their order.
///
/// `schemas` lists what the body holds (RFC 7643 §3). Attributes without a value and those that the profile excludes
/// are left out.
pub(super) fn whole(desired: &Desired, profile: &Profile) -> Resource {
    let core = if desired.resource_type == "Group" { uri::GROUP } else { uri::USER };
    let mut schemas = vec![Value::from(core)];
    let mut attributes = Vec::new();
    for (name, value) in desired.attributes.as_complex() {
        let computed =
            ["schemas", "id", "meta", "members", "groups"].iter().any(|computed| *name == *computed);
        if computed || value.is_unassigned() || profile.excludes(name.as_str()) {
            continue;
        }
        let value = match value {
            Value::Complex(extension) if name.as_str().contains(':') => {
                let kept = without_excluded(name.as_str(), extension, profile);
                if kept.is_empty() {
                    continue;
                }
                Value::Complex(kept)
            }
            value => value.clone(),
        };
        if name.as_str().contains(':') {
            schemas.push(name.as_str().into());
        }
        attributes.push((name.clone(), value));
    }
    let mut body = Resource::new();
    body.insert("schemas", schemas);
    body.as_complex_mut().extend(attributes);
    body
}

/// One operation for each change; none for attributes that the profile excludes.
pub(super) fn operations(changes: &[AttributeChange], profile: &Profile) -> Vec<ScimOperation> {
    let sent = changes.iter().filter(|change| !profile.excludes(&change.path));
    let operation = |change: &AttributeChange| {
        let path = change.path.clone();
        match change.value.clone().filter(|value| !value.is_unassigned()) {
            Some(value) => ScimOperation { op: "replace", path, value: Some(value) },
            None => ScimOperation { op: "remove", path, value: None },
        }
    };
    sent.map(operation).collect()
}

fn without_excluded(uri: &str, extension: &Complex, profile: &Profile) -> Complex {
    let kept = extension.iter().filter(|(name, value)| {
        !value.is_unassigned() && !profile.excludes(&format!("{uri}:{}", name.as_str()))
    });
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
