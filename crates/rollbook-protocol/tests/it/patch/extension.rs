//! Extensions: those of the type, and those that no schema knows.

use rollbook_protocol::{ClientKind, Quirks, apply};
use rollbook_schema::Value;

use super::{check_users, patch, request};
use crate::fixtures::{registry, resource, ty};

/// Runs rows in which `ENT` stands for the enterprise extension's URI.
fn check(rows: &[(&str, &str, &str, &str)]) {
    for (what, before, operations, after) in rows {
        let long =
            |text: &str| text.replace("ENT", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
        check_users(&[(what, &long(before), &long(operations), &long(after))]);
    }
}

#[test]
fn rfc7644_3_10_attributes_of_an_extension() {
    check(&[
        (
            "add",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "ENT:department", "value": "D"}]"#,
            r#"{"userName": "a", "ENT": {"department": "D"}}"#,
        ),
        (
            "the URI in any case",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "URN:ietf:params:scim:schemas:extension:enTERprise:2.0:user:Department", "value": "D"}]"#,
            r#"{"userName": "a", "ENT": {"department": "D"}}"#,
        ),
        (
            "the URI once more inside of the extension",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "ENT", "value": {"ENT:department": "D", "ENT:manager.value": "m", "ENT:x:y": 1}}]"#,
            r#"{"userName": "a", "ENT": {"department": "D", "manager": {"value": "m"}}}"#,
        ),
        (
            "a URI inside of the extension is no part of a longer one",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "value": {"ENT": {"urn:x:y:2.0:User:a.b": "D", "division": "V"}}}]"#,
            r#"{"userName": "a", "ENT": {"division": "V"}}"#,
        ),
        (
            "replace",
            r#"{"userName": "a", "ENT": {"department": "D", "division": "V"}}"#,
            r#"[{"op": "replace", "path": "ENT:department", "value": "E"}]"#,
            r#"{"userName": "a", "ENT": {"department": "E", "division": "V"}}"#,
        ),
        (
            "remove",
            r#"{"userName": "a", "ENT": {"department": "D", "division": "V"}}"#,
            r#"[{"op": "remove", "path": "ENT:department"}]"#,
            r#"{"userName": "a", "ENT": {"division": "V"}}"#,
        ),
        (
            "remove the last",
            r#"{"userName": "a", "ENT": {"department": "D"}}"#,
            r#"[{"op": "remove", "path": "ENT:department"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove all",
            r#"{"userName": "a", "ENT": {"department": "D"}}"#,
            r#"[{"op": "remove", "path": "ENT"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "the whole merges",
            r#"{"userName": "a", "ENT": {"department": "D", "division": "V"}}"#,
            r#"[{"op": "replace", "path": "ENT", "value": {"Department": "E", "division": null}}]"#,
            r#"{"userName": "a", "ENT": {"department": "E"}}"#,
        ),
        (
            "a qualified key",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "value": {"ENT:organization": "O", "name.middleName": "M"}}]"#,
            r#"{"userName": "a", "ENT": {"organization": "O"}, "name": {"middleName": "M"}}"#,
        ),
        (
            "a nested object",
            r#"{"userName": "a", "ENT": {"division": "V"}}"#,
            r#"[{"op": "add", "value": {"ENT": {"organization": "O", "manager.value": "m"}}}]"#,
            r#"{"userName": "a", "ENT": {"division": "V", "organization": "O", "manager": {"value": "m"}}}"#,
        ),
        (
            "an unknown attribute among known ones",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "value": {"ENT:organization": "O", "ENT:favourite": "x", "ENT": {"odd": 1}}}]"#,
            r#"{"userName": "a", "ENT": {"organization": "O"}}"#,
        ),
        (
            "without its URN",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "department", "value": "D"}]"#,
            r#"{"userName": "a", "ENT": {"department": "D"}}"#,
        ),
    ]);
}

