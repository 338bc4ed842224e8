//! Text from clients, as PostgreSQL can keep and index it.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The longest text that goes into an index as it is; a B-tree entry may have some 2,700 bytes.
const LONGEST: usize = 512;

/// How much of a longer text the index keeps, before its hash.
const HEAD: usize = 400;

/// Text without NUL, which PostgreSQL refuses: NUL becomes `\u{1}0` and `\u{1}` becomes `\u{1}1`. Different texts stay
/// different and keep their order.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\u{1}']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0"))
}

/// The text that [`plain`] was made from.
pub(crate) fn original(text: String) -> String {
    if text.contains('\u{1}') { text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}") } else { text }
}

/// A form of a text that an index can hold: the text itself, or the head and the hash of a long one.
pub(crate) fn key(text: &str) -> Cow<'_, str> {
    let text = plain(text);
    if text.len() <= LONGEST {
        return text;
    }
    let head = text.char_indices().map(|(place, _)| place).take_while(|place| *place <= HEAD).last();
    let mut short = text.get(..head.unwrap_or(0)).unwrap_or_default().to_owned();
    short.push_str("\u{1}2");
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(short, "{byte:02x}");
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_keep_their_order() {
        let mut texts = ["", "a", "a\0", "a\0b", "a\u{1}", "a\u{1}0", "a\u{2}", "a b", "\0", "\u{1}1\0", "ß"];
        texts.sort_unstable();
        let plain: Vec<_> = texts.iter().map(|text| plain(text).into_owned()).collect();
        assert!(plain.is_sorted(), "{plain:?}");
        for (text, plain) in texts.iter().zip(plain) {
            assert!(!plain.contains('\0'));
            assert_eq!(original(plain), *text);
        }
    }

    #[test]
    fn long_keys_are_short_and_differ() {
        let long = |end: &str| format!("{}{end}", "é".repeat(2_000));
        let (one, other) = (long("a"), long("b"));
        assert!(key(&one).len() < 500, "{}", key(&one).len());
        assert_ne!(key(&one), key(&other));
        assert_eq!(key("short"), "short");
    }
}
