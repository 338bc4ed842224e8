//! Writing any type that implements `Serialize` as a tree.

mod compound;
mod text;

use serde::Serialize;
use serde::ser::Serializer;

use crate::json::{JsonLimits, parse_value};
use crate::value::{Number, Value};

use super::ConversionError;
use compound::{Elements, Members, Part, VariantElements, VariantMembers};

/// Writes a value as a tree.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    Ok(value.serialize(ToValue { depth: 0 })?.unwrap_or_default())
}

type Result<T> = std::result::Result<T, ConversionError>;

/// What a type writes itself as; `None` is an `Option` without a value, which leaves its member out.
type Written = Option<Value>;

/// The deepest nesting that is written: the same that is read.
const DEEPEST: usize = 256;

#[derive(Clone, Copy)]
struct ToValue {
    depth: usize,
}

impl ToValue {
    fn deeper(self) -> Result<Self> {
        if self.depth >= DEEPEST {
            return Err(ConversionError::new(format!("nested deeper than {DEEPEST} levels; flatten it")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

fn float(value: f64) -> Result<Written> {
    let number = Number::from_f64(value);
    let number =
        number.ok_or_else(|| ConversionError::new("JSON has no infinite numbers; send a finite one"))?;
    Ok(Some(Value::Number(number)))
}

fn digits(text: &str) -> Result<Written> {
    let number = text.parse().map(Value::Number);
    number.map(Some).map_err(|_| ConversionError::new("not a number"))
}

/// Reads the text that `serde_json`'s raw values and numbers of any size consist of.
fn json(text: &str) -> Result<Value> {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    parse_value(text.as_bytes(), &limits).map_err(|error| ConversionError::new(error.to_string()))
}

impl Serializer for ToValue {
    type Ok = Written;
    type Error = ConversionError;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = VariantElements;
    type SerializeMap = Members;
    type SerializeStruct = Part;
    type SerializeStructVariant = VariantMembers;

    fn serialize_bool(self, value: bool) -> Result<Written> {
        Ok(Some(Value::Boolean(value)))
    }

    fn serialize_i8(self, value: i8) -> Result<Written> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i16(self, value: i16) -> Result<Written> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i32(self, value: i32) -> Result<Written> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Written> {
        Ok(Some(Value::from(value)))
    }

    fn serialize_i128(self, value: i128) -> Result<Written> {
        digits(&value.to_string())
    }

    fn serialize_u8(self, value: u8) -> Result<Written> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u16(self, value: u16) -> Result<Written> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u32(self, value: u32) -> Result<Written> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u64(self, value: u64) -> Result<Written> {
        Ok(Some(Value::from(value)))
    }

    fn serialize_u128(self, value: u128) -> Result<Written> {
        digits(&value.to_string())
    }

    fn serialize_f32(self, value: f32) -> Result<Written> {
        // By its text: the nearest f64 of 0.1 has digits that nobody wrote.
        if value.is_finite() { digits(&format!("{value:?}")) } else { float(f64::from(value)) }
    }

    fn serialize_f64(self, value: f64) -> Result<Written> {
        float(value)
    }

    fn serialize_char(self, value: char) -> Result<Written> {
        Ok(Some(Value::from(value.to_string())))
    }

    fn serialize_str(self, value: &str) -> Result<Written> {
        Ok(Some(Value::from(value)))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Written> {
        Err(ConversionError::new("bytes have no form in SCIM; send base64 in a string (RFC 7643 §2.3.6)"))
    }

    fn serialize_none(self) -> Result<Written> {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Written> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Written> {
        Ok(Some(Value::Null))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Written> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Written> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Written> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Written> {
        let value = value.serialize(self.deeper()?).map_err(|error| error.within(variant))?;
        Ok(Some(compound::tagged(variant, value.unwrap_or_default())))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Elements> {
        Elements::new(self)
    }

    fn serialize_tuple(self, _length: usize) -> Result<Elements> {
        Elements::new(self)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Elements> {
        Elements::new(self)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<VariantElements> {
        Ok(VariantElements { variant, elements: Elements::new(self.deeper()?)? })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Members> {
        Members::new(self)
    }

    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Part> {
        Part::new(name, self)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<VariantMembers> {
        Ok(VariantMembers { variant, members: Members::new(self.deeper()?)? })
    }
}
