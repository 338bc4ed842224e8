//! Walking arrays, objects and enums.

use std::slice;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use crate::convert::ConversionError;
use crate::convert::key::Wanted;
use crate::value::{Complex, ComplexIter, Value};

type Result<T> = std::result::Result<T, ConversionError>;

/// An object of one member, as `serde_json` hands over what serde has no word for.
pub(super) fn one_member<'de>(
    name: &'static str,
    text: String,
) -> MapDeserializer<'de, std::iter::Once<(&'static str, String)>, ConversionError> {
    MapDeserializer::new(std::iter::once((name, text)))
}

/// The elements of an array.
pub(super) struct Elements<'de> {
    rest: std::iter::Enumerate<slice::Iter<'de, Value>>,
}

impl<'de> Elements<'de> {
    pub(super) fn visit<V: Visitor<'de>>(elements: &'de [Value], visitor: V) -> Result<V::Value> {
        let mut access = Self { rest: elements.iter().enumerate() };
        let value = visitor.visit_seq(&mut access)?;
        match access.rest.len() {
            0 => Ok(value),
            more => Err(ConversionError::custom(format_args!("the array has {more} elements too many"))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = ConversionError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((index, element)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(element).map(Some).map_err(|error| error.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The members of an object.
pub(super) struct Members<'de> {
    wanted: Wanted,
    rest: ComplexIter<'de>,
    current: Option<(&'de str, &'de Value)>,
}

impl<'de> Members<'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        complex: &'de Complex,
        wanted: Wanted,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(Self { wanted, rest: complex.iter(), current: None })
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = ConversionError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.current = Some((name.as_str(), value));
        seed.deserialize(BorrowedStrDeserializer::new(self.wanted.spelling(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        match self.current.take() {
            Some((name, value)) => seed.deserialize(value).map_err(|error| error.within(name)),
            None => Err(ConversionError::custom("a value was asked for before its name")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// An enum that is tagged from outside: an object of one member, named after the variant.
pub(super) struct Variant<'de> {
    name: &'de str,
    value: &'de Value,
}

impl<'de> Variant<'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        complex: &'de Complex,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let mut members = complex.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) => {
                let spelling = Wanted::Fields(variants).spelling(name);
                let access = Self { name: spelling, value };
                visitor.visit_enum(access).map_err(|error| error.within(name.as_str()))
            }
            _ => Err(ConversionError::custom("expected an object of one member, named after a variant")),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ConversionError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self)> {
        let variant = seed.deserialize(BorrowedStrDeserializer::<ConversionError>::new(self.name))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ConversionError;

    fn unit_variant(self) -> Result<()> {
        match self.value {
            Value::Null => Ok(()),
            _ => Err(ConversionError::custom("expected null: the variant holds nothing")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        serde::Deserializer::deserialize_seq(self.value, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        serde::Deserializer::deserialize_struct(self.value, "", fields, visitor)
    }
}
