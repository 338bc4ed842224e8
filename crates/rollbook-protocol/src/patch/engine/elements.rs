//! Operations on multi-valued attributes.

use std::collections::HashMap;

use rollbook_filter::Filter;
use rollbook_schema::{Attribute, AttributeType, Complex, Mutability, Value};

use super::Step;
use super::single::{assign, merge, no_target, same, unlisted, unwrap};
use super::work::COMPARED;
use crate::error::{ScimError, ScimType};
use crate::patch::PatchKind;
use crate::patch::select::Selector;
use crate::prepare::{Normalizer, has_twin, is_primary, merge_duplicates, set_only_primary};
use crate::quirks::Quirks;

/// Applies an operation; the attribute keeps its place among the others.
pub(super) fn apply(
    holder: &mut Complex,
    step: Step<'_, '_>,
    normalizer: &mut Normalizer<'_>,
    quirks: &Quirks,
) -> Result<(), ScimError> {
    let attribute = step.attribute;
    // Taken, not copied: the body is a copy already, and where an operation fails it is thrown away as a whole.
    let mut elements = match holder.get_mut(attribute.name.as_str()).map(std::mem::take) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(single) => vec![single],
    };
    let mut list = List { elements: &mut elements, renamed: Vec::new(), step, normalizer, quirks };
    let complete = match (step.filter, step.sub) {
        (Some(filter), _) => list.filtered(filter).map(|()| true)?,
        (None, Some(sub)) => list.part(sub).map(|()| true)?,
        (None, None) => list.whole(),
    };
    if !complete {
        // No array where one must be: left for the validation to report.
        holder.insert(attribute.name.clone(), step.value.cloned().unwrap_or_default());
        return Ok(());
    }
    let renamed = list.renamed;
    let is_among_few = renamed.len() <= COMPARED;
    if !is_among_few || renamed.iter().any(|place| has_twin(attribute, &elements, *place)) {
        merge_duplicates(attribute, &mut elements);
    }
    elements.retain(|element| !matches!(element, Value::Complex(complex) if complex.is_empty()));
    let value = (!elements.is_empty()).then_some(Value::Array(elements));
    assign(holder, attribute, value);
    Ok(())
}

struct List<'l, 'a, 'r, 'q> {
    elements: &'l mut Vec<Value>,
    /// The places of the elements that are new, or have another type or value than before.
    renamed: Vec<usize>,
    step: Step<'a, 'r>,
    normalizer: &'l mut Normalizer<'q>,
    quirks: &'l Quirks,
}

impl List<'_, '_, '_, '_> {
    /// The attribute as a whole; `false` when the value is no array and may not stand for one.
    fn whole(&mut self) -> bool {
        let Step { kind, attribute, value, path, .. } = self.step;
        let listed = value.filter(|value| !matches!(value, Value::Null));
        if kind == PatchKind::Remove {
            match listed {
                None => self.elements.clear(),
                Some(listed) => self.remove_listed(listed),
            }
            return true;
        }
        let value = value.cloned().and_then(|value| self.normalizer.value(attribute, value, path));
        let new = match value {
            None => Vec::new(),
            Some(Value::Array(new)) => new,
            Some(_) => return false,
        };
        if kind == PatchKind::Replace {
            *self.elements = new;
            return true;
        }
        // Elements without a `value` have no identity: one that is there to the last sub-attribute is not added again.
        let before = self.elements.len();
        let mut there: HashMap<String, usize> = HashMap::new();
        if new.len() > COMPARED {
            let places = self.elements.iter().enumerate();
            there = places.map(|(place, element)| (canonical(element), place)).collect();
        }
        let is_few = new.len() <= COMPARED;
        let mut primary = None;
        for element in new {
            let place = if is_few {
                self.elements.iter().take(before).position(|held| *held == element)
            } else {
                there.get(&canonical(&element)).copied()
            };
            let place = place.unwrap_or(self.elements.len());
            if is_primary(&element) {
                primary = Some(place);
            }
            if place == self.elements.len() {
                self.renamed.push(place);
                self.elements.push(element);
            }
        }
        // The added one wins (RFC 7644 §3.5.2, decision D14).
        self.keep_last_primary(primary.as_ref());
        true
    }

