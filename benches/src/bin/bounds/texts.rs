//! Filters, paths, headers, tokens.

use std::sync::Arc;

use rollbook_filter::{Filter, Limits, PatchPath};
use rollbook_protocol::{Cursor, Fingerprint, Predicate, Projection, SearchParams, etag_matches};

use crate::case::{Case, Prepared, TEXT};
use crate::world::{World, filled, letters};

/// The longest filter.
const LENGTH: usize = 2_000;

/// Filters that are dear to read, bind or evaluate.
pub(crate) fn filters() -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str, times: usize| {
        format!("{}userName pr{}", open.repeat(times), close.repeat(times))
    };
    let list = |separator: &str, item: &dyn Fn(usize) -> String| filled(LENGTH, "", separator, item, "");
    vec![
        ("or of short tests", list(" or ", &|_| "ims pr".to_owned())),
        ("or of eq, one attribute", list(" or ", &|n| format!("ims eq \"{}\"", letters(n)))),
        ("or of co", list(" or ", &|n| format!("emails co \"{}\"", letters(n)))),
        (
            "or of co, values that nearly match",
            list(" or ", &|_| format!("emails co \"{}b\"", "a".repeat(31))),
        ),
        (
            "or of dates",
            list(" or ", &|n| {
                format!("meta.created gt \"20{:02}-01-01T00:00:00.123456789+14:00\"", 25 + n % 70)
            }),
        ),
        ("or of numbers", list(" or ", &|_| "a eq 1e999999999".to_owned())),
        ("and of not", list(" and ", &|_| "not(a pr)".to_owned())),
        ("value paths", list(" or ", &|n| format!("ims[value eq \"{}\"]", letters(n)))),
        ("terms in one value path", filled(LENGTH, "emails[", " or ", |n| format!("value eq \"{n}\""), "]")),
        ("not in not", nested("not(", ")", 31)),
        ("bracket in bracket", nested("(", ")", 31)),
        ("or and and mixed", list(" or ", &|n| format!("a pr and {} pr", letters(n)))),
        ("one string of escapes", format!("userName eq \"{}\"", "\\u00e9".repeat(330))),
        ("one string that is folded", format!("userName eq \"{}\"", "\u{390}".repeat(990))),
        ("one long number", format!("a eq 0.{}", "1".repeat(1_990))),
        ("one long name", format!("{} pr", "a".repeat(1_990))),
        ("one long URN", format!("urn:{}a pr", "a:".repeat(990))),
        ("many dots", format!("urn:ietf:params:scim:schemas:core:2.0:User:{} pr", "2.0:".repeat(480))),
    ]
}

pub(crate) fn add<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    for (name, text) in filters() {
        let (read, bind) = (text.clone(), text.clone());
        cases.push(Case::new(format!("filter, read: {name}"), TEXT, move || {
            let text = read.clone();
            Prepared::new(text.len(), move || match Filter::parse(&text) {
                Ok(filter) => format!("{} terms", filter.paths().len()),
                Err(error) => error.to_string(),
            })
        }));
        cases.push(Case::new(format!("filter, bound: {name}"), TEXT, move || {
            let text = bind.clone();
            Prepared::new(text.len(), move || {
                let registry = Arc::clone(&world.registry);
                let bound = Predicate::parse(&text, &Limits::default(), registry, "User", &world.quirks);
                bound.map_or_else(|error| error.to_string(), |_| "bound".to_owned())
            })
        }));
        cases.push(Case::new(format!("filter, printed: {name}"), TEXT, move || {
            let filter = Filter::parse(&text).ok().map(Filter::into_owned);
            Prepared::new(text.len(), move || {
                filter.map(|filter| filter.to_string().len()).is_some().to_string()
            })
        }));
    }
    add_refused(cases);
    add_parameters(cases, world);
}

/// Texts that are no filter, or too much of one.
fn add_refused(cases: &mut Vec<Case<'_>>) {
    let refused = [
        ("brackets only", "(".repeat(2_000)),
        ("not only", "not(".repeat(500)),
        ("value paths only", "a[".repeat(1_000)),
        ("terms over the limit", "a pr or ".repeat(249)),
        ("a string without its end", format!("a eq \"{}", "\\\\".repeat(990))),
        ("an error behind a long filter", format!("{}a zz 1", "a pr or ".repeat(200))),
        ("a body", "a".repeat(crate::body())),
    ];
    for (name, text) in refused {
        let path = text.clone();
        cases.push(Case::new(format!("filter, refused: {name}"), TEXT, move || {
            let text = text.clone();
            Prepared::new(text.len().min(LENGTH), move || {
                Filter::parse(&text).map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
        cases.push(Case::new(format!("PATCH path, refused: {name}"), TEXT, move || {
            let text = path.clone();
            Prepared::new(text.len().min(LENGTH), move || {
                PatchPath::parse(&text).map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
    }
    let paths = [
        ("terms", filled(LENGTH, "emails[", " or ", |_| "a pr".to_owned(), "].value")),
        ("nested", format!("emails[{}a pr{}].value", "not(".repeat(30), ")".repeat(30))),
        ("a URN", format!("urn:{}a", "a:".repeat(990))),
    ];
    for (name, text) in paths {
        cases.push(Case::new(format!("PATCH path, read: {name}"), TEXT, move || {
            let text = text.clone();
            Prepared::new(text.len(), move || {
                PatchPath::parse(&text).map_or_else(|error| error.to_string(), |path| path.to_string())
            })
        }));
    }
}

/// Parameters and headers: an HTTP head is at most some 100 kB.
fn add_parameters<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    const HEAD: usize = 64 * 1024;
    let names = filled(HEAD, "", ",", |n| format!("emails[{}].value", "a".repeat(n % 9)), "");
    let urns = filled(HEAD, "", ",", |n| format!("urn:{}:b", letters(n)), "");
    for (name, text) in [("value paths", names), ("URNs", urns)] {
        cases.push(Case::new(format!("attributes: {name}"), TEXT, move || {
            let text = text.clone();
            Prepared::new(text.len(), move || {
                let parsed = Projection::parse(Some(&text), Some(&text), world.ty("User"));
                parsed.map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
    }
    for (name, unit) in [("tags", "W/\"1\","), ("commas", ", "), ("quotes", "\""), ("slashes", "W/")] {
        cases.push(Case::new(format!("If-Match: {name}"), TEXT, move || {
            let text = unit.repeat(HEAD / unit.len());
            Prepared::new(text.len(), move || etag_matches(&text, 7).to_string())
        }));
    }
    for (name, unit) in [("names", "filter&"), ("escapes", "attributes=%61&"), ("plus", "a+=+&")] {
        cases.push(Case::new(format!("query: {name}"), TEXT, move || {
            let text = unit.repeat(HEAD / unit.len());
            Prepared::new(text.len(), move || {
                let params = SearchParams::from_query(Some(&text));
                params.map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
    }
    for (name, size) in [("4 KiB", 4_096), ("64 KiB", HEAD)] {
        cases.push(Case::new(format!("cursor: {name}"), TEXT, move || {
            let text = "A".repeat(size);
            Prepared::new(text.len(), move || {
                let query = Fingerprint::new("acme/Users", &SearchParams::default());
                Cursor::decode(&text, &query).map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
    }
}
