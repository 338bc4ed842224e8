//! Reading and writing JSON text without loss, within limits.

mod error;
mod reader;
mod write;

pub use error::JsonError;
pub(crate) use reader::Reader;
pub(crate) use write::{write_complex, write_value};

use crate::value::Value;

/// The deepest nesting that is ever read, whatever [`JsonLimits::max_depth`] says: it bounds the use of the stack.
const DEEPEST: usize = 256;

/// How much JSON is read before it is refused.
///
/// ```
/// let limits = rollbook_schema::JsonLimits { max_depth: 4, ..Default::default() };
/// assert!(rollbook_schema::parse_value(b"[[[[[]]]]]", &limits).is_err());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JsonLimits {
    /// The longest text in bytes; 16 MiB unless set.
    pub max_bytes: usize,
    /// The deepest nesting of objects and arrays; 32 unless set, and never more than 256.
    pub max_depth: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024, max_depth: 32 }
    }
}

/// Reads JSON text into a [`Value`], for message bodies such as a PATCH request.
///
/// Order, spelling and the text of numbers are kept; nothing becomes opaque.
///
/// # Errors
///
/// Refuses what is not JSON (RFC 8259), is beyond the limits, has a lone surrogate in a string, or names a member
/// twice in one object up to ASCII case (RFC 7643 §2.1).
pub fn parse_value(bytes: &[u8], limits: &JsonLimits) -> Result<Value, JsonError> {
    let mut reader = Reader::new(bytes, limits)?;
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}
