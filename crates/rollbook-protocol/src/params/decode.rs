//! The query part of a URI as names and values, in the way of HTML forms.

/// Splits a query at `&` and at the first `=` of each part; empty parts are left out (decision D34).
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// Decodes `%XX` and `+`, once; `None` where the bytes are not UTF-8.
///
/// A `%` without two hexadecimal digits stands for itself, as browsers have it.
pub(super) fn decode(text: &str) -> Option<String> {
    if !text.contains(['%', '+']) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match escaped(after) {
                Some((decoded, after)) => {
                    rest = after;
                    decoded
                }
                None => b'%',
            },
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Reads the two digits after a `%`.
fn escaped(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(2)?;
    let mut value = 0;
    for &digit in digits {
        value = value * 16 + char::from(digit).to_digit(16)?;
    }
    u8::try_from(value).ok().map(|byte| (byte, rest))
}