    /// Removes the elements that a value names (decision D21): by `value`, and `type` where it is given, else by all of
    /// its sub-attributes.
    fn remove_listed(&mut self, listed: &Value) {
        let attribute = self.step.attribute;
        for named in listed.elements() {
            let named = match named {
                Value::Complex(complex) => {
                    let nested = complex.get(attribute.name.as_str()).filter(|_| complex.len() == 1);
                    if let Some(nested) =
                        nested.filter(|_| attribute.sub_attribute(attribute.name.as_str()).is_none())
                    {
                        // `{"emails": [{"value": "x"}]}`
                        self.remove_listed(nested);
                        continue;
                    }
                    named.clone()
                }
                bare => unwrap(attribute, bare, self.quirks),
            };
            let Some(named) = self.normalizer.element(attribute, named, self.step.path) else { continue };
            self.elements.retain(|element| !names(attribute, &named, element));
        }
    }

    /// A sub-attribute without a filter: of the primary element, else of the first, else of a new one. `remove` means all.
    fn part(&mut self, sub: &Attribute) -> Result<(), ScimError> {
        let Step { kind, value, .. } = self.step;
        let nothing = is_nothing(value, self.quirks);
        if nothing && kind == PatchKind::Add {
            return Ok(());
        }
        let places: Vec<usize> = if nothing || kind == PatchKind::Remove {
            (0..self.elements.len()).collect()
        } else {
            if self.elements.is_empty() {
                self.elements.push(Value::Complex(Complex::new()));
            }
            vec![self.elements.iter().position(is_primary).unwrap_or(0)]
        };
        self.set(&places, sub)
    }

    /// The elements that a filter selects, or a sub-attribute of them.
    fn filtered(&mut self, filter: &Filter<'static>) -> Result<(), ScimError> {
        let Step { kind, attribute, sub, value, path, .. } = self.step;
        let selector = Selector { filter, attribute: Some(attribute), quirks: self.quirks };
        let mut places = selector.places(self.elements);
        let clears = kind == PatchKind::Remove || is_nothing(value, self.quirks);
        if places.is_empty() {
            if clears {
                return if self.quirks.remove_nothing { Ok(()) } else { Err(no_target(path)) };
            }
            let terms = selector.terms();
            if !self.quirks.filter_creates || terms.is_empty() {
                return Err(no_target(path));
            }
            // A term of an unknown sub-attribute stays until the request is done, so that further operations with the
            // same filter hit the same element (decision D13).
            let new = self.element_of(terms);
            self.renamed.push(self.elements.len());
            places.push(self.elements.len());
            self.elements.push(new);
        }
        match sub {
            Some(sub) => self.set(&places, sub)?,
            // Nothing to add.
            None if clears && kind == PatchKind::Add => {}
            None if clears => {
                let mut place = 0..;
                self.elements
                    .retain(|_| place.next().is_none_or(|place| places.binary_search(&place).is_err()));
            }
            None => self.put(&places, &selector),
        }
        Ok(())
    }

    /// Sets or removes a sub-attribute of some elements.
    fn set(&mut self, places: &[usize], sub: &Attribute) -> Result<(), ScimError> {
        let Step { kind, attribute, value, path, .. } = self.step;
        let listed = value.filter(|_| kind == PatchKind::Remove);
        let value = value.filter(|_| kind != PatchKind::Remove).cloned();
        let path = format!("{path}.{}", sub.name);
        let value = value.and_then(|value| self.normalizer.value(sub, value, &path));
        if sub.name == "value" || sub.name == "type" {
            self.renamed.extend(places);
        }
        for place in places {
            let Some(element) = self.elements.get_mut(*place) else { continue };
            let Some(object) = element.as_complex_mut() else { continue };
            let held = object.get(sub.name.as_str());
            if sub.mutability == Mutability::Immutable && held.is_some() && held != value.as_ref() {
                let detail = format!("`{path}` is immutable; remove the element and add another one");
                return Err(ScimError::bad_request(ScimType::Mutability, detail));
            }
            let value = match listed {
                Some(listed) => unlisted(object, sub, listed),
                None => value.clone(),
            };
            let named = [(sub.name.clone(), value.unwrap_or_default())].into_iter().collect();
            merge(kind, object, &attribute.sub_attributes, named, self.normalizer, &path);
        }
        let primary = sub.name == "primary" && value.as_ref().and_then(Value::as_bool) == Some(true);
        self.keep_last_primary(places.last().filter(|_| primary));
        Ok(())
    }

