//! Words of a text that does not parse, for messages about it.

/// Returns the token at the start of `text`: a bracket, a string in quotes, or what stands before the next of these or
/// a blank; empty at the end and before a blank.
pub(crate) fn next_token(text: &str) -> &str {
    let length = match text.chars().next() {
        None => 0,
        Some('(' | ')' | '[' | ']') => 1,
        Some('"') => string_length(text),
        Some(_) => text.find(|c: char| c.is_whitespace() || "()[]\"".contains(c)).unwrap_or(text.len()),
    };
    text.get(..length).unwrap_or_default()
}

/// Returns the token that ends `text`, blanks aside; empty where there is none.
pub(super) fn last_token(text: &str) -> &str {
    let mut last = "";
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        last = next_token(rest);
        rest = rest.get(last.len()..).unwrap_or_default().trim_start();
    }
    last
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return index + 1,
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}
