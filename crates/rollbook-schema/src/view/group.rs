//! Groups and their members.

use crate::resource::Resource;
use crate::value::Complex;

use super::{Ws1bGroup, parts, text};

/// A group (RFC 7643 §4.2).
#[derive(Clone, Copy, Debug)]
pub struct Group<'a>(&'a Resource);

impl<'a> Group<'a> {
    /// Makes the view of a resource.
    #[must_use]
    pub const fn new(resource: &'a Resource) -> Self {
        Self(resource)
    }

    /// Returns `id`.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.0.id()
    }

    /// Returns `externalId`.
    #[must_use]
    pub fn external_id(&self) -> Option<&'a str> {
        self.0.external_id()
    }

    /// Returns `displayName`.
    #[must_use]
    pub fn display_name(&self) -> Option<&'a str> {
        self.0.display_name()
    }

    /// Iterates over `members`.
    pub fn members(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        parts(self.0.as_complex(), "members").map(Member)
    }

    /// Returns the Workspace ONE extension.
    #[must_use]
    pub fn ws1b(&self) -> Option<Ws1bGroup<'a>> {
        Ws1bGroup::of(self.0)
    }
}

/// An element of `members` (RFC 7643 §4.2).
#[derive(Clone, Copy, Debug)]
pub struct Member<'a>(&'a Complex);

impl<'a> Member<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Returns `value`, the member's `id`.
    #[must_use]
    pub fn value(&self) -> Option<&'a str> {
        text(self.0, "value")
    }

    /// Returns `$ref`, the URI of the member.
    #[must_use]
    pub fn reference(&self) -> Option<&'a str> {
        text(self.0, "$ref")
    }

    /// Returns `type`: `User` or `Group`.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        text(self.0, "type")
    }

    /// Returns `display`, the member's name.
    #[must_use]
    pub fn display(&self) -> Option<&'a str> {
        text(self.0, "display")
    }
}
