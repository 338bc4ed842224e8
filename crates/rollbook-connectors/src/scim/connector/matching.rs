//! Whether a resource holds the value that was asked for.

use rollbook_protocol::fold;
use rollbook_schema::{Complex, Resource, Value};

/// The value to look for: that of the path, of a multi-valued attribute the primary one, else the first.
pub(super) fn wanted<'r>(resource: &'r Resource, path: &str) -> Option<&'r str> {
    let (holder, name, sub) = split(resource, path)?;
    let value = holder.get(name)?;
    let primary = value.elements().find(|element| {
        element.as_complex().and_then(|element| element.get("primary")).and_then(Value::as_bool) == Some(true)
    });
    let text = primary.into_iter().chain(value.elements()).find_map(|element| text(element, sub));
    text.filter(|text| !text.is_empty())
}

/// Tells whether a resource really has this value: a service that ignores filters answers everything it has.
///
/// `externalId` and `id` are compared exactly (RFC 7643 §3.1), everything else without regard to case.
pub(super) fn holds(resource: &Resource, path: &str, value: &str) -> bool {
    let Some((holder, name, sub)) = split(resource, path) else { return false };
    let exact = ["externalId", "id"].iter().any(|known| known.eq_ignore_ascii_case(path));
    let same = |found: &str| found == value || !exact && fold(found) == fold(value);
    holder.get(name).is_some_and(|held| held.elements().filter_map(|element| text(element, sub)).any(same))
}

/// Where a path leads: the object that has the attribute, the attribute, the sub-attribute.
fn split<'r, 'p>(resource: &'r Resource, path: &'p str) -> Option<(&'r Complex, &'p str, Option<&'p str>)> {
    let (holder, path) = if path.contains(':') {
        resource.as_complex().iter().find_map(|(uri, value)| {
            let (start, rest) = path.split_at_checked(uri.as_str().len())?;
            let rest = rest.strip_prefix(':').filter(|_| *uri == *start)?;
            Some((value.as_complex()?, rest))
        })?
    } else {
        (resource.as_complex(), path)
    };
    let (name, sub) = path.split_once('.').map_or((path, None), |(name, sub)| (name, Some(sub)));
    Some((holder, name, sub))
}

fn text<'v>(value: &'v Value, sub: Option<&str>) -> Option<&'v str> {
    match (value, sub) {
        (Value::Complex(complex), sub) => complex.get(sub.unwrap_or("value"))?.as_str(),
        (value, None) => value.as_str(),
        _ => None,
    }
}
