//! Reading the text of an opaque extension: level by level, so that numbers are handed over as those of the tree are.

use std::borrow::Cow;
use std::fmt;
use std::vec;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use crate::convert::ConversionError;
use crate::convert::key::Wanted;
use crate::name::AttributeName;
use crate::value::{Number, RAW_VALUE};

use super::access::{Elements, Variant};
use super::number;

type Result<T> = std::result::Result<T, ConversionError>;

/// A JSON text that is read into a type.
///
/// `serde_json` would hand over a number of many digits as the nearest float and say nothing.
#[derive(Clone, Copy)]
pub(super) struct Opaque<'de> {
    text: &'de str,
}

impl<'de> Opaque<'de> {
    pub(super) fn new(raw: &'de RawValue) -> Self {
        Self { text: raw.get().trim_ascii() }
    }

    fn number(self) -> Option<Number> {
        self.text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).then_some(())?;
        self.text.parse().ok()
    }

    fn is_null(self) -> bool {
        self.text == "null"
    }

    fn object<V: Visitor<'de>>(self, wanted: Wanted, visitor: V) -> Result<V::Value> {
        let Object(members) = read(self.text)?;
        visitor.visit_map(Members { wanted, rest: members.into_iter(), current: None })
    }
}

/// Reads one level; what stands below stays text.
fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T> {
    serde_json::from_str(text).map_err(ConversionError::custom)
}

impl<'de> Deserializer<'de> for Opaque<'de> {
    type Error = ConversionError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Some(value) = self.number() {
            return number::visit(&value, visitor);
        }
        match self.text.as_bytes().first() {
            Some(b'{') => self.object(Wanted::Known, visitor),
            Some(b'[') => {
                let elements: Vec<&RawValue> = read(self.text)?;
                Elements::visit(elements.into_iter().map(Opaque::new), visitor)
            }
            _ => serde_json::Deserializer::from_str(self.text)
                .deserialize_any(visitor)
                .map_err(ConversionError::custom),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.number() {
            Some(number) => visitor.visit_f64(number.as_f64()),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_null() {
            return Elements::visit(std::iter::empty::<Self>(), visitor);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.text.starts_with('{') {
            return self.object(Wanted::Fields(fields), visitor);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            RAW_VALUE => serde_json::Deserializer::from_str(self.text)
                .deserialize_newtype_struct(name, visitor)
                .map_err(ConversionError::custom),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.text.as_bytes().first() {
            Some(b'"') => {
                let variant: String = read(self.text)?;
                let variant: StringDeserializer<ConversionError> = variant.into_deserializer();
                visitor.visit_enum(variant)
            }
            Some(b'{') => {
                let Object(members) = read(self.text)?;
                let only = <[_; 1]>::try_from(members).ok().map(|[(name, value)]| {
                    let name = Wanted::Fields(variants).spelling(&AttributeName::new(name)).to_owned();
                    (name, Self::new(value))
                });
                Variant::visit(only, visitor)
            }
            _ => Err(ConversionError::invalid_type(Unexpected::Other("a value"), &"a string or an object")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map identifier
    }
}

/// The members of an object in their order, a name that occurs twice included.
struct Object<'de>(Vec<(Cow<'de, str>, &'de RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> std::result::Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        let mut members = Vec::new();
        while let Some((Name(name), value)) = access.next_entry()? {
            members.push((name, value));
        }
        Ok(Object(members))
    }
}

struct Members<'de> {
    wanted: Wanted,
    rest: vec::IntoIter<(Cow<'de, str>, &'de RawValue)>,
    current: Option<(Cow<'de, str>, &'de RawValue)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = ConversionError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.current = Some((name.clone(), value));
        let field = match self.wanted {
            Wanted::Fields(_) => Some(self.wanted.spelling(&AttributeName::new(&name)).to_owned()),
            _ => None,
        };
        match (field, name) {
            (Some(name), _) | (None, Cow::Owned(name)) => {
                let name: StringDeserializer<ConversionError> = name.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            (None, Cow::Borrowed(name)) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        match self.current.take() {
            Some((name, value)) => seed.deserialize(Opaque::new(value)).map_err(|error| error.within(&name)),
            None => Err(ConversionError::custom("a value was asked for before its name")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
