//! PATCH paths (RFC 7644 §3.5.2).

use std::borrow::Cow;

use crate::ast::ValuePath;
use crate::error::ParseError;
use crate::limits::Limits;
use crate::parse;
use crate::path::AttrPath;

/// The target of a PATCH operation (RFC 7644 §3.5.2, rule `PATH`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum PatchPath<'a> {
    /// An attribute, a sub-attribute or a whole extension: `name.familyName`.
    Attr(AttrPath<'a>),
    /// The values of a complex attribute that meet a filter, or a sub-attribute of these.
    Value {
        /// The attribute and the filter that selects among its values.
        path: ValuePath<'a>,
        /// The sub-attribute of the selected values: `value` in `emails[type eq "work"].value`.
        sub: Option<Cow<'a, str>>,
    },
}

impl<'a> PatchPath<'a> {
    /// Reads a PATCH path within the default [`Limits`].
    ///
    /// # Errors
    ///
    /// Returns what was expected and where, or the limit that was passed.
    pub fn parse(input: &'a str) -> Result<Self, ParseError> {
        Self::parse_with(input, &Limits::default())
    }

    /// Reads a PATCH path within the given limits.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse).
    pub fn parse_with(input: &'a str, limits: &Limits) -> Result<Self, ParseError> {
        parse::patch_path(input, limits)
    }

    /// Returns the path before any brackets.
    #[must_use]
    pub fn attr_path(&self) -> &AttrPath<'a> {
        match self {
            Self::Attr(path) => path,
            Self::Value { path, .. } => &path.path,
        }
    }

    /// Copies what is borrowed, so that the path outlives its source.
    #[must_use]
    pub fn into_owned(self) -> PatchPath<'static> {
        match self {
            Self::Attr(path) => PatchPath::Attr(path.into_owned()),
            Self::Value { path, sub } => {
                PatchPath::Value { path: path.into_owned(), sub: sub.map(|sub| Cow::Owned(sub.into_owned())) }
            }
        }
    }
}
