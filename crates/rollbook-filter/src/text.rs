//! Standard conversions from and to text: `FromStr`, serde.

use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::ast::{CompareOp, Filter};
use crate::error::{ParseError, ParseErrorKind};
use crate::limits::Limits;
use crate::patch::PatchPath;
use crate::path::AttrPath;

impl FromStr for Filter<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Filter::parse(text).map(Filter::into_owned)
    }
}

impl FromStr for PatchPath<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        PatchPath::parse(text).map(PatchPath::into_owned)
    }
}

impl FromStr for AttrPath<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::new(text.to_owned())
    }
}

impl FromStr for CompareOp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::from_word(text).ok_or_else(|| {
            ParseError::new(ParseErrorKind::Expected("a comparison operator"), 0..text.len(), text)
        })
    }
}

impl Serialize for Filter<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for PatchPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for AttrPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Filter<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Filter::parse_with(&text, &Limits::printed()).map(Filter::into_owned).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for PatchPath<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        PatchPath::parse_with(&text, &Limits::printed()).map(PatchPath::into_owned).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AttrPath<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(D::Error::custom)
    }
}
