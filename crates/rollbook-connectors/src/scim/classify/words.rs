//! What others said, made fit to be shown.

use rollbook_store::Secret;

/// The most characters of a service's words that are kept.
const LIMIT: usize = 200;

/// The service's words: without the credential, on one line, shortened.
pub(super) fn of_service(text: &str, secret: Option<&Secret>) -> String {
    // First the credential, then the cut: a half of it would not be found.
    let text = match secret.map(Secret::expose).filter(|secret| !secret.is_empty()) {
        Some(secret) => text.replace(secret, "[secret]"),
        None => text.to_owned(),
    };
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    if line.chars().nth(LIMIT).is_none() {
        return line;
    }
    line.chars().take(LIMIT - 1).chain(['…']).collect()
}

/// An error's text as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}
