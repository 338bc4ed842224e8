//! Elements that say the same twice.

use std::collections::HashMap;

use rollbook_schema::{Attribute, Complex, Value};

use crate::fold::fold;

/// Leaves one of the elements that have the same type and value (decision D15).
///
/// Only elements that both have a `value` are the same: two addresses are not. The first keeps its place, the
/// sub-attributes of later ones win. Values of a simple attribute occur once. Takes linear time.
pub(crate) fn merge_duplicates(attribute: &Attribute, elements: &mut Vec<Value>) {
    // Names only look an element up: the order of the result is that of the elements.
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut kept: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements.drain(..) {
        let Some(identity) = identity(attribute, &element) else {
            kept.push(element);
            continue;
        };
        let place = *places.entry(identity).or_insert(kept.len());
        match (kept.get_mut(place), element) {
            (None, element) => kept.push(element),
            (Some(Value::Complex(first)), Value::Complex(later)) => first.extend(later),
            (Some(_), _) => {}
        }
    }
    *elements = kept;
}

/// Tells whether another element has the type and value of the one at a place, without the cost of
/// [`merge_duplicates`].
pub(crate) fn has_twin(attribute: &Attribute, elements: &[Value], place: usize) -> bool {
    let Some(one) = elements.get(place) else { return false };
    let mut others = elements.iter().enumerate().filter(|(other, _)| *other != place);
    let (value, kind) = (attribute.sub_attribute("value"), attribute.sub_attribute("type"));
    match one {
        Value::Complex(one) => {
            let Some((sub, own)) = value.and_then(|sub| held(sub, one).map(|own| (sub, own))) else {
                return false;
            };
            let own_kind = kind.and_then(|kind| held(kind, one));
            others.any(|(_, other)| {
                let Value::Complex(other) = other else { return false };
                held(sub, other).is_some_and(|other| is_same(sub, own, other))
                    && match (kind, own_kind, kind.and_then(|kind| held(kind, other))) {
                        (Some(kind), Some(own), Some(other)) => is_same(kind, own, other),
                        // An empty type is like none.
                        (_, Some(only), None) | (_, None, Some(only)) => only.as_str() == Some(""),
                        _ => true,
                    }
            })
        }
        one => others.any(|(_, other)| other.as_complex().is_none() && is_same(attribute, one, other)),
    }
}

fn is_same(definition: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) if definition.case_exact => left == right,
        (Value::String(left), Value::String(right)) if left.is_ascii() && right.is_ascii() => {
            left.eq_ignore_ascii_case(right)
        }
        (Value::String(_), Value::String(_)) => text(definition, left) == text(definition, right),
        (Value::String(_), _) | (_, Value::String(_)) => false,
        _ => text(definition, left) == text(definition, right),
    }
}

fn held<'v>(sub: &Attribute, complex: &'v Complex) -> Option<&'v Value> {
    complex.get(sub.name.as_str()).filter(|value| !value.is_unassigned())
}

/// Returns type and value as they compare; `None` for an element without a value.
fn identity(attribute: &Attribute, element: &Value) -> Option<(String, String)> {
    match element {
        Value::Complex(complex) => {
            let value = comparable(attribute.sub_attribute("value")?, complex)?;
            let kind = attribute.sub_attribute("type").and_then(|kind| comparable(kind, complex));
            Some((kind.unwrap_or_default(), value))
        }
        simple => Some((String::new(), text(attribute, simple))),
    }
}

fn comparable(sub: &Attribute, complex: &Complex) -> Option<String> {
    held(sub, complex).map(|value| text(sub, value))
}

fn text(definition: &Attribute, value: &Value) -> String {
    match value {
        Value::String(text) if !definition.case_exact => fold(text),
        Value::String(text) => text.to_string(),
        // A control character keeps a number apart from the text of the same digits.
        other => format!("\u{0}{}", other.to_json_string()),
    }
}
