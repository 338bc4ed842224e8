//! Deserialization through serde, for values inside other messages.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::json::{JsonLimits, parse_value};
use crate::name::AttributeName;

use super::complex::Builder;
use super::{Complex, Number, Value};

/// The only member of the map that `serde_json` makes of a number when its `arbitrary_precision` is on.
pub(crate) const PRIVATE_NUMBER: &str = "$serde_json::private::Number";

/// The name under which `serde_json` and this crate's own tree are asked for the text of a value.
///
/// Other formats know nothing of it and hand over what they have.
pub(crate) const RAW_VALUE: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Value {
    /// Reads a value; from JSON text and from this crate's tree without loss, numbers included.
    ///
    /// What serde itself keeps in between, for `#[serde(flatten)]` and untagged enums, and other formats hand over
    /// machine numbers.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Complex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Complex(complex) => Ok(complex),
            _ => Err(D::Error::custom("expected an object")),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => Ok(number),
            _ => Err(D::Error::custom("expected a number")),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        value.to_string().parse().map(Value::Number).map_err(E::custom)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        value.to_string().parse().map(Value::Number).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom("JSON has no infinite numbers; send a finite one"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut builder = Builder::default();
        let mut private = None;
        while let Some(name) = access.next_key::<AttributeName>()? {
            if builder.position(&name).is_some() {
                return Err(A::Error::custom(format_args!("`{name}` occurs twice; send it once")));
            }
            if name.as_str() == RAW_VALUE {
                let text: std::borrow::Cow<'_, str> = access.next_value()?;
                let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
                return parse_value(text.as_bytes(), &limits).map_err(A::Error::custom);
            }
            let value = access.next_value()?;
            if name.as_str() == PRIVATE_NUMBER {
                private = Value::as_str(&value).and_then(|text| text.parse::<Number>().ok());
            }
            builder.push(name, value);
        }
        let complex = builder.finish();
        match private {
            Some(number) if complex.len() == 1 => Ok(Value::Number(number)),
            _ => Ok(Value::Complex(complex)),
        }
    }
}
