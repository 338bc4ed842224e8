//! Large bodies: reading, checking, showing.

use rollbook_protocol::{Projection, keys, prepare_create, prepare_replace};
use rollbook_schema::{Context, JsonLimits, Resource, Value, parse_value, suggestions, validate};

use crate::body;
use crate::case::{BODY, Case, Prepared, WORK};
use crate::world::{Text, World, filled, later, letters};

/// Bodies that are dear to read or to check.
fn bodies() -> Vec<(&'static str, Text)> {
    let list = |item: fn(usize) -> String| {
        later(move || filled(body(), r#"{"userName":"a","emails":["#, ",", item, "]}"))
    };
    let deep = format!("{}{}", "[".repeat(31), "]".repeat(31));
    vec![
        ("zeros", list(|_| "0".to_owned())),
        ("empty arrays", list(|_| "[]".to_owned())),
        ("empty objects", list(|_| "{}".to_owned())),
        ("empty strings", list(|_| "\"\"".to_owned())),
        (
            "deep arrays",
            later(move || {
                filled(body(), "{\"a\":[", ",", |_| deep.get(2..60).unwrap_or("0").to_owned(), "]}")
            }),
        ),
        ("short objects", list(|_| r#"{"a":0}"#.to_owned())),
        ("emails, each once", list(|n| format!(r#"{{"value":"{}"}}"#, letters(n)))),
        ("emails, all the same", list(|_| r#"{"value":"a","type":"b"}"#.to_owned())),
        ("emails, all primary", list(|n| format!(r#"{{"value":"{}","primary":true}}"#, letters(n)))),
        ("emails of a wrong type", list(|_| r#"{"value":0}"#.to_owned())),
        ("emails with unknown parts", list(|_| r#"{"a":0,"b":0}"#.to_owned())),
        ("emails that are folded", list(|n| format!("{{\"value\":\"\u{390}{}\"}}", letters(n)))),
        ("bare emails", list(|n| format!("\"{}\"", letters(n)))),
        ("names", later(move || filled(body(), "{", ",", |n| format!(r#""{}":0"#, letters(n)), "}"))),
        (
            "extensions",
            later(move || filled(body(), "{", ",", |n| format!(r#""u:{}":{{}}"#, letters(n)), "}")),
        ),
        ("one extension", later(move || filled(body(), r#"{"u:a":{"a":["#, ",", |_| "0".to_owned(), "]}}"))),
        (
            "32 names that are long",
            later(move || {
                filled(body(), "{", ",", |n| format!(r#""{}{n}":0"#, "a".repeat(body() / 33)), "}")
            }),
        ),
        (
            "one string of escapes",
            later(move || format!(r#"{{"userName":"{}"}}"#, "\\n".repeat(body() / 2 - 20))),
        ),
        (
            "one string of surrogates",
            later(move || format!(r#"{{"userName":"{}"}}"#, "\\ud83d\\ude00".repeat(body() / 12 - 5))),
        ),
        (
            "one string that is folded",
            later(move || format!(r#"{{"userName":"{}"}}"#, "\u{390}".repeat(body() / 2 - 20))),
        ),
        ("one number", later(move || format!(r#"{{"userName":{}}}"#, "1".repeat(body() - 20)))),
        ("long numbers", later(move || filled(body(), "{\"a\":[", ",", |_| "0.10".to_owned(), "]}"))),
        (
            "certificates",
            later(move || {
                filled(body(), r#"{"x509Certificates":["#, ",", |_| r#"{"value":"AAAA"}"#.to_owned(), "]}")
            }),
        ),
    ]
}

pub(crate) fn add<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    for (name, text) in bodies() {
        cases.push(Case::new(format!("body, read as JSON: {name}"), BODY, move || {
            Prepared::new(text.len(), move || {
                let read = parse_value(text.as_bytes(), &JsonLimits::default());
                read.map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
        cases.push(Case::new(format!("body, read as a resource: {name}"), BODY, move || {
            Prepared::new(text.len(), move || {
                let read = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &world.registry);
                read.map_or_else(|error| error.to_string(), |_| "read".to_owned())
            })
        }));
        cases.push(Case::new(format!("POST: {name}"), WORK, move || {
            let resource = world.resource(text);
            Prepared::new(text.len(), move || {
                let draft = prepare_create(resource, world.ty("User"), &world.quirks);
                draft.map_or_else(|error| error.to_string(), |_| "a draft".to_owned())
            })
        }));
        cases.push(Case::new(format!("PUT: {name}"), WORK, move || {
            let resource = world.resource(text);
            let before = resource.clone();
            Prepared::new(text.len(), move || {
                let draft = prepare_replace(resource, &before, world.ty("User"), &world.quirks);
                draft.map_or_else(|error| error.to_string(), |_| "a draft".to_owned())
            })
        }));
        cases.push(Case::new(format!("checked: {name}"), WORK, move || {
            let resource = world.resource(text);
            Prepared::new(text.len(), move || {
                let ty = world.ty("User");
                let found = validate(&resource, ty.resource_type, ty.registry, Context::Create);
                let hints = suggestions(&resource, ty.resource_type, ty.registry).len();
                format!("{} violations, {hints} suggestions", found.err().map_or(0, |found| found.len()))
            })
        }));
        cases.push(Case::new(format!("keys, text, equality: {name}"), WORK, move || {
            let resource = world.resource(text);
            Prepared::new(text.len(), move || {
                let found = keys(&resource, world.ty("User")).len();
                let same = resource.clone() == resource;
                format!("{found} keys, {} bytes, {same}", resource.to_vec().len())
            })
        }));
        cases.push(Case::new(format!("projection: {name}"), WORK, move || {
            let mut resource = world.resource(text);
            let names = filled(8_000, "emails,", ",", |n| format!("urn:{}:bb", letters(n)), "");
            let projection =
                Projection::parse(Some(&names), Some("urn:b:c"), world.ty("User")).expect("names");
            Prepared::new(text.len(), move || {
                projection.apply(&mut resource, world.ty("User"));
                format!("{} left", resource.as_complex().len())
            })
        }));
    }
    cases.push(Case::new("equality: names in another order", WORK, move || {
        let (first, second) = turned();
        Prepared::new(body(), move || (first == second).to_string())
    }));
}

/// Returns an object and the same with its members in another order.
fn turned() -> (Value, Value) {
    let text = filled(body() / 2, "{", ",", |n| format!(r#""{}":0"#, letters(n)), "}");
    let first = parse_value(text.as_bytes(), &JsonLimits::default()).expect("JSON");
    let members: Vec<_> = first.as_complex().into_iter().flatten().collect();
    let second = members.into_iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    (first, Value::Complex(second))
}
