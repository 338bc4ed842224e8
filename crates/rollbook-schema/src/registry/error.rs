//! Why a registry cannot be built.

/// Why a registry cannot be built.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A schema's JSON cannot be read.
    #[error("schema number {number} cannot be read: {message}; compare it with RFC 7643 §8.7")]
    SchemaJson {
        /// Which one, counted from 1 in the order they were added.
        number: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A resource type's JSON cannot be read.
    #[error("resource type number {number} cannot be read: {message}; compare it with RFC 7643 §8.6")]
    ResourceTypeJson {
        /// Which one, counted from 1 in the order they were added.
        number: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A schema's `id` is not a URI.
    #[error("the schema id `{id}` is not a URI; use a URN such as urn:example:2.0:Device")]
    SchemaId {
        /// The id.
        id: String,
    },
    /// Two schemas have the same `id`, up to ASCII case.
    #[error("there are two schemas `{id}`; keep one")]
    DuplicateSchema {
        /// The id of the second one.
        id: String,
    },
    /// Two resource types have the same name or endpoint.
    #[error("there are two resource types with the name or endpoint `{name}`; rename one")]
    DuplicateResourceType {
        /// The name or endpoint they share.
        name: String,
    },
    /// A resource type has an endpoint that is not a single path segment with a slash in front.
    #[error("the endpoint `{endpoint}` of `{resource_type}` is not one path segment; write it as /Devices")]
    Endpoint {
        /// The name of the resource type.
        resource_type: String,
        /// The endpoint.
        endpoint: String,
    },
    /// A resource type names a schema that was not added.
    #[error("the resource type `{resource_type}` names the schema `{uri}`, which is not there; add it")]
    UnknownSchema {
        /// The name of the resource type.
        resource_type: String,
        /// The URI it names.
        uri: String,
    },
    /// An extension is for a resource type that was not added before it.
    #[error("there is no resource type `{name}` to extend; add it before its extensions")]
    UnknownResourceType {
        /// The name.
        name: String,
    },
    /// A schema has an attribute whose name RFC 7643 §2.1 does not allow.
    #[error(
        "`{attribute}` in `{schema}` is not an attribute name; use a letter, then letters, digits, `-` or `_`"
    )]
    AttributeName {
        /// The URI of the schema.
        schema: String,
        /// The name.
        attribute: String,
    },
    /// A schema has two attributes of the same name, up to ASCII case.
    #[error("`{schema}` defines `{attribute}` twice; keep one")]
    DuplicateAttribute {
        /// The URI of the schema.
        schema: String,
        /// The name, with that of its parent in front.
        attribute: String,
    },
    /// Sub-attributes stand where RFC 7643 §2.3.8 does not allow them, or are missing.
    #[error(
        "`{attribute}` in `{schema}`: a complex attribute, and no other, has sub-attributes, none of them complex"
    )]
    SubAttributes {
        /// The URI of the schema.
        schema: String,
        /// The name, with that of its parent in front.
        attribute: String,
    },
}
