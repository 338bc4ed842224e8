//! Resource type definitions.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::uri;

use super::or_default;

/// A kind of resource: where it lives and which schemas describe it (RFC 7643 §6).
///
/// Serializes to the form that `/ResourceTypes` answers, without `meta`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ResourceType {
    /// The identifier, often the same as the name.
    #[serde(default, deserialize_with = "or_default")]
    pub id: Option<String>,
    /// The name, such as `User`; `meta.resourceType` of its resources.
    pub name: String,
    /// The endpoint relative to the base URL, with a slash in front: `/Users`.
    pub endpoint: String,
    /// What the resource type is for, for people.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// The URI of the core schema.
    pub schema: String,
    /// The extensions that its resources may have.
    #[serde(default, deserialize_with = "or_default")]
    pub schema_extensions: Vec<SchemaExtension>,
}

/// An extension of a resource type (RFC 7643 §6).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SchemaExtension {
    /// The URI of the extension's schema.
    pub schema: String,
    /// Whether every resource of the type must have the extension.
    #[serde(default, deserialize_with = "or_default")]
    pub required: bool,
}

impl Serialize for ResourceType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("ResourceType", 7)?;
        out.serialize_field("schemas", &[uri::RESOURCE_TYPE])?;
        if let Some(id) = &self.id {
            out.serialize_field("id", id)?;
        }
        out.serialize_field("name", &self.name)?;
        out.serialize_field("endpoint", &self.endpoint)?;
        out.serialize_field("description", &self.description)?;
        out.serialize_field("schema", &self.schema)?;
        if !self.schema_extensions.is_empty() {
            out.serialize_field("schemaExtensions", &self.schema_extensions)?;
        }
        out.end()
    }
}
