//! PATCH: many operations, large attributes, both.

use std::rc::Rc;

use rollbook_protocol::{PatchRequest, apply};
use rollbook_schema::JsonLimits;

use crate::body;
use crate::case::{BODY, Case, Prepared, WORK};
use crate::world::{Text, World, filled, later, letters};

/// A request and the body that it goes to.
struct Patch {
    name: String,
    ty: &'static str,
    held: Text,
    request: Text,
}

fn request(size: usize, operation: &dyn Fn(usize) -> String) -> String {
    filled(size, r#"{"Operations":["#, ",", operation, "]}")
}

fn emails(size: usize) -> String {
    let item = |n: usize| format!(r#"{{"value":"{}","type":"{}"}}"#, letters(n), letters(n % 700));
    filled(
        size,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","emails":["#,
        ",",
        item,
        "]}",
    )
}

fn extensions(size: usize) -> String {
    filled(
        size,
        r#"{"schemas":[],"userName":"a","#,
        ",",
        |n| format!(r#""urn:x:{}":{{"a":0}}"#, letters(n)),
        "}",
    )
}

fn foreign(size: usize) -> String {
    let start = r#"{"schemas":[],"userName":"a","urn:x:a":{"list":["#;
    filled(size, start, ",", |n| format!(r#"{{"value":"{}"}}"#, letters(n)), "]}}")
}

/// Makes the operation of a number.
type Make = Box<dyn Fn(usize) -> String>;

/// Operations, by what they do.
fn operations() -> Vec<(&'static str, Make)> {
    let or = |size: usize| filled(size, "", " or ", |n| format!(r#"value eq \"{}\""#, letters(n)), "");
    let (long, middle) = (or(1_900), or(180));
    let listed = filled(4_000, "[", ",", |n| format!(r#"{{"value":"{}"}}"#, letters(n)), "]");
    vec![
        (
            "add emails",
            Box::new(|n| format!(r#"{{"op":"add","path":"emails","value":[{{"value":"{n}@x"}}]}}"#)),
        ),
        (
            "add emails that are there",
            Box::new(|_| r#"{"op":"add","path":"emails","value":[{"value":"a","type":"a"}]}"#.into()),
        ),
        (
            "add emails without value",
            Box::new(|n| format!(r#"{{"op":"add","path":"emails","value":[{{"display":"{n}"}}]}}"#)),
        ),
        (
            "add primary emails",
            Box::new(|n| {
                format!(r#"{{"op":"add","path":"emails","value":[{{"value":"{n}","primary":true}}]}}"#)
            }),
        ),
        (
            "replace emails",
            Box::new(|n| format!(r#"{{"op":"replace","path":"emails","value":[{{"value":"{n}"}}]}}"#)),
        ),
        (
            "set by a filter",
            Box::new(|n| {
                format!(r#"{{"op":"add","path":"emails[value eq \"{}\"].type","value":"z{n}"}}"#, letters(n))
            }),
        ),
        (
            "set all by a filter",
            Box::new(|n| format!(r#"{{"op":"add","path":"emails[value pr].display","value":"{n}"}}"#)),
        ),
        (
            "make by a filter",
            Box::new(|n| format!(r#"{{"op":"add","path":"emails[type eq \"z{n}\"].value","value":"{n}"}}"#)),
        ),
        (
            "set by a long filter",
            Box::new(move |n| format!(r#"{{"op":"add","path":"emails[{long}].type","value":"z{n}"}}"#)),
        ),
        (
            "set by a middling filter",
            Box::new(move |n| format!(r#"{{"op":"add","path":"emails[{middle}].type","value":"z{n}"}}"#)),
        ),
        (
            "remove by a filter",
            Box::new(|n| format!(r#"{{"op":"remove","path":"emails[value eq \"{}\"]"}}"#, letters(n))),
        ),
        (
            "remove nothing by a filter",
            Box::new(|n| format!(r#"{{"op":"remove","path":"emails[value eq \"-{n}\"]"}}"#)),
        ),
        (
            "remove what is listed",
            Box::new(|n| {
                format!(r#"{{"op":"remove","path":"emails","value":[{{"value":"{}"}}]}}"#, letters(n))
            }),
        ),
        (
            "remove much that is listed",
            Box::new(move |_| format!(r#"{{"op":"remove","path":"emails","value":{listed}}}"#)),
        ),
        (
            "set the first",
            Box::new(|n| format!(r#"{{"op":"replace","path":"emails.display","value":"{n}"}}"#)),
        ),
        ("names", Box::new(|n| format!(r#"{{"op":"replace","path":"name.givenName","value":"{n}"}}"#))),
        ("user names", Box::new(|n| format!(r#"{{"op":"replace","path":"userName","value":"{n}"}}"#))),
        ("unknown names", Box::new(|n| format!(r#"{{"op":"add","path":"{}","value":"a"}}"#, letters(n)))),
        (
            "without path",
            Box::new(|n| format!(r#"{{"op":"add","value":{{"emails":[{{"value":"{n}"}}],"x{n}":0}}}}"#)),
        ),
        (
            "foreign, each its own",
            Box::new(|n| format!(r#"{{"op":"add","path":"urn:y:{}:b","value":0}}"#, letters(n))),
        ),
        (
            "foreign, one",
            Box::new(|n| format!(r#"{{"op":"add","path":"urn:x:a:{}","value":0}}"#, letters(n))),
        ),
        ("foreign, a list", Box::new(|n| format!(r#"{{"op":"add","path":"urn:x:a:list","value":[{n}]}}"#))),
        (
            "foreign, by a filter",
            Box::new(|n| format!(r#"{{"op":"remove","path":"urn:x:a:list[value eq \"{n}\"]"}}"#)),
        ),
        ("roles", Box::new(|n| format!(r#"{{"op":"add","path":"roles","value":[{{"display":"{n}"}}]}}"#))),
    ]
}

fn patches() -> Vec<Patch> {
    let mut patches = Vec::new();
    let few = later(|| FEW.to_owned());
    let small = later(|| emails(64_000));
    let (middle, large) = (later(|| emails(1_000_000)), later(|| emails(body())));
    let (extensions, foreign) = (later(|| extensions(8_000_000)), later(|| foreign(1_000_000)));
    let mut user = |name, held, request| patches.push(Patch { name, ty: "User", held, request });
    for (what, operation) in operations() {
        let make = Rc::new(operation);
        let sized = |size| {
            let make = Rc::clone(&make);
            later(move || request(size, &*make))
        };
        user(format!("400 kB of {what}"), few, sized(400_000));
        user(format!("a body of {what}"), few, sized(body()));
        let request = sized(200_000);
        user(format!("200 kB of {what} to 64 kB of emails"), small, request);
        user(format!("200 kB of {what} to a body of emails"), large, request);
        user(format!("200 kB of {what} to 8 MB of extensions"), extensions, request);
        user(format!("200 kB of {what} to a foreign list of 1 MB"), foreign, request);
    }
    for kind in ["add", "replace", "remove"] {
        for path in ["emails", "roles", "urn:x:a:list"] {
            let request = later(move || {
                let start = format!(r#"{{"Operations":[{{"op":"{kind}","path":"{path}","value":["#);
                filled(body(), &start, ",", |n| format!(r#"{{"value":"{n}"}}"#), "]}]}")
            });
            let name = format!("one {kind} of a body of {path}");
            user(format!("{name} to few"), few, request);
            user(format!("{name} to 1 MB of emails"), middle, request);
        }
    }
    let group = later(|| GROUP.to_owned());
    type Form = fn(usize) -> String;
    let members: [(&str, Form); 3] = [
        ("add members", |n| format!(r#"{{"op":"add","path":"members","value":[{{"value":"{n}"}}]}}"#)),
        ("remove members", |n| format!(r#"{{"op":"remove","path":"members[value eq \"{n}\"]"}}"#)),
        ("replace members", |n| {
            format!(r#"{{"op":"replace","path":"members","value":[{{"value":"{n}"}}]}}"#)
        }),
    ];
    for (what, operation) in members {
        let request = later(move || request(body(), &operation));
        patches.push(Patch { name: format!("a body of {what}"), ty: "Group", held: group, request });
    }
    patches
}

/// A user as small as it can be, and with one email.
const FEW: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","emails":[{"value":"a","type":"a"}]}"#;

const GROUP: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"a"}"#;

pub(crate) fn add<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    for Patch { name, ty, held, request } in patches() {
        let read =
            move || PatchRequest::from_slice(request.as_bytes(), &JsonLimits::default(), &world.quirks);
        if name.starts_with("a body") || name.ends_with("to few") {
            cases.push(Case::new(format!("PATCH, read: {name}"), BODY, move || {
                Prepared::new(request.len(), move || {
                    read().map_or_else(
                        |error| error.to_string(),
                        |read| format!("{} operations", read.operations.len()),
                    )
                })
            }));
        }
        cases.push(Case::new(format!("PATCH: {name}"), WORK, move || {
            let (mut resource, request_read) = (world.resource(held), read().expect("a PATCH"));
            Prepared::new(held.len() + request.len(), move || {
                let done = apply(&mut resource, &request_read, world.ty(ty), &world.quirks);
                done.map_or_else(
                    |error| format!("{}: {error}", error.status),
                    |done| format!("changed: {}", done.changed),
                )
            })
        }));
    }
}
