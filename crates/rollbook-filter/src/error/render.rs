//! Messages: one line for a program's log or a SCIM `detail`, several for a terminal.

use std::fmt::Write as _;

use super::token::last_token;
use super::{ParseError, ParseErrorKind};

/// The most characters of the input that a message quotes.
const QUOTED: usize = 40;
/// The characters shown on each side of the marked place.
const CONTEXT: usize = 50;

impl ParseError {
    /// Writes the message, the text and a marker under the place, on several lines without a final line break.
    ///
    /// A long text is shown in part. The marker is placed by characters, so it is off beside wide ones.
    #[must_use]
    pub fn render(&self) -> String {
        let (before, marked, after) = self.parts();
        let skipped = before.chars().count().saturating_sub(CONTEXT);
        let lead = if skipped > 0 { "…" } else { "" };
        let before: String = before.chars().skip(skipped).map(visible).collect();
        let shown: String = marked.chars().take(CONTEXT).map(visible).collect();
        let cut = marked.chars().count() > CONTEXT;
        let rest: String =
            if cut { String::new() } else { after.chars().take(CONTEXT).map(visible).collect() };
        let tail = if cut || after.chars().count() > CONTEXT { "…" } else { "" };
        let indent = " ".repeat(lead.chars().count() + before.chars().count());
        let carets = "^".repeat(shown.chars().count().max(1));
        format!("{self}\n  |\n  | {lead}{before}{shown}{rest}{tail}\n  | {indent}{carets}")
    }

    /// Writes the message on one line.
    pub(super) fn line(&self) -> String {
        let (before, marked, _) = self.parts();
        let at = self.span.start;
        let found = quote(marked);
        match &self.kind {
            ParseErrorKind::Empty => "expected an attribute path, but the text is empty".to_owned(),
            ParseErrorKind::TooLong { limit } => {
                format!("longer than the limit of {limit} bytes; send a shorter one")
            }
            ParseErrorKind::TooDeep { limit } => {
                format!("nested deeper than the limit of {limit} levels at byte {at}; use fewer brackets")
            }
            ParseErrorKind::TooManyTerms { limit } => {
                format!("more than the limit of {limit} terms at byte {at}; send several shorter ones")
            }
            ParseErrorKind::Expected(what) => expected(what, before, at, marked),
            ParseErrorKind::UnquotedValue => {
                format!("{}; put a string in double quotes", expected("a JSON value", before, at, marked))
            }
            ParseErrorKind::InvalidNumber => {
                format!("{found} at byte {at} is not a JSON number; put a string in double quotes")
            }
            ParseErrorKind::UnterminatedString => {
                format!("the string that begins at byte {at} has no end; close it with a double quote")
            }
            ParseErrorKind::InvalidEscape => {
                format!("{found} at byte {at} is not a JSON escape; write a backslash as `\\\\`")
            }
            ParseErrorKind::LoneSurrogate => {
                format!("{found} at byte {at} is half of a surrogate pair; write both halves")
            }
            ParseErrorKind::ControlCharacter => {
                let code = marked.chars().next().map_or(0, u32::from);
                format!("a control character at byte {at} stands in a string; write it as `\\u{code:04x}`")
            }
            ParseErrorKind::NestedValuePath => {
                format!("a value path inside a value path at byte {at}; use one pair of square brackets")
            }
        }
    }

    /// Cuts the input before and after the span.
    fn parts(&self) -> (&str, &str, &str) {
        let part = |from, to| self.input.get(from..to).unwrap_or_default();
        let (start, end) = (self.span.start, self.span.end);
        (part(0, start), part(start, end), part(end, self.input.len()))
    }
}

fn expected(what: &str, before: &str, at: usize, found: &str) -> String {
    let mut line = format!("expected {what}");
    let previous = last_token(before);
    // Writing to a String cannot fail.
    if !previous.is_empty() {
        let _ = write!(line, " after {}", quote(previous));
    }
    let _ = write!(line, " at byte {at}");
    if !found.is_empty() {
        let _ = write!(line, ", found {}", quote(found));
    }
    line
}

/// Quotes a piece of the input, shortened.
fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED).map(visible).collect();
    if text.chars().count() > QUOTED {
        quoted.push('…');
    }
    format!("`{quoted}`")
}

/// Keeps a message on its line and a terminal unharmed.
fn visible(char: char) -> char {
    match char {
        '\t' | '\n' | '\r' => ' ',
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        plain => plain,
    }
}
