//! Making stored bodies from what POST and PUT bring (RFC 7644 §3.3, §3.5.1).

mod paths;

use proptest::prelude::*;
use rollbook_protocol::{
    ClientKind, Draft, Member, Quirks, ScimError, ScimType, TypeRef, prepare_create, prepare_replace,
};
use rollbook_schema::{JsonLimits, Registry, Resource, Value};

use crate::fixtures::{USER, registry, resource, ty};

fn create(kind: ClientKind, type_name: &str, body: &str) -> Result<Draft, ScimError> {
    prepare_create(resource(body), ty(&registry(), type_name), &Quirks::of(kind))
}

/// Checks what becomes of a user's body; `schemas` is compared elsewhere.
fn check(rows: &[(&str, &str, &str)]) {
    for (what, body, expected) in rows {
        let draft =
            create(ClientKind::Generic, "Keeper", body).unwrap_or_else(|error| panic!("{what}: {error}"));
        let mut stored = draft.resource;
        stored.remove("schemas");
        let text = String::from_utf8(stored.to_vec()).unwrap();
        assert_eq!(text, String::from_utf8(resource(expected).to_vec()).unwrap(), "{what}");
    }
}

#[test]
fn rfc7643_2_1_names_take_the_spelling_of_the_schema_and_values_stay_as_sent() {
    check(&[
        (
            "names",
            r#"{"USERNAME": "A.B", "Name": {"GivenName": " G "}, "emails": [{"Primary": true, "VALUE": "A@X"}]}"#,
            r#"{"userName":"A.B","name":{"givenName":" G "},"emails":[{"primary":true,"value":"A@X"}]}"#,
        ),
        (
            "an extension",
            r#"{"userName": "a", "URN:IETF:params:scim:schemas:extension:enterprise:2.0:User": {"Department": "D", "Manager": {"Value": "m"}}}"#,
            r#"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}}}"#,
        ),
        (
            "numbers",
            r#"{"userName": "a", "urn:example:params:scim:schemas:extension:zoo:2.0:User": {"level": 12345678901234567890123, "ratio": 1.50}}"#,
            r#"{"userName":"a","urn:example:params:scim:schemas:extension:zoo:2.0:User":{"level":12345678901234567890123,"ratio":1.50}}"#,
        ),
        (
            "odd texts",
            r#"{"userName": "a", "locale": "en_US", "userType": "In SCIM Group", "timezone": "x"}"#,
            r#"{"userName":"a","locale":"en_US","userType":"In SCIM Group","timezone":"x"}"#,
        ),
    ]);
}

#[test]
fn rfc7643_2_5_what_means_no_value() {
    check(&[
        (
            "null and []",
            r#"{"userName": "a", "title": null, "roles": [], "groups": []}"#,
            r#"{"userName":"a"}"#,
        ),
        (
            "inside",
            r#"{"userName": "a", "name": {"givenName": null, "familyName": "F"}, "addresses": [{"type": "other", "country": null}]}"#,
            r#"{"userName":"a","name":{"familyName":"F"},"addresses":[{"type":"other"}]}"#,
        ),
        (
            "what is left empty",
            r#"{"userName": "a", "name": {"givenName": null}, "emails": [{}, null, {"value": null}]}"#,
            r#"{"userName":"a"}"#,
        ),
        (
            "an empty string",
            r#"{"userName": "a", "title": "", "name": {"givenName": ""}}"#,
            r#"{"userName":"a"}"#,
        ),
        ("a blank stays", r#"{"userName": "a", "title": " "}"#, r#"{"userName":"a","title":" "}"#),
        (
            "an empty extension",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": null}}"#,
            r#"{"userName":"a"}"#,
        ),
    ]);
}

#[test]
fn quirks_are_read_as_they_were_meant() {
    check(&[
        (
            "booleans",
            r#"{"userName": "a", "active": "True", "emails": [{"value": "x", "primary": "false"}]}"#,
            r#"{"userName":"a","active":true,"emails":[{"value":"x","primary":false}]}"#,
        ),
        (
            "D7: a bare manager",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "m"}}"#,
            r#"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}}}"#,
        ),
        (
            "no manager",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "", "department": "D"}}"#,
            r#"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}"#,
        ),
        (
            "an array around one",
            r#"{"userName": ["a"], "name": [{"givenName": "G"}], "displayName": [{"value": "D"}]}"#,
            r#"{"userName":"a","name":{"givenName":"G"},"displayName":"D"}"#,
        ),
        (
            "one without its array",
            r#"{"userName": "a", "emails": {"value": "x"}, "phoneNumbers": "1"}"#,
            r#"{"userName":"a","emails":[{"value":"x"}],"phoneNumbers":[{"value":"1"}]}"#,
        ),
        (
            "attributes under the core schema's URI",
            r#"{"urn:ietf:params:scim:schemas:core:2.0:User": {"userName": "a", "id": "x"}}"#,
            r#"{"userName":"a"}"#,
        ),
    ]);
}

