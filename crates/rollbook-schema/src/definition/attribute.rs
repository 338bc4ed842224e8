//! Attribute definitions.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::name::AttributeName;

use super::{AttributeType, Mutability, Returned, Uniqueness, or_default};

/// The definition of an attribute or sub-attribute (RFC 7643 §7).
///
/// Read from JSON, what is left out takes the defaults of §2.2: a single optional string, case-insensitive, readWrite,
/// returned by default, not unique. Binary and reference attributes are case exact whatever the JSON says (§2.3.6,
/// §2.3.7). Members that the RFC does not define are ignored. Written as JSON, `caseExact` and `uniqueness` are left
/// out for the types that have none.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(from = "Wire")]
pub struct Attribute {
    /// The name, in the spelling that answers use.
    pub name: AttributeName,
    /// The type of the values; `type` in JSON.
    pub attribute_type: AttributeType,
    /// Whether the value is an array.
    pub multi_valued: bool,
    /// What the attribute is for, for people.
    pub description: String,
    /// Whether a resource must have a value.
    pub required: bool,
    /// The values to choose from; others are accepted (§7 leaves it to the service provider).
    pub canonical_values: Vec<String>,
    /// Whether values that differ in case differ.
    pub case_exact: bool,
    /// Whether and when the value may be written.
    pub mutability: Mutability,
    /// When the attribute is part of an answer.
    pub returned: Returned,
    /// How far values must differ.
    pub uniqueness: Uniqueness,
    /// What a reference may refer to: resource types, `external` or `uri`.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Self>,
}

impl Attribute {
    /// Makes an attribute with the defaults of RFC 7643 §2.2; binary and reference are case exact.
    #[must_use]
    pub fn new(name: impl Into<AttributeName>, attribute_type: AttributeType) -> Self {
        Self {
            name: name.into(),
            attribute_type,
            multi_valued: false,
            description: String::new(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: matches!(attribute_type, AttributeType::Binary | AttributeType::Reference),
            mutability: Mutability::default(),
            returned: Returned::default(),
            uniqueness: Uniqueness::default(),
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
        }
    }

    /// Returns a sub-attribute, found without regard to ASCII case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Self> {
        self.sub_attributes.iter().find(|attribute| attribute.name == *name)
    }
}

/// The JSON form; `null` is no value (RFC 7643 §2.5).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    name: AttributeName,
    #[serde(default, deserialize_with = "or_default", rename = "type")]
    attribute_type: AttributeType,
    #[serde(default, deserialize_with = "or_default")]
    multi_valued: bool,
    #[serde(default, deserialize_with = "or_default")]
    description: String,
    #[serde(default, deserialize_with = "or_default")]
    required: bool,
    #[serde(default, deserialize_with = "or_default")]
    canonical_values: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    case_exact: bool,
    #[serde(default, deserialize_with = "or_default")]
    mutability: Mutability,
    #[serde(default, deserialize_with = "or_default")]
    returned: Returned,
    #[serde(default, deserialize_with = "or_default")]
    uniqueness: Uniqueness,
    #[serde(default, deserialize_with = "or_default")]
    reference_types: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    sub_attributes: Vec<Attribute>,
}

impl From<Wire> for Attribute {
    fn from(wire: Wire) -> Self {
        let new = Self::new(wire.name, wire.attribute_type);
        Self {
            multi_valued: wire.multi_valued,
            description: wire.description,
            required: wire.required,
            canonical_values: wire.canonical_values,
            case_exact: wire.case_exact || new.case_exact,
            mutability: wire.mutability,
            returned: wire.returned,
            uniqueness: wire.uniqueness,
            reference_types: wire.reference_types,
            sub_attributes: wire.sub_attributes,
            ..new
        }
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use AttributeType::{Binary, Boolean, Complex, Reference, String};
        let has_case = matches!(self.attribute_type, String | Binary | Reference);
        let has_uniqueness = !matches!(self.attribute_type, Boolean | Complex);
        // The length is only a hint, and none for JSON.
        let mut out = serializer.serialize_struct("Attribute", 12)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("type", &self.attribute_type)?;
        if !self.reference_types.is_empty() {
            out.serialize_field("referenceTypes", &self.reference_types)?;
        }
        out.serialize_field("multiValued", &self.multi_valued)?;
        out.serialize_field("description", &self.description)?;
        out.serialize_field("required", &self.required)?;
        if !self.canonical_values.is_empty() {
            out.serialize_field("canonicalValues", &self.canonical_values)?;
        }
        if has_case {
            out.serialize_field("caseExact", &self.case_exact)?;
        }
        if !self.sub_attributes.is_empty() {
            out.serialize_field("subAttributes", &self.sub_attributes)?;
        }
        out.serialize_field("mutability", &self.mutability)?;
        out.serialize_field("returned", &self.returned)?;
        if has_uniqueness {
            out.serialize_field("uniqueness", &self.uniqueness)?;
        }
        out.end()
    }
}
