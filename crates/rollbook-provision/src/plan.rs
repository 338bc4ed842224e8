//! The planner: which attributes to change, as a pure function of two resources.
//!
//! It sees removals (an attribute that was confirmed and is no longer desired is cleared), compares multi-valued
//! attributes as a whole, and pays no attention to the order of elements that have a `value` (RFC 7643 §2.4).

use std::collections::BTreeMap;

use rollbook_schema::{AttributeName, Complex, Resource, Value};

use crate::connector::AttributeChange;

/// What to change at a service that has confirmed `confirmed` so that it holds `desired`.
///
/// Empty exactly when both hold the same. `schemas`, `id` and `meta` are outputs of either side and never compared.
/// A whole attribute is replaced when any part of it differs; since RFC 7644 §3.5.2.3 lets a replace keep the
/// sub-attributes that it does not name, those that vanish are cleared by a change of their own.
#[must_use]
pub fn plan(desired: &Resource, confirmed: &Resource) -> Vec<AttributeChange> {
    let mut changes = Vec::new();
    let (desired, confirmed) = (desired.as_complex(), confirmed.as_complex());
    compare("", desired, confirmed, &mut changes);
    changes
}

/// What to change at an account that the hub finds and takes over: what it wants to be there, and what it has `sent`
/// there itself without an answer and no longer wants.
///
/// What the account has beyond that was never the hub's (promise P7) and stays.
#[must_use]
pub fn plan_adoption(desired: &Resource, observed: &Resource, sent: &Resource) -> Vec<AttributeChange> {
    let ours = plan(desired, sent);
    let mut changes = plan(desired, observed);
    changes.retain(|change| change.value.is_some() || ours.contains(change));
    changes
}

/// What is certain of `confirmed` while a change to `desired` is on its way: the rest is marked as in doubt, so that
/// any later plan sends it, whatever it wants then.
///
/// Without it a change whose answer is lost and that is taken back before the next attempt would stay at the service.
pub(crate) fn in_doubt(desired: &Resource, confirmed: &Resource) -> Resource {
    let mut certain = confirmed.clone();
    doubt(certain.as_complex_mut(), desired.as_complex(), confirmed.as_complex(), true);
    certain
}

/// `new` with those attributes of `old` that it lacks.
pub(crate) fn merged(new: &Resource, old: &Resource) -> Resource {
    let mut merged = new.clone();
    for (name, value) in old.as_complex() {
        match (merged.get_mut(name.as_str()), value) {
            (None, _) => drop(merged.insert(name, value.clone())),
            (Some(Value::Complex(new)), Value::Complex(old)) => merge(new, old),
            _ => {}
        }
    }
    merged
}

/// The sub-attribute that marks a value as in doubt; no schema has it, and it is never sent.
const DOUBT: &str = "$unconfirmed";

fn doubt(certain: &mut Complex, desired: &Complex, confirmed: &Complex, top: bool) {
    let names = desired.iter().chain(confirmed).map(|(name, _)| name);
    for name in names.filter(|name| !(top && is_output(name))) {
        let wanted = desired.get(name.as_str()).filter(|value| !value.is_unassigned());
        let held = confirmed.get(name.as_str()).filter(|value| !value.is_unassigned());
        let parts = (wanted.and_then(Value::as_complex), held.and_then(Value::as_complex));
        let known = wanted.or(held).is_some_and(|value| value.as_complex().is_some());
        if top && is_extension(name) && known && parts.0.is_some() == wanted.is_some() {
            let none = Complex::new();
            let mut inner = parts.1.cloned().unwrap_or_default();
            doubt(&mut inner, parts.0.unwrap_or(&none), parts.1.unwrap_or(&none), false);
            certain.insert(name, inner);
        } else if !wanted.zip(held).is_some_and(|(wanted, held)| same(wanted, held)) {
            let mut mark = Complex::new();
            mark.insert(DOUBT, true);
            for part in [parts.0, parts.1].into_iter().flatten() {
                merge(&mut mark, part);
            }
            certain.insert(name, mark);
        }
    }
}

fn merge(new: &mut Complex, old: &Complex) {
    for (name, value) in old {
        if !new.contains(name.as_str()) {
            new.insert(name, value.clone());
        }
    }
}

