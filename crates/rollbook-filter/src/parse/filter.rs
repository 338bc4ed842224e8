//! The productions of RFC 7644 §3.4.2.2 and §3.5.2.

use std::borrow::Cow;

use nom::combinator::opt;
use nom::{IResult, Parser};

use super::lexical::{attr_path, blanks, keyword, sub_attr, word};
use super::value::comp_value;
use super::{Budget, Fault};
use crate::ast::{AttrExp, CompareOp, Filter, Test, ValuePath};
use crate::error::ParseErrorKind;
use crate::patch::PatchPath;
use crate::path::AttrPath;

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Place {
    /// The brackets around it.
    depth: usize,
    /// Whether one of them is a value path's.
    in_value_path: bool,
}

/// `FILTER`, blanks around it included.
pub(super) fn whole_filter<'a>(input: &'a str, budget: &Budget) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    let (rest, filter) = disjunction(input, budget, Place { depth: 0, in_value_path: false })?;
    let (rest, ()) = blanks(rest)?;
    Ok((rest, filter))
}

/// `PATH`, blanks around it included.
pub(super) fn whole_patch_path<'a>(
    input: &'a str,
    budget: &Budget,
) -> IResult<&'a str, PatchPath<'a>, Fault<'a>> {
    let (start, ()) = blanks(input)?;
    let (rest, path) = attr_path("an attribute path")(start)?;
    let (after, ()) = blanks(rest)?;
    if !after.starts_with('[') {
        return Ok((after, PatchPath::Attr(path)));
    }
    budget.charge_term(start)?;
    let (rest, path) = value_path(path, after, budget, Place { depth: 0, in_value_path: false })?;
    let (rest, sub) = opt(sub_attr).parse(rest)?;
    let (rest, ()) = blanks(rest)?;
    Ok((rest, PatchPath::Value { path, sub: sub.map(Cow::Borrowed) }))
}

/// Operands of `or`, which binds loosest.
fn disjunction<'a>(input: &'a str, budget: &Budget, place: Place) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    chain(Junction::Or, input, |input| conjunction(input, budget, place))
}

/// Operands of `and`.
fn conjunction<'a>(input: &'a str, budget: &Budget, place: Place) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    chain(Junction::And, input, |input| term(input, budget, place))
}

#[derive(Clone, Copy)]
enum Junction {
    And,
    Or,
}

impl Junction {
    const fn word(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }

    /// Adds an operand; one of the same kind, left by brackets, gives its own instead.
    fn add<'a>(self, operands: &mut Vec<Filter<'a>>, operand: Filter<'a>) {
        match (self, operand) {
            (Self::And, Filter::And(inner)) | (Self::Or, Filter::Or(inner)) => operands.extend(inner),
            (_, operand) => operands.push(operand),
        }
    }

    const fn join(self, operands: Vec<Filter<'_>>) -> Filter<'_> {
        match self {
            Self::And => Filter::And(operands),
            Self::Or => Filter::Or(operands),
        }
    }
}

/// Reads operands as long as the junction's word follows; a single operand stays as it is.
fn chain<'a>(
    junction: Junction,
    input: &'a str,
    operand: impl Fn(&'a str) -> IResult<&'a str, Filter<'a>, Fault<'a>>,
) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    let (mut rest, mut last) = operand(input)?;
    let mut before = Vec::new();
    loop {
        let (after, more) = opt(keyword(junction.word())).parse(rest)?;
        if more.is_some() {
            junction.add(&mut before, last);
            (rest, last) = operand(after)?;
        } else if before.is_empty() {
            return Ok((rest, last));
        } else {
            junction.add(&mut before, last);
            return Ok((rest, junction.join(before)));
        }
    }
}