#[test]
fn d14_d15_one_primary_and_no_duplicates() {
    check(&[
        (
            "D14: the first stays primary",
            r#"{"userName": "a", "emails": [{"value": "1"}, {"value": "2", "primary": true}, {"value": "3", "primary": true}]}"#,
            r#"{"userName":"a","emails":[{"value":"1"},{"value":"2","primary":true},{"value":"3","primary":false}]}"#,
        ),
        (
            "D15: the same type and value",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "2@x"}, {"type": "WORK", "value": "1@X", "display": "D"}]}"#,
            r#"{"userName":"a","emails":[{"value":"1@X","type":"WORK","display":"D"},{"value":"2@x"}]}"#,
        ),
        (
            "D15: another type, or none",
            r#"{"userName": "a", "emails": [{"value": "1", "type": "work"}, {"value": "1", "type": "home"}, {"value": "1"}]}"#,
            r#"{"userName":"a","emails":[{"value":"1","type":"work"},{"value":"1","type":"home"},{"value":"1"}]}"#,
        ),
        (
            "D15: no value, no duplicate",
            r#"{"userName": "a", "addresses": [{"type": "work"}, {"type": "work"}]}"#,
            r#"{"userName":"a","addresses":[{"type":"work"},{"type":"work"}]}"#,
        ),
        (
            "D15: a value with case",
            r#"{"userName": "a", "photos": [{"value": "http://x/A"}, {"value": "http://x/a"}]}"#,
            r#"{"userName":"a","photos":[{"value":"http://x/A"},{"value":"http://x/a"}]}"#,
        ),
        (
            "simple values",
            r#"{"userName": "a", "urn:example:params:scim:schemas:extension:zoo:2.0:User": {"tags": ["x", "y", "X"]}}"#,
            r#"{"userName":"a","urn:example:params:scim:schemas:extension:zoo:2.0:User":{"tags":["x","y"]}}"#,
        ),
    ]);
}

