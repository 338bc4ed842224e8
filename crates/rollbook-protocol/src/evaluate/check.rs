//! A test of one value (RFC 7644 §3.4.2.2 Table 3).

mod folds;
mod instant;

use std::cmp::Ordering;

use chrono::Utc;
use rollbook_filter::CompareOp;
use rollbook_schema::{Complex, Number, Value};

use crate::fold::fold;
pub(super) use folds::Folds;

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// It is not empty.
    Present,
    /// It compares with an operand; an ordering operator comes only with an operand that has an order.
    Compare(CompareOp, Operand),
}

/// A value of the filter, as the type of the attribute has it.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// The state of having no value.
    Null,
    /// A value of another type, which equals nothing.
    Mismatch,
    Boolean(bool),
    Number(Number),
    Instant(chrono::DateTime<Utc>),
    /// A string that compares with case.
    Exact(Box<str>),
    /// A string that compares without case; it is folded.
    Folded(Box<str>),
}

impl Check {
    /// Answers for an attribute without a value (decision D26).
    pub(super) fn of_absent(&self) -> bool {
        match self {
            Self::Compare(CompareOp::Eq, Operand::Null) => true,
            Self::Compare(CompareOp::Ne, operand) => !matches!(operand, Operand::Null),
            _ => false,
        }
    }

    /// Answers for a complex value, which equals nothing; its `value` is compared by naming it.
    pub(super) fn of_complex(&self, complex: &Complex) -> bool {
        match self {
            Self::Present => complex.iter().any(|(_, value)| is_present(value)),
            Self::Compare(op, _) => *op == CompareOp::Ne,
        }
    }

    /// Answers for a single value that is not complex.
    pub(super) fn of(&self, value: &Value, folds: &Folds) -> bool {
        let (op, operand) = match self {
            Self::Present => return is_present(value),
            Self::Compare(op, operand) => (*op, operand),
        };
        match (operand, value) {
            (Operand::Boolean(operand), Value::Boolean(value)) => ordered(op, value.cmp(operand)),
            (Operand::Number(operand), Value::Number(value)) => ordered(op, value.cmp(operand)),
            (Operand::Instant(operand), Value::String(text)) => match instant::parse(text) {
                Some(value) => ordered(op, value.cmp(operand)),
                None => op == CompareOp::Ne,
            },
            (Operand::Exact(operand), Value::String(text)) => textual(op, text, operand),
            (Operand::Folded(operand), Value::String(text)) => caseless(op, text, operand, folds),
            _ => op == CompareOp::Ne,
        }
    }
}

/// Tells whether a value is not empty: RFC 7644 Table 3 has `pr` false for empty strings and empty nodes.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Complex(complex) => complex.iter().any(|(_, value)| is_present(value)),
        Value::Boolean(_) | Value::Number(_) | Value::Opaque(_) => true,
    }
}

/// Tells whether an ordering is what an operator asks for; `co`, `sw` and `ew` order nothing.
pub(crate) fn ordered(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

/// Compares two texts as they are: the caller folds them where case does not count.
pub(crate) fn textual(op: CompareOp, text: &str, operand: &str) -> bool {
    match op {
        CompareOp::Co => text.contains(operand),
        CompareOp::Sw => text.starts_with(operand),
        CompareOp::Ew => text.ends_with(operand),
        _ => ordered(op, text.cmp(operand)),
    }
}

/// The longest text times operand that `co` searches place by place; longer ones are searched in linear time.
const SEARCHED: usize = 4_096;

/// Compares without case, with an operand that is folded; ASCII, as nearly all text is, is not copied.
fn caseless(op: CompareOp, text: &str, operand: &str, folds: &Folds) -> bool {
    if !text.is_ascii() {
        return folds.with(text, |text| textual(op, text, operand));
    }
    let (bytes, operand) = (text.as_bytes(), operand.as_bytes());
    let part = |part: Option<&[u8]>| part.is_some_and(|part| part.eq_ignore_ascii_case(operand));
    match op {
        CompareOp::Eq => bytes.eq_ignore_ascii_case(operand),
        CompareOp::Ne => !bytes.eq_ignore_ascii_case(operand),
        CompareOp::Sw => part(bytes.get(..operand.len())),
        CompareOp::Ew => part(bytes.len().checked_sub(operand.len()).and_then(|at| bytes.get(at..))),
        CompareOp::Co if operand.is_empty() => true,
        CompareOp::Co if bytes.len() * operand.len() <= SEARCHED => {
            bytes.windows(operand.len()).any(|window| window.eq_ignore_ascii_case(operand))
        }
        CompareOp::Co => std::str::from_utf8(operand).is_ok_and(|operand| fold(text).contains(operand)),
        _ => ordered(op, lower(bytes).cmp(operand.iter().copied())),
    }
}

fn lower(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().map(u8::to_ascii_lowercase)
}

/// Texts, one of which a value has to equal.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// In order.
    values: Vec<Box<str>>,
    is_exact: bool,
}

impl Choice {
    /// Makes a choice of texts, which are folded unless case counts.
    pub(super) fn new(mut values: Vec<Box<str>>, is_exact: bool) -> Self {
        values.sort_unstable();
        Self { values, is_exact }
    }

    /// Tells whether a value equals one of the texts.
    pub(super) fn holds(&self, value: &Value, folds: &Folds) -> bool {
        let Value::String(text) = value else { return false };
        let found = if self.is_exact {
            self.values.binary_search(text)
        } else if text.is_ascii() {
            self.values.binary_search_by(|value| value.bytes().cmp(lower(text.as_bytes())))
        } else {
            folds.with(text, |text| self.values.binary_search_by(|value| (**value).cmp(text)))
        };
        found.is_ok()
    }
}
