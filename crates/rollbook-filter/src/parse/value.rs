//! Comparison values (RFC 7644 §3.4.2.2, rule `compValue`): the JSON rules of RFC 7159.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{anychar, char, digit1, one_of};
use nom::combinator::{opt, recognize};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use super::Fault;
use super::byte::{Class, first_is};
use super::lexical::split_unescaped;
use crate::ast::CompValue;
use crate::error::{ParseErrorKind, next_token};

/// Reads one value and checks that it ends where it seems to.
pub(super) fn comp_value(input: &str) -> IResult<&str, CompValue<'_>, Fault<'_>> {
    let (rest, value) = match input.as_bytes().first() {
        Some(b'"') => {
            let (rest, text) = string(input)?;
            (rest, CompValue::String(text))
        }
        Some(b'-' | b'0'..=b'9') => {
            let (rest, lexeme) = number(input)?;
            (rest, CompValue::Number(Cow::Borrowed(lexeme)))
        }
        _ => literal(input)?,
    };
    if rest.is_empty() || first_is(rest, Class::BLANK) || rest.starts_with([')', ']']) {
        return Ok((rest, value));
    }
    Err(Fault::expected("a space", rest).stop())
}

/// Tells whether all of the text is a JSON number.
pub(crate) fn is_number(text: &str) -> bool {
    matches!(number(text), Ok(("", _)))
}

/// The JSON literals, which have no other case (RFC 7159 §3).
fn literal(input: &str) -> IResult<&str, CompValue<'_>, Fault<'_>> {
    let word = next_token(input);
    let value = match word {
        "null" => CompValue::Null,
        "true" => CompValue::Boolean(true),
        "false" => CompValue::Boolean(false),
        "" | "(" | ")" | "[" | "]" => return Err(Fault::expected("a JSON value", input).stop()),
        _ => return Err(Fault::token(ParseErrorKind::UnquotedValue, input).stop()),
    };
    Ok((input.get(word.len()..).unwrap_or_default(), value))
}

/// RFC 7159 §6: no plus sign, no leading zero, a digit on each side of the point.
fn number(input: &str) -> IResult<&str, &str, Fault<'_>> {
    let integer = alt((tag("0"), digit1));
    let fraction = pair(char('.'), digit1);
    let exponent = (one_of("eE"), opt(one_of("+-")), digit1);
    let invalid = || Fault::token(ParseErrorKind::InvalidNumber, input).stop();
    let mut lexeme = recognize((opt(char('-')), integer, opt(fraction), opt(exponent)));
    let (rest, lexeme) = lexeme.parse(input).map_err(|_: nom::Err<Fault<'_>>| invalid())?;
    // `2011-05-13` and `007` begin as numbers: the token as a whole is what the message should quote.
    if lexeme == next_token(input) { Ok((rest, lexeme)) } else { Err(invalid()) }
}

/// RFC 7159 §7; borrows where there is no escape.
#[inline]
fn string(input: &str) -> IResult<&str, Cow<'_, str>, Fault<'_>> {
    let (_, opened) = input.split_at_checked(1).unwrap_or_default();
    let (plain, rest) = split_unescaped(opened);
    match rest.strip_prefix('"') {
        Some(rest) => Ok((rest, Cow::Borrowed(plain))),
        None => escaped_string(input, plain, rest),
    }
}

/// Reads the string that begins at `input` on from its first escape, at `rest`.
fn escaped_string<'a>(
    input: &'a str,
    plain: &'a str,
    mut rest: &'a str,
) -> IResult<&'a str, Cow<'a, str>, Fault<'a>> {
    let mut text = plain.to_owned();
    loop {
        rest = match rest.chars().next() {
            Some('"') => return Ok((rest.get(1..).unwrap_or_default(), Cow::Owned(text))),
            Some('\\') => {
                let (rest, char) = escape(input, rest)?;
                text.push(char);
                rest
            }
            Some(control) => {
                return Err(Fault::new(ParseErrorKind::ControlCharacter, rest, control.len_utf8()).stop());
            }
            None => return Err(unterminated(input)),
        };
        let (plain, after) = split_unescaped(rest);
        text.push_str(plain);
        rest = after;
    }
}

fn unterminated(string: &str) -> nom::Err<Fault<'_>> {
    Fault::new(ParseErrorKind::UnterminatedString, string, string.len()).stop()
}

/// Reads the escape at `input`, within the string that begins at `string`.
fn escape<'a>(string: &'a str, input: &'a str) -> IResult<&'a str, char, Fault<'a>> {
    let opened: IResult<&str, char, Fault<'_>> = preceded(char('\\'), anychar).parse(input);
    let (rest, letter) = opened.map_err(|_| unterminated(string))?;
    let char = match letter {
        '"' | '\\' | '/' => letter,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode_escape(input),
        _ => return Err(Fault::new(ParseErrorKind::InvalidEscape, input, 1 + letter.len_utf8()).stop()),
    };
    Ok((rest, char))
}

/// Reads `\uXXXX`, or two of them that make one character (RFC 7159 §7).
fn unicode_escape(input: &str) -> IResult<&str, char, Fault<'_>> {
    let invalid = |kind| Fault::new(kind, input, escape_length(input)).stop();
    let (rest, unit) = code_unit(input).map_err(|_| invalid(ParseErrorKind::InvalidEscape))?;
    if let Some(char) = char::from_u32(unit) {
        return Ok((rest, char));
    }
    let (rest, low) = code_unit(rest).map_err(|_| invalid(ParseErrorKind::LoneSurrogate))?;
    match (unit, low) {
        (0xD800..=0xDBFF, 0xDC00..=0xDFFF) => {
            let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            char::from_u32(code)
                .map(|char| (rest, char))
                .ok_or_else(|| invalid(ParseErrorKind::LoneSurrogate))
        }
        _ => Err(invalid(ParseErrorKind::LoneSurrogate)),
    }
}

fn code_unit(input: &str) -> IResult<&str, u32, Fault<'_>> {
    preceded(tag("\\u"), take_while_m_n(4, 4, |char: char| char.is_ascii_hexdigit()))
        .map_res(|digits| u32::from_str_radix(digits, 16))
        .parse(input)
}

/// The bytes of a `\u` escape and the hexadecimal digits it has, to mark it.
fn escape_length(input: &str) -> usize {
    2 + input.chars().skip(2).take(4).take_while(char::is_ascii_hexdigit).count()
}

impl<'a> nom::error::FromExternalError<&'a str, std::num::ParseIntError> for Fault<'a> {
    fn from_external_error(at: &'a str, _: nom::error::ErrorKind, _: std::num::ParseIntError) -> Self {
        Self::new(ParseErrorKind::InvalidEscape, at, 0)
    }
}
