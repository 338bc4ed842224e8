//! Why a text is not a filter or a path.

mod render;
mod token;

use std::ops::Range;

use thiserror::Error;

pub(crate) use token::next_token;

/// A filter or path that could not be read (answered as `invalidFilter` or `invalidPath`, RFC 7644 §3.12).
///
/// `Display` is one line that says what was expected and where; [`render`](Self::render) adds the text and a marker,
/// for people. Both quote at most a few words of the input and no control characters.
#[derive(Clone, Debug, Eq, Error, Hash, PartialEq)]
#[error("{}", self.line())]
pub struct ParseError {
    kind: ParseErrorKind,
    span: Range<usize>,
    input: Box<str>,
}

/// What was wrong with the text.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text is empty or blank.
    Empty,
    /// The text has more bytes than [`Limits::max_length`](crate::Limits::max_length).
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// More brackets are open than [`Limits::max_depth`](crate::Limits::max_depth).
    TooDeep {
        /// The limit, in levels.
        limit: usize,
    },
    /// There are more tests and value paths than [`Limits::max_terms`](crate::Limits::max_terms).
    TooManyTerms {
        /// The limit, in terms.
        limit: usize,
    },
    /// Something else should stand here; the text names it.
    Expected(&'static str),
    /// A comparison value that is neither a JSON number, a literal nor in double quotes.
    UnquotedValue,
    /// A value that begins as a number but is not one by JSON's rules.
    InvalidNumber,
    /// A string without its closing quote.
    UnterminatedString,
    /// A backslash that begins no JSON escape.
    InvalidEscape,
    /// Half of a surrogate pair, which is no character.
    LoneSurrogate,
    /// A control character that stands in a string without an escape.
    ControlCharacter,
    /// A value path inside the brackets of another (RFC 7644 errata 4690).
    NestedValuePath,
}

impl ParseError {
    pub(crate) fn new(kind: ParseErrorKind, span: Range<usize>, input: &str) -> Self {
        Self { kind, span, input: input.into() }
    }

    /// Returns what was wrong.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.kind
    }

    /// Returns where it was, in bytes of the input; empty at the end of the text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the text that was read; of a text that is too long, only the part within the limit is kept.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }
}
