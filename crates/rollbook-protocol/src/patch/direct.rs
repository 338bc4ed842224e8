//! The operations that clients send all day, done in place: set a simple attribute, or a sub-attribute of the one
//! element that a filter selects.
//!
//! Everything else is left to the engine, which works on a copy. Both give the same result.

use rollbook_filter::PatchPath;
use rollbook_schema::{Attribute, AttributeType, Complex, Mutability, Resource, Value};

use super::select::Selector;
use super::{PatchKind, PatchOperation, PatchRequest, Patched};
use crate::prepare::{Normalizer, Primary, is_password};
use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve_with};

/// The most operations of a request that are done in place: beyond that the engine counts the work.
const MOST_OPERATIONS: usize = 16;

/// The most elements of an attribute that are searched in place.
const MOST_ELEMENTS: usize = 64;

/// What an operation changed, to be undone.
struct Change<'r> {
    attribute: &'r Attribute,
    /// The element and its sub-attribute; `None` where the attribute is simple.
    part: Option<(usize, &'r Attribute)>,
    before: Option<Value>,
}

/// Applies a request in place; `None` where it is not of that kind, and nothing is changed then.
pub(super) fn apply(
    resource: &mut Resource,
    request: &PatchRequest,
    ty: TypeRef<'_>,
    quirks: &Quirks,
) -> Option<Patched> {
    // Elsewhere the engine brings `schemas` in order.
    let is_stored = resource.as_complex().iter().next().is_some_and(|(name, _)| *name == *"schemas");
    if !is_stored || request.operations.len() > MOST_OPERATIONS {
        return None;
    }
    let body = resource.as_complex_mut();
    let mut changes = Vec::with_capacity(request.operations.len());
    for operation in &request.operations {
        if operate(body, operation, ty, quirks, &mut changes).is_none() {
            changes.into_iter().rev().for_each(|change| undo(body, change));
            return None;
        }
    }
    let mut patched = Patched { changed: !changes.is_empty(), ..Patched::default() };
    if let [change] = changes.as_slice() {
        patched.attributes.push(change.attribute.name.as_str().to_owned());
    } else if !changes.is_empty() {
        let names = body.iter().map(|(name, _)| name);
        let names = names.filter(|name| changes.iter().any(|change| change.attribute.name == **name));
        patched.attributes.extend(names.map(|name| name.as_str().to_owned()));
    }
    Some(patched)
}

fn operate<'r>(
    body: &mut Complex,
    operation: &PatchOperation,
    ty: TypeRef<'r>,
    quirks: &Quirks,
    changes: &mut Vec<Change<'r>>,
) -> Option<()> {
    let PatchOperation { op: PatchKind::Add | PatchKind::Replace, path: Some(path), value: Some(value) } =
        operation
    else {
        return None;
    };
    let Resolved::Attribute { extension: None, attribute, sub: None } =
        resolve_with(path.attr_path(), ty, quirks)
    else {
        return None;
    };
    if attribute.mutability != Mutability::ReadWrite
        || is_password(attribute)
        || ty.is_members(None, attribute)
    {
        return None;
    }
    match path {
        PatchPath::Attr(_) => set(body, attribute, value, quirks, changes),
        PatchPath::Value { path, sub: Some(sub) } => {
            let sub = attribute.sub_attribute(sub)?;
            let selector = Selector { filter: &path.filter, attribute: Some(attribute), quirks };
            set_part(body, attribute, sub, &selector, value, changes)
        }
        PatchPath::Value { sub: None, .. } => None,
    }
}

/// Sets a simple attribute.
fn set<'r>(
    body: &mut Complex,
    attribute: &'r Attribute,
    value: &Value,
    quirks: &Quirks,
    changes: &mut Vec<Change<'r>>,
) -> Option<()> {
    if attribute.multi_valued || changes.iter().any(|change| change.attribute.name == attribute.name) {
        return None;
    }
    let value = plain(attribute, value, quirks)?;
    let held = body.get_mut(attribute.name.as_str());
    if held.as_ref().is_some_and(|held| **held == value) {
        return Some(());
    }
    let before = match held {
        Some(held) => Some(std::mem::replace(held, value)),
        None => body.insert(attribute.name.clone(), value),
    };
    changes.push(Change { attribute, part: None, before });
    Some(())
}

