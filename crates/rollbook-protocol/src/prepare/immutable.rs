//! Attributes that are written once (RFC 7643 §7, `immutable`).

use rollbook_schema::{Attribute, Complex, Mutability, Resource, Schema, Value};

use crate::error::{ScimError, ScimType};
use crate::fold::fold;
use crate::resolve::TypeRef;

/// Checks that every immutable attribute which had a value still has it.
///
/// With `carry_over`, one that is missing in `new` takes its old value: a PUT may leave it out. Elements of a
/// multi-valued attribute have no identity across writes, so their immutable parts are not compared here.
///
/// # Errors
///
/// 400 `mutability` that names the attribute.
pub(crate) fn check_immutable(
    old: &Resource,
    new: &mut Complex,
    ty: TypeRef<'_>,
    carry_over: bool,
) -> Result<(), ScimError> {
    for (extension, attribute) in ty.attributes().filter(|(_, attribute)| concerns(attribute)) {
        if ty.is_members(extension, attribute) {
            continue;
        }
        let Some(old) = holder(old.as_complex(), extension).and_then(|old| old.get(attribute.name.as_str()))
        else {
            continue;
        };
        let prefix = extension.map(|schema| format!("{}:", schema.id)).unwrap_or_default();
        let path = format!("{prefix}{}", attribute.name);
        let new = match extension {
            None => &mut *new,
            Some(schema) => match object(new, &schema.id, carry_over) {
                Some(holder) => holder,
                None => return Err(differs(&path)),
            },
        };
        if attribute.mutability == Mutability::Immutable {
            compare(old, new, attribute, &path, carry_over)?;
        } else if let Some(old) = old.as_complex() {
            for sub in attribute.sub_attributes.iter().filter(|sub| sub.mutability == Mutability::Immutable) {
                let Some(old) = old.get(sub.name.as_str()) else { continue };
                let path = format!("{path}.{}", sub.name);
                let Some(new) = object(new, attribute.name.as_str(), carry_over) else {
                    return Err(differs(&path));
                };
                compare(old, new, sub, &path, carry_over)?;
            }
        }
    }
    Ok(())
}

fn concerns(attribute: &Attribute) -> bool {
    let immutable = |attribute: &Attribute| attribute.mutability == Mutability::Immutable;
    immutable(attribute) || (!attribute.multi_valued && attribute.sub_attributes.iter().any(immutable))
}

fn holder<'a>(body: &'a Complex, extension: Option<&Schema>) -> Option<&'a Complex> {
    match extension {
        None => Some(body),
        Some(schema) => body.get(&schema.id).and_then(Value::as_complex),
    }
}

/// Returns the object under a name, which is made when it is missing and `make` says so.
fn object<'a>(body: &'a mut Complex, name: &str, make: bool) -> Option<&'a mut Complex> {
    if make && !body.contains(name) {
        body.insert(name, Complex::new());
    }
    body.get_mut(name).and_then(Value::as_complex_mut)
}

fn compare(
    old: &Value,
    new: &mut Complex,
    definition: &Attribute,
    path: &str,
    carry_over: bool,
) -> Result<(), ScimError> {
    match new.get(definition.name.as_str()) {
        Some(new) if same(old, new, definition) => Ok(()),
        None if carry_over => {
            new.insert(definition.name.clone(), old.clone());
            Ok(())
        }
        _ => Err(differs(path)),
    }
}

fn same(old: &Value, new: &Value, definition: &Attribute) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) if !definition.case_exact => fold(old) == fold(new),
        _ => old == new,
    }
}

fn differs(path: &str) -> ScimError {
    ScimError::bad_request(
        ScimType::Mutability,
        format!("`{path}` is immutable and has a value already; send that value or leave it out"),
    )
}
