//! The order of results (RFC 7644 §3.4.2.3, decisions D27 and D28).

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::Utc;
use rollbook_filter::AttrPath;
use rollbook_schema::{AttributeType, DateTime, Number, Registry, Resource, Returned, Value};

use crate::fold::fold;
use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve_with};

/// An order by one attribute.
///
/// Values compare by their type: strings without case unless the attribute is case exact, dateTimes as instants,
/// `false` before `true`. Of several values the primary one counts, else the first. Resources without a value come last,
/// and first when the order is descending (RFC 7644 §3.4.2.3). Equal ones are left to the caller, who falls back to
/// creation time, then id (decision D27).
#[derive(Clone, Debug)]
pub struct Sort {
    steps: Arc<[Box<str>]>,
    kind: AttributeType,
    case_exact: bool,
    descending: bool,
}

/// The place of a resource in the order of a [`Sort`]; compare only keys of the same one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SortKey {
    rank: Rank,
    descending: bool,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Rank {
    Boolean(bool),
    Number(Number),
    Instant(chrono::DateTime<Utc>),
    Text(String),
    Absent,
}

impl Sort {
    /// Binds `sortBy` and `sortOrder` to the resource type of a name.
    ///
    /// A path to a complex attribute means its `value`. Returns `None` where the path names nothing that has an order:
    /// then the default order holds (decision D28). Attributes that are never returned give no order either, since it
    /// would tell their values.
    // The registry comes shared, as for `Predicate`, though nothing of it is kept.
    #[must_use]
    pub fn new(
        sort_by: &AttrPath<'_>,
        descending: bool,
        registry: Arc<Registry>,
        resource_type: &str,
    ) -> Option<Self> {
        let ty = TypeRef { registry: &registry, resource_type: registry.resource_type(resource_type)? };
        let Resolved::Attribute { extension, attribute, sub } = resolve_with(sort_by, ty, &Quirks::default())
        else {
            return None;
        };
        let value = || attribute.sub_attribute("value");
        let sub =
            if attribute.attribute_type == AttributeType::Complex { Some(sub.or_else(value)?) } else { None };
        let definition = sub.unwrap_or(attribute);
        if attribute.returned == Returned::Never || definition.returned == Returned::Never {
            return None;
        }
        let names = [
            extension.map(|schema| schema.id.as_str()),
            Some(attribute.name.as_str()),
            sub.map(|sub| sub.name.as_str()),
        ];
        Some(Self {
            steps: names.into_iter().flatten().map(Into::into).collect(),
            kind: definition.attribute_type,
            case_exact: definition.case_exact,
            descending,
        })
    }

    /// Compares two whole resources.
    #[must_use]
    pub fn compare(&self, left: &Resource, right: &Resource) -> Ordering {
        self.key(left).cmp(&self.key(right))
    }

    /// Returns the key of a whole resource, so that many can be sorted with each value read and folded once.
    #[must_use]
    pub fn key(&self, resource: &Resource) -> SortKey {
        let mut names = self.steps.iter();
        let mut value = names.next().and_then(|name| resource.get(name)).and_then(chosen);
        for name in names {
            value = value.and_then(|value| part(value, name)).and_then(chosen);
        }
        let rank = value.and_then(|value| self.rank(value)).unwrap_or(Rank::Absent);
        SortKey { rank, descending: self.descending }
    }

    /// Ranks a value; one of another type counts as absent.
    fn rank(&self, value: &Value) -> Option<Rank> {
        match (self.kind, value) {
            (AttributeType::Boolean, Value::Boolean(value)) => Some(Rank::Boolean(*value)),
            (AttributeType::Integer | AttributeType::Decimal, Value::Number(number)) => {
                Some(Rank::Number(number.clone()))
            }
            (AttributeType::DateTime, Value::String(text)) => {
                DateTime::parse(text).ok().map(|value| Rank::Instant(value.instant()))
            }
            (
                AttributeType::String | AttributeType::Reference | AttributeType::Binary,
                Value::String(text),
            ) => Some(Rank::Text(if self.case_exact { text.to_string() } else { fold(text) })),
            _ => None,
        }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = self.rank.cmp(&other.rank);
        if self.descending { ordering.reverse() } else { ordering }
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Returns the primary element, else the first.
fn chosen(value: &Value) -> Option<&Value> {
    let is_primary = |element: &&Value| part(element, "primary").and_then(Value::as_bool) == Some(true);
    value.elements().find(is_primary).or_else(|| value.elements().next())
}

/// Returns a sub-attribute; a simple element is its own `value`.
fn part<'v>(element: &'v Value, name: &str) -> Option<&'v Value> {
    match element {
        Value::Complex(complex) => complex.get(name),
        Value::Array(_) | Value::Opaque(_) | Value::Null => None,
        simple => name.eq_ignore_ascii_case("value").then_some(simple),
    }
}
