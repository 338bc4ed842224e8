//! Elements of multi-valued attributes.

use crate::value::{Complex, Value};

use super::text;

/// An element of `emails` (RFC 7643 §4.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Email<'a>(&'a Complex);

impl<'a> Email<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Returns `value`, the address.
    #[must_use]
    pub fn value(&self) -> Option<&'a str> {
        text(self.0, "value")
    }

    /// Returns `display`, the text to show.
    #[must_use]
    pub fn display(&self) -> Option<&'a str> {
        text(self.0, "display")
    }

    /// Returns `type`, such as `work` or `home`.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        text(self.0, "type")
    }

    /// Returns `primary`, which marks the preferred element.
    #[must_use]
    pub fn primary(&self) -> Option<bool> {
        self.0.get("primary").and_then(Value::as_bool)
    }
}

/// An element of `phoneNumbers`, `ims`, `photos`, `groups`, `entitlements`, `roles` or `x509Certificates`
/// (RFC 7643 §4.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Element<'a>(&'a Complex);

impl<'a> Element<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Returns `value`.
    #[must_use]
    pub fn value(&self) -> Option<&'a str> {
        text(self.0, "value")
    }

    /// Returns `display`, the text to show.
    #[must_use]
    pub fn display(&self) -> Option<&'a str> {
        text(self.0, "display")
    }

    /// Returns `type`, such as `work` or `home`.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        text(self.0, "type")
    }

    /// Returns `$ref`, which elements of `groups` have.
    #[must_use]
    pub fn reference(&self) -> Option<&'a str> {
        text(self.0, "$ref")
    }

    /// Returns `primary`, which marks the preferred element.
    #[must_use]
    pub fn primary(&self) -> Option<bool> {
        self.0.get("primary").and_then(Value::as_bool)
    }
}

/// An element of `addresses` (RFC 7643 §4.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Address<'a>(&'a Complex);

impl<'a> Address<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Returns `formatted`, the whole address, ready to be shown.
    #[must_use]
    pub fn formatted(&self) -> Option<&'a str> {
        text(self.0, "formatted")
    }

    /// Returns `streetAddress`, street and number.
    #[must_use]
    pub fn street_address(&self) -> Option<&'a str> {
        text(self.0, "streetAddress")
    }

    /// Returns `locality`, the city.
    #[must_use]
    pub fn locality(&self) -> Option<&'a str> {
        text(self.0, "locality")
    }

    /// Returns `region`, the state or region.
    #[must_use]
    pub fn region(&self) -> Option<&'a str> {
        text(self.0, "region")
    }

    /// Returns `postalCode`, the post code.
    #[must_use]
    pub fn postal_code(&self) -> Option<&'a str> {
        text(self.0, "postalCode")
    }

    /// Returns `country`, the ISO 3166-1 code of the country.
    #[must_use]
    pub fn country(&self) -> Option<&'a str> {
        text(self.0, "country")
    }

    /// Returns `type`, such as `work` or `home`.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        text(self.0, "type")
    }

    /// Returns `primary`, which marks the preferred element.
    #[must_use]
    pub fn primary(&self) -> Option<bool> {
        self.0.get("primary").and_then(Value::as_bool)
    }
}
