//! Attribute paths, value paths and PATCH paths from their parts.

use std::borrow::Cow;
use std::convert::Infallible;

use crate::ast::{Filter, Test, ValuePath};
use crate::error::{ParseError, ParseErrorKind};
use crate::limits::Limits;
use crate::parse;
use crate::patch::PatchPath;
use crate::path::AttrPath;

impl AttrPath<'static> {
    /// Puts an attribute of a schema together: `uri`, `:` and `name` or `name.sub` (RFC 7644 §3.10).
    ///
    /// ```
    /// use rollbook_filter::AttrPath;
    ///
    /// # fn main() -> Result<(), rollbook_filter::ParseError> {
    /// let path = AttrPath::in_schema("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "manager.value")?;
    /// assert_eq!(path.as_str(), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where `uri` is no schema URI, or `name` is not a name with at most one sub-attribute and no URI.
    pub fn in_schema(uri: &str, name: &str) -> Result<Self, ParseError> {
        if !parse::begins_with_uri(uri) {
            return Err(ParseError::new(ParseErrorKind::Expected("a schema URI"), 0..uri.len(), uri));
        }
        AttrPath::new(uri)?;
        if !parse::is_plain_path(name) {
            let kind = ParseErrorKind::Expected("an attribute name");
            return Err(AttrPath::new(name)
                .err()
                .unwrap_or_else(|| ParseError::new(kind, 0..name.len(), name)));
        }
        Self::new(format!("{uri}:{name}"))
    }
}

impl<'a> TryFrom<&'a str> for AttrPath<'a> {
    type Error = ParseError;

    fn try_from(text: &'a str) -> Result<Self, ParseError> {
        Self::new(text)
    }
}

impl TryFrom<String> for AttrPath<'static> {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::new(text)
    }
}

/// Borrows the path, so that one path can stand in several filters.
impl<'a> From<&'a AttrPath<'_>> for AttrPath<'a> {
    fn from(path: &'a AttrPath<'_>) -> Self {
        AttrPath::parsed(path.as_str())
    }
}

/// An [`AttrPath`] needs no check where a path is taken; this makes the error type fit.
impl From<Infallible> for ParseError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl<'a> ValuePath<'a> {
    /// Selects the values of a complex attribute that meet a filter: `emails[type eq "work"]`.
    ///
    /// The filter's paths are relative to the attribute.
    ///
    /// # Errors
    ///
    /// Fails where the path is not an attribute path, or the filter holds a value path itself (errata 4690).
    pub fn new<P>(path: P, filter: Filter<'a>) -> Result<Self, ParseError>
    where
        P: TryInto<AttrPath<'a>, Error: Into<ParseError>>,
    {
        let path = path.try_into().map_err(Into::into)?;
        let whole = Self { path, filter: Box::new(filter) };
        if has_value_path(&whole.filter) { Err(nested(&whole)) } else { Ok(whole) }
    }

    /// Tests a sub-attribute of the selected values: `emails[type eq "work"].value eq "x"`.
    ///
    /// RFC 7644 has no such rule, so not every service reads it; a test inside the brackets means the same.
    ///
    /// # Errors
    ///
    /// Fails where `sub` is not a plain attribute name.
    pub fn test(self, sub: impl Into<Cow<'a, str>>, test: Test<'a>) -> Result<Filter<'a>, ParseError> {
        Ok(Filter::ValueAttr { path: self, sub: name(sub.into())?, test })
    }

    /// Targets a sub-attribute of the selected values: the PATCH path `emails[type eq "work"].value`.
    ///
    /// ```
    /// use rollbook_filter::{Filter, ValuePath};
    ///
    /// # fn main() -> Result<(), rollbook_filter::ParseError> {
    /// let path = ValuePath::new("emails", Filter::eq("type", "work")?)?.sub_attr("value")?;
    /// assert_eq!(path.to_string(), r#"emails[type eq "work"].value"#);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where `sub` is not a plain attribute name.
    pub fn sub_attr(self, sub: impl Into<Cow<'a, str>>) -> Result<PatchPath<'a>, ParseError> {
        Ok(PatchPath::Value { path: self, sub: Some(name(sub.into())?) })
    }
}

impl<'a> From<AttrPath<'a>> for PatchPath<'a> {
    fn from(path: AttrPath<'a>) -> Self {
        Self::Attr(path)
    }
}

impl<'a> From<ValuePath<'a>> for PatchPath<'a> {
    fn from(path: ValuePath<'a>) -> Self {
        Self::Value { path, sub: None }
    }
}

fn has_value_path(filter: &Filter<'_>) -> bool {
    match filter {
        Filter::And(operands) | Filter::Or(operands) => operands.iter().any(has_value_path),
        Filter::Not(inner) => has_value_path(inner),
        Filter::Attr(_) => false,
        Filter::ValuePath(_) | Filter::ValueAttr { .. } => true,
    }
}

/// Says where the inner value path stands, in the text that the whole would print as.
fn nested(whole: &ValuePath<'_>) -> ParseError {
    let text = whole.to_string();
    let unbounded = Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };
    match parse::filter(&text, &unbounded) {
        Err(error) if *error.kind() == ParseErrorKind::NestedValuePath => error,
        _ => ParseError::new(ParseErrorKind::NestedValuePath, 0..text.len(), &text),
    }
}

/// Checks a name that stands alone: no dot, no URI.
fn name(text: Cow<'_, str>) -> Result<Cow<'_, str>, ParseError> {
    AttrPath::new(text.as_ref())?;
    if parse::is_plain_path(&text) && !text.contains('.') {
        return Ok(text);
    }
    Err(ParseError::new(ParseErrorKind::Expected("a sub-attribute name"), 0..text.len(), &text))
}
