//! Values outside `canonicalValues`: a hint, never an error (RFC 7643 §7).

use crate::definition::{Attribute, ResourceType};
use crate::registry::Registry;
use crate::resource::Resource;
use crate::value::{Complex, Value};

/// A value that is none of those its schema suggests.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suggestion<'a> {
    /// Where it is, as a client writes it: `emails[0].type`.
    pub path: String,
    /// The value.
    pub value: &'a str,
    /// The values that the schema suggests.
    pub canonical: &'a [String],
}

/// Lists the strings that are none of their attribute's `canonicalValues`, up to 1,000.
///
/// RFC 7643 §7 leaves it to the service provider whether others are accepted; [`validate`](crate::validate) accepts
/// them all, and this function is for a log line or a form. Case counts where the attribute is case exact.
///
/// ```
/// use rollbook_schema::{JsonLimits, Registry, Resource, suggestions};
///
/// let registry = Registry::standard();
/// let body = br#"{"userName": "ana", "emails": [{"type": "office", "value": "ana@example.com"}]}"#;
/// let resource = Resource::from_slice(body, &JsonLimits::default(), &registry).unwrap();
/// let user = registry.resource_type("User").unwrap();
/// let found = suggestions(&resource, user, &registry);
/// assert_eq!(found[0].path, "emails[0].type");
/// assert_eq!(found[0].canonical, ["work", "home", "other"]);
/// ```
#[must_use]
pub fn suggestions<'a>(
    resource: &'a Resource,
    resource_type: &ResourceType,
    registry: &'a Registry,
) -> Vec<Suggestion<'a>> {
    let mut found = Vec::new();
    for (index, schema) in registry.schemas_of(resource_type).enumerate() {
        let members = resource.as_complex();
        let (members, prefix) = match index {
            0 => (Some(members), String::new()),
            _ => (members.get(&schema.id).and_then(Value::as_complex), format!("{}:", schema.id)),
        };
        if let Some(members) = members {
            collect(&mut found, members, &schema.attributes, &prefix);
        }
    }
    found
}

fn collect<'a>(
    found: &mut Vec<Suggestion<'a>>,
    members: &'a Complex,
    attributes: &'a [Attribute],
    prefix: &str,
) {
    for attribute in attributes {
        let Some(value) = members.get(attribute.name.as_str()) else { continue };
        let path = format!("{prefix}{}", attribute.name);
        for (index, element) in value.elements().enumerate() {
            let path = || if attribute.multi_valued { format!("{path}[{index}]") } else { path.clone() };
            match element {
                Value::String(text) if !suits(text, attribute) && found.len() < super::MOST => {
                    let canonical = &attribute.canonical_values;
                    found.push(Suggestion { path: path(), value: text, canonical });
                }
                Value::Complex(complex) => {
                    collect(found, complex, &attribute.sub_attributes, &format!("{}.", path()));
                }
                _ => {}
            }
        }
    }
}

fn suits(text: &str, attribute: &Attribute) -> bool {
    let mut canonical = attribute.canonical_values.iter();
    attribute.canonical_values.is_empty()
        || canonical.any(|known| known == text || (!attribute.case_exact && known.eq_ignore_ascii_case(text)))
}
