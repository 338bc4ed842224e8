//! The tree that is walked for each resource.

use std::ops::ControlFlow;

use rollbook_schema::{Complex, Value};

use super::Lookup;
use super::check::{Check, Choice, Folds};

/// The names that lead to an attribute from where the walk begins: an extension's URI, an attribute, a sub-attribute.
pub(super) type Steps = Vec<Box<str>>;

/// A filter with everything known that does not depend on the resource.
#[derive(Debug)]
pub(super) enum Node {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// What is decided already, such as a test of an attribute that no schema knows.
    Constant(bool),
    /// A test of an attribute.
    Test {
        steps: Steps,
        check: Check,
        lookup: Option<Lookup>,
    },
    /// Many tests of one attribute for equality, joined by `or`.
    OneOf {
        steps: Steps,
        choice: Choice,
        /// The values of members that are asked for, where the attribute is that.
        lookups: Vec<Lookup>,
    },
    /// One element meets a filter.
    Any {
        steps: Steps,
        filter: Box<Self>,
    },
    /// A sub-attribute of one of the elements that meet a filter passes a test.
    Selected {
        steps: Steps,
        filter: Box<Self>,
        sub: Steps,
        check: Check,
        lookup: Option<Lookup>,
    },
}

/// What the steps of a node begin at.
#[derive(Clone, Copy)]
pub(super) enum Context<'v> {
    /// The members of a resource, an extension or a complex element.
    Members(&'v Complex),
    /// An element of a simple multi-valued attribute, whose `value` is itself.
    Simple(&'v Value),
}

impl Node {
    pub(super) fn holds(&self, context: Context<'_>, folds: &Folds) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.holds(context, folds)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(context, folds)),
            Self::Not(node) => !node.holds(context, folds),
            Self::Constant(holds) => *holds,
            Self::Test { steps, check, .. } => context.passes(steps, check, folds),
            Self::OneOf { steps, choice, .. } => context
                .any(steps, &mut |element| element.simple().is_some_and(|value| choice.holds(value, folds))),
            Self::Any { steps, filter } => context.any(steps, &mut |element| filter.holds(element, folds)),
            Self::Selected { steps, filter, sub, check, .. } => {
                let mut is_selected = false;
                let passes = context.any(steps, &mut |element| {
                    let selected = filter.holds(element, folds);
                    is_selected |= selected;
                    selected && element.passes(sub, check, folds)
                });
                passes || (!is_selected && check.of_absent())
            }
        }
    }
}

impl<'v> Context<'v> {
    fn new(value: &'v Value) -> Self {
        match value {
            Value::Complex(complex) => Self::Members(complex),
            value => Self::Simple(value),
        }
    }

    fn simple(self) -> Option<&'v Value> {
        match self {
            Self::Members(_) => None,
            Self::Simple(value) => Some(value),
        }
    }

    /// Tells whether the value that the steps lead to passes: one element of it where there are several.
    fn passes(self, steps: &[Box<str>], check: &Check, folds: &Folds) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            return match self {
                Self::Members(complex) => check.of_complex(complex),
                Self::Simple(value) => check.of(value, folds),
            };
        };
        match self {
            Self::Members(complex) => {
                let value = complex.get(step);
                if let Some(single @ (Value::String(_) | Value::Boolean(_) | Value::Number(_))) = value
                    && rest.is_empty()
                {
                    return check.of(single, folds);
                }
                let mut is_absent = true;
                let found = each(value, |element| {
                    is_absent = false;
                    element.passes(rest, check, folds)
                });
                found.is_break() || (is_absent && check.of_absent())
            }
            Self::Simple(value) if rest.is_empty() && is_value(step) => check.of(value, folds),
            Self::Simple(_) => check.of_absent(),
        }
    }

    /// Tells whether a test holds for one of the elements that the steps lead to.
    fn any(self, steps: &[Box<str>], holds: &mut dyn FnMut(Self) -> bool) -> bool {
        let Some((step, rest)) = steps.split_first() else { return holds(self) };
        match self {
            Self::Members(complex) => each(complex.get(step), |element| element.any(rest, holds)).is_break(),
            Self::Simple(_) => rest.is_empty() && is_value(step) && holds(self),
        }
    }
}

/// Goes through the elements that are values until a test holds; an opaque extension has none that can be seen.
#[inline]
fn each<'v>(value: Option<&'v Value>, mut holds: impl FnMut(Context<'v>) -> bool) -> ControlFlow<()> {
    let mut test = |element: &'v Value| match element {
        Value::Null | Value::Opaque(_) => ControlFlow::Continue(()),
        element if holds(Context::new(element)) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    match value {
        None => ControlFlow::Continue(()),
        Some(Value::Array(elements)) => elements.iter().try_for_each(test),
        Some(single) => test(single),
    }
}

fn is_value(step: &str) -> bool {
    step.eq_ignore_ascii_case("value")
}
