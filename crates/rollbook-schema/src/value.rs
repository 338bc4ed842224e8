//! The values an attribute can have (RFC 7643 §2.3 to §2.5), as an ordered tree.

mod complex;
mod convert;
mod de;
mod equal;
mod number;
mod ser;

pub(crate) use complex::Builder;
pub use complex::{Complex, ComplexIter};
pub(crate) use de::{PRIVATE_NUMBER, RAW_VALUE};
pub(crate) use number::number_length;
pub use number::{Number, ParseNumberError};

use serde_json::value::RawValue;

/// The value of an attribute.
///
/// The tree keeps what JSON text says: the order of members, the spelling of names and numbers, and, for an extension
/// that no schema knows, every byte. Two values are equal when they mean the same JSON: numbers compare by value, names
/// without regard to ASCII case, members in any order.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// JSON `null`, which RFC 7643 §2.5 treats as no value.
    #[default]
    Null,
    /// `true` or `false` (RFC 7643 §2.3.2).
    Boolean(bool),
    /// An integer or decimal with its text (RFC 7643 §2.3.3, §2.3.4).
    Number(Number),
    /// A string, dateTime, binary or reference (RFC 7643 §2.3.1, §2.3.5 to §2.3.7).
    String(Box<str>),
    /// The elements of a multi-valued attribute (RFC 7643 §2.4).
    Array(Vec<Self>),
    /// The sub-attributes of a complex attribute (RFC 7643 §2.3.8), or the attributes of an extension.
    Complex(Complex),
    /// The exact text of an extension object that no schema knows; only ever a top-level member of a resource.
    Opaque(Box<RawValue>),
}

impl Value {
    /// Returns the text of a string.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of a Boolean; the strings `"True"` and `"False"` are none.
    #[inline]
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the number.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the elements of an array.
    #[inline]
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the elements of an array, to be changed.
    #[inline]
    #[must_use]
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the members of a complex value; an opaque extension has none that can be seen.
    #[inline]
    #[must_use]
    pub fn as_complex(&self) -> Option<&Complex> {
        match self {
            Self::Complex(complex) => Some(complex),
            _ => None,
        }
    }

    /// Returns the members of a complex value, to be changed.
    #[inline]
    #[must_use]
    pub fn as_complex_mut(&mut self) -> Option<&mut Complex> {
        match self {
            Self::Complex(complex) => Some(complex),
            _ => None,
        }
    }

    /// Tells whether the value is `null` or an empty array, which RFC 7643 §2.5 calls unassigned.
    ///
    /// An empty string and an empty object are values.
    #[inline]
    #[must_use]
    pub fn is_unassigned(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Array(elements) => elements.is_empty(),
            _ => false,
        }
    }

    /// Iterates over the elements of an array, or over the value itself when it is single; `null` has no elements.
    #[inline]
    pub fn elements(&self) -> std::slice::Iter<'_, Self> {
        match self {
            Self::Null => [].iter(),
            Self::Array(elements) => elements.iter(),
            single => std::slice::from_ref(single).iter(),
        }
    }

    /// Returns the value as JSON text without spaces; numbers and opaque extensions keep their text.
    #[must_use]
    pub fn to_json_string(&self) -> String {
        let mut text = String::new();
        crate::json::write_value(&mut text, self);
        text
    }
}
