//! Which elements a value filter of a PATCH path selects (RFC 7644 §3.5.2), and what it asks of a new one.

use rollbook_filter::{CompValue, CompareOp, Filter, Test};
use rollbook_schema::{Attribute, Number, Value};

use crate::evaluate::{ordered, textual};
use crate::fold::fold;
use crate::prepare::parse_boolean;
use crate::quirks::Quirks;

/// A value filter and what is known of the elements it looks at.
///
/// It is looser than the filter of a query: sub-attributes that no schema knows are compared too, since an element may
/// have just been made from them, and a value of another type is no error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selector<'a> {
    pub(super) filter: &'a Filter<'static>,
    /// The attribute of the elements; `None` inside an extension that no schema knows.
    pub(super) attribute: Option<&'a Attribute>,
    pub(super) quirks: &'a Quirks,
}

impl Selector<'_> {
    /// Tells whether an element meets the filter.
    pub(super) fn selects(&self, element: &Value) -> bool {
        self.holds(self.filter, element)
    }

    /// Returns the places of the elements that meet the filter.
    pub(super) fn places(&self, elements: &[Value]) -> Vec<usize> {
        let selected = elements.iter().enumerate().filter(|(_, element)| self.selects(element));
        selected.map(|(place, _)| place).collect()
    }

    /// Returns the `eq` terms that every selected element meets, as name and value: what a new element begins with
    /// (decision D13).
    pub(super) fn terms(&self) -> Vec<(String, Value)> {
        let mut terms = Vec::new();
        collect_terms(self.filter, &mut terms);
        terms
    }

    fn holds(&self, filter: &Filter<'_>, element: &Value) -> bool {
        match filter {
            Filter::And(operands) => operands.iter().all(|operand| self.holds(operand, element)),
            Filter::Or(operands) => operands.iter().any(|operand| self.holds(operand, element)),
            Filter::Not(inner) => !self.holds(inner, element),
            Filter::Attr(expression) => {
                let name = expression.path.as_str();
                let definition = self.attribute.and_then(|attribute| attribute.sub_attribute(name));
                let value = match element {
                    Value::Complex(complex) => complex.get(name),
                    simple if name.eq_ignore_ascii_case("value") => Some(simple),
                    _ => None,
                };
                let case_exact =
                    definition.or(self.attribute).is_some_and(|definition| definition.case_exact);
                self.passes(&expression.test, value, case_exact)
            }
            // The parser allows no value path inside the brackets of another (errata 4690).
            Filter::ValuePath(_) | Filter::ValueAttr { .. } => false,
        }
    }

    fn passes(&self, test: &Test<'_>, value: Option<&Value>, case_exact: bool) -> bool {
        let mut elements = value.map(Value::elements).unwrap_or_default().peekable();
        match test {
            Test::Present => elements.any(|element| element.as_str() != Some("")),
            // Decision D26.
            Test::Compare(op, CompValue::Null) => match op {
                CompareOp::Eq => elements.peek().is_none(),
                CompareOp::Ne => elements.peek().is_some(),
                _ => false,
            },
            Test::Compare(op, _) if elements.peek().is_none() => *op == CompareOp::Ne,
            Test::Compare(op, operand) => {
                elements.any(|element| self.compares(*op, operand, element, case_exact))
            }
        }
    }

    fn compares(&self, op: CompareOp, operand: &CompValue<'_>, value: &Value, case_exact: bool) -> bool {
        let flag = match operand {
            CompValue::Boolean(flag) => Some(*flag),
            CompValue::String(text) if self.quirks.string_booleans => parse_boolean(text),
            _ => None,
        };
        match (operand, value) {
            (_, Value::Boolean(value)) => match flag {
                Some(flag) => ordered(op, value.cmp(&flag)),
                None => op == CompareOp::Ne,
            },
            (CompValue::Number(text), Value::Number(value)) => match text.parse::<Number>() {
                Ok(operand) => ordered(op, value.cmp(&operand)),
                Err(_) => false,
            },
            (CompValue::String(operand), Value::String(value)) if case_exact => textual(op, value, operand),
            (CompValue::String(operand), Value::String(value))
                if matches!(op, CompareOp::Eq | CompareOp::Ne) && value.is_ascii() && operand.is_ascii() =>
            {
                value.eq_ignore_ascii_case(operand) == (op == CompareOp::Eq)
            }
            (CompValue::String(operand), Value::String(value)) => textual(op, &fold(value), &fold(operand)),
            _ => op == CompareOp::Ne,
        }
    }
}

/// Returns the ids that a filter of `members` names by `value eq`, alone or joined by `or`.
pub(super) fn named_members(filter: &Filter<'_>) -> Option<Vec<String>> {
    match filter {
        Filter::Or(operands) => {
            let named: Option<Vec<_>> = operands.iter().map(named_members).collect();
            named.map(|named| named.into_iter().flatten().collect())
        }
        Filter::Attr(expression) => match &expression.test {
            Test::Compare(CompareOp::Eq, CompValue::String(id))
                if expression.path.as_str().eq_ignore_ascii_case("value") =>
            {
                Some(vec![id.clone().into_owned()])
            }
            _ => None,
        },
        _ => None,
    }
}

fn collect_terms(filter: &Filter<'_>, terms: &mut Vec<(String, Value)>) {
    match filter {
        Filter::And(operands) => operands.iter().for_each(|operand| collect_terms(operand, terms)),
        Filter::Attr(expression) => {
            let Test::Compare(CompareOp::Eq, operand) = &expression.test else { return };
            let value = match operand {
                CompValue::Null => return,
                CompValue::Boolean(flag) => Value::Boolean(*flag),
                CompValue::Number(text) => match text.parse::<Number>() {
                    Ok(number) => Value::Number(number),
                    Err(_) => return,
                },
                CompValue::String(text) => Value::from(text.as_ref()),
            };
            terms.push((expression.path.as_str().to_owned(), value));
        }
        _ => {}
    }
}
