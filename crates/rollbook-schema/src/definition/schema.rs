//! Schema definitions.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::uri;

use super::{Attribute, or_default};

/// A schema (RFC 7643 §7).
///
/// Serializes to the form that `/Schemas` answers, without `meta`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Schema {
    /// The URI of the schema.
    pub id: String,
    /// The name for people, such as `User`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What the schema is for, for people.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// The attributes, without the common ones of RFC 7643 §3.1.
    #[serde(default, deserialize_with = "or_default")]
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// Returns an attribute, found without regard to ASCII case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == *name)
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Schema", 5)?;
        out.serialize_field("schemas", &[uri::SCHEMA])?;
        out.serialize_field("id", &self.id)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("description", &self.description)?;
        out.serialize_field("attributes", &self.attributes)?;
        out.end()
    }
}
