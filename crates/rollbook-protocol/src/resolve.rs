//! What an attribute path means for a resource type (RFC 7644 §3.10).

use rollbook_filter::AttrPath;
use rollbook_schema::{Attribute, AttributeType, Registry, ResourceType, Schema};

use crate::quirks::Quirks;

/// A resource type and the registry that knows its schemas.
#[derive(Clone, Copy, Debug)]
pub struct TypeRef<'r> {
    /// The registry.
    pub registry: &'r Registry,
    /// One of the registry's types.
    pub resource_type: &'r ResourceType,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved<'r> {
    /// An attribute that the type has.
    Attribute {
        /// The extension that defines it; `None` for the core schema and the common attributes.
        extension: Option<&'r Schema>,
        /// The attribute.
        attribute: &'r Attribute,
        /// The sub-attribute, where the path names one.
        sub: Option<&'r Attribute>,
    },
    /// An extension of the type as a whole.
    Extension(&'r Schema),
    /// Nothing that the type has: an unknown name, an unknown URI, or the core schema as a whole.
    Unknown {
        /// The schema URI, as spelled; the split is a guess where no schema has it.
        uri: Option<String>,
        /// The attribute, as spelled.
        name: Option<String>,
        /// The sub-attribute, as spelled.
        sub: Option<String>,
    },
}

/// Finds what a path names.
///
/// A URN is split at the longest registered URI, so that `…:2.0:User:name.givenName` is never cut at a version's dot.
#[must_use]
pub fn resolve<'r>(path: &AttrPath<'_>, ty: TypeRef<'r>) -> Resolved<'r> {
    let split = path.split(ty.registry.uris());
    let unknown = || Resolved::Unknown {
        uri: split.uri.map(str::to_owned),
        name: split.name.map(str::to_owned),
        sub: split.sub.map(str::to_owned),
    };
    let Some(name) = split.name else {
        let extension = split.uri.and_then(|uri| ty.extension(uri));
        return extension.map_or_else(unknown, Resolved::Extension);
    };
    let Some((extension, attribute)) = ty.registry.attribute(ty.resource_type, split.uri, name) else {
        return unknown();
    };
    match split.sub {
        None => Resolved::Attribute { extension, attribute, sub: None },
        Some(sub) => match attribute.sub_attribute(sub) {
            Some(sub) => Resolved::Attribute { extension, attribute, sub: Some(sub) },
            None => unknown(),
        },
    }
}

/// Finds what a path names, also an extension's attribute without its URN: `manager eq "x"`, which Entra sends.
///
/// An unqualified name counts only where the core schema does not have it; the first extension that does wins.
pub(crate) fn resolve_with<'r>(path: &AttrPath<'_>, ty: TypeRef<'r>, quirks: &Quirks) -> Resolved<'r> {
    let resolved = resolve(path, ty);
    let Resolved::Unknown { uri: None, name: Some(name), sub } = &resolved else {
        return resolved;
    };
    if !quirks.unqualified_extension || ty.registry.attribute(ty.resource_type, None, name).is_some() {
        return resolved;
    }
    for schema in ty.extensions() {
        let Some(attribute) = schema.attribute(name) else { continue };
        let sub = match sub {
            None => None,
            Some(sub) => match attribute.sub_attribute(sub) {
                Some(sub) => Some(sub),
                None => continue,
            },
        };
        return Resolved::Attribute { extension: Some(schema), attribute, sub };
    }
    resolved
}

impl<'r> TypeRef<'r> {
    /// Returns the resource type of a name, such as `User`; `None` where the registry has none of that name.
    #[must_use]
    pub fn named(registry: &'r Registry, name: &str) -> Option<Self> {
        registry.resource_type(name).map(|resource_type| Self { registry, resource_type })
    }

    /// Iterates over the extensions of the type, in its order.
    pub(crate) fn extensions(self) -> impl Iterator<Item = &'r Schema> {
        let extensions = self.resource_type.schema_extensions.iter();
        extensions.filter_map(move |extension| self.registry.schema(&extension.schema))
    }

    /// Returns the extension of the type that has this URI, without regard to ASCII case.
    pub(crate) fn extension(self, uri: &str) -> Option<&'r Schema> {
        self.extensions().find(|schema| schema.id.eq_ignore_ascii_case(uri))
    }

    /// Tells whether a URI is that of the core schema.
    pub(crate) fn is_core(self, uri: &str) -> bool {
        self.resource_type.schema.eq_ignore_ascii_case(uri)
    }

    /// Iterates over the attributes of the core schema and of the extensions, each with its extension.
    pub(crate) fn attributes(self) -> impl Iterator<Item = (Option<&'r Schema>, &'r Attribute)> {
        let core = self.registry.schema(&self.resource_type.schema);
        let core = core.into_iter().flat_map(|schema| &schema.attributes).map(|attribute| (None, attribute));
        let extensions = self.extensions();
        core.chain(extensions.flat_map(|schema| schema.attributes.iter().map(move |it| (Some(schema), it))))
    }

    /// Tells whether an attribute of the core schema is `members`, which lives outside the body.
    pub(crate) fn is_members(self, extension: Option<&Schema>, attribute: &Attribute) -> bool {
        extension.is_none()
            && attribute.name == "members"
            && attribute.multi_valued
            && attribute.attribute_type == AttributeType::Complex
    }
}
