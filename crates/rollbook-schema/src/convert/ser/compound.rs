//! Arrays, objects and enums.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::value::RawValue;

use crate::convert::ConversionError;
use crate::name::AttributeName;
use crate::value::{Builder, Complex, PRIVATE_NUMBER, Value};

use super::text::Text;
use super::{Result, ToValue, Written, json};

/// The name under which `serde_json` writes the text of a value.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// An enum's value: an object of one member, named after the variant.
pub(super) fn tagged(variant: &str, value: Value) -> Value {
    Value::Complex(Complex::from_iter([(variant, value)]))
}

pub(super) struct Elements {
    inner: ToValue,
    elements: Vec<Value>,
}

impl Elements {
    pub(super) fn new(outer: ToValue) -> Result<Self> {
        Ok(Self { inner: outer.deeper()?, elements: Vec::new() })
    }

    fn push<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<()> {
        let index = self.elements.len();
        let element = element.serialize(self.inner).map_err(|error| error.at(index))?;
        self.elements.push(element.unwrap_or_default());
        Ok(())
    }

    fn finish(self) -> Value {
        Value::Array(self.elements)
    }
}

pub(super) struct Members {
    inner: ToValue,
    builder: Builder,
    name: Option<String>,
}

impl Members {
    pub(super) fn new(outer: ToValue) -> Result<Self> {
        Ok(Self { inner: outer.deeper()?, builder: Builder::default(), name: None })
    }

    fn push<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        let written = value.serialize(self.inner).map_err(|error| error.within(name))?;
        let Some(mut value) = written else { return Ok(()) };
        let name = AttributeName::new(name);
        if self.builder.position(&name).is_some() {
            let message = "the name occurs twice in one object (upper and lower case are the same)";
            return Err(ConversionError::new(message).within(name.as_str()));
        }
        if let Value::Opaque(raw) = &value
            && !(self.inner.depth == 1 && name.as_str().contains(':') && raw.get().starts_with('{'))
        {
            value = json(raw.get()).map_err(|error| error.within(name.as_str()))?;
        }
        self.builder.push(name, value);
        Ok(())
    }

    fn finish(self) -> Value {
        Value::Complex(self.builder.finish())
    }
}

/// A struct, or what `serde_json` writes as a struct of one field: a raw value, a number of any size.
pub(super) enum Part {
    Members(Members),
    Text { raw: bool, value: Written, depth: usize },
}

impl Part {
    pub(super) fn new(name: &'static str, outer: ToValue) -> Result<Self> {
        match name {
            RAW_VALUE | PRIVATE_NUMBER => {
                Ok(Self::Text { raw: name == RAW_VALUE, value: None, depth: outer.depth })
            }
            _ => Members::new(outer).map(Self::Members),
        }
    }
}

pub(super) struct VariantElements {
    pub(super) variant: &'static str,
    pub(super) elements: Elements,
}

pub(super) struct VariantMembers {
    pub(super) variant: &'static str,
    pub(super) members: Members,
}

impl SerializeSeq for Elements {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<()> {
        self.push(element)
    }

    fn end(self) -> Result<Written> {
        Ok(Some(self.finish()))
    }
}

impl SerializeTuple for Elements {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<()> {
        self.push(element)
    }

    fn end(self) -> Result<Written> {
        Ok(Some(self.finish()))
    }
}

impl SerializeTupleStruct for Elements {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, field: &T) -> Result<()> {
        self.push(field)
    }

    fn end(self) -> Result<Written> {
        Ok(Some(self.finish()))
    }
}

impl SerializeTupleVariant for VariantElements {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, field: &T) -> Result<()> {
        self.elements.push(field).map_err(|error| error.within(self.variant))
    }

    fn end(self) -> Result<Written> {
        Ok(Some(tagged(self.variant, self.elements.finish())))
    }
}

impl SerializeMap for Members {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<()> {
        self.name = Some(name.serialize(Text)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        match self.name.take() {
            Some(name) => self.push(&name, value),
            None => Err(ConversionError::new("a value came before its name")),
        }
    }

    fn end(self) -> Result<Written> {
        Ok(Some(self.finish()))
    }
}

impl SerializeStruct for Part {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, field: &T) -> Result<()> {
        match self {
            Self::Members(members) => members.push(name, field),
            Self::Text { raw, value, depth } => {
                let text = field.serialize(Text)?;
                *value = Some(match RawValue::from_string(text) {
                    // The member that it becomes decides whether it stays as it is.
                    Ok(text) if *raw && *depth == 1 && text.get().starts_with('{') => Value::Opaque(text),
                    Ok(text) => json(text.get())?,
                    Err(_) => return Err(ConversionError::new("not JSON")),
                });
                Ok(())
            }
        }
    }

    fn end(self) -> Result<Written> {
        match self {
            Self::Members(members) => Ok(Some(members.finish())),
            Self::Text { value, .. } => Ok(value),
        }
    }
}

impl SerializeStructVariant for VariantMembers {
    type Ok = Written;
    type Error = ConversionError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, field: &T) -> Result<()> {
        self.members.push(name, field).map_err(|error| error.within(self.variant))
    }

    fn end(self) -> Result<Written> {
        Ok(Some(tagged(self.variant, self.members.finish())))
    }
}
