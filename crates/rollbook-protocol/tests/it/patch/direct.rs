//! What is done in place gives what the engine gives.

use proptest::prelude::*;
use rollbook_protocol::{ClientKind, Patched, Quirks, apply, prepare_create};
use rollbook_schema::Resource;

use super::request;
use crate::fixtures::{registry, resource, ty};

/// Applies operations to a stored body; the engine does it where `schemas` is missing.
fn patched(body: &Resource, operations: &str, kind: ClientKind) -> (Resource, Result<Patched, String>) {
    let registry = registry();
    let quirks = Quirks::of(kind);
    let mut body = body.clone();
    let patched = apply(&mut body, &request(operations, &quirks).unwrap(), ty(&registry, "Keeper"), &quirks);
    body.remove("schemas");
    (body, patched.map_err(|error| format!("{} {:?} {}", error.status, error.scim_type, error.detail)))
}

fn compare(body: &str, operations: &str) {
    let registry = registry();
    for kind in [ClientKind::Generic, ClientKind::Strict] {
        let draft = prepare_create(resource(body), ty(&registry, "Keeper"), &Quirks::default()).unwrap();
        let stored = draft.resource;
        assert!(stored.schemas().next().is_some());
        let mut engine = stored.clone();
        engine.remove("schemas");
        let (expected, outcome) = patched(&engine, operations, kind);
        let (found, in_place) = patched(&stored, operations, kind);
        assert_eq!(in_place, outcome, "{body} {operations}");
        assert_eq!(found.to_vec(), expected.to_vec(), "{body} {operations}");
    }
}

#[test]
fn d15_elements_that_become_the_same_are_merged_all_the_same() {
    let body = r#"{"userName": "u", "emails": [{"value": "a", "type": "work"}, {"value": "B", "type": "home"}, {"value": "c", "type": "WORK", "$ref": "r"}]}"#;
    for operations in [
        r#"[{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "A"}]"#,
        r#"[{"op": "replace", "path": "emails[value eq \"b\"].type", "value": "work"}]"#,
        r#"[{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}]"#,
        r#"[{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"}, {"op": "replace", "path": "emails[type eq \"home\"].value", "value": "B"}]"#,
        r#"[{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "active", "value": []}]"#,
        r#"[{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "active", "value": 5}]"#,
        r#"[{"op": "replace", "path": "emails[type eq \"home\"].display", "value": "x"}, {"op": "remove", "path": "emails[display eq \"X\"]"}]"#,
    ] {
        compare(body, operations);
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["work", "home", "Work", "ß", "ss", "a@b", "A@B", "", "true"])
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => word().prop_map(|word| format!("{word:?}")),
        1 => Just("true".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("5".to_owned()),
        1 => Just("[]".to_owned()),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let plain = prop::sample::select(vec![
        "title",
        "active",
        "USERNAME",
        "displayName",
        "password",
        "id",
        "name",
        "emails",
        "nothing",
        "profileUrl",
    ]);
    let sub = prop::sample::select(vec!["value", "type", "display", "primary", "nothing"]);
    let attribute = prop::sample::select(vec!["emails", "roles", "schemas", "name"]);
    prop_oneof![
        plain.prop_map(str::to_owned),
        (attribute, prop::sample::select(vec!["type", "value"]), word(), sub)
            .prop_map(|(attribute, test, word, sub)| format!(r#"{attribute}[{test} eq \"{word}\"].{sub}"#)),
    ]
}

fn elements() -> impl Strategy<Value = String> {
    let element =
        (word(), word()).prop_map(|(value, kind)| format!(r#"{{"value": {value:?}, "type": {kind:?}}}"#));
    prop::collection::vec(element, 0..4).prop_map(|elements| elements.join(","))
}

fn body() -> impl Strategy<Value = String> {
    (elements(), elements(), word()).prop_map(|(emails, roles, title)| {
        format!(
            r#"{{"userName": "u", "title": {title:?}, "emails": [{emails}], "roles": [{roles}], "active": true}}"#
        )
    })
}

proptest! {
    #[test]
    fn both_ways_agree(
        body in body(),
        operations in prop::collection::vec((prop::sample::select(vec!["add", "replace", "remove"]), path(), value()), 1..4),
    ) {
        let operations = operations.into_iter().map(|(op, path, value)| match op {
            "remove" => format!(r#"{{"op": "remove", "path": "{path}"}}"#),
            op => format!(r#"{{"op": "{op}", "path": "{path}", "value": {value}}}"#),
        });
        compare(&body, &format!("[{}]", operations.collect::<Vec<_>>().join(",")));
    }
}
