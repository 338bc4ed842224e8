//! What an index can answer of a filter.

use super::node::Node;

/// A condition that an index answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lookup {
    /// The resource of an id.
    Id(String),
    /// The resources with a key.
    Key {
        /// The attribute, as [`Key::attribute`](crate::Key::attribute) has it.
        attribute: String,
        /// The value, folded as [`Key::value`](crate::Key::value) is.
        value: String,
    },
    /// The groups that hold a member value.
    Member(String),
}

impl Lookup {
    /// Returns a number that is lower where fewer resources are to be expected.
    fn rank(&self) -> u8 {
        match self {
            Self::Id(_) => 0,
            Self::Key { attribute, .. } if attribute == "username" => 1,
            Self::Key { attribute, .. } if attribute == "externalid" => 2,
            Self::Key { .. } => 3,
            Self::Member(_) => 4,
        }
    }
}

/// Returns the best look-up of a tree, and whether it decides alone.
pub(super) fn of(node: &Node) -> (Option<Lookup>, bool) {
    match node {
        Node::Test { lookup, .. } => (lookup.clone(), lookup.is_some()),
        // One element has to meet the filter: so it does where the filter is a single test of the key itself.
        Node::Any { filter, .. } => of(filter),
        Node::Selected { filter, check, lookup, .. } => {
            // `emails[value eq "x"].type ne "y"` holds too where nothing is selected (decision D26): then what selects
            // is no necessary condition.
            let inner = if check.of_absent() { None } else { of(filter).0 };
            (lookup.iter().cloned().chain(inner).min_by_key(Lookup::rank), false)
        }
        Node::And(nodes) => (nodes.iter().filter_map(|node| of(node).0).min_by_key(Lookup::rank), false),
        Node::Or(_) | Node::OneOf { .. } | Node::Not(_) | Node::Constant(_) => (None, false),
    }
}

/// Returns the member values that decide all that a tree asks about `members`; `None` where others count too.
pub(super) fn asked_members(node: &Node) -> Option<Vec<String>> {
    let mut values = Vec::new();
    collect_members(node, &mut values).then_some(values)
}

fn collect_members(node: &Node, values: &mut Vec<String>) -> bool {
    let (steps, lookups) = match node {
        Node::And(nodes) | Node::Or(nodes) => return nodes.iter().all(|node| collect_members(node, values)),
        Node::Not(node) => return collect_members(node, values),
        Node::Constant(_) => return true,
        Node::Test { steps, lookup, .. } => (steps, lookup.iter().cloned().collect()),
        Node::OneOf { steps, lookups, .. } => (steps, lookups.clone()),
        // No other element than that of the value can meet the filter.
        Node::Any { steps, filter } | Node::Selected { steps, filter, .. } => {
            (steps, of(filter).0.into_iter().collect::<Vec<_>>())
        }
    };
    // At the top only an attribute of the core schema has so short a name: an extension begins with its URI.
    if steps.first().is_none_or(|step| !step.eq_ignore_ascii_case("members")) {
        return true;
    }
    for lookup in &lookups {
        let Lookup::Member(value) = lookup else { return false };
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    !lookups.is_empty()
}