    /// Puts a value in the place of some elements (`replace`), or merges it into them (`add`).
    fn put(&mut self, places: &[usize], selector: &Selector<'_>) {
        let Step { kind, attribute, value, path, .. } = self.step;
        let Some(value) = value else { return };
        let value = unwrap(attribute, value, self.quirks);
        self.renamed.extend(places);
        for place in places {
            let terms = if self.quirks.filter_creates { selector.terms() } else { Vec::new() };
            let fresh = self.element_of(terms);
            let Some(element) = self.elements.get_mut(*place) else { continue };
            match (&value, &mut *element) {
                (Value::Complex(named), Value::Complex(object)) => {
                    if kind == PatchKind::Replace
                        && let Value::Complex(fresh) = fresh
                    {
                        *object = fresh;
                    }
                    merge(kind, object, &attribute.sub_attributes, named.clone(), self.normalizer, path);
                }
                (value, element) => {
                    let value = self.normalizer.element(attribute, value.clone(), path);
                    *element = value.unwrap_or_else(|| Value::Complex(Complex::new()));
                }
            }
        }
        let last = places.last().filter(|place| self.elements.get(**place).is_some_and(is_primary));
        let named = value.as_complex().is_some_and(|named| named.contains("primary"));
        self.keep_last_primary(last.filter(|_| named || kind == PatchKind::Replace));
    }

    fn keep_last_primary(&mut self, place: Option<&usize>) {
        if let Some(place) = place {
            set_only_primary(self.elements, *place);
        }
    }

    /// Makes an element from the terms of a filter.
    fn element_of(&mut self, terms: Vec<(String, Value)>) -> Value {
        let attribute = self.step.attribute;
        if attribute.attribute_type != AttributeType::Complex {
            return terms.into_iter().next().map(|(_, value)| value).unwrap_or_default();
        }
        let mut object = Complex::new();
        for (name, value) in terms {
            match attribute.sub_attribute(&name) {
                Some(sub) => {
                    let value = self.normalizer.value(sub, value, &name);
                    assign(&mut object, sub, value);
                }
                None => {
                    object.insert(name, value);
                }
            }
        }
        Value::Complex(object)
    }
}

/// Tells whether a value is none, so that writing it removes.
fn is_nothing(value: Option<&Value>, quirks: &Quirks) -> bool {
    let empty = |value: &Value| quirks.empty_string_unassigns && value.as_str() == Some("");
    value.is_none_or(|value| value.is_unassigned() || empty(value))
}

/// Tells whether `named` names an element.
fn names(attribute: &Attribute, named: &Value, element: &Value) -> bool {
    let (Value::Complex(named), Value::Complex(element)) = (named, element) else {
        return same(attribute, named, element);
    };
    let alike = |sub: &Attribute| match (named.get(sub.name.as_str()), element.get(sub.name.as_str())) {
        (Some(named), Some(element)) => same(sub, named, element),
        (named, _) => named.is_none(),
    };
    let decisive = |sub: &&Attribute| !named.contains("value") || sub.name == "value" || sub.name == "type";
    attribute.sub_attributes.iter().filter(decisive).all(alike)
}

/// Returns a text that equal elements share, whatever the order of their members.
fn canonical(element: &Value) -> String {
    let Value::Complex(complex) = element else { return element.to_json_string() };
    let mut members: Vec<_> = complex.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    let members = members.into_iter().map(|(name, value)| (name.clone(), value.clone()));
    Value::Complex(members.collect()).to_json_string()
}
