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
    let value = complex.get(sub.name.as_str()).filter(|value| !value.is_unassigned())?;
    Some(text(sub, value))
}

fn text(definition: &Attribute, value: &Value) -> String {
    match value {
        Value::String(text) if !definition.case_exact => fold(text),
        Value::String(text) => text.to_string(),
        // A control character keeps a number apart from the text of the same digits.
        other => format!("\u{0}{}", other.to_json_string()),
    }
}
