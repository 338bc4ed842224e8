//! Writing JSON objects without a tree.

/// Writes the members of one JSON object.
pub(crate) struct ObjectWriter<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> ObjectWriter<'o> {
    /// Opens an object.
    fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Goes on with an object that is open in `out`.
    pub(crate) fn resume(out: &'o mut Vec<u8>, empty: bool) -> Self {
        Self { out, empty }
    }

    /// Writes a string.
    pub(crate) fn string(&mut self, name: &str, text: &str) {
        self.name(name);
        write_string(self.out, text);
    }

    /// Writes a string if there is one.
    pub(crate) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.string(name, text);
        }
    }

    /// Writes an object.
    pub(crate) fn object(&mut self, name: &str, write: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.name(name);
        let mut inner = ObjectWriter::open(self.out);
        write(&mut inner);
        inner.finish();
    }

    /// Writes an array of objects.
    pub(crate) fn array<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut ObjectWriter<'_>, &T)) {
        self.name(name);
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            let mut inner = ObjectWriter::open(self.out);
            write(&mut inner, item);
            inner.finish();
        }
        self.out.push(b']');
    }

    /// Closes the object.
    pub(crate) fn finish(self) {
        self.out.push(b'}');
    }

    /// Writes a name, which needs no escapes since it is one of ours.
    fn name(&mut self, name: &str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

/// Writes a JSON string (RFC 8259 §7); runs without escapes are copied whole.
fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut plain = text.as_bytes();
    while let Some(at) = first_to_escape(plain) {
        let (before, rest) = plain.split_at(at);
        out.extend_from_slice(before);
        if let Some((&byte, after)) = rest.split_first() {
            write_escape(out, byte);
            plain = after;
        }
    }
    out.extend_from_slice(plain);
    out.push(b'"');
}

/// The place of the first byte that needs an escape; eight bytes at a time, since almost no text has one.
fn first_to_escape(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    let plain = words.iter().take_while(|word| !needs_escape(u64::from_ne_bytes(**word))).count() * 8;
    let rest = text.get(plain..)?;
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    Some(plain + at)
}

/// Whether one of eight bytes is a quote, a backslash or below 0x20: a byte's highest bit is set in the sum exactly when
/// a borrow went through it and the byte itself is ASCII, for the lowest of such bytes at least.
const fn needs_escape(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const fn has_below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(ONES * limit) & !word
    }
    let quote = has_below(word ^ (ONES * b'"' as u64), 1);
    let backslash = has_below(word ^ (ONES * b'\\' as u64), 1);
    (quote | backslash | has_below(word, 0x20)) & (ONES * 0x80) != 0
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_written_as_serde_json_does() {
        for length in [1, 7, 8, 9, 15, 16, 17, 24] {
            for place in 0..length {
                for special in (0..=0x80).chain([0xff, 0x100, 0x2028]).filter_map(char::from_u32) {
                    let text: String =
                        (0..length).map(|at| if at == place { special } else { '~' }).collect();
                    let mut out = Vec::new();
                    write_string(&mut out, &text);
                    let read: String = serde_json::from_slice(&out).unwrap();
                    assert_eq!(read, text);
                }
            }
        }
    }
}
