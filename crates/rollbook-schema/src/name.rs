//! Attribute names, which keep their spelling and compare without regard to ASCII case (RFC 7643 §2.1).

mod standard;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use standard::NAMES;

/// The name of an attribute, or the schema URI that keys an extension.
///
/// The spelling that came in is the spelling that goes out. Comparison, ordering and hashing ignore ASCII case, as
/// RFC 7643 §2.1 demands, and nothing else: `ſ` is not `s`. The common SCIM names cost no allocation. Any text is
/// accepted, since a resource may hold members that are no valid SCIM names and must keep them; the registry checks
/// the names that schemas define.
#[derive(Clone)]
pub struct AttributeName(Repr);

#[derive(Clone)]
enum Repr {
    /// An index into [`NAMES`].
    Standard(u8),
    Custom(Box<str>),
}

impl AttributeName {
    /// Makes a name from its text and keeps the spelling.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        Self(Self::interned(name).unwrap_or_else(|| Repr::Custom(name.into())))
    }

    /// Returns the name as it was spelled.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Standard(index) => NAMES.get(usize::from(*index)).copied().unwrap_or_default(),
            Repr::Custom(name) => name,
        }
    }

    /// Returns the spelling that the SCIM schemas use for this name; `None` for a name that they do not have.
    pub(crate) fn canonical(&self) -> Option<&'static str> {
        match &self.0 {
            Repr::Standard(index) => NAMES.get(usize::from(*index)).copied(),
            Repr::Custom(name) => NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied(),
        }
    }

    fn interned(name: &str) -> Option<Repr> {
        let index = NAMES.binary_search(&name).ok()?;
        u8::try_from(index).ok().map(Repr::Standard)
    }
}

impl PartialEq for AttributeName {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Standard(left), Repr::Standard(right)) => left == right,
            _ => self.as_str().eq_ignore_ascii_case(other.as_str()),
        }
    }
}

impl Eq for AttributeName {}

impl PartialEq<str> for AttributeName {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        self.as_str().eq_ignore_ascii_case(other)
    }
}

impl PartialEq<&str> for AttributeName {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        self.as_str().eq_ignore_ascii_case(other)
    }
}

impl Hash for AttributeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.as_str().bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff);
    }
}

impl Ord for AttributeName {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = self.as_str().bytes().map(|byte| byte.to_ascii_lowercase());
        left.cmp(other.as_str().bytes().map(|byte| byte.to_ascii_lowercase()))
    }
}

impl PartialOrd for AttributeName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for AttributeName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for AttributeName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<&String> for AttributeName {
    fn from(name: &String) -> Self {
        Self::new(name)
    }
}

impl From<&Self> for AttributeName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl From<String> for AttributeName {
    fn from(name: String) -> Self {
        Self(Self::interned(&name).unwrap_or_else(|| Repr::Custom(name.into_boxed_str())))
    }
}

impl Serialize for AttributeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AttributeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
