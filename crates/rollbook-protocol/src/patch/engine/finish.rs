//! The end of a PATCH: shape, checks, what has changed.

use std::collections::{HashMap, HashSet};

use rollbook_schema::{
    Attribute, Complex, Context, Resource, Schema, Value, Violation, ViolationKind, validate,
};

use super::Engine;
use crate::error::{ScimError, ScimType};
use crate::patch::Patched;
use crate::prepare::{check_immutable, with_schemas};
use crate::resolve::TypeRef;

/// The most violations that a detail names.
const LISTED: usize = 10;

impl Engine<'_, '_> {
    /// Returns the new body, when it differs from the old one, and what was done.
    pub(in crate::patch) fn finish(
        mut self,
        old: &Resource,
    ) -> Result<(Option<Resource>, Patched), ScimError> {
        self.shape();
        let Self { ty, body, normalizer, members, writers, .. } = self;
        let warnings = normalizer.finish()?;
        let mut attributes = differences(old.as_complex(), &body, ty);
        let changed = !attributes.is_empty();
        let mut new = None;
        if changed {
            let mut body = with_schemas(body, ty);
            check(old, &body, ty, &writers)?;
            check_immutable(old, body.as_complex_mut(), ty, false)?;
            new = Some(body);
        }
        if !members.is_empty() {
            attributes.push("members".to_owned());
        }
        Ok((new, Patched { changed, attributes, members, warnings }))
    }

    /// Brings what was written to into shape again: together, operations can make duplicates.
    pub(super) fn shape(&mut self) {
        for (extension, attribute) in std::mem::take(&mut self.touched) {
            let holder = match extension {
                None => Some(&mut self.body),
                Some(schema) => self.body.get_mut(&schema.id).and_then(Value::as_complex_mut),
            };
            let Some(holder) = holder else { continue };
            let name = attribute.name.as_str();
            let Some(value) = holder.get_mut(name).map(std::mem::take) else { continue };
            match self.normalizer.value(attribute, value, name) {
                Some(value) => holder.insert(attribute.name.clone(), value),
                None => holder.remove(name),
            };
        }
        for schema in self.ty.extensions() {
            if self.body.get(&schema.id).and_then(Value::as_complex).is_some_and(Complex::is_empty) {
                self.body.remove(&schema.id);
            }
        }
    }
}

/// Returns the names of what differs, but for `schemas`, which follows from the rest.
fn differences(old: &Complex, new: &Complex, ty: TypeRef<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, old, new) in pairs(old, new) {
        if name.eq_ignore_ascii_case("schemas") {
            continue;
        }
        match (ty.extension(name), old, new) {
            (Some(schema), old, new) => {
                let empty = Complex::new();
                let old = old.and_then(Value::as_complex).unwrap_or(&empty);
                let new = new.and_then(Value::as_complex).unwrap_or(&empty);
                let parts = pairs(old, new).into_iter().filter(|(_, old, new)| old != new);
                names.extend(parts.map(|(part, ..)| format!("{}:{part}", schema.id)));
            }
            (None, old, new) if old != new => names.push(name.to_owned()),
            _ => {}
        }
    }
    names
}

/// Returns the names of two objects, each once, with both values, in linear time.
fn pairs<'a>(old: &'a Complex, new: &'a Complex) -> Vec<(&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let before: HashMap<_, _> = old.iter().collect();
    let after: HashSet<_> = new.iter().map(|(name, _)| name).collect();
    let kept = new.iter().map(|(name, value)| (name.as_str(), before.get(name).copied(), Some(value)));
    let gone = old.iter().filter(|(name, _)| !after.contains(name));
    kept.chain(gone.map(|(name, value)| (name.as_str(), Some(value), None))).collect()
}

/// Reports what is wrong now and was not before: a PATCH that disables a user must not fail over an attribute that has
/// become required since.
///
/// Each is reported with the operation that wrote the attribute last.
fn check(
    old: &Resource,
    new: &Resource,
    ty: TypeRef<'_>,
    writers: &[(Option<&Schema>, &Attribute, usize)],
) -> Result<(), ScimError> {
    let validate = |resource| validate(resource, ty.resource_type, ty.registry, Context::Patched);
    let Err(violations) = validate(new) else { return Ok(()) };
    let before: Vec<Violation> = validate(old).err().into_iter().flatten().collect();
    let fresh: Vec<&Violation> = violations.iter().filter(|violation| !before.contains(violation)).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    // RFC 7644 §3.5.2.2: removing what is required is against its mutability.
    let removed = |violation: &&Violation| {
        violation.kind == ViolationKind::Required && is_there(old.as_complex(), &violation.path)
    };
    let scim_type = if fresh.iter().all(removed) { ScimType::Mutability } else { ScimType::InvalidValue };
    let part = if scim_type == ScimType::Mutability { "" } else { ".value" };
    let sentence = |violation: &&Violation| match writer(&violation.path, writers) {
        Some(index) => format!("`Operations[{index}]{part}`: {violation}"),
        None => violation.to_string(),
    };
    let mut listed: Vec<_> = fresh.iter().take(LISTED).map(sentence).collect();
    if fresh.len() > LISTED {
        listed.push(format!("and {} more", fresh.len() - LISTED));
    }
    Err(ScimError::bad_request(scim_type, listed.join(". ")))
}

/// Returns the last operation that wrote to the attribute of a path such as `emails[0].value` or `urn:…:User:manager`.
fn writer(path: &str, writers: &[(Option<&Schema>, &Attribute, usize)]) -> Option<usize> {
    let is_of = |extension: Option<&Schema>, attribute: &Attribute| {
        let rest = match extension {
            Some(schema) => path.strip_prefix(schema.id.as_str()).and_then(|rest| rest.strip_prefix(':')),
            None => Some(path),
        };
        let rest = rest.and_then(|rest| rest.strip_prefix(attribute.name.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    writers.iter().find(|(extension, attribute, _)| is_of(*extension, attribute)).map(|(.., index)| *index)
}

/// Tells whether a body has a value at the path of a violation; paths into arrays are not followed.
fn is_there(body: &Complex, path: &str) -> bool {
    if body.contains(path) {
        return true;
    }
    let mut inner = body.iter().filter_map(|(name, value)| {
        let (start, rest) = path.split_at_checked(name.as_str().len())?;
        let rest = if *name == *start { rest.strip_prefix([':', '.'])? } else { return None };
        Some((value.as_complex()?, rest))
    });
    inner.any(|(complex, rest)| is_there(complex, rest))
}