/// Sets a sub-attribute of the only element that a filter selects, where no other rule can come into play: elements
/// that become the same, `primary`, a `$ref` that goes with a value.
fn set_part<'r>(
    body: &mut Complex,
    attribute: &'r Attribute,
    sub: &'r Attribute,
    selector: &Selector<'_>,
    value: &Value,
    changes: &mut Vec<Change<'r>>,
) -> Option<()> {
    let is_value = sub.name == "value";
    if !attribute.multi_valued || sub.mutability != Mutability::ReadWrite || sub.name == "primary" {
        return None;
    }
    let value = plain(sub, value, selector.quirks)?;
    let Value::Array(elements) = body.get_mut(attribute.name.as_str())? else { return None };
    if elements.len() > MOST_ELEMENTS || (sub.name == "type" && elements.len() > 1) {
        return None;
    }
    let mut places = elements.iter().enumerate().filter(|(_, element)| selector.selects(element));
    let (place, _) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    if is_value {
        let others = elements.iter().enumerate().filter(|(other, _)| *other != place);
        if others.into_iter().any(|(_, element)| may_equal(element, &value)) {
            return None;
        }
    }
    let object = elements.get_mut(place)?.as_complex_mut()?;
    let held = object.get_mut(sub.name.as_str());
    if held.as_ref().is_some_and(|held| **held == value) {
        return Some(());
    }
    let is_again = changes.iter().any(|change| {
        change.attribute.name == attribute.name
            && change.part.is_some_and(|(other, part)| other == place && part.name == sub.name)
    });
    if is_again || (is_value && object.contains("$ref")) {
        return None;
    }
    let before = object.insert(sub.name.clone(), value);
    changes.push(Change { attribute, part: Some((place, sub)), before });
    Some(())
}

fn undo(body: &mut Complex, change: Change<'_>) {
    let Change { attribute, part, before } = change;
    let holder = match part {
        None => Some(body),
        Some((place, _)) => match body.get_mut(attribute.name.as_str()) {
            Some(Value::Array(elements)) => elements.get_mut(place).and_then(Value::as_complex_mut),
            _ => None,
        },
    };
    let name = part.map_or(&attribute.name, |(_, sub)| &sub.name);
    match (holder, before) {
        (None, _) => {}
        (Some(holder), Some(before)) => {
            holder.insert(name.clone(), before);
        }
        (Some(holder), None) => {
            holder.remove(name.as_str());
        }
    }
}

/// Returns a value that its definition takes as it is, once in shape: text that is not empty, or a Boolean.
fn plain(definition: &Attribute, value: &Value, quirks: &Quirks) -> Option<Value> {
    if !matches!(value, Value::String(_) | Value::Boolean(_)) || definition.multi_valued {
        return None;
    }
    if let (AttributeType::String, Value::String(text)) = (definition.attribute_type, value) {
        return (!text.is_empty()).then(|| value.clone());
    }
    let mut normalizer = Normalizer::new(quirks, Primary::Last);
    let value = normalizer.single(definition, value.clone(), definition.name.as_str())?;
    let fits = definition.attribute_type == AttributeType::Boolean && matches!(value, Value::Boolean(_));
    fits.then_some(value)
}

/// Tells whether an element could have a value; folding is left to the engine.
fn may_equal(element: &Value, value: &Value) -> bool {
    let held = element.as_complex().and_then(|element| element.get("value"));
    match (held, value) {
        (None, _) => false,
        (Some(Value::String(held)), Value::String(value)) => {
            !held.is_ascii() || !value.is_ascii() || held.eq_ignore_ascii_case(value)
        }
        (Some(_), _) => true,
    }
}
