//! A test of one value (RFC 7644 §3.4.2.2 Table 3).

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::Utc;
use rollbook_filter::CompareOp;
use rollbook_schema::{Complex, DateTime, Number, Value};

use crate::fold::fold;

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
    pub(super) fn of(&self, value: &Value) -> bool {
        let (op, operand) = match self {
            Self::Present => return is_present(value),
            Self::Compare(op, operand) => (*op, operand),
        };
        match (operand, value) {
            (Operand::Boolean(operand), Value::Boolean(value)) => ordered(op, value.cmp(operand)),
            (Operand::Number(operand), Value::Number(value)) => ordered(op, value.cmp(operand)),
            (Operand::Instant(operand), Value::String(text)) => match DateTime::parse(text) {
                Ok(value) => ordered(op, value.instant().cmp(operand)),
                Err(_) => op == CompareOp::Ne,
            },
            (Operand::Exact(operand), Value::String(text)) => textual(op, text, operand),
            (Operand::Folded(operand), Value::String(text)) => textual(op, &folded(text), operand),
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

fn ordered(op: CompareOp, ordering: Ordering) -> bool {
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

fn textual(op: CompareOp, text: &str, operand: &str) -> bool {
    match op {
        CompareOp::Co => text.contains(operand),
        CompareOp::Sw => text.starts_with(operand),
        CompareOp::Ew => text.ends_with(operand),
        _ => ordered(op, text.cmp(operand)),
    }
}

/// Folds a text; one that is folded already, as most are, is not copied.
fn folded(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(fold(text))
}
