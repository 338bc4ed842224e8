//! Checking a resource against its schemas (RFC 7643 §2, §7).

mod attribute;
mod change;
mod suggest;
mod types;
mod violation;

pub use change::validate_change;
pub use suggest::{Suggestion, suggestions};
pub use violation::{Violation, ViolationKind, Violations};

use crate::definition::{Attribute, ResourceType, Schema};
use crate::registry::{Registry, common_attributes};
use crate::resource::Resource;
use crate::value::{Complex, Value};

use attribute::Check;

/// What the resource is going to be used for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Context {
    /// A new resource, as a POST brought it.
    Create,
    /// The new state of a resource, as a PUT brought it.
    Replace,
    /// The result of a PATCH; a writeOnly value may be absent, since it is not read back.
    Patched,
    /// A whole resource as a service provider answers it.
    ///
    /// Read-only attributes are looked at too, `id` and `schemas` are required, and an attribute that is never returned
    /// must not be there. Of the others only those that are always returned can be missed: the request may have
    /// excluded the rest.
    Response,
}

/// The most violations and suggestions that are collected; a hostile body has millions.
const MOST: usize = 1000;

/// Checks types, required attributes and primary values, and reports everything that is wrong.
///
/// An attribute with `null`, an empty array or, for `required`, an empty string or object counts as absent. The
/// sub-attributes of an element are required where the element is there, and the attributes of an extension where the
/// extension is. Read-only attributes are looked at in a response alone: a client's value for them is ignored
/// (RFC 7644 §3.3). Names that no schema knows are no violation, and neither are values outside `canonicalValues`
/// ([`suggestions`] lists those). What may not change is a question of two resources: [`validate_change`].
///
/// # Errors
///
/// Returns every violation, in the order of the schemas' attributes, up to 1,000.
///
/// ```
/// use rollbook_schema::{Context, JsonLimits, Registry, Resource, validate};
///
/// let registry = Registry::standard();
/// let body = br#"{"userName": "ana", "active": "True"}"#;
/// let resource = Resource::from_slice(body, &JsonLimits::default(), &registry).unwrap();
/// let user = registry.resource_type("User").unwrap();
/// let violations = validate(&resource, user, &registry, Context::Create).unwrap_err();
/// assert_eq!(violations.to_string(), "`active` must be a boolean; send true or false without quotes");
/// ```
pub fn validate(
    resource: &Resource,
    resource_type: &ResourceType,
    registry: &Registry,
    context: Context,
) -> Result<(), Violations> {
    let mut check = Check::new(context);
    let members = resource.as_complex();
    check.members(members, common_attributes(), &String::new);
    if let Some(core) = registry.schema(&resource_type.schema) {
        check.members(members, core.attributes.iter().filter(|attribute| is_own(attribute)), &String::new);
    }
    for extension in &resource_type.schema_extensions {
        if let Some(schema) = registry.schema(&extension.schema) {
            check_extension(&mut check, members, schema, extension.required);
        }
    }
    check.finish()
}

/// Tells whether an attribute is not a common one, which some published schemas repeat.
fn is_own(attribute: &Attribute) -> bool {
    crate::registry::common_attribute(attribute.name.as_str()).is_none()
}

fn check_extension(check: &mut Check, members: &Complex, schema: &Schema, required: bool) {
    match members.get(&schema.id) {
        None | Some(Value::Null) => {
            if required {
                check.report(|| schema.id.clone(), ViolationKind::Required);
            }
        }
        Some(Value::Complex(extension)) => {
            if extension.iter().any(|(_, value)| !value.is_unassigned()) {
                check.members(extension, schema.attributes.iter(), &|| format!("{}:", schema.id));
            } else if required {
                check.report(|| schema.id.clone(), ViolationKind::Required);
            }
        }
        // Read with a registry that did not know the schema.
        Some(Value::Opaque(_)) => {}
        Some(_) => {
            let expected = crate::definition::AttributeType::Complex;
            check.report(|| schema.id.clone(), ViolationKind::Type { expected });
        }
    }
}
