//! Reading the tree into any type that implements `Deserialize`; strings are borrowed.

mod access;
mod number;
mod opaque;

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{Error, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::resource::Resource;
use crate::value::{Complex, RAW_VALUE, Value};

use super::ConversionError;
use super::key::Wanted;
use access::{Elements, Members, Variant, one_member};
use opaque::Opaque;

type Result<T> = std::result::Result<T, ConversionError>;

impl<'de> Deserializer<'de> for &'de Value {
    type Error = ConversionError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Number(number) => number::visit(number, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(elements) => Elements::visit(elements.iter(), visitor),
            Value::Complex(complex) => complex.deserialize_any(visitor),
            Value::Opaque(raw) => Opaque::new(raw).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Value::Number(number) => visitor.visit_f64(number.as_f64()),
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            // RFC 7643 §2.5: `null` and an empty array are the same state.
            Value::Null => Elements::visit(std::iter::empty::<Self>(), visitor),
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Value::Complex(complex) => complex.deserialize_struct(name, fields, visitor),
            Value::Opaque(raw) => Opaque::new(raw).deserialize_struct(name, fields, visitor),
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match (self, name) {
            (Value::Opaque(raw), RAW_VALUE) => Opaque::new(raw).deserialize_newtype_struct(name, visitor),
            (value, RAW_VALUE) => visitor.visit_map(one_member(RAW_VALUE, value.to_json_string())),
            (value, _) => visitor.visit_newtype_struct(value),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Value::String(text) => {
                let variant: StrDeserializer<'_, ConversionError> = text.as_ref().into_deserializer();
                visitor.visit_enum(variant)
            }
            Value::Complex(complex) => complex.deserialize_enum(name, variants, visitor),
            Value::Opaque(raw) => Opaque::new(raw).deserialize_enum(name, variants, visitor),
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

impl<'de> Deserializer<'de> for &'de Complex {
    type Error = ConversionError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        Members::visit(self, Wanted::Known, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        Members::visit(self, Wanted::Fields(fields), visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            RAW_VALUE => {
                let mut text = String::new();
                crate::json::write_complex(&mut text, self);
                visitor.visit_map(one_member(RAW_VALUE, text))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let mut members = self.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) => {
                let spelling = Wanted::Fields(variants).spelling(name);
                Variant::visit(Some((spelling, value)), visitor).map_err(|error| error.within(name.as_str()))
            }
            _ => Variant::visit(None::<(&str, &Value)>, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier
    }
}

impl<'de> Deserializer<'de> for &'de Resource {
    type Error = ConversionError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.as_complex().deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.as_complex().deserialize_struct(name, fields, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        self.as_complex().deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.as_complex().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier
    }
}

impl<'de> IntoDeserializer<'de, ConversionError> for &'de Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
