//! Tests for equality joined by `or`, as provisioning clients send them by the dozen.

use rollbook_filter::CompareOp;

use super::super::check::{Check, Choice, Operand};
use super::super::node::{Node, Steps};

/// From this many tests of one attribute on, they are one.
const FEWEST: usize = 4;

/// Joins nodes by `or`; tests of one attribute for equality become a choice, behind the others.
pub(super) fn any_of(nodes: Vec<Node>) -> Node {
    let mut groups: Vec<(Steps, bool, usize)> = Vec::new();
    for (steps, is_exact) in nodes.iter().filter_map(subject) {
        match groups.iter_mut().find(|(other, exact, _)| other == steps && *exact == is_exact) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((steps.clone(), is_exact, 1)),
        }
    }
    groups.retain(|(_, _, count)| *count >= FEWEST);
    let mut rest = nodes;
    for (steps, is_exact, _) in groups {
        let (tests, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|node| subject(node) == Some((&steps, is_exact)));
        rest = others;
        rest.push(choice(steps, is_exact, tests));
    }
    Node::Or(rest)
}

/// Returns what a test for equality is about, and whether case counts.
fn subject(node: &Node) -> Option<(&Steps, bool)> {
    match node {
        Node::Test { steps, check: Check::Compare(CompareOp::Eq, Operand::Exact(_)), .. } => {
            Some((steps, true))
        }
        Node::Test { steps, check: Check::Compare(CompareOp::Eq, Operand::Folded(_)), .. } => {
            Some((steps, false))
        }
        _ => None,
    }
}

fn choice(steps: Steps, is_exact: bool, tests: Vec<Node>) -> Node {
    let (mut values, mut lookups) = (Vec::new(), Vec::new());
    for test in tests {
        if let Node::Test {
            check: Check::Compare(_, Operand::Exact(value) | Operand::Folded(value)),
            lookup,
            ..
        } = test
        {
            values.push(value);
            lookups.extend(lookup);
        }
    }
    // Where a value has no look-up, they do not tell all.
    if lookups.len() < values.len() {
        lookups.clear();
    }
    Node::OneOf { steps, choice: Choice::new(values, is_exact), lookups }
}
