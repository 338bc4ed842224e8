//! The tree that is walked for each resource.

use rollbook_schema::{Complex, Value};

use super::Lookup;
use super::check::Check;

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
    pub(super) fn holds(&self, context: Context<'_>) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.holds(context)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(context)),
            Self::Not(node) => !node.holds(context),
            Self::Constant(holds) => *holds,
            Self::Test { steps, check, .. } => context.passes(steps, check),
            Self::Any { steps, filter } => context.elements(steps).any(|element| filter.holds(element)),
            Self::Selected { steps, filter, sub, check, .. } => {
                let mut selected =
                    context.elements(steps).filter(|element| filter.holds(*element)).peekable();
                if selected.peek().is_none() {
                    return check.of_absent();
                }
                selected.any(|element| element.passes(sub, check))
            }
        }
    }
}

impl<'v> Context<'v> {
    fn new(value: &'v Value) -> Self {
        value.as_complex().map_or(Self::Simple(value), Self::Members)
    }

    /// Tells whether the value that the steps lead to passes: one element of it where there are several.
    fn passes(self, steps: &[Box<str>], check: &Check) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            return match self {
                Self::Members(complex) => check.of_complex(complex),
                Self::Simple(value) => check.of(value),
            };
        };
        match self {
            Self::Members(complex) => {
                let mut elements = elements(complex.get(step)).peekable();
                if elements.peek().is_none() {
                    return check.of_absent();
                }
                elements.any(|element| Self::new(element).passes(rest, check))
            }
            Self::Simple(value) if rest.is_empty() && is_value(step) => check.of(value),
            Self::Simple(_) => check.of_absent(),
        }
    }

    /// Returns the elements of the attribute that the steps lead to.
    fn elements(self, steps: &'v [Box<str>]) -> Box<dyn Iterator<Item = Self> + 'v> {
        let Some((step, rest)) = steps.split_first() else { return Box::new(std::iter::once(self)) };
        match self {
            Self::Members(complex) => {
                let elements = elements(complex.get(step)).map(Self::new);
                if rest.is_empty() {
                    return Box::new(elements);
                }
                Box::new(elements.flat_map(|element| element.elements(rest)))
            }
            Self::Simple(_) if rest.is_empty() && is_value(step) => Box::new(std::iter::once(self)),
            Self::Simple(_) => Box::new(std::iter::empty()),
        }
    }
}

/// Returns the elements that are values; an opaque extension has none that can be seen.
fn elements(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let elements = value.map(Value::elements).unwrap_or_default();
    elements.filter(|element| !matches!(element, Value::Null | Value::Opaque(_)))
}

fn is_value(step: &str) -> bool {
    step.eq_ignore_ascii_case("value")
}
