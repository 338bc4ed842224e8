//! The schemas and resource types that a service knows.

mod builder;
mod common;
mod error;
mod standard;

pub use builder::RegistryBuilder;
pub use common::common_attribute;
pub(crate) use common::common_attributes;
pub use error::RegistryError;

use std::sync::Arc;

use crate::definition::{Attribute, ResourceType, Schema};

/// The schemas and resource types that a service knows.
///
/// It never changes once built; a clone shares the data.
///
/// ```
/// use rollbook_schema::{Registry, uri};
///
/// let registry = Registry::standard();
/// let user = registry.resource_type("User").unwrap();
/// let (extension, attribute) = registry.attribute(user, Some(uri::WS1B_USER), "DOMAIN").unwrap();
/// assert_eq!(extension.unwrap().id, uri::WS1B_USER);
/// assert_eq!(attribute.name.as_str(), "domain");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    schemas: Vec<Schema>,
    resource_types: Vec<ResourceType>,
}

impl Registry {
    /// Returns User and Group with the enterprise extension and those of Workspace ONE.
    ///
    /// Differs from RFC 7643 §8.7.1 where its errata do, and in `Group.displayName`, which is required and unique on
    /// the server. The characteristics of the Workspace ONE attributes are an assumption, since the vendor publishes
    /// names only: optional strings, case-insensitive but for `idFromBroker`.
    #[must_use]
    pub fn standard() -> Self {
        standard::registry()
    }

    /// Starts a registry that knows nothing.
    #[must_use]
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// Returns the schemas of the discovery endpoints: ServiceProviderConfig, ResourceType and Schema (RFC 7643 §5 to
    /// §7).
    ///
    /// No resource type has them and [`Registry::schema`] does not find them; `/Schemas` may list them.
    #[must_use]
    pub fn discovery_schemas() -> &'static [Schema] {
        standard::discovery_schemas()
    }

    /// Returns a schema by its URI, without regard to ASCII case.
    #[must_use]
    pub fn schema(&self, uri: &str) -> Option<&Schema> {
        self.inner.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(uri))
    }

    /// Iterates over the schemas, in the order they were added.
    pub fn schemas(&self) -> std::slice::Iter<'_, Schema> {
        self.inner.schemas.iter()
    }

    /// Iterates over the resource types, in the order they were added.
    pub fn resource_types(&self) -> std::slice::Iter<'_, ResourceType> {
        self.inner.resource_types.iter()
    }

    /// Returns a resource type by its name, which is case exact.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        self.resource_types().find(|resource_type| resource_type.name == name)
    }

    /// Returns a resource type by its endpoint, with or without the slash in front; the spelling is exact.
    #[must_use]
    pub fn resource_type_by_endpoint(&self, endpoint: &str) -> Option<&ResourceType> {
        let bare = |text| str::strip_prefix(text, "/").unwrap_or(text);
        self.resource_types().find(|resource_type| bare(&resource_type.endpoint) == bare(endpoint))
    }

    /// Iterates over the URIs of all schemas, to split a path such as `urn:…:User:name.givenName`.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.schemas().map(|schema| schema.id.as_str())
    }

    /// Iterates over the schemas of a resource type: the core schema, then the extensions.
    pub fn schemas_of(&self, resource_type: &ResourceType) -> impl Iterator<Item = &Schema> {
        let uris = std::iter::once(&resource_type.schema);
        let uris = uris.chain(resource_type.schema_extensions.iter().map(|extension| &extension.schema));
        uris.filter_map(|uri| self.schema(uri)).collect::<Vec<_>>().into_iter()
    }

    /// Finds an attribute of a resource type, without regard to ASCII case.
    ///
    /// Without a URI, or with that of the core schema, it is one of the common attributes (RFC 7643 §3.1) or of the
    /// core schema. With the URI of an extension of the type it is one of that extension, whose schema comes along.
    /// Any other URI finds nothing.
    #[must_use]
    pub fn attribute<'r>(
        &'r self,
        resource_type: &ResourceType,
        uri: Option<&str>,
        name: &str,
    ) -> Option<(Option<&'r Schema>, &'r Attribute)> {
        let Some(uri) = uri.filter(|uri| !uri.eq_ignore_ascii_case(&resource_type.schema)) else {
            let core = || self.schema(&resource_type.schema).and_then(|schema| schema.attribute(name));
            return common_attribute(name).or_else(core).map(|attribute| (None, attribute));
        };
        let mut extensions = resource_type.schema_extensions.iter();
        extensions.find(|extension| extension.schema.eq_ignore_ascii_case(uri))?;
        let schema = self.schema(uri)?;
        schema.attribute(name).map(|attribute| (Some(schema), attribute))
    }
}
