//! The syntax tree of a filter (RFC 7644 §3.4.2.2).

mod owned;
mod visit;

use std::borrow::Cow;

use crate::error::ParseError;
use crate::limits::Limits;
use crate::parse;
use crate::path::AttrPath;

/// A filter expression (RFC 7644 §3.4.2.2, rule `FILTER`).
///
/// A parsed tree is flat: an [`And`](Self::And) holds at least two operands and none of them is itself an `And`, and
/// the same holds for [`Or`](Self::Or). Brackets leave no node behind. A tree built by hand should keep to this, and
/// to valid numbers and names, or it prints as text that reads back as another tree or not at all.
///
/// Names keep the spelling of the source, and comparison of trees is exact; attribute names are case-insensitive
/// (RFC 7643 §2.1) where a filter is evaluated.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Filter<'a> {
    /// Every operand holds; binds tighter than `or`.
    And(Vec<Self>),
    /// At least one operand holds.
    Or(Vec<Self>),
    /// The bracketed filter does not hold.
    Not(Box<Self>),
    /// A test of one attribute.
    Attr(AttrExp<'a>),
    /// One value of a complex attribute meets a filter by itself: `emails[type eq "work"]`.
    ValuePath(ValuePath<'a>),
    /// A test of a sub-attribute of the values a filter selects: `emails[type eq "work"].value eq "x"`.
    ///
    /// RFC 7644 has no such rule, but Microsoft Entra sends it.
    ValueAttr {
        /// The attribute and the filter that selects among its values.
        path: ValuePath<'a>,
        /// The sub-attribute tested on the selected values.
        sub: Cow<'a, str>,
        /// The test it must meet.
        test: Test<'a>,
    },
}

impl<'a> Filter<'a> {
    /// Reads a filter within the default [`Limits`].
    ///
    /// A filter of one test with no escape in its value allocates nothing.
    ///
    /// # Errors
    ///
    /// Returns what was expected and where, or the limit that was passed.
    pub fn parse(input: &'a str) -> Result<Self, ParseError> {
        Self::parse_with(input, &Limits::default())
    }

    /// Reads a filter within the given limits.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse).
    pub fn parse_with(input: &'a str, limits: &Limits) -> Result<Self, ParseError> {
        parse::filter(input, limits)
    }
}

/// A test of one attribute (RFC 7644 §3.4.2.2, rule `attrExp`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AttrExp<'a> {
    /// The attribute that is tested.
    pub path: AttrPath<'a>,
    /// The test it must meet.
    pub test: Test<'a>,
}

/// What is asked of an attribute (RFC 7644 §3.4.2.2, Table 3).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Test<'a> {
    /// `pr`: the attribute has a value.
    Present,
    /// A comparison with a value; any operator goes with any kind of value here, evaluation knows the types.
    Compare(CompareOp, CompValue<'a>),
}

/// A comparison operator (RFC 7644 §3.4.2.2, Table 3).
///
/// The set is closed by the RFC, so a match may be exhaustive.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CompareOp {
    /// `eq`: equal.
    Eq,
    /// `ne`: not equal.
    Ne,
    /// `co`: contains.
    Co,
    /// `sw`: starts with.
    Sw,
    /// `ew`: ends with.
    Ew,
    /// `gt`: greater than.
    Gt,
    /// `ge`: greater than or equal to.
    Ge,
    /// `lt`: less than.
    Lt,
    /// `le`: less than or equal to.
    Le,
}

impl CompareOp {
    /// Every operator, in the order of RFC 7644 Table 3.
    pub const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// Returns the operator as it is written, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// Finds the operator a word names, in any ASCII case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        // Two letters each, so a match does what nine comparisons would.
        let &[first, second] = word.as_bytes() else { return None };
        Some(match [first.to_ascii_lowercase(), second.to_ascii_lowercase()] {
            [b'e', b'q'] => Self::Eq,
            [b'n', b'e'] => Self::Ne,
            [b'c', b'o'] => Self::Co,
            [b's', b'w'] => Self::Sw,
            [b'e', b'w'] => Self::Ew,
            [b'g', b't'] => Self::Gt,
            [b'g', b'e'] => Self::Ge,
            [b'l', b't'] => Self::Lt,
            [b'l', b'e'] => Self::Le,
            _ => return None,
        })
    }
}

/// A value to compare with (RFC 7644 §3.4.2.2, rule `compValue`): a JSON value, neither object nor array.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum CompValue<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A JSON number as it was written, so that no digit is lost.
    Number(Cow<'a, str>),
    /// A string, unescaped; borrowed when the source has no escape.
    String(Cow<'a, str>),
}

/// A complex attribute and the filter one of its values must meet (RFC 7644 §3.4.2.2, rule `valuePath`).
///
/// The filter's paths are relative to the attribute, and it holds no further value path: `a[b[c pr]]` is refused
/// (errata 4690).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ValuePath<'a> {
    /// The complex attribute.
    pub path: AttrPath<'a>,
    /// What a value must meet.
    pub filter: Box<Filter<'a>>,
}