#[test]
fn d5_d22_d30_what_is_dropped_and_what_is_kept() {
    let body = r#"{"id": "x", "meta": {"created": "2019"}, "groups": [{"value": "g"}], "userName": "a", "password": "s3cret",
        "adreses": [{"x": 1}], "name": {"nick": "n"}, "emails": [{"value": "x", "colour": "red", "display": "X"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Cost": 1, "manager": {"value": "m", "displayName": "M"}},
        "urn:x:custom:2.0:User": {"n":  1.00}, "urn:x:flat": "f"}"#;
    let draft = create(ClientKind::Generic, "User", body).unwrap();
    insta::assert_snapshot!(
        String::from_utf8(draft.resource.to_vec()).unwrap(),
        @r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:x:custom:2.0:User"],"userName":"a","emails":[{"value":"x","display":"X"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}},"urn:x:custom:2.0:User":{"n":  1.00}}"#
    );
    insta::assert_snapshot!(draft.warnings.join("\n"), @r"
    `adreses` is dropped: no schema of the resource type has it
    `name.nick` is dropped: no schema of the resource type has it
    `emails.colour` is dropped: no schema of the resource type has it
    `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:Cost` is dropped: no schema of the resource type has it
    `urn:x:flat` is dropped: no schema of the resource type has it
    ");
    assert_eq!(draft.members, None);
    let error = create(ClientKind::Generic, "User", r#"{"userName": "a", "password": 12345}"#).unwrap_err();
    assert_eq!(error.to_string(), "`password` must be a string; send text in quotes");
}

#[test]
fn hostile_names_are_cut_and_counted() {
    let members: Vec<_> = (0..100).map(|n| format!(r#""\u0007{}{n}": 1"#, "x".repeat(500))).collect();
    let draft =
        create(ClientKind::Generic, "User", &format!(r#"{{"userName": "a", {}}}"#, members.join(",")))
            .unwrap();
    assert_eq!(draft.warnings.len(), 20);
    assert!(draft.warnings.iter().all(|warning| warning.len() < 250 && !warning.contains('\u{7}')));
}

#[test]
fn d3_schemas_is_an_output() {
    for schemas in [
        "",
        r#""schemas": null,"#,
        r#""schemas": ["urn:scim:schemas:core:1.0"],"#,
        r#""schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],"#,
        r#""schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"#,
        r#""schemas": "urn:x","#,
    ] {
        let body = format!(r#"{{{schemas} "userName": "a"}}"#);
        let draft = create(ClientKind::Generic, "User", &body).unwrap();
        assert_eq!(
            draft.resource.schemas().collect::<Vec<_>>(),
            ["urn:ietf:params:scim:schemas:core:2.0:User"]
        );
    }
    let error = create(ClientKind::Strict, "User", r#"{"userName": "a"}"#).unwrap_err();
    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidSyntax)));
}

#[test]
fn every_violation_is_named() {
    let body = r#"{"active": "perhaps", "emails": [{"value": 7}], "name": "Ada", "userName": ""}"#;
    let error = create(ClientKind::Generic, "User", body).unwrap_err();
    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)));
    for part in ["`userName` is required", "`active` must be a boolean", "`emails[0].value`", "`name`"] {
        assert!(error.detail.contains(part), "{part} is not in: {}", error.detail);
    }
}

#[test]
fn strict_reads_the_rfc_alone() {
    for body in [
        r#"{"schemas": ["urn:x"], "userName": "a", "active": "True"}"#,
        r#"{"schemas": ["urn:x"], "userName": ["a"]}"#,
        r#"{"schemas": ["urn:x"], "userName": "a", "emails": {"value": "x"}}"#,
        r#"{"schemas": ["urn:x"], "userName": "a", "emails": ["x"]}"#,
        r#"{"schemas": ["urn:x"], "userName": "a", "shoeSize": 1}"#,
        r#"{"schemas": ["urn:x"], "userName": "a", "name": {"nick": 1}}"#,
        r#"{"schemas": ["urn:x"], "userName": "a", "urn:x:custom:2.0:User": {"a": 1}}"#,
    ] {
        assert_eq!(create(ClientKind::Strict, "User", body).unwrap_err().status, 400, "{body}");
        assert!(create(ClientKind::Generic, "User", body).is_ok(), "{body}");
    }
    let kept = create(
        ClientKind::Strict,
        "User",
        r#"{"schemas": ["urn:x"], "userName": "a", "title": "", "id": "x"}"#,
    );
    assert_eq!(kept.unwrap().resource.get("title").and_then(Value::as_str), Some(""));
}

#[test]
fn rfc7643_4_2_members_leave_the_body() {
    let rows: [(&str, Option<&[&str]>); 8] = [
        ("", None),
        (r#", "members": []"#, Some(&[])),
        (r#", "members": null"#, Some(&[])),
        (r#", "Members": [{"value": "a", "$ref": "Users/a", "display": "A", "odd": 1}]"#, Some(&["a"])),
        (r#", "members": ["a", "b", "a"]"#, Some(&["a", "b"])),
        (r#", "members": [{"value": "a"}, {"value": "A"}]"#, Some(&["a", "A"])),
        (r#", "members": {"value": "a"}"#, Some(&["a"])),
        (r#", "members": "a""#, Some(&["a"])),
    ];
    for (members, expected) in rows {
        let body = format!(r#"{{"displayName": "G"{members}}}"#);
        let draft =
            create(ClientKind::Generic, "Group", &body).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert!(!draft.resource.contains("members"));
        let found: Option<Vec<String>> =
            draft.members.map(|list| list.into_iter().map(|it| it.value).collect());
        let expected = expected.map(|list| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{body}");
    }
    let body = r#"{"displayName": "G", "members": [{"value": "a", "type": "User"}, {"value": "a", "display": "A"}]}"#;
    let member = Member { value: "a".into(), member_type: Some("User".into()), display: Some("A".into()) };
    assert_eq!(create(ClientKind::Generic, "Group", body).unwrap().members, Some(vec![member]));
    let error =
        create(ClientKind::Generic, "Group", r#"{"displayName": "G", "members": [{"display": "x"}]}"#)
            .unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
    let user = create(ClientKind::Generic, "User", r#"{"userName": "a", "members": ["x"]}"#).unwrap();
    assert_eq!(user.members, None);
}

#[test]
fn rfc7644_3_5_1_a_put_of_the_own_answer_changes_nothing() {
    let registry = registry();
    let keeper = ty(&registry, "Keeper");
    let stored = prepare_create(resource(USER), keeper, &Quirks::default()).unwrap().resource;
    let mut answer = stored.clone();
    answer.insert("id", "2819c223");
    answer.insert("meta", Value::Null);
    answer.insert("groups", Value::Array(vec![Value::from("g")]));
    let draft = prepare_replace(answer, &stored, keeper, &Quirks::default()).unwrap();
    assert_eq!(draft.resource.to_vec(), stored.to_vec());
    assert_eq!(draft.warnings, Vec::<String>::new());
}

#[test]
fn rfc7644_3_5_1_immutable_attributes_must_match() {
    let registry = Registry::builder()
        .schema_json(r#"{"id": "urn:x:core:1.0:Badge", "attributes": [{"name": "serial", "mutability": "immutable"},
            {"name": "owner", "type": "complex", "subAttributes": [{"name": "value", "mutability": "immutable"}, {"name": "since"}]},
            {"name": "note"}]}"#)
        .schema_json(r#"{"id": "urn:x:ext:1.0:Badge", "attributes": [{"name": "origin", "mutability": "immutable"}]}"#)
        .resource_type_json(r#"{"name": "Badge", "endpoint": "/Badges", "schema": "urn:x:core:1.0:Badge",
            "schemaExtensions": [{"schema": "urn:x:ext:1.0:Badge"}]}"#)
        .build()
        .unwrap();
    let badge = TypeRef { registry: &registry, resource_type: registry.resource_type("Badge").unwrap() };
    let read = |text: &str| Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry).unwrap();
    let existing = read(
        r#"{"serial": "a", "owner": {"value": "o", "since": "1"}, "urn:x:ext:1.0:Badge": {"origin": "u"}}"#,
    );
    let replace = |text: &str| prepare_replace(read(text), &existing, badge, &Quirks::default());
    let kept = replace(r#"{"note": "n"}"#).unwrap().resource;
    let expected = r#"{"schemas": ["urn:x:core:1.0:Badge", "urn:x:ext:1.0:Badge"], "note": "n", "serial": "a",
        "owner": {"value": "o"}, "urn:x:ext:1.0:Badge": {"origin": "u"}}"#;
    assert_eq!(kept, read(expected));
    assert!(
        replace(r#"{"serial": "A", "owner": {"value": "O", "since": "2"}}"#).is_ok(),
        "case does not matter here"
    );
    for body in
        [r#"{"serial": "b"}"#, r#"{"owner": {"value": "p"}}"#, r#"{"urn:x:ext:1.0:Badge": {"origin": "v"}}"#]
    {
        let error = replace(body).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::Mutability)), "{body}");
    }
    assert!(prepare_create(read(r#"{"serial": "b"}"#), badge, &Quirks::default()).is_ok());
}

/// A body of a user with values of any shape.
fn body() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "null",
        "true",
        "7",
        r#""""#,
        r#""a""#,
        r#""True""#,
        r#""A""#,
        "[]",
        "{}",
        r#"{"value": "a", "type": "work"}"#,
        r#"{"value": "A", "type": "Work", "primary": "true"}"#,
        r#"{"value": {"value": "a"}}"#,
        r#"["a"]"#,
        r#"[["a"]]"#,
    ]);
    let value = prop_oneof![
        leaf.clone().prop_map(str::to_owned),
        prop::collection::vec(leaf, 0..4).prop_map(|list| format!("[{}]", list.join(","))),
    ];
    let name = prop::sample::select(vec![
        "title",
        "active",
        "emails",
        "name",
        "roles",
        "addresses",
        "members",
        "id",
        "odd",
        "displayName",
        "password",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:x:y:1.0:Z",
    ]);
    prop::collection::btree_map(name, value, 0..6).prop_map(|members| {
        let members = members.iter().map(|(name, value)| format!(r#","{name}": {value}"#));
        format!(r#"{{"schemas": ["urn:x"], "userName": "u"{}}}"#, members.collect::<String>())
    })
}

proptest! {
    #[test]
    fn what_is_prepared_is_in_shape(body in body(), kind in prop::sample::select(ClientKind::ALL.to_vec())) {
        if let Ok(draft) = create(kind, "User", &body) {
            let again = prepare_create(draft.resource.clone(), ty(&registry(), "User"), &Quirks::of(kind)).unwrap();
            prop_assert_eq!(again.resource.to_vec(), draft.resource.to_vec());
            prop_assert_eq!(again.warnings, Vec::<String>::new());
        }
    }
}
