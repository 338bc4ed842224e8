//! What each byte may be part of, looked up in a table.

/// A set of bytes: one bit of the table.
#[derive(Clone, Copy)]
pub(super) struct Class(u8);

impl Class {
    /// The RFC's SP, and the blanks JSON allows, for a filter written over several lines in a search body.
    pub(super) const BLANK: Self = Self(1);
    /// RFC 7643 §2.1: what a name begins with, and `$`.
    pub(super) const NAME_START: Self = Self(1 << 1);
    /// RFC 7643 §2.1: what a name is made of.
    pub(super) const NAME: Self = Self(1 << 2);
    /// RFC 3986 §2 without quotes and brackets, which end a path.
    pub(super) const URI: Self = Self(1 << 3);
    /// RFC 7159 §7: what stands in a string without an escape; all bytes of a character that is not ASCII.
    pub(super) const UNESCAPED: Self = Self(1 << 4);

    #[inline]
    pub(super) fn has(self, byte: u8) -> bool {
        TABLE.get(usize::from(byte)).is_some_and(|classes| classes & self.0 != 0)
    }
}

/// Tells whether the text begins with a byte of the class.
#[inline]
pub(super) fn first_is(text: &str, class: Class) -> bool {
    text.as_bytes().first().is_some_and(|&byte| class.has(byte))
}

static TABLE: [u8; 256] = table();

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which would refuse an index out of bounds"
)]
const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = classes(byte);
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

const fn classes(byte: u8) -> u8 {
    let mut classes = 0;
    if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
        classes |= Class::BLANK.0;
    }
    if byte.is_ascii_alphabetic() || byte == b'$' {
        classes |= Class::NAME_START.0;
    }
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$') {
        classes |= Class::NAME.0 | Class::URI.0;
    }
    if matches!(
        byte,
        b'.' | b'~'
            | b':'
            | b'/'
            | b'?'
            | b'#'
            | b'@'
            | b'!'
            | b'&'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b'%'
    ) {
        classes |= Class::URI.0;
    }
    if byte >= b' ' && byte != b'"' && byte != b'\\' {
        classes |= Class::UNESCAPED.0;
    }
    classes
}
