//! The reader: nom productions over text, with the budget charged as they go.
//!
//! An attribute path is read once and the next byte decides what follows it, so nothing is read twice; `and` and `or`
//! are loops, and only a bracket recurses, one level deeper. Time is linear in the length of the text.

mod byte;
mod filter;
mod lexical;
mod value;

use std::cell::Cell;

use nom::IResult;

use crate::ast::Filter;
use crate::error::{ParseError, ParseErrorKind, next_token};
use crate::limits::Limits;
use crate::patch::PatchPath;
use crate::path::AttrPath;

pub(crate) use lexical::{begins_with_uri, is_plain_path};
pub(crate) use value::is_number;

pub(crate) fn filter<'a>(input: &'a str, limits: &Limits) -> Result<Filter<'a>, ParseError> {
    run(input, limits, "`and`, `or` or the end of the filter", filter::whole_filter)
}

pub(crate) fn patch_path<'a>(input: &'a str, limits: &Limits) -> Result<PatchPath<'a>, ParseError> {
    run(input, limits, "the end of the path", filter::whole_patch_path)
}

pub(crate) fn attr_path<'a>(input: &'a str, limits: &Limits) -> Result<AttrPath<'a>, ParseError> {
    run(input, limits, "the end of the path", |input, _| lexical::attr_path("an attribute path")(input))
}

/// Reads all of `input` by one production; `end` names what may follow it.
fn run<'a, T>(
    input: &'a str,
    limits: &Limits,
    end: &'static str,
    production: impl FnOnce(&'a str, &Budget) -> IResult<&'a str, T, Fault<'a>>,
) -> Result<T, ParseError> {
    if input.len() > limits.max_length {
        let whole = (0..=limits.max_length).rev().find(|&length| input.is_char_boundary(length));
        let kept = input.get(..whole.unwrap_or_default()).unwrap_or_default();
        let kind = ParseErrorKind::TooLong { limit: limits.max_length };
        return Err(ParseError::new(kind, kept.len()..kept.len(), kept));
    }
    if lexical::skip_blanks(input).is_empty() {
        return Err(ParseError::new(ParseErrorKind::Empty, 0..input.len(), input));
    }
    let budget = Budget { depth: limits.depth(), terms: limits.max_terms, used: Cell::new(0) };
    let fault = match production(input, &budget) {
        Ok(("", value)) => return Ok(value),
        Ok((rest, _)) => Fault::expected(end, rest),
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => fault,
        // Only nom's streaming parsers say so, and none is used here.
        Err(nom::Err::Incomplete(_)) => Fault::expected(end, ""),
    };
    // What is left is a suffix of the input, so lengths give the place.
    let start = input.len().saturating_sub(fault.at.len());
    Err(ParseError::new(fault.kind, start..start.saturating_add(fault.length), input))
}

/// What may still be spent on one text.
struct Budget {
    depth: usize,
    terms: usize,
    used: Cell<usize>,
}

impl Budget {
    /// Charges one test or value path that begins at `at`.
    fn charge_term<'a>(&self, at: &'a str) -> Result<(), nom::Err<Fault<'a>>> {
        if self.used.get() >= self.terms {
            return Err(Fault::token(ParseErrorKind::TooManyTerms { limit: self.terms }, at).stop());
        }
        self.used.set(self.used.get() + 1);
        Ok(())
    }

    /// Charges the bracket at `at` and returns the depth inside it.
    fn charge_depth<'a>(&self, depth: usize, at: &'a str) -> Result<usize, nom::Err<Fault<'a>>> {
        if depth >= self.depth {
            return Err(Fault::token(ParseErrorKind::TooDeep { limit: self.depth }, at).stop());
        }
        Ok(depth + 1)
    }
}

/// What went wrong inside a production; becomes a [`ParseError`] at the crate's edge.
#[derive(Debug)]
struct Fault<'a> {
    kind: ParseErrorKind,
    /// The rest of the input from the place on.
    at: &'a str,
    length: usize,
}

impl<'a> Fault<'a> {
    fn new(kind: ParseErrorKind, at: &'a str, length: usize) -> Self {
        Self { kind, at, length }
    }

    /// A fault that marks the token at the place.
    fn token(kind: ParseErrorKind, at: &'a str) -> Self {
        Self::new(kind, at, next_token(at).len())
    }

    fn expected(what: &'static str, at: &'a str) -> Self {
        // After the last token the place is the end of the text or the token after the blanks.
        Self::token(ParseErrorKind::Expected(what), lexical::skip_blanks(at))
    }

    /// Says that an optional part is absent: it must cost nothing, and is never shown.
    fn nothing(at: &'a str) -> nom::Err<Self> {
        nom::Err::Error(Self::new(ParseErrorKind::Expected("something else"), at, 0))
    }

    /// Ends the parse: no other branch is tried.
    fn stop(self) -> nom::Err<Self> {
        nom::Err::Failure(self)
    }
}

impl<'a> nom::error::ParseError<&'a str> for Fault<'a> {
    fn from_error_kind(at: &'a str, _: nom::error::ErrorKind) -> Self {
        // Made whenever `opt` finds nothing, so it must cost nothing; a production that commits says what it wants.
        Self::new(ParseErrorKind::Expected("something else"), at, 0)
    }

    fn append(_: &'a str, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}
