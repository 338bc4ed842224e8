//! What the cases share.

use std::cell::LazyCell;
use std::sync::Arc;

use rollbook_protocol::{Quirks, TypeRef};
use rollbook_schema::{JsonLimits, Registry, Resource};

/// The registry and the quirks of a directory as it is by default.
pub(crate) struct World {
    pub(crate) registry: Arc<Registry>,
    pub(crate) quirks: Quirks,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { registry: Arc::new(Registry::standard()), quirks: Quirks::default() }
    }

    pub(crate) fn ty(&self, name: &str) -> TypeRef<'_> {
        TypeRef::named(&self.registry, name).expect("a standard type")
    }

    pub(crate) fn resource(&self, text: &str) -> Resource {
        Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &self.registry).expect("a resource")
    }
}

/// A text that is made when it is needed first: all of them together are large.
pub(crate) type Text = &'static LazyCell<String, Box<dyn FnOnce() -> String>>;

/// Returns a text that is made later.
pub(crate) fn later(make: impl FnOnce() -> String + 'static) -> Text {
    let make: Box<dyn FnOnce() -> String> = Box::new(make);
    Box::leak(Box::new(LazyCell::new(make)))
}

/// Returns `start`, then as many items with commas between them as fit into `size` bytes, then `end`.
pub(crate) fn filled(
    size: usize,
    start: &str,
    separator: &str,
    item: impl Fn(usize) -> String,
    end: &str,
) -> String {
    let mut text = start.to_owned();
    for number in 0.. {
        let item = item(number);
        if text.len() + separator.len() + item.len() + end.len() > size {
            break;
        }
        if number > 0 {
            text.push_str(separator);
        }
        text.push_str(&item);
    }
    text + end
}

/// Returns a number in as few letters as there are, so that names and values differ at the least cost.
pub(crate) fn letters(mut number: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    loop {
        text.push(char::from(LETTERS.get(number % 26).copied().unwrap_or(b'a')));
        number /= 26;
        if number == 0 {
            return text;
        }
    }
}