#[test]
fn the_manager_in_every_shape() {
    let boss = r#"{"userName": "a", "ENT": {"manager": {"value": "m"}}}"#;
    let none = r#"{"userName": "a"}"#;
    check(&[
        ("a string", none, r#"[{"op": "Add", "path": "ENT:manager", "value": "m"}]"#, boss),
        (
            "an object",
            none,
            r#"[{"op": "Add", "path": "ENT:manager", "value": {"value": "m", "displayName": "M"}}]"#,
            boss,
        ),
        (
            "an array with one",
            none,
            r#"[{"op": "Add", "path": "ENT:manager", "value": [{"value": "m"}]}]"#,
            boss,
        ),
        ("an array with a string", none, r#"[{"op": "Add", "path": "ENT:manager", "value": ["m"]}]"#, boss),
        ("its value", none, r#"[{"op": "Add", "path": "ENT:manager.value", "value": "m"}]"#, boss),
        (
            "without its URN",
            none,
            r#"[{"op": "Add", "path": "manager", "value": [{"$ref": null, "value": "m"}]}]"#,
            boss,
        ),
        ("in an extension object", none, r#"[{"op": "Add", "value": {"ENT": {"manager": "m"}}}]"#, boss),
        ("as a key", none, r#"[{"op": "Add", "value": {"ENT:manager": {"value": "m"}}}]"#, boss),
        ("remove", boss, r#"[{"op": "Remove", "path": "ENT:manager"}]"#, none),
        ("remove by value", boss, r#"[{"op": "Remove", "path": "ENT:manager[value eq \"m\"]"}]"#, none),
        (
            "remove by another value",
            boss,
            r#"[{"op": "Remove", "path": "ENT:manager[value eq \"x\"]"}]"#,
            boss,
        ),
        ("remove its value", boss, r#"[{"op": "Remove", "path": "ENT:manager.value"}]"#, none),
        ("an empty string", boss, r#"[{"op": "Replace", "path": "ENT:manager", "value": ""}]"#, none),
        ("null", boss, r#"[{"op": "Replace", "path": "ENT:manager", "value": null}]"#, none),
        ("an empty array", boss, r#"[{"op": "Replace", "path": "ENT:manager", "value": []}]"#, none),
        (
            "an empty value",
            boss,
            r#"[{"op": "Replace", "path": "ENT:manager", "value": {"value": ""}}]"#,
            none,
        ),
        (
            "a filter that makes it",
            none,
            r#"[{"op": "Add", "path": "ENT:manager[value eq \"m\"]", "value": {}}]"#,
            boss,
        ),
        (
            "a new one drops the old reference",
            r#"{"userName": "a", "ENT": {"manager": {"value": "x", "$ref": "../Users/x"}}}"#,
            r#"[{"op": "Replace", "path": "ENT:manager", "value": {"value": "m"}}]"#,
            boss,
        ),
        (
            "the same one keeps it",
            r#"{"userName": "a", "ENT": {"manager": {"value": "m", "$ref": "../Users/m"}}}"#,
            r#"[{"op": "Replace", "path": "ENT:manager", "value": "m"}]"#,
            r#"{"userName": "a", "ENT": {"manager": {"value": "m", "$ref": "../Users/m"}}}"#,
        ),
    ]);
}

#[test]
fn d5_an_extension_that_no_schema_knows() {
    check_users(&[
        (
            "an attribute makes it",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "urn:x:custom:2.0:User:site", "value": "S"}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S"}}"#,
        ),
        (
            "and another joins it",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S"}}"#,
            r#"[{"op": "replace", "path": "urn:x:custom:2.0:user:room", "value": 7}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S", "room": 7}}"#,
        ),
        (
            "replace",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S"}}"#,
            r#"[{"op": "replace", "path": "urn:x:custom:2.0:User:Site", "value": "T"}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "T"}}"#,
        ),
        (
            "remove",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S", "room": 7}}"#,
            r#"[{"op": "remove", "path": "urn:x:custom:2.0:User:site"}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"room": 7}}"#,
        ),
        (
            "remove the last",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S"}}"#,
            r#"[{"op": "remove", "path": "urn:x:custom:2.0:User:site"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove all",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S", "room": 7}}"#,
            r#"[{"op": "remove", "path": "urn:x:custom:2.0:User"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "the whole, new",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "urn:x:custom:2.0:User", "value": {"site": "S"}}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S"}}"#,
        ),
        (
            "the whole merges",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S", "room": 7}}"#,
            r#"[{"op": "add", "value": {"urn:x:custom:2.0:User": {"room": null, "desk": [1]}}}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"site": "S", "desk": [1]}}"#,
        ),
        (
            "a part of an object",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"desk": {"floor": 1}}}"#,
            r#"[{"op": "add", "path": "urn:x:custom:2.0:User:desk.number", "value": 5}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"desk": {"floor": 1, "number": 5}}}"#,
        ),
        (
            "add to an array",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": ["a"]}}"#,
            r#"[{"op": "add", "path": "urn:x:custom:2.0:User:keys", "value": ["b", "a"]}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": ["a", "b"]}}"#,
        ),
        (
            "a filter",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": [{"type": "a", "v": 1}]}}"#,
            r#"[{"op": "replace", "path": "urn:x:custom:2.0:User:keys[type eq \"a\"].v", "value": 2}, {"op": "add", "path": "urn:x:custom:2.0:User:keys[type eq \"b\"].v", "value": 3}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": [{"type": "a", "v": 2}, {"type": "b", "v": 3}]}}"#,
        ),
        (
            "a filter that removes",
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": [{"type": "a"}, {"type": "b"}, {"type": "a"}]}}"#,
            r#"[{"op": "remove", "path": "urn:x:custom:2.0:User:keys[type eq \"a\"]"}]"#,
            r#"{"userName": "a", "urn:x:custom:2.0:User": {"keys": [{"type": "b"}]}}"#,
        ),
    ]);
}

#[test]
fn d5_an_untouched_unknown_extension_keeps_its_bytes() {
    let registry = registry();
    let quirks = Quirks::default();
    let mut body = resource(r#"{"userName": "a", "urn:x:custom:2.0:User": {"n":  1.00, "s": "\u0041"}}"#);
    let operations = r#"[{"op": "add", "path": "title", "value": "T"},
        {"op": "replace", "path": "urn:x:custom:2.0:User:s", "value": "A"}]"#;
    let request = request(operations, &quirks).unwrap();
    assert!(apply(&mut body, &request, ty(&registry, "User"), &quirks).unwrap().changed);
    let Some(Value::Opaque(raw)) = body.get("urn:x:custom:2.0:User") else { panic!("{body:?}") };
    assert_eq!(raw.get(), r#"{"n":  1.00, "s": "\u0041"}"#);
    assert_eq!(
        body.schemas().collect::<Vec<_>>(),
        ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:custom:2.0:User"]
    );
}

#[test]
fn an_unknown_extension_becomes_part_of_schemas() {
    let operations = r#"[{"op": "Add", "path": "urn:x:custom:2.0:User:site", "value": "S"}]"#;
    let (body, patched) = patch(ClientKind::Generic, "User", r#"{"userName": "a"}"#, operations).unwrap();
    assert_eq!(
        body.schemas().collect::<Vec<_>>(),
        ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:custom:2.0:User"]
    );
    assert_eq!(patched.attributes, ["urn:x:custom:2.0:User"]);
}
