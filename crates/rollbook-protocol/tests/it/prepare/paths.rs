//! Keys that are paths, in the bodies of POST and PUT (RFC 7644 §3.10).

use rollbook_protocol::{ClientKind, PatchRequest, Quirks, ScimType, apply, prepare_create};
use rollbook_schema::{JsonLimits, Value};

use super::{check, create};
use crate::fixtures::{registry, resource, ty};

#[test]
fn rfc7644_3_10_keys_may_be_paths() {
    check(&[
        (
            "the core schema's own",
            r#"{"urn:ietf:params:scim:schemas:core:2.0:User:userName": "a", "URN:ietf:params:scim:schemas:core:2.0:USER:Active": "False"}"#,
            r#"{"userName":"a","active":false}"#,
        ),
        (
            "of an extension, beside others of it",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "V"},
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "D",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager": "m"}"#,
            r#"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"V","department":"D","manager":{"value":"m"}}}"#,
        ),
        (
            "inside of an extension",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager.value": "m",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division": "V"}}"#,
            r#"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"},"division":"V"}}"#,
        ),
        (
            "sub-attributes, in any order",
            r#"{"name.givenName": "G", "userName": "a", "name": {"familyName": "F"}, "urn:ietf:params:scim:schemas:core:2.0:User:name.honorificPrefix": "P"}"#,
            r#"{"userName":"a","name":{"familyName":"F","givenName":"G","honorificPrefix":"P"}}"#,
        ),
        (
            "a complex attribute",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:name": {"givenName": "G", "odd": 1}}"#,
            r#"{"userName":"a","name":{"givenName":"G"}}"#,
        ),
        (
            "a multi-valued one",
            r#"{"userName": "a", "emails": [{"value": "1@x"}], "urn:ietf:params:scim:schemas:core:2.0:User:emails": [{"value": "2@x"}, {"value": "1@x"}]}"#,
            r#"{"userName":"a","emails":[{"value":"1@x"},{"value":"2@x"}]}"#,
        ),
        (
            "with a filter",
            r#"{"userName": "a", "emails[type eq \"work\"].value": "w@x", "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"].primary": "true"}"#,
            r#"{"userName":"a","emails":[{"type":"work","value":"w@x","primary":true}]}"#,
        ),
        (
            "D14: the first primary stays primary",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:emails": [{"value": "1", "primary": true}, {"value": "2", "primary": true}]}"#,
            r#"{"userName":"a","emails":[{"value":"1","primary":true},{"value":"2","primary":false}]}"#,
        ),
        (
            "all of the core schema in an object of its own",
            r#"{"title": "T", "urn:ietf:params:scim:schemas:core:2.0:User": {"userName": "a", "name.givenName": "G", "title": "T", "id": "x", "odd": 1,
                "urn:ietf:params:scim:schemas:core:2.0:User": {"nickName": "N"}}}"#,
            r#"{"title":"T","userName":"a","name":{"givenName":"G"}}"#,
        ),
        (
            "twice the same is no contradiction",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:userName": "a", "active": true, "urn:ietf:params:scim:schemas:core:2.0:User:active": "True"}"#,
            r#"{"userName":"a","active":true}"#,
        ),
        (
            "read-only ones and the password",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:id": "x", "meta.version": "v", "urn:ietf:params:scim:schemas:core:2.0:User:groups": [{"value": "g"}],
                "urn:ietf:params:scim:schemas:core:2.0:User:password": "s3cret", "urn:ietf:params:scim:schemas:core:2.0:User:schemas": ["urn:x"]}"#,
            r#"{"userName":"a"}"#,
        ),
        (
            "what no schema knows",
            r#"{"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:odd": 1, "name.odd": 1, "odd.value": 1, "a.b.c": 1, "urn:x:2.0:User:flat": 1, "emails[": 1}"#,
            r#"{"userName":"a"}"#,
        ),
    ]);
}

