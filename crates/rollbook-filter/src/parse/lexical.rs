//! Blanks, words and attribute paths.
//!
//! These read bytes where nom's `take_while` would decode characters: every byte that ends one of them is ASCII, so a
//! cut never falls inside a character, and most of a filter's time goes here.

use nom::combinator::recognize;
use nom::sequence::pair;
use nom::{IResult, Parser};

use super::Fault;
use super::byte::{self, Class};
use crate::path::AttrPath;

pub(super) fn skip_blanks(input: &str) -> &str {
    split_while(input, Class::BLANK).1
}

#[inline]
pub(super) fn blanks(input: &str) -> IResult<&str, (), Fault<'_>> {
    Ok((skip_blanks(input), ()))
}

/// Reads what may be a keyword or an operator; empty where no word begins.
#[inline]
pub(super) fn word(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let (word, rest) = split_while(input, Class::NAME);
    Ok((rest, word))
}

/// Reads blanks and the given word, in any ASCII case.
#[inline]
pub(super) fn keyword<'a>(keyword: &'static str) -> impl Fn(&'a str) -> IResult<&'a str, (), Fault<'a>> {
    move |input| {
        let start = skip_blanks(input);
        // Most often the other word stands here, or none: one comparison of letters tells.
        let head = start.as_bytes().get(..keyword.len());
        if !head.is_some_and(|head| head.eq_ignore_ascii_case(keyword.as_bytes())) {
            return Err(Fault::nothing(input));
        }
        let (rest, word) = word(start)?;
        if word.len() == keyword.len() { Ok((rest, ())) } else { Err(Fault::nothing(input)) }
    }
}

/// Reads an attribute path; `what` is what the caller could take at this place.
#[inline]
pub(super) fn attr_path<'a>(
    what: &'static str,
) -> impl Fn(&'a str) -> IResult<&'a str, AttrPath<'a>, Fault<'a>> {
    move |input| {
        let (rest, text) = if begins_with_uri(input) { uri_path(input)? } else { plain_path(what, input)? };
        Ok((rest, AttrPath::parsed(text)))
    }
}

/// Reads the name after a dot.
#[inline]
pub(super) fn sub_attr(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let after_dot = input.strip_prefix('.').ok_or_else(|| Fault::nothing(input))?;
    name(after_dot)
        .map_err(|_: nom::Err<Fault<'_>>| Fault::expected("a sub-attribute name", after_dot).stop())
}

/// `name` or `name.sub` (RFC 7644 §3.4.2.2 allows one sub-attribute).
#[inline]
fn plain_path<'a>(what: &'static str, input: &'a str) -> IResult<&'a str, &'a str, Fault<'a>> {
    if !byte::first_is(input, Class::NAME_START) {
        return Err(Fault::expected(what, input).stop());
    }
    let (rest, name) = word(input)?;
    if rest.starts_with('.') { recognize(pair(word, sub_attr)).parse(input) } else { Ok((rest, name)) }
}

/// A URI, and whatever follows it: where it ends is known only to [`AttrPath::split`].
fn uri_path(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let (text, rest) = split_while(input, Class::URI);
    if text.ends_with([':', '.', '/']) {
        return Err(Fault::expected("an attribute name", rest).stop());
    }
    Ok((rest, text))
}

/// RFC 7643 §2.1 `ATTRNAME`, which has the `$` of `$ref` that RFC 7644 Figure 1 lacks; here it may stand first.
#[inline]
fn name(input: &str) -> IResult<&str, &str, Fault<'_>> {
    if byte::first_is(input, Class::NAME_START) { word(input) } else { Err(Fault::nothing(input)) }
}

/// Cuts `input` where its bytes are no longer of the class.
#[inline]
pub(super) fn split_while(input: &str, class: Class) -> (&str, &str) {
    let length = input.bytes().position(|byte| !class.has(byte)).unwrap_or(input.len());
    input.split_at_checked(length).unwrap_or((input, ""))
}

/// Cuts `input` at the first byte that a JSON string has only as an escape or at its end (RFC 7159 §7).
///
/// Values are the longest tokens of a filter, so eight bytes are looked at together: a byte is one of these where
/// taking it from `"`, from `\\` or from a blank borrows.
#[inline]
pub(super) fn split_unescaped(input: &str) -> (&str, &str) {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
    const BLANKS: u64 = u64::from_ne_bytes([b' '; 8]);
    let (words, _) = input.as_bytes().as_chunks::<8>();
    let special = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        let (quote, backslash) = (word ^ QUOTES, word ^ BACKSLASHES);
        let zero = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash);
        (zero | (word.wrapping_sub(BLANKS) & !word)) & HIGH != 0
    };
    let plain = words.iter().position(special).unwrap_or(words.len()) * 8;
    let rest = input.as_bytes().get(plain..).unwrap_or_default();
    let more = rest.iter().position(|&byte| !Class::UNESCAPED.has(byte)).unwrap_or(rest.len());
    input.split_at_checked(plain + more).unwrap_or((input, ""))
}

/// Tells whether the path is one with a schema URI.
///
/// RFC 7644 takes any URI; a schema's is a URN, or a URL as Microsoft Entra has them. Other schemes are refused, since
/// `foo:bar` is far more often a mistake.
#[inline]
pub(crate) fn begins_with_uri(text: &str) -> bool {
    let begins =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    match text.as_bytes().first() {
        Some(b'u' | b'U') => begins("urn:"),
        Some(b'h' | b'H') => begins("http://") || begins("https://"),
        _ => false,
    }
}

/// Tells whether all of the text is `name` or `name.sub`.
pub(crate) fn is_plain_path(text: &str) -> bool {
    matches!(plain_path("", text), Ok(("", _)))
}
