//! Filters and sort keys over resources.

use std::sync::Arc;

use rollbook_filter::{AttrPath, Filter, Limits};
use rollbook_protocol::{Predicate, Sort};

use crate::case::{Bound, Case, Prepared, TEXT};
use crate::texts::filters;
use crate::world::{World, filled, letters};

/// A resource of 8 kB: ten milliseconds for any filter. A larger one takes longer in proportion.
const RESOURCE: usize = 8 * 1024;

fn resources(size: usize) -> Vec<(&'static str, String)> {
    let list = |item: &dyn Fn(usize) -> String| filled(size, r#"{"ims":[],"emails":["#, ",", item, "]}");
    vec![
        ("short emails", list(&|_| r#"{"value":"-"}"#.to_owned())),
        (
            "1,000 emails",
            filled(
                size,
                r#"{"emails":["#,
                ",",
                |n| format!(r#"{{"value":"{n:04}aaaaaaaaaaaaaaaaaaaaaaaaa@example.com","type":"work"}}"#),
                "]}",
            ),
        ),
        ("emails of other letters", list(&|n| format!("{{\"value\":\"\u{390}{}\"}}", letters(n)))),
        ("emails that nearly match", list(&|_| format!(r#"{{"value":"{}"}}"#, "a".repeat(128)))),
        (
            "one email that nearly matches",
            list(&|n| format!(r#"{{"value":"{}"}}"#, "a".repeat(if n == 0 { size - 60 } else { size }))),
        ),
        (
            "one email of other letters",
            list(&|n| {
                format!(r#"{{"value":"{}"}}"#, "\u{390}".repeat(if n == 0 { size / 2 - 30 } else { size }))
            }),
        ),
        ("ims", filled(size, r#"{"ims":["#, ",", |_| r#"{"a":""}"#.to_owned(), "]}")),
        ("names", filled(size, "{", ",", |n| format!(r#""x{}":0"#, letters(n)), "}")),
        (
            "a date",
            format!(
                r#"{{"{}":0,"meta":{{"created":"2011-05-13T04:42:34.{}Z"}}}}"#,
                "a".repeat(size - 100),
                "1".repeat(20)
            ),
        ),
    ]
}

pub(crate) fn add<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    let reads = |text: &str| Filter::parse(text).is_ok();
    for (what, filter) in filters().into_iter().filter(|(_, filter)| reads(filter)) {
        for (on, resource) in resources(RESOURCE) {
            let (filter, name) = (filter.clone(), format!("evaluation: {what} on {on}"));
            cases.push(Case::new(name, Bound { per_mib: 0, ..TEXT }, move || {
                let registry = Arc::clone(&world.registry);
                let bound = Predicate::parse(&filter, &Limits::default(), registry, "User", &world.quirks);
                let (bound, read) = (bound.expect("a filter"), world.resource(&resource));
                Prepared::new(resource.len(), move || bound.matches(&read).to_string())
            }));
        }
    }
    for path in ["emails", "emails.value", "userName", "meta.created", "name.familyName"] {
        for (on, resource) in resources(RESOURCE) {
            cases.push(Case::new(format!("sort key: {path} of {on}"), TEXT, move || {
                let path = AttrPath::new(path).expect("a path");
                let sort = Sort::new(&path, false, Arc::clone(&world.registry), "User");
                let (sort, read) = (sort.expect("an order"), world.resource(&resource));
                Prepared::new(resource.len(), move || sort.key(&read).encode().len().to_string())
            }));
        }
    }
}
