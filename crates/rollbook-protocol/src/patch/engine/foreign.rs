//! Operations inside an extension that no schema knows: nothing is known of its attributes, so anything goes.

use std::collections::HashSet;

use rollbook_filter::Filter;
use rollbook_schema::{AttributeName, Complex, Value};

use super::single::no_target;
use super::{Engine, read_object};
use crate::error::{ScimError, ScimType};
use crate::patch::PatchKind;
use crate::patch::select::Selector;

impl Engine<'_, '_> {
    /// Applies an operation to such an extension, or to an attribute of it and a part of that.
    pub(super) fn foreign(
        &mut self,
        kind: PatchKind,
        uri: &str,
        part: Option<(&str, Option<&str>)>,
        filter: Option<&Filter<'static>>,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        if kind != PatchKind::Remove && value.is_none() {
            let detail =
                format!("`value` is required for `{}` at `{uri}`; send null to clear it", kind.as_str());
            return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
        }
        let value = value.filter(|value| !value.is_unassigned());
        let listed = value.filter(|_| kind == PatchKind::Remove);
        let value = value.filter(|_| kind != PatchKind::Remove);
        self.work.charge_step(kind, self.body.get(uri), filter, listed.or(value))?;
        self.work.charge_reading(self.body.get(uri))?;
        // The body is a copy that an error throws away: what is an object already is changed in its place.
        let (mut object, before) = match self.body.get_mut(uri) {
            Some(Value::Complex(held)) => (std::mem::take(held), None),
            held => {
                let before = held.map(|held| read_object(held)).unwrap_or_default();
                (before.clone(), Some(before))
            }
        };
        match (part, value) {
            (None, None) => object = Complex::new(),
            (None, Some(Value::Complex(named))) => merge(&mut object, named),
            (None, Some(_)) => {
                let detail =
                    format!("the `value` of `{uri}` must be an object of the extension's attributes");
                return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
            }
            (Some((name, None)), None)
                if filter.is_none()
                    && let Some(listed) = listed
                    && let Some(Value::Array(elements)) = object.get_mut(name) =>
            {
                // What the value names goes, and nothing else (decision D21).
                elements.retain(|element| !listed.elements().any(|listed| names(listed, element)));
                if elements.is_empty() {
                    object.remove(name);
                }
            }
            (Some((name, sub)), value) => match filter {
                Some(filter) => self.filtered(kind, &mut object, (name, sub), filter, value)?,
                None => set(kind, &mut object, name, sub, value),
            },
        }
        if before.is_some_and(|before| before == object) {
            // An opaque extension keeps its bytes.
            return Ok(());
        }
        if object.is_empty() {
            self.body.remove(uri);
        } else {
            self.body.insert(uri, object);
        }
        Ok(())
    }

    fn filtered(
        &self,
        kind: PatchKind,
        object: &mut Complex,
        (name, sub): (&str, Option<&str>),
        filter: &Filter<'static>,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let selector = Selector { filter, attribute: None, quirks: self.quirks };
        let mut elements: Vec<Value> = match object.get_mut(name) {
            Some(Value::Array(elements)) => std::mem::take(elements),
            held => held.map(|held| held.elements().cloned().collect()).unwrap_or_default(),
        };
        let mut places = selector.places(&elements);
        if places.is_empty() {
            let terms = selector.terms();
            match value {
                None if self.quirks.remove_nothing => {
                    if let Some(Value::Array(held)) = object.get_mut(name) {
                        *held = elements;
                    }
                    return Ok(());
                }
                Some(_) if self.quirks.filter_creates && !terms.is_empty() => {
                    places.push(elements.len());
                    elements.push(Value::Complex(terms.into_iter().collect()));
                }
                _ => return Err(no_target(name)),
            }
        }
        for place in places.iter().rev() {
            let Some(element) = elements.get_mut(*place) else { continue };
            match (sub, value, element) {
                (None, None, _) => {
                    elements.remove(*place);
                }
                (Some(sub), value, Value::Complex(element)) => set(kind, element, sub, None, value),
                (None, Some(Value::Complex(named)), Value::Complex(element)) => merge(element, named),
                (None, Some(value), element) => *element = value.clone(),
                (Some(_), _, _) => {}
            }
        }
        if elements.is_empty() {
            object.remove(name);
        } else {
            object.insert(name, Value::Array(elements));
        }
        Ok(())
    }
}

/// Tells whether an element has everything that a value names.
fn names(named: &Value, element: &Value) -> bool {
    match (named, element) {
        (Value::Complex(named), Value::Complex(element)) => {
            named.iter().all(|(name, value)| element.get(name.as_str()) == Some(value))
        }
        _ => named == element,
    }
}

/// Sets or removes a member of an object, or a part of that member.
fn set(kind: PatchKind, object: &mut Complex, name: &str, sub: Option<&str>, value: Option<&Value>) {
    if let Some(sub) = sub {
        let mut inner = object.get(name).map(read_object).unwrap_or_default();
        set(kind, &mut inner, sub, None, value);
        if !inner.is_empty() || object.contains(name) {
            object.insert(name, inner);
        }
        return;
    }
    match (object.get_mut(name), value) {
        (_, None) => {
            object.remove(name);
        }
        (Some(Value::Complex(held)), Some(Value::Complex(named))) => merge(held, named),
        (Some(Value::Array(held)), Some(value)) if kind == PatchKind::Add => {
            for element in value.elements() {
                if !held.contains(element) {
                    held.push(element.clone());
                }
            }
        }
        (_, Some(value)) => {
            object.insert(name, value.clone());
        }
    }
}

/// Sets the named members and leaves the others, in linear time; what is none is removed.
fn merge(object: &mut Complex, named: &Complex) {
    let gone: HashSet<&AttributeName> =
        named.iter().filter(|(_, value)| value.is_unassigned()).map(|(name, _)| name).collect();
    let named = named.iter().map(|(name, value)| (name.clone(), value.clone()));
    *object = std::mem::take(object).into_iter().chain(named).collect();
    object.retain(|name, _| !gone.contains(name));
}
