//! Comparison values from Rust's.

use std::borrow::Cow;

use crate::ast::CompValue;
use crate::error::{ParseError, ParseErrorKind};
use crate::parse;

impl<'a> CompValue<'a> {
    /// Keeps the text of a JSON number as it is (RFC 7159 §6), for numbers that no Rust type holds exactly.
    ///
    /// # Errors
    ///
    /// Fails where the text is not exactly one JSON number.
    pub fn number(text: impl Into<Cow<'a, str>>) -> Result<Self, ParseError> {
        let text = text.into();
        if parse::is_number(&text) {
            return Ok(Self::Number(text));
        }
        Err(ParseError::new(ParseErrorKind::InvalidNumber, 0..text.len(), &text))
    }
}

impl<'a> From<&'a str> for CompValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for CompValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for CompValue<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for CompValue<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::String(text)
    }
}

impl From<bool> for CompValue<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for CompValue<'_> {
            fn from(value: $integer) -> Self {
                Self::Number(Cow::Owned(value.to_string()))
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

/// `None` is `null`.
impl<'a, T: Into<Self>> From<Option<T>> for CompValue<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The shortest digits that read back as the same number; infinities and NaN are no JSON numbers.
impl TryFrom<f64> for CompValue<'static> {
    type Error = ParseError;

    fn try_from(value: f64) -> Result<Self, ParseError> {
        Self::number(value.to_string())
    }
}
