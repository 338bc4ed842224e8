//! The values of a resource that are unique or looked up.

use rollbook_schema::{Attribute, Resource, Uniqueness, Value, uri};

use crate::fold::fold;
use crate::resolve::TypeRef;

/// A value of a resource that a store keeps beside the body, to enforce uniqueness and to look it up.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    /// The path of the attribute in lower case, without the core schema's URI: `username`, `emails.value`,
    /// `urn:ietf:params:scim:schemas:extension:ws1b:2.0:user:userprincipalname`.
    pub attribute: Box<str>,
    /// The value, as [`fold`] gives it unless the attribute is case exact.
    pub value: Box<str>,
    /// Whether no other resource of the type may have it.
    pub unique: bool,
}

impl Key {
    /// Makes a key from its parts, which must be folded already.
    #[must_use]
    pub fn new(attribute: impl Into<Box<str>>, value: impl Into<Box<str>>, unique: bool) -> Self {
        Self { attribute: attribute.into(), value: value.into(), unique }
    }
}

/// What is looked up without being unique: extension (or core), attribute, sub-attribute.
const INDEXED: [(Option<&str>, &str, Option<&str>); 6] = [
    (None, "userName", None),
    (None, "externalId", None),
    (None, "displayName", None),
    (None, "emails", Some("value")),
    (Some(uri::WS1B_USER), "userPrincipalName", None),
    (Some(uri::ENTERPRISE_USER), "employeeNumber", None),
];

/// Returns the keys of a resource: every attribute that the schemas call unique, and those that are indexed.
///
/// Indexed are `userName`, `externalId`, `displayName`, `emails.value`, `userPrincipalName` of Workspace ONE and
/// `employeeNumber` of the enterprise extension. A value occurs once, however many elements have it.
#[must_use]
pub fn keys(resource: &Resource, ty: TypeRef<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    for (extension, name, sub) in INDEXED {
        let Some((_, attribute)) = ty.registry.attribute(ty.resource_type, extension, name) else { continue };
        let sub = sub.map(|sub| attribute.sub_attribute(sub));
        if let Some(None) = sub {
            continue;
        }
        collect(&mut keys, resource, extension, attribute, sub.flatten());
    }
    for (extension, attribute) in ty.attributes() {
        let extension = extension.map(|schema| schema.id.as_str());
        if is_unique(attribute) && !is_indexed(extension, attribute, None) {
            collect(&mut keys, resource, extension, attribute, None);
        }
        for sub in attribute.sub_attributes.iter().filter(|sub| is_unique(sub)) {
            if !is_indexed(extension, attribute, Some(sub)) {
                collect(&mut keys, resource, extension, attribute, Some(sub));
            }
        }
    }
    keys
}

/// Returns what others show for a resource: `displayName`, else `name.formatted`; blank ones count as absent.
///
/// `userName` is no display name: it is the key that people sign in with, and a client that reads a member back compares
/// `display` with what it knows of that member (scim2-tester does).
#[must_use]
pub fn display_of(resource: &Resource) -> Option<String> {
    let formatted =
        || resource.get("name").and_then(Value::as_complex).and_then(|name| name.get("formatted"));
    let texts = [resource.display_name(), formatted().and_then(Value::as_str)];
    texts.into_iter().flatten().find(|text| !text.trim().is_empty()).map(str::to_owned)
}

pub(crate) fn is_unique(attribute: &Attribute) -> bool {
    attribute.uniqueness != Uniqueness::None
}

pub(crate) fn is_indexed(extension: Option<&str>, attribute: &Attribute, sub: Option<&Attribute>) -> bool {
    INDEXED.iter().any(|(uri, name, part)| {
        *uri == extension
            && attribute.name == *name
            && part.map_or(sub.is_none(), |part| sub.is_some_and(|sub| sub.name == *part))
    })
}

fn collect(
    keys: &mut Vec<Key>,
    resource: &Resource,
    extension: Option<&str>,
    attribute: &Attribute,
    sub: Option<&Attribute>,
) {
    let definition = sub.unwrap_or(attribute);
    let holder = match extension {
        None => Some(resource.as_complex()),
        Some(uri) => resource.get(uri).and_then(Value::as_complex),
    };
    let Some(value) = holder.and_then(|holder| holder.get(attribute.name.as_str())) else { return };
    let mut path = extension.map(|uri| format!("{uri}:")).unwrap_or_default();
    path.push_str(attribute.name.as_str());
    if let Some(sub) = sub {
        path.push('.');
        path.push_str(sub.name.as_str());
    }
    path.make_ascii_lowercase();
    let start = keys.len();
    for element in value.elements() {
        let value = match sub {
            None => Some(element),
            Some(sub) => element.as_complex().and_then(|complex| complex.get(sub.name.as_str())),
        };
        for value in value.map(Value::elements).unwrap_or_default() {
            let Some(text) = key_text(value, definition) else { continue };
            keys.push(Key::new(path.as_str(), text, is_unique(definition)));
        }
    }
    if let Some(new) = keys.get_mut(start..) {
        new.sort();
    }
    keys.dedup();
}

/// Returns the text that equal values share; what is neither text nor number is no key.
fn key_text(value: &Value, definition: &Attribute) -> Option<String> {
    match value {
        Value::String(text) if definition.case_exact => Some(text.to_string()),
        Value::String(text) => Some(fold(text)),
        Value::Number(number) => {
            Some(number.as_i64().map_or_else(|| number.to_string(), |it| it.to_string()))
        }
        Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}
