//! Filters and paths built in code, so that no caller puts text together.

mod paths;
mod values;

use std::ops::Not;

use crate::ast::{AttrExp, CompValue, CompareOp, Filter, Test, ValuePath};
use crate::error::ParseError;
use crate::path::AttrPath;

/// Filters from their parts.
///
/// A name is checked as the parser would check it, and a value is never read as syntax, so what a user typed cannot
/// become an operator. What is built only by these functions is flat as the parser makes it: it prints as text that
/// reads back as the same tree.
///
/// ```
/// use rollbook_filter::Filter;
///
/// # fn main() -> Result<(), rollbook_filter::ParseError> {
/// let typed = r#"x" or id pr or title eq "y"#;
/// let filter = Filter::eq("userName", typed)?
///     .and(!Filter::present("title")?)
///     .and(Filter::value_path("emails", Filter::eq("type", "work")?.and(Filter::eq("primary", true)?))?);
/// assert_eq!(
///     filter.to_string(),
///     r#"userName eq "x\" or id pr or title eq \"y" and not (title pr) and emails[type eq "work" and primary eq true]"#
/// );
/// assert_eq!(Filter::parse(&filter.to_string())?, filter);
///
/// let error = Filter::eq("user name", "x").unwrap_err();
/// assert_eq!(error.to_string(), "expected the end of the path after `user` at byte 5, found `name`");
/// # Ok(())
/// # }
/// ```
impl<'a> Filter<'a> {
    /// Tests that an attribute has a value: `pr`.
    ///
    /// # Errors
    ///
    /// Fails where the path is not an attribute path, as do all functions here that take a path.
    pub fn present<P>(path: P) -> Result<Self, ParseError>
    where
        P: TryInto<AttrPath<'a>, Error: Into<ParseError>>,
    {
        let path = path.try_into().map_err(Into::into)?;
        Ok(Self::Attr(AttrExp { path, test: Test::Present }))
    }

    /// Compares an attribute with a value.
    ///
    /// # Errors
    ///
    /// Fails where the path is not an attribute path.
    pub fn compare<P>(path: P, op: CompareOp, value: impl Into<CompValue<'a>>) -> Result<Self, ParseError>
    where
        P: TryInto<AttrPath<'a>, Error: Into<ParseError>>,
    {
        let path = path.try_into().map_err(Into::into)?;
        Ok(Self::Attr(AttrExp { path, test: Test::Compare(op, value.into()) }))
    }

    /// Tests that one value of a complex attribute meets a filter by itself: `emails[type eq "work"]`.
    ///
    /// # Errors
    ///
    /// As for [`ValuePath::new`].
    pub fn value_path<P>(path: P, filter: Self) -> Result<Self, ParseError>
    where
        P: TryInto<AttrPath<'a>, Error: Into<ParseError>>,
    {
        ValuePath::new(path, filter).map(Self::ValuePath)
    }

    /// Demands that `other` hold too; operands of one `and` stand side by side.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut operands = self.into_and();
        operands.extend(other.into_and());
        Self::And(operands)
    }

    /// Lets `other` hold instead; operands of one `or` stand side by side.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut operands = self.into_or();
        operands.extend(other.into_or());
        Self::Or(operands)
    }

    /// Demands that every one of the filters hold; `None` where there is none.
    #[must_use]
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        join(filters.into_iter().flat_map(Self::into_and).collect(), Self::And)
    }

    /// Demands that at least one of the filters hold; `None` where there is none.
    #[must_use]
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        join(filters.into_iter().flat_map(Self::into_or).collect(), Self::Or)
    }

    fn into_and(self) -> Vec<Self> {
        match self {
            Self::And(operands) => operands,
            other => vec![other],
        }
    }

    fn into_or(self) -> Vec<Self> {
        match self {
            Self::Or(operands) => operands,
            other => vec![other],
        }
    }
}

/// One constructor for each operator; they differ in the operator only.
macro_rules! comparisons {
    ($($name:ident $op:ident $doc:literal;)*) => {
        /// Comparisons, one function for each operator (RFC 7644 §3.4.2.2, Table 3).
        impl<'a> Filter<'a> {
            $(
                #[doc = $doc]
                ///
                /// # Errors
                ///
                /// Fails where the path is not an attribute path.
                pub fn $name<P>(path: P, value: impl Into<CompValue<'a>>) -> Result<Self, ParseError>
                where
                    P: TryInto<AttrPath<'a>, Error: Into<ParseError>>,
                {
                    Self::compare(path, CompareOp::$op, value)
                }
            )*
        }
    };
}

comparisons! {
    eq Eq "Tests that an attribute equals a value.";
    ne Ne "Tests that an attribute differs from a value.";
    co Co "Tests that an attribute contains a text.";
    sw Sw "Tests that an attribute starts with a text.";
    ew Ew "Tests that an attribute ends with a text.";
    gt Gt "Tests that an attribute is greater than a value, or later.";
    ge Ge "Tests that an attribute is greater than or equal to a value, or not earlier.";
    lt Lt "Tests that an attribute is less than a value, or earlier.";
    le Le "Tests that an attribute is less than or equal to a value, or not later.";
}

/// `!filter` is `not (filter)`.
impl Not for Filter<'_> {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl<'a> From<AttrExp<'a>> for Filter<'a> {
    fn from(expression: AttrExp<'a>) -> Self {
        Self::Attr(expression)
    }
}

impl<'a> From<ValuePath<'a>> for Filter<'a> {
    fn from(path: ValuePath<'a>) -> Self {
        Self::ValuePath(path)
    }
}

/// Joins operands where there are two; one stays as it is.
fn join<'a>(mut operands: Vec<Filter<'a>>, make: fn(Vec<Filter<'a>>) -> Filter<'a>) -> Option<Filter<'a>> {
    if operands.len() > 1 { Some(make(operands)) } else { operands.pop() }
}
