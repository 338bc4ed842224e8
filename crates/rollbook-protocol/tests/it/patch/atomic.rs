//! All or nothing (RFC 7644 §3.5.2), and what was wrong before.

use rollbook_protocol::{ClientKind, Quirks, ScimType, TypeRef, apply};
use rollbook_schema::{JsonLimits, Registry, Resource};

use super::{ADA, patch, refusal, request};

#[test]
fn rfc7644_3_5_2_a_late_error_undoes_the_earlier_operations() {
    let operations = r#"[{"op": "replace", "path": "title", "value": "T"},
        {"op": "add", "path": "emails[type eq \"home\"].value", "value": "h@x"},
        {"op": "remove", "path": "userName"}]"#;
    // `refusal` checks that the body is the same to the byte.
    let (kind, detail) = refusal(ClientKind::Generic, "User", ADA, operations);
    assert_eq!(kind, "mutability");
    assert_eq!(detail, "`Operations[2]`: `userName` is required; send a value that is not empty");
}

#[test]
fn every_violation_is_named() {
    let operations = r#"[{"op": "replace", "value": {"title": 7, "active": "maybe"}}]"#;
    let (kind, detail) = refusal(ClientKind::Generic, "User", ADA, operations);
    assert_eq!(kind, "invalidValue");
    assert_eq!(
        detail,
        "`Operations[0].value`: `title` must be a string; send text in quotes. `Operations[0].value`: `active` must be a boolean; send true or false without quotes"
    );
}

#[test]
fn what_was_wrong_before_does_not_stop_a_deactivation() {
    let before = r#"{"title": 7, "active": true}"#;
    let operations = r#"[{"op": "Replace", "path": "active", "value": "False"}]"#;
    let (body, _) = patch(ClientKind::Generic, "User", before, operations).unwrap();
    assert_eq!(body.get("active").and_then(|active| active.as_bool()), Some(false));
}

#[test]
fn rfc7643_7_immutable_attributes() {
    let registry = Registry::builder()
        .schema_json(
            r#"{"id": "urn:x:core:1.0:Badge", "attributes": [{"name": "serial", "mutability": "immutable"},
                {"name": "owner", "type": "complex", "subAttributes": [{"name": "value", "mutability": "immutable"}, {"name": "since"}]},
                {"name": "doors", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "mutability": "immutable"}, {"name": "type"}]},
                {"name": "note"}]}"#,
        )
        .resource_type_json(r#"{"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:core:1.0:Badge"}"#)
        .build()
        .unwrap();
    let badge = TypeRef { registry: &registry, resource_type: registry.resource_type("Badge").unwrap() };
    let quirks = Quirks::default();
    let rows = [
        (r#"{"op": "add", "path": "serial", "value": "1"}"#, r#"{"note": "n"}"#, true),
        (r#"{"op": "replace", "path": "serial", "value": "A"}"#, r#"{"serial": "a"}"#, true),
        (r#"{"op": "replace", "path": "serial", "value": "2"}"#, r#"{"serial": "1"}"#, false),
        (r#"{"op": "remove", "path": "serial"}"#, r#"{"serial": "1"}"#, false),
        (r#"{"op": "replace", "path": "owner.value", "value": "b"}"#, r#"{"owner": {"value": "a"}}"#, false),
        (r#"{"op": "remove", "path": "owner"}"#, r#"{"owner": {"value": "a"}}"#, false),
        (r#"{"op": "replace", "path": "owner.since", "value": "b"}"#, r#"{"owner": {"value": "a"}}"#, true),
        (
            r#"{"op": "replace", "path": "doors[value eq \"a\"].value", "value": "b"}"#,
            r#"{"doors": [{"value": "a"}]}"#,
            false,
        ),
        (
            r#"{"op": "replace", "path": "doors[value eq \"a\"].type", "value": "b"}"#,
            r#"{"doors": [{"value": "a"}]}"#,
            true,
        ),
        (r#"{"op": "remove", "path": "doors[value eq \"a\"]"}"#, r#"{"doors": [{"value": "a"}]}"#, true),
    ];
    for (operation, before, allowed) in rows {
        let request = request(&format!("[{operation}]"), &quirks).unwrap();
        let mut body = Resource::from_slice(before.as_bytes(), &JsonLimits::default(), &registry).unwrap();
        let result = apply(&mut body, &request, badge, &quirks);
        match result {
            Ok(_) => assert!(allowed, "{operation} on {before}"),
            Err(error) => {
                assert!(!allowed, "{operation} on {before}: {error}");
                assert_eq!(error.scim_type, Some(ScimType::Mutability), "{operation} on {before}");
            }
        }
    }
}

#[test]
fn warnings_name_and_never_quote() {
    let operations =
        r#"[{"op": "replace", "value": {"shoeSize": "secret-43", "name": {"nick": "secret-n"}}}]"#;
    let (_, patched) = patch(ClientKind::Generic, "User", ADA, operations).unwrap();
    assert_eq!(
        patched.warnings,
        [
            "`shoeSize` is dropped: no schema of the resource type has it",
            "`name.nick` is dropped: no schema of the resource type has it",
        ]
    );
}

#[test]
fn d25_the_work_of_a_request_is_bounded() {
    let emails: Vec<_> = (0..2_000).map(|n| format!(r#"{{"value": "{n}@x"}}"#)).collect();
    let before = format!(r#"{{"userName": "a", "emails": [{}]}}"#, emails.join(","));
    let operation = r#"{"op": "replace", "path": "emails[type eq \"none\"].value", "value": null}"#;
    let many = format!("[{}]", vec![operation; 1_000].join(","));
    let error = patch(ClientKind::Generic, "User", &before, &many).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None));
    assert!(error.detail.contains("values in all"), "{}", error.detail);
    assert!(patch(ClientKind::Generic, "User", &before, &format!("[{operation}]")).is_ok());

    let named = |count: usize| {
        (0..count).map(|n| format!(r#""urn:x:{n}:1.0:User": {{"a": 1}}"#)).collect::<Vec<_>>().join(",")
    };
    let wide = format!(r#"[{{"op": "add", "value": {{{}}}}}]"#, named(10_000));
    assert_eq!(patch(ClientKind::Generic, "User", r#"{"userName": "a"}"#, &wide).unwrap_err().status, 413);
    let keys: Vec<_> = (0..50_000).map(|n| format!(r#""k{n}": 1"#)).collect();
    let deep = format!(r#"[{{"op": "add", "value": {{"urn:x:y:1.0:User": {{{}}}}}}}]"#, keys.join(","));
    assert!(patch(ClientKind::Generic, "User", r#"{"userName": "a"}"#, &deep).is_ok());
}
