//! What an attribute is and may do (RFC 7643 §2.2, §7).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of an attribute's values (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text (§2.3.1).
    #[default]
    String,
    /// `true` or `false` (§2.3.2).
    Boolean,
    /// A number (§2.3.3).
    Decimal,
    /// A number without fraction and exponent (§2.3.4).
    Integer,
    /// An xsd:dateTime in a string (§2.3.5).
    DateTime,
    /// Base64 in a string, case exact (§2.3.6).
    Binary,
    /// A URI in a string, case exact (§2.3.7).
    Reference,
    /// An object of sub-attributes (§2.3.8).
    Complex,
}

/// Whether and when an attribute's value may be written (RFC 7643 §7).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Set by the service provider alone.
    ReadOnly,
    /// Free to be written and read.
    #[default]
    ReadWrite,
    /// Written once, when the resource is made or the value is first set.
    Immutable,
    /// Written and never read back.
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 §7).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer, whatever the request excludes.
    Always,
    /// In no answer.
    Never,
    /// In answers whose request does not choose otherwise.
    #[default]
    Default,
    /// In answers whose request names it.
    Request,
}

/// How far an attribute's values must differ (RFC 7643 §7).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Not at all.
    #[default]
    None,
    /// Within the service provider.
    Server,
    /// In the whole world.
    Global,
}

impl AttributeType {
    /// Returns the name that schemas use, such as `dateTime`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

impl Mutability {
    /// Returns the name that schemas use, such as `readOnly`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

impl Returned {
    /// Returns the name that schemas use, such as `always`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

impl Uniqueness {
    /// Returns the name that schemas use, such as `server`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
            Self::Global => "global",
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Mutability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Uniqueness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
