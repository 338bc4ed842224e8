//! What is wrong with a resource.

use std::fmt;

use crate::definition::AttributeType;

/// One thing that is wrong with a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// Where it is, as a client writes it: `emails[0].value`, `urn:…:User:department`.
    pub path: String,
    /// What it is.
    pub kind: ViolationKind,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// The value is not of the attribute's type (RFC 7643 §2.3).
    Type {
        /// The type it should be.
        expected: AttributeType,
    },
    /// A multi-valued attribute is not an array (RFC 7643 §2.4).
    NotAnArray,
    /// A single-valued attribute is an array (RFC 7643 §2.4).
    NotSingle,
    /// A required attribute has no value (RFC 7643 §2.2).
    Required,
    /// More than one element is `primary` (RFC 7643 §2.4).
    ManyPrimary,
    /// An immutable attribute that had a value has another one or none (RFC 7643 §7).
    Immutable,
    /// An attribute that is never returned is in a response (RFC 7643 §7).
    NeverReturned,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        match kind {
            ViolationKind::Type { expected } => {
                let (article, next) = advice(*expected);
                write!(f, "`{path}` must be {article} {expected}; {next}")
            }
            ViolationKind::NotAnArray => write!(f, "`{path}` must be an array; put its value in [ ]"),
            ViolationKind::NotSingle => write!(f, "`{path}` must be a single value; send it without [ ]"),
            ViolationKind::Required => write!(f, "`{path}` is required; send a value that is not empty"),
            ViolationKind::ManyPrimary => {
                write!(f, "`{path}` has more than one primary element; set primary to true on one of them")
            }
            ViolationKind::Immutable => {
                write!(f, "`{path}` is immutable and has a value already; send that value")
            }
            ViolationKind::NeverReturned => {
                write!(f, "`{path}` is never returned, yet the response has it; leave it out")
            }
        }
    }
}

impl std::error::Error for Violation {}

/// Returns the article of a type's name, and how its values look.
fn advice(expected: AttributeType) -> (&'static str, &'static str) {
    match expected {
        AttributeType::String => ("a", "send text in quotes"),
        AttributeType::Boolean => ("a", "send true or false without quotes"),
        AttributeType::Decimal => ("a", "send a number without quotes"),
        AttributeType::Integer => ("an", "send a whole number without quotes, fraction and exponent"),
        AttributeType::DateTime => ("a", "send it as \"2011-05-13T04:42:34Z\""),
        AttributeType::Binary => ("a", "send base64 in quotes"),
        AttributeType::Reference => ("a", "send a URI in quotes"),
        AttributeType::Complex => ("a", "send an object of its sub-attributes"),
    }
}

/// Everything that is wrong with a resource; at least one thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violations(pub(super) Vec<Violation>);

impl Violations {
    /// Iterates over the violations, in the order of the schemas' attributes.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }

    /// Returns the first violation.
    #[must_use]
    pub fn first(&self) -> Option<&Violation> {
        self.0.first()
    }

    /// Returns the number of violations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there is no violation, which never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The most violations that a sentence lists.
const LISTED: usize = 10;

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.iter().take(LISTED).enumerate() {
            if index > 0 {
                f.write_str(". ")?;
            }
            write!(f, "{violation}")?;
        }
        match self.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, ". And {more} more"),
        }
    }
}

impl std::error::Error for Violations {}
