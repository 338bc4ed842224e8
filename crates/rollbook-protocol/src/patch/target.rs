//! What a PATCH path names (RFC 7644 §3.5.2, §3.10).

use rollbook_filter::{AttrPath, PatchPath};
use rollbook_schema::{Attribute, Complex, Schema};

use crate::error::{ScimError, ScimType};
use crate::prepare::shown;
use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve, resolve_with};

/// What an operation is about, without the filter.
#[derive(Clone, Debug)]
pub(super) enum Target<'r> {
    /// An attribute that the type has.
    Attribute { extension: Option<&'r Schema>, attribute: &'r Attribute, sub: Option<&'r Attribute> },
    /// An extension of the type as a whole.
    Extension(&'r Schema),
    /// Something in an extension that no schema knows.
    Foreign { uri: String, name: Option<String>, sub: Option<String> },
    /// The core schema as a whole.
    Core,
    /// A name that no schema knows.
    Unknown,
}

/// Finds what a path is about; `whole` tells that the value is an object, which tells an unknown extension from an
/// attribute of one.
pub(super) fn locate<'r>(
    path: &PatchPath<'_>,
    whole: bool,
    body: &Complex,
    ty: TypeRef<'r>,
    quirks: &Quirks,
) -> Result<Target<'r>, ScimError> {
    let attr_path = path.attr_path();
    let (filtered, part) = match path {
        PatchPath::Attr(_) => (false, None),
        PatchPath::Value { sub, .. } => (true, sub.as_deref()),
    };
    let refused = || invalid_path(path);
    Ok(match resolve_with(attr_path, ty, quirks) {
        Resolved::Attribute { sub: Some(_), .. } | Resolved::Extension(_) if filtered => {
            return Err(refused());
        }
        Resolved::Extension(schema) => Target::Extension(schema),
        Resolved::Attribute { extension, attribute, sub } => {
            if filtered && !attribute.multi_valued && attribute.sub_attributes.is_empty() {
                return Err(refused());
            }
            match part.map(|part| attribute.sub_attribute(part)) {
                None => Target::Attribute { extension, attribute, sub },
                Some(Some(sub)) => Target::Attribute { extension, attribute, sub: Some(sub) },
                Some(None) => Target::Unknown,
            }
        }
        Resolved::Unknown { uri: Some(uri), name: None, .. } if ty.is_core(&uri) && !filtered => Target::Core,
        Resolved::Unknown { uri: Some(uri), .. } if ty.registry.schema(&uri).is_none() => {
            foreign(attr_path, part, whole && !filtered, body)
        }
        Resolved::Unknown { .. } => Target::Unknown,
    })
}

/// Tells whether a path names `members`, or a part of them.
pub(super) fn names_members(path: &AttrPath<'_>, ty: TypeRef<'_>) -> bool {
    match resolve(path, ty) {
        Resolved::Attribute { extension, attribute, .. } => ty.is_members(extension, attribute),
        _ => false,
    }
}

/// Tells whether a key of a value without path names `members`.
pub(super) fn is_members_name(name: &str, ty: TypeRef<'_>) -> bool {
    AttrPath::new(name).is_ok_and(|path| names_members(&path, ty))
}

pub(super) fn invalid_path(path: &PatchPath<'_>) -> ScimError {
    let path = shown(&path.to_string());
    let detail = format!("the path `{path}` names nothing that the resource type has; see /Schemas");
    ScimError::bad_request(ScimType::InvalidPath, detail)
}

/// Splits a path whose URI no schema has.
///
/// An extension that the body holds decides. Otherwise a name right behind a version, as in `urn:x:y:2.0:User`, is taken
/// for the end of the URI where the value is an object; else the last part is the attribute.
fn foreign(path: &AttrPath<'_>, part: Option<&str>, whole: bool, body: &Complex) -> Target<'static> {
    let text = path.as_str();
    let held = body.iter().map(|(name, _)| name.as_str()).filter(|name| name.contains(':'));
    let split = path.split(held.clone());
    let known = split.uri.is_some_and(|uri| held.clone().any(|name| name.eq_ignore_ascii_case(uri)));
    if !known && whole && ends_in_type(text) {
        return Target::Foreign { uri: text.to_owned(), name: None, sub: None };
    }
    Target::Foreign {
        uri: split.uri.unwrap_or(text).to_owned(),
        name: split.name.map(str::to_owned),
        sub: part.or(split.sub).map(str::to_owned),
    }
}

/// Tells whether the last part of a URN stands behind a version: `2.0:User`.
fn ends_in_type(text: &str) -> bool {
    let before = text.rsplit(':').nth(1).unwrap_or_default();
    before.contains('.')
        && before.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
