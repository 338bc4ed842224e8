//! Canonical text: what is printed reads back as the same tree.
//!
//! Operators are in lower case, one blank stands where one is needed, and brackets only where precedence asks for
//! them (RFC 7644 §3.4.2.2: `not` before `and` before `or`).

use std::fmt::{self, Display, Formatter, Write as _};

use crate::ast::{AttrExp, CompValue, CompareOp, Filter, Test, ValuePath};
use crate::patch::PatchPath;
use crate::path::AttrPath;

impl Display for Filter<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(operands) => {
                join(f, operands, " and ", |operand| matches!(operand, Filter::And(_) | Filter::Or(_)))
            }
            Self::Or(operands) => join(f, operands, " or ", |operand| matches!(operand, Filter::Or(_))),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Attr(expression) => expression.fmt(f),
            Self::ValuePath(path) => path.fmt(f),
            Self::ValueAttr { path, sub, test } => write!(f, "{path}.{sub} {test}"),
        }
    }
}

fn join(
    f: &mut Formatter<'_>,
    operands: &[Filter<'_>],
    between: &str,
    bracketed: impl Fn(&Filter<'_>) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        if bracketed(operand) {
            write!(f, "({operand})")?;
        } else {
            operand.fmt(f)?;
        }
    }
    Ok(())
}

impl Display for AttrExp<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.test)
    }
}

impl Display for Test<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("pr"),
            Self::Compare(op, value) => write!(f, "{op} {value}"),
        }
    }
}

impl Display for CompareOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for CompValue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(lexeme) => f.write_str(lexeme),
            Self::String(text) => quoted(f, text),
        }
    }
}

/// Writes a JSON string with the escapes JSON demands and no others (RFC 8259 §7).
fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\u{8}' => f.write_str("\\b")?,
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\u{c}' => f.write_str("\\f")?,
            '\r' => f.write_str("\\r")?,
            control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
            plain => f.write_char(plain)?,
        }
    }
    f.write_char('"')
}

impl Display for AttrPath<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for ValuePath<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.path, self.filter)
    }
}

impl Display for PatchPath<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attr(path) => path.fmt(f),
            Self::Value { path, sub: None } => path.fmt(f),
            Self::Value { path, sub: Some(sub) } => write!(f, "{path}.{sub}"),
        }
    }
}
