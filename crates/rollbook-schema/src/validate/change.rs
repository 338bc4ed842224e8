//! What a change must leave as it is (RFC 7643 §7, `immutable`).

use crate::definition::{Attribute, Mutability, ResourceType, Schema};
use crate::registry::{Registry, common_attribute};
use crate::resource::Resource;
use crate::value::{Complex, Value};

use super::attribute::Check;
use super::{Context, ViolationKind, Violations};

/// Checks that every immutable attribute which had a value still has it, beside what [`validate`](super::validate) checks.
///
/// Elements of a multi-valued attribute have no identity across writes, so that their immutable sub-attributes are not
/// compared. A string that is not case exact may change its ASCII case. Read-only attributes are not looked at.
///
/// # Errors
///
/// Returns every attribute that was changed or removed, in the order of the schemas, up to 1,000.
///
/// ```
/// use rollbook_schema::{JsonLimits, Registry, Resource, validate_change};
///
/// let registry = Registry::builder()
///     .schema_json(r#"{"id": "urn:example:2.0:Device", "attributes":
///         [{"name": "serial", "mutability": "immutable"}]}"#)
///     .resource_type_json(r#"{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}"#)
///     .build().unwrap();
/// let device = registry.resource_type("Device").unwrap();
/// let read = |text: &str| Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry).unwrap();
/// let error = validate_change(&read(r#"{"serial": "7"}"#), &read(r#"{"serial": "8"}"#), device, &registry).unwrap_err();
/// assert_eq!(error.to_string(), "`serial` is immutable and has a value already; send that value");
/// ```
pub fn validate_change(
    before: &Resource,
    after: &Resource,
    resource_type: &ResourceType,
    registry: &Registry,
) -> Result<(), Violations> {
    let mut check = Check::new(Context::Replace);
    for (index, schema) in registry.schemas_of(resource_type).enumerate() {
        let core = index == 0;
        let Some(old) = part(before, schema, core) else { continue };
        let new = part(after, schema, core);
        let prefix = if core { String::new() } else { format!("{}:", schema.id) };
        let own = |attribute: &&Attribute| !core || common_attribute(attribute.name.as_str()).is_none();
        compare(&mut check, old, new, schema.attributes.iter().filter(own), &prefix);
    }
    check.finish()
}

/// Returns the object that holds the attributes of a schema.
fn part<'a>(resource: &'a Resource, schema: &Schema, core: bool) -> Option<&'a Complex> {
    if core {
        return Some(resource.as_complex());
    }
    resource.get(&schema.id).and_then(Value::as_complex)
}

fn compare<'a>(
    check: &mut Check,
    old: &Complex,
    new: Option<&Complex>,
    attributes: impl Iterator<Item = &'a Attribute>,
    prefix: &str,
) {
    for attribute in attributes {
        let name = attribute.name.as_str();
        let Some(old) = old.get(name).filter(|value| !value.is_unassigned()) else { continue };
        let new = new.and_then(|new| new.get(name));
        let path = format!("{prefix}{name}");
        match attribute.mutability {
            Mutability::ReadOnly => {}
            Mutability::Immutable => {
                if !new.is_some_and(|new| same(old, new, attribute)) {
                    check.report(|| path, ViolationKind::Immutable);
                }
            }
            _ => {
                if let (Value::Complex(old), false) = (old, attribute.multi_valued) {
                    let new = new.and_then(Value::as_complex);
                    compare(check, old, new, attribute.sub_attributes.iter(), &format!("{path}."));
                }
            }
        }
    }
}

fn same(old: &Value, new: &Value, attribute: &Attribute) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) if !attribute.case_exact => old.eq_ignore_ascii_case(new),
        _ => old == new,
    }
}
