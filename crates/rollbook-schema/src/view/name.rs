//! A user's name.

use crate::value::Complex;

use super::text;

/// The parts of a user's name (RFC 7643 §4.1.1).
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(&'a Complex);

impl<'a> Name<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Returns `formatted`, the whole name, ready to be shown.
    #[must_use]
    pub fn formatted(&self) -> Option<&'a str> {
        text(self.0, "formatted")
    }

    /// Returns `familyName`, the last name.
    #[must_use]
    pub fn family_name(&self) -> Option<&'a str> {
        text(self.0, "familyName")
    }

    /// Returns `givenName`, the first name.
    #[must_use]
    pub fn given_name(&self) -> Option<&'a str> {
        text(self.0, "givenName")
    }

    /// Returns `middleName`, the middle names.
    #[must_use]
    pub fn middle_name(&self) -> Option<&'a str> {
        text(self.0, "middleName")
    }

    /// Returns `honorificPrefix`, the title before the name.
    #[must_use]
    pub fn honorific_prefix(&self) -> Option<&'a str> {
        text(self.0, "honorificPrefix")
    }

    /// Returns `honorificSuffix`, the suffix after the name.
    #[must_use]
    pub fn honorific_suffix(&self) -> Option<&'a str> {
        text(self.0, "honorificSuffix")
    }
}
