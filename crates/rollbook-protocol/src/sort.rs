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
///
/// Texts compare by their first 500 characters, so that a key fits into a cursor: what differs only later is equal.
/// Numbers of more than 500 digits compare as the nearest float.
#[derive(Clone, Debug)]
pub struct Sort {
    steps: Arc<[Box<str>]>,
    kind: AttributeType,
    case_exact: bool,
    descending: bool,
}

/// How many characters of a text, or digits of a number, count.
const LONGEST: usize = 500;

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

    /// Reads what [`SortKey::encode`] wrote for this order; `None` for anything else.
    #[must_use]
    pub fn decode_key(&self, text: &str) -> Option<SortKey> {
        let mut chars = text.chars();
        let rank = match (chars.next()?, chars.as_str(), self.kind) {
            ('-', "", _) => Rank::Absent,
            ('b', "0", AttributeType::Boolean) => Rank::Boolean(false),
            ('b', "1", AttributeType::Boolean) => Rank::Boolean(true),
            ('n', number, AttributeType::Integer | AttributeType::Decimal) => {
                Rank::Number(number.parse().ok()?)
            }
            ('i', instant, AttributeType::DateTime) => {
                let (seconds, nanos) = instant.split_once('.')?;
                Rank::Instant(chrono::DateTime::from_timestamp(seconds.parse().ok()?, nanos.parse().ok()?)?)
            }
            ('t', text, AttributeType::String | AttributeType::Reference | AttributeType::Binary) => {
                Rank::Text(text.to_owned())
            }
            _ => return None,
        };
        let key = SortKey { rank, descending: self.descending };
        (key.encode() == text).then_some(key)
    }

    /// Ranks a value; one of another type counts as absent.
    fn rank(&self, value: &Value) -> Option<Rank> {
        match (self.kind, value) {
            (AttributeType::Boolean, Value::Boolean(value)) => Some(Rank::Boolean(*value)),
            (AttributeType::Integer | AttributeType::Decimal, Value::Number(number)) => {
                Some(Rank::Number(short_number(number)))
            }
            (AttributeType::DateTime, Value::String(text)) => {
                DateTime::parse(text).ok().map(|value| Rank::Instant(value.instant()))
            }
            (
                AttributeType::String | AttributeType::Reference | AttributeType::Binary,
                Value::String(text),
            ) => {
                let mut text = if self.case_exact { text.to_string() } else { fold(text) };
                // By characters, not bytes: cutting must not change which of two texts is the smaller one.
                if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                    text.truncate(end);
                }
                Some(Rank::Text(text))
            }
            _ => None,
        }
    }
}

impl SortKey {
    /// Writes the key as text of at most 2,001 bytes, for a cursor; [`Sort::decode_key`] reads it.
    #[must_use]
    pub fn encode(&self) -> String {
        match &self.rank {
            Rank::Absent => "-".to_owned(),
            Rank::Boolean(value) => format!("b{}", u8::from(*value)),
            Rank::Number(number) => format!("n{number}"),
            Rank::Instant(instant) => {
                format!("i{}.{}", instant.timestamp(), instant.timestamp_subsec_nanos())
            }
            Rank::Text(text) => format!("t{text}"),
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

/// Returns the number, or the nearest float where its text is long.
fn short_number(number: &Number) -> Number {
    if number.to_string().len() <= LONGEST {
        return number.clone();
    }
    let float = number.as_f64();
    Number::from_f64(float.clamp(f64::MIN, f64::MAX)).unwrap_or_else(|| number.clone())
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