#[test]
fn rfc7644_3_10_keys_that_contradict_are_refused() {
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let work = r#"emails[type eq \"work\"].value"#;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (rest, named) in [
        (format!(r#""{core}:userName": "b""#), "userName"),
        (format!(r#""active": true, "{core}:active": false"#), "active"),
        (r#""name": {"givenName": "G"}, "name.givenName": "H""#.to_owned(), "name.givenName"),
        (format!(r#""{core}": {{"userName": "b"}}"#), "userName"),
        (format!(r#""{core}": {{"name": {{"givenName": "G"}}}}, "name": {{"givenName": "H"}}"#), "name"),
        (format!(r#""name.givenName": "G", "{core}:name.givenName": "H""#), "name.givenName"),
        (format!(r#""name": {{"givenName": "G"}}, "{core}:name": {{"givenName": "H"}}"#), "name"),
        (format!(r#""title": "T", "{core}:title": null"#), "title"),
        (format!(r#""emails": [{{"type": "work", "value": "1"}}], "{work}": "2""#), "emails"),
        (format!(r#""{enterprise}": {{"department": "D"}}, "{enterprise}:department": "E""#), "department"),
        (format!(r#""{enterprise}": {{"department": "D", "{enterprise}:department": "E"}}"#), "department"),
    ] {
        let body = format!(r#"{{"userName": "a", {rest}}}"#);
        let error = create(ClientKind::Generic, "Keeper", &body).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidSyntax)), "{body}: {error}");
        assert!(error.detail.contains(named) && error.detail.contains("twice"), "{body}: {error}");
    }
    // What the type of a value says is said of these too, and strict knows no such keys.
    for (kind, body, scim_type) in [
        (ClientKind::Generic, format!(r#"{{"{core}:userName": 1}}"#), ScimType::InvalidValue),
        (
            ClientKind::Generic,
            format!(r#"{{"userName": "a", "{core}:password": 1}}"#),
            ScimType::InvalidValue,
        ),
        (ClientKind::Generic, format!(r#"{{"userName": "a", "{core}:emails": 1}}"#), ScimType::InvalidValue),
        (ClientKind::Generic, format!(r#"{{"{core}:title": "T"}}"#), ScimType::InvalidValue),
        (
            ClientKind::Strict,
            format!(r#"{{"schemas": ["{core}"], "{core}:userName": "a"}}"#),
            ScimType::InvalidSyntax,
        ),
    ] {
        let error = create(kind, "Keeper", &body).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(scim_type)), "{body}: {error}");
    }
}

#[test]
fn rfc7644_3_10_members_by_a_path() {
    let group = "urn:ietf:params:scim:schemas:core:2.0:Group";
    for (rest, expected) in [
        (format!(r#""{group}:members": [{{"value": "a"}}, "b"]"#), vec!["a", "b"]),
        (format!(r#""members": ["a"], "{group}:members": [{{"value": "b"}}, "a"]"#), vec!["a", "b"]),
        (format!(r#""{group}": {{"members": ["a"]}}"#), vec!["a"]),
    ] {
        let body = format!(r#"{{"{group}:displayName": "G", {rest}}}"#);
        let draft = create(ClientKind::Generic, "Group", &body).unwrap();
        assert_eq!(draft.resource.get("displayName").and_then(Value::as_str), Some("G"));
        let members: Vec<_> = draft.members.unwrap().into_iter().map(|member| member.value).collect();
        assert_eq!(members, expected, "{body}");
    }
}

#[test]
fn rfc7644_3_10_a_body_of_many_paths_is_read_in_bounded_time() {
    let keys: Vec<_> = (0..50_000).map(|n| format!(r#""emails[value eq \"{n}\"].display": "{n}""#)).collect();
    let body = format!(r#"{{"userName": "a", {}}}"#, keys.join(","));
    let error = create(ClientKind::Generic, "User", &body).unwrap_err();
    assert_eq!(error.status, 413, "{error}");
}

#[test]
fn rfc7644_3_10_a_body_reads_keys_as_a_patch_does() {
    let registry = registry();
    let keeper = ty(&registry, "Keeper");
    let quirks = Quirks::default();
    for (key, value) in [
        ("urn:ietf:params:scim:schemas:core:2.0:User:title", r#""T""#),
        ("name.givenName", r#""G""#),
        ("urn:ietf:params:scim:schemas:core:2.0:User:emails", r#"[{"value": "a@x", "primary": "True"}]"#),
        (r#"emails[type eq \"work\" and primary eq true].value"#, r#""a@x""#),
        ("emails.value", r#""a@x""#),
        ("urn:example:params:scim:schemas:extension:zoo:2.0:User:tags", r#"["x", "X"]"#),
        ("urn:example:params:scim:schemas:extension:zoo:2.0:User:level", "7"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", r#""m""#),
        ("name.nothing", r#""n""#),
    ] {
        let posted = format!(r#"{{"userName": "a", "{key}": {value}}}"#);
        let posted = prepare_create(resource(&posted), keeper, &quirks).unwrap();
        let mut patched = prepare_create(resource(r#"{"userName": "a"}"#), keeper, &quirks).unwrap().resource;
        let request = format!(r#"{{"Operations": [{{"op": "add", "value": {{"{key}": {value}}}}}]}}"#);
        let request = PatchRequest::from_slice(request.as_bytes(), &JsonLimits::default(), &quirks).unwrap();
        let done = apply(&mut patched, &request, keeper, &quirks).unwrap();
        assert_eq!(posted.resource, patched, "{key}");
        assert_eq!(posted.warnings, done.warnings, "{key}");
    }
}