/// One operand. After an attribute path the next byte decides, so that `not`, `and`, `or` and `pr` can be attributes.
fn term<'a>(input: &'a str, budget: &Budget, place: Place) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    let (start, ()) = blanks(input)?;
    if start.starts_with('(') {
        return bracketed(start, budget, place);
    }
    let (rest, path) = attr_path("an attribute path, `not` or `(`")(start)?;
    let (after, ()) = blanks(rest)?;
    let negates = path.as_str().eq_ignore_ascii_case("not");
    if negates && after.starts_with('(') {
        let (rest, inner) = bracketed(after, budget, place)?;
        return Ok((rest, Filter::Not(Box::new(inner))));
    }
    budget.charge_term(start)?;
    if after.starts_with('[') {
        return value_term(path, after, budget, place);
    }
    let expected =
        if negates { "`(`, a comparison operator or `pr`" } else { "a comparison operator or `pr`" };
    let (rest, test) = test(expected, after)?;
    Ok((rest, Filter::Attr(AttrExp { path, test })))
}

/// `"(" FILTER ")"`.
fn bracketed<'a>(input: &'a str, budget: &Budget, place: Place) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    let depth = budget.charge_depth(place.depth, input)?;
    let opened = input.get(1..).unwrap_or_default();
    let (rest, inner) = disjunction(opened, budget, Place { depth, ..place })?;
    let (rest, ()) = close(')', "`and`, `or` or `)`", rest)?;
    Ok((rest, inner))
}

/// A value path, and a test where a sub-attribute follows it.
fn value_term<'a>(
    path: AttrPath<'a>,
    input: &'a str,
    budget: &Budget,
    place: Place,
) -> IResult<&'a str, Filter<'a>, Fault<'a>> {
    let (rest, path) = value_path(path, input, budget, place)?;
    let (rest, sub) = opt(sub_attr).parse(rest)?;
    let Some(sub) = sub else { return Ok((rest, Filter::ValuePath(path))) };
    let (rest, ()) = blanks(rest)?;
    let (rest, test) = test("a comparison operator or `pr`", rest)?;
    Ok((rest, Filter::ValueAttr { path, sub: Cow::Borrowed(sub), test }))
}

/// `"[" valFilter "]"` after its attribute path.
fn value_path<'a>(
    path: AttrPath<'a>,
    input: &'a str,
    budget: &Budget,
    place: Place,
) -> IResult<&'a str, ValuePath<'a>, Fault<'a>> {
    if place.in_value_path {
        return Err(Fault::token(ParseErrorKind::NestedValuePath, input).stop());
    }
    let depth = budget.charge_depth(place.depth, input)?;
    let opened = input.get(1..).unwrap_or_default();
    let (rest, filter) = disjunction(opened, budget, Place { depth, in_value_path: true })?;
    let (rest, ()) = close(']', "`and`, `or` or `]`", rest)?;
    Ok((rest, ValuePath { path, filter: Box::new(filter) }))
}

fn close<'a>(bracket: char, expected: &'static str, input: &'a str) -> IResult<&'a str, (), Fault<'a>> {
    let (rest, ()) = blanks(input)?;
    rest.strip_prefix(bracket).map(|rest| (rest, ())).ok_or_else(|| Fault::expected(expected, rest).stop())
}

/// `pr`, or an operator and a value; `expected` says so in the caller's words.
#[inline]
fn test<'a>(expected: &'static str, input: &'a str) -> IResult<&'a str, Test<'a>, Fault<'a>> {
    let (rest, operator) = word(input)?;
    if operator.eq_ignore_ascii_case("pr") {
        return Ok((rest, Test::Present));
    }
    let op = CompareOp::from_word(operator).ok_or_else(|| Fault::expected(expected, input).stop())?;
    let (value, ()) = blanks(rest)?;
    // A quote may follow at once: RFC 7644 §3.5.2.2 prints `members[value eq"2819c223…"]` itself.
    if value.len() == rest.len() && !value.is_empty() && !value.starts_with('"') {
        return Err(Fault::expected("a space", value).stop());
    }
    let (rest, value) = comp_value(value)?;
    Ok((rest, Test::Compare(op, value)))
}
