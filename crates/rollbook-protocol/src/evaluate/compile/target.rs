//! What the paths of a filter name.

use rollbook_filter::{AttrPath, CompareOp};
use rollbook_schema::{Attribute, Schema};

use super::super::check::Operand;
use super::super::lookup::Lookup;
use super::super::node::Steps;
use crate::keys::{is_indexed, is_unique};
use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve_with};

/// What paths are relative to.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// The resource.
    Resource,
    /// An extension: inside `urn:…:User[…]`.
    Extension(&'a Schema),
    /// An element of an attribute, which may be an extension's: inside `emails[…]`.
    Element(Option<&'a Schema>, &'a Attribute),
}

/// What a path names, with the steps to it from where the scope begins.
pub(super) enum Found<'a> {
    Attribute(Target<'a>, Steps),
    Extension(&'a Schema, Steps),
    Unknown,
}

/// An attribute of the resource type, whatever the scope it was found in.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) extension: Option<&'a Schema>,
    pub(super) attribute: &'a Attribute,
    pub(super) sub: Option<&'a Attribute>,
}

impl<'a> Target<'a> {
    /// Returns the definition that the path ends at.
    pub(super) fn definition(&self) -> &'a Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// Tells whether values that differ in case differ.
    ///
    /// The `value` of members and groups is an id and compares as `id` does (RFC 7643 §3.1), though the RFC's schemas
    /// leave `caseExact` off (errata 8472 mends it for managers).
    pub(super) fn is_case_exact(&self) -> bool {
        let names_resource = self.is_core("members") || self.is_core("groups");
        self.definition().case_exact || (names_resource && self.sub.is_some_and(|sub| sub.name == "value"))
    }

    /// Returns what an index can answer of a test.
    pub(super) fn lookup(&self, ty: TypeRef<'_>, op: CompareOp, operand: &Operand) -> Option<Lookup> {
        let (Operand::Exact(value) | Operand::Folded(value)) = operand else { return None };
        // Stores need not keep empty keys.
        if op != CompareOp::Eq || value.is_empty() {
            return None;
        }
        let value = value.to_string();
        if self.is_core("id") {
            return Some(Lookup::Id(value));
        }
        if ty.is_members(self.extension, self.attribute) {
            return self.sub.filter(|sub| sub.name == "value").map(|_| Lookup::Member(value));
        }
        let uri = self.extension.map(|schema| schema.id.as_str());
        let is_key = is_unique(self.definition()) || is_indexed(uri, self.attribute, self.sub);
        is_key.then(|| Lookup::Key { attribute: self.key_path(), value })
    }

    /// Returns the path as [`crate::Key::attribute`] has it.
    fn key_path(&self) -> String {
        let mut path = self.extension.map(|schema| format!("{}:", schema.id)).unwrap_or_default();
        path.push_str(self.attribute.name.as_str());
        if let Some(sub) = self.sub {
            path.push('.');
            path.push_str(sub.name.as_str());
        }
        path.make_ascii_lowercase();
        path
    }

    fn is_core(&self, name: &str) -> bool {
        self.extension.is_none() && self.attribute.name == *name
    }
}

/// Finds what a path names within a scope.
pub(super) fn find<'a>(path: &AttrPath<'_>, scope: Scope<'a>, ty: TypeRef<'a>, quirks: &Quirks) -> Found<'a> {
    let found = match scope {
        Scope::Resource => return in_resource(path, ty, quirks),
        Scope::Extension(schema) => in_extension(path, schema),
        Scope::Element(extension, attribute) => in_element(path, extension, attribute),
    };
    found.map_or(Found::Unknown, |target| {
        let relative = match scope {
            Scope::Element(..) => [None, Some(target.definition())],
            Scope::Resource | Scope::Extension(_) => [Some(target.attribute), target.sub],
        };
        // The element of a simple attribute is named `value` inside its brackets.
        let names = relative.into_iter().flatten().map(|definition| match target.sub {
            None if matches!(scope, Scope::Element(..)) => "value",
            _ => definition.name.as_str(),
        });
        Found::Attribute(target, names.map(Into::into).collect())
    })
}

fn in_resource<'a>(path: &AttrPath<'_>, ty: TypeRef<'a>, quirks: &Quirks) -> Found<'a> {
    match resolve_with(path, ty, quirks) {
        Resolved::Attribute { extension, attribute, sub } => {
            let uri = extension.map(|schema| schema.id.as_str());
            let names = [uri, Some(attribute.name.as_str()), sub.map(|sub| sub.name.as_str())];
            let steps = names.into_iter().flatten().map(Into::into).collect();
            Found::Attribute(Target { extension, attribute, sub }, steps)
        }
        Resolved::Extension(schema) => Found::Extension(schema, vec![schema.id.as_str().into()]),
        Resolved::Unknown { .. } => Found::Unknown,
    }
}

fn in_extension<'a>(path: &AttrPath<'_>, schema: &'a Schema) -> Option<Target<'a>> {
    let split = path.split([]);
    let attribute = split.name.filter(|_| split.uri.is_none()).and_then(|name| schema.attribute(name))?;
    let sub = match split.sub {
        Some(sub) => Some(attribute.sub_attribute(sub)?),
        None => None,
    };
    Some(Target { extension: Some(schema), attribute, sub })
}

fn in_element<'a>(
    path: &AttrPath<'_>,
    extension: Option<&'a Schema>,
    attribute: &'a Attribute,
) -> Option<Target<'a>> {
    let name = path.as_str();
    let sub = attribute.sub_attribute(name);
    let is_itself = attribute.sub_attributes.is_empty() && name.eq_ignore_ascii_case("value");
    (sub.is_some() || is_itself).then_some(Target { extension, attribute, sub })
}
