//! Checking the type of one value (RFC 7643 §2.3).

use crate::datetime::DateTime;
use crate::definition::AttributeType;
use crate::value::Value;

/// Tells whether a single value is of a type.
pub(super) fn has_type(value: &Value, expected: AttributeType) -> bool {
    match (expected, value) {
        (AttributeType::String | AttributeType::Reference, Value::String(_))
        | (AttributeType::Boolean, Value::Boolean(_))
        | (AttributeType::Decimal, Value::Number(_))
        | (AttributeType::Complex, Value::Complex(_)) => true,
        (AttributeType::Integer, Value::Number(number)) => number.is_integer(),
        (AttributeType::DateTime, Value::String(text)) => DateTime::parse(text).is_ok(),
        (AttributeType::Binary, Value::String(text)) => is_base64(text),
        _ => false,
    }
}

/// Checks base64 in either alphabet of RFC 4648 (§4, §5), padded or not, which RFC 7643 §2.3.6 allows.
///
/// Line breaks and spaces are let through: the RFC's own example of a certificate (§8.2) has them.
fn is_base64(text: &str) -> bool {
    let (mut digits, mut padding, mut standard, mut url_safe) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            b' ' | b'\r' | b'\n' => continue,
            b'=' => padding += 1,
            _ if padding > 0 => return false,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => digits += 1,
            b'+' | b'/' => (digits, standard) = (digits + 1, true),
            b'-' | b'_' => (digits, url_safe) = (digits + 1, true),
            _ => return false,
        }
    }
    let padded = padding == 0 || (padding <= 2 && (digits + padding).is_multiple_of(4));
    !(standard && url_safe) && digits % 4 != 1 && padded
}
