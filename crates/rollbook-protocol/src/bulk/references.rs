//! References to resources that the request itself creates: `bulkId:qwerty` (RFC 7644 §3.7.2).
//!
//! Every string that begins with `bulkId:` is one, wherever it stands: the RFC asks for it in extensions too, and no
//! other text begins so. In a `path`, as a PATCH has, it stands in quotes: `members[value eq "bulkId:qwerty"]`.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_schema::{Complex, JsonLimits, Value, parse_value};

use super::path::PREFIX;

/// Ids by `bulkId`.
pub(super) type Ids = BTreeMap<String, String>;

/// A part of a resource that names what is not there yet: the PATCH path it goes to, and its value.
pub(super) type Part = (String, Value);

/// Collects the `bulkId`s that a value names.
pub(super) fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix(PREFIX).map(str::to_owned)),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
        Value::Complex(complex) => complex.iter().for_each(|(name, value)| match value {
            Value::String(path) if *name == *"path" => {
                let quoted = pieces(path).filter(|(_, quoted)| *quoted);
                found.extend(quoted.filter_map(|(piece, _)| piece.strip_prefix(PREFIX)).map(str::to_owned));
            }
            value => collect(value, found),
        }),
        Value::Opaque(_) => {
            if let Some(known) = opened(value) {
                collect(&known, found);
            }
        }
        Value::Null | Value::Boolean(_) | Value::Number(_) => {}
    }
}

/// Puts ids in the place of references; a reference without an id stays.
pub(super) fn substitute(value: &mut Value, ids: &Ids) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(PREFIX).and_then(|name| ids.get(name)) {
                *text = id.as_str().into();
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| substitute(element, ids)),
        Value::Complex(complex) => complex.iter_mut().for_each(|(name, value)| match value {
            Value::String(path) if *name == *"path" => {
                if path.contains(PREFIX) {
                    *path = in_path(path, ids).into();
                }
            }
            value => substitute(value, ids),
        }),
        Value::Opaque(_) => {
            if let Some(mut known) = opened(value) {
                substitute(&mut known, ids);
                *value = known;
            }
        }
        Value::Null | Value::Boolean(_) | Value::Number(_) => {}
    }
}

/// Takes out of a resource what names any of `missing`: elements of arrays, else whole attributes, those of an
/// extension by themselves.
pub(super) fn take_out(resource: &mut Value, missing: &BTreeSet<String>) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Value::Complex(members) = resource {
        take_members(members, missing, "", &mut parts);
    }
    parts
}

fn take_members(members: &mut Complex, missing: &BTreeSet<String>, prefix: &str, parts: &mut Vec<Part>) {
    members.retain(|name, value| {
        if !names_any(value, missing) {
            return true;
        }
        let path = format!("{prefix}{name}");
        if let Some(known) = opened(value) {
            *value = known;
        }
        match value {
            Value::Array(elements) => {
                let (taken, kept) =
                    std::mem::take(elements).into_iter().partition(|element| names_any(element, missing));
                *elements = kept;
                parts.push((path, Value::Array(taken)));
                !elements.is_empty()
            }
            Value::Complex(extension) if prefix.is_empty() && path.contains(':') => {
                take_members(extension, missing, &format!("{path}:"), parts);
                !extension.is_empty()
            }
            whole => {
                parts.push((path, std::mem::take(whole)));
                false
            }
        }
    });
}

/// Tells whether a value names any of some `bulkId`s.
pub(super) fn names_any(value: &Value, ids: &BTreeSet<String>) -> bool {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    !found.is_disjoint(ids)
}

/// Reads an extension that no schema knows, if there can be references in it.
fn opened(value: &Value) -> Option<Value> {
    let Value::Opaque(raw) = value else { return None };
    // The colon may be escaped, which nobody does.
    if !raw.get().contains(PREFIX) {
        return None;
    }
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    parse_value(raw.get().as_bytes(), &limits).ok()
}

/// Splits a text at its quotes, and tells which pieces stand between two.
fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split('"').enumerate().map(|(at, piece)| (piece, at % 2 == 1))
}

/// Puts ids in the place of the quoted references of a PATCH path.
fn in_path(text: &str, ids: &Ids) -> String {
    let pieces = pieces(text).map(|(piece, quoted)| {
        let id = piece.strip_prefix(PREFIX).filter(|_| quoted).and_then(|name| ids.get(name));
        id.map_or_else(|| piece.to_owned(), |id| id.replace('\\', "\\\\").replace('"', "\\\""))
    });
    pieces.collect::<Vec<_>>().join("\"")
}
