//! What a list of attribute paths names.

use rollbook_filter::AttrPath;

use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve_with};

/// What one of the two parameters names.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection(Vec<Choice>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Choice {
    /// All that a schema defines: that of a URI, or the core schema.
    Schema(Option<Box<str>>),
    /// An attribute of an extension or of the core schema, or a part of it.
    Attribute { extension: Option<Box<str>>, name: Box<str>, sub: Option<Box<str>> },
}

/// How much of an attribute a selection names.
#[derive(Debug, Default)]
pub(super) struct Coverage<'s> {
    /// The schema that defines it is named.
    pub(super) container: bool,
    /// The attribute itself is named.
    pub(super) whole: bool,
    /// The sub-attributes that are named.
    parts: Vec<&'s str>,
}

impl Selection {
    /// Resolves paths; those that name nothing are left out.
    pub(super) fn new(paths: &[AttrPath<'_>], ty: TypeRef<'_>) -> Self {
        let mut choices = Vec::new();
        for path in paths {
            if let Some(choice) = choice(path, ty)
                && !choices.contains(&choice)
            {
                choices.push(choice);
            }
        }
        Self(choices)
    }

    /// Tells whether nothing else is named than the whole of these attributes of the core schema.
    pub(super) fn is_only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|choice| match choice {
            Choice::Attribute { extension: None, name, sub: None } => {
                names.iter().any(|it| name.eq_ignore_ascii_case(it))
            }
            _ => false,
        })
    }

    /// Tells how much of an attribute is named.
    pub(super) fn coverage(&self, extension: Option<&str>, attribute: &str) -> Coverage<'_> {
        let mut coverage = Coverage::default();
        for choice in &self.0 {
            match choice {
                Choice::Schema(uri) => coverage.container |= is_same(uri.as_deref(), extension),
                Choice::Attribute { extension: uri, name, sub } => {
                    if is_same(uri.as_deref(), extension) && name.eq_ignore_ascii_case(attribute) {
                        coverage.whole |= sub.is_none();
                        coverage.parts.extend(sub.as_deref());
                    }
                }
            }
        }
        coverage
    }
}

impl Coverage<'_> {
    /// Tells whether the attribute or a part of it is named by itself.
    pub(super) fn is_named(&self) -> bool {
        self.whole || !self.parts.is_empty()
    }

    /// Tells whether all of the attribute is named, by itself or with its schema.
    pub(super) fn is_total(&self) -> bool {
        self.whole || self.container
    }

    /// Tells whether a sub-attribute is named by itself.
    pub(super) fn has_part(&self, sub: &str) -> bool {
        self.parts.iter().any(|part| part.eq_ignore_ascii_case(sub))
    }
}

fn choice(path: &AttrPath<'_>, ty: TypeRef<'_>) -> Option<Choice> {
    Some(match resolve_with(path, ty, &Quirks::default()) {
        Resolved::Attribute { extension, attribute, sub } => Choice::Attribute {
            extension: extension.map(|schema| schema.id.as_str().into()),
            name: attribute.name.as_str().into(),
            sub: sub.map(|sub| sub.name.as_str().into()),
        },
        Resolved::Extension(schema) => Choice::Schema(Some(schema.id.as_str().into())),
        Resolved::Unknown { uri: Some(uri), name: None, .. } if ty.is_core(&uri) => Choice::Schema(None),
        // Perhaps an extension that no schema knows: where its URI ends is not to be seen, so all of it counts.
        Resolved::Unknown { uri: Some(_), .. } => Choice::Schema(Some(path.as_str().into())),
        Resolved::Unknown { uri: None, .. } => return None,
    })
}

fn is_same(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        (None, None) => true,
        _ => false,
    }
}
