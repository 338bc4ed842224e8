//! Blanks, words and attribute paths.

use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{char, satisfy};
use nom::combinator::{opt, recognize, value, verify};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use super::Fault;
use crate::path::AttrPath;

/// The RFC's SP, and the blanks JSON allows, for a filter written over several lines in a search body.
pub(super) fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

pub(super) fn skip_blanks(input: &str) -> &str {
    input.trim_start_matches(is_blank)
}

pub(super) fn blanks(input: &str) -> IResult<&str, (), Fault<'_>> {
    value((), take_while(is_blank)).parse(input)
}

/// Reads what may be a keyword or an operator; empty where no word begins.
pub(super) fn word(input: &str) -> IResult<&str, &str, Fault<'_>> {
    take_while(is_name_char).parse(input)
}

/// Reads blanks and the given word, in any ASCII case.
pub(super) fn keyword<'a>(keyword: &'static str) -> impl Parser<&'a str, Output = (), Error = Fault<'a>> {
    let matching = verify(word, move |word: &str| word.eq_ignore_ascii_case(keyword));
    preceded(blanks, value((), matching))
}

/// Reads an attribute path; `what` is what the caller could take at this place.
pub(super) fn attr_path<'a>(
    what: &'static str,
) -> impl Fn(&'a str) -> IResult<&'a str, AttrPath<'a>, Fault<'a>> {
    move |input| {
        let (rest, text) = if begins_with_uri(input) { uri_path(input)? } else { plain_path(what, input)? };
        Ok((rest, AttrPath::parsed(text)))
    }
}

/// Reads the name after a dot.
pub(super) fn sub_attr(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let (after_dot, _) = char('.').parse(input)?;
    name(after_dot)
        .map_err(|_: nom::Err<Fault<'_>>| Fault::expected("a sub-attribute name", after_dot).stop())
}

/// `name` or `name.sub` (RFC 7644 §3.4.2.2 allows one sub-attribute).
fn plain_path<'a>(what: &'static str, input: &'a str) -> IResult<&'a str, &'a str, Fault<'a>> {
    if !input.starts_with(is_name_start) {
        return Err(Fault::expected(what, input).stop());
    }
    recognize(pair(name, opt(sub_attr))).parse(input)
}

/// A URI, and whatever follows it: where it ends is known only to [`AttrPath::split`].
fn uri_path(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let (rest, text) = take_while1(is_uri_char).parse(input)?;
    if text.ends_with([':', '.', '/']) {
        return Err(Fault::expected("an attribute name", rest).stop());
    }
    Ok((rest, text))
}

/// RFC 7643 §2.1 `ATTRNAME`, which has the `$` of `$ref` that RFC 7644 Figure 1 lacks; here it may stand first.
fn name(input: &str) -> IResult<&str, &str, Fault<'_>> {
    recognize(pair(satisfy(is_name_start), take_while(is_name_char))).parse(input)
}

fn is_name_start(char: char) -> bool {
    char.is_ascii_alphabetic() || char == '$'
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '$')
}

/// RFC 3986 §2 without quotes and brackets, which end a path.
fn is_uri_char(char: char) -> bool {
    is_name_char(char) || ".~:/?#@!&*+,;=%".contains(char)
}

/// Tells whether the path is one with a schema URI.
///
/// RFC 7644 takes any URI; a schema's is a URN, or a URL as Microsoft Entra has them. Other schemes are refused, since
/// `foo:bar` is far more often a mistake.
pub(crate) fn begins_with_uri(text: &str) -> bool {
    ["urn:", "http://", "https://"]
        .into_iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}

/// Tells whether all of the text is `name` or `name.sub`.
pub(crate) fn is_plain_path(text: &str) -> bool {
    matches!(plain_path("", text), Ok(("", _)))
}
