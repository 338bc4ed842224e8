//! The Workspace ONE extensions of User and Group.

use crate::resource::Resource;
use crate::uri;
use crate::value::Complex;

use super::{part, text};

/// The Workspace ONE extension of a user.
#[derive(Clone, Copy, Debug)]
pub struct Ws1bUser<'a>(&'a Complex);

impl<'a> Ws1bUser<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Makes the view of a resource; `None` when it does not have the extension.
    #[must_use]
    pub fn of(resource: &'a Resource) -> Option<Self> {
        part(resource.as_complex(), uri::WS1B_USER).map(Self)
    }

    /// Returns `domain`, the domain the user belongs to.
    #[must_use]
    pub fn domain(&self) -> Option<&'a str> {
        text(self.0, "domain")
    }

    /// Returns `userPrincipalName`, the name in the source directory.
    #[must_use]
    pub fn user_principal_name(&self) -> Option<&'a str> {
        text(self.0, "userPrincipalName")
    }

    /// Returns `distinguishedName`, the distinguished name in the source directory.
    #[must_use]
    pub fn distinguished_name(&self) -> Option<&'a str> {
        text(self.0, "distinguishedName")
    }

    /// Returns `adSourceAnchor`, the immutable id in Active Directory.
    #[must_use]
    pub fn ad_source_anchor(&self) -> Option<&'a str> {
        text(self.0, "adSourceAnchor")
    }

    /// Returns `customAttribute1`, free text.
    #[must_use]
    pub fn custom_attribute_1(&self) -> Option<&'a str> {
        text(self.0, "customAttribute1")
    }

    /// Returns `customAttribute2`, free text.
    #[must_use]
    pub fn custom_attribute_2(&self) -> Option<&'a str> {
        text(self.0, "customAttribute2")
    }

    /// Returns `customAttribute3`, free text.
    #[must_use]
    pub fn custom_attribute_3(&self) -> Option<&'a str> {
        text(self.0, "customAttribute3")
    }

    /// Returns `customAttribute4`, free text.
    #[must_use]
    pub fn custom_attribute_4(&self) -> Option<&'a str> {
        text(self.0, "customAttribute4")
    }

    /// Returns `customAttribute5`, free text.
    #[must_use]
    pub fn custom_attribute_5(&self) -> Option<&'a str> {
        text(self.0, "customAttribute5")
    }

    /// Returns `onPremisesUserPrincipalName`, the name in the on-premises Active Directory.
    #[must_use]
    pub fn on_premises_user_principal_name(&self) -> Option<&'a str> {
        text(self.0, "onPremisesUserPrincipalName")
    }

    /// Returns `idFromBroker`, the hub's id of the user.
    #[must_use]
    pub fn id_from_broker(&self) -> Option<&'a str> {
        text(self.0, "idFromBroker")
    }
}

/// The Workspace ONE extension of a group.
#[derive(Clone, Copy, Debug)]
pub struct Ws1bGroup<'a>(&'a Complex);

impl<'a> Ws1bGroup<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Makes the view of a resource; `None` when it does not have the extension.
    #[must_use]
    pub fn of(resource: &'a Resource) -> Option<Self> {
        part(resource.as_complex(), uri::WS1B_GROUP).map(Self)
    }

    /// Returns `description`, the text that describes the group.
    #[must_use]
    pub fn description(&self) -> Option<&'a str> {
        text(self.0, "description")
    }

    /// Returns `distinguishedName`, the distinguished name in the source directory.
    #[must_use]
    pub fn distinguished_name(&self) -> Option<&'a str> {
        text(self.0, "distinguishedName")
    }

    /// Returns `domain`, the domain the group belongs to.
    #[must_use]
    pub fn domain(&self) -> Option<&'a str> {
        text(self.0, "domain")
    }

    /// Returns `idFromBroker`, the hub's id of the group.
    #[must_use]
    pub fn id_from_broker(&self) -> Option<&'a str> {
        text(self.0, "idFromBroker")
    }
}
