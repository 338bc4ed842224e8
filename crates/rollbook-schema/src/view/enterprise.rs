//! The enterprise extension of User.

use crate::resource::Resource;
use crate::uri;
use crate::value::Complex;

use super::{part, text};

/// The enterprise extension of a user (RFC 7643 §4.3).
#[derive(Clone, Copy, Debug)]
pub struct EnterpriseUser<'a>(&'a Complex);

impl<'a> EnterpriseUser<'a> {
    /// Makes the view of a complex value.
    #[must_use]
    pub const fn new(complex: &'a Complex) -> Self {
        Self(complex)
    }

    /// Makes the view of a resource; `None` when it does not have the extension.
    #[must_use]
    pub fn of(resource: &'a Resource) -> Option<Self> {
        part(resource.as_complex(), uri::ENTERPRISE_USER).map(Self)
    }

    /// Returns `employeeNumber`, the number the organization gave.
    #[must_use]
    pub fn employee_number(&self) -> Option<&'a str> {
        text(self.0, "employeeNumber")
    }

    /// Returns `costCenter`, the cost center.
    #[must_use]
    pub fn cost_center(&self) -> Option<&'a str> {
        text(self.0, "costCenter")
    }

    /// Returns `organization`, the organization.
    #[must_use]
    pub fn organization(&self) -> Option<&'a str> {
        text(self.0, "organization")
    }

    /// Returns `division`, the division.
    #[must_use]
    pub fn division(&self) -> Option<&'a str> {
        text(self.0, "division")
    }

    /// Returns `department`, the department.
    #[must_use]
    pub fn department(&self) -> Option<&'a str> {
        text(self.0, "department")
    }

    /// Returns `manager`.
    #[must_use]
    pub fn manager(&self) -> Option<Manager<'a>> {
        part(self.0, "manager").map(Manager)
    }
}

/// A user's manager (RFC 7643 §4.3).
#[derive(Clone, Copy, Debug)]
pub struct Manager<'a>(&'a Complex);

impl<'a> Manager<'a> {
    /// Returns `value`, the manager's `id`.
    #[must_use]
    pub fn value(&self) -> Option<&'a str> {
        text(self.0, "value")
    }

    /// Returns `$ref`, the URI of the manager.
    #[must_use]
    pub fn reference(&self) -> Option<&'a str> {
        text(self.0, "$ref")
    }

    /// Returns `displayName`, the manager's name.
    #[must_use]
    pub fn display_name(&self) -> Option<&'a str> {
        text(self.0, "displayName")
    }
}
