//! Filters and paths that hold values of people: written by rule, never pasted together.

use serde_json::Value;

/// The filter that an attribute equals a value: `userName eq "ann@example.org"` (RFC 7644 §3.4.2.2).
///
/// The value is written as a JSON string, so a quote or a backslash in it stays part of it.
///
/// ```
/// assert_eq!(rollbook_connectors::eq_filter("userName", r#"a" or "b"#), r#"userName eq "a\" or \"b""#);
/// ```
#[must_use]
pub fn eq_filter(attribute: &str, value: &str) -> String {
    format!("{attribute} eq {}", Value::from(value))
}

/// The path of one member: `members[value eq "2819c223"]` (RFC 7644 §3.5.2).
pub(super) fn member_path(id: &str) -> String {
    format!("members[{}]", eq_filter("value", id))
}

/// Writes a text as one segment of a path or one value of a query (RFC 3986 §2.3: all but unreserved is escaped).
pub(super) fn percent_encode(text: &str) -> String {
    // A segment of dots would be a step up (RFC 3986 §3.3).
    let dots = text.bytes().all(|byte| byte == b'.');
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || byte == b'.' && !dots {
            out.push(char::from(byte));
        } else {
            let digit =
                |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}