fn compare(prefix: &str, desired: &Complex, confirmed: &Complex, changes: &mut Vec<AttributeChange>) {
    let top = prefix.is_empty();
    for (name, wanted) in assigned(desired, top) {
        let path = path_of(prefix, name);
        match confirmed.get(name.as_str()).filter(|held| !held.is_unassigned()) {
            held if top && is_extension(name) => compare_extension(path, wanted, held, changes),
            Some(held) if same(wanted, held) => {}
            held => {
                if let (Some(wanted), Some(held)) = (wanted.as_complex(), held.and_then(Value::as_complex)) {
                    clear_parts(&path, wanted, held, changes);
                }
                changes.push(AttributeChange { path, value: Some(wanted.clone()) });
            }
        }
    }
    for (name, held) in assigned(confirmed, top) {
        if desired.get(name.as_str()).is_some_and(|wanted| !wanted.is_unassigned()) {
            continue;
        }
        match held.as_complex() {
            Some(held) if top && is_extension(name) => {
                compare(name.as_str(), &Complex::new(), held, changes);
            }
            _ => changes.push(AttributeChange { path: path_of(prefix, name), value: None }),
        }
    }
}

fn compare_extension(uri: String, wanted: &Value, held: Option<&Value>, changes: &mut Vec<AttributeChange>) {
    match (wanted.as_complex(), held) {
        (Some(wanted), None) => compare(&uri, wanted, &Complex::new(), changes),
        (Some(wanted), Some(Value::Complex(held))) => compare(&uri, wanted, held, changes),
        (_, Some(held)) if wanted == held => {}
        _ => changes.push(AttributeChange { path: uri, value: Some(wanted.clone()) }),
    }
}

/// Clears the sub-attributes that `held` has and `wanted` has not.
fn clear_parts(path: &str, wanted: &Complex, held: &Complex, changes: &mut Vec<AttributeChange>) {
    for (name, value) in held {
        if name != DOUBT
            && !value.is_unassigned()
            && wanted.get(name.as_str()).is_none_or(Value::is_unassigned)
        {
            changes.push(AttributeChange { path: format!("{path}.{name}"), value: None });
        }
    }
}

/// The attributes that have a value and are the hub's to set.
fn assigned(complex: &Complex, top: bool) -> impl Iterator<Item = (&AttributeName, &Value)> {
    complex.iter().filter(move |(name, value)| !(value.is_unassigned() || top && is_output(name)))
}

/// Whether either side makes the attribute by itself.
fn is_output(name: &AttributeName) -> bool {
    ["schemas", "id", "meta"].iter().any(|output| name == output)
}

fn is_extension(name: &AttributeName) -> bool {
    name.as_str().contains(':')
}

fn path_of(prefix: &str, name: &AttributeName) -> String {
    if prefix.is_empty() { name.as_str().to_owned() } else { format!("{prefix}:{name}") }
}

/// Equality that ignores the order of elements which have a `value`, and members that have none.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) if valued(left) && valued(right) => {
            same_elements(left, right)
        }
        (Value::Complex(left), Value::Complex(right)) => {
            let covers = |one: &Complex, other: &Complex| {
                assigned(one, false)
                    .all(|(name, value)| other.get(name.as_str()).is_some_and(|held| same(value, held)))
            };
            covers(left, right) && covers(right, left)
        }
        _ => left == right,
    }
}

fn valued(elements: &[Value]) -> bool {
    elements.iter().all(|element| element.as_complex().is_some_and(|complex| complex.contains("value")))
}

/// Whether each element of one list has its own equal in the other.
fn same_elements(left: &[Value], right: &[Value]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut rest: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for held in right {
        rest.entry(key_of(held)).or_default().push(held);
    }
    left.iter().all(|wanted| {
        let Some(alike) = rest.get_mut(&key_of(wanted)) else { return false };
        let found = alike.iter().position(|held| same(wanted, held));
        found.is_some_and(|index| {
            alike.swap_remove(index);
            true
        })
    })
}

/// What equal elements have in common, so that long lists are not compared element by element.
fn key_of(element: &Value) -> String {
    let value = element.as_complex().and_then(|complex| complex.get("value"));
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}
