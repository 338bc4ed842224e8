//! Operations on single-valued attributes.

use rollbook_schema::{Attribute, Complex, Mutability, Value};

use super::Step;
use crate::error::{ScimError, ScimType};
use crate::fold::fold;
use crate::patch::PatchKind;
use crate::patch::select::Selector;
use crate::prepare::Normalizer;
use crate::quirks::Quirks;

/// Sets or removes an attribute without sub-attributes.
pub(super) fn simple(holder: &mut Complex, step: Step<'_, '_>, normalizer: &mut Normalizer<'_>) {
    let Step { kind, attribute, value, path, .. } = step;
    let value = value.filter(|_| kind != PatchKind::Remove);
    let value = value.and_then(|value| normalizer.value(attribute, value.clone(), path));
    assign(holder, attribute, value);
}

/// Changes a complex attribute; `add` and `replace` leave the sub-attributes that are not named (RFC 7644 §3.5.2.3).
pub(super) fn complex(
    holder: &mut Complex,
    step: Step<'_, '_>,
    normalizer: &mut Normalizer<'_>,
    quirks: &Quirks,
) -> Result<(), ScimError> {
    let Step { kind, attribute, sub, filter, value, path } = step;
    let name = attribute.name.as_str();
    let mut object = match holder.get(name) {
        Some(Value::Complex(object)) => object.clone(),
        _ => Complex::new(),
    };
    if let Some(filter) = filter {
        // `manager[value eq "x"]`: the one value is treated as the only element.
        let selector = Selector { filter, attribute: Some(attribute), quirks };
        let selected = holder.get(name).is_some_and(|value| selector.selects(value));
        if !selected && kind == PatchKind::Remove {
            return if quirks.remove_nothing { Ok(()) } else { Err(no_target(path)) };
        }
        if !selected {
            if !quirks.filter_creates {
                return Err(no_target(path));
            }
            object = Complex::new();
            let terms = selector.terms().into_iter().collect();
            merge(PatchKind::Replace, &mut object, &attribute.sub_attributes, terms, normalizer, path);
        }
    }
    match (sub, value) {
        (None, _) if kind == PatchKind::Remove => {
            holder.remove(name);
            return Ok(());
        }
        (Some(sub), listed) if kind == PatchKind::Remove => {
            let left = listed.and_then(|listed| unlisted(&object, sub, listed));
            assign(&mut object, sub, left);
        }
        (Some(sub), Some(value)) => {
            let named = [(sub.name.clone(), value.clone())].into_iter().collect();
            merge(kind, &mut object, &attribute.sub_attributes, named, normalizer, path);
        }
        (None, Some(value)) => match unwrap(attribute, value, quirks) {
            Value::Complex(named) => {
                merge(kind, &mut object, &attribute.sub_attributes, named, normalizer, path);
            }
            Value::Null => object = Complex::new(),
            other => {
                // Left for the validation to report.
                holder.insert(attribute.name.clone(), other);
                return Ok(());
            }
        },
        (_, None) => {}
    }
    let value = (!object.is_empty()).then_some(Value::Complex(object));
    assign(holder, attribute, value);
    Ok(())
}

/// Returns what is left of a multi-valued sub-attribute without the listed values (decision D21); `None` where the list
/// is none, so that all go.
pub(super) fn unlisted(object: &Complex, sub: &Attribute, listed: &Value) -> Option<Value> {
    if !sub.multi_valued || matches!(listed, Value::Null) {
        return None;
    }
    let held = object.get(sub.name.as_str()).map(Value::elements).unwrap_or_default();
    let left: Vec<_> =
        held.filter(|held| !listed.elements().any(|listed| same(sub, listed, held))).cloned().collect();
    (!left.is_empty()).then_some(Value::Array(left))
}

/// Tells whether two values are the same, without regard to case where the definition says so.
pub(super) fn same(definition: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if !definition.case_exact => fold(left) == fold(right),
        _ => left == right,
    }
}

/// Sets the named sub-attributes and leaves the others; what is none is removed. `add` puts values behind those that a
/// multi-valued sub-attribute has (RFC 7644 §3.5.2.1).
pub(super) fn merge(
    kind: PatchKind,
    object: &mut Complex,
    definitions: &[Attribute],
    named: Complex,
    normalizer: &mut Normalizer<'_>,
    path: &str,
) {
    let renewed = named.contains("value") && !named.contains("$ref");
    let before = object.get("value").cloned();
    let mut unknown = Vec::new();
    for (name, value) in named {
        match definitions.iter().find(|definition| definition.name == name) {
            Some(definition) if definition.mutability == Mutability::ReadOnly => {}
            Some(definition) => {
                let is_list = value.is_unassigned()
                    || matches!(value, Value::Array(_))
                    || normalizer.quirks().unwrapped_multi;
                let value = match object.get(definition.name.as_str()) {
                    Some(held) if kind == PatchKind::Add && definition.multi_valued && is_list => {
                        held.elements().chain(value.elements()).cloned().collect()
                    }
                    _ => value,
                };
                let value = normalizer.value(definition, value, &format!("{path}.{}", definition.name));
                assign(object, definition, value);
            }
            None => unknown.push((name, value)),
        }
    }
    if !unknown.is_empty() {
        // Names them in warnings, and keeps nothing.
        normalizer.members(definitions, unknown.into_iter().collect(), &format!("{path}."));
    }
    if renewed && object.get("value") != before.as_ref() {
        // The reference led to the old value.
        object.remove("$ref");
    }
}

/// Returns the object that a value of a complex attribute stands for; `Null` when it is none.
pub(super) fn unwrap(attribute: &Attribute, value: &Value, quirks: &Quirks) -> Value {
    match value {
        Value::Array(elements) if elements.is_empty() => Value::Null,
        Value::Array(elements) if quirks.wrapped_single && elements.len() == 1 => match elements.first() {
            Some(element) if element.as_array().is_none() => unwrap(attribute, element, quirks),
            _ => value.clone(),
        },
        Value::String(text) if text.is_empty() && quirks.empty_string_unassigns => Value::Null,
        Value::String(text) if quirks.bare_string_complex && attribute.sub_attribute("value").is_some() => {
            let members = [("value", Value::String(text.clone()))];
            Value::Complex(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

pub(super) fn assign(holder: &mut Complex, attribute: &Attribute, value: Option<Value>) {
    match value {
        Some(value) => {
            holder.insert(attribute.name.clone(), value);
        }
        None => {
            holder.remove(attribute.name.as_str());
        }
    }
}

pub(super) fn no_target(path: &str) -> ScimError {
    ScimError::bad_request(
        ScimType::NoTarget,
        format!("the filter at `{path}` selects nothing; add the value first, or use another filter"),
    )
}
