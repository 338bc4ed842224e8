//! Handing over numbers.

use serde::de::{Error, Visitor};

use crate::convert::ConversionError;
use crate::value::Number;

/// Hands over a machine number that means exactly the same, or fails: nothing is lost silently.
///
/// A number with a fraction or an exponent is handed over as the nearest float, which is what JSON readers do.
pub(super) fn visit<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, ConversionError> {
    if number.is_integer() {
        let text = number.to_string();
        if let Ok(value) = text.parse::<i64>() {
            return visitor.visit_i64(value);
        }
        if let Ok(value) = text.parse::<u64>() {
            return visitor.visit_u64(value);
        }
        if let Ok(value) = text.parse::<i128>() {
            return visitor.visit_i128(value);
        }
        return Err(ConversionError::custom(
            "the number has more digits than a machine number holds; read it as a rollbook_schema::Number",
        ));
    }
    let float = number.as_f64();
    if float.is_finite() {
        visitor.visit_f64(float)
    } else {
        Err(ConversionError::custom(
            "the number is beyond the range of a float; read it as a rollbook_schema::Number",
        ))
    }
}
