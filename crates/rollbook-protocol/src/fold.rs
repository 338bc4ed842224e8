//! Comparison of values without regard to case.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Folds a value of an attribute with `caseExact: false` (RFC 7643 §2.2), so that equal results mean equal values.
///
/// This is Unicode default case folding (`ß` becomes `ss`), then NFC. Stores keep the result as a key column; they must
/// never fold by themselves, since SQL `lower` and NOCASE differ from it and from each other. Attribute names fold
/// ASCII only.
///
/// ```
/// assert_eq!(rollbook_protocol::fold("Stra\u{df}e"), rollbook_protocol::fold("STRASSE"));
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded = caseless::default_case_fold_str(text);
    match is_nfc_quick(folded.chars()) {
        IsNormalized::Yes => folded,
        _ => folded.nfc().collect(),
    }
}
