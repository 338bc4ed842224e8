//! Why JSON text was refused.

/// Why JSON text was refused.
///
/// Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is longer than [`JsonLimits::max_bytes`](crate::JsonLimits::max_bytes).
    #[error("the body is longer than {limit} bytes; send less at a time")]
    TooLarge {
        /// The most bytes that are accepted.
        limit: usize,
    },
    /// Objects and arrays are nested deeper than [`JsonLimits::max_depth`](crate::JsonLimits::max_depth).
    #[error("the JSON is nested deeper than {limit} levels at line {line}, column {column}; flatten it")]
    TooDeep {
        /// The most levels that are accepted.
        limit: usize,
        /// The line of the bracket that was one too many.
        line: usize,
        /// The column of that bracket.
        column: usize,
    },
    /// The bytes are not UTF-8 (RFC 8259 §8.1).
    #[error("the body is not UTF-8 at byte {offset}; encode it as UTF-8")]
    InvalidUtf8 {
        /// The number of valid bytes before the first wrong one.
        offset: usize,
    },
    /// The text is not JSON (RFC 8259).
    #[error("the body is not JSON: expected {expected} at line {line}, column {column}")]
    Syntax {
        /// The line of the error.
        line: usize,
        /// The column of the error.
        column: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A name occurs twice in one object, up to ASCII case (RFC 7643 §2.1).
    #[error("`{name}` occurs twice in one object (upper and lower case are the same); send it once")]
    DuplicateName {
        /// The name in its second spelling, cut after 100 characters.
        name: String,
    },
    /// A string escapes half of a surrogate pair, which is no character (RFC 8259 §8.2).
    #[error("the string at line {line}, column {column} escapes half a surrogate pair; send both halves")]
    LoneSurrogate {
        /// The line of the escape.
        line: usize,
        /// The column of the escape.
        column: usize,
    },
    /// The text is JSON but not an object, as a resource must be.
    #[error("the body is not a JSON object; send the resource as an object")]
    NotAnObject,
}
