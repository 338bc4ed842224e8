//! Reading a PATCH body.

use rollbook_protocol::{ClientKind, PatchKind, PatchRequest, Quirks, ScimType};

use super::value;

#[test]
fn rfc7644_3_5_2_bodies_that_are_read() {
    let rows = [
        (r#"{"Operations": []}"#, 0),
        (r#"{"schemas": [], "operations": [{"OP": "Add", "Path": "title", "VALUE": "x"}]}"#, 1),
        (r#"{"OPERATIONS": [{"op": "REMOVE", "path": " title ", "name": "extra", "value": null}]}"#, 1),
        (r#"{"Operations": {"op": "replace", "value": {"title": "x"}}}"#, 1),
        (
            r#"{"id": "x", "schemas": ["urn:x"], "Operations": [{"op": "add", "path": "", "value": {}}, {"op": "add", "path": null, "value": {}}]}"#,
            2,
        ),
    ];
    for (body, count) in rows {
        let request =
            PatchRequest::parse(&value(body), &Quirks::default()).unwrap_or_else(|e| panic!("{body}: {e}"));
        assert_eq!(request.operations.len(), count, "{body}");
    }
    let body =
        value(r#"{"Operations": [{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": 1}]}"#);
    let request = PatchRequest::parse(&body, &Quirks::default()).unwrap();
    let operation = &request.operations[0];
    assert_eq!(operation.op, PatchKind::Replace);
    assert_eq!(operation.path.as_ref().unwrap().to_string(), r#"emails[type eq "work"].value"#);
    assert_eq!(operation.value, Some(value("1")));
}

#[test]
fn rfc7644_3_5_2_bodies_that_are_refused() {
    let rows = [
        ("[]", ScimType::InvalidSyntax),
        ("{}", ScimType::InvalidSyntax),
        (r#"{"Operations": null}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": "add"}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": [1]}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": [{"path": "title"}]}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": [{"op": "move", "path": "title"}]}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": [{"op": 1}]}"#, ScimType::InvalidSyntax),
        (r#"{"Operations": [{"op": "remove", "path": 1}]}"#, ScimType::InvalidPath),
        (r#"{"Operations": [{"op": "remove", "path": "a b"}]}"#, ScimType::InvalidPath),
        (r#"{"Operations": [{"op": "remove", "path": "emails[type eq work]"}]}"#, ScimType::InvalidPath),
        (r#"{"Operations": [{"op": "replace", "value": "no JSON"}]}"#, ScimType::InvalidValue),
        (r#"{"Operations": [{"op": "replace", "value": "[1]"}]}"#, ScimType::InvalidValue),
    ];
    for (body, kind) in rows {
        let error = PatchRequest::parse(&value(body), &Quirks::default()).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(kind)), "{body}");
        assert!(!error.detail.is_empty());
    }
}

#[test]
fn d3_strict_asks_for_schemas() {
    let strict = Quirks::of(ClientKind::Strict);
    let without = value(r#"{"Operations": []}"#);
    assert_eq!(PatchRequest::parse(&without, &strict).unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
    let with = value(r#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}"#);
    assert_eq!(PatchRequest::parse(&with, &strict), Ok(PatchRequest::default()));
}
