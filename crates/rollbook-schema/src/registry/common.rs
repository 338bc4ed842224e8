//! The attributes that every resource has (RFC 7643 §3, §3.1).

use std::sync::LazyLock;

use crate::definition::{Attribute, AttributeType, Mutability, Returned, Uniqueness};

/// Returns one of the attributes that every resource has: `schemas`, `id`, `externalId` or `meta` (RFC 7643 §3, §3.1).
///
/// The name is found without regard to ASCII case.
#[must_use]
pub fn common_attribute(name: &str) -> Option<&'static Attribute> {
    COMMON.iter().find(|attribute| attribute.name == *name)
}

/// Every common attribute, in the order resources have them.
pub(crate) fn common_attributes() -> std::slice::Iter<'static, Attribute> {
    COMMON.iter()
}

static COMMON: LazyLock<[Attribute; 4]> = LazyLock::new(|| {
    let schemas = Attribute {
        multi_valued: true,
        description: "The URIs of the schemas that describe the resource.".to_owned(),
        case_exact: true,
        returned: Returned::Always,
        ..Attribute::new("schemas", AttributeType::Reference)
    };
    let id = Attribute {
        description: "The identifier that the service provider gave the resource.".to_owned(),
        case_exact: true,
        mutability: Mutability::ReadOnly,
        returned: Returned::Always,
        uniqueness: Uniqueness::Server,
        ..Attribute::new("id", AttributeType::String)
    };
    let external_id = Attribute {
        description: "The identifier that the provisioning client gave the resource.".to_owned(),
        case_exact: true,
        ..Attribute::new("externalId", AttributeType::String)
    };
    [schemas, id, external_id, meta()]
});

fn meta() -> Attribute {
    let part = |name: &str, attribute_type, description: &str| Attribute {
        description: description.to_owned(),
        case_exact: !matches!(attribute_type, AttributeType::DateTime),
        mutability: Mutability::ReadOnly,
        ..Attribute::new(name, attribute_type)
    };
    Attribute {
        description: "What the service provider knows about the resource itself.".to_owned(),
        mutability: Mutability::ReadOnly,
        sub_attributes: vec![
            part("resourceType", AttributeType::String, "The name of the resource type."),
            part("created", AttributeType::DateTime, "When the resource was made."),
            part("lastModified", AttributeType::DateTime, "When the resource last changed."),
            part("location", AttributeType::Reference, "The URI of the resource."),
            part("version", AttributeType::String, "The version of the resource, as an entity tag."),
        ],
        ..Attribute::new("meta", AttributeType::Complex)
    }
}
