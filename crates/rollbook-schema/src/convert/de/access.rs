//! Walking arrays, objects and enums.

use std::iter::Enumerate;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{
    DeserializeSeed, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::{Deserialize, Deserializer};

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

/// The elements of an array, of the tree or of a text.
pub(super) struct Elements<I> {
    rest: Enumerate<I>,
}

impl<I: ExactSizeIterator> Elements<I> {
    pub(super) fn visit<'de, V: Visitor<'de>>(elements: I, visitor: V) -> Result<V::Value>
    where
        I::Item: Deserializer<'de, Error = ConversionError>,
    {
        let mut access = Self { rest: elements.enumerate() };
        let value = visitor.visit_seq(&mut access)?;
        match access.rest.len() {
            0 => Ok(value),
            more => Err(ConversionError::custom(format_args!("the array has {more} elements too many"))),
        }
    }
}

impl<'de, I> SeqAccess<'de> for &mut Elements<I>
where
    I: ExactSizeIterator,
    I::Item: Deserializer<'de, Error = ConversionError>,
{
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

/// An enum that is tagged from outside: the only member of an object, named after the variant.
pub(super) struct Variant<N, D> {
    name: N,
    value: D,
}

impl<'de, N, D> Variant<N, D>
where
    N: IntoDeserializer<'de, ConversionError>,
    D: Deserializer<'de, Error = ConversionError>,
{
    /// `only` is the object's only member, if it has no other.
    pub(super) fn visit<V: Visitor<'de>>(only: Option<(N, D)>, visitor: V) -> Result<V::Value> {
        match only {
            Some((name, value)) => visitor.visit_enum(Self { name, value }),
            None => Err(ConversionError::custom("expected an object of one member, named after a variant")),
        }
    }
}

impl<'de, N, D> EnumAccess<'de> for Variant<N, D>
where
    N: IntoDeserializer<'de, ConversionError>,
    D: Deserializer<'de, Error = ConversionError>,
{
    type Error = ConversionError;
    type Variant = Held<D>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Held<D>)> {
        Ok((seed.deserialize(self.name.into_deserializer())?, Held(self.value)))
    }
}

/// What a variant holds.
pub(super) struct Held<D>(D);

impl<'de, D: Deserializer<'de, Error = ConversionError>> VariantAccess<'de> for Held<D> {
    type Error = ConversionError;

    fn unit_variant(self) -> Result<()> {
        match Option::<IgnoredAny>::deserialize(self.0)? {
            None => Ok(()),
            Some(_) => Err(ConversionError::custom("expected null: the variant holds nothing")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
