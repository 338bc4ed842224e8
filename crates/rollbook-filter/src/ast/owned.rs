//! Trees that borrow nothing, to keep beyond the text they were read from.

use std::borrow::Cow;

use super::{AttrExp, CompValue, Filter, Test, ValuePath};

impl Filter<'_> {
    /// Copies what is borrowed, so that the filter outlives its source.
    #[must_use]
    pub fn into_owned(self) -> Filter<'static> {
        match self {
            Self::And(operands) => Filter::And(operands.into_iter().map(Self::into_owned).collect()),
            Self::Or(operands) => Filter::Or(operands.into_iter().map(Self::into_owned).collect()),
            Self::Not(inner) => Filter::Not(Box::new(inner.into_owned())),
            Self::Attr(expression) => Filter::Attr(expression.into_owned()),
            Self::ValuePath(path) => Filter::ValuePath(path.into_owned()),
            Self::ValueAttr { path, sub, test } => Filter::ValueAttr {
                path: path.into_owned(),
                sub: Cow::Owned(sub.into_owned()),
                test: test.into_owned(),
            },
        }
    }
}

impl AttrExp<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> AttrExp<'static> {
        AttrExp { path: self.path.into_owned(), test: self.test.into_owned() }
    }
}

impl Test<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Test<'static> {
        match self {
            Self::Present => Test::Present,
            Self::Compare(op, value) => Test::Compare(op, value.into_owned()),
        }
    }
}

impl CompValue<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> CompValue<'static> {
        match self {
            Self::Null => CompValue::Null,
            Self::Boolean(value) => CompValue::Boolean(value),
            Self::Number(lexeme) => CompValue::Number(Cow::Owned(lexeme.into_owned())),
            Self::String(text) => CompValue::String(Cow::Owned(text.into_owned())),
        }
    }
}

impl ValuePath<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> ValuePath<'static> {
        ValuePath { path: self.path.into_owned(), filter: Box::new(self.filter.into_owned()) }
    }
}
