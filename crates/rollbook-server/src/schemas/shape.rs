//! What one item of a file is, with the place of what is wrong in it.

use rollbook_schema::{Attribute, ResourceType, Schema};
use serde::Deserialize;
use serde_json::Value;

/// The properties of an attribute (RFC 7643 §7).
const ATTRIBUTE: &[&str] = &[
    "name",
    "type",
    "subAttributes",
    "multiValued",
    "description",
    "required",
    "canonicalValues",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "referenceTypes",
];

/// Those of a schema.
const SCHEMA: &[&str] = &["schemas", "id", "name", "description", "attributes", "meta"];

/// Those of a resource type (RFC 7643 §6).
const RESOURCE_TYPE: &[&str] =
    &["schemas", "id", "name", "description", "endpoint", "schema", "schemaExtensions", "meta"];

/// An item of a file.
#[derive(Debug)]
pub(super) enum Kind {
    Schema(Schema),
    ResourceType(ResourceType),
}

/// Reads an item; on an error, what is wrong and where.
pub(super) fn read(item: Value) -> Result<Kind, String> {
    let Value::Object(object) = &item else { return Err("holds no object".to_owned()) };
    if object.contains_key("endpoint") {
        check_properties(&item, RESOURCE_TYPE, "", "a resource type")?;
        return ResourceType::deserialize(&item)
            .map(Kind::ResourceType)
            .map_err(|error| format!("the resource type does not fit: {error}"));
    }
    if !object.contains_key("attributes") {
        return Err(
            "is neither a schema (`id`, `attributes`) nor a resource type (`name`, `endpoint`, `schema`)"
                .to_owned(),
        );
    }
    check_properties(&item, SCHEMA, "", "a schema")?;
    check_attributes(&item, "attributes", "")?;
    Schema::deserialize(&item).map(Kind::Schema).map_err(|error| format!("the schema does not fit: {error}"))
}

fn check_attributes(parent: &Value, key: &str, above: &str) -> Result<(), String> {
    let Some(Value::Array(attributes)) = parent.get(key) else { return Ok(()) };
    for (index, attribute) in attributes.iter().enumerate() {
        let place = format!("{above}{key}[{index}]");
        check_properties(attribute, ATTRIBUTE, &format!("{place}."), "an attribute")?;
        check_attributes(attribute, "subAttributes", &format!("{place}."))?;
        if let Err(error) = Attribute::deserialize(attribute) {
            let name = attribute.get("name").and_then(Value::as_str);
            let name = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
            return Err(format!("`{place}`{name}: {error}"));
        }
    }
    Ok(())
}

/// A misspelt property would be passed over, and the schema would say something else than was meant.
fn check_properties(value: &Value, known: &[&str], above: &str, what: &str) -> Result<(), String> {
    let Value::Object(object) = value else { return Ok(()) };
    let Some(name) = object.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let distance = |other: &&&str| strsim::damerau_levenshtein(other, name);
    let nearest = known.iter().min_by_key(distance).copied().unwrap_or_default();
    Err(format!("`{above}{name}` is not a property of {what}; did you mean `{nearest}`?"))
}
