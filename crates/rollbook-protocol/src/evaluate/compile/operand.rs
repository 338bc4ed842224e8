//! The value of a comparison, as the type of the attribute has it.

use rollbook_filter::{AttrPath, CompValue, CompareOp};
use rollbook_schema::{AttributeType, DateTime, Returned};

use super::super::check::Operand;
use super::target::Target;
use crate::error::{ScimError, ScimType};
use crate::fold::fold;
use crate::quirks::Quirks;

/// Reads a value for an attribute.
///
/// # Errors
///
/// 400 `invalidFilter` where an ordering operator meets a type without order or a value of another type (RFC 7644
/// Table 3, decision D31), and where anything but equality is asked of an attribute that is never returned: a prefix
/// after a prefix would read it out (RFC 7644 §7.5.2).
pub(super) fn bind(
    path: &AttrPath<'_>,
    target: &Target<'_>,
    op: CompareOp,
    value: &CompValue<'_>,
    quirks: &Quirks,
) -> Result<Operand, ScimError> {
    let definition = target.definition();
    let is_hidden = [target.attribute, definition].iter().any(|it| it.returned == Returned::Never);
    if is_hidden && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Err(invalid(path, op, "is never returned, so that only `eq`, `ne` and `pr` go with it"));
    }
    let kind = definition.attribute_type;
    if is_ordering(op) && matches!(kind, AttributeType::Boolean | AttributeType::Binary) {
        return Err(invalid(path, op, &format!("is of type {kind}, which has no order; use `eq` or `ne`")));
    }
    let operand = match (kind, value) {
        (_, CompValue::Null) if matches!(op, CompareOp::Eq | CompareOp::Ne) => Some(Operand::Null),
        (AttributeType::Boolean, CompValue::Boolean(value)) => Some(Operand::Boolean(*value)),
        (AttributeType::Boolean, CompValue::String(text)) if quirks.string_booleans => boolean(text),
        (AttributeType::Integer | AttributeType::Decimal, CompValue::Number(text)) => {
            text.parse().ok().map(Operand::Number)
        }
        (AttributeType::DateTime, CompValue::String(text)) if is_textual(op) => Some(folded(text)),
        (AttributeType::DateTime, CompValue::String(text)) => {
            DateTime::parse(text).ok().map(|value| Operand::Instant(value.instant()))
        }
        (
            AttributeType::String | AttributeType::Reference | AttributeType::Binary,
            CompValue::String(text),
        ) => Some(if target.is_case_exact() { Operand::Exact(text.as_ref().into()) } else { folded(text) }),
        _ => None,
    };
    match operand {
        Some(operand) => Ok(operand),
        None if is_ordering(op) => {
            Err(invalid(path, op, &format!("is of type {kind}; compare it with {}", example(kind))))
        }
        None => Ok(Operand::Mismatch),
    }
}

/// Reads a value for an attribute that no schema knows: what counts is only whether it is `null`.
pub(super) fn untyped(value: &CompValue<'_>) -> Operand {
    match value {
        CompValue::Null => Operand::Null,
        CompValue::Boolean(_) | CompValue::Number(_) | CompValue::String(_) => Operand::Mismatch,
    }
}

fn boolean(text: &str) -> Option<Operand> {
    [true, false]
        .into_iter()
        .find(|value| text.eq_ignore_ascii_case(&value.to_string()))
        .map(Operand::Boolean)
}

fn folded(text: &str) -> Operand {
    Operand::Folded(fold(text).into_boxed_str())
}

const fn is_ordering(op: CompareOp) -> bool {
    matches!(op, CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le)
}

const fn is_textual(op: CompareOp) -> bool {
    matches!(op, CompareOp::Co | CompareOp::Sw | CompareOp::Ew)
}

/// Shows what a value of a type looks like in a filter.
const fn example(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::Integer | AttributeType::Decimal => "a number without quotes",
        AttributeType::DateTime => "a dateTime in quotes, such as \"2011-05-13T04:42:34Z\"",
        _ => "a string in quotes",
    }
}

fn invalid(path: &AttrPath<'_>, op: CompareOp, why: &str) -> ScimError {
    let detail = format!("`{}` cannot be compared by `{}` here: it {why}", path.as_str(), op.as_str());
    ScimError::bad_request(ScimType::InvalidFilter, detail)
}
