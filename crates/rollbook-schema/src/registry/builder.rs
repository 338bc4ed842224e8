//! Building and checking a registry.

use std::sync::Arc;

use crate::definition::{Attribute, AttributeType, ResourceType, Schema, SchemaExtension};

use super::{Inner, Registry, RegistryError, standard};

/// Collects schemas and resource types for a [`Registry`].
///
/// ```
/// use rollbook_schema::{Attribute, AttributeType, Registry, ResourceType, Schema};
///
/// # fn main() -> Result<(), rollbook_schema::RegistryError> {
/// let registry = Registry::builder()
///     .standard()
///     .schema_json(r#"{"id": "urn:example:2.0:Device", "name": "Device",
///                      "attributes": [{"name": "serial", "required": true, "uniqueness": "server"}]}"#)
///     .resource_type_json(r#"{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}"#)
///     .build()?;
/// assert!(registry.resource_type_by_endpoint("Devices").is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct RegistryBuilder {
    schemas: Vec<Schema>,
    resource_types: Vec<ResourceType>,
    error: Option<RegistryError>,
}

impl RegistryBuilder {
    /// Adds what [`Registry::standard`] has.
    #[must_use]
    pub fn standard(mut self) -> Self {
        let standard = standard::registry();
        self.schemas.extend(standard.schemas().cloned());
        self.resource_types.extend(standard.resource_types().cloned());
        self
    }

    /// Adds a schema.
    #[must_use]
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schemas.push(schema);
        self
    }

    /// Adds a schema in the JSON form of RFC 7643 §7; [`build`](Self::build) tells what is wrong with it.
    #[must_use]
    pub fn schema_json(mut self, json: &str) -> Self {
        match serde_json::from_str(json) {
            Ok(schema) => self.schemas.push(schema),
            Err(error) => {
                let number = self.schemas.len() + 1;
                let error = RegistryError::SchemaJson { number, message: error.to_string() };
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Adds a schema as an optional extension of a resource type that was added before, such as `User`.
    ///
    /// For an extension that every resource must have, add the resource type with it by
    /// [`resource_type`](Self::resource_type).
    #[must_use]
    pub fn extension(mut self, resource_type: &str, schema: Schema) -> Self {
        let extension = SchemaExtension { schema: schema.id.clone(), required: false };
        match self.resource_types.iter_mut().find(|known| known.name == resource_type) {
            Some(known) => known.schema_extensions.push(extension),
            None => {
                let name = resource_type.to_owned();
                self.error.get_or_insert(RegistryError::UnknownResourceType { name });
            }
        }
        self.schemas.push(schema);
        self
    }

    /// Adds a schema in the JSON form of RFC 7643 §7 as [`extension`](Self::extension) does; [`build`](Self::build) tells
    /// what is wrong with it.
    #[must_use]
    pub fn extension_json(mut self, resource_type: &str, json: &str) -> Self {
        match serde_json::from_str(json) {
            Ok(schema) => self.extension(resource_type, schema),
            Err(error) => {
                let number = self.schemas.len() + 1;
                let error = RegistryError::SchemaJson { number, message: error.to_string() };
                self.error.get_or_insert(error);
                self
            }
        }
    }

    /// Adds a resource type.
    #[must_use]
    pub fn resource_type(mut self, resource_type: ResourceType) -> Self {
        self.resource_types.push(resource_type);
        self
    }

    /// Adds a resource type in the JSON form of RFC 7643 §6; [`build`](Self::build) tells what is wrong with it.
    #[must_use]
    pub fn resource_type_json(mut self, json: &str) -> Self {
        match serde_json::from_str(json) {
            Ok(resource_type) => self.resource_types.push(resource_type),
            Err(error) => {
                let number = self.resource_types.len() + 1;
                let error = RegistryError::ResourceTypeJson { number, message: error.to_string() };
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Checks everything and makes the registry.
    ///
    /// # Errors
    ///
    /// Refuses JSON that cannot be read, schemas, attributes, resource types and endpoints that occur twice, names that
    /// RFC 7643 §2.1 does not allow, sub-attributes that §2.3.8 does not allow, and schemas that are not there.
    pub fn build(self) -> Result<Registry, RegistryError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        for (index, schema) in self.schemas.iter().enumerate() {
            if !schema.id.contains(':') || schema.id.contains(char::is_whitespace) {
                return Err(RegistryError::SchemaId { id: schema.id.clone() });
            }
            if self.schemas.iter().take(index).any(|other| other.id.eq_ignore_ascii_case(&schema.id)) {
                return Err(RegistryError::DuplicateSchema { id: schema.id.clone() });
            }
            check_attributes(schema, None, &schema.attributes)?;
        }
        for (index, resource_type) in self.resource_types.iter().enumerate() {
            let others = self.resource_types.iter().take(index);
            check_resource_type(resource_type, others, &self.schemas)?;
        }
        Ok(Registry { inner: Arc::new(Inner { schemas: self.schemas, resource_types: self.resource_types }) })
    }
}

fn check_resource_type<'a>(
    resource_type: &ResourceType,
    others: impl Iterator<Item = &'a ResourceType>,
    schemas: &[Schema],
) -> Result<(), RegistryError> {
    let ResourceType { name, endpoint, .. } = resource_type;
    for other in others {
        for (left, right) in [(&other.name, name), (&other.endpoint, endpoint)] {
            if left == right {
                return Err(RegistryError::DuplicateResourceType { name: right.clone() });
            }
        }
    }
    let segment = endpoint.strip_prefix('/').unwrap_or_default();
    if segment.is_empty()
        || segment.contains(['/', '?', '#', '%', '.'])
        || segment.contains(char::is_whitespace)
    {
        return Err(RegistryError::Endpoint { resource_type: name.clone(), endpoint: endpoint.clone() });
    }
    let extensions = resource_type.schema_extensions.iter().map(|extension| &extension.schema);
    for uri in std::iter::once(&resource_type.schema).chain(extensions) {
        if !schemas.iter().any(|schema| schema.id.eq_ignore_ascii_case(uri)) {
            return Err(RegistryError::UnknownSchema { resource_type: name.clone(), uri: uri.clone() });
        }
    }
    Ok(())
}

fn check_attributes(
    schema: &Schema,
    parent: Option<&Attribute>,
    attributes: &[Attribute],
) -> Result<(), RegistryError> {
    for (index, attribute) in attributes.iter().enumerate() {
        let path = || match parent {
            Some(parent) => format!("{}.{}", parent.name, attribute.name),
            None => attribute.name.as_str().to_owned(),
        };
        if !is_attribute_name(attribute.name.as_str()) {
            return Err(RegistryError::AttributeName { schema: schema.id.clone(), attribute: path() });
        }
        if attributes.iter().take(index).any(|other| other.name == attribute.name) {
            return Err(RegistryError::DuplicateAttribute { schema: schema.id.clone(), attribute: path() });
        }
        let complex = attribute.attribute_type == AttributeType::Complex;
        if complex == attribute.sub_attributes.is_empty() || (complex && parent.is_some()) {
            return Err(RegistryError::SubAttributes { schema: schema.id.clone(), attribute: path() });
        }
        check_attributes(schema, Some(attribute), &attribute.sub_attributes)?;
    }
    Ok(())
}

/// Checks a name against `ATTRNAME` of RFC 7643 §2.1, with the `$` that `$ref` has.
fn is_attribute_name(name: &str) -> bool {
    let name = name.strip_prefix('$').unwrap_or(name);
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
}
